"""Who is in a class: students join by its code, or accept an invitation; both are told what its owner will see."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.errors import NotAllowed, NotFound
from app.storage.tables import classes, members, users
from app.teaching.classes import Classroom, found, of_code, read_class
from app.text import text

NO_SUCH_CODE = text(
    "没有这个代码的班级：再看一眼，或者问问老师。",
    "No class has this code: look again, or ask the teacher.",
)
ARCHIVED = text("这个班已经归档，不能再加入。", "This class is archived; nobody can join it any more.")
OWN_CLASS = text(
    "这是你自己的班，老师不能当自己班的学生。",
    "This is your own class; a teacher cannot be its student.",
)
MEMBERS_ONLY = text("这一页给班里的同学用。", "This page is for members of the class.")
NOT_RESETTABLE = text(
    "只有加入了这个班的学生，密码才能由老师重置。",
    "An instructor can reset only the password of a student who is in the class.",
)


@dataclass(frozen=True)
class Member:
    """Somebody in a class, or invited to it; an invited one's work is nobody's business yet."""

    user_id: int
    name: str
    learner_id: int
    role: str
    state: str  # invited, joined
    number: str | None
    made: bool
    created_at: datetime

    @property
    def resettable(self) -> bool:
        """Whether the class's owner may give a new password; see docs/decisions/0006."""
        return self.state == "joined" and self.role == "student"


@dataclass(frozen=True)
class Membership:
    """A class as one of its members sees it."""

    classroom: Classroom
    owner: str
    state: str


def by_code(connection: Connection, code: str) -> Classroom:
    """The class of this code; NotFound where there is none, NotAllowed where it is archived."""
    classroom = of_code(connection, code)
    if classroom is None:
        raise NotFound(NO_SUCH_CODE, "code")
    if classroom.archived_at is not None:
        raise NotAllowed(ARCHIVED, "code")
    return classroom


def join(connection: Connection, code: str, user_id: int, now: datetime) -> Classroom:
    """Join by the code; a second time changes nothing, and an invitation is accepted by it."""
    classroom = by_code(connection, code)
    if classroom.owner_id == user_id:
        raise NotAllowed(OWN_CLASS, "code")
    add(connection, classroom.id, user_id, "joined", now)
    connection.execute(
        update(members)
        .where(*slot(classroom.id, user_id), members.c.state == "invited")
        .values(state="joined", created_at=now)
    )
    return classroom


def add(
    connection: Connection, class_id: int, user_id: int, state: str, now: datetime,
    number: str | None = None, made: bool = False,
) -> None:  # fmt: skip
    """A member in this state, unless the class knows them already."""
    row = {
        "class_id": class_id, "user_id": user_id, "state": state, "number": number, "made": made,
        "created_at": now,
    }  # fmt: skip
    if membership(connection, class_id, user_id) is not None:
        return
    try:
        with connection.begin_nested():
            connection.execute(insert(members), row)
    except IntegrityError:  # the same click, twice at once
        if membership(connection, class_id, user_id) is None:
            raise


def remove(connection: Connection, class_id: int, user_id: int) -> None:
    """Out of the class: removed by its owner, leaving, or declining. The account and its work stay."""
    connection.execute(delete(members).where(*slot(class_id, user_id)))


def slot(class_id: int, user_id: int) -> tuple[Any, Any]:
    return members.c.class_id == class_id, members.c.user_id == user_id


def membership(connection: Connection, class_id: int, user_id: int) -> Row[Any] | None:
    return connection.execute(select(members).where(*slot(class_id, user_id))).first()


WHO = (
    users.c.id.label("user_id"), users.c.name, users.c.learner_id, users.c.role,
    members.c.state, members.c.number, members.c.made, members.c.created_at,
)  # fmt: skip


def members_of(connection: Connection, class_id: int) -> list[Member]:
    """Everyone in the class and invited to it, by number, then by name."""
    query = select(*WHO).join_from(members, users).where(members.c.class_id == class_id)
    everyone = [Member(*row) for row in connection.execute(query)]
    return sorted(everyone, key=lambda m: (m.number is None, m.number or "", m.name))


def member(connection: Connection, class_id: int, user_id: int) -> Member:
    """One who is in the class or invited; else NotFound."""
    query = select(*WHO).join_from(members, users).where(*slot(class_id, user_id))
    row = connection.execute(query).first()
    if row is None:
        raise NotFound
    return Member(*row)


def resettable(connection: Connection, class_id: int, user_id: int) -> Member:
    """The member whose password the class's owner may reset; else NotAllowed."""
    wanted = member(connection, class_id, user_id)
    if not wanted.resettable:
        raise NotAllowed(NOT_RESETTABLE)
    return wanted


def joined(connection: Connection, class_id: int, user_id: int) -> Membership:
    """The class for one who is in it; NotAllowed for others, NotFound where there is none."""
    classroom = found(connection, class_id)
    kept = membership(connection, class_id, user_id)
    if kept is None or kept.state != "joined":
        raise NotAllowed(MEMBERS_ONLY)
    return Membership(classroom, owner_name(connection, classroom), kept.state)


def memberships_of(connection: Connection, user_id: int) -> list[Membership]:
    """The classes somebody is in or invited to, archived ones left out."""
    query = (
        select(classes, members.c.state, users.c.name.label("owner"))
        .join_from(members, classes)
        .join(users, users.c.id == classes.c.owner_id)
        .where(members.c.user_id == user_id, classes.c.archived_at.is_(None))
        .order_by(classes.c.id)
    )
    return [Membership(read_class(row), row.owner, row.state) for row in connection.execute(query)]


def learners_of(connection: Connection, owner_id: int) -> set[int]:
    """The learners whose practice an instructor may see: who has joined one of the classes."""
    query = (
        select(users.c.learner_id)
        .join_from(members, classes)
        .join(users, users.c.id == members.c.user_id)
        .where(classes.c.owner_id == owner_id, members.c.state == "joined")
    )
    return set(connection.scalars(query))


def owner_name(connection: Connection, classroom: Classroom) -> str:
    return str(connection.scalar(select(users.c.name).where(users.c.id == classroom.owner_id)))
