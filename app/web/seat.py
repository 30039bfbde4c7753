"""A learner at one place of a paper they sit: what is shown, what is saved, and the rooms that are closed meanwhile."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import Connection
from starlette.datastructures import FormData

from app.errors import NotAllowed
from app.questions.part import ChoicePart
from app.questions.variant import Variant
from app.quizzes import paper, sitting
from app.quizzes.quiz import Quiz
from app.quizzes.quiz import found as quiz_found
from app.quizzes.sitting import FLAG, Sitting, Typed
from app.storage.database import reading, writing
from app.storage.tables import sittings
from app.study.library import Library
from app.text import Text, text
from app.web import fields
from app.web.dependencies import TheEngine, TheLearner, TheLibrary, whole

CLOSED = text(
    "你正在考试：交卷以前，题库、提示、解答和计算服务都不开放。",
    "You are sitting a quiz: until it is handed in, questions, hints, solutions and the computation service are closed.",
)
FLAGGED = text("标记", "Flag")
LONGEST_TAB = 40
MOST_AROUND = 60  # places of the map beside a question
MOST_AGE = 10**12  # milliseconds: more than any sitting lasts, and no infinity


@dataclass(frozen=True)
class Desk:
    """A learner's own sitting, with its quiz."""

    sitting: Sitting
    quiz: Quiz
    now: datetime

    @property
    def address(self) -> str:
        return f"/sittings/{self.sitting.id}"

    @property
    def left(self) -> float:
        """Seconds."""
        return self.sitting.left(self.now)


@dataclass(frozen=True)
class Sheet:
    """One place of a paper, to be filled in."""

    sitting: Sitting
    place: int
    shown: Variant
    now: datetime

    @property
    def base(self) -> str:
        return f"/sittings/{self.sitting.id}/{self.place}"

    @property
    def names(self) -> list[str]:
        return [n for part in self.shown.question.parts for n in fields.all_names(part, self.shown)] + [FLAG]

    def responses(self, values: Mapping[str, list[str]]) -> dict[str, Any]:
        """What the fields add up to, by part."""
        form = fields.as_form(values)
        read = {part.id: fields.read(part, self.shown, form) for part in self.shown.question.parts}
        return {part_id: response for part_id, response in read.items() if response is not None}

    def typed(self, form: FormData) -> dict[str, Typed]:
        """The fields that the tab has changed, by name; `@was` and `@ages` say what it began with and how long ago.

        A script sends what changed; a form without scripts sends all of a page (`@whole`)."""
        was, ages = loaded(form, "@was"), loaded(form, "@ages")
        several = {part.id for part in self.shown.question.parts if isinstance(part, ChoicePart)} | {FLAG}
        moment, oldest = self.now.timestamp(), self.sitting.started_at.timestamp()
        found = {}
        for name in self.names:
            if name not in form and "@whole" not in form:
                continue
            values = [str(value).replace("\r\n", "\n") for value in form.getlist(name)]
            values = [value for value in values if value] if name in several else values
            if "@whole" in form and (values or [""]) == (was.get(name) or [""]):
                continue
            found[name] = Typed(values, max(oldest, moment - seconds(ages.get(name))))
        return found

    def label(self, name: str) -> Text:
        """What a field is called, in the words of its page."""
        for number, part in enumerate(self.shown.question.parts, start=1):
            if name in fields.all_names(part, self.shown):
                index = f"({number})" if len(self.shown.question.parts) > 1 else ""
                box = name.removeprefix(f"{part.id}.")
                asked = self.shown.text(part.ask) if part.ask else self.shown.question.title
                said = fields.place(part, self.shown, box) or asked
                zh, en = said.zh.rstrip("。："), said.en.rstrip(".:")
                return text(f"{index} {zh}".strip(), f"{index} {en}".strip())
        return FLAGGED


@dataclass(frozen=True)
class Seat(Sheet):
    """A desk with one place of its paper."""

    request: Request
    desk: Desk


def seconds(age: object) -> float:
    """From the milliseconds that a client claims; 0 where it claims nonsense."""
    return age / 1000 if isinstance(age, int | float) and 0 < age < MOST_AGE else 0.0


def beside(place: int, count: int) -> slice:
    """The places of a long paper that the map beside a question shows."""
    start = max(0, min(place - MOST_AROUND // 2, count - MOST_AROUND))
    return slice(start, start + MOST_AROUND)


def loaded(form: FormData, name: str) -> dict[str, Any]:
    with suppress(ValueError, RecursionError):
        if isinstance(found := json.loads(str(form.get(name, "{}"))), dict):
            return found
    return {}


def desk(engine: TheEngine, learner: TheLearner, sitting_id: str) -> Desk:
    """The learner's own sitting, handed in if its time is up."""
    now = datetime.now(UTC)
    with reading(engine) as connection:
        own = sitting.of_learner(connection, whole(sitting_id), learner)
        quiz = quiz_found(connection, own.quiz_id)
    if own.handed_in_at is None and not own.is_open(now):
        with writing(engine) as connection:
            sitting.expire(connection, now, sittings.c.id == own.id)
            own = sitting.found(connection, own.id)
    return Desk(own, quiz, now)


TheDesk = Annotated[Desk, Depends(desk)]


def seat(request: Request, engine: TheEngine, library: TheLibrary, desk: TheDesk, place: str) -> Seat:
    with reading(engine) as connection:
        return sat(connection, request, library, desk, whole(place))


def sat(connection: Connection, request: Request, library: Library, desk: Desk, place: int) -> Seat:
    shown = paper.shown(connection, library, desk.sitting.item(place))
    return Seat(desk.sitting, place, shown, desk.now, request, desk)


TheSeat = Annotated[Seat, Depends(seat)]


def held(
    connection: Connection, library: Library, learner: int | None, sitting_id: str, place: str, now: datetime
) -> Sheet:
    """A place of the learner's own paper, held against every other request; Conflict where the paper is over.

    What saving needs and no more: a thousand sitters do it all the time."""
    own, at = sitting.writable(connection, whole(sitting_id), learner, now), whole(place)
    return Sheet(own, at, paper.shown(connection, library, own.item(at)), now)


def not_sitting(engine: TheEngine, learner: TheLearner) -> None:
    """NotAllowed while a paper of this learner is open."""
    if learner is None:
        return
    with reading(engine) as connection:
        found = sitting.open_of(connection, learner, datetime.now(UTC))
    if found is not None:
        raise NotAllowed(CLOSED, address=f"/sittings/{found}")
