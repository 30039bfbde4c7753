"""Users, on both databases: names, passwords, sessions, and what goes with an account."""

from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Connection, Engine, func, insert, select
from sqlalchemy.exc import IntegrityError

from app.accounts import passwords, sessions, users
from app.accounts.users import User
from app.errors import Conflict, Invalid
from app.storage import tables
from app.storage.database import reading, writing

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def register(connection: Connection, name: str = "Ann", email: str | None = None) -> User:
    return users.register(connection, users.checked_name(name), email, "a hash", NOW)


def test_a_user_is_found_by_name_or_email_in_any_case(engine: Engine) -> None:
    with writing(engine) as connection:
        made = register(connection, "Straße 拾", users.checked_email(" Ann@Example.ORG "))
    with reading(engine) as connection:
        for login in ("Straße 拾", "STRASSE  拾", "strasse 拾 ", "ann@example.org", "ANN@EXAMPLE.ORG"):
            assert users.by_login(connection, login) == made
        for login in ("Strass 拾", "", "ann", "\0", "%", "' OR 1=1 --"):
            assert users.by_login(connection, login) is None


@pytest.mark.parametrize("taken", ["Ann", "ANN", "ａｎｎ"])
def test_a_name_is_taken_in_every_spelling(engine: Engine, taken: str) -> None:
    with writing(engine) as connection:
        register(connection)
        with pytest.raises(Conflict) as refused:
            register(connection, taken)
        assert refused.value.field == "name"
        assert connection.scalar(select(func.count()).select_from(tables.users)) == 1


def test_an_email_is_taken_once_and_many_have_none(engine: Engine) -> None:
    with writing(engine) as connection:
        register(connection, "Ann", "a@b.org")
        register(connection, "Bob")
        register(connection, "Cem")
        with pytest.raises(Conflict) as refused:
            register(connection, "Dan", "a@b.org")
    assert refused.value.field == "email"


def test_the_database_itself_refuses_a_second_of_a_name(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(engine) as connection:
        register(connection)
        monkeypatch.setattr(users, "by_login", lambda *_: None)  # as for two who register in one instant
        with pytest.raises(Conflict):
            register(connection, "ANN")
        register(connection, "Bob")  # the transaction goes on


def test_a_role_is_one_of_two(engine: Engine) -> None:
    with pytest.raises(IntegrityError, match="ck_users_role"), writing(engine) as connection:
        made = register(connection)
        users.set_role(connection, made, "root")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["Ann", "小明", "Ann Li", "a.b_c-d", "李·小明", "x" * 40, "7up", "Ａｎｎ"])
def test_good_names(name: str) -> None:
    assert users.checked_name(f"  {name} ")


@pytest.mark.parametrize(
    "name",
    [
        "", "   ", "x" * 41, "<script>", "a@b.org", "Ann\u202egnp", "A\u200bnn", "../x", "{{ 1 }}", "'; --", " .", "a/b",
        "\ufdfa\ufdfa\ufdfa", "A\0b", "A\x1bb", "😀",
    ],
)  # fmt: skip
def test_names_that_could_deceive_are_refused_by_a_sentence(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        users.checked_name(name)
    assert refused.value.field == "name" and refused.value.message.zh and refused.value.message.en


@pytest.mark.parametrize(
    "email", ["ann", "a@b", "a b@c.org", "a@@b.org", "a@b.org\u202e", "a" * 250 + "@b.org"]
)
def test_what_is_no_email_is_refused(email: str) -> None:
    with pytest.raises(Invalid) as refused:
        users.checked_email(email)
    assert refused.value.field == "email"


def test_a_session_is_its_users_until_it_ends(engine: Engine) -> None:
    with writing(engine) as connection:
        ann, bob = register(connection), register(connection, "Bob")
        phone, laptop, bobs = (sessions.start(connection, user, NOW) for user in (ann, ann, bob))
        assert sessions.find(connection, phone, NOW) == (ann, False)
        assert sessions.find(connection, bobs, NOW) == (bob, False)
        sessions.end(connection, phone)
        assert sessions.find(connection, phone, NOW) is None
        assert sessions.find(connection, laptop, NOW) == (ann, False)
        sessions.end_all(connection, ann)
        assert sessions.count(connection, ann, NOW) == 0
        assert sessions.find(connection, bobs, NOW) == (bob, False)


def test_the_table_never_holds_what_the_cookie_holds(engine: Engine) -> None:
    with writing(engine) as connection:
        token = sessions.start(connection, register(connection), NOW)
        (row,) = connection.execute(select(tables.sessions)).all()
        assert len(token) >= 43 and token not in str(row)
        assert sessions.find(connection, row.hash, NOW) is None


def test_a_session_ends_when_it_is_not_used(engine: Engine) -> None:
    with writing(engine) as connection:
        ann = register(connection)
        token = sessions.start(connection, ann, NOW)
        assert sessions.find(connection, token, NOW + timedelta(days=89)) == (ann, True)
        assert sessions.find(connection, token, NOW + timedelta(days=91)) is None
        sessions.touch(connection, token, NOW + timedelta(days=89))
        assert sessions.find(connection, token, NOW + timedelta(days=91)) == (ann, True)
        sessions.start(connection, ann, NOW + timedelta(days=400))
        assert connection.scalar(select(func.count()).select_from(tables.sessions)) == 1


def test_removing_a_user_leaves_no_row_of_theirs(engine: Engine) -> None:
    with writing(engine) as connection:
        ann, bob = register(connection), register(connection, "Bob")
        sessions.start(connection, ann, NOW)
        token = sessions.start(connection, bob, NOW)
        users.remove(connection, ann)
        assert users.by_login(connection, "Ann") is None
        assert sessions.find(connection, token, NOW) == (bob, False)
        assert connection.scalar(select(func.count()).select_from(tables.sessions)) == 1


def test_a_guest_who_is_somebody_elses_learner_gives_nothing_away(engine: Engine) -> None:
    with writing(engine) as connection:
        ann, bob = register(connection), register(connection, "Bob")
        revision = {"slug": "q", "hash": "h", "source": "text", "created_at": NOW}
        connection.execute(insert(tables.revisions), revision)
        entry = {
            "learner_id": ann.learner_id, "revision_id": 1, "slug": "q", "variant": 0, "kind": "answer",
            "submission": "s", "responses": {}, "verdicts": {}, "assisted": False, "created_at": NOW,
        }  # fmt: skip
        connection.execute(insert(tables.attempts), entry)
        users.keep_work(connection, ann.learner_id, bob)
        users.keep_work(connection, None, bob)
        assert connection.scalar(select(tables.attempts.c.learner_id)) == ann.learner_id


def test_passwords_are_kept_as_argon2_hashes() -> None:
    kept = passwords.hashed("correct horse")
    assert kept.startswith("$argon2id$") and PasswordHasher().verify(kept, "correct horse")
    assert passwords.matches("correct horse", kept)
    assert not passwords.matches("correct horsf", kept)
    assert not passwords.matches("correct horse", None)
    assert passwords.hashed("correct horse") != kept


def test_full_width_digits_are_the_plain_ones() -> None:
    assert passwords.matches("１２３４５６７８", passwords.hashed("12345678"))


def test_an_unknown_name_costs_as_much_as_a_wrong_password(monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
            checked.append(str(hash).rsplit("$", 2)[0])
            return super().verify(hash, password)  # type: ignore[arg-type,return-value]

    monkeypatch.setattr(passwords, "HASHER", Counting())
    passwords.matches("wrong", None)
    passwords.matches("wrong", passwords.hashed("right one"))
    assert len(checked) == 2 and checked[0] == checked[1]  # the same algorithm and parameters
    passwords.matches("wrong", passwords.random_with_hash()[1])
    assert checked[-1] == checked[0]  # beside the quick hash


def test_a_random_password_has_a_quick_hash_until_the_first_sign_in() -> None:
    password, kept = passwords.random_with_hash()
    assert passwords.matches(password, kept) and not passwords.matches("wrong horse", kept)
    assert passwords.is_outdated(kept) and not passwords.is_outdated(passwords.hashed(password))
    assert passwords.random_with_hash()[0] != password and len(password) == 16


@pytest.mark.parametrize(
    ("password", "good"), [("1234567", False), ("12345678", True), ("一二三四五六七八", True)]
)
def test_a_password_has_eight_characters(password: str, good: bool) -> None:
    if good:
        assert passwords.checked_password(password) == password
    else:
        with pytest.raises(Invalid):
            passwords.checked_password(password)
