"""All that is kept of a user, as plain data."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Select, or_, select

from app.accounts.users import User
from app.storage.tables import (
    answers,
    assignments,
    attempts,
    classes,
    members,
    mistakes,
    progress,
    publications,
    questions,
    quizzes,
    revisions,
    sessions,
    sittings,
)

SECRET = {
    "hash",
    "user_id",
    "learner_id",
    "revision_id",
    "owner_id",
    "author_id",
    "quiz_id",
    "assignment_id",
    "sitting_id",
}  # numbers of ours, and what opens a session


def everything(connection: Connection, user: User) -> dict[str, Any]:
    """Account, sessions, attempts, progress, mistakes, quizzes and sittings, classes, and what was taught;
    times in UTC, ISO 8601."""
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
    own["quizzes"] = (
        select(quizzes)
        .where(or_(quizzes.c.owner_id == user.id, quizzes.c.learner_id == user.learner_id))
        .order_by(quizzes.c.id)
    )
    own["assignments"] = (
        select(quizzes.c.code, classes.c.name, assignments.c.opens_at, assignments.c.closes_at)
        .join_from(assignments, quizzes)
        .join(classes)
        .where(quizzes.c.owner_id == user.id)
        .order_by(assignments.c.id)
    )
    account = {"name": user.name, "email": user.email, "role": user.role, "created_at": user.created_at}
    kept = {name: rows(connection, query) for name, query in own.items()}
    return {"account": plain(account)} | kept | {"sittings": papers(connection, user)}


def papers(connection: Connection, user: User) -> list[dict[str, Any]]:
    """Sittings with what was answered; marks where the learner may see them."""
    query = select(sittings, quizzes.c.code).join_from(sittings, quizzes).order_by(sittings.c.id)
    found = []
    for row in connection.execute(query.where(sittings.c.learner_id == user.learner_id)).mappings().all():
        places = select(answers).where(answers.c.sitting_id == row["id"]).order_by(answers.c.place)
        own = [
            answer if row["logged_at"] or answer["checked_at"] else answer | {"verdicts": {}, "levels": {}}
            for answer in rows(connection, places)
        ]
        found.append(plain(dict(row)) | {"answers": own})
    return found


def rows(connection: Connection, query: Select[Any]) -> list[dict[str, Any]]:
    return [plain(dict(row)) for row in connection.execute(query).mappings()]


def plain(row: dict[str, Any]) -> dict[str, Any]:
    shown = {name: written(value) for name, value in row.items() if name not in SECRET}
    if "items" in row:
        shown["items"] = [plain(item) for item in row["items"]]
    return shown


def written(value: Any) -> Any:
    if isinstance(value, datetime):  # SQLite gives back UTC without saying so
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    return value
