"""Guests who sign in, accounts that are exported and deleted, classes that go: what becomes of quizzes."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import insert, select

from app.accounts import users
from app.accounts.export import everything
from app.accounts.users import User
from app.errors import NotAllowed
from app.quizzes import admission, printing, quiz, sitting
from app.quizzes.blueprint import Rules
from app.storage import attempts as log
from app.storage.attempts import new_id
from app.storage.database import reading, writing
from app.storage.tables import assignments, classes, quizzes, sittings
from app.teaching import classes as teaching
from app.teaching import membership
from app.teaching.classes import Classroom
from tests.quizzes.conftest import NOW, RIGHT, Room, later

TEXT = "沿负梯度方向一步步更新参数。"
Registered = Callable[..., User]


@pytest.fixture
def registered(room: Room) -> Registered:
    def make(name: str, role: users.Role = "student") -> User:
        with writing(room.engine) as connection:
            return users.register(connection, name, None, "hash", NOW, role)

    return make


def classroom(room: Room, teacher: User, *students: User) -> Classroom:
    with writing(room.engine) as connection:
        made = teaching.create(connection, teacher.id, "一班", NOW)
        for student in students:
            membership.join(connection, made.code, student.id, NOW)
    return made


def assigned(room: Room, quiz_id: int, class_id: int, extra: dict[str, int]) -> int:
    row = {"quiz_id": quiz_id, "class_id": class_id, "extra": extra, "created_at": NOW}
    with writing(room.engine) as connection:
        return new_id(connection.execute(insert(assignments), row))


def exported(room: Room, user: User) -> dict[str, Any]:
    with reading(room.engine) as connection:
        found: dict[str, Any] = json.loads(json.dumps(everything(connection, user)))
    return found


def remove(room: Room, user: User) -> None:
    with writing(room.engine) as connection:
        users.remove(connection, user)


def test_a_guest_who_signs_in_goes_on_with_the_paper(room: Room, registered: Registered) -> None:
    ann, guest = registered("Ann"), room.learner()
    own = room.start(room.quiz(), guest)
    room.save(own, RIGHT, at=1)
    with writing(room.engine) as connection:
        users.keep_work(connection, guest, ann)
        assert sitting.open_of(connection, ann.learner_id, later(2)) == own.id
        with pytest.raises(NotAllowed):
            sitting.writable(connection, own.id, guest, later(2))
    own = room.now(own)
    assert own.learner_id == ann.learner_id
    room.save(own, {"why": TEXT}, place=2, at=3)
    room.enter(room.grade(room.hand_in(own, 4), 5), 6)
    assert room.marks(own, 1) == {"layers": 3.0, "total": 1.0}
    with writing(room.engine) as connection:
        assert log.rebuild_progress(connection) == 0


def test_attempts_as_guest_and_signed_in_count_together(room: Room, registered: Registered) -> None:
    ann, guest = registered("Ann"), room.learner()
    made = room.quiz(rules=Rules(attempts=2))
    for at, learner in enumerate((guest, ann.learner_id)):
        own = room.start(made, learner, later(at))
        room.save(own, RIGHT, at=at)
        room.enter(room.grade(room.hand_in(own, at + 0.5), at + 0.5), at + 0.5)
    with writing(room.engine) as connection:
        users.keep_work(connection, guest, ann)
        assert log.progress_of(connection, ann.learner_id)["fcn-parameter-count"].answers == 2
        assert log.rebuild_progress(connection) == 0
        assert len(sitting.listed(connection, ann.learner_id)) == 2
    with pytest.raises(NotAllowed):
        room.start(made, ann.learner_id, later(10))


def test_the_export_holds_papers_as_they_were_answered(room: Room, registered: Registered) -> None:
    ann = registered("Ann")
    made = room.quiz(learner_id=ann.learner_id)
    own = room.start(made, ann.learner_id)
    room.save(own, RIGHT, at=1)
    room.enter(room.grade(room.hand_in(own, 60), 70), 80)
    data = exported(room, ann)
    assert [(each["code"], len(each["items"])) for each in data["quizzes"]] == [(made.code, 3)]
    (paper,) = data["sittings"]
    assert (paper["code"], paper["handed_in_at"]) == (made.code, later(60).isoformat())
    first = paper["answers"][0]
    assert {name: field["values"] for name, field in first["fields"].items()} == {
        name: [value] for name, value in RIGHT.items()
    }
    assert (first["seconds"], first["verdicts"]["total"]["verdict"]) == (60, "correct")
    assert [answer["place"] for answer in paper["answers"]] == [1, 2, 3]


def test_no_number_of_ours_is_exported(room: Room, registered: Registered) -> None:
    teacher, ann = registered("Teacher", "instructor"), registered("Ann")
    of = classroom(room, teacher, ann)
    made = room.quiz(owner_id=teacher.id)
    room.start(made, ann.learner_id, assignment_id=assigned(room, made.id, of.id, {str(ann.id): 10}))
    for user in (teacher, ann):
        words = json.dumps(exported(room, user))
        for name in ("revision", "learner", "user", "owner", "quiz", "assignment", "sitting"):
            assert f'"{name}_id"' not in words
        assert '"extra"' not in words  # of others
    data = exported(room, teacher)
    assert [each["code"] for each in data["quizzes"]] == [made.code]
    assert [(each["code"], each["name"]) for each in data["assignments"]] == [(made.code, "一班")]
    assert exported(room, ann)["quizzes"] == exported(room, ann)["assignments"] == []
    assert len(exported(room, ann)["sittings"]) == 1


def test_marks_that_may_not_be_seen_yet_are_not_exported(room: Room, registered: Registered) -> None:
    ann = registered("Ann")
    own = room.start(room.quiz(), ann.learner_id)
    room.save(own, RIGHT, at=1)
    graded = room.grade(room.hand_in(own, 60), 70)
    assert room.answers(own)[0].verdicts
    assert all(not answer["verdicts"] for answer in exported(room, ann)["sittings"][0]["answers"])
    room.enter(graded, 80)
    assert exported(room, ann)["sittings"][0]["answers"][0]["verdicts"]


def test_an_account_goes_with_its_papers(room: Room, registered: Registered) -> None:
    ann, bob = registered("Ann"), registered("Bob")
    made, shared = room.quiz(learner_id=ann.learner_id), room.quiz(learner_id=ann.learner_id)
    room.hand_in(room.start(made, ann.learner_id), 1)
    theirs = room.start(shared, bob.learner_id)
    remove(room, ann)
    with reading(room.engine) as connection:
        assert list(connection.scalars(select(quizzes.c.id))) == [shared.id]
        assert list(connection.scalars(select(sittings.c.id))) == [theirs.id]
    room.save(theirs, RIGHT, at=10)
    assert exported(room, bob)["sittings"][0]["code"] == shared.code


def test_an_instructor_goes_and_what_students_sat_stays(room: Room, registered: Registered) -> None:
    teacher, ann = registered("Teacher", "instructor"), registered("Ann")
    of = classroom(room, teacher, ann)
    made, unused = room.quiz(owner_id=teacher.id), room.quiz(owner_id=teacher.id)
    for each in (made, unused):
        assignment = assigned(room, each.id, of.id, {})
        if each is made:
            own = room.start(made, ann.learner_id, assignment_id=assignment)
    room.save(own, RIGHT, at=1)
    remove(room, teacher)
    with reading(room.engine) as connection:
        assert list(connection.execute(select(quizzes.c.id, quizzes.c.owner_id))) == [(made.id, None)]
        assert connection.execute(select(assignments)).all() == []
        assert connection.execute(select(classes)).all() == []
    own = room.now(own)
    assert own.assignment_id is None
    room.enter(room.grade(room.hand_in(own, 60), 70), 80)
    assert room.marks(own, 1) == {"layers": 3.0, "total": 1.0}


def test_the_quiz_of_an_instructor_who_is_gone_is_nobodys_to_sit_or_print(
    room: Room, registered: Registered
) -> None:
    teacher, ann = registered("Teacher", "instructor"), registered("Ann")
    made = room.quiz(owner_id=teacher.id)
    room.start(made, room.learner())
    remove(room, teacher)
    with writing(room.engine) as connection:
        left = quiz.by_code(connection, made.code)
        with pytest.raises(NotAllowed):
            admission.begin(connection, room.shelf, left, ann.id, ann.learner_id, NOW)
        with pytest.raises(NotAllowed):
            printing.check_sheet(connection, left, ann.id, NOW)
    with pytest.raises(NotAllowed):
        printing.check_key(left, ann.id, ann.learner_id)


@pytest.mark.parametrize("what", ["class", "assignment"])
def test_a_class_or_assignment_goes_and_its_sittings_stay(
    room: Room, registered: Registered, what: str
) -> None:
    teacher, ann = registered("Teacher", "instructor"), registered("Ann")
    of = classroom(room, teacher, ann)
    made = room.quiz(owner_id=teacher.id)
    assignment = assigned(room, made.id, of.id, {})
    own = room.hand_in(room.start(made, ann.learner_id, assignment_id=assignment), 60)
    table, key = (classes, of.id) if what == "class" else (assignments, assignment)
    with writing(room.engine) as connection:
        connection.execute(table.delete().where(table.c.id == key))
        assert [each.id for each in sitting.listed(connection, ann.learner_id)] == [own.id]
        assert quiz.found(connection, made.id) == made
    assert room.now(own).assignment_id is None


def test_extra_time_of_an_account_that_is_gone_is_nobodys(room: Room, registered: Registered) -> None:
    teacher, ann, bob = registered("Teacher", "instructor"), registered("Ann"), registered("Bob")
    of = classroom(room, teacher, ann, bob)
    assigned(room, room.quiz(owner_id=teacher.id).id, of.id, {str(ann.id): 10, str(bob.id): 5})
    remove(room, bob)
    with reading(room.engine) as connection:
        assert connection.scalar(select(assignments.c.extra)) == {str(ann.id): 10}
