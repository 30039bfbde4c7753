"""Marking anew, on both databases: what changes, what cannot, and that it is done once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from app.accounts import users
from app.questions.source import parse
from app.questions.variant import variant
from app.storage import attempts as log
from app.storage.database import reading, writing
from app.storage.mistakes import mistakes_of
from app.storage.tables import attempts
from app.study import practice
from app.study.practice import Entry, Practice
from app.teaching import regrading
from app.teaching.regrading import Newest, Preview
from tests.teaching.questions import (
    NOW,
    OTHER_NUMBERS,
    RIGHT,
    SLUG,
    TOTAL,
    WITHOUT_BIASES,
    WRONG,
    publish_text,
)


@dataclass
class Room:
    """A question whose texts follow one another, and those who answer it."""

    engine: Engine
    revision: int = 0
    source: str = ""
    sent: int = 0
    people: dict[str, int] = field(default_factory=dict)

    def publish(self, source: str) -> None:
        with writing(self.engine) as connection:
            self.revision, self.source = publish_text(connection, source), source

    def learner(self, name: str) -> int:
        if name not in self.people:
            with writing(self.engine) as connection:
                self.people[name] = (
                    log.new_learner(connection, NOW)
                    if name.startswith("guest")
                    else users.register(connection, name, None, "hash", NOW).learner_id
                )
        return self.people[name]

    def does(self, name: str, what: Callable[..., Any], *more: Any, number: int = 0) -> None:
        learner = self.learner(name)
        self.sent += 1
        shown = variant(parse(self.source, SLUG, SLUG)[0], number)
        at = NOW + timedelta(minutes=self.sent)
        with writing(self.engine) as connection:
            what(connection, Entry(learner, self.revision, shown, f"send {self.sent}", at), *more)

    def answer(self, name: str, number: int = 0, **responses: Any) -> None:
        self.does(name, practice.answer, responses, number=number)

    def sees(self, name: str, number: int = 0, revision: int | None = None) -> Practice:
        shown = variant(parse(self.source, SLUG, SLUG)[0], number)
        with reading(self.engine) as connection:
            return practice.read(connection, self.learner(name), shown, revision or self.revision)

    def regrade(self, how: Any = regrading.preview) -> Preview:
        newest = Newest(parse(self.source, SLUG, SLUG), self.revision)
        with (reading if how is regrading.preview else writing)(self.engine) as connection:
            found: Preview = how(connection, newest, NOW + timedelta(days=1))
        return found

    def progress(self, name: str) -> log.Progress:
        with reading(self.engine) as connection:
            return log.progress_of(connection, self.learner(name))[SLUG]

    def entries(self) -> int:
        with reading(self.engine) as connection:
            return int(connection.scalar(select(func.count()).select_from(attempts)) or 0)

    def is_derived(self) -> bool:
        with writing(self.engine) as connection:
            return log.rebuild_progress(connection) == 0


@pytest.fixture
def room(engine: Engine) -> Room:
    made = Room(engine)
    made.publish(WRONG)
    return made


def test_the_preview_lists_who_changes_by_how_much_and_changes_nothing(room: Room) -> None:
    room.answer("Ann", total=str(TOTAL))
    room.answer("Bob", total=str(WITHOUT_BIASES))
    room.answer("Cas", total="5")
    room.answer("guest", total=str(TOTAL))
    room.publish(RIGHT)
    before = room.entries()
    found = room.regrade()
    assert [(c.name, c.variant, c.before, c.after) for c in found.changes] == [
        ("Ann", 0, 0.0, 0.75),
        ("Bob", 0, 0.75, 0.0),
        (None, 0, 0.0, 0.75),
    ]
    (part,) = found.changes[0].parts
    assert part.id == "total" and part.ask and part.ask.en == "Total of parameters"
    assert (part.before["verdict"], part.after.verdict) == ("incorrect", "correct")
    assert (found.judged, found.unchanged, found.refusals) == (4, 1, [])
    assert found.bests[room.learner("Ann"), SLUG] == (0.0, 0.75)
    assert found.bests[room.learner("Bob"), SLUG] == (0.75, 0.0)
    assert room.entries() == before and room.progress("Ann").best == 0.0


def test_corrections_are_made_once_and_everything_follows(room: Room) -> None:
    room.answer("Ann", total=str(TOTAL))
    room.answer("Bob", total=str(WITHOUT_BIASES))
    room.publish(RIGHT)
    assert not room.sees("Ann").answered
    assert len(room.regrade(regrading.apply).changes) == 2
    assert (room.progress("Ann").best, room.progress("Ann").answers) == (0.75, 1)
    assert (room.progress("Bob").best, room.progress("Bob").last) == (0.0, 0.0)
    with reading(room.engine) as connection:
        assert [slip.name for slip in mistakes_of(connection, room.learner("Bob"))] == ["bias_forgotten"]
        assert mistakes_of(connection, room.learner("Ann")) == []
    seen = room.sees("Ann")
    assert (seen.responses, seen.score, seen.regraded, seen.before) == ({"total": "27"}, 0.75, True, 0.0)
    assert seen.verdicts["total"].verdict == "correct"
    entries = room.entries()
    again = room.regrade(regrading.apply)
    assert (again.changes, again.judged, room.entries()) == ([], 0, entries)
    assert room.is_derived()


def test_the_page_of_then_keeps_the_marks_of_then(room: Room) -> None:
    then = room.revision
    room.answer("Ann", total=str(TOTAL))
    room.publish(RIGHT)
    room.regrade(regrading.apply)
    seen = room.sees("Ann", revision=then)
    assert (seen.score, seen.regraded) == (0.0, False)


def test_own_marks_stay_and_are_counted_with_the_new_marks(room: Room) -> None:
    room.answer("Ann", total=str(TOTAL), why="权重")
    room.does("Ann", practice.mark_own, {"why": {"weights": 1}})
    assert room.sees("Ann").score == pytest.approx(0.125)
    room.publish(RIGHT)
    (change,) = room.regrade(regrading.apply).changes
    assert (change.before, change.after) == (pytest.approx(0.125), pytest.approx(0.875))
    seen = room.sees("Ann")
    assert seen.levels == {"why": {"weights": 1}} and seen.score == pytest.approx(0.875)
    assert seen.before == pytest.approx(0.125)
    room.does("Ann", practice.mark_own, {"why": {"weights": 1, "biases": 1}})
    assert room.sees("Ann").score == 1.0 and room.progress("Ann").best == 1.0
    assert room.is_derived()


def test_answers_are_judged_on_the_numbers_of_then(room: Room) -> None:
    then = room.revision
    room.answer("Ann", total=str(TOTAL))
    room.publish(OTHER_NUMBERS)
    found = room.regrade(regrading.apply)
    assert [(c.name, c.after) for c in found.changes] == [("Ann", 0.75)] and found.on_other_numbers == 1
    assert not room.sees("Ann").answered  # other numbers are shown today
    seen = room.sees("Ann", revision=then)
    assert (seen.score, seen.regraded, seen.before) == (0.75, True, 0.0)
    assert room.regrade(regrading.apply).changes == [] and room.is_derived()


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("- id: total", "- id: sum", "also asks for “sum”"),
        (
            "    response: number\n",
            "    response: numbers\n    labels: [{zh: 一, en: one}]\n",
            "another type",
        ),
        ("given: {widths: [2, 4, 3], ", "given: {widths: [2, 4, 3], depth: 2, ", "not given then: depth"),
        (
            "result: total}",
            'result: total, inputs: {widths: "{{ widths[9] }}"}}',
            "cannot be computed",
        ),
    ],
)
def test_what_cannot_be_marked_anew_says_why_and_keeps_its_marks(
    room: Room, before: str, after: str, reason: str
) -> None:
    room.answer("Ann", total=str(TOTAL))
    room.publish(RIGHT.replace(before, after))
    found = room.regrade()
    assert [refusal.name for refusal in found.refusals] == ["Ann"] and reason in found.refusals[0].reason.en
    assert (found.changes, found.judged) == ([], 1)


def test_a_part_that_was_taken_away_is_missed_only_by_those_who_answered_it(room: Room) -> None:
    room.answer("Ann", total=str(TOTAL))
    room.answer("Bob", why="权重")
    room.publish(RIGHT[: RIGHT.index("  - id: why")])
    found = room.regrade()
    assert [change.name for change in found.changes] == ["Ann"] and found.changes[0].after == 1.0
    assert [refusal.reason.en for refusal in found.refusals] == ["The new question has no part “why”."]


def test_an_old_text_that_no_longer_parses_says_so(room: Room) -> None:
    room.answer("Ann", total=str(TOTAL))
    with writing(room.engine) as connection:
        broken = publish_text(connection, "title: of another age\n")
        connection.execute(attempts.update().values(revision_id=broken))
    room.publish(RIGHT)
    (refusal,) = room.regrade().refusals
    assert refusal.reason == regrading.OUTDATED


def test_taking_a_change_back_gives_the_marks_of_then_back(room: Room) -> None:
    room.answer("Ann", total=str(TOTAL))
    for source, score in ((RIGHT, 0.75), (WRONG, 0.0), (RIGHT, 0.75), (WRONG, 0.0)):
        room.publish(source)
        assert len(room.regrade(regrading.apply).changes) == 1
        assert (room.sees("Ann").score, room.progress("Ann").best) == (score, score)
        assert room.progress("Ann").answers == 1 and room.is_derived()


def test_other_marks_for_a_part_change_the_share(room: Room) -> None:
    room.answer("Ann", total=str(WITHOUT_BIASES))
    room.publish(WRONG.replace("marks: 3", "marks: 1"))
    (change,) = room.regrade().changes
    assert (change.before, change.after, change.parts) == (0.75, 0.5, [])


def test_a_newer_answer_stays_the_one_that_is_shown(room: Room) -> None:
    room.answer("Ann", total=str(TOTAL))
    room.publish(RIGHT)
    room.answer("Ann", total="5")
    room.regrade(regrading.apply)
    seen = room.sees("Ann")
    assert (seen.responses, seen.regraded) == ({"total": "5"}, False)
    assert (room.progress("Ann").best, room.progress("Ann").last) == (0.75, 0.0) and room.is_derived()


def test_help_taken_before_still_counts_after(room: Room) -> None:
    room.does("Ann", practice.give_up)
    room.answer("Ann", total=str(TOTAL))
    room.publish(RIGHT)
    found = room.regrade(regrading.apply)
    assert found.bests[room.learner("Ann"), SLUG] == (None, None)
    assert (room.progress("Ann").best, room.progress("Ann").last) == (None, 0.75) and room.is_derived()
