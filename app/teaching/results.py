"""The results of a class, from what progress and mistakes are kept of its students; never from the log."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from app.questions.bank import Bank
from app.questions.question import Question
from app.storage.attempts import Progress, state_of
from app.storage.tables import members, mistakes, progress, users
from app.teaching.classes import Classroom
from app.teaching.membership import Member, members_of

JOINED = (members.c.class_id == bindparam("class_id"), members.c.state == "joined")
FIELDS = [progress.c[name] for name in Progress.__dataclass_fields__]
PROGRESS = (
    select(progress.c.learner_id, progress.c.slug, *FIELDS)
    .join_from(members, users)
    .join(progress, progress.c.learner_id == users.c.learner_id)
    .where(*JOINED)
)
MISTAKES = (
    select(mistakes)
    .join_from(members, users)
    .join(mistakes, mistakes.c.learner_id == users.c.learner_id)
    .where(*JOINED)
)


@dataclass(frozen=True)
class Asked:
    """A question that a class practises, as far as results need it."""

    slug: str
    topics: Sequence[str]


@dataclass(frozen=True)
class Totals:
    """What some students did with some questions; `mean` is of the best scores, unassisted, where there is one."""

    solved: int
    tried: int  # without having solved it
    of: int
    mean: float | None


@dataclass(frozen=True)
class Cell:
    """How far one student is with one question; `best` is of unassisted answers."""

    state: str
    best: float | None


@dataclass(frozen=True)
class Student:
    """A student who has joined, with progress and state by slug."""

    member: Member
    done: Mapping[str, Progress]
    cells: Mapping[str, Cell]
    totals: Totals
    last: datetime | None  # when they did something with one of the questions


@dataclass(frozen=True)
class Common:
    """A mistake by how many students make it, and how often on different variants; `slug` is one place of it."""

    name: str
    students: int
    times: int
    slug: str


@dataclass(frozen=True)
class Results:
    """All that a class did with what it practises."""

    students: list[Student]
    questions: Mapping[str, Totals]  # by slug
    topics: Mapping[str, Totals]
    mistakes: list[Common]


def practised_by(bank: Bank, classroom: Classroom) -> list[Question]:
    """What a class practises now; what was retired since is left out."""
    if not classroom.slugs:
        return bank.listed
    return [bank.questions[slug] for slug in classroom.slugs if slug in bank.questions]


def class_results(
    connection: Connection, bank: Bank, classroom: Classroom, questions: Sequence[Question]
) -> Results:
    """Results over these questions; mistakes are those made anywhere in their topics, so in drills too."""
    asked = [Asked(question.slug, question.topics) for question in questions]
    topics = {topic for question in questions for topic in question.topics}
    whole_bank = len(questions) == len(bank.listed)
    about = None if whole_bank else {q.slug for q in bank if topics & set(q.topics)}
    return results_of(connection, classroom.id, asked, about)


def results_of(
    connection: Connection, class_id: int, asked: Sequence[Asked], about: Collection[str] | None = None
) -> Results:
    """What the joined students did with the questions asked; mistakes made in `about`, None for anywhere."""
    joined = [member for member in members_of(connection, class_id) if member.state == "joined"]
    done = by_learner(connection, class_id, {question.slug for question in asked})
    slips = connection.execute(MISTAKES, {"class_id": class_id})
    common = commonest(slip for slip in slips if about is None or slip.slug in about)
    return summed(joined, done, asked, common)


def by_learner(
    connection: Connection, class_id: int, slugs: Collection[str]
) -> dict[int, dict[str, Progress]]:
    found: dict[int, dict[str, Progress]] = {}
    for learner_id, slug, *fields in connection.execute(PROGRESS, {"class_id": class_id}):
        if slug in slugs:
            found.setdefault(learner_id, {})[slug] = Progress(*fields)
    return found


def summed(
    joined: Iterable[Member], done: Mapping[int, Mapping[str, Progress]], asked: Sequence[Asked],
    common: list[Common],
) -> Results:  # fmt: skip
    """The sums over students, questions and topics (pure)."""
    slugs = [question.slug for question in asked]
    students = [student(member, done.get(member.learner_id, {}), slugs) for member in joined]
    columns = {slug: [one.cells[slug] for one in students] for slug in slugs}
    topics: dict[str, list[Cell]] = {}
    for question in asked:
        for topic in question.topics:
            topics.setdefault(topic, []).extend(columns[question.slug])
    return Results(
        students,
        {slug: totals(column) for slug, column in columns.items()},
        {topic: totals(inside) for topic, inside in topics.items()},
        common,
    )


def student(member: Member, done: Mapping[str, Progress], slugs: Sequence[str]) -> Student:
    cells = {slug: cell(done.get(slug)) for slug in slugs}
    moments = [each.updated_at for each in done.values() if each.updated_at]
    return Student(member, done, cells, totals(cells.values()), max(moments, default=None))


def cell(kept: Progress | None) -> Cell:
    return Cell(state_of(kept), kept.best if kept else None)


def totals(cells: Collection[Cell]) -> Totals:
    states = [each.state for each in cells]
    scores = [each.best for each in cells if each.best is not None]
    return Totals(
        states.count("solved"),
        states.count("tried"),
        len(states),
        sum(scores) / len(scores) if scores else None,
    )


def commonest(slips: Iterable[Any]) -> list[Common]:
    """The mistakes that most students make first; of as many, those made more often (pure)."""
    found: dict[str, Common] = {}
    for slip in slips:
        known = found.get(slip.name, Common(slip.name, 0, 0, slip.slug))
        found[slip.name] = Common(slip.name, known.students + 1, known.times + slip.times, known.slug)
    return sorted(found.values(), key=lambda each: (-each.students, -each.times, each.name))
