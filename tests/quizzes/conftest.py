"""Papers of few questions, and learners who sit them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from app.questions.bank import Bank
from app.questions.source import revision_of
from app.quizzes import marking, paper, quiz, sitting
from app.quizzes.blueprint import Blueprint, Rules
from app.quizzes.quiz import Quiz
from app.quizzes.sitting import Answer, Saved, Sitting, Typed
from app.storage.attempts import new_learner
from app.storage.database import reading, writing
from app.storage.revisions import sync_revisions

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NINE, FOUR, EIGHT = "fcn-parameter-count", "why-gradient-descent", "mini-batch"
PAPER = (NINE, FOUR, EIGHT)
RIGHT = {"layers.0": "12", "layers.1": "20", "layers.2": "20", "layers.3": "15", "total": "67"}


@dataclass(frozen=True)
class Shelf:
    bank: Bank
    revision_ids: Mapping[str, int]


@pytest.fixture
def shelf(engine: Engine, bank: Bank) -> Shelf:
    sources = {file: (revision_of(source), source) for file, source in bank.sources.items()}
    with writing(engine) as connection:
        return Shelf(bank, sync_revisions(connection, sources, NOW))


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def read(values: Mapping[str, list[str]]) -> dict[str, Any]:
    """Fields of a question's parts to responses, as simply as can be: one field a part, or rows by number."""
    found: dict[str, Any] = {}
    for name, kept in values.items():
        part, _, row = name.partition(".")
        if part.startswith("@") or not any(kept):
            continue
        if row:
            found.setdefault(part, ["", "", "", ""])[int(row)] = kept[0]
        else:
            found[part] = kept[0]
    return found


class Room:
    """One database with learners at papers; every act is a transaction of its own."""

    def __init__(self, engine: Engine, shelf: Shelf) -> None:
        self.engine, self.shelf = engine, shelf

    def learner(self) -> int:
        with writing(self.engine) as connection:
            return new_learner(connection, NOW)

    def quiz(self, *slugs: str, minutes: float = 20, rules: Rules | None = None, **whose: int) -> Quiz:
        made = Blueprint(kind="chosen", slugs=slugs or PAPER, minutes=minutes)
        with writing(self.engine) as connection:
            return quiz.create(connection, self.shelf, made, rules or Rules(variants="printed"), NOW, **whose)

    def start(self, of: Quiz, learner: int, now: datetime = NOW, **more: Any) -> Sitting:
        with writing(self.engine) as connection:
            return sitting.start(connection, self.shelf, of, learner, now, **more)

    def begun(self, *slugs: str, **more: Any) -> Sitting:
        return self.start(self.quiz(*slugs, **more), self.learner())

    def save(
        self, own: Sitting, fields: Mapping[str, str | list[str]], *, place: int = 1, at: float = 0,
        seen: int = 0, tab: str = "a", now: datetime | None = None,
    ) -> Saved:  # fmt: skip
        """Fields typed `at` seconds after the start and sent at once, or at `now`."""
        typed = {
            name: Typed([value] if isinstance(value, str) else value, later(at).timestamp())
            for name, value in fields.items()
        }
        with writing(self.engine) as connection:
            held = sitting.writable(connection, own.id, own.learner_id, now or later(at))
            return sitting.save(connection, held, place, typed, seen, tab, read)

    def turn(self, own: Sitting, place: int, at: float) -> None:
        with writing(self.engine) as connection:
            sitting.turn(connection, own, place, later(at))

    def hand_in(self, own: Sitting, at: float) -> Sitting:
        with writing(self.engine) as connection:
            held = sitting.writable(connection, own.id, own.learner_id, later(at))
            sitting.hand_in(connection, held, later(at))
            return sitting.found(connection, own.id)

    def expire(self, at: float, *whose: Any) -> None:
        with writing(self.engine) as connection:
            sitting.expire(connection, later(at), *whose)

    def grade(self, own: Sitting, at: float = 0) -> Sitting:
        with writing(self.engine) as connection:
            return marking.grade(connection, self.shelf, own, later(at))

    def enter(self, own: Sitting, at: float = 0) -> Sitting:
        with writing(self.engine) as connection:
            return marking.enter(connection, self.shelf, own, later(at))

    def mark(self, own: Sitting, place: int, levels: marking.Levels, at: float = 0) -> None:
        with writing(self.engine) as connection:
            shown = paper.shown(connection, self.shelf, own.item(place))
            marking.mark(connection, own, place, shown, levels, later(at))

    def marks(self, own: Sitting, place: int) -> dict[str, float | None]:
        with reading(self.engine) as connection:
            shown = paper.shown(connection, self.shelf, own.item(place))
            found = marking.parts_of(shown.question, sitting.answer_at(connection, own.id, place))
        return {each.part.id: each.earned for each in found}

    def now(self, own: Sitting) -> Sitting:
        with reading(self.engine) as connection:
            return sitting.found(connection, own.id)

    def answers(self, own: Sitting) -> list[Answer]:
        with reading(self.engine) as connection:
            return sitting.answers_of(connection, own.id)

    def held(self, own: Sitting, place: int = 1) -> dict[str, list[str]]:
        return {name: kept.values for name, kept in self.answers(own)[place - 1].fields.items()}


@pytest.fixture
def room(engine: Engine, shelf: Shelf) -> Room:
    return Room(engine, shelf)
