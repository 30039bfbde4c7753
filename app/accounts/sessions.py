"""Sessions, kept on the server: the cookie holds a random token, the table its hash; a deleted row is revoked."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from app.accounts.users import User, read_user
from app.storage.tables import sessions, users

IDLE = timedelta(days=90)  # a session that is not used ends
REMEMBERED = timedelta(days=1)  # its use is written down this often, not at every request

OF_TOKEN = (
    select(users, (sessions.c.seen_at < bindparam("fresh")).label("stale"))
    .join_from(sessions, users)
    .where(sessions.c.hash == bindparam("hash"), sessions.c.seen_at > bindparam("oldest"))
)


def start(connection: Connection, user: User, now: datetime) -> str:
    """A new session; returns its token, which is kept nowhere."""
    expired = (sessions.c.user_id == user.id, sessions.c.seen_at < now - IDLE)
    connection.execute(delete(sessions).where(*expired))
    token = secrets.token_urlsafe(32)
    row = {"hash": digest(token), "user_id": user.id, "created_at": now, "seen_at": now}
    connection.execute(insert(sessions), row)
    return token


def find(connection: Connection, token: str, now: datetime) -> tuple[User, bool] | None:
    """Whose session it is, and whether its use should be written down again."""
    wanted = {"hash": digest(token), "fresh": now - REMEMBERED, "oldest": now - IDLE}
    row = connection.execute(OF_TOKEN, wanted).first()
    return (read_user(row), bool(row.stale)) if row else None


def touch(connection: Connection, token: str, now: datetime) -> None:
    connection.execute(update(sessions).where(sessions.c.hash == digest(token)).values(seen_at=now))


def end(connection: Connection, token: str) -> None:
    connection.execute(delete(sessions).where(sessions.c.hash == digest(token)))


def end_all(connection: Connection, user: User, but: str = "") -> None:
    """End every session of a user, except that of the token `but`."""
    own = (sessions.c.user_id == user.id, sessions.c.hash != digest(but))
    connection.execute(delete(sessions).where(*own))


def count(connection: Connection, user: User, now: datetime) -> int:
    alive = (sessions.c.user_id == user.id, sessions.c.seen_at > now - IDLE)
    return int(connection.scalar(select(func.count()).select_from(sessions).where(*alive)) or 0)


def digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
