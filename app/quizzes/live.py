"""A quiz while it is sat: who is in, how far, who has handed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Text, case, cast, func, select

from app.quizzes.assignment import Assignment
from app.quizzes.sitting import Sitting, read_sitting
from app.quizzes.students import Student, students_of
from app.storage.tables import answers, sittings

STATES = ("sitting", "done", "absent")


@dataclass(frozen=True)
class Seen:
    """A student with their newest sitting, how much of it is answered, and when they did something last."""

    student: Student
    attempts: int
    sitting: Sitting | None
    answered: int
    active_at: datetime | None

    def state(self, now: datetime) -> str:
        if self.sitting is None:
            return "absent"
        return "sitting" if self.sitting.is_open(now) else "done"


def everyone(connection: Connection, assignment: Assignment) -> list[Seen]:
    """The whole class; sittings whose time is up have been handed in before."""
    query = select(sittings).where(sittings.c.assignment_id == assignment.id).order_by(sittings.c.id)
    of: dict[int, list[Sitting]] = {}
    for row in connection.execute(query):
        of.setdefault(row.learner_id, []).append(read_sitting(row))
    answered, active = answered_in(connection, assignment.id), active_in(connection, assignment.id)
    return [
        seen(one, of.get(one.learner_id, []), answered, active)
        for one in students_of(connection, assignment.class_id)
    ]


def seen(
    student: Student, own: Sequence[Sitting], answered: dict[int, int], active: dict[int, datetime]
) -> Seen:
    if not own:
        return Seen(student, 0, None, 0, None)
    newest = own[-1]
    at = max(active.get(newest.id, newest.turned_at), newest.turned_at)
    return Seen(student, len(own), newest, answered.get(newest.id, 0), newest.handed_in_at or at)


def answered_in(connection: Connection, assignment_id: int) -> dict[int, int]:
    """How many places of each sitting hold an answer; told without reading the answers."""
    filled = func.sum(case((cast(answers.c.responses, Text) != "{}", 1), else_=0))
    query = (
        select(answers.c.sitting_id, filled)
        .join(sittings, sittings.c.id == answers.c.sitting_id)
        .where(sittings.c.assignment_id == assignment_id)
        .group_by(answers.c.sitting_id)
    )
    return {sitting_id: int(many) for sitting_id, many in connection.execute(query)}


def active_in(connection: Connection, assignment_id: int) -> dict[int, datetime]:
    """When the place that is looked at was typed in last, of the sittings that are open."""
    query = (
        select(sittings.c.id, answers.c.fields)
        .join(answers, (answers.c.sitting_id == sittings.c.id) & (answers.c.place == sittings.c.place))
        .where(sittings.c.assignment_id == assignment_id, sittings.c.handed_in_at.is_(None))
    )
    return {
        row.id: datetime.fromtimestamp(max(kept["at"] for kept in row.fields.values()), UTC)
        for row in connection.execute(query)
        if row.fields
    }
