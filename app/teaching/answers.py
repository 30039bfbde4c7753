"""What a class answered to one question, from the log: by variant, how well, and which wrong answers are common."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Protocol
from unicodedata import normalize

from sqlalchemy import Connection, bindparam, select

from app.storage.attempts import left_to_its_writer
from app.storage.tables import attempts, members, users

WRONG = ("incorrect", "partly")
ENTRIES = (
    select(
        attempts.c.id, attempts.c.learner_id, attempts.c.variant, attempts.c.kind, attempts.c.responses,
        attempts.c.verdicts, attempts.c.score, attempts.c.regrades,
    )
    .join_from(members, users)
    .join(attempts, attempts.c.learner_id == users.c.learner_id)
    .where(
        members.c.class_id == bindparam("class_id"),
        members.c.state == "joined",
        attempts.c.slug == bindparam("slug"),
        attempts.c.kind.in_(("answer", "self_mark")),
    )
    .order_by(attempts.c.id)
)  # fmt: skip


class Entry(Protocol):
    """A row of the log."""

    id: int
    learner_id: int
    variant: int
    kind: str
    responses: Mapping[str, Any]
    verdicts: Mapping[str, Any]
    score: float | None
    regrades: int | None


@dataclass(frozen=True)
class Wrong:
    """One wrong response to a part: how often it was given, by how many, and the mistake it was taken for."""

    response: Any
    mistake: str | None
    times: int
    students: int

    @property
    def mistakes(self) -> list[str]:
        """Two at once are joined by a plus."""
        return self.mistake.split("+") if self.mistake else []


@dataclass(frozen=True)
class Answered:
    """All that was answered to one variant; `mean` is of the judged answers' scores."""

    variant: int
    answers: int
    students: int
    mean: float | None
    wrong: Mapping[str, list[Wrong]]  # by part, the commonest first


def answers_to(connection: Connection, class_id: int, slug: str) -> list[Answered]:
    """What those who joined answered, variant by variant."""
    rows: Iterable[Any] = connection.execute(ENTRIES, {"class_id": class_id, "slug": slug})
    return answered(rows)


def answered(entries: Iterable[Entry]) -> list[Answered]:
    """The same from the entries of a log in their order (pure)."""
    by_variant: dict[int, list[Entry]] = {}
    for entry in standing(entries):
        by_variant.setdefault(entry.variant, []).append(entry)
    return [of_variant(number, by_variant[number]) for number in sorted(by_variant)]


def standing(entries: Iterable[Entry]) -> list[Entry]:
    """The entries that count: a correction stands where the corrected one stood, the newest of several."""
    place: dict[int, int] = {}
    newest: dict[int, Entry] = {}
    for entry in entries:
        at = entry.id if entry.regrades is None else place.get(entry.regrades, entry.regrades)
        place[entry.id] = at
        newest[at] = entry
    return [newest[at] for at in sorted(newest)]


def of_variant(number: int, entries: Iterable[Entry]) -> Answered:
    given: list[Entry] = []
    scores: dict[int, float | None] = {}  # by place in `given`; own marks replace the score of the answer
    latest: dict[int, int] = {}  # by learner
    for entry in entries:
        if entry.kind == "answer" and (entry.score is not None or left_to_its_writer(entry)):
            latest[entry.learner_id] = len(given)
            scores[len(given)] = entry.score
            given.append(entry)
        elif entry.kind == "self_mark" and entry.score is not None and entry.learner_id in latest:
            scores[latest[entry.learner_id]] = entry.score
    judged = [score for score in scores.values() if score is not None]
    return Answered(
        number,
        len(given),
        len({entry.learner_id for entry in given}),
        fmean(judged) if judged else None,
        wrong_in(given),
    )


def wrong_in(given: Iterable[Entry]) -> dict[str, list[Wrong]]:
    """The wrong responses of every part, the commonest first."""
    found: dict[str, dict[str, tuple[Any, str | None, list[int]]]] = {}
    for entry in given:
        for part, verdict in entry.verdicts.items():
            if verdict["verdict"] in WRONG:
                response = tidied(entry.responses.get(part))
                key = json.dumps([response, verdict.get("mistake")], sort_keys=True)
                kept = found.setdefault(part, {}).setdefault(key, (response, verdict.get("mistake"), []))
                kept[2].append(entry.learner_id)
    return {part: ranked(kept.values()) for part, kept in found.items()}


def ranked(kept: Iterable[tuple[Any, str | None, list[int]]]) -> list[Wrong]:
    listed = [Wrong(response, mistake, len(who), len(set(who))) for response, mistake, who in kept]
    return sorted(listed, key=lambda each: (-each.times, -each.students, str(each.response)))


def tidied(response: Any) -> Any:
    """The response without what one does not see: spaces around, full-width digits."""
    if isinstance(response, str):
        return " ".join(normalize("NFKC", response).split())
    if isinstance(response, Mapping):
        return {name: tidied(each) for name, each in response.items()}
    return [tidied(each) for each in response] if isinstance(response, list) else response
