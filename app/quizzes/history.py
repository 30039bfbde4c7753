"""The sittings of a learner as they were: each with its quiz, what it came to, and when its marks may be seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from app.quizzes import marking, sitting
from app.quizzes.assignment import of_sitting, released, released_at
from app.quizzes.paper import questions_of
from app.quizzes.quiz import Quiz, Shelf, read_quiz
from app.quizzes.report import Report, Tally, report
from app.quizzes.sitting import Answer, Sitting
from app.storage.tables import attempts, quizzes, sittings

MOST_COMPARED = 10


@dataclass(frozen=True)
class Entry:
    """A sitting in a list; `total` is None while it is open or its marks are kept back."""

    sitting: Sitting
    quiz: Quiz
    total: Tally | None
    released_at: datetime | None


def kept_until(connection: Connection, own: Sitting, quiz: Quiz, now: datetime) -> datetime | None:
    """When the marks of a sitting that is handed in may be seen; None where they may be now."""
    given = of_sitting(connection, own)
    return None if released(quiz, given, own, now) else released_at(quiz, given)


def due(connection: Connection, own: Sequence[Sitting], now: datetime) -> list[Sitting]:
    """Those whose time is up, that are to be graded, or whose marks may be seen from now on."""
    known = quizzes_of(connection, own)

    def is_due(each: Sitting) -> bool:
        if each.handed_in_at is None:
            return not each.is_open(now)
        if each.graded_at is None or each.logged_at is not None:
            return each.graded_at is None
        return kept_until(connection, each, known[each.quiz_id], now) is None

    return [each for each in own if is_due(each)]


def settle(connection: Connection, shelf: Shelf, own: Sequence[Sitting], now: datetime) -> None:
    """Hand in what is due, grade it, and write it into the log where its marks may be seen."""
    sitting.expire(connection, now, sittings.c.id.in_([each.id for each in own]))
    known = quizzes_of(connection, own)
    for each in own:
        graded = marking.grade(connection, shelf, sitting.found(connection, each.id, locked=True), now)
        if kept_until(connection, graded, known[each.quiz_id], now) is None:
            marking.enter(connection, shelf, graded, now)


def quizzes_of(connection: Connection, own: Sequence[Sitting]) -> dict[int, Quiz]:
    query = select(quizzes).where(quizzes.c.id.in_({each.quiz_id for each in own}))
    return {row.id: read_quiz(row) for row in connection.execute(query)}


def report_of(connection: Connection, shelf: Shelf, own: Sitting, quiz: Quiz) -> Report:
    questions, kept = (
        questions_of(connection, shelf, own.items),
        sitting.answers_of(connection, own.id),
    )
    return report(
        own.items, questions, kept, quiz.rules.pass_mark, lambda place: share_then(connection, own, place)
    )


def contents(connection: Connection, shelf: Shelf, quiz: Quiz) -> Report:
    """What a quiz is made of: the report of a paper that nobody has written on."""
    blank = [Answer(i + 1, {}, {}, 0, 0, {}, {}, None) for i in range(len(quiz.items))]
    return report(quiz.items, questions_of(connection, shelf, quiz.items), blank, quiz.rules.pass_mark)


def share_then(connection: Connection, own: Sitting, place: int) -> float | None:
    """What the log says that a place earned; None where it is not there."""
    key = f"sitting:{own.id}:{place}"
    query = (
        select(attempts.c.score)
        .where(attempts.c.learner_id == own.learner_id)
        .where((attempts.c.submission == key) | attempts.c.submission.startswith(f"{key}:"))
        .order_by(attempts.c.id.desc())
    )
    return connection.scalar(query.limit(1))


def entries(connection: Connection, shelf: Shelf, own: Sequence[Sitting], now: datetime) -> list[Entry]:
    """Settled sittings with their totals."""
    known = quizzes_of(connection, own)
    return [entry(connection, shelf, each, known[each.quiz_id], now) for each in own]


def entry(connection: Connection, shelf: Shelf, own: Sitting, quiz: Quiz, now: datetime) -> Entry:
    if own.logged_at is None:
        return Entry(own, quiz, None, own.handed_in_at and kept_until(connection, own, quiz, now))
    return Entry(own, quiz, report_of(connection, shelf, own, quiz).total, None)


def before(connection: Connection, own: Sitting, quiz: Quiz) -> list[Sitting]:
    """The learner's newest sittings of this quiz before; where there are none, of quizzes made in the same way."""
    found = [each for each in sitting.listed(connection, own.learner_id) if each.id < own.id]
    same = [each for each in found if each.quiz_id == quiz.id]
    if not same and quiz.blueprint.kind != "chosen":
        known = quizzes_of(connection, found)
        same = [each for each in found if known[each.quiz_id].blueprint.kind == quiz.blueprint.kind]
    return same[:MOST_COMPARED]
