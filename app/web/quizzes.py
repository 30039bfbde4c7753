"""Quizzes: the ready-made ones, one's own, those with a code; and beginning one."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Engine
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from app.accounts.users import User
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.questions.kinds import KINDS
from app.quizzes import admission, history, sitting
from app.quizzes import quiz as quizzes
from app.quizzes.blueprint import MOST_MINUTES, MOST_QUESTIONS, READY, TITLES, Blueprint, Rules
from app.quizzes.quiz import Quiz
from app.storage.attempts import learner_exists, new_learner
from app.storage.database import reading, writing
from app.study.library import Library
from app.text import Text, text
from app.web.audience import open_to
from app.web.dependencies import TheAccount, TheEngine, TheForm, TheLearner, TheLibrary, remember
from app.web.rendering import render
from app.web.reports import settle

router = APIRouter(include_in_schema=False)
PAGE = 20  # sittings of a list
DEFAULTS = FormData([("count", "10")])
NOT_A_NUMBER = text("这里填一个整数。", "A whole number is wanted here.")


@router.get("/quizzes")
@open_to("anyone")
def index(
    request: Request, engine: TheEngine, library: TheLibrary, learner: TheLearner, account: TheAccount, page: int = 1
) -> Response:  # fmt: skip
    return index_page(request, engine, library, learner, account, page)


def index_page(
    request: Request, engine: Engine, library: Library, learner: int | None, account: User | None, page: int = 1,
    typed: FormData | None = None, problem: Invalid | NotFound | None = None,
) -> Response:  # fmt: skip
    now = datetime.now(UTC)
    with reading(engine) as connection:
        own = sitting.listed(connection, learner) if learner else []
    pages = max(1, -(-len(own) // PAGE))
    page = min(max(page, 1), pages)
    settle(engine, library, own[(page - 1) * PAGE : page * PAGE], now)
    with reading(engine) as connection:
        own = sitting.listed(connection, learner) if learner else []
        begun = history.entries(connection, library, [each for each in own if each.is_open(now)], now)
        shown = [each for each in own[(page - 1) * PAGE : page * PAGE] if not each.is_open(now)]
        past = history.entries(connection, library, shown, now)
        given = admission.of_member(connection, account.id) if account else []
    bank = library.bank
    context = {
        "ready": READY, "titles": TITLES, "begun": begun, "past": past, "page": page, "pages": pages, "now": now,
        "printed": [question for question in bank.listed if question.number], "given": given,
        "typed": typed or DEFAULTS, "problem": problem, "topics": list(bank.topics), "kinds": KINDS,
        "most_questions": MOST_QUESTIONS, "most_minutes": MOST_MINUTES, "here": "/quizzes",
    }  # fmt: skip
    status = 200 if problem is None else 404 if isinstance(problem, NotFound) else 422
    return render(request, "quizzes/index.html", context, status=status)


@router.post("/quizzes")
@open_to("anyone")
def make(
    request: Request, engine: TheEngine, library: TheLibrary, learner: TheLearner, account: TheAccount, form: TheForm
) -> Response:  # fmt: skip
    """Draw a paper from a blueprint, or go to the one of a code."""
    try:
        if "code" in form:
            with reading(engine) as connection:
                found = quizzes.by_code(connection, str(form["code"]))
            return RedirectResponse(f"/quizzes/{found.code}", 303)
        blueprint, rules = wanted(form)
        with writing(engine) as connection:
            made = quizzes.create(
                connection, library, blueprint, rules, datetime.now(UTC), learner_id=learner
            )
    except (Invalid, NotFound) as error:
        return index_page(request, engine, library, learner, account, typed=form, problem=error)
    return RedirectResponse(f"/quizzes/{made.code}", 303)


def wanted(form: FormData) -> tuple[Blueprint, Rules]:
    """The blueprint and rules of a form; Invalid where a number is none."""
    kind = str(form.get("kind", ""))
    if kind in READY:
        return READY[kind]
    blueprint = Blueprint(
        kind="own",
        topics=tuple(map(str, form.getlist("topics"))),
        kinds=tuple(kind for kind in map(str, form.getlist("kinds")) if kind in KINDS),
        count=number(form, "count", MOST_QUESTIONS),
        minutes=number(form, "minutes", MOST_MINUTES),
    )
    return blueprint, Rules(variants="each" if form.get("variants") == "each" else "same")


def number(form: FormData, name: str, most: int) -> int:
    """A whole number from 0, which an empty field is, to `most`."""
    typed = str(form.get(name, "")).strip() or "0"
    if not (typed.isdecimal() and len(typed) < 7):
        raise Invalid(NOT_A_NUMBER, name)
    if int(typed) > most:
        raise Invalid(text(f"最多 {most}。", f"At most {most}."), name)
    return int(typed)


def by_code(engine: TheEngine, code: str) -> Quiz:
    with reading(engine) as connection:
        return quizzes.by_code(connection, code)


TheQuiz = Annotated[Quiz, Depends(by_code)]


@router.get("/quizzes/{code}")
@open_to("anyone")
def show(
    request: Request, engine: TheEngine, library: TheLibrary, quiz: TheQuiz, learner: TheLearner, account: TheAccount
) -> Response:  # fmt: skip
    """The cover: what is in it, how it is sat, and what one has sat of it before."""
    return cover(request, engine, library, quiz, learner, account)


def cover(
    request: Request, engine: Engine, library: Library, quiz: Quiz, learner: int | None, account: User | None,
    problem: Text | None = None, status: int = 200,
) -> Response:  # fmt: skip
    now = datetime.now(UTC)
    with reading(engine) as connection:
        listed = sitting.listed(connection, learner) if learner else []
    own = [each for each in listed if each.quiz_id == quiz.id]
    settle(engine, library, own[:PAGE], now)
    with reading(engine) as connection:
        given = admission.given(connection, quiz, account.id if account else None, now)
        open_id = sitting.open_of(connection, learner, now) if learner else None
        begun = sitting.found(connection, open_id) if open_id else None
        own = [sitting.found(connection, each.id) for each in own if not each.is_open(now)]
        past = history.entries(connection, library, own[:PAGE], now)
        contents = history.contents(connection, library, quiz)
    context = {
        "quiz": quiz, "contents": contents, "past": past, "begun": begun, "now": now, "problem": problem, "kinds": KINDS,
        "attempts": len(own), "given": given, "here": f"/quizzes/{quiz.code}", "address": f"{request.base_url}quizzes/{quiz.code}",
    }  # fmt: skip
    return render(request, "quizzes/cover.html", context, status=status)


@router.post("/quizzes/{code}/start")
@open_to("anyone")
def start(
    request: Request, engine: TheEngine, library: TheLibrary, quiz: TheQuiz, learner: TheLearner, account: TheAccount
) -> Response:  # fmt: skip
    """Begin, or go on with what is begun."""
    now = datetime.now(UTC)
    try:
        with writing(engine) as connection:
            if learner is None or not learner_exists(connection, learner):
                learner = new_learner(connection, now)
            opened = admission.begin(connection, library, quiz, account.id if account else None, learner, now)
    except (Conflict, NotAllowed) as error:
        status = 409 if isinstance(error, Conflict) else 403
        return cover(request, engine, library, quiz, learner, account, error.message, status)
    response = RedirectResponse(f"/sittings/{opened.id}/{opened.place}", 303)
    if account is None:
        remember(request, response, learner)
    return response
