"""The questions that can be practised, with the revisions attempts point at."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from app.errors import NotFound
from app.grading.verdict import PRINTED_KEY
from app.questions.bank import Bank, load
from app.questions.part import ExpressionPart
from app.questions.question import Question
from app.questions.source import revision_of
from app.storage.attempts import sync_revisions
from app.storage.database import writing
from app.text import Text, text

PRINTED_KEY_TITLE = text("照搬了印刷版答案的错", "An error of the printed key")


@dataclass(frozen=True)
class Library:
    bank: Bank
    revision_ids: Mapping[str, int]

    def question(self, slug: str) -> Question:
        found = self.bank.questions.get(slug)
        if found is None:
            raise NotFound
        return found

    def revision_id(self, question: Question) -> int:
        return self.revision_ids[question.file]

    def mistake_title(self, slug: str, name: str) -> Text:
        """What a mistake without a note is called: a wrong formula of its question, or the printed key's error."""
        declared = {
            mistake.name: mistake.title
            for part in self.question(slug).parts
            if isinstance(part, ExpressionPart)
            for mistake in part.answer.mistakes
        }
        return declared.get(name, PRINTED_KEY_TITLE if name == PRINTED_KEY else text(name, name))

    def neighbours(self, question: Question) -> tuple[Question | None, Question | None]:
        """The listed question before and after this one (or the question it drills); the levels of a drill."""
        listed = self.bank.drills[question.operation] if question.operation else self.bank.listed
        at = [q.slug for q in listed].index(question.drill_of or question.slug)
        return (listed[at - 1] if at else None, listed[at + 1] if at + 1 < len(listed) else None)


def open_library(engine: Engine, folder: Path) -> Library:
    """Load the folder and keep its texts as revisions. BankError lists all that is wrong with it."""
    bank = load(folder)
    sources = {file: (revision_of(text), text) for file, text in bank.sources.items()}
    with writing(engine) as connection:
        return Library(bank, sync_revisions(connection, sources, datetime.now(UTC)))
