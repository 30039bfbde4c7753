"""The students of a class, as a quiz that is given to it needs them: only those who are in it now."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from app.errors import NotFound
from app.quizzes.sitting import Sitting, found
from app.storage.tables import members, sittings, users


@dataclass(frozen=True)
class Student:
    user_id: int
    learner_id: int
    name: str
    number: str | None


def students_of(connection: Connection, class_id: int) -> list[Student]:
    """By number, then by name."""
    query = (
        select(users.c.id, users.c.learner_id, users.c.name, members.c.number)
        .join_from(members, users)
        .where(members.c.class_id == class_id, members.c.state == "joined")
    )
    everyone = [Student(*row) for row in connection.execute(query)]
    return sorted(everyone, key=lambda one: (one.number is None, one.number or "", one.name))


def left(connection: Connection, class_id: int, assignment_id: int) -> int:
    """How many have sat it but are no longer in the class, whose work is nobody's business any more."""
    inside = {one.learner_id for one in students_of(connection, class_id)}
    query = select(sittings.c.learner_id).where(sittings.c.assignment_id == assignment_id)
    return len(set(connection.scalars(query)) - inside)


def sitting_of(
    connection: Connection, class_id: int, assignment_id: int, sitting_id: int
) -> tuple[Student, Sitting]:
    """A sitting of an assignment with its student; NotFound where it is of another, or the student has left."""
    sitting = found(connection, sitting_id)
    everyone = students_of(connection, class_id)
    student = next((one for one in everyone if one.learner_id == sitting.learner_id), None)
    if sitting.assignment_id != assignment_id or student is None:
        raise NotFound
    return student, sitting
