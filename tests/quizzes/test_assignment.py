"""A quiz given to a class: when it may be begun, until when, and when its marks may be seen."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection

from app.accounts import users
from app.accounts.users import User
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.quizzes import admission, assignment, editing
from app.quizzes import quiz as quizzes
from app.quizzes.assignment import Assignment
from app.quizzes.blueprint import Rules
from app.quizzes.quiz import Quiz
from app.quizzes.sitting import Sitting
from app.storage.database import reading, writing
from app.teaching import classes, membership
from tests.quizzes.conftest import NOW, RIGHT, Room

OPENS, CLOSES = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
MINUTE = timedelta(minutes=1)


@dataclass
class School:
    """A class of two with a quiz of 20 minutes, open for an hour."""

    room: Room
    teacher: User
    ann: User
    bob: User
    quiz: Quiz
    class_id: int
    given: Assignment

    def begin(self, who: User, now: datetime) -> Sitting:
        with writing(self.room.engine) as connection:
            quiz = quizzes.found(connection, self.quiz.id)
            return admission.begin(connection, self.room.shelf, quiz, who.id, who.learner_id, now)

    def change(self, now: datetime, **values: object) -> None:
        with writing(self.room.engine) as connection:
            assignment.change(connection, self.given, now, **values)


def made(room: Room, **rules: object) -> School:
    with writing(room.engine) as connection:
        teacher, ann, bob = (
            users.register(connection, name, None, "hash", NOW, role)
            for name, role in (("Teacher", "instructor"), ("Ann", "student"), ("Bob", "student"))
        )
        classroom = classes.create(connection, teacher.id, "一班", NOW)
        for student in (ann, bob):
            membership.join(connection, classroom.code, student.id, NOW)
    quiz = room.quiz(rules=Rules(**{"variants": "printed"} | rules), owner_id=teacher.id)
    with writing(room.engine) as connection:
        given = assignment.assign(connection, quiz, classroom.id, OPENS, CLOSES, NOW)
    return School(room, teacher, ann, bob, quiz, classroom.id, given)


def test_it_can_be_begun_only_between_opening_and_closing_and_only_by_the_class(room: Room) -> None:
    school = made(room)
    with writing(room.engine) as connection:
        stranger = users.register(connection, "Eve", None, "hash", NOW)
    for who, now in ((school.ann, OPENS - MINUTE), (school.ann, CLOSES), (stranger, OPENS)):
        with pytest.raises(NotAllowed):
            school.begin(who, now)
    own = school.begin(school.ann, OPENS)
    assert own.assignment_id == school.given.id and own.deadline == OPENS + 20 * MINUTE
    assert school.begin(school.ann, OPENS + MINUTE).id == own.id  # again: the same one
    assert school.begin(school.bob, CLOSES - MINUTE).deadline == CLOSES  # closing cuts it short


def test_extra_time_lengthens_a_sitting_beyond_the_closing_time(room: Room) -> None:
    school = made(room)
    school.change(NOW, extra={school.ann.id: 15})
    assert school.begin(school.ann, OPENS).deadline == OPENS + 35 * MINUTE
    late = CLOSES - 5 * MINUTE
    bob = school.begin(school.bob, late)
    assert bob.deadline == CLOSES
    school.change(late + MINUTE, extra={school.ann.id: 15, school.bob.id: 10})  # while he sits
    assert room.now(bob).deadline == CLOSES + 10 * MINUTE


def test_closing_early_hands_in_what_was_saved_until_then(room: Room) -> None:
    school = made(room)
    own = school.begin(school.ann, OPENS)
    saved, closed = OPENS + 2 * MINUTE, OPENS + 3 * MINUTE
    room.save(own, RIGHT, at=(saved - NOW).total_seconds())
    school.change(closed, closes_at=closed)
    after = room.now(own)
    assert after.handed_in_at == closed and after.expired
    assert room.held(own)["total"] == ["67"]
    with pytest.raises(Conflict):
        room.save(own, {"total": "1"}, at=(closed - NOW).total_seconds())


def test_no_change_of_times_moves_a_deadline_into_the_past(room: Room) -> None:
    school = made(room)
    own = school.begin(school.ann, OPENS)
    school.change(OPENS + 10 * MINUTE, closes_at=OPENS + MINUTE)
    assert room.now(own).deadline == OPENS + 10 * MINUTE


def test_attempts_are_counted_and_a_trial_of_the_owner_counts_for_nobody(room: Room) -> None:
    school = made(room, attempts=1)
    trial = school.begin(school.teacher, NOW)
    assert trial.assignment_id is None
    own = school.begin(school.ann, OPENS)
    room.hand_in(own, (OPENS + MINUTE - NOW).total_seconds())
    with pytest.raises(NotAllowed):
        school.begin(school.ann, OPENS + 2 * MINUTE)
    room.hand_in(trial, 60)
    assert school.begin(school.teacher, NOW + 2 * MINUTE).id != trial.id
    with reading(room.engine) as connection:
        assert editing.is_sat(connection, school.quiz)


@pytest.mark.parametrize(
    ("feedback", "at", "seen"),
    [("after", OPENS + 5 * MINUTE, True), ("closing", CLOSES - MINUTE, False), ("closing", CLOSES, False),
     ("closing", CLOSES + 10 * MINUTE, True)],
)  # fmt: skip
def test_marks_are_kept_until_the_last_who_may_sit_it_is_done(
    room: Room, feedback: str, at: datetime, seen: bool
) -> None:
    school = made(room, feedback=feedback)
    school.change(NOW, extra={school.bob.id: 10})
    own = room.hand_in(school.begin(school.ann, OPENS), (OPENS + MINUTE - NOW).total_seconds())
    with reading(room.engine) as connection:
        given = assignment.found(connection, school.given.id)
    assert assignment.released(school.quiz, given, own, at) is seen


def refused(
    connection: Connection, school: School, problem: type[Exception], *times: datetime | None
) -> None:
    with pytest.raises(problem):
        assignment.assign(connection, school.quiz, school.class_id, *times, NOW)  # type: ignore[arg-type]


def test_what_cannot_be_assigned_is_refused(room: Room) -> None:
    school = made(room)
    with writing(room.engine) as connection:
        refused(connection, school, Conflict, None, None)  # a second time
        refused(connection, school, Invalid, CLOSES, OPENS)
        refused(connection, school, Invalid, None, NOW)
        with pytest.raises(NotFound):
            assignment.assign(connection, school.quiz, 999, None, None, NOW)
        other = users.register(connection, "Mr Zhao", None, "hash", NOW, "instructor")
        with pytest.raises(NotAllowed):
            assignment.owned(connection, school.given.id, other.id)
        room_of_other = classes.create(connection, other.id, "二班", NOW)
        with pytest.raises(NotAllowed):
            assignment.assign(connection, school.quiz, room_of_other.id, None, None, NOW)


def test_it_can_be_withdrawn_until_somebody_has_begun(room: Room) -> None:
    school = made(room)
    school.begin(school.ann, OPENS)
    with writing(room.engine) as connection, pytest.raises(Conflict):
        assignment.withdraw(connection, school.given)
    fresh = made_again(school)
    with writing(room.engine) as connection:
        assignment.withdraw(connection, fresh)
        with pytest.raises(NotFound):
            assignment.found(connection, fresh.id)


def made_again(school: School) -> Assignment:
    with writing(school.room.engine) as connection:
        other = classes.create(connection, school.teacher.id, "三班", NOW)
        return assignment.assign(connection, school.quiz, other.id, None, None, NOW)


def test_a_paper_that_was_sat_no_longer_changes_but_its_copy_does(room: Room) -> None:
    school = made(room)
    with writing(room.engine) as connection:
        held = editing.editable(connection, school.quiz.id, school.teacher.id)
        moved = editing.move(connection, held, 1, 1)
        assert [item.slug for item in moved.items][:2] == [item.slug for item in held.items][1::-1]
    school.begin(school.ann, OPENS)
    with writing(room.engine) as connection:
        with pytest.raises(Conflict):
            editing.editable(connection, school.quiz.id, school.teacher.id)
        copy = editing.copy(connection, school.quiz, NOW)
        assert copy.code != school.quiz.code and len(editing.remove(connection, copy, 1).items) == 2
