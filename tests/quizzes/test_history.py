"""Sittings as they were: settled once, listed with their totals, and kept whatever becomes of their questions."""

from dataclasses import replace

import pytest
from sqlalchemy import delete, update

from app.quizzes import history, paper, quiz
from app.quizzes.blueprint import Blueprint, Rules
from app.quizzes.quiz import Quiz
from app.quizzes.report import Report
from app.quizzes.sitting import Sitting
from app.storage.database import reading, writing
from app.storage.tables import attempts, revisions
from tests.quizzes.conftest import EIGHT, FOUR, NINE, NOW, RIGHT, Room, later

TEXT = "沿负梯度方向一步步更新参数，使损失函数尽量小。"


def quiz_of(room: Room, own: Sitting) -> Quiz:
    with reading(room.engine) as connection:
        return quiz.found(connection, own.quiz_id)


def settled(room: Room, *own: Sitting, at: float = 60) -> None:
    with writing(room.engine) as connection:
        history.settle(connection, room.shelf, own, later(at))


def due(room: Room, own: Sitting, at: float) -> bool:
    with reading(room.engine) as connection:
        return bool(history.due(connection, [room.now(own)], later(at)))


def report(room: Room, own: Sitting) -> Report:
    with reading(room.engine) as connection:
        return history.report_of(connection, room.shelf, own, quiz_of(room, own))


def finished(room: Room, of: Quiz, learner: int, *, why: str = "") -> Sitting:
    own = room.start(of, learner)
    room.save(own, RIGHT)
    if why:
        room.save(own, {"why": why}, place=2)
    own = room.hand_in(own, 60)
    settled(room, own)
    return room.now(own)


def test_what_is_due_is_brought_to_an_end_once(room: Room) -> None:
    own = room.begun(NINE, FOUR)
    room.save(own, RIGHT)
    assert not due(room, own, 60) and due(room, own, 20 * 60)
    settled(room, own, at=20 * 60)
    after = room.now(own)
    assert after.expired and after.handed_in_at == own.deadline and after.graded_at and after.logged_at
    assert not due(room, own, 20 * 60 + 1)
    settled(room, own, at=9999)
    assert room.now(own) == after


def test_the_contents_of_a_quiz_are_its_marks_by_topic_and_kind(room: Room) -> None:
    with reading(room.engine) as connection:
        found = history.contents(connection, room.shelf, room.quiz(NINE, FOUR))
    assert {kind: (tally.count, tally.out_of) for kind, tally in found.kinds.items()} == {
        "numeric": (2, 4), "text": (1, 3),
    }  # fmt: skip
    assert found.topics["parameters"].out_of == 4 and found.topics["optimisation"].out_of == 3
    assert found.total.earned == found.total.open == 0


def test_totals_tell_what_is_still_open(room: Room) -> None:
    own = finished(room, room.quiz(NINE, FOUR), room.learner(), why=TEXT)
    with reading(room.engine) as connection:
        (entry,) = history.entries(connection, room.shelf, [own], later(60))
    assert entry.total and (entry.total.earned, entry.total.open, entry.total.out_of) == (4, 3, 7)
    room.mark(own, 2, {"why": {}})
    assert report(room, own).total.complete and report(room, own).total.earned == 4


def test_earlier_sittings_are_of_the_same_quiz_else_of_the_same_kind(room: Room) -> None:
    learner, rules = room.learner(), Rules()

    def before(own: Sitting) -> list[int]:
        with reading(room.engine) as connection:
            return [each.id for each in history.before(connection, own, quiz_of(room, own))]

    with writing(room.engine) as connection:
        sprint, other = (
            quiz.create(connection, room.shelf, Blueprint(kind="sprint", count=2), rules, NOW) for _ in "ab"
        )
    chosen = [room.quiz(NINE, FOUR) for _ in "ab"]
    own = []
    for of in (sprint, chosen[0], other, other, chosen[1], chosen[0]):
        own.append(room.hand_in(room.start(of, learner), 60))
    ids = [each.id for each in own]
    assert [before(each) for each in own] == [[], [], [ids[0]], [ids[2]], [], [ids[1]]]
    assert before(room.hand_in(room.start(sprint, room.learner()), 60)) == []  # another's are none of theirs


def test_a_question_that_changed_is_shown_and_counted_as_it_was(room: Room) -> None:
    own = finished(room, room.quiz(NINE, FOUR), room.learner(), why=TEXT)
    then = report(room, own)
    bank = room.shelf.bank
    nine = bank.questions[NINE]
    changed = nine.model_copy(update={"marks": 40.0, "revision": "f" * 64, "parts": list(nine.parts)[:1]})
    with writing(room.engine) as connection:
        added = connection.execute(
            revisions.insert(), {"slug": NINE, "hash": "f" * 64, "source": "{}", "created_at": NOW}
        )
    key = added.inserted_primary_key
    assert key
    new = replace(bank, questions={**bank.questions, NINE: changed})
    room.shelf = replace(room.shelf, bank=new, revision_ids={**room.shelf.revision_ids, NINE: int(key[0])})
    assert report(room, own).total == then.total and report(room, own).places == then.places
    gone = replace(new, questions={slug: q for slug, q in new.questions.items() if slug not in (NINE, FOUR)})
    room.shelf = replace(room.shelf, bank=gone)
    assert report(room, own).places == then.places


def test_a_question_that_can_no_longer_be_read_keeps_its_marks_and_hides_no_other(room: Room) -> None:
    own = finished(room, room.quiz(NINE, FOUR, EIGHT), room.learner(), why=TEXT)
    room.mark(own, 2, {"why": {"params": 1}})
    then = report(room, own)
    spoil(room, NINE, FOUR)
    with reading(room.engine) as connection:
        questions = paper.questions_of(connection, room.shelf, own.items)
    assert [question and question.slug for question in questions] == [None, None, EIGHT]
    found = report(room, own)
    assert [place.tally.earned for place in found.places] == pytest.approx(
        [place.tally.earned for place in then.places]
    )
    assert found.total.out_of == then.total.out_of and found.total.earned > 4


def test_a_paper_is_graded_even_if_one_question_can_no_longer_be_read(room: Room) -> None:
    own = room.begun(FOUR, NINE)
    room.save(own, {"why": TEXT})
    room.save(own, RIGHT, place=2)
    own = room.hand_in(own, 60)
    spoil(room, FOUR)
    settled(room, own)
    assert room.now(own).logged_at and [place.tally.earned for place in report(room, own).places] == [0, 4]


def spoil(room: Room, *slugs: str) -> None:
    """As if the format of these had changed since: their texts mean nothing any more, and they are retired."""
    with writing(room.engine) as connection:
        connection.execute(update(revisions).where(revisions.c.slug.in_(slugs)).values(source="nothing"))
    left = {slug: q for slug, q in room.shelf.bank.questions.items() if slug not in slugs}
    room.shelf = replace(room.shelf, bank=replace(room.shelf.bank, questions=left))


def test_a_sitting_does_not_need_the_log_of_attempts(room: Room) -> None:
    own = finished(room, room.quiz(NINE, FOUR), room.learner(), why=TEXT)
    then = report(room, own)
    with writing(room.engine) as connection:
        connection.execute(delete(attempts))
    assert report(room, own) == then
