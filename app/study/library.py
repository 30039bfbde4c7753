"""The questions that can be practised, with the revisions attempts point at."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine

from app.errors import NotFound
from app.grading.verdict import PRINTED_KEY
from app.questions.bank import Bank, load
from app.questions.part import ExpressionPart
from app.questions.question import Question
from app.questions.source import BankError, parse, revision_of
from app.storage.database import writing
from app.storage.revisions import Publication, published_since, sync_revisions
from app.text import Text, text

log = logging.getLogger("gradus")
MOST_AROUND = 40
PRINTED_KEY_TITLE = text("照搬了印刷版答案的错", "An error of the printed key")


@dataclass(frozen=True)
class Library:
    bank: Bank
    revision_ids: Mapping[str, int]
    publication: int = 0  # the newest one that is in it
    folder: frozenset[str] = frozenset()  # the files of the server's own folder

    def question(self, slug: str) -> Question:
        found = self.bank.questions.get(slug)
        if found is None:
            raise NotFound
        return found

    def revision_id(self, question: Question) -> int:
        return self.revision_ids[question.file]

    def mistake_title(self, slug: str, name: str) -> Text:
        """What a mistake is called: by its note, by its question (where that is still there) or by its name."""
        return self.mistake_in(self.bank.questions.get(slug), name)

    def mistake_in(self, asked: Question | None, name: str) -> Text:
        if note := self.bank.notes.get(name):
            return note.title
        declared = {
            mistake.name: mistake.title
            for part in (asked.parts if asked else ())
            if isinstance(part, ExpressionPart)
            for mistake in part.answer.mistakes
        }
        return declared.get(name, PRINTED_KEY_TITLE if name == PRINTED_KEY else text(name, name))

    def neighbours(self, question: Question) -> tuple[Question | None, Question | None]:
        """The listed question before and after this one (or the question it drills); the levels of a drill."""
        listed = self.bank.drills[question.operation] if question.operation else self.bank.listed
        at = question.level - 1 if question.level else self.place(question)
        return (listed[at - 1] if at else None, listed[at + 1] if at + 1 < len(listed) else None)

    def around(self, question: Question) -> list[Question]:
        """The listed questions near this one: all of the paper, or of a large bank those next to it."""
        listed = self.bank.listed
        if len(listed) <= MOST_AROUND:
            return listed
        start = max(0, min(self.place(question) - MOST_AROUND // 2, len(listed) - MOST_AROUND))
        return listed[start : start + MOST_AROUND]

    def place(self, question: Question) -> int:
        """Where the question stands in the list, or the one that it drills."""
        return self.bank.places[question.drill_of or question.slug]


def open_library(engine: Engine, folder: Path) -> Library:
    """Load the folder and what instructors have published, and keep the folder's texts as revisions.

    BankError lists all that is wrong with the folder."""
    bank = load(folder)
    sources = {file: (revision_of(text), text) for file, text in bank.sources.items()}
    with writing(engine) as connection:
        ids = sync_revisions(connection, sources, datetime.now(UTC))
        return refreshed(Library(bank, ids, folder=frozenset(sources)), connection)


def refreshed(library: Library, connection: Connection) -> Library:
    """The library with what has been published since; itself where nothing has."""
    changes: dict[str, tuple[str, list[Question]] | None] = {}
    ids, newest = dict(library.revision_ids), library.publication
    for found in published_since(connection, library.publication):
        newest = max(newest, found.id)
        if found.slug in library.folder:
            log.warning(
                "the folder of questions has %s; what was published under this name stays aside", found.slug
            )
            continue
        changes[found.slug] = readable(found)
        if found.revision_id is not None:
            ids[found.slug] = found.revision_id
    if newest == library.publication:
        return library
    return replace(library, bank=library.bank.changed(changes), revision_ids=ids, publication=newest)


def readable(found: Publication) -> tuple[str, list[Question]] | None:
    """The text with its questions; None where it is retired, or no longer of the format."""
    if found.source is None:
        return None
    try:
        return found.source, parse(found.source, found.slug, found.slug)
    except BankError as error:
        log.warning("what is published as %s can no longer be read: %s", found.slug, error)
        return None
