"""A quiz: a paper that was drawn once, with the rules of sitting it and the code that opens it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Literal, Protocol

from sqlalchemy import Connection, insert, select, update

from app.errors import Invalid, NotAllowed, NotFound
from app.questions.bank import Bank
from app.questions.question import Question
from app.quizzes.blueprint import TITLES, Blueprint, Rules, chosen, drawn
from app.storage.attempts import new_id
from app.storage.codes import normal_code, random_code
from app.storage.moments import utc
from app.storage.tables import quizzes
from app.text import Text, text

CODE_LENGTH = 8
LONGEST_TITLE = 120
NO_SUCH_CODE = text("没有这个代码的小测：再看一眼。", "No quiz has this code: look again.")


class Shelf(Protocol):
    """The questions as they are now, with the revisions of their files."""

    @property
    def bank(self) -> Bank: ...
    @property
    def revision_ids(self) -> Mapping[str, int]: ...


@dataclass(frozen=True)
class Item:
    """One place of a paper: a question in one revision, with one variant's numbers."""

    slug: str
    revision_id: int
    variant: int
    marks: float
    minutes: float


@dataclass(frozen=True)
class Quiz:
    id: int
    code: str
    owner_id: int | None  # the instructor whose it is
    learner_id: int | None  # or who drew it for themself
    title: str
    blueprint: Blueprint
    rules: Rules
    items: tuple[Item, ...]
    created_at: datetime
    archived_at: datetime | None

    @property
    def name(self) -> Text:
        return text(self.title, self.title) if self.title else TITLES[self.blueprint.kind]

    @property
    def marks(self) -> float:
        return sum(item.marks for item in self.items)

    @property
    def minutes(self) -> float:
        return self.blueprint.minutes or sum(item.minutes for item in self.items)


def read_quiz(row: Any) -> Quiz:
    return Quiz(
        row.id, row.code, row.owner_id, row.learner_id, row.title, Blueprint(**row.blueprint), Rules(**row.rules),
        tuple(Item(**item) for item in row.items), utc(row.created_at), utc(row.archived_at),
    )  # fmt: skip


def items_of(questions: Sequence[Question], variants: Sequence[int], shelf: Shelf) -> tuple[Item, ...]:
    return tuple(
        Item(q.slug, shelf.revision_ids[q.file], number, q.marks, q.minutes)
        for q, number in zip(questions, variants, strict=True)
    )


def create(
    connection: Connection, shelf: Shelf, blueprint: Blueprint, rules: Rules, now: datetime,
    *, owner_id: int | None = None, learner_id: int | None = None, title: str = "",
) -> Quiz:  # fmt: skip
    """Draw a paper and keep it under a new code. Invalid where no question fits."""
    code = new_code()
    questions = chosen(blueprint, shelf.bank, code)
    items = items_of(questions, drawn(questions, rules.variants, code), shelf)
    return keep(
        connection, code, blueprint, rules, items, now, owner_id=owner_id, learner_id=learner_id, title=title
    )


def keep(
    connection: Connection, code: str, blueprint: Blueprint, rules: Rules, items: Sequence[Item], now: datetime,
    *, owner_id: int | None = None, learner_id: int | None = None, title: str = "",
) -> Quiz:  # fmt: skip
    values = {
        "code": code, "owner_id": owner_id, "learner_id": learner_id, "title": checked_title(title),
        "blueprint": blueprint.model_dump(mode="json"), "rules": rules.model_dump(mode="json"),
        "items": [asdict(item) for item in items], "created_at": now,
    }  # fmt: skip
    return found(connection, new_id(connection.execute(insert(quizzes), values)))


def new_code() -> str:
    """Long enough (31⁸) that nobody guesses one, and that two are never the same."""
    return random_code(CODE_LENGTH)


def checked_title(typed: str) -> str:
    title = " ".join(typed.replace("\0", " ").split())
    if len(title) > LONGEST_TITLE:
        long = f"标题最多 {LONGEST_TITLE} 个字符。", f"A title has at most {LONGEST_TITLE} characters."
        raise Invalid(text(*long), "title")
    return title


def found(connection: Connection, quiz_id: int) -> Quiz:
    row = connection.execute(select(quizzes).where(quizzes.c.id == quiz_id)).first()
    if row is None:
        raise NotFound
    return read_quiz(row)


def held(connection: Connection, quiz_id: int, how: Literal["as it is", "to change"]) -> Quiz:
    """The quiz, against changes by others until the transaction ends; NotFound where there is none."""
    query = select(quizzes).where(quizzes.c.id == quiz_id).with_for_update(read=how == "as it is")
    row = connection.execute(query).first()
    if row is None:
        raise NotFound
    return read_quiz(row)


def by_code(connection: Connection, code: str) -> Quiz:
    """The quiz of this code, however it is typed; NotFound where there is none."""
    row = connection.execute(select(quizzes).where(quizzes.c.code == normal_code(code))).first()
    if row is None:
        raise NotFound(NO_SUCH_CODE, "code")
    return read_quiz(row)


def owned(connection: Connection, quiz_id: int, user_id: int) -> Quiz:
    """The quiz of this instructor; NotAllowed where it is another's, NotFound where there is none."""
    quiz = found(connection, quiz_id)
    if quiz.owner_id != user_id:
        raise NotAllowed
    return quiz


def change(connection: Connection, quiz: Quiz, **values: Any) -> Quiz:
    """The quiz with other values: title, rules, items, archived_at."""
    changed = replace(quiz, **values)
    kept = {
        "title": checked_title(changed.title), "rules": changed.rules.model_dump(mode="json"),
        "blueprint": changed.blueprint.model_dump(mode="json"), "items": [asdict(item) for item in changed.items],
        "archived_at": changed.archived_at,
    }  # fmt: skip
    connection.execute(update(quizzes).where(quizzes.c.id == quiz.id).values(kept))
    return changed
