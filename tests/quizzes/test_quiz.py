"""Drawing a quiz and finding it again by its code, on both databases."""

import pytest
from sqlalchemy import func, select

from app.errors import Invalid, NotAllowed, NotFound
from app.quizzes import paper, quiz
from app.quizzes.blueprint import READY, TITLES, Blueprint, Rules, chosen, drawn
from app.storage.attempts import new_learner
from app.storage.database import reading, writing
from app.storage.tables import quizzes, users
from tests.quizzes.conftest import NINE, NOW, Room


def test_the_paper_is_kept_as_it_was_drawn_from_its_code(room: Room) -> None:
    for kind, (blueprint, rules) in READY.items():
        with writing(room.engine) as connection:
            made = quiz.create(connection, room.shelf, blueprint, rules, NOW)
        with reading(room.engine) as connection:
            assert quiz.found(connection, made.id) == made
        again = chosen(blueprint, room.shelf.bank, made.code)
        assert [item.slug for item in made.items] == [question.slug for question in again]
        assert [item.variant for item in made.items] == drawn(again, rules.variants, made.code)
        assert made.name == TITLES[kind]


def test_the_whole_paper_is_the_printed_one(room: Room) -> None:
    with writing(room.engine) as connection:
        made = quiz.create(connection, room.shelf, *READY["paper"], NOW)
    numbers = [room.shelf.bank.questions[item.slug].number for item in made.items]
    assert numbers == list(range(1, 31)) and {item.variant for item in made.items} == {0}
    assert (made.marks, made.minutes) == (100, 120)


@pytest.mark.parametrize("typed", ["{}", " {} ", "{}\n", "lower", "spaced"])
def test_a_code_is_found_however_it_is_typed(room: Room, typed: str) -> None:
    made = room.quiz()
    code = {"lower": made.code.lower(), "spaced": f"{made.code[:4]} - {made.code[4:]}"}.get(
        typed, typed.format(made.code)
    )
    with reading(room.engine) as connection:
        assert quiz.by_code(connection, code) == made


@pytest.mark.parametrize("code", ["", "ABCDEFGH", "%", "' OR 1=1 --", "\0", "x" * 10_000])
def test_a_code_that_nobody_has_is_told(room: Room, code: str) -> None:
    room.quiz()
    with reading(room.engine) as connection, pytest.raises(NotFound) as refused:
        quiz.by_code(connection, code)
    assert refused.value.field == "code"


def test_codes_are_read_without_doubt_and_differ(room: Room) -> None:
    codes = {quiz.new_code() for _ in range(500)}
    assert len(codes) == 500
    assert all(len(code) == 8 and not set(code) & set("IO01") for code in codes)


def test_where_no_question_fits_no_quiz_is_made(room: Room) -> None:
    blueprint = Blueprint(kind="own", topics=("no such topic",), count=5)
    with writing(room.engine) as connection, pytest.raises(Invalid):
        quiz.create(connection, room.shelf, blueprint, Rules(), NOW)
    with reading(room.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(quizzes)) == 0


def test_a_title_is_one_line_and_not_endless(room: Room) -> None:
    assert quiz.checked_title("  Week\0 3 \n sigmoid ") == "Week 3 sigmoid"
    with pytest.raises(Invalid) as refused:
        quiz.checked_title("x" * (quiz.LONGEST_TITLE + 1))
    assert refused.value.field == "title"


def test_an_instructors_quiz_is_theirs_to_change(room: Room) -> None:
    with writing(room.engine) as connection:
        row = {"name": "W", "name_key": "w", "password_hash": "h", "role": "instructor", "created_at": NOW}
        key = users.insert().values(row | {"learner_id": new_learner(connection, NOW)})
        owner = int((connection.execute(key).inserted_primary_key or [0])[0])
    made = room.quiz(owner_id=owner)
    with writing(room.engine) as connection:
        changed = quiz.change(connection, made, title="Week 3", rules=Rules(attempts=2), archived_at=NOW)
        assert quiz.owned(connection, made.id, owner) == changed
        assert changed.name.zh == changed.name.en == "Week 3"
        with pytest.raises(NotAllowed):
            quiz.owned(connection, made.id, owner + 1)
        with pytest.raises(NotFound):
            quiz.owned(connection, made.id + 1, owner)


def test_everybody_has_the_same_numbers_or_each_their_own(room: Room) -> None:
    same = room.quiz(NINE, rules=Rules(variants="same"))
    assert same.items[0].variant > 0
    one, other = (room.start(same, room.learner()) for _ in range(2))
    assert one.items == other.items == same.items
    each = room.quiz(NINE, rules=Rules(variants="each"))
    own = [room.start(each, room.learner()).items[0].variant for _ in range(6)]
    assert len(set(own)) > 1


def test_a_shuffled_paper_is_the_same_places_in_another_order(room: Room) -> None:
    slugs = [question.slug for question in room.shelf.bank.listed[:12]]
    made = room.quiz(*slugs, rules=Rules(shuffled=True, variants="printed"))
    papers = [room.start(made, room.learner()).items for _ in range(4)]
    assert all(sorted(items, key=lambda i: slugs.index(i.slug)) == list(made.items) for items in papers)
    assert len({tuple(item.slug for item in items) for items in papers}) > 1


def test_a_paper_stays_what_it_was_after_its_questions_changed(room: Room) -> None:
    own = room.begun(NINE)
    bank = room.shelf.bank
    today = bank.questions[NINE]
    changed = today.model_copy(update={"marks": 99, "revision": "another"})
    questions = {**bank.questions, NINE: changed}
    now = type(room.shelf)(type(bank)(questions, bank.sources), {**room.shelf.revision_ids, NINE: -1})
    with reading(room.engine) as connection:
        shown = paper.shown(connection, now, own.item(1))
    assert shown.question.marks == today.marks != 99
    assert shown.question.revision == today.revision
