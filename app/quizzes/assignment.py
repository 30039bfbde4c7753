"""A quiz given to a class: when it may be sat, by whom, and when its marks may be seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, delete, exists, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.quizzes.quiz import Quiz, read_quiz
from app.quizzes.quiz import found as quiz_found
from app.quizzes.sitting import Sitting, deadline_of, expire
from app.storage.attempts import new_id
from app.storage.moments import utc
from app.storage.tables import assignments, classes, quizzes, sittings, users
from app.text import text

MOST_EXTRA = 600  # minutes
ALREADY = text("这份小测已经布置给这个班了。", "This quiz is already assigned to this class.")
ARCHIVED = text(
    "这个班已归档，不能再布置，也不能再考。", "This class is archived; nothing can be assigned or sat."
)
BACKWARDS = text("截止时间要晚于开放时间。", "The closing time must be after the opening time.")
PAST = text("截止时间已经过了。", "The closing time has already passed.")
SAT = text(
    "已经有同学考过，不能撤回；可以提前截止。",
    "Somebody has sat it, so it cannot be withdrawn; it can be closed early.",
)


@dataclass(frozen=True)
class Assignment:
    id: int
    quiz_id: int
    class_id: int
    opens_at: datetime | None  # None: from the beginning
    closes_at: datetime | None  # None: never
    extra: Mapping[int, int]  # minutes by user id
    created_at: datetime

    def minutes_of(self, user_id: int) -> int:
        """The minutes this student has more than others, also past the closing time."""
        return self.extra.get(user_id, 0)

    def is_before(self, now: datetime) -> bool:
        return self.opens_at is not None and now < self.opens_at

    def is_closed(self, now: datetime) -> bool:
        """Whether nobody may begin any more."""
        return self.closes_at is not None and now >= self.closes_at


def read_assignment(row: Any) -> Assignment:
    extra = {int(user_id): minutes for user_id, minutes in row.extra.items()}
    return Assignment(
        row.id, row.quiz_id, row.class_id, utc(row.opens_at), utc(row.closes_at), extra, utc(row.created_at)
    )


def assign(
    connection: Connection, quiz: Quiz, class_id: int, opens_at: datetime | None, closes_at: datetime | None,
    now: datetime,
) -> Assignment:  # fmt: skip
    """Give a quiz to one of its owner's classes. Invalid where the times cannot be, Conflict where it has it."""
    classroom = connection.execute(select(classes).where(classes.c.id == class_id)).first()
    if classroom is None:
        raise NotFound
    if quiz.owner_id is None or classroom.owner_id != quiz.owner_id:
        raise NotAllowed
    if classroom.archived_at is not None:
        raise Invalid(ARCHIVED, "class_id")
    check_times(opens_at, closes_at)
    if closes_at is not None and closes_at <= now:
        raise Invalid(PAST, "closes_at")
    values: dict[str, Any] = {
        "quiz_id": quiz.id, "class_id": class_id, "opens_at": opens_at, "closes_at": closes_at, "extra": {},
        "created_at": now,
    }  # fmt: skip
    try:
        with connection.begin_nested():
            return found(connection, new_id(connection.execute(insert(assignments), values)))
    except IntegrityError as error:
        raise Conflict(ALREADY, "class_id") from error


def check_times(opens_at: datetime | None, closes_at: datetime | None) -> None:
    if opens_at is not None and closes_at is not None and closes_at <= opens_at:
        raise Invalid(BACKWARDS, "closes_at")


def found(
    connection: Connection, assignment_id: int, held: Literal["", "as it is", "to change"] = ""
) -> Assignment:
    """The assignment, held until the transaction ends where that is asked for; NotFound where there is none."""
    query = select(assignments).where(assignments.c.id == assignment_id)
    row = connection.execute(query.with_for_update(read=held == "as it is") if held else query).first()
    if row is None:
        raise NotFound
    return read_assignment(row)


def owned(connection: Connection, assignment_id: int, user_id: int) -> Assignment:
    """The assignment of a quiz of this instructor; NotAllowed where it is another's, NotFound where there is none."""
    assignment = found(connection, assignment_id)
    if quiz_found(connection, assignment.quiz_id).owner_id != user_id:
        raise NotAllowed
    return assignment


def change(connection: Connection, assignment: Assignment, now: datetime, **values: Any) -> Assignment:
    """The assignment with other values: opens_at, closes_at, extra. Open sittings get the deadline that follows.

    Nobody's deadline comes to lie before `now`: what was saved until then was saved in time."""
    kept = found(connection, assignment.id, "to change")
    changed = replace(kept, **values)
    check_times(changed.opens_at, changed.closes_at)
    extra = {str(user_id): minutes for user_id, minutes in changed.extra.items() if minutes}
    connection.execute(
        update(assignments)
        .where(assignments.c.id == kept.id)
        .values(opens_at=changed.opens_at, closes_at=changed.closes_at, extra=extra)
    )
    if (changed.closes_at, changed.extra) != (kept.closes_at, kept.extra):
        move_deadlines(connection, changed, now)
    return changed


def move_deadlines(connection: Connection, assignment: Assignment, now: datetime) -> None:
    mine = sittings.c.assignment_id == assignment.id
    expire(connection, now, mine)
    quiz = quiz_found(connection, assignment.quiz_id)
    query = (
        select(sittings, users.c.id.label("user_id"))
        .join(users, users.c.learner_id == sittings.c.learner_id)
        .where(mine, sittings.c.handed_in_at.is_(None))
        .with_for_update(of=sittings)
    )
    for row in connection.execute(query).all():
        extra = assignment.minutes_of(row.user_id)
        deadline = deadline_of(quiz, utc(row.started_at), extra, assignment.closes_at)
        connection.execute(
            update(sittings).where(sittings.c.id == row.id).values(deadline=max(deadline, now))
        )
    expire(connection, now, mine)


def withdraw(connection: Connection, assignment: Assignment) -> None:
    """Take it back from the class; Conflict once somebody has begun it."""
    found(connection, assignment.id, "to change")
    if connection.scalar(select(exists().where(sittings.c.assignment_id == assignment.id))):
        raise Conflict(SAT)
    connection.execute(delete(assignments).where(assignments.c.id == assignment.id))


def of_quiz(connection: Connection, quiz_id: int) -> list[tuple[Assignment, str]]:
    """The assignments of a quiz with the names of the classes, in the order they were made."""
    query = (
        select(assignments, classes.c.name)
        .join(classes, classes.c.id == assignments.c.class_id)
        .where(assignments.c.quiz_id == quiz_id)
        .order_by(assignments.c.id)
    )
    return [(read_assignment(row), row.name) for row in connection.execute(query)]


def of_class(connection: Connection, class_id: int) -> list[tuple[Assignment, Quiz]]:
    """What a class has been given, the newest first."""
    query = select(assignments).where(assignments.c.class_id == class_id).order_by(assignments.c.id.desc())
    listed = [read_assignment(row) for row in connection.execute(query)]
    of = quizzes_of(connection, listed)
    return [(each, of[each.quiz_id]) for each in listed]


def quizzes_of(connection: Connection, listed: Sequence[Assignment]) -> dict[int, Quiz]:
    query = select(quizzes).where(quizzes.c.id.in_({each.quiz_id for each in listed}))
    return {row.id: read_quiz(row) for row in connection.execute(query)}


def of_sitting(connection: Connection, sitting: Sitting) -> Assignment | None:
    return found(connection, sitting.assignment_id) if sitting.assignment_id is not None else None


def released_at(quiz: Quiz, assignment: Assignment | None) -> datetime | None:
    """When a quiz that keeps its marks until it closes gives them: when the last who may sit it is done.

    None where it gives them at once, or never closes."""
    if quiz.rules.feedback != "closing" or assignment is None or assignment.closes_at is None:
        return None
    return assignment.closes_at + timedelta(minutes=max(assignment.extra.values(), default=0))


def released(quiz: Quiz, assignment: Assignment | None, sitting: Sitting, now: datetime) -> bool:
    """Whether the learner may see the answers and marks of their sitting."""
    at = released_at(quiz, assignment)
    return sitting.handed_in_at is not None and (at is None or now >= at)
