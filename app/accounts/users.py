"""Users: who has an account, and the learner whose work is theirs."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal
from unicodedata import category, normalize

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from app.errors import Conflict, Invalid, NotFound
from app.storage import learners
from app.storage.attempts import new_id, new_learner
from app.storage.tables import assignments, publications, questions, quizzes, sessions, sittings, users
from app.text import text

Role = Literal["student", "instructor"]
LONGEST_NAME = 40
LONGEST_EMAIL = 254
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
NAME_TAKEN = text("这个名字已经有人用了，换一个吧。", "This name is taken; choose another.")
EMAIL_TAKEN = text(
    "这个邮箱已经注册过了，请直接登录。", "This e-mail is already registered; sign in instead."
)

BY_LOGIN = select(users).where(or_(users.c.name_key == bindparam("key"), users.c.email == bindparam("key")))
OF_LEARNER = select(users.c.id).where(users.c.learner_id == bindparam("learner_id"))


@dataclass(frozen=True)
class User:
    """Somebody with an account; `learner_id` holds all their work."""

    id: int
    name: str
    email: str | None
    role: Role
    learner_id: int
    created_at: datetime
    password_hash: str = field(repr=False)


def read_user(row: Any) -> User:
    made = row.created_at if row.created_at.tzinfo else row.created_at.replace(tzinfo=UTC)
    return User(row.id, row.name, row.email, row.role, row.learner_id, made, row.password_hash)


def checked_name(typed: str) -> str:
    """The name as it is kept; Invalid where it holds what could deceive a reader."""
    name = " ".join(normalize("NFKC", typed).split())
    if not name:
        raise Invalid(text("请写一个名字。", "Choose a name."), "name")
    if len(name) > LONGEST_NAME:
        long = text(f"名字最多 {LONGEST_NAME} 个字符。", f"A name has at most {LONGEST_NAME} characters.")
        raise Invalid(long, "name")
    if category(name[0])[0] not in "LN" or not all(category(c)[0] in "LMN" or c in " ._-·" for c in name):
        raise Invalid(
            text(
                "名字以字母、汉字或数字开头，其中可以有空格和 . _ - ·，不能有别的符号。",
                "A name begins with a letter or digit and may contain spaces and . _ - ·, no other signs.",
            ),
            "name",
        )
    return name


def checked_email(typed: str) -> str | None:
    """The e-mail without its case, None where it was left empty; else Invalid."""
    email = folded(typed)
    if not email:
        return None
    if len(email) > LONGEST_EMAIL or not EMAIL.fullmatch(email) or not email.isprintable():
        raise Invalid(
            text(
                "这不像一个邮箱地址；也可以不填。", "This is not an e-mail address; you may leave it empty."
            ),
            "email",
        )
    return email


def folded(typed: str) -> str:
    """What two spellings of one name have in common. No database keeps the character NUL."""
    words = " ".join(normalize("NFKC", typed.replace("\0", " ")).split())
    return normalize("NFKC", words.casefold())


def by_login(connection: Connection, login: str) -> User | None:
    """The user of this name or e-mail."""
    row = connection.execute(BY_LOGIN, {"key": folded(login)}).first()
    return read_user(row) if row else None


def by_id(connection: Connection, user_id: int) -> User:
    """The user of this number; NotFound where there is none."""
    row = connection.execute(select(users).where(users.c.id == user_id)).first()
    if row is None:
        raise NotFound
    return read_user(row)


def register(
    connection: Connection,
    name: str,
    email: str | None,
    password_hash: str,
    now: datetime,
    role: Role = "student",
) -> User:
    """A new user with an empty learner; name and e-mail are checked ones. Conflict where either is taken."""
    for value, field_name, taken in ((name, "name", NAME_TAKEN), (email, "email", EMAIL_TAKEN)):
        if value and by_login(connection, value):
            raise Conflict(taken, field_name)
    learner_id = new_learner(connection, now)
    values = {
        "name": name, "name_key": folded(name), "email": email, "password_hash": password_hash, "role": role,
        "learner_id": learner_id, "created_at": now,
    }  # fmt: skip
    try:
        with connection.begin_nested():
            user_id = new_id(connection.execute(insert(users), values))
    except IntegrityError as error:  # somebody else, in the same instant
        raise Conflict(NAME_TAKEN, "name") from error
    return User(user_id, name, email, role, learner_id, now, password_hash)


def keep_work(connection: Connection, guest: int | None, user: User) -> None:
    """What a guest did becomes the user's; a second time changes nothing."""
    if guest and not connection.execute(OF_LEARNER, {"learner_id": guest}).first():
        learners.move(connection, guest, user.learner_id)


def set_password(connection: Connection, user: User, password_hash: str) -> None:
    connection.execute(update(users).where(users.c.id == user.id).values(password_hash=password_hash))


def set_role(connection: Connection, user: User, role: Role) -> None:
    connection.execute(update(users).where(users.c.id == user.id).values(role=role))


def has_instructor(connection: Connection) -> bool:
    wanted = select(users.c.id).where(users.c.role == "instructor").limit(1)
    return connection.execute(wanted).first() is not None


def remove(connection: Connection, user: User) -> None:
    """The account with all its data; what an instructor has published stays, without its author,
    and so do their quizzes, put away, for those who sat them."""
    learners.erase(connection, user.learner_id)
    sat = select(sittings.c.quiz_id)
    connection.execute(delete(quizzes).where(quizzes.c.owner_id == user.id, quizzes.c.id.not_in(sat)))
    put_away = update(quizzes).where(quizzes.c.owner_id == user.id, quizzes.c.archived_at.is_(None))
    connection.execute(put_away.values(archived_at=datetime.now(UTC)))
    forget_extra(connection, user)
    shown = select(publications.c.slug)
    connection.execute(
        delete(questions).where(questions.c.owner_id == user.id, questions.c.slug.not_in(shown))
    )
    connection.execute(
        update(questions).where(questions.c.owner_id == user.id).values(draft=None, drafted_at=None)
    )
    connection.execute(delete(sessions).where(sessions.c.user_id == user.id))
    connection.execute(delete(users).where(users.c.id == user.id))


def forget_extra(connection: Connection, user: User) -> None:
    """The number of a user may be given to the next one, who has none of their extra time."""
    for row in connection.execute(select(assignments.c.id, assignments.c.extra)).all():
        if str(user.id) in row.extra:
            left = {key: minutes for key, minutes in row.extra.items() if key != str(user.id)}
            connection.execute(update(assignments).where(assignments.c.id == row.id).values(extra=left))
