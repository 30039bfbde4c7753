"""A quiz on paper: exam sheets, and the marking key apart."""

from collections.abc import Sequence
from datetime import UTC, datetime
from string import ascii_uppercase
from typing import Annotated, Any
from urllib.parse import quote

import numpy as np
from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy import Connection
from starlette.responses import Response

from app.accounts.users import User
from app.errors import Invalid
from app.grading import working
from app.questions.part import Item, Part
from app.questions.shown import labels, shuffled
from app.questions.variant import Variant
from app.quizzes import printing
from app.quizzes.printing import Copy, Sheet
from app.quizzes.quiz import Quiz
from app.storage.database import reading
from app.teaching import classes, membership
from app.web.audience import open_to
from app.web.dependencies import TheAccount, TheEngine, TheLearner, TheLibrary, whole
from app.web.formulas import answer_formula, part_formula
from app.web.quizzes import TheQuiz
from app.web.rendering import render
from app.web.seat import not_sitting

router = APIRouter(include_in_schema=False)


class Wanted:
    """What is to be printed, as the address says it."""

    def __init__(
        self, copies: str = "", of_class: Annotated[str, Query(alias="class")] = "", numbers: str = "",
        version: str | None = None, since: Annotated[str, Query(alias="from")] = "1", key: str = "", brief: str = "",
    ) -> None:  # fmt: skip
        self.copies, self.of_class, self.version = copies, of_class, version
        self.each, self.key, self.brief = numbers == "each", bool(key), bool(brief)
        self.first = max(1, whole(since))

    def listed(self, connection: Connection, user: User | None) -> list[Copy]:
        if self.version is not None:
            return [Copy(self.version.strip().upper())]
        students = None
        if self.of_class and user is not None:
            classroom = classes.owned(connection, whole(self.of_class), user.id)
            members = membership.members_of(connection, classroom.id)
            students = [(m.user_id, m.name, m.number or "") for m in members if m.state == "joined"]
        return printing.copies_of(self.copies, students, self.each)


@router.get("/quizzes/{code}/print")
@open_to("anyone")
def show(
    request: Request, engine: TheEngine, library: TheLibrary, quiz: TheQuiz, learner: TheLearner, account: TheAccount,
    wanted: Annotated[Wanted, Depends()],
) -> Response:  # fmt: skip
    """Exam sheets; with `key` the marking key, which nobody sees while they sit a paper."""
    user_id = account.id if account else None
    if wanted.key:
        printing.check_key(quiz, user_id, learner)
        not_sitting(engine, learner)
    problem = None
    with reading(engine) as connection:
        printing.check_sheet(connection, quiz, user_id, datetime.now(UTC))
        own = account is not None and account.id == quiz.owner_id
        rooms = classes.owned_by(connection, account.id) if account and own else []
        try:
            copies = wanted.listed(connection, account if own else None)
        except Invalid as error:
            copies, problem = [], error
        several = list(dict.fromkeys(Copy(each.version) for each in copies)) if wanted.key else copies
        some = several[wanted.first - 1 :][: printing.MOST_STUDENTS]
        sheets = [printing.sheet(connection, library, quiz, copy) for copy in some]
    context = page(quiz, sheets) | {
        "wanted": wanted, "rooms": [room.classroom for room in rooms], "all": len(several), "problem": problem,
        "may_key": own or quiz.owner_id is None, "query": request.query_params, "most_sheets": printing.MOST_STUDENTS,
        "rest": "".join(f"{name}={quote(value)}&" for name, value in request.query_params.items() if name != "from"),
    }  # fmt: skip
    template = "quizzes/key.html" if wanted.key else "quizzes/print.html"
    return render(request, template, context, status=422 if problem else 200)


def page(quiz: Quiz, sheets: list[Sheet]) -> dict[str, Any]:
    """What the templates of sheets and keys need."""
    varies = quiz.rules.shuffled or any(v.question.varies for sheet in sheets for v in sheet.shown)
    return {
        "quiz": quiz, "sheets": sheets, "varies": varies, "texts": texts_of(sheets) if len(sheets) > 1 else [],
        "worth": printing.worth, "lines": printing.lines, "letter": letter,
        "labels": labels, "shuffled": shuffled, "pieces": working.pieces,
        "answer_formula": answer_formula, "part_formula": part_formula, "letter_of": letter_of,
        "matrix_shape": lambda variant, part: np.shape(variant.answers[part.id].value),
    }  # fmt: skip


def texts_of(sheets: list[Sheet]) -> list[tuple[int | None, Variant]]:
    """The questions with texts, once for all versions, with their place where it is the same in all."""
    places: dict[tuple[str, str], set[int]] = {}
    found: dict[tuple[str, str], Variant] = {}
    for sheet in sheets:
        for place, variant in enumerate(sheet.shown, start=1):
            question = variant.question
            if any(part.response == "text" for part in question.parts):
                found.setdefault((question.slug, question.revision), variant)
                places.setdefault((question.slug, question.revision), set()).add(place)
    return [(min(places[at]) if len(places[at]) == 1 else None, variant) for at, variant in found.items()]


def letter_of(entry: Item, entries: Sequence[Item], variant: Variant, part: Part) -> str:
    """The letter by which an option or a match stands on the sheet."""
    return letter(shuffled(list(entries), variant, part).index(entry))


def letter(i: int) -> str:
    """A to Z, then AA to ZZ."""
    return ascii_uppercase[i % 26] * (i // 26 + 1)
