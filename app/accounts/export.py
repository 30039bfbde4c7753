"""All that is kept of a user, as plain data."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from app.accounts.users import User
from app.storage.tables import (
    attempts,
    classes,
    members,
    mistakes,
    progress,
    publications,
    questions,
    revisions,
    sessions,
)

SECRET = {
    "hash",
    "user_id",
    "learner_id",
    "revision_id",
    "owner_id",
    "author_id",
}  # numbers of ours, and what opens a session


def everything(connection: Connection, user: User) -> dict[str, Any]:
    """Account, sessions, attempts, progress, mistakes, classes, and what was taught; times in UTC, ISO 8601."""
    own = {
        table.name: select(table).where(table.c.learner_id == user.learner_id).order_by(*table.primary_key)
        for table in (attempts, progress, mistakes)
    }
    own["sessions"] = select(sessions).where(sessions.c.user_id == user.id).order_by(sessions.c.created_at)
    own["questions"] = select(questions).where(questions.c.owner_id == user.id).order_by(questions.c.slug)
    own["publications"] = (
        select(publications, revisions.c.source)
        .outerjoin(revisions)
        .where(publications.c.author_id == user.id)
        .order_by(publications.c.id)
    )
    own["classes"] = select(classes).where(classes.c.owner_id == user.id).order_by(classes.c.id)
    own["memberships"] = (
        select(classes.c.name, members.c.state, members.c.number, members.c.created_at)
        .join_from(members, classes)
        .where(members.c.user_id == user.id)
        .order_by(classes.c.id)
    )
    account = {"name": user.name, "email": user.email, "role": user.role, "created_at": user.created_at}
    return {"account": plain(account)} | {name: rows(connection, query) for name, query in own.items()}


def rows(connection: Connection, query: Select[Any]) -> list[dict[str, Any]]:
    return [plain(dict(row)) for row in connection.execute(query).mappings()]


def plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: written(value) for name, value in row.items() if name not in SECRET}


def written(value: Any) -> Any:
    if isinstance(value, datetime):  # SQLite gives back UTC without saying so
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    return value
