"""Classes: who owns them, what they practise, and the code by which students join."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from unicodedata import category, normalize

from sqlalchemy import Connection, func, insert, select, true, update
from sqlalchemy.exc import IntegrityError

from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.storage.attempts import new_id
from app.storage.codes import normal_code, random_code
from app.storage.tables import classes, members, users
from app.text import text

LONGEST_NAME = 80
CODE_LENGTH = 6
TRIES = 10  # of a code that nobody has
T = TypeVar("T")


@dataclass(frozen=True)
class Classroom:
    """A class; `slugs` are the questions it practises in order, none the whole bank."""

    id: int
    owner_id: int
    name: str
    code: str
    slugs: tuple[str, ...]
    created_at: datetime
    archived_at: datetime | None


@dataclass(frozen=True)
class Listed:
    """A class in a list, with how many have joined and how many are only invited."""

    classroom: Classroom
    owner: str
    joined: int
    invited: int


def read_class(row: Any) -> Classroom:
    return Classroom(
        row.id, row.owner_id, row.name, row.code, tuple(row.slugs), row.created_at, row.archived_at
    )


def create(connection: Connection, owner_id: int, name: str, now: datetime) -> Classroom:
    """A class with a code of its own; Invalid where the name is not one."""
    values = {"owner_id": owner_id, "name": checked_name(name), "slugs": [], "created_at": now}
    made = with_free_code(
        connection, lambda code: connection.execute(insert(classes), values | {"code": code})
    )
    return found(connection, new_id(made))


def rename(connection: Connection, class_id: int, name: str) -> None:
    change(connection, class_id, name=checked_name(name))


def choose(connection: Connection, class_id: int, slugs: Sequence[str], known: Collection[str]) -> None:
    """What the class practises, in this order; none is the whole bank. Invalid where one is not known."""
    if unknown := [slug for slug in slugs if slug not in known]:
        named = "、".join(unknown[:5])[:200]
        raise Invalid(text(f"没有这样的题：{named}。", f"There is no such question: {named}."), "slugs")
    change(connection, class_id, slugs=list(dict.fromkeys(slugs)))


def renew_code(connection: Connection, class_id: int) -> None:
    """A new code; the old one no longer works."""
    with_free_code(connection, lambda code: change(connection, class_id, code=code))


def with_free_code(connection: Connection, write: Callable[[str], T]) -> T:
    """Write a code that no class has."""
    for _ in range(TRIES):
        try:
            with connection.begin_nested():
                return write(random_code(CODE_LENGTH))
        except IntegrityError:  # it is another class's
            continue
    raise Conflict


def archive(connection: Connection, class_id: int, now: datetime | None) -> None:
    """Put the class away, so that nobody can join; None takes it out again."""
    change(connection, class_id, archived_at=now)


def change(connection: Connection, class_id: int, **values: object) -> None:
    connection.execute(update(classes).where(classes.c.id == class_id).values(values))


def found(connection: Connection, class_id: int) -> Classroom:
    row = connection.execute(select(classes).where(classes.c.id == class_id)).first()
    if row is None:
        raise NotFound
    return read_class(row)


def owned(connection: Connection, class_id: int, user_id: int) -> Classroom:
    """The class of this owner; NotAllowed where it is another's, NotFound where there is none."""
    classroom = found(connection, class_id)
    if classroom.owner_id != user_id:
        raise NotAllowed
    return classroom


def of_code(connection: Connection, code: str) -> Classroom | None:
    """The class of this code, archived or not."""
    row = connection.execute(select(classes).where(classes.c.code == normal_code(code))).first()
    return read_class(row) if row else None


def owned_by(connection: Connection, owner_id: int | None) -> list[Listed]:
    """An instructor's classes (None: everybody's), the newest first, archived ones last."""
    wanted = classes.c.owner_id == owner_id if owner_id is not None else true()
    joined = func.count(members.c.user_id).filter(members.c.state == "joined")
    counted = (
        select(members.c.class_id, joined.label("joined"), func.count().label("everyone"))
        .join_from(members, classes)
        .where(wanted)
        .group_by(members.c.class_id)
    )
    counts = {row.class_id: row for row in connection.execute(counted)}
    query = select(classes, users.c.name.label("owner")).join_from(classes, users).where(wanted)
    listed = []
    for row in connection.execute(query.order_by(classes.c.id.desc())):
        many = counts.get(row.id)
        joined_now, invited = (many.joined, many.everyone - many.joined) if many else (0, 0)
        listed.append(Listed(read_class(row), row.owner, joined_now, invited))
    return sorted(listed, key=lambda each: each.classroom.archived_at is not None)


def checked_name(typed: str) -> str:
    """The name as it is kept: one line, without signs that cannot be seen."""
    name = " ".join("".join(" " if category(c)[0] == "C" else c for c in normalize("NFC", typed)).split())
    if not name:
        raise Invalid(text("请给班级起个名字。", "Give the class a name."), "name")
    if len(name) > LONGEST_NAME:
        long = text(
            f"班级名字最多 {LONGEST_NAME} 个字符。",
            f"The name of a class has at most {LONGEST_NAME} characters.",
        )
        raise Invalid(long, "name")
    return name
