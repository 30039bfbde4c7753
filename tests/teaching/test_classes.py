"""Classes and who is in them, on both databases."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select

from app.accounts import users
from app.accounts.export import everything
from app.accounts.users import User
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.storage import codes
from app.storage.database import reading, writing
from app.storage.tables import members
from app.teaching import classes, membership
from app.teaching.classes import Classroom

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
Registered = Callable[..., User]


@pytest.fixture
def registered(engine: Engine) -> Registered:
    def make(name: str, role: users.Role = "student") -> User:
        with writing(engine) as connection:
            return users.register(connection, name, None, "hash", NOW, role)

    return make


@pytest.fixture
def teacher(registered: Registered) -> User:
    return registered("Teacher", "instructor")


@pytest.fixture
def classroom(engine: Engine, teacher: User) -> Classroom:
    with writing(engine) as connection:
        return classes.create(connection, teacher.id, "一班", NOW)


def count(engine: Engine) -> int:
    with reading(engine) as connection:
        return int(connection.scalar(select(func.count()).select_from(members)) or 0)


def test_a_new_class_practises_the_whole_bank_and_has_a_code(classroom: Classroom) -> None:
    assert classroom.slugs == () and classroom.archived_at is None
    assert len(classroom.code) == 6 and set(classroom.code) <= set(codes.LETTERS)


def test_a_code_that_is_another_classs_is_drawn_again(
    engine: Engine, teacher: User, classroom: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter([classroom.code, classroom.code, "ABCDEF", classroom.code, "GHJKMN"])
    monkeypatch.setattr(classes, "random_code", lambda length: next(drawn))
    with writing(engine) as connection:
        other = classes.create(connection, teacher.id, "二班", NOW)
        assert other.code == "ABCDEF"
        classes.renew_code(connection, other.id)
        assert classes.found(connection, other.id).code == "GHJKMN"
    monkeypatch.setattr(classes, "random_code", lambda length: classroom.code)
    with pytest.raises(Conflict), writing(engine) as connection:
        classes.renew_code(connection, other.id)


def test_what_a_class_practises_keeps_its_order_and_names_the_unknown(
    engine: Engine, classroom: Classroom
) -> None:
    known = {"a", "b", "c"}
    with writing(engine) as connection:
        classes.choose(connection, classroom.id, ["c", "a", "c"], known)
        assert classes.found(connection, classroom.id).slugs == ("c", "a")
        with pytest.raises(Invalid, match="no such question: x"):
            classes.choose(connection, classroom.id, ["a", "x"], known)
        assert classes.found(connection, classroom.id).slugs == ("c", "a")
        classes.choose(connection, classroom.id, [], known)
        assert classes.found(connection, classroom.id).slugs == ()


def test_a_class_is_its_owners(engine: Engine, registered: Registered, classroom: Classroom) -> None:
    other = registered("Other", "instructor")
    with reading(engine) as connection:
        assert classes.owned(connection, classroom.id, classroom.owner_id) == classroom
        with pytest.raises(NotAllowed):
            classes.owned(connection, classroom.id, other.id)
        with pytest.raises(NotFound):
            classes.owned(connection, classroom.id + 1, other.id)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [(" 一  班\n", "一 班"), ("a\0b\u202ec", "a b c"), ("x" * 80, "x" * 80), ("", None), ("x" * 81, None)],
)
def test_names_of_classes(engine: Engine, classroom: Classroom, typed: str, kept: str | None) -> None:
    with writing(engine) as connection:
        if kept is None:
            with pytest.raises(Invalid):
                classes.rename(connection, classroom.id, typed)
        else:
            classes.rename(connection, classroom.id, typed)
        assert classes.found(connection, classroom.id).name == (kept or "一班")


@pytest.mark.parametrize("typed", ["abc-def", " ＡＢＣ ｄｅｆ ", "a b c d e f", "ABC—DEF", "abc\u3000def"])
def test_a_code_however_it_is_typed(typed: str) -> None:
    assert codes.normal_code(typed) == "ABCDEF"


def test_joining_twice_changes_nothing(engine: Engine, registered: Registered, classroom: Classroom) -> None:
    ann = registered("Ann")
    for later in (0, 1):
        with writing(engine) as connection:
            membership.join(connection, classroom.code.lower(), ann.id, NOW + timedelta(days=later))
    with reading(engine) as connection:
        (row,) = connection.execute(select(members))
        assert (row.state, row.made, row.created_at.replace(tzinfo=UTC)) == ("joined", False, NOW)
        (listed,) = classes.owned_by(connection, classroom.owner_id)
        assert (listed.joined, listed.invited) == (1, 0)


def test_an_invitation_is_nobodys_work_until_it_is_accepted(
    engine: Engine, registered: Registered, classroom: Classroom
) -> None:
    ann = registered("Ann")
    with writing(engine) as connection:
        membership.add(connection, classroom.id, ann.id, "invited", NOW, "007")
        (listed,) = classes.owned_by(connection, classroom.owner_id)
        assert (listed.joined, listed.invited) == (0, 1)
        with pytest.raises(NotAllowed):
            membership.joined(connection, classroom.id, ann.id)
        with pytest.raises(NotAllowed):
            membership.resettable(connection, classroom.id, ann.id)
        membership.join(connection, classroom.code, ann.id, NOW)
        assert membership.joined(connection, classroom.id, ann.id).owner == "Teacher"
        assert membership.resettable(connection, classroom.id, ann.id).number == "007"
        # inviting again takes nothing back
        membership.add(connection, classroom.id, ann.id, "invited", NOW)
        assert membership.member(connection, classroom.id, ann.id).state == "joined"
    assert count(engine) == 1


def test_declining_and_leaving(engine: Engine, registered: Registered, classroom: Classroom) -> None:
    ann, bob = registered("Ann"), registered("Bob")
    with writing(engine) as connection:
        membership.add(connection, classroom.id, ann.id, "invited", NOW)
        membership.join(connection, classroom.code, bob.id, NOW)
        for each in (ann, bob, ann):
            membership.remove(connection, classroom.id, each.id)
        assert membership.memberships_of(connection, ann.id) == []
    assert count(engine) == 0


def test_who_cannot_join(engine: Engine, registered: Registered, classroom: Classroom) -> None:
    ann = registered("Ann")
    with writing(engine) as connection:
        with pytest.raises(NotAllowed):
            membership.join(connection, classroom.code, classroom.owner_id, NOW)
        for wrong in ("", "AAAAAA", "x" * 10_000):
            with pytest.raises(NotFound):
                membership.join(connection, wrong, ann.id, NOW)
        classes.archive(connection, classroom.id, NOW)
        with pytest.raises(NotAllowed):
            membership.join(connection, classroom.code, ann.id, NOW)
        classes.archive(connection, classroom.id, None)
        membership.join(connection, classroom.code, ann.id, NOW)


def test_only_a_student_who_is_in_the_class_can_be_given_a_password(
    engine: Engine, registered: Registered, classroom: Classroom
) -> None:
    made, colleague, stranger = registered("Made"), registered("Colleague", "instructor"), registered("Eve")
    with writing(engine) as connection:
        membership.add(connection, classroom.id, made.id, "joined", NOW, made=True)
        membership.join(connection, classroom.code, colleague.id, NOW)
        assert membership.resettable(connection, classroom.id, made.id).made
        with pytest.raises(NotAllowed):
            membership.resettable(connection, classroom.id, colleague.id)
        with pytest.raises(NotFound):
            membership.resettable(connection, classroom.id, stranger.id)
        membership.remove(connection, classroom.id, made.id)
        with pytest.raises(NotFound):
            membership.resettable(connection, classroom.id, made.id)


def test_members_stand_by_number_then_by_name(
    engine: Engine, registered: Registered, classroom: Classroom
) -> None:
    with writing(engine) as connection:
        for name, number in (("Bob", None), ("Cid", "2"), ("Ann", None), ("Dee", "1")):
            user_id = users.register(connection, name, None, "hash", NOW).id
            membership.add(connection, classroom.id, user_id, "joined", NOW, number)
        listed = [one.name for one in membership.members_of(connection, classroom.id)]
    assert listed == ["Dee", "Cid", "Ann", "Bob"]


def test_classes_go_with_their_owner_and_memberships_with_the_student(
    engine: Engine, registered: Registered, teacher: User, classroom: Classroom
) -> None:
    ann, bob = registered("Ann"), registered("Bob")
    with writing(engine) as connection:
        for each in (ann, bob):
            membership.join(connection, classroom.code, each.id, NOW)
        assert everything(connection, ann)["memberships"][0]["name"] == "一班"
        users.remove(connection, ann)
    assert count(engine) == 1
    with writing(engine) as connection:
        users.remove(connection, teacher)
    assert count(engine) == 0


def test_archived_classes_come_last_and_leave_their_members_lists(
    engine: Engine, registered: Registered, teacher: User, classroom: Classroom
) -> None:
    ann = registered("Ann")
    with writing(engine) as connection:
        newer = classes.create(connection, teacher.id, "二班", NOW)
        membership.join(connection, newer.code, ann.id, NOW)
        classes.archive(connection, newer.id, NOW)
        listed = [each.classroom.id for each in classes.owned_by(connection, teacher.id)]
        assert listed == [classroom.id, newer.id]
        assert membership.memberships_of(connection, ann.id) == []
