"""The questions of a paper as they were when it was drawn."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from sqlalchemy import Connection

from app.errors import NotFound
from app.questions.problem import BankError
from app.questions.question import Question
from app.questions.revision import questions_in
from app.questions.variant import Variant, variant
from app.quizzes.blueprint import drawn
from app.quizzes.quiz import Item, Quiz, Shelf
from app.storage.revisions import revision
from app.text import text

OUTDATED = text(
    "这道题用的是旧格式，现在显示不出来了；你的作答和得分都还在。",
    "This question is in a format that can no longer be shown; your answers and marks are kept.",
)


def question_of(connection: Connection, shelf: Shelf, item: Item) -> Question:
    """The question in the item's revision; NotFound where its text can no longer be read."""
    today = shelf.bank.questions.get(item.slug)
    if today and shelf.revision_ids[today.file] == item.revision_id:
        return today
    row = revision(connection, item.revision_id)
    try:
        return questions_in(row.source, row.slug)[item.slug]
    except (BankError, KeyError) as error:
        raise NotFound(OUTDATED) from error


def questions_of(connection: Connection, shelf: Shelf, items: Sequence[Item]) -> list[Question | None]:
    """The question of each item; None where its text can no longer be read."""
    found: list[Question | None] = []
    for item in items:
        try:
            found.append(question_of(connection, shelf, item))
        except NotFound:
            found.append(None)
    return found


def shown(connection: Connection, shelf: Shelf, item: Item) -> Variant:
    return variant(question_of(connection, shelf, item), item.variant)


def all_shown(connection: Connection, shelf: Shelf, items: Sequence[Item]) -> list[Variant]:
    return [shown(connection, shelf, item) for item in items]


def paper_of(connection: Connection, shelf: Shelf, quiz: Quiz, seed: str) -> list[Item]:
    """The paper as one sitting has it: its own numbers and order, where the rules say so."""
    items = list(quiz.items)
    if quiz.rules.variants == "each":
        questions = [question_of(connection, shelf, item) for item in items]
        numbers = drawn(questions, "each", seed)
        items = [replace(item, variant=number) for item, number in zip(items, numbers, strict=True)]
    return Random(f"{seed}:order").sample(items, len(items)) if quiz.rules.shuffled else items
