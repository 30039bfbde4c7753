"""The gradebook of a class, against a recount from what its students wrote."""

from collections import Counter
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Engine

from app.accounts import users
from app.questions.part import TextPart
from app.quizzes import gradebook, marking, paper, sitting
from app.quizzes.blueprint import Rules
from app.quizzes.gradebook import Gradebook
from app.storage.database import reading, writing
from app.study.library import Library, open_library
from tests.quizzes.exam import LATER, NOW, Exam, exam

ROOT = Path(__file__).parents[2]
SLUGS = ("fcn-parameter-count", "role-of-loss", "softmax-outputs")
TOTALS = ("67", "52", "nonsense", "")  # right, the biases forgotten, not a number, left empty


@pytest.fixture
def library(engine: Engine) -> Library:
    return open_library(engine, ROOT / "questions")


def sat(engine: Engine, library: Library, shuffled: bool, marked: bool) -> Exam:
    chance = Random(5)
    written = [
        {"total": TOTALS[i % 4], "role": f"写法 {i}" if i % 3 else "", "y1": "e^z1/(e^z1+e^z2+e^z3)" if i % 2 else "z1"}
        for i in range(8)
    ]  # fmt: skip
    with writing(engine) as connection:
        teacher = users.register(connection, "王老师", None, "a hash", NOW, "instructor")
        rules = Rules(variants="printed", shuffled=shuffled)
        made = exam(connection, library, teacher.id, SLUGS, written, rules)
        for sitting_id in made.sittings:
            own = marking.grade(connection, library, sitting.found(connection, sitting_id), LATER)
            for place, item in enumerate(own.items, start=1):
                variant = paper.shown(connection, library, item)
                texts = [part for part in variant.question.parts if isinstance(part, TextPart)]
                levels = {p.id: {point.id: chance.randint(0, 1) for point in p.key_points} for p in texts}
                if marked and chance.random() < 0.6:
                    marking.mark(connection, own, place, variant, levels, LATER)
    return made


def recount(engine: Engine, library: Library, sitting_id: int) -> dict[str, tuple[float, float]]:
    """By question: earned and open, from verdicts and levels alone."""
    found = {}
    with reading(engine) as connection:
        own = sitting.found(connection, sitting_id)
        for item, answer in zip(own.items, sitting.answers_of(connection, sitting_id), strict=True):
            question = library.bank.questions[item.slug]
            whole, earned, still = sum(part.marks for part in question.parts), 0.0, 0.0
            for part in question.parts:
                worth = question.marks * part.marks / whole
                if isinstance(part, TextPart):
                    if part.id in answer.levels:
                        points = sum(point.marks for point in part.key_points)
                        got = sum(p.marks for p in part.key_points if answer.levels[part.id][p.id])
                        earned += worth * got / points
                    elif part.id in answer.responses:
                        still += worth
                elif part.id in answer.verdicts:
                    earned += worth * (answer.verdicts[part.id]["score"] or 0)
            found[item.slug] = (earned, still)
    return found


def book_of(engine: Engine, library: Library, made: Exam) -> Gradebook:
    with reading(engine) as connection:
        return gradebook.gradebook(connection, library, made.quiz, made.assignment)


@pytest.mark.parametrize("shuffled", [False, True])
@pytest.mark.parametrize("marked", [False, True])
def test_every_cell_is_what_a_recount_says(
    engine: Engine, library: Library, shuffled: bool, marked: bool
) -> None:
    made = sat(engine, library, shuffled, marked)
    book = book_of(engine, library, made)
    of = dict(zip((student.id for student in made.students), made.sittings, strict=True))
    assert len(book.rows) == 8
    for row in book.rows:
        counted = row.counted
        assert counted
        right = recount(engine, library, of[row.student.user_id])
        for item, cell in zip(book.items, counted.cells, strict=True):
            assert (cell.earned, cell.open) == pytest.approx(right[item.slug])
        assert counted.earned == pytest.approx(sum(earned for earned, _ in right.values()))
        assert counted.open == pytest.approx(sum(still for _, still in right.values()))
    whole = [row.counted for row in book.rows if row.counted and not row.counted.open]
    assert book.total().of == len(whole)  # what is open is not counted as zero
    if whole:
        assert book.total().mean == pytest.approx(sum(each.earned for each in whole) / len(whole))


def test_what_is_open_decides_nothing_before_it_is_marked(engine: Engine, library: Library) -> None:
    made = sat(engine, library, False, False)
    for result in book_of(engine, library, made).counted:
        for percent in (0, 10, 30, 60, 100):
            needed = result.marks * percent / 100
            sure, possible = result.earned >= needed - 1e-9, result.earned + result.open >= needed - 1e-9
            assert result.total.passed(percent) is (True if sure else None if possible else False)


def test_mistakes_are_counted_by_name_also_two_made_at_once(engine: Engine, library: Library) -> None:
    made = sat(engine, library, False, False)
    book = book_of(engine, library, made)
    with reading(engine) as connection:
        verdicts = [
            verdict for own in made.sittings for answer in sitting.answers_of(connection, own)
            for verdict in answer.verdicts.values()
        ]  # fmt: skip
    times = Counter(name for v in verdicts if v["mistake"] for name in v["mistake"].split("+"))
    assert times["bias_forgotten"] == 2
    assert {each.name: each.times for each in book.mistakes()} == dict(times)
