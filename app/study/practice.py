"""Practising one variant of a question: answering, hints, giving up, marking one's own text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from app.grading.grade import grade_all
from app.grading.marks import SPANS, kept, restored, share
from app.grading.verdict import Grade, Verdict
from app.questions.variant import Variant
from app.storage.attempts import Attempt, by_id, of_revision, of_variant, record, root

Spans = Mapping[str, Sequence[int]]  # by key point: [start, end) in the text, in characters
NONE = (0, 0)  # of a kind: no entries, no newest


@dataclass(frozen=True)
class Practice:
    """What a learner has done with one variant so far."""

    responses: Mapping[str, Any] = field(default_factory=dict)
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    levels: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # own marks: part, point, level
    spans: Mapping[str, Spans] = field(
        default_factory=dict
    )  # and where in the text each point is made, if shown
    score: float | None = None
    answered: bool = False
    regraded: bool = False  # by a later revision of the question
    before: float | None = None  # the score of then
    hints: int = 0
    gave_up: bool = False

    @property
    def own_to_judge(self) -> list[str]:
        """Parts whose text only its writer can judge."""
        return [part_id for part_id, verdict in self.verdicts.items() if verdict.verdict is None]

    @property
    def solved(self) -> bool:
        return self.score is not None and self.score >= 0.999


def read(connection: Connection, learner_id: int | None, variant: Variant, revision_id: int) -> Practice:
    """The newest answer to this revision with the marks that stand, and which help was taken at any."""
    if learner_id is None:
        return Practice()
    kinds = of_variant(connection, learner_id, variant.question.slug, variant.number)
    hints, gave_up = min(kinds.get("hint", NONE)[0], len(variant.question.hints)), "give_up" in kinds
    answered, marked = kinds.get("answer", NONE)[1], kinds.get("self_mark", NONE)[1]
    answer = of_revision(connection, answered, revision_id) if answered else None
    if answer is None:
        return Practice(hints=hints, gave_up=gave_up)
    own = of_revision(connection, marked, revision_id) if marked > root(answer) else None
    if own and root(own) < root(answer):
        own = None
    stands = own or answer
    return Practice(
        responses=answer.responses,
        verdicts=restored(answer.verdicts),
        levels={part: levels for part, levels in own.responses.items() if part != SPANS} if own else {},
        spans=own.responses.get(SPANS, {}) if own else {},
        score=stands.score,
        answered=True,
        regraded=stands.regrades is not None,
        before=by_id(connection, stands.regrades).score if stands.regrades else None,
        hints=hints,
        gave_up=gave_up,
    )


def answer(
    connection: Connection,
    entry: "Entry",
    responses: Mapping[str, Any],
) -> Grade:
    """Grade and record. The same submission key records once."""
    grade = grade_all(entry.variant, responses)
    question = entry.variant.question
    before = read(connection, entry.learner_id, entry.variant, entry.revision_id)
    # texts that did not change keep the marks their writer gave them
    unchanged = {i: m for i, m in before.levels.items() if before.responses.get(i) == responses.get(i)}
    score = share(question, grade.parts, {})
    record(
        connection,
        entry.attempt(
            "answer",
            responses=dict(responses),
            verdicts=kept(grade.parts),
            score=score,
            assisted=before.gave_up,
        ),
    )
    if unchanged:
        kept_marks = replace(entry, submission=f"{entry.submission[:58]}:kept")
        mark_own(connection, kept_marks, unchanged, {i: before.spans.get(i, {}) for i in unchanged})
    return grade


def take_hint(connection: Connection, entry: "Entry") -> None:
    """Show one more hint, as long as there is one."""
    before = read(connection, entry.learner_id, entry.variant, entry.revision_id)
    if before.hints < len(entry.variant.question.hints):
        record(connection, entry.attempt("hint"))


def give_up(connection: Connection, entry: "Entry") -> None:
    """See the worked solution; recorded unless everything was right already."""
    before = read(connection, entry.learner_id, entry.variant, entry.revision_id)
    if not before.solved and not before.gave_up:
        record(connection, entry.attempt("give_up"))


def mark_own(
    connection: Connection,
    entry: "Entry",
    levels: Mapping[str, Mapping[str, int]],
    spans: Mapping[str, Spans] | None = None,
) -> None:
    """Keep what the learner says their own text covers, and where; levels and spans by part and key point."""
    before = read(connection, entry.learner_id, entry.variant, entry.revision_id)
    if not before.answered:
        return
    marks = {**before.levels, **levels}
    score = share(entry.variant.question, before.verdicts, marks)
    shown = {**before.spans, **(spans or {})}
    responses = {**marks, SPANS: shown} if any(shown.values()) else marks
    record(connection, entry.attempt("self_mark", responses=responses, score=score, assisted=before.gave_up))


@dataclass(frozen=True)
class Entry:
    """Who does something with which variant, when, under which submission key."""

    learner_id: int
    revision_id: int
    variant: Variant
    submission: str
    now: datetime

    def attempt(self, kind: str, **more: Any) -> Attempt:
        return Attempt(
            learner_id=self.learner_id,
            revision_id=self.revision_id,
            slug=self.variant.question.slug,
            variant=self.variant.number,
            kind=kind,
            created_at=self.now,
            submission=self.submission,
            **more,
        )
