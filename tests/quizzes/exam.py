"""A class that has sat an instructor's quiz, each student with texts of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from app.accounts import users
from app.quizzes import assignment, quiz, sitting
from app.quizzes.assignment import Assignment
from app.quizzes.blueprint import Blueprint, Rules
from app.quizzes.quiz import Quiz
from app.quizzes.sitting import Sitting, Typed
from app.study.library import Library
from app.teaching import classes, membership

NOW = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=30)
STUDENT = "考生第{}号"  # a name that no page says by chance


@dataclass
class Exam:
    quiz: Quiz
    assignment: Assignment
    students: list[users.User]
    sittings: list[int]


def exam(
    connection: Connection, library: Library, owner_id: int, slugs: Sequence[str],
    written: Sequence[Mapping[str, str]], rules: Rules | None = None,
) -> Exam:  # fmt: skip
    """Handed in by one student each: what they wrote, by part."""
    made = quiz.create(
        connection, library, Blueprint(kind="chosen", slugs=tuple(slugs)), rules or Rules(), NOW, owner_id=owner_id
    )  # fmt: skip
    classroom = classes.create(connection, owner_id, "一班", NOW)
    given = assignment.assign(connection, made, classroom.id, None, None, NOW)
    found = Exam(made, given, [], [])
    for i, texts in enumerate(written, start=1):
        student = users.register(connection, STUDENT.format(i), None, "a hash", NOW)
        membership.add(connection, classroom.id, student.id, "joined", NOW, f"77{i:04}")
        found.students.append(student)
        own = sit(connection, library, made, student.learner_id, texts, given.id)
        sitting.hand_in(connection, own, LATER)
        found.sittings.append(own.id)
    return found


def sit(
    connection: Connection, library: Library, made: Quiz, learner_id: int, texts: Mapping[str, str],
    assignment_id: int | None,
) -> Sitting:  # fmt: skip
    """A sitting in which these parts are filled in, saved as a page saves them."""
    own = sitting.start(connection, library, made, learner_id, NOW, assignment_id=assignment_id)
    for place, item in enumerate(own.items, start=1):
        parts = {part.id for part in library.bank.questions[item.slug].parts}
        typed = {name: Typed([value], 1.0) for name, value in texts.items() if name in parts}
        sitting.save(
            connection, own, place, typed, 0, "a tab",
            lambda fields: {name: values[0] for name, values in fields.items() if values[0].strip()},
        )  # fmt: skip
    return own
