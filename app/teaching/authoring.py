"""An instructor's questions: begun, edited as drafts, read as they will be."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection

from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.questions.document import mapping
from app.questions.question import Question
from app.questions.source import BankError, Problem, line_of, parse, revision_of
from app.questions.unfit import unfit
from app.storage import revisions
from app.teaching.slugs import LONGEST, fits
from app.text import Text, text

NOT_YOURS = text(
    "这道题是别的老师出的，你可以复制一份来改。",
    "This question is another instructor's; copy it to change it.",
)
SLUG_TAKEN = text(
    "这个网址名已经有题目用了，换一个吧。", "Another question has this address; choose another."
)
SLUG_WRONG = text(
    f"网址名只用小写字母、数字和短横，如 my-question，最多 {LONGEST} 个字符；不能以 drill- 开头或以 -drill 结尾。",
    f"An address has lower-case letters, digits and hyphens only, such as my-question; {LONGEST} characters at most, not beginning with drill- nor ending with -drill.",
)
NUMBERED = text("题号只属于真题试卷，请删去这一行。", "Numbers belong to the paper; leave this line out.")
EDITED_ELSEWHERE = text(
    "这道题在别处又改过（也许是另一个窗口）。你写的都在下面；再保存一次，就以你写的为准。",
    "This question was edited elsewhere meanwhile (in another window perhaps). What you wrote is below; save once more to let it stand.",
)


@dataclass(frozen=True)
class Authored:
    """A question of an instructor as it stands: its draft, and what students see."""

    slug: str
    owner_id: int | None  # None where the owner's account is gone
    draft: str | None  # None where nothing is being changed
    published: str | None  # the text that students see
    revision_id: int | None
    retired: bool  # was published once, and is not now

    @property
    def source(self) -> str:
        """The text to edit."""
        return self.draft if self.draft is not None else self.published or ""

    @property
    def seen(self) -> str:
        """Tells whether the text is still the one that an editor was shown."""
        return revision_of(self.source)[:16]


@dataclass(frozen=True)
class Listed:
    """A question in a list: its title as it stands, its state, and whether it has changes not yet published."""

    slug: str
    title: Text | None
    state: Literal["draft", "published", "retired"]
    edited: bool
    owner: str | None


def listed(
    connection: Connection, owner_id: int | None, most: int | None = None, skipped: int = 0
) -> list[Listed]:
    """An instructor's questions (None: everybody's), last edited first."""
    found = []
    for row in revisions.questions_of(connection, owner_id, most, skipped):
        title = title_of((row.draft if row.draft is not None else row.source) or "")
        state: Any = "published" if row.revision_id else "retired" if row.publication_id else "draft"
        found.append(Listed(row.slug, title, state, row.draft is not None, row.owner))
    return found


def title_of(source: str) -> Text | None:
    """What a text calls its question, None where that cannot be read."""
    try:
        title = mapping(source, "")["title"]
        return Text(**title) if isinstance(title, dict) else text(str(title), str(title))
    except (BankError, KeyError, TypeError, ValueError):
        return None


def owned(connection: Connection, slug: str, user_id: int) -> Authored:
    """The question of this owner; NotFound where there is none, NotAllowed where it is another's."""
    question = found(connection, slug)
    if question.owner_id != user_id:
        raise NotAllowed(NOT_YOURS)
    return question


def found(connection: Connection, slug: str) -> Authored:
    """The question, whoever owns it; NotFound where no instructor has one of this slug."""
    row = revisions.question(connection, slug)
    if row is None:
        raise NotFound
    newest = revisions.published(connection, slug)
    published: Any = None
    if newest and newest.revision_id is not None:
        published = revisions.revision(connection, newest.revision_id)
    elif newest:  # a retired question is edited from what it said last
        last = next((p for p in revisions.history(connection, slug) if p.source is not None), None)
        draft = row.draft if row.draft is not None else last and last.source
        return Authored(slug, row.owner_id, draft, None, None, retired=True)
    source, revision_id = (published.source, published.id) if published else (None, None)
    return Authored(slug, row.owner_id, row.draft, source, revision_id, retired=False)


def begin(
    connection: Connection, wanted: str, owner_id: int, source: str, taken: Container[str], now: datetime
) -> str:
    """A new draft; returns its slug, which is `wanted` or, where that is taken, numbered.

    Invalid where it cannot be a slug. `taken`: slugs of the bank.
    """
    if not fits(wanted):
        raise Invalid(SLUG_WRONG, "slug")
    slug = free(connection, wanted, taken)
    revisions.add_question(connection, slug, owner_id, tidy(source), now)
    return slug


def free(connection: Connection, wanted: str, taken: Container[str]) -> str:
    candidate, number = wanted, 1
    while candidate in taken or revisions.question(connection, candidate):
        number += 1
        candidate = f"{wanted[: LONGEST - 5]}-{number}"
    return candidate


def save(connection: Connection, question: Authored, source: str, seen: str, now: datetime) -> None:
    """Keep what is being edited, faulty or not; Conflict where it was edited elsewhere since `seen`."""
    if seen and seen != question.seen and revision_of(tidy(source))[:16] != question.seen:
        raise Conflict(EDITED_ELSEWHERE)
    kept = tidy(source)
    draft = None if kept == question.published else kept
    if draft != question.draft:
        revisions.save_draft(connection, question.slug, draft, now)


def discard(connection: Connection, question: Authored, now: datetime) -> bool:
    """Throw the draft away; a question that was never published goes with it (True)."""
    if question.published is None and not question.retired:
        revisions.drop_question(connection, question.slug)
        return True
    revisions.save_draft(connection, question.slug, None, now)
    return False


def tidy(source: str) -> str:
    """The text with plain line ends: browsers send others."""
    return source.replace("\r\n", "\n").replace("\r", "\n").rstrip() + "\n"


def read(source: str, slug: str, file: str = "") -> list[Question]:
    """The question of the text, and its drill if it has one; BankError with every problem of the file."""
    file = file or slug
    questions = parse(source, slug, file)
    problems = [problem for question in questions for problem in unfit(question, file, source)]
    if questions[0].number is not None:
        problems.append(Problem(file, line_of(source, ["number"]), "number", NUMBERED))
    if problems:
        raise BankError(problems)
    return questions
