"""A roster: what a list of students would do to a class, and doing it. Existing accounts are only invited."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, Protocol

from sqlalchemy import Connection, or_, select

from app.errors import Conflict, Invalid
from app.storage.tables import members, users
from app.teaching import membership
from app.teaching.pasted import Line
from app.text import Text, text

LONGEST_NUMBER = 40
SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+\d+", re.IGNORECASE)
Outcome = Literal["new", "invite", "known", "problem"]

CHANGED = text(
    "预览之后情况有变，名单还没有导入。请再看一遍预览。",
    "Something changed since the preview, and nothing was done. Look at the preview again.",
)
OWN_ACCOUNT = text("这是你自己的账户。", "This is your own account.")
ANOTHERS_NAME = text(
    "这个名字已经有人用了，但邮箱对不上。如果就是这位同学，删去邮箱再试，会发出邀请；不是，就给名字加上学号之类。",
    "An account of this name has another e-mail. If it is this student's, leave out the e-mail to invite them; "
    "if not, add something to the name, such as a number.",
)
LONG_NUMBER = text(
    f"学号最多 {LONGEST_NUMBER} 个字符。", f"A number has at most {LONGEST_NUMBER} characters."
)
LOST_DIGITS = text(
    "学号被 Excel 写成了科学计数，已经丢了数字：请把那一列设成“文本”再导出。",
    "Excel wrote this number in scientific notation and lost digits: format its column as text and export again.",
)


class Accounts(Protocol):
    """What a roster asks of accounts."""

    def checked_name(self, typed: str) -> str: ...
    def checked_email(self, typed: str) -> str | None: ...
    def folded(self, typed: str) -> str: ...
    def register(
        self, connection: Connection, name: str, email: str | None, password_hash: str, now: datetime
    ) -> Any: ...


@dataclass(frozen=True)
class Entry:
    """One line of the list and what comes of it: a new account, an invitation, nothing, or a problem."""

    at: int
    name: str
    email: str | None
    number: str | None
    outcome: Outcome
    user_id: int | None = None
    problem: Text | None = None


def planned(
    connection: Connection, accounts: Accounts, lines: Iterable[Line], class_id: int, owner_id: int
) -> list[Entry]:
    """What each line would do; nothing is written."""
    checked = [check(accounts, line) for line in lines]
    keys = {accounts.folded(entry.name) for entry in checked} | {e.email for e in checked if e.email}
    query = select(users.c.id, users.c.name_key, users.c.email)
    rows = connection.execute(query.where(or_(users.c.name_key.in_(keys), users.c.email.in_(keys)))).all()
    by_name = {row.name_key: row for row in rows}
    by_email = {row.email: row for row in rows if row.email}
    inside = set(connection.scalars(select(members.c.user_id).where(members.c.class_id == class_id)))
    seen: dict[object, int] = {}
    entries = []
    for entry in checked:
        key = accounts.folded(entry.name)
        if entry.problem is None:
            entry = settled(entry, by_name.get(key), by_email.get(entry.email), inside, owner_id)
            entry = once(entry, key, seen)
        entries.append(entry)
    return entries


def check(accounts: Accounts, line: Line) -> Entry:
    """The line with what is kept of it, or what is wrong with it."""
    try:
        return Entry(
            line.at,
            accounts.checked_name(line.name),
            accounts.checked_email(line.email),
            checked_number(line.number),
            "new",
        )
    except Invalid as error:
        return Entry(
            line.at, line.name, line.email or None, line.number or None, "problem", problem=error.message
        )


def checked_number(typed: str) -> str | None:
    number = " ".join(typed.split())
    if len(number) > LONGEST_NUMBER or not number.isprintable():
        raise Invalid(LONG_NUMBER)
    if SCIENTIFIC.fullmatch(number):
        raise Invalid(LOST_DIGITS)
    return number or None


def settled(entry: Entry, same_name: Any, same_email: Any, inside: set[int], owner_id: int) -> Entry:
    """What comes of a line that is in order, by the accounts with its name and e-mail."""
    account = same_email or same_name
    if account is None:
        return entry
    if account.id == owner_id:
        return replace(entry, outcome="problem", problem=OWN_ACCOUNT)
    if same_email is None and entry.email:
        return replace(entry, outcome="problem", problem=ANOTHERS_NAME)
    return replace(entry, outcome="known" if account.id in inside else "invite", user_id=account.id)


def once(entry: Entry, key: str, seen: dict[object, int]) -> Entry:
    """A problem where an earlier line has the same name, e-mail or account."""
    own: list[object] = [key, entry.email, entry.user_id]
    earlier = next((seen[mark] for mark in own if mark is not None and mark in seen), None)
    for mark in own:
        seen.setdefault(mark, entry.at)
    if earlier is None:
        return entry
    repeated = text(
        f"和第 {earlier} 行是同一个名字或邮箱。", f"The same name or e-mail stands on line {earlier}."
    )
    return replace(entry, outcome="problem", problem=repeated)


def enrol(
    connection: Connection, accounts: Accounts, entries: Iterable[Entry], hashes: Mapping[int, str],
    class_id: int, now: datetime,
) -> None:  # fmt: skip
    """Make the new accounts with their password hashes (by line) and invite the others; Conflict undoes all."""
    for entry in entries:
        if entry.outcome == "problem" or (entry.outcome == "new" and entry.at not in hashes):
            raise Conflict(CHANGED)
        if entry.outcome == "invite" and entry.user_id is not None:
            membership.add(connection, class_id, entry.user_id, "invited", now, entry.number)
        elif entry.outcome == "new":
            made = accounts.register(connection, entry.name, entry.email, hashes[entry.at], now)
            membership.add(connection, class_id, made.id, "joined", now, entry.number, made=True)
