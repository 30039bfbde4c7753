"""Answers to older revisions of a question, marked anew by its newest: what would change, and changing it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from app.grading.marks import SPANS, kept, restored, share
from app.grading.regrade import Asked, NotRegradable, Regrader, regrader
from app.grading.verdict import Verdict
from app.questions.bank import Bank
from app.questions.question import Question
from app.questions.revision import questions_in
from app.questions.source import BankError
from app.storage.attempts import Attempt
from app.storage.corrections import correct, count_learners, learners_of, lock_learners
from app.storage.revisions import revision
from app.text import Text, text

OUTDATED = text(
    "当时的题目用的是旧格式，读不出来了。", "The question of then is in a format that can no longer be read."
)
TOLD = ("verdict", "score", "mistake", "cells")  # what of a verdict a correction is worth
People = Iterator[tuple[int, list[Any]]]
Watch = Callable[[People, int], People]  # looks on while so many learners are marked anew, one after another


@dataclass
class Newest:
    """The questions of one file as they are published now."""

    questions: Sequence[Question]
    revision_id: int
    regraders: dict[str, Regrader] = field(init=False)

    def __post_init__(self) -> None:
        self.regraders = {asked.slug: regrader(asked) for asked in self.questions}

    @classmethod
    def of(cls, bank: Bank, asked: Question, revision_id: int) -> "Newest":
        """A question with its drill, or whatever else its file holds."""
        return cls([other for other in bank if other.file == asked.file], revision_id)

    @property
    def sign(self) -> str:
        """How the submission keys of corrections by this revision begin."""
        return f"regrade:{self.revision_id}:"


@dataclass(frozen=True)
class PartChange:
    id: str
    ask: Text | None
    before: Mapping[str, Any]
    after: Verdict


@dataclass(frozen=True)
class Change:
    """What becomes of one answer, with the own marks that followed it; scores are shares of the question's marks."""

    learner_id: int
    name: str | None  # of the account; None for a guest
    slug: str
    variant: int
    before: float | None
    after: float | None
    parts: Sequence[PartChange]
    corrections: Sequence[Attempt]

    @property
    def size(self) -> float:
        return abs((self.after or 0) - (self.before or 0))


@dataclass(frozen=True)
class Refusal:
    """An answer that the newest question cannot judge, and why."""

    name: str | None
    slug: str
    variant: int
    reason: Text


@dataclass
class Preview:
    """What marking anew comes to. `bests`: by learner and slug, the best score before and after."""

    changes: list[Change] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    bests: dict[tuple[int, str], tuple[float | None, float | None]] = field(default_factory=dict)
    unchanged: int = 0
    on_other_numbers: int = 0  # judged on numbers that are not the newest question's own

    @property
    def judged(self) -> int:
        return len(self.changes) + len(self.refusals) + self.unchanged


@dataclass
class Answer:
    """An answer of the log with the own marks that followed it, and the entries whose marks stand for them."""

    entry: Any
    marks: list[Any]
    standing: Mapping[int, Any]

    def stands(self, entry: Any) -> Any:
        return self.standing.get(entry.id, entry)

    @property
    def last(self) -> Any:
        """The entry that the learner sees the score of."""
        return self.marks[-1] if self.marks else self.entry


def unwatched(people: People, count: int) -> People:
    return people


def preview(connection: Connection, newest: Newest, now: datetime, watch: Watch = unwatched) -> Preview:
    """Every answer to another revision, marked anew; changes nothing. The greatest changes come first."""
    found, texts = Preview(), Texts(connection)
    for asked in newest.questions:
        people = learners_of(connection, asked.slug)
        for learner_id, rows in watch(people, count_learners(connection, asked.slug)):
            answers = list(answers_in(rows))
            scores: dict[int, float | None] = {}
            for answer in answers:
                if concerns(answer, newest):
                    mark_anew(answer, newest, texts, now, found, scores)
            if scores:
                found.bests[learner_id, asked.slug] = bests(rows, answers, scores)
    found.changes.sort(key=lambda change: (-change.size, change.name or "\uffff", change.variant))
    return found


def apply(connection: Connection, newest: Newest, now: datetime, watch: Watch = unwatched) -> Preview:
    """Append the corrections to the log and derive progress anew; a second time there is nothing left to change."""
    lock_learners(connection, [asked.slug for asked in newest.questions])
    found = preview(connection, newest, now, watch)
    correct(connection, [entry for change in found.changes for entry in change.corrections])
    return found


class Texts:
    """Revisions by their number, read once."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.read: dict[int, Mapping[str, Question] | None] = {}

    def question(self, revision_id: int, slug: str) -> Question:
        if revision_id not in self.read:
            row = revision(self.connection, revision_id)
            try:
                self.read[revision_id] = questions_in(row.source, row.slug)
            except BankError:
                self.read[revision_id] = None
        found = (self.read[revision_id] or {}).get(slug)
        if found is None:
            raise NotRegradable(OUTDATED)
        return found


def answers_in(rows: Iterable[Any]) -> Iterator[Answer]:
    """The answers of one learner to one question; own marks go with the answer before them on the same page."""
    listed = list(rows)
    standing = {row.regrades: row for row in listed if row.regrades}
    pages: dict[int, set[int]] = {}  # an answer shows in its own revision and in those that corrected it
    for row in listed:
        pages.setdefault(row.regrades or row.id, set()).add(row.revision_id)
    found: dict[int, list[Answer]] = {}  # by variant
    for row in listed:
        if row.regrades:
            continue
        before = found.setdefault(row.variant, [])
        if row.kind == "answer":
            before.append(Answer(row, [], standing))
        elif before:
            fitting = [a for a in before if row.revision_id in pages[a.entry.id]]
            (fitting or before)[-1].marks.append(row)
    return (answer for answers in found.values() for answer in answers)


def concerns(answer: Answer, newest: Newest) -> bool:
    """Whether the marks that stand come from another revision."""
    stands = answer.stands(answer.entry)
    if stands is answer.entry:
        return bool(answer.entry.revision_id != newest.revision_id)
    return not stands.submission.startswith(newest.sign)


def mark_anew(
    answer: Answer,
    newest: Newest,
    texts: Texts,
    now: datetime,
    found: Preview,
    scores: dict[int, float | None],
) -> None:
    """Add what becomes of the answer to what was found, and its new scores by entry."""
    entry, regrader = answer.entry, newest.regraders[answer.entry.slug]
    try:
        then = texts.question(entry.revision_id, entry.slug)
        asked = regrader.asked(then, entry.variant)
        verdicts = regrader.judge(then, entry.variant, entry.responses, restored(entry.verdicts))
    except NotRegradable as refusal:
        found.refusals.append(Refusal(entry.name, entry.slug, entry.variant, refusal.reason))
        return
    found.on_other_numbers += not asked.current
    new = {entry.id: share(regrader.question, verdicts, {})}
    new |= {own.id: share(regrader.question, verdicts, levels_of(own)) for own in answer.marks}
    parts = list(part_changes(asked, answer.stands(entry).verdicts, verdicts))
    if not parts and all(alike(answer.stands(e).score, new[e.id]) for e in (entry, *answer.marks)):
        found.unchanged += 1
        return
    scores |= new
    shown_in = newest.revision_id if asked.current else entry.revision_id
    corrections = [
        correction(e, answer.stands(e), newest, shown_in, now, new[e.id], verdicts)
        for e in (entry, *answer.marks)
    ]
    before, after = answer.stands(answer.last).score, new[answer.last.id]
    found.changes.append(
        Change(entry.learner_id, entry.name, entry.slug, entry.variant, before, after, parts, corrections)
    )


def levels_of(own: Any) -> Mapping[str, Mapping[str, int]]:
    return {part: levels for part, levels in own.responses.items() if part != SPANS}


def part_changes(
    asked: Asked, before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Verdict]
) -> Iterator[PartChange]:
    for part_id, verdict in after.items():
        if any(getattr(verdict, what) != before[part_id].get(what) for what in TOLD):
            part = asked.variant.question.part(part_id)
            ask = asked.variant.text(part.ask) if part and part.ask else None
            yield PartChange(part_id, ask, before[part_id], verdict)


def alike(a: float | None, b: float | None) -> bool:
    return a == b if a is None or b is None else abs(a - b) < 1e-9


def correction(
    entry: Any, stands: Any, newest: Newest, shown_in: int, now: datetime,
    score: float | None, verdicts: Mapping[str, Verdict],
) -> Attempt:  # fmt: skip
    return Attempt(
        learner_id=entry.learner_id, revision_id=shown_in, slug=entry.slug, variant=entry.variant,
        kind=entry.kind, created_at=now, submission=f"{newest.sign}{stands.id}",
        responses=entry.responses, verdicts=kept(verdicts) if entry.kind == "answer" else {}, score=score,
        assisted=entry.assisted, regrades=entry.id,
    )  # fmt: skip


def bests(
    rows: Sequence[Any], answers: Sequence[Answer], scores: Mapping[int, float | None]
) -> tuple[float | None, float | None]:
    """The best unassisted score of a learner in a question: as it stands, and with the new scores."""
    standing = answers[0].standing
    own = [row for row in rows if not row.regrades and not row.assisted]
    before = {row.id: standing.get(row.id, row).score for row in own}
    after = {row.id: scores.get(row.id, before[row.id]) for row in own}
    return highest(before.values()), highest(after.values())


def highest(scores: Iterable[float | None]) -> float | None:
    return max((score for score in scores if score is not None), default=None)
