"""Changing an instructor's quiz: all of it until somebody has sat it, after that only a copy."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, exists, func, select

from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.questions.question import Question
from app.questions.variant import variant
from app.quizzes.blueprint import MOST_QUESTIONS, Rules, chosen, drawn
from app.quizzes.paper import question_of
from app.quizzes.quiz import (
    LONGEST_TITLE,
    Item,
    Quiz,
    Shelf,
    change,
    held,
    items_of,
    keep,
    new_code,
    read_quiz,
)
from app.storage.tables import assignments, quizzes, sittings, users
from app.text import text

SAT = text(
    "已经有同学考过这份卷子，不能再改；可以复制一份来改。",
    "Somebody has sat this paper, so it can no longer be changed; change a copy of it.",
)
EMPTY = text("卷子上至少要有一道题。", "A paper has at least one question.")
NONE_CHOSEN = text("先勾选题目。", "Tick some questions first.")
TOO_MANY = text(f"一份卷子最多 {MOST_QUESTIONS} 题。", f"A paper has at most {MOST_QUESTIONS} questions.")
GONE = text("勾选的题里有的已经不在题库里了。", "Some of the ticked questions are no longer there.")
COPY = "（副本）"


@dataclass(frozen=True)
class Listed:
    """A quiz in its owner's list."""

    quiz: Quiz
    classes: int  # it is assigned to
    sat: int  # how often, trials left out


def owned_by(connection: Connection, owner_id: int) -> list[Listed]:
    """An instructor's quizzes, the newest first, archived ones last."""
    own = select(quizzes.c.id).where(quizzes.c.owner_id == owner_id)
    given = counts(connection, assignments.c.quiz_id, assignments.c.quiz_id.in_(own))
    sat = counts(connection, sittings.c.quiz_id, sittings.c.quiz_id.in_(own), by_others(owner_id))
    query = select(quizzes).where(quizzes.c.owner_id == owner_id).order_by(quizzes.c.id.desc())
    listed = [
        Listed(read_quiz(row), given.get(row.id, 0), sat.get(row.id, 0)) for row in connection.execute(query)
    ]
    return sorted(listed, key=lambda each: each.quiz.archived_at is not None)


def counts(connection: Connection, column: Any, *where: Any) -> dict[int, int]:
    query = select(column, func.count()).where(*where).group_by(column)
    return {row[0]: row[1] for row in connection.execute(query)}


def by_others(owner_id: int | None) -> Any:
    """Sittings that are no trials of the owner's."""
    return sittings.c.learner_id.not_in(select(users.c.learner_id).where(users.c.id == owner_id))


def is_sat(connection: Connection, quiz: Quiz) -> bool:
    """Whether anybody but its owner, who may try it, has begun it."""
    mine = sittings.c.quiz_id == quiz.id, by_others(quiz.owner_id)
    return bool(connection.scalar(select(exists().where(*mine))))


def editable(connection: Connection, quiz_id: int, user_id: int) -> Quiz:
    """The instructor's own quiz, held against everybody who would begin it. Conflict once somebody has sat it."""
    quiz = held(connection, quiz_id, "to change")
    if quiz.owner_id != user_id:
        raise NotAllowed
    if is_sat(connection, quiz):
        raise Conflict(SAT)
    return quiz


def settle(
    connection: Connection, shelf: Shelf, quiz: Quiz, title: str, minutes: float, rules: Rules
) -> Quiz:
    """Another title, time (0: as its questions say) and rules; where its numbers come from elsewhere now, other numbers."""
    blueprint = quiz.blueprint.model_copy(update={"minutes": minutes})
    changed = change(connection, quiz, title=title, blueprint=blueprint, rules=rules)
    same = rules.variants == quiz.rules.variants
    return changed if same else renumber(connection, shelf, changed)


def renumber(connection: Connection, shelf: Shelf, quiz: Quiz) -> Quiz:
    """The same questions with other numbers."""
    questions = [question_of(connection, shelf, item) for item in quiz.items]
    numbers = drawn(questions, quiz.rules.variants, new_code())
    items = tuple(replace(item, variant=number) for item, number in zip(quiz.items, numbers, strict=True))
    return change(connection, quiz, items=items)


def redraw(connection: Connection, shelf: Shelf, quiz: Quiz) -> Quiz:
    """Draw anew: other questions where the blueprint leaves a choice, and other numbers."""
    if quiz.blueprint.kind == "chosen":
        return renumber(connection, shelf, quiz)
    seed = new_code()
    questions = chosen(quiz.blueprint, shelf.bank, seed)
    return change(
        connection, quiz, items=items_of(questions, drawn(questions, quiz.rules.variants, seed), shelf)
    )


def add(connection: Connection, shelf: Shelf, quiz: Quiz, slugs: Sequence[str]) -> Quiz:
    """With these questions at the end; those it has already stay where they are."""
    questions = known(shelf, slugs)
    have = {item.slug for item in quiz.items}
    new = [question for question in questions if question.slug not in have]
    if len(have) + len(new) > MOST_QUESTIONS:
        raise Invalid(TOO_MANY, "slugs")
    more = items_of(new, drawn(new, quiz.rules.variants, new_code()), shelf)
    return arrange(connection, quiz, [*quiz.items, *more])


def known(shelf: Shelf, slugs: Sequence[str]) -> list[Question]:
    """The questions of these slugs, each once. Invalid where there are none, or one is gone."""
    if not slugs:
        raise Invalid(NONE_CHOSEN, "slugs")
    if any(slug not in shelf.bank.questions for slug in slugs):
        raise Invalid(GONE, "slugs")
    found = [shelf.bank.questions[slug] for slug in dict.fromkeys(slugs)]
    if len(found) > MOST_QUESTIONS:
        raise Invalid(TOO_MANY, "slugs")
    return found


def remove(connection: Connection, quiz: Quiz, place: int) -> Quiz:
    if len(quiz.items) == 1:
        raise Invalid(EMPTY, "items")
    return arrange(connection, quiz, [*quiz.items[: place - 1], *quiz.items[place:]])


def move(connection: Connection, quiz: Quiz, place: int, by: int) -> Quiz:
    """Up (-1) or down (1); the first and the last stay."""
    items = list(quiz.items)
    item = items.pop(place - 1)
    items.insert(max(0, place - 1 + by), item)
    return arrange(connection, quiz, items)


def arrange(connection: Connection, quiz: Quiz, items: Sequence[Item]) -> Quiz:
    blueprint = quiz.blueprint
    if blueprint.kind == "chosen":
        blueprint = blueprint.model_copy(update={"slugs": tuple(item.slug for item in items)})
    return change(connection, quiz, items=tuple(items), blueprint=blueprint)


def outdated(shelf: Shelf, quiz: Quiz) -> list[int]:
    """The places whose question has been changed since."""
    return [
        place
        for place, item in enumerate(quiz.items, start=1)
        if (now := shelf.bank.questions.get(item.slug)) and shelf.revision_ids[now.file] != item.revision_id
    ]


def renew(connection: Connection, shelf: Shelf, quiz: Quiz) -> Quiz:
    """With its questions as they are now; numbers that a question no longer has become its printed ones."""
    items = list(quiz.items)
    for place in outdated(shelf, quiz):
        question, number = shelf.bank.questions[items[place - 1].slug], items[place - 1].variant
        try:
            variant(question, number)
        except NotFound:
            number = 0
        items[place - 1] = items_of([question], [number], shelf)[0]
    return change(connection, quiz, items=tuple(items))


def copy(connection: Connection, quiz: Quiz, now: datetime) -> Quiz:
    """The same paper under another code, sat by nobody."""
    title = quiz.title or quiz.name.zh
    return keep(
        connection, new_code(), quiz.blueprint, quiz.rules, quiz.items, now,
        owner_id=quiz.owner_id, title=f"{title[: LONGEST_TITLE - len(COPY)]}{COPY}",
    )  # fmt: skip
