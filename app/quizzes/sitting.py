"""Sitting a quiz. The clock is the server's: nothing is taken after the deadline, and what was saved is handed in."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, bindparam, exists, func, insert, select, update

from app.errors import Conflict, NotAllowed, NotFound
from app.quizzes.paper import paper_of
from app.quizzes.quiz import Item, Quiz, Shelf
from app.storage.attempts import LEARNER, new_id
from app.storage.moments import utc
from app.storage.tables import answers, sittings
from app.text import text

OVER = text("时间到了，卷子已经交上。", "Time is up; the paper has been handed in.")
HANDED_IN = text(
    "这份卷子已经交了，不能再改。", "This paper has been handed in and can no longer be changed."
)
CHECKED = text("这道题已经批改过，不能再改。", "This question has been marked and can no longer be changed.")
NOT_YOURS = text("这不是你的卷子。", "This is not your paper.")
NO_MORE = text("这份小测不能再考了：次数已经用完。", "You have used all attempts at this quiz.")
ONE_AT_A_TIME = text(
    "你还有一份没交的卷子，先做完它。", "You have a paper that is not handed in yet; finish it first."
)


@dataclass(frozen=True)
class Sitting:
    id: int
    quiz_id: int
    assignment_id: int | None
    learner_id: int
    items: tuple[Item, ...]
    started_at: datetime
    deadline: datetime
    place: int  # where they are, from 1
    turned_at: datetime
    handed_in_at: datetime | None
    expired: bool
    graded_at: datetime | None
    logged_at: datetime | None

    def is_open(self, now: datetime) -> bool:
        return self.handed_in_at is None and now < self.deadline

    def left(self, now: datetime) -> float:
        """Seconds."""
        return max(0.0, (self.deadline - now).total_seconds())

    def item(self, place: int) -> Item:
        if not 1 <= place <= len(self.items):
            raise NotFound
        return self.items[place - 1]


@dataclass(frozen=True)
class Kept:
    """What a field holds."""

    values: list[str]
    at: float  # when it was typed, seconds since the epoch
    version: int  # of the answer, when it was written
    tab: str


@dataclass(frozen=True)
class Answer:
    """What is kept of one place of a paper."""

    place: int
    fields: Mapping[str, Kept]
    responses: Mapping[str, Any]
    version: int
    seconds: float
    verdicts: Mapping[str, Mapping[str, Any]]
    levels: Mapping[str, Mapping[str, int]]
    checked_at: datetime | None

    @property
    def flagged(self) -> bool:
        return FLAG in self.fields and any(self.fields[FLAG].values)


FLAG = "@flag"  # a field like any other: the later tick wins
Read = Callable[[Mapping[str, list[str]]], Mapping[str, Any]]  # fields to responses
OPEN = (
    select(sittings.c.id, sittings.c.deadline)
    .where(sittings.c.learner_id == bindparam("learner_id"), sittings.c.handed_in_at.is_(None))
    .order_by(sittings.c.id)
)
BY_ID = select(sittings).where(sittings.c.id == bindparam("id"))
ANSWERS = select(answers).where(answers.c.sitting_id == bindparam("id")).order_by(answers.c.place)
ANSWER = select(answers).where(answers.c.sitting_id == bindparam("id"), answers.c.place == bindparam("at"))
WRITE = (
    update(answers)
    .where(answers.c.sitting_id == bindparam("id"), answers.c.place == bindparam("at"))
    .values(fields=bindparam("fields"), responses=bindparam("responses"), version=bindparam("version"))
)


def read_sitting(row: Any) -> Sitting:
    return Sitting(
        row.id, row.quiz_id, row.assignment_id, row.learner_id, tuple(Item(**item) for item in row.items),
        utc(row.started_at), utc(row.deadline), row.place, utc(row.turned_at), utc(row.handed_in_at), row.expired,
        utc(row.graded_at), utc(row.logged_at),
    )  # fmt: skip


def read_answer(row: Any) -> Answer:
    return Answer(
        row.place, {name: Kept(**kept) for name, kept in row.fields.items()}, row.responses, row.version, row.seconds,
        row.verdicts, row.levels, utc(row.checked_at),
    )  # fmt: skip


def open_of(connection: Connection, learner_id: int, now: datetime) -> int | None:
    """The sitting that this learner has not handed in, and whose time is not up."""
    rows = connection.execute(OPEN, {"learner_id": learner_id})
    return next((row.id for row in rows if now < utc(row.deadline)), None)


def listed(connection: Connection, learner_id: int) -> list[Sitting]:
    """All sittings of a learner, the newest first."""
    query = select(sittings).where(sittings.c.learner_id == learner_id).order_by(sittings.c.id.desc())
    return [read_sitting(row) for row in connection.execute(query)]


def start(
    connection: Connection, shelf: Shelf, quiz: Quiz, learner_id: int, now: datetime,
    *, assignment_id: int | None = None, extra: float = 0, closes_at: datetime | None = None,
) -> Sitting:  # fmt: skip
    """Begin; the deadline is fixed now. Conflict where another is open, NotAllowed where no attempt is left.

    `extra`: minutes more than others have, also past the closing time."""
    connection.execute(LEARNER.with_for_update(), {"learner_id": learner_id})  # two clicks begin one
    if open_of(connection, learner_id, now):
        raise Conflict(ONE_AT_A_TIME)
    number = attempts_at(connection, quiz.id, assignment_id, learner_id) + 1
    if quiz.rules.attempts and number > quiz.rules.attempts:
        raise NotAllowed(NO_MORE)
    deadline = deadline_of(quiz, now, extra, closes_at)
    values = {
        "quiz_id": quiz.id, "assignment_id": assignment_id, "learner_id": learner_id,
        "items": [asdict(item) for item in paper_of(connection, shelf, quiz, f"{quiz.code}:{learner_id}:{number}")],
        "started_at": now, "deadline": deadline, "place": 1, "turned_at": now, "expired": False,
    }  # fmt: skip
    sitting_id = new_id(connection.execute(insert(sittings), values))
    blank = {
        "sitting_id": sitting_id, "fields": {}, "responses": {}, "version": 0, "seconds": 0, "verdicts": {}, "levels": {},
    }  # fmt: skip
    connection.execute(insert(answers), [blank | {"place": i + 1} for i in range(len(quiz.items))])
    return found(connection, sitting_id)


def deadline_of(quiz: Quiz, started_at: datetime, extra: float, closes_at: datetime | None) -> datetime:
    more = timedelta(minutes=extra)
    deadline = started_at + timedelta(minutes=quiz.minutes) + more
    return min(deadline, closes_at + more) if closes_at else deadline


def attempts_at(connection: Connection, quiz_id: int, assignment_id: int | None, learner_id: int) -> int:
    """How often a learner has sat a quiz, of a class's by its assignment."""
    mine = sittings.c.quiz_id == quiz_id, sittings.c.learner_id == learner_id
    query = select(func.count()).select_from(sittings).where(*mine)
    return int(connection.scalar(query.where(sittings.c.assignment_id == assignment_id)) or 0)


def found(connection: Connection, sitting_id: int, *, locked: bool = False) -> Sitting:
    query: Select[Any] = BY_ID.with_for_update() if locked else BY_ID
    row = connection.execute(query, {"id": sitting_id}).first()
    if row is None:
        raise NotFound
    return read_sitting(row)


def of_learner(connection: Connection, sitting_id: int, learner_id: int | None, **how: bool) -> Sitting:
    """The sitting of this learner; NotAllowed where it is another's, NotFound where there is none."""
    sitting = found(connection, sitting_id, **how)
    if sitting.learner_id != learner_id:
        raise NotAllowed(NOT_YOURS)
    return sitting


def writable(connection: Connection, sitting_id: int, learner_id: int | None, now: datetime) -> Sitting:
    """The sitting, held against every other request until the transaction ends; Conflict where it is over."""
    sitting = of_learner(connection, sitting_id, learner_id, locked=True)
    if sitting.handed_in_at is not None:
        raise Conflict(OVER if sitting.expired else HANDED_IN)
    if now >= sitting.deadline:
        raise Conflict(OVER)
    return sitting


def answers_of(connection: Connection, sitting_id: int) -> list[Answer]:
    """What is kept of every place, in order."""
    return [read_answer(row) for row in connection.execute(ANSWERS, {"id": sitting_id})]


def answer_at(connection: Connection, sitting_id: int, place: int) -> Answer:
    row = connection.execute(ANSWER, {"id": sitting_id, "at": place}).first()
    if row is None:
        raise NotFound
    return read_answer(row)


@dataclass(frozen=True)
class Typed:
    """A field as a tab has it, and when it was typed there (seconds since the epoch, of our clock)."""

    values: list[str]
    at: float


@dataclass(frozen=True)
class Saved:
    version: int
    told: Mapping[str, list[str]]  # fields that another tab has written since this one looked, or typed later


def save(
    connection: Connection, sitting: Sitting, place: int, typed: Mapping[str, Typed], seen: int, tab: str, read: Read
) -> Saved:  # fmt: skip
    """Keep fields of one place; of two tabs the value typed later stands. `sitting` is a writable one.

    `seen`: the version of the answer that the tab knew. Conflict where the place has been marked already."""
    before = answer_at(connection, sitting.id, place)
    if before.checked_at is not None:
        raise Conflict(CHECKED)
    version = before.version + 1
    new = {
        name: Kept(field.values, field.at, version, tab)
        for name, field in typed.items()
        if not (kept := before.fields.get(name)) or (kept.at <= field.at and kept.values != field.values)
    }
    again = {  # the same, typed once more: it stands against what was typed in between and comes later
        name: replace(kept, at=field.at, tab=tab)
        for name, field in typed.items()
        if (kept := before.fields.get(name)) and kept.at < field.at and kept.values == field.values
    }
    fields = {**before.fields, **new, **again}
    told = {
        name: kept.values
        for name, kept in fields.items()
        if kept.tab != tab and (typed[name].values != kept.values if name in typed else kept.version > seen)
    }
    if not new and not again:
        return Saved(before.version, told)
    if not new:
        version = before.version
    values = {
        "fields": {name: asdict(kept) for name, kept in fields.items()},
        "responses": dict(read({name: kept.values for name, kept in fields.items()})),
        "version": version,
    }
    connection.execute(WRITE, {"id": sitting.id, "at": place, **values})
    return Saved(version, told)


def turn(connection: Connection, sitting: Sitting, place: int, now: datetime) -> None:
    """Look at this place from now on; the time since the last turn belongs to the one looked at before."""
    held = found(connection, sitting.id, locked=True)  # another page may have been opened in this instant
    if held.handed_in_at is None:
        turned(connection, held, place, now)


def turned(connection: Connection, sitting: Sitting, place: int, now: datetime) -> None:
    until = max(sitting.turned_at, min(now, sitting.deadline))
    connection.execute(
        update(answers)
        .where(answers.c.sitting_id == sitting.id, answers.c.place == sitting.place)
        .values(seconds=answers.c.seconds + (until - sitting.turned_at).total_seconds())
    )
    connection.execute(
        update(sittings).where(sittings.c.id == sitting.id).values(place=place, turned_at=until)
    )


def hand_in(connection: Connection, sitting: Sitting, now: datetime) -> None:
    """Hand in a writable sitting."""
    turned(connection, sitting, sitting.place, now)
    connection.execute(update(sittings).where(sittings.c.id == sitting.id).values(handed_in_at=now))


def due(connection: Connection, now: datetime, *whose: Any) -> bool:
    """Whether `expire` has anything to do."""
    query = exists().where(sittings.c.handed_in_at.is_(None), sittings.c.deadline <= now, *whose)
    return bool(connection.scalar(select(query)))


def expire(connection: Connection, now: datetime, *whose: Any) -> None:
    """Hand in, with what was saved, all of these whose time is up; `whose` are conditions on `sittings`."""
    due = select(sittings).where(sittings.c.handed_in_at.is_(None), sittings.c.deadline <= now, *whose)
    for row in connection.execute(due.with_for_update()).all():
        sitting = read_sitting(row)
        turned(connection, sitting, sitting.place, sitting.deadline)
        values = {"handed_in_at": sitting.deadline, "expired": True}
        connection.execute(update(sittings).where(sittings.c.id == sitting.id).values(values))
