"""The mistakes that a learner makes, derived from the attempt log in the same transaction."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from app.storage.tables import mistakes

OF_LEARNER = select(mistakes).where(mistakes.c.learner_id == bindparam("learner_id"))


@dataclass(frozen=True)
class Slip:
    """How often a learner made one mistake, and where last."""

    name: str
    times: int = 0
    slug: str = ""
    variant: int = 0
    updated_at: datetime | None = None


def made(so_far: Slip, entry: Any) -> Slip:
    """A mistake made once more; the same answer sent again is no further time (pure)."""
    again = (so_far.slug, so_far.variant) == (entry.slug, entry.variant)
    return Slip(so_far.name, so_far.times + (not again), entry.slug, entry.variant, entry.created_at)


def mistakes_in(entry: Any) -> list[str]:
    """The names of the mistakes in an answer; two at once are joined by a plus."""
    named = (verdict.get("mistake") for verdict in entry.verdicts.values())
    return list(dict.fromkeys(name for names in named if names for name in names.split("+")))


def record_mistakes(connection: Connection, attempt: Any) -> None:
    """Carry the mistakes of an answer along."""
    if not (names := mistakes_in(attempt)):
        return
    known = {slip.name: slip for slip in mistakes_of(connection, attempt.learner_id)}
    for name in names:
        values = asdict(made(known.get(name, Slip(name)), attempt))
        if name in known:
            where = (mistakes.c.learner_id == attempt.learner_id, mistakes.c.name == name)
            connection.execute(update(mistakes).where(*where), values)
        else:
            connection.execute(insert(mistakes), {"learner_id": attempt.learner_id, **values})


def mistakes_of(connection: Connection, learner_id: int) -> list[Slip]:
    """A learner's mistakes, the commonest first, then the latest."""
    rows = connection.execute(OF_LEARNER, {"learner_id": learner_id})
    found = [read_slip(row) for row in rows]
    return sorted(found, key=lambda slip: (slip.times, slip.updated_at), reverse=True)


def read_slip(row: Any) -> Slip:
    return Slip(**{name: getattr(row, name) for name in Slip.__dataclass_fields__})
