"""The attempt log, and the progress that is derived from it in the same transaction."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, CursorResult, Table, bindparam, delete, func, insert, select, update

from app.storage.mistakes import Slip, made, mistakes_in, read_slip, record_mistakes
from app.storage.tables import attempts, learners, mistakes, progress


@dataclass(frozen=True)
class Attempt:
    """One thing a learner did with one variant of a question."""

    learner_id: int
    revision_id: int
    slug: str
    variant: int
    kind: str
    created_at: datetime
    submission: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    responses: Mapping[str, Any] = field(default_factory=dict)
    verdicts: Mapping[str, Any] = field(default_factory=dict)
    score: float | None = None
    assisted: bool = False
    regrades: int | None = None  # the entry whose marks this one corrects; never itself a correction


@dataclass(frozen=True)
class Progress:
    """What the log of one learner and one question adds up to."""

    answers: int = 0
    hints: int = 0
    given_up: int = 0
    best: float | None = None
    last: float | None = None
    last_variant: int = 0
    most_variant: int = 0
    updated_at: datetime | None = None

    @property
    def solved(self) -> bool:
        return self.best is not None and self.best >= 0.999


def state_of(progress: Progress | None) -> str:
    if progress is None or not (progress.answers or progress.given_up):
        return "new"
    return "solved" if progress.solved else "tried"


def add(so_far: Progress, entry: Any) -> Progress:
    """Progress after one more entry of the log (pure)."""
    judged = entry.kind in ("answer", "self_mark") and entry.score is not None
    best = so_far.best
    if judged and not entry.assisted:
        best = max(entry.score, best or 0.0)
    return Progress(
        answers=so_far.answers + (entry.kind == "answer" and (judged or left_to_its_writer(entry))),
        hints=so_far.hints + (entry.kind == "hint"),
        given_up=so_far.given_up + (entry.kind == "give_up"),
        best=best,
        last=entry.score if judged else so_far.last,
        last_variant=entry.variant,
        most_variant=max(so_far.most_variant, entry.variant),
        updated_at=entry.created_at,
    )


def left_to_its_writer(entry: Any) -> bool:
    """Whether the entry holds a text that only the learner can judge."""
    return any(verdict["verdict"] is None for verdict in entry.verdicts.values())


def new_learner(connection: Connection, now: datetime) -> int:
    return new_id(connection.execute(insert(learners), {"created_at": now}))


def new_id(result: CursorResult[Any]) -> int:
    key = result.inserted_primary_key
    assert key is not None  # noqa: S101 (every table here has one)
    return int(key[0])


# The statements of the two hot paths, built once.
LEARNER = select(learners.c.id).where(learners.c.id == bindparam("learner_id"))
BY_SUBMISSION = select(attempts).where(
    attempts.c.learner_id == bindparam("learner_id"), attempts.c.submission == bindparam("submission")
)
KINDS_OF_VARIANT = (
    select(attempts.c.kind, func.count(), func.max(attempts.c.id))
    .where(
        attempts.c.learner_id == bindparam("learner_id"),
        attempts.c.slug == bindparam("slug"),
        attempts.c.variant == bindparam("variant"),
    )
    .group_by(attempts.c.kind)
)
BY_ID = select(attempts).where(attempts.c.id == bindparam("id"))
OF_REVISION = (
    select(attempts)
    .where(
        attempts.c.learner_id == bindparam("learner_id"),
        attempts.c.slug == bindparam("slug"),
        attempts.c.variant == bindparam("variant"),
        attempts.c.kind == bindparam("kind"),
        attempts.c.revision_id == bindparam("revision_id"),
    )
    .order_by(func.coalesce(attempts.c.regrades, attempts.c.id).desc(), attempts.c.id.desc())
    .limit(1)
)
ANSWERED = (
    select(attempts.c.revision_id, attempts.c.variant)
    .where(
        attempts.c.learner_id == bindparam("learner_id"),
        attempts.c.slug == bindparam("slug"),
        attempts.c.kind == "answer",
        attempts.c.regrades.is_(None),
    )
    .order_by((attempts.c.variant == bindparam("variant")).desc(), attempts.c.id.desc())
    .limit(1)
)
OF_QUESTION = select(progress).where(
    progress.c.learner_id == bindparam("learner_id"), progress.c.slug == bindparam("slug")
)
OF_LEARNER = select(progress).where(progress.c.learner_id == bindparam("learner_id"))
APPEND = insert(attempts)


def learner_exists(connection: Connection, learner_id: int) -> bool:
    return connection.execute(LEARNER, {"learner_id": learner_id}).first() is not None


def record(connection: Connection, attempt: Attempt) -> int:
    """Append to the log and carry progress along. A submission key seen before changes nothing."""
    # PostgreSQL: one writer a learner, so that two sends of one answer cannot pass each other
    connection.execute(LEARNER.with_for_update(), {"learner_id": attempt.learner_id})
    key = {"learner_id": attempt.learner_id, "submission": attempt.submission}
    if before := connection.execute(BY_SUBMISSION, key).first():
        return int(before.id)
    result = connection.execute(APPEND, asdict(attempt))
    slot = {"learner_id": attempt.learner_id, "slug": attempt.slug}
    row = connection.execute(OF_QUESTION, slot).first()
    values = asdict(add(read_progress(row), attempt))
    if row is None:
        connection.execute(insert(progress), slot | values)
    else:
        where = (progress.c.learner_id == attempt.learner_id, progress.c.slug == attempt.slug)
        connection.execute(update(progress).where(*where), values)
    record_mistakes(connection, attempt)
    return new_id(result)


def read_progress(row: Any) -> Progress:
    if row is None:
        return Progress()
    return Progress(**{name: getattr(row, name) for name in Progress.__dataclass_fields__})


def of_variant(
    connection: Connection, learner_id: int, slug: str, variant: int
) -> dict[str, tuple[int, int]]:
    """By kind: how many entries there are, and the id of the newest."""
    key = {"learner_id": learner_id, "slug": slug, "variant": variant}
    return {kind: (count, newest) for kind, count, newest in connection.execute(KINDS_OF_VARIANT, key)}


def by_id(connection: Connection, entry_id: int) -> Any:
    return connection.execute(BY_ID, {"id": entry_id}).one()


def of_revision(connection: Connection, newest: int, revision_id: int) -> Any:
    """The newest entry given to a revision, or what corrects it there; None where there is none.

    `newest` is the newest entry of this learner, variant and kind to any revision."""
    row = by_id(connection, newest)
    if (row.revision_id, row.regrades) == (revision_id, None):
        return row
    key = {name: getattr(row, name) for name in ("learner_id", "slug", "variant", "kind")}
    return connection.execute(OF_REVISION, key | {"revision_id": revision_id}).first()


def root(entry: Any) -> int:
    """The entry itself, or the one it corrects: its place in the log."""
    return int(entry.regrades or entry.id)


def answered(connection: Connection, learner_id: int, slug: str, variant: int) -> Any:
    """Revision and variant of a learner's newest answer: to this variant if there is one, else to any; None."""
    key = {"learner_id": learner_id, "slug": slug, "variant": variant}
    return connection.execute(ANSWERED, key).first()


def has_answered(connection: Connection, learner_id: int, slug: str, variant: int, revision_id: int) -> bool:
    """Whether a learner has answered a variant of this revision."""
    key = {"learner_id": learner_id, "slug": slug, "variant": variant, "kind": "answer"}
    return connection.execute(OF_REVISION, key | {"revision_id": revision_id}).first() is not None


def progress_of(connection: Connection, learner_id: int) -> dict[str, Progress]:
    rows = connection.execute(OF_LEARNER, {"learner_id": learner_id})
    return {row.slug: read_progress(row) for row in rows}


Derived = dict[tuple[int, str], Any]  # by learner, and slug or mistake
DERIVED_TABLES = ((progress, "slug", read_progress), (mistakes, "name", read_slip))


def rows_of(connection: Connection, table: Table, learner_ids: Sequence[int]) -> CursorResult[Any]:
    """Rows of these learners, or of all, in the order of their keys."""
    query = select(table).order_by(*table.primary_key)
    return connection.execute(query.where(table.c.learner_id.in_(learner_ids)) if learner_ids else query)


def corrections(connection: Connection, learner_ids: Sequence[int]) -> dict[int, Any]:
    """The newest correction of each entry that has one."""
    query = select(attempts.c.regrades, attempts.c.score, attempts.c.verdicts).order_by(attempts.c.id)
    query = query.where(attempts.c.regrades.is_not(None))
    if learner_ids:
        query = query.where(attempts.c.learner_id.in_(learner_ids))
    return {row.regrades: row for row in connection.execute(query)}


def corrected(entry: Any, correction: Any) -> Any:
    """An entry with the marks that it counts with."""
    if correction is None:
        return entry
    kept = {name: getattr(entry, name) for name in Attempt.__dataclass_fields__}
    return Attempt(**kept | {"score": correction.score, "verdicts": correction.verdicts})


def derived(connection: Connection, learner_ids: Sequence[int]) -> tuple[Derived, Derived]:
    """Progress and mistakes from nothing but the log."""
    progressed: Derived = {}
    slips: Derived = {}
    newest = corrections(connection, learner_ids)
    for row in rows_of(connection, attempts, learner_ids):
        if row.regrades is not None:
            continue
        entry = corrected(row, newest.get(row.id))
        key = (entry.learner_id, entry.slug)
        progressed[key] = add(progressed.get(key, Progress()), entry)
        for name in mistakes_in(entry):
            key = (entry.learner_id, name)
            slips[key] = made(slips.get(key, Slip(name)), entry)
    return progressed, slips


def rebuild_progress(connection: Connection, *learner_ids: int) -> int:
    """Derive all progress and mistakes anew, or some learners'; returns how many rows were wrong, missing or too many."""
    right = derived(connection, learner_ids)
    return sum(
        rebuild(connection, table, key, found, read, learner_ids)
        for (table, key, read), found in zip(DERIVED_TABLES, right, strict=True)
    )


def rebuild(
    connection: Connection,
    table: Table,
    key: str,
    right: Derived,
    read: Callable[[Any], Any],
    learner_ids: Sequence[int],
) -> int:
    kept = {(row.learner_id, getattr(row, key)): read(row) for row in rows_of(connection, table, learner_ids)}
    wrong = {slot for slot in right.keys() | kept.keys() if right.get(slot) != kept.get(slot)}
    if wrong:
        this = (table.c.learner_id == bindparam("owner"), table.c[key] == bindparam("name"))
        connection.execute(delete(table).where(*this), [{"owner": o, "name": n} for o, n in wrong])
    mended = [
        {"learner_id": owner, key: name, **asdict(found)}
        for owner, name in wrong
        if (found := right.get((owner, name)))
    ]
    if mended:
        connection.execute(insert(table), mended)
    return len(wrong)
