"""Beginning, saving, turning pages, handing in: the clock is given, and two at once are two threads."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.errors import Conflict, NotAllowed, NotFound
from app.quizzes import sitting
from app.quizzes.blueprint import Rules
from app.quizzes.sitting import FLAG, Typed
from app.storage.database import reading, writing
from app.storage.tables import sittings
from tests.quizzes.conftest import NINE, RIGHT, Room, later, read


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each returns, or the error that it raises; all begin in one instant."""
    ready = Barrier(len(acts))

    def act(what: Callable[[], Any]) -> Any:
        ready.wait()
        try:
            return what()
        except (Conflict, NotAllowed) as error:
            return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(act, acts))


# --- beginning


def test_a_paper_is_begun_empty_with_its_deadline(room: Room) -> None:
    own = room.begun(minutes=20)
    assert (own.started_at, own.deadline) == (later(0), later(20 * 60))
    assert own.is_open(later(1199.999)) and not own.is_open(later(1200))
    assert [(a.place, a.fields, a.responses, a.version, a.seconds) for a in room.answers(own)] == [
        (place, {}, {}, 0, 0) for place in (1, 2, 3)
    ]


def test_without_minutes_a_quiz_lasts_as_long_as_its_questions_say(room: Room) -> None:
    made = room.quiz(minutes=0)
    minutes = sum(item.minutes for item in made.items)
    assert room.start(made, room.learner()).deadline == later(60 * minutes)


@pytest.mark.parametrize(
    ("extra", "closes", "minutes"),
    [(0, None, 20), (10, None, 30), (0, 12, 12), (10, 12, 22), (0, 90, 20), (5, 90, 25), (2.5, 18, 20.5)],
)
def test_closing_ends_a_paper_early_and_extra_time_is_added_to_both(
    room: Room, extra: float, closes: float | None, minutes: float
) -> None:
    closing = later(60 * closes) if closes else None
    own = room.start(room.quiz(minutes=20), room.learner(), extra=extra, closes_at=closing)
    assert own.deadline == later(60 * minutes)


def test_one_paper_at_a_time(room: Room) -> None:
    made, other, learner = room.quiz(), room.quiz(), room.learner()
    first = room.start(made, learner)
    with pytest.raises(Conflict):
        room.start(other, learner, later(60))
    room.start(other, room.learner(), later(60))
    room.hand_in(first, 61)
    room.start(other, learner, later(62))


def test_a_paper_whose_time_is_up_keeps_nobody_from_the_next(room: Room) -> None:
    made, learner = room.quiz(minutes=20), room.learner()
    room.start(made, learner)
    room.start(made, learner, later(1200))


def test_attempts_are_as_many_as_allowed(room: Room) -> None:
    made, learner = room.quiz(rules=Rules(attempts=2)), room.learner()
    for at in (0, 100):
        room.hand_in(room.start(made, learner, later(at)), at + 1)
    with pytest.raises(NotAllowed):
        room.start(made, learner, later(200))
    room.start(made, room.learner(), later(200))


def test_many_clicks_begin_one(room: Room) -> None:
    made, learner = room.quiz(), room.learner()
    found = at_once(*[lambda: room.start(made, learner)] * 6)
    assert sum(isinstance(each, sitting.Sitting) for each in found) == 1
    assert sum(isinstance(each, Conflict) for each in found) == 5
    with reading(room.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(sittings)) == 1
        assert len(sitting.listed(connection, learner)) == 1


def test_a_paper_is_its_learners(room: Room) -> None:
    own, stranger = room.begun(), room.learner()
    with writing(room.engine) as connection:
        for who in (stranger, None):
            with pytest.raises(NotAllowed):
                sitting.writable(connection, own.id, who, later(1))
        with pytest.raises(NotFound):
            sitting.writable(connection, own.id + 1, own.learner_id, later(1))
        assert sitting.open_of(connection, own.learner_id, later(1)) == own.id
        assert sitting.open_of(connection, stranger, later(1)) is None


@pytest.mark.parametrize("place", [0, 4, -1])
def test_there_are_no_other_places(room: Room, place: int) -> None:
    own = room.begun()
    with pytest.raises(NotFound):
        own.item(place)
    with pytest.raises(NotFound):
        room.save(own, {"total": "1"}, place=place)


# --- saving


def test_every_character_is_kept_as_it_was_typed(room: Room) -> None:
    own = room.begun()
    odd = " 6７ \n\t½ × ' \" <b> 拾 \U0001f600 "
    room.save(own, {"why": odd}, place=2)
    assert room.held(own, 2) == {"why": [odd]}
    assert room.answers(own)[1].responses == {"why": odd}
    assert room.held(own, 1) == {}


def test_versions_count_what_changed(room: Room) -> None:
    own = room.begun()
    assert room.save(own, {"total": "6"}, at=1).version == 1
    assert room.save(own, {"total": "67"}, at=2).version == 2
    assert room.save(own, {"total": "67"}, at=2).version == 2  # sent again
    assert room.save(own, {}, at=3).version == 2
    assert room.save(own, {"total": ""}, at=4).version == 3
    assert room.answers(own)[0].responses == {} and room.held(own) == {"total": [""]}


def test_the_value_typed_later_stands_and_the_other_tab_is_told(room: Room) -> None:
    own = room.begun()
    first = room.save(own, {"total": "a"}, at=10, tab="a")
    assert (first.version, first.told) == (1, {})
    late = room.save(own, {"total": "b", "layers.0": "12"}, at=5, now=later(20), tab="b")
    assert (late.version, late.told) == (2, {"total": ["a"]})
    assert room.held(own) == {"total": ["a"], "layers.0": ["12"]}
    told = room.save(own, {}, at=30, seen=first.version, tab="a")
    assert told.told == {"layers.0": ["12"]}
    newer = room.save(own, {"total": "b"}, at=40, seen=2, tab="b")
    assert newer.told == {} and room.held(own)["total"] == ["b"]


def test_the_same_typed_once_more_stands_against_what_was_typed_between(room: Room) -> None:
    own = room.begun()
    room.save(own, {"total": "67"}, at=10, tab="a")
    again = room.save(own, {"total": "67"}, at=30, seen=1, tab="b")
    assert (again.version, again.told) == (1, {})
    room.save(own, {"total": "52"}, at=20, now=later(40), seen=1, tab="a")
    assert room.held(own) == {"total": ["67"]}


def test_what_loses_is_always_told(room: Room) -> None:
    own = room.begun()
    room.save(own, {"total": "67"}, at=10, tab="a")
    lost = room.save(own, {"total": "52"}, at=9, now=later(11), seen=1, tab="b")  # though b has seen it
    assert lost.told == {"total": ["67"]}


def test_a_flag_is_a_field_like_any_other(room: Room) -> None:
    own = room.begun()
    room.save(own, {FLAG: ["1"]}, at=1)
    assert room.answers(own)[0].flagged and room.answers(own)[0].responses == {}
    room.save(own, {FLAG: []}, at=2)
    assert not room.answers(own)[0].flagged


@pytest.mark.parametrize("at", [1200, 1200.001, 86400])
def test_nothing_is_taken_after_the_deadline(room: Room, at: float) -> None:
    own = room.begun(minutes=20)
    room.save(own, {"total": "67"}, at=1199.999)
    with pytest.raises(Conflict):
        room.save(own, {"total": "52"}, at=1199, now=later(at))  # whenever it says it was typed
    assert room.held(own) == {"total": ["67"]}


def test_nothing_is_taken_after_handing_in(room: Room) -> None:
    own = room.begun()
    room.save(own, {"total": "67"}, at=1)
    room.hand_in(own, 10)
    with pytest.raises(Conflict):
        room.save(own, {"total": "52"}, at=11)
    assert room.held(own) == {"total": ["67"]}


def test_nothing_is_taken_at_a_place_that_was_marked(room: Room) -> None:
    own = room.begun()
    with writing(room.engine) as connection:
        connection.execute(
            sitting.answers.update().where(sitting.answers.c.place == 1).values(checked_at=later(1))
        )
    with pytest.raises(Conflict):
        room.save(own, {"total": "67"}, at=2)
    room.save(own, {"why": "so"}, place=2, at=2)


def test_saves_of_different_fields_at_once_lose_nothing(room: Room) -> None:
    own = room.begun(NINE)
    fields = {**RIGHT, FLAG: "1"}
    acts = [
        lambda name=name, i=i: room.save(own, {name: fields[name]}, at=i, tab=name)
        for i, name in enumerate(fields)
    ]
    found = at_once(*acts)
    assert sorted(each.version for each in found) == list(range(1, len(fields) + 1))
    assert room.held(own) == {name: [value] for name, value in fields.items()}
    assert room.answers(own)[0].responses["total"] == "67"


@dataclass
class Tab:
    """A page as its script keeps it: what it shows, what is not acknowledged, which version it knows."""

    name: str
    shown: dict[str, str] = field(default_factory=dict)
    unsaved: dict[str, Typed] = field(default_factory=dict)
    seen: int = 0


FIELDS = ("total", "layers.0")
STEPS = st.one_of(
    st.tuples(st.just("type"), st.integers(0, 1), st.sampled_from(FIELDS), st.sampled_from("12")),
    st.tuples(st.sampled_from(["send", "lose the reply"]), st.integers(0, 1)),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=24))
def test_two_tabs_end_with_what_was_typed_last(room: Room, steps: list[tuple[Any, ...]]) -> None:
    own = room.begun(NINE)
    tabs, last = (Tab("a"), Tab("b")), dict[str, str]()

    def send(tab: Tab, at: int, *, lost: bool = False) -> None:
        with writing(room.engine) as connection:
            held = sitting.writable(connection, own.id, own.learner_id, later(at))
            saved = sitting.save(connection, held, 1, tab.unsaved, tab.seen, tab.name, read)
        if not lost:
            tab.unsaved.clear()
            tab.seen = saved.version
            tab.shown |= {name: values[0] for name, values in saved.told.items()}

    for at, (what, number, *typed) in enumerate(steps, start=1):
        tab = tabs[number]
        if what == "type":
            name, value = typed
            tab.unsaved[name] = Typed([value], later(at).timestamp())
            tab.shown[name] = last[name] = value
        else:
            send(tab, at, lost=what == "lose the reply")
    for round_ in range(2):
        for tab in tabs:
            send(tab, 100 + round_)
    assert {name: values[0] for name, values in room.held(own).items()} == last
    assert tabs[0].shown == tabs[1].shown == last


# --- turning pages


def test_the_time_of_all_places_adds_up_to_the_time_passed(room: Room) -> None:
    own = room.begun(minutes=20)
    for place, at in ((1, 5), (2, 30), (3, 90), (1, 100), (1, 130), (2, 250)):
        room.turn(own, place, at)
    room.hand_in(own, 400)
    seconds = [answer.seconds for answer in room.answers(own)]
    assert seconds == [30 + 150, 60 + 150, 10]
    assert sum(seconds) == 400


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    turns=st.lists(st.tuples(st.integers(1, 3), st.integers(0, 1300)), max_size=8), end=st.integers(1, 1500)
)
def test_pages_turned_in_any_order_never_count_time_twice(
    room: Room, turns: list[tuple[int, int]], end: int
) -> None:
    own = room.begun(minutes=20)
    for place, at in turns:  # also of requests that overtake one another
        room.turn(own, place, at)
    last = max([min(at, 1200) for _, at in turns], default=0)
    if end < 1200:
        room.hand_in(own, end)
    else:
        room.expire(end)
    expected = max(last, min(end, 1200))
    assert sum(answer.seconds for answer in room.answers(own)) == expected


def test_pages_opened_at_once_count_the_time_once(room: Room) -> None:
    own = room.begun()
    at_once(*[lambda place=place: room.turn(own, place, 60) for place in (1, 2, 3, 1, 2, 3)])
    assert sum(answer.seconds for answer in room.answers(own)) == 60


def test_a_page_looked_at_after_handing_in_changes_nothing(room: Room) -> None:
    own = room.begun()
    handed = room.hand_in(own, 50)
    room.turn(own, 3, 60)
    assert room.now(own) == handed
    assert sum(answer.seconds for answer in room.answers(own)) == 50


# --- handing in


def test_handing_in_is_done_once(room: Room) -> None:
    own = room.begun()
    handed = room.hand_in(own, 77)
    assert (handed.handed_in_at, handed.expired) == (later(77), False)
    with pytest.raises(Conflict):
        room.hand_in(own, 80)
    room.expire(5000)
    assert room.now(own) == handed


def test_the_deadline_hands_in_what_was_saved(room: Room) -> None:
    own, other = room.begun(minutes=20), room.begun(minutes=30)
    room.save(own, {"total": "67"}, at=1199)
    room.turn(own, 2, 600)
    room.expire(1199.999)
    assert room.now(own).handed_in_at is None
    room.expire(1500)
    expired = room.now(own)
    assert (expired.handed_in_at, expired.expired) == (own.deadline, True)
    assert [answer.seconds for answer in room.answers(own)] == [600, 600, 0]
    assert room.held(own) == {"total": ["67"]}
    assert room.now(other).handed_in_at is None
    room.expire(9000, sittings.c.id == own.id)
    assert room.now(own) == expired and room.now(other).handed_in_at is None


def test_a_deadline_seen_by_many_hands_in_once(room: Room) -> None:
    own = room.begun(minutes=20)
    at_once(*[lambda: room.expire(1300)] * 5)
    assert room.now(own).handed_in_at == own.deadline
    assert [answer.seconds for answer in room.answers(own)] == [1200, 0, 0]


@pytest.mark.parametrize("how", ["hand in", "deadline"])
def test_a_save_beside_the_end_is_in_the_paper_or_refused(room: Room, how: str) -> None:
    own = room.begun(NINE, minutes=20)

    def end() -> None:
        if how == "deadline":
            room.expire(1200)
        else:
            room.hand_in(own, 1199)
        room.grade(room.now(own), 1200)

    acts = [
        lambda name=name: room.save(own, {name: RIGHT[name]}, at=1198, now=later(1199.9), tab=name)
        for name in RIGHT
    ]
    found = at_once(*acts[:2], end, *acts[2:])
    found.pop(2)
    acknowledged = {name for name, each in zip(RIGHT, found, strict=True) if not isinstance(each, Exception)}
    assert set(room.held(own)) == acknowledged
    answer, graded = room.answers(own)[0], room.now(own)
    assert graded.handed_in_at is not None and graded.graded_at is not None
    assert set(answer.verdicts) == {name.split(".")[0] for name in acknowledged}
    assert answer.verdicts.get("total", {}).get("verdict", "correct") == "correct"


def test_extra_time_is_not_taken_by_anothers_deadline(room: Room) -> None:
    made = room.quiz(minutes=20)
    slow = room.start(made, room.learner(), extra=10)
    assert slow.deadline - slow.started_at == timedelta(minutes=30)
    room.expire(1300)
    room.save(slow, {"total": "67"}, at=1799)
    assert room.held(slow) == {"total": ["67"]}
