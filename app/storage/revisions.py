"""The texts of questions, kept for good: revisions, which of them is published, and drafts of instructors."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    delete,
    func,
    insert,
    select,
    true,
    update,
)

from app.storage.database import alone
from app.storage.tables import publications, questions, revisions, users

PUBLISHING = 3030  # any number that no other lock has
MOST_NAMES = 500  # in one query


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
    known = known_revisions(connection, sources)
    missing = [
        {"slug": slug, "hash": content_hash, "source": source, "created_at": now}
        for slug, (content_hash, source) in sources.items()
        if (slug, content_hash) not in known
    ]
    if missing:
        connection.execute(insert(revisions), missing)
        known |= known_revisions(connection, [str(row["slug"]) for row in missing])
    return {slug: known[slug, content_hash] for slug, (content_hash, _) in sources.items()}


def known_revisions(connection: Connection, slugs: Iterable[str]) -> dict[tuple[str, str], int]:
    query = select(revisions.c.id, revisions.c.slug, revisions.c.hash)
    return {(row.slug, row.hash): row.id for row in each(connection, query, revisions.c.slug, slugs)}


def each(
    connection: Connection, query: Select[Any], column: ColumnElement[str], slugs: Iterable[str]
) -> Iterator[Any]:
    """The rows of all these slugs, some hundreds a query."""
    wanted = list(slugs)
    for at in range(0, len(wanted), MOST_NAMES):
        yield from connection.execute(query.where(column.in_(wanted[at : at + MOST_NAMES])))


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
    publish_all(connection, {slug: revision_id}, author_id, note, now)
    return newest_publication(connection)


def publish_all(
    connection: Connection,
    revision_ids: Mapping[str, int] | Mapping[str, int | None],
    author_id: int | None,
    note: str,
    now: datetime,
) -> None:
    """The same for many, by slug."""
    alone(connection, PUBLISHING)  # numbers must appear in order: readers ask for later ones only
    rows = [
        {"slug": slug, "revision_id": revision_id, "author_id": author_id, "note": note, "created_at": now}
        for slug, revision_id in revision_ids.items()
    ]
    if rows:
        connection.execute(insert(publications), rows)


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


def published_sources(connection: Connection, slugs: Iterable[str]) -> dict[str, str | None]:
    """What is published of each of these slugs; None where it is retired."""
    newest = (
        select(func.max(publications.c.id).label("id"), publications.c.slug)
        .group_by(publications.c.slug)
        .subquery()
    )
    query = (
        select(publications.c.slug, revisions.c.source)
        .join(newest, newest.c.id == publications.c.id)
        .outerjoin(revisions, revisions.c.id == publications.c.revision_id)
    )
    return {row.slug: row.source for row in each(connection, query, publications.c.slug, slugs)}


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


def questions_named(connection: Connection, slugs: Iterable[str]) -> dict[str, Any]:
    """The rows of those of these slugs that there are."""
    return {row.slug: row for row in each(connection, select(questions), questions.c.slug, slugs)}


def count_of(connection: Connection, owner_id: int) -> int:
    """How many questions an instructor has."""
    query = select(func.count()).select_from(questions).where(questions.c.owner_id == owner_id)
    return int(connection.scalar(query) or 0)


def questions_of(
    connection: Connection, owner_id: int | None, most: int | None = None, skip: int = 0
) -> list[Any]:
    """An instructor's questions (None: everybody's), last edited first, each with its newest publication (or none)."""
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
            users.c.name.label("owner"),
        )
        .outerjoin(users, users.c.id == questions.c.owner_id)
        .outerjoin(publications, publications.c.id == newest)
        .outerjoin(revisions, revisions.c.id == publications.c.revision_id)
        .where(questions.c.owner_id == owner_id if owner_id is not None else true())
        .order_by(func.coalesce(questions.c.drafted_at, publications.c.created_at).desc(), questions.c.slug)
        .limit(most).offset(skip)
    )  # fmt: skip
    return list(connection.execute(query))


def add_question(connection: Connection, slug: str, owner_id: int, draft: str | None, now: datetime) -> None:
    row = {"slug": slug, "owner_id": owner_id, "draft": draft, "drafted_at": draft and now, "created_at": now}
    connection.execute(insert(questions), row)


def add_questions(connection: Connection, slugs: Iterable[str], owner_id: int, now: datetime) -> None:
    """Many, still without a text."""
    rows = [
        {"slug": s, "owner_id": owner_id, "draft": None, "drafted_at": None, "created_at": now} for s in slugs
    ]
    if rows:
        connection.execute(insert(questions), rows)


def save_drafts(connection: Connection, drafts: Mapping[str, str | None], now: datetime) -> None:
    rows = [
        {"of": slug, "draft": draft, "drafted_at": now if draft is not None else None}
        for slug, draft in drafts.items()
    ]
    if rows:
        connection.execute(update(questions).where(questions.c.slug == bindparam("of")), rows)


def save_draft(connection: Connection, slug: str, draft: str | None, now: datetime) -> None:
    """Keep what is being edited; None once it is published or thrown away."""
    save_drafts(connection, {slug: draft}, now)


def drop_question(connection: Connection, slug: str) -> None:
    connection.execute(delete(questions).where(questions.c.slug == slug))
