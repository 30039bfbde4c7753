"""Marks of a sitting: what Gradus grades by itself, and the key points that a person ticks."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from app.errors import Conflict
from app.grading.grade import grade_all
from app.grading.key_points import self_marked
from app.grading.marks import kept, restored, share
from app.questions.kinds import kind_of
from app.questions.part import Part, TextPart
from app.questions.question import Question
from app.questions.variant import Variant, variant
from app.quizzes.paper import questions_of
from app.quizzes.quiz import Shelf
from app.quizzes.sitting import Answer, Sitting, answer_at, answers_of, found
from app.storage.attempts import Attempt, record
from app.storage.tables import answers, sittings
from app.text import text

NOT_YET = text("交卷以后才能评分。", "Marks are given after the paper has been handed in.")
Levels = Mapping[str, Mapping[str, int]]  # by part and key point


@dataclass(frozen=True)
class PartMarks:
    """What one part of a paper earned, out of `marks`; None where a person still has to mark it."""

    part: Part
    kind: str
    marks: float
    earned: float | None
    answered: bool
    mistake: str | None

    @property
    def mistakes(self) -> list[str]:
        """Their names; two made at once are joined by a plus."""
        return self.mistake.split("+") if self.mistake else []


def parts_of(question: Question, answer: Answer) -> list[PartMarks]:
    """By part. What was left empty or cannot be read earns nothing; a written text is open until it is marked."""
    total = sum(part.marks for part in question.parts)
    return [
        PartMarks(
            part, kind_of(part), worth := question.marks * part.marks / total,
            None if (earned := earned_by(part, answer)) is None else worth * earned,
            part.id in answer.responses, answer.verdicts.get(part.id, {}).get("mistake"),
        )
        for part in question.parts
    ]  # fmt: skip


def earned_by(part: Part, answer: Answer) -> float | None:
    """Share of the part's marks; None where it is open."""
    if part.id not in answer.responses:
        return 0.0
    if isinstance(part, TextPart):
        verdict = answer.verdicts.get(part.id)
        if verdict and verdict["verdict"] == "unreadable":
            return 0.0
        return self_marked(part, answer.levels[part.id]) if part.id in answer.levels else None
    score = answer.verdicts.get(part.id, {}).get("score")
    return float(score) if score is not None else 0.0


def grade_place(connection: Connection, sitting: Sitting, place: int, shown: Variant, **more: Any) -> None:
    """Grade what is kept of one place."""
    answer = answer_at(connection, sitting.id, place)
    verdicts = kept(grade_all(shown, answer.responses).parts)
    where = answers.c.sitting_id == sitting.id, answers.c.place == place
    connection.execute(update(answers).where(*where).values(verdicts=verdicts, **more))


def grade(connection: Connection, shelf: Shelf, sitting: Sitting, now: datetime) -> Sitting:
    """Grade a paper that is handed in, once; what can no longer be read is left out."""
    if sitting.handed_in_at is None:
        raise Conflict(NOT_YET)
    if sitting.graded_at is None:
        sitting = found(connection, sitting.id, locked=True)  # somebody else may look at it in this instant
    if sitting.graded_at is not None:
        return sitting
    questions = questions_of(connection, shelf, sitting.items)
    for answer, question in zip(answers_of(connection, sitting.id), questions, strict=True):
        if answer.responses and answer.checked_at is None and question:
            shown = variant(question, sitting.item(answer.place).variant)
            grade_place(connection, sitting, answer.place, shown)
    connection.execute(update(sittings).where(sittings.c.id == sitting.id).values(graded_at=now))
    return replace(sitting, graded_at=now)


def ungraded(connection: Connection, assignment_id: int) -> list[int]:
    """The papers of a class that are handed in and not graded yet, the first first."""
    query = select(sittings.c.id).where(
        sittings.c.assignment_id == assignment_id,
        sittings.c.handed_in_at.is_not(None),
        sittings.c.graded_at.is_(None),
    )
    return list(connection.scalars(query.order_by(sittings.c.handed_in_at, sittings.c.id)))


def enter(connection: Connection, shelf: Shelf, sitting: Sitting, now: datetime) -> Sitting:
    """Write the answers of a graded paper into the log of its learner's attempts, once: when its marks may be seen."""
    if sitting.logged_at is None:
        sitting = found(connection, sitting.id, locked=True)
    if sitting.logged_at is not None:
        return sitting
    questions = questions_of(connection, shelf, sitting.items)
    for answer, question in zip(answers_of(connection, sitting.id), questions, strict=True):
        if answer.responses and question:
            verdicts = restored(answer.verdicts)
            more: dict[str, Any] = {"verdicts": answer.verdicts, "score": share(question, verdicts, {})}
            record(connection, attempt(sitting, answer.place, "answer", now, answer.responses, **more))
            if answer.levels:
                score = share(question, verdicts, answer.levels)
                record(
                    connection, attempt(sitting, answer.place, "self_mark", now, answer.levels, score=score)
                )
    connection.execute(update(sittings).where(sittings.c.id == sitting.id).values(logged_at=now))
    return replace(sitting, logged_at=now)


def mark(
    connection: Connection, sitting: Sitting, place: int, shown: Variant, levels: Levels, now: datetime
) -> None:
    """Keep which key points the texts of one place make; parts not named stay as they are."""
    sitting = found(connection, sitting.id, locked=True)
    if sitting.graded_at is None:
        raise Conflict(NOT_YET)
    answer = answer_at(connection, sitting.id, place)
    texts = {
        part.id for part in shown.question.parts if isinstance(part, TextPart) and part.id in answer.responses
    }
    merged = {
        **answer.levels,
        **{part_id: dict(points) for part_id, points in levels.items() if part_id in texts},
    }
    if merged == answer.levels:
        return
    where = answers.c.sitting_id == sitting.id, answers.c.place == place
    connection.execute(update(answers).where(*where).values(levels=merged))
    if sitting.logged_at is not None:
        score = share(shown.question, restored(answer.verdicts), merged)
        record(connection, attempt(sitting, place, "self_mark", now, merged, score=score))


def attempt(sitting: Sitting, place: int, kind: str, now: datetime, responses: Any, **more: Any) -> Attempt:
    """An entry of the log: an answer once, own marks as often as they change."""
    item = sitting.item(place)
    key = f"sitting:{sitting.id}:{place}"
    return Attempt(
        sitting.learner_id, item.revision_id, item.slug, item.variant, kind, now,
        key if kind == "answer" else f"{key}:{now.timestamp():.6f}", responses, **more,
    )  # fmt: skip
