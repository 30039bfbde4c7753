"""The results of a class, from what progress and mistakes are kept of its students; never from the log."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean
from typing import Any

from sqlalchemy import Connection, bindparam, select

from app.storage.attempts import Progress, read_progress, state_of
from app.storage.tables import members, mistakes, progress, users
from app.teaching.membership import Member, members_of

JOINED = (members.c.class_id == bindparam("class_id"), members.c.state == "joined")
PROGRESS = (
    select(progress)
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
class Student:
    """A student who has joined, with their progress by slug."""

    member: Member
    done: Mapping[str, Progress]
    totals: Totals
    last: datetime | None  # when they did something with one of the questions

    def state(self, slug: str) -> str:
        return state_of(self.done.get(slug))

    def best(self, slug: str) -> float | None:
        found = self.done.get(slug)
        return found.best if found else None


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
    for row in connection.execute(PROGRESS, {"class_id": class_id}):
        if row.slug in slugs:
            found.setdefault(row.learner_id, {})[row.slug] = read_progress(row)
    return found


def summed(
    joined: Iterable[Member], done: Mapping[int, Mapping[str, Progress]], asked: Sequence[Asked],
    common: list[Common],
) -> Results:  # fmt: skip
    """The sums over students, questions and topics (pure)."""
    slugs = [question.slug for question in asked]
    students = [student(member, done.get(member.learner_id, {}), slugs) for member in joined]
    inside: dict[str, list[str]] = {}
    for question in asked:
        for topic in question.topics:
            inside.setdefault(topic, []).append(question.slug)
    each = [one.done for one in students]
    return Results(
        students,
        {slug: totals(each, [slug]) for slug in slugs},
        {topic: totals(each, within) for topic, within in inside.items()},
        common,
    )


def student(member: Member, done: Mapping[str, Progress], slugs: Sequence[str]) -> Student:
    moments = [each.updated_at for each in done.values() if each.updated_at]
    return Student(member, done, totals([done], slugs), max(moments, default=None))


def totals(students: Iterable[Mapping[str, Progress]], slugs: Sequence[str]) -> Totals:
    """Over every student and every question (pure)."""
    kept = [done.get(slug) for done in students for slug in slugs]
    states = [state_of(each) for each in kept]
    scores = [each.best for each in kept if each and each.best is not None]
    return Totals(states.count("solved"), states.count("tried"), len(kept), fmean(scores) if scores else None)


def commonest(slips: Iterable[Any]) -> list[Common]:
    """The mistakes that most students make first; of as many, those made more often (pure)."""
    found: dict[str, Common] = {}
    for slip in slips:
        known = found.get(slip.name, Common(slip.name, 0, 0, slip.slug))
        found[slip.name] = Common(slip.name, known.students + 1, known.times + slip.times, known.slug)
    return sorted(found.values(), key=lambda each: (-each.students, -each.times, each.name))
