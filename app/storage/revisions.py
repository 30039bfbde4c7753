"""The texts of questions, kept for good: revisions, which of them is published, and drafts of instructors."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from app.storage.attempts import new_id
from app.storage.tables import publications, questions, revisions, users

PUBLISHING = 3030  # any number that no other lock has


@dataclass(frozen=True)
class Publication:
    """What happened to a question last: published as this text, or retired (no revision)."""

    id: int
    slug: str
    revision_id: int | None
    source: str | None


def sync_revisions(
    connection: Connection, sources: Mapping[str, tuple[str, str]], now: datetime
) -> dict[str, int]:
    """Keep the text of every question that can be answered; returns revision ids by slug.

    `sources`: slug to (hash, text). A text already kept is not written again.
    """
    columns = (revisions.c.id, revisions.c.slug, revisions.c.hash)
    wanted = select(*columns)
    if len(sources) == 1:  # one publication need not read what thousands of others say
        wanted = wanted.where(revisions.c.slug.in_(sources))
    known = {(slug, content_hash): row_id for row_id, slug, content_hash in connection.execute(wanted)}
    ids = {}
    for slug, (content_hash, source) in sources.items():
        if (slug, content_hash) not in known:
            row = {"slug": slug, "hash": content_hash, "source": source, "created_at": now}
            known[slug, content_hash] = new_id(connection.execute(insert(revisions), row))
        ids[slug] = int(known[slug, content_hash])
    return ids


def revision(connection: Connection, revision_id: int) -> Any:
    """The row of a revision, None where there is none."""
    return connection.execute(select(revisions).where(revisions.c.id == revision_id)).first()


# --- publications: append-only, the newest of a slug is what students see


def publish(
    connection: Connection,
    slug: str,
    revision_id: int | None,
    author_id: int | None,
    note: str,
    now: datetime,
) -> int:
    """From now on students see this revision; None retires the question."""
    if (
        connection.dialect.name == "postgresql"
    ):  # numbers must appear in order: readers ask for later ones only
        connection.execute(select(func.pg_advisory_xact_lock(PUBLISHING)))
    row = {
        "slug": slug, "revision_id": revision_id, "author_id": author_id, "note": note, "created_at": now,
    }  # fmt: skip
    return new_id(connection.execute(insert(publications), row))


def newest_publication(connection: Connection) -> int:
    return int(connection.scalar(select(func.max(publications.c.id))) or 0)


def published_since(connection: Connection, seen: int) -> list[Publication]:
    """The newest publication of every slug that has one after `seen`."""
    newest = (
        select(func.max(publications.c.id))
        .where(publications.c.id > seen)
        .group_by(publications.c.slug)
        .scalar_subquery()
    )
    query = (
        select(publications.c.id, publications.c.slug, publications.c.revision_id, revisions.c.source)
        .outerjoin(revisions, revisions.c.id == publications.c.revision_id)
        .where(publications.c.id.in_(newest))
        .order_by(publications.c.id)
    )
    return [Publication(*row) for row in connection.execute(query)]


def published(connection: Connection, slug: str) -> Any:
    """The newest publication of a slug, None where it was never published."""
    query = select(publications).where(publications.c.slug == slug).order_by(publications.c.id.desc())
    return connection.execute(query.limit(1)).first()


def history(connection: Connection, slug: str) -> list[Any]:
    """Every publication of a slug, the newest first, with its text and the name of its author."""
    query = (
        select(publications, revisions.c.source, users.c.name.label("author"))
        .outerjoin(revisions, revisions.c.id == publications.c.revision_id)
        .outerjoin(users, users.c.id == publications.c.author_id)
        .where(publications.c.slug == slug)
        .order_by(publications.c.id.desc())
    )
    return list(connection.execute(query))


# --- questions of instructors, with their drafts


def question(connection: Connection, slug: str) -> Any:
    return connection.execute(select(questions).where(questions.c.slug == slug)).first()


def questions_of(connection: Connection, owner_id: int) -> list[Any]:
    """An instructor's questions, last edited first, each with its newest publication (or none)."""
    newest = (
        select(func.max(publications.c.id))
        .where(publications.c.slug == questions.c.slug)
        .correlate(questions)
        .scalar_subquery()
    )
    query = (
        select(
            questions, revisions.c.source, publications.c.id.label("publication_id"),
            publications.c.revision_id, publications.c.created_at.label("published_at"),
        )
        .outerjoin(publications, publications.c.id == newest)
        .outerjoin(revisions, revisions.c.id == publications.c.revision_id)
        .where(questions.c.owner_id == owner_id)
        .order_by(func.coalesce(questions.c.drafted_at, publications.c.created_at).desc(), questions.c.slug)
    )  # fmt: skip
    return list(connection.execute(query))


def add_question(connection: Connection, slug: str, owner_id: int, draft: str | None, now: datetime) -> None:
    row = {"slug": slug, "owner_id": owner_id, "draft": draft, "drafted_at": draft and now, "created_at": now}
    connection.execute(insert(questions), row)


def save_draft(connection: Connection, slug: str, draft: str | None, now: datetime) -> None:
    """Keep what is being edited; None once it is published or thrown away."""
    values = {"draft": draft, "drafted_at": now if draft is not None else None}
    connection.execute(update(questions).where(questions.c.slug == slug).values(values))


def drop_question(connection: Connection, slug: str) -> None:
    connection.execute(delete(questions).where(questions.c.slug == slug))
