"""What students see of an instructor's question: published, rolled back, retired; every version stays."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import unified_diff
from typing import Literal

from sqlalchemy import Connection

from app.errors import Conflict, NotFound
from app.questions.source import revision_of
from app.storage import revisions
from app.teaching.authoring import Authored, tidy
from app.text import text

LONGEST_NOTE = 500
UNCHANGED = text(
    "和已发布的一样，没有要发布的改动。", "This is what is published already; there is nothing to publish."
)
NOT_PUBLISHED = text("这道题现在没有发布。", "This question is not published now.")
Mark = Literal["", "+", "-", "@"]


@dataclass(frozen=True)
class Version:
    """One publication (or retirement) with what it changed."""

    id: int
    revision_id: int | None
    author: str | None
    note: str
    at: datetime
    source: str | None
    changes: list[tuple[Mark, str]]
    current: bool


def publish(
    connection: Connection, question: Authored, source: str, author_id: int | None, note: str, now: datetime
) -> int:
    """From now on students see this text; returns the publication. Conflict where they see it already."""
    kept = tidy(source)
    if kept == question.published:
        raise Conflict(UNCHANGED)
    slug = question.slug
    revision_id = revisions.sync_revisions(connection, {slug: (revision_of(kept), kept)}, now)[slug]
    revisions.save_draft(connection, slug, None, now)
    return revisions.publish(connection, slug, revision_id, author_id, tidy_note(note), now)


def retire(
    connection: Connection, question: Authored, author_id: int | None, note: str, now: datetime
) -> int:
    """Students no longer find the question; what they answered stays."""
    if question.published is None:
        raise Conflict(NOT_PUBLISHED)
    return revisions.publish(connection, question.slug, None, author_id, tidy_note(note), now)


def roll_back(
    connection: Connection,
    question: Authored,
    publication_id: int,
    author_id: int | None,
    note: str,
    now: datetime,
) -> int:
    """Publish an earlier version again; a draft stays as it is."""
    versions = {p.id: p for p in revisions.history(connection, question.slug)}
    wanted = versions.get(publication_id)
    if wanted is None or wanted.revision_id is None:
        raise NotFound
    if wanted.revision_id == question.revision_id:
        raise Conflict(UNCHANGED)
    return revisions.publish(connection, question.slug, wanted.revision_id, author_id, tidy_note(note), now)


def tidy_note(note: str) -> str:
    return " ".join(note.replace("\0", " ").split())[:LONGEST_NOTE]


def versions(connection: Connection, slug: str) -> list[Version]:
    """Every publication, the newest first, each with what it changed."""
    rows = revisions.history(connection, slug)
    found, before = [], ""
    for row in reversed(rows):
        at = row.created_at if row.created_at.tzinfo else row.created_at.replace(tzinfo=UTC)
        changes = [] if row.source is None else list(changed(before, row.source))
        found.append(
            Version(
                row.id, row.revision_id, row.author, row.note, at, row.source, changes, row.id == rows[0].id
            )
        )
        before = before if row.source is None else row.source
    return found[::-1]


def changed(before: str, after: str) -> Iterator[tuple[Mark, str]]:
    """The lines that differ, with two around them: "+" added, "-" removed, "@" where lines are left out."""
    lines = unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2)
    for i, line in enumerate(lines):
        if i < 2:  # the names of two files
            continue
        mark: Mark = "+" if line[0] == "+" else "-" if line[0] == "-" else "@" if line[0] == "@" else ""
        if mark != "@" or i > 2:
            yield (mark, "" if mark == "@" else line[1:])
