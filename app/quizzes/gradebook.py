"""The marks of a class in one quiz: students by questions. What is still to be marked is told, never counted as zero."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, select

from app.errors import NotFound
from app.questions.question import Question
from app.quizzes.assignment import Assignment
from app.quizzes.marking import parts_of
from app.quizzes.paper import question_of
from app.quizzes.quiz import Item, Quiz, Shelf
from app.quizzes.report import Tally
from app.quizzes.sitting import Answer, Sitting, read_sitting
from app.quizzes.students import Student, students_of
from app.storage.tables import answers, sittings

ANSWERED = (
    answers.c.sitting_id,
    answers.c.place,
    answers.c.responses,
    answers.c.seconds,
    answers.c.verdicts,
    answers.c.levels,
)


@dataclass(frozen=True)
class Cell:
    """One question in one sitting: what it earned so far, and how many of its marks are still open."""

    place: int
    marks: float
    earned: float
    open: float
    answered: bool
    mistakes: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """A sitting that is handed in and graded; its cells stand in the order of the quiz, whatever its own."""

    sitting: Sitting
    cells: tuple[Cell, ...]

    @cached_property
    def total(self) -> Tally:
        return sum((Tally(cell.marks, cell.earned, cell.open, 1) for cell in self.cells), Tally())

    @property
    def marks(self) -> float:
        return self.total.out_of

    @property
    def earned(self) -> float:
        return self.total.earned

    @property
    def open(self) -> float:
        return self.total.open


@dataclass(frozen=True)
class Row:
    """A student. Of several attempts the best one that is wholly marked counts; before there is one, the newest."""

    student: Student
    attempts: int
    sitting: bool  # whether one is not handed in
    ungraded: int
    results: Sequence[Result]

    @property
    def counted(self) -> Result | None:
        done = [result for result in self.results if not result.open]
        if done:
            return max(done, key=lambda result: result.earned)
        return self.results[-1] if self.results else None

    @property
    def open(self) -> float:
        """Marks that are still open in any attempt."""
        return sum(result.open for result in self.results)


@dataclass(frozen=True)
class Mean:
    """Of the students whose answer to a question is wholly marked; None without any."""

    mean: float | None
    of: int


@dataclass(frozen=True)
class Common:
    name: str
    students: int
    times: int
    slug: str  # one place of it


@dataclass(frozen=True)
class Gradebook:
    items: Sequence[Item]
    rows: Sequence[Row]

    @property
    def counted(self) -> list[Result]:
        return [row.counted for row in self.rows if row.counted]

    def means(self) -> list[Mean]:
        """By question."""
        columns = [[result.cells[at] for result in self.counted] for at in range(len(self.items))]
        return [mean(cell.earned for cell in column if not cell.open) for column in columns]

    def total(self) -> Mean:
        return mean(result.earned for result in self.counted if not result.open)

    def mistakes(self) -> list[Common]:
        """Those that most students make first; of as many, those made more often."""
        students, times, slugs = Counter[str](), Counter[str](), dict[str, str]()
        for result in self.counted:
            made = [
                (name, item.slug)
                for cell, item in zip(result.cells, self.items, strict=True)
                for name in cell.mistakes
            ]
            times.update(name for name, _ in made)
            students.update({name for name, _ in made})
            for name, slug in made:
                slugs.setdefault(name, slug)
        common = [Common(name, many, times[name], slugs[name]) for name, many in students.items()]
        return sorted(common, key=lambda each: (-each.students, -each.times, each.name))


def mean(values: Iterable[float]) -> Mean:
    known = list(values)
    return Mean(sum(known) / len(known) if known else None, len(known))


def gradebook(connection: Connection, shelf: Shelf, quiz: Quiz, assignment: Assignment) -> Gradebook:
    """All who are in the class now, with what they sat."""
    where = sittings.c.assignment_id == assignment.id
    query = select(sittings).where(where).order_by(sittings.c.id)
    sat = [read_sitting(row) for row in connection.execute(query)]
    graded = answers_in(connection, where, sittings.c.graded_at.is_not(None))
    read = Reader(connection, shelf)
    of: dict[int, list[Sitting]] = {}
    for sitting in sat:
        of.setdefault(sitting.learner_id, []).append(sitting)
    rows = [
        row(one, of.get(one.learner_id, []), quiz, graded, read)
        for one in students_of(connection, assignment.class_id)
    ]
    return Gradebook(quiz.items, rows)


def row(
    student: Student,
    own: Sequence[Sitting],
    quiz: Quiz,
    graded: Mapping[int, Mapping[int, Answer]],
    read: "Reader",
) -> Row:
    results = [result(quiz, each, graded[each.id], read) for each in own if each.graded_at is not None]
    handed_in = [each for each in own if each.handed_in_at is not None]
    return Row(student, len(own), len(handed_in) < len(own), len(handed_in) - len(results), results)


def answers_in(connection: Connection, *where: Any) -> dict[int, dict[int, Answer]]:
    """The answers of these sittings by place, without what was typed."""
    query = select(*ANSWERED).join(sittings, sittings.c.id == answers.c.sitting_id).where(*where)
    found: dict[int, dict[int, Answer]] = {}
    for sitting_id, place, responses, seconds, verdicts, levels in connection.execute(query):
        answer = Answer(place, {}, responses, 0, seconds, verdicts, levels, None)
        found.setdefault(sitting_id, {})[place] = answer
    return found


class Reader:
    """Questions as they were, each looked up once."""

    def __init__(self, connection: Connection, shelf: Shelf) -> None:
        self.connection, self.shelf = connection, shelf
        self.known: dict[tuple[str, int], Question | None] = {}

    def question(self, item: Item) -> Question | None:
        """None where its text can no longer be read."""
        key = item.slug, item.revision_id
        if key not in self.known:
            try:
                self.known[key] = question_of(self.connection, self.shelf, item)
            except NotFound:
                self.known[key] = None
        return self.known[key]


def result(quiz: Quiz, sitting: Sitting, given: Mapping[int, Answer], read: Reader) -> Result:
    places = places_of(quiz.items, sitting.items)
    return Result(
        sitting, tuple(cell(read.question(sitting.item(at)), sitting.item(at), given[at]) for at in places)
    )


def places_of(items: Sequence[Item], sat: Sequence[Item]) -> list[int]:
    """Where a sitting has each question of the quiz; one that comes twice is told apart by its numbers."""
    left = dict(enumerate(sat, start=1))
    found = []
    for item in items:
        same = [place for place, other in left.items() if other.slug == item.slug]
        place = next((p for p in same if left[p].variant == item.variant), same[0])
        del left[place]
        found.append(place)
    return found


def cell(question: Question | None, item: Item, answer: Answer) -> Cell:
    if question is None:  # a person would have to look
        return Cell(answer.place, item.marks, 0, item.marks, bool(answer.responses), ())
    parts = parts_of(question, answer)
    return Cell(
        answer.place,
        item.marks,
        sum(part.earned for part in parts if part.earned is not None),
        sum(part.marks for part in parts if part.earned is None),
        bool(answer.responses),
        tuple(name for part in parts for name in part.mistakes),
    )
