"""Marks of a paper, and the log of attempts that they are entered in: as if it had been practised, and once."""

from typing import Any

import pytest
from sqlalchemy import select

from app.errors import Conflict
from app.quizzes import paper
from app.quizzes.sitting import Sitting
from app.storage import attempts as log
from app.storage.database import reading, writing
from app.storage.mistakes import mistakes_of
from app.storage.tables import attempts
from app.study import practice
from app.study.practice import Entry
from tests.quizzes.conftest import EIGHT, FOUR, NINE, RIGHT, Room, later
from tests.quizzes.test_sitting import at_once

FORGOTTEN = {"layers.0": "8", "layers.1": "16", "layers.2": "16", "layers.3": "12", "total": "52"}
TEXT = "沿负梯度方向一步步更新参数，使损失函数尽量小。"


def finished(room: Room, fields: dict[str, str] | None = None, *, why: str = "") -> Sitting:
    """A paper handed in after a minute: question 9, and a text in question 4."""
    own = room.begun()
    if fields:
        room.save(own, fields, at=10)
    if why:
        room.save(own, {"why": why}, place=2, at=20)
    return room.hand_in(own, 60)


def entries(room: Room, own: Sitting) -> list[Any]:
    with reading(room.engine) as connection:
        query = select(attempts).where(attempts.c.learner_id == own.learner_id).order_by(attempts.c.id)
        return list(connection.execute(query))


def rebuilt(room: Room) -> int:
    with writing(room.engine) as connection:
        return log.rebuild_progress(connection)


def points(room: Room, slug: str, part: str) -> list[str]:
    found = room.shelf.bank.questions[slug].part(part)
    assert found and found.response == "text"
    return [point.id for point in found.key_points]


def test_an_open_paper_has_no_marks(room: Room) -> None:
    own = room.begun()
    with pytest.raises(Conflict):
        room.grade(own)
    with pytest.raises(Conflict):
        room.mark(room.hand_in(own, 1), 2, {"why": {"params": 1}})  # handed in, not yet graded


def test_marks_are_right_to_the_last_part(room: Room) -> None:
    own = finished(room, FORGOTTEN | {"layers.0": "12", "total": "67"})
    room.grade(own)
    assert room.marks(own, 1) == {"layers": 3 / 4, "total": 1.0}
    verdict = room.answers(own)[0].verdicts["layers"]
    assert (verdict["verdict"], verdict["score"], verdict["cells"]) == (
        "partly", 0.25, ["correct", "incorrect", "incorrect", "incorrect"],
    )  # fmt: skip


def test_what_is_empty_or_unreadable_earns_nothing_and_a_text_is_open(room: Room) -> None:
    own = finished(room, {"total": "six and a bit"}, why=TEXT)
    room.grade(own)
    assert room.marks(own, 1) == {"layers": 0.0, "total": 0.0}
    assert room.answers(own)[0].verdicts["total"]["verdict"] == "unreadable"
    assert room.marks(own, 2) == {"why": None}  # open, never counted as zero
    assert set(room.marks(own, 3).values()) == {0.0}


def test_grading_and_entering_are_done_once(room: Room) -> None:
    own = finished(room, FORGOTTEN, why=TEXT)
    graded = room.grade(own, 70)
    entered = room.enter(graded, 80)
    before = entries(room, own), room.answers(own)
    assert (entered.graded_at, entered.logged_at) == (later(70), later(80))
    for stale in (own, graded, entered):
        assert room.grade(stale, 90).graded_at == later(70)
        assert room.enter(room.grade(stale, 90), 90).logged_at == later(80)
    assert (entries(room, own), room.answers(own)) == before
    assert room.now(own) == entered


def test_many_who_look_at_once_enter_once(room: Room) -> None:
    own = finished(room, FORGOTTEN, why=TEXT)
    room.grade(own, 70)
    room.mark(own, 2, {"why": dict.fromkeys(points(room, FOUR, "why"), 1)}, 75)

    def look(at: float) -> None:
        room.enter(room.grade(own, at), at)

    at_once(*[lambda at=at: look(at) for at in (80, 81, 82, 83)])
    assert [(e.slug, e.kind) for e in entries(room, own)] == [
        (NINE, "answer"), (FOUR, "answer"), (FOUR, "self_mark"),
    ]  # fmt: skip
    assert rebuilt(room) == 0


@pytest.mark.parametrize(
    "fields", [RIGHT, FORGOTTEN, {"total": "52"}, {"total": "x"}, RIGHT | {"total": "52"}]
)
def test_an_answer_counts_as_if_it_had_been_practised(room: Room, fields: dict[str, str]) -> None:
    own = finished(room, fields)
    room.enter(room.grade(own, 70), 80)
    with writing(room.engine) as connection:
        other = log.new_learner(connection, later(0))
        shown = paper.shown(connection, room.shelf, own.item(1))
        entry = Entry(other, own.item(1).revision_id, shown, "key", later(80))
        practice.answer(connection, entry, room.answers(own)[0].responses)
        assert log.progress_of(connection, own.learner_id) == log.progress_of(connection, other)
        slips = [mistakes_of(connection, who) for who in (own.learner_id, other)]
        assert slips[0] == slips[1]
        state = [practice.read(connection, who, shown, entry.revision_id) for who in (own.learner_id, other)]
        assert state[0] == state[1]
    kept, practised = entries(room, own)[0], entries(room, Sitting(**{**vars(own), "learner_id": other}))[0]
    for name in ("slug", "variant", "revision_id", "kind", "responses", "verdicts", "score", "assisted"):
        assert getattr(kept, name) == getattr(practised, name)
    assert rebuilt(room) == 0


def test_a_named_mistake_is_told(room: Room) -> None:
    own = finished(room, FORGOTTEN)
    room.enter(room.grade(own))
    with reading(room.engine) as connection:
        assert [slip.name for slip in mistakes_of(connection, own.learner_id)] == ["bias_forgotten"]


def test_nothing_is_entered_of_what_was_left_empty(room: Room) -> None:
    own = finished(room)
    room.enter(room.grade(own))
    assert entries(room, own) == [] and room.now(own).logged_at is not None


def test_own_marks_count_as_they_are_given_and_the_log_knows_each(room: Room) -> None:
    own = finished(room, RIGHT, why=TEXT)
    room.enter(room.grade(own, 70), 80)
    names = points(room, FOUR, "why")
    worth = {p.id: p.marks for p in room.shelf.bank.questions[FOUR].part("why").key_points}
    some = dict.fromkeys(names, 0) | {names[0]: 1}
    room.mark(own, 2, {"why": some}, 90)
    share = worth[names[0]] / sum(worth.values())
    assert room.marks(own, 2)["why"] == pytest.approx(3 * share)
    room.mark(own, 2, {"why": some}, 95)  # the same: nothing to record
    room.mark(own, 2, {"why": dict.fromkeys(names, 1)}, 100)
    assert room.marks(own, 2) == {"why": 3.0}
    found = [(e.kind, e.score) for e in entries(room, own) if e.slug == FOUR]
    assert found == [("answer", None), ("self_mark", pytest.approx(share)), ("self_mark", 1.0)]
    with reading(room.engine) as connection:
        progress = log.progress_of(connection, own.learner_id)[FOUR]
    assert (progress.answers, progress.best, progress.last) == (1, 1.0, 1.0)
    assert rebuilt(room) == 0


def test_marks_given_before_they_may_be_seen_are_entered_with_the_answer(room: Room) -> None:
    own = finished(room, why=TEXT)
    room.grade(own, 70)
    room.mark(own, 2, {"why": dict.fromkeys(points(room, FOUR, "why"), 1)}, 75)
    assert entries(room, own) == []
    room.enter(room.now(own), 80)
    assert [(e.kind, e.score) for e in entries(room, own)] == [("answer", None), ("self_mark", 1.0)]
    assert rebuilt(room) == 0


def test_marks_of_parts_marked_at_once_by_two_are_all_kept(room: Room) -> None:
    own = room.begun(EIGHT)
    parts = [part.id for part in room.shelf.bank.questions[EIGHT].parts]
    room.save(own, dict.fromkeys(parts, "一小批样本"), at=1)
    room.enter(room.grade(room.hand_in(own, 2)), 3)
    levels = {part: dict.fromkeys(points(room, EIGHT, part), 1) for part in parts}
    at_once(
        *[
            lambda part=part, at=at: room.mark(own, 1, {part: levels[part]}, at)
            for at, part in enumerate(parts)
        ]
    )
    assert room.answers(own)[0].levels == levels
    assert None not in room.marks(own, 1).values()
    assert rebuilt(room) == 0


def test_only_texts_that_were_written_are_marked_by_hand(room: Room) -> None:
    own = finished(room, {"total": "52"})
    room.enter(room.grade(own))
    room.mark(own, 1, {"total": {"x": 1}, "no such part": {"y": 1}})
    room.mark(own, 2, {"why": dict.fromkeys(points(room, FOUR, "why"), 1)})
    assert all(not answer.levels for answer in room.answers(own))
    assert room.marks(own, 2) == {"why": 0.0}
    assert [e.kind for e in entries(room, own)] == ["answer"]
