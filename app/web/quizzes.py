"""Quizzes: the ready-made ones, one's own, those with a code; and beginning one."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from app.errors import Invalid, NotFound
from app.questions.kinds import KINDS
from app.quizzes import admission, sitting
from app.quizzes import quiz as quizzes
from app.quizzes.blueprint import MOST_MINUTES, MOST_QUESTIONS, READY, Blueprint, Rules
from app.quizzes.quiz import Quiz
from app.storage.attempts import learner_exists, new_learner
from app.storage.database import reading, writing
from app.storage.tables import sittings
from app.study.library import Library
from app.text import Text, text
from app.web.audience import open_to
from app.web.dependencies import TheAccount, TheEngine, TheForm, TheLearner, TheLibrary, remember
from app.web.rendering import render

router = APIRouter(include_in_schema=False)
NOT_A_NUMBER = text("这里填一个整数。", "A whole number is wanted here.")


@router.get("/quizzes")
@open_to("anyone")
def index(request: Request, engine: TheEngine, library: TheLibrary, learner: TheLearner) -> Response:
    return index_page(request, engine, library, learner)


def index_page(
    request: Request, engine: Any, library: Library, learner: int | None,
    typed: FormData | None = None, problem: Invalid | NotFound | None = None,
) -> Response:  # fmt: skip
    now = datetime.now(UTC)
    with writing(engine) as connection:
        if learner:
            sitting.expire(connection, now, sittings.c.learner_id == learner)
        own = sitting.listed(connection, learner) if learner else []
        account = request.state.account
        given = admission.of_member(connection, account.id) if account else []
        drawn = {each.quiz_id: quizzes.found(connection, each.quiz_id) for each in own}
    context = {
        "ready": {kind: quizzes.planned(library, kind) for kind in READY}, "sittings": own, "quizzes": drawn, "now": now,
        "given": given,
        "typed": typed or FormData(), "problem": problem, "topics": list(library.bank.topics), "kinds": KINDS,
        "most_questions": MOST_QUESTIONS, "most_minutes": MOST_MINUTES, "here": "/quizzes",
    }  # fmt: skip
    status = 200 if problem is None else 404 if isinstance(problem, NotFound) else 422
    return render(request, "quizzes/index.html", context, status=status)


@router.post("/quizzes")
@open_to("anyone")
def make(
    request: Request, engine: TheEngine, library: TheLibrary, learner: TheLearner, form: TheForm
) -> Response:
    """Draw a paper from a blueprint, or go to the one of a code."""
    try:
        if code := str(form.get("code", "")).strip():
            with reading(engine) as connection:
                return RedirectResponse(f"/quizzes/{quizzes.by_code(connection, code).code}", 303)
        blueprint, rules = wanted(form)
        with writing(engine) as connection:
            made = quizzes.create(
                connection, library, blueprint, rules, datetime.now(UTC), learner_id=learner
            )
    except (Invalid, NotFound) as error:
        return index_page(request, engine, library, learner, form, error)
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
    request: Request, engine: Any, library: Library, quiz: Quiz, learner: int | None, account: Any,
    problem: Text | None = None, status: int = 200,
) -> Response:  # fmt: skip
    now = datetime.now(UTC)
    with reading(engine) as connection:
        given = admission.given(connection, quiz, account.id if account else None, now)
        own = (
            [each for each in sitting.listed(connection, learner) if each.quiz_id == quiz.id]
            if learner
            else []
        )
    context = {
        "quiz": quiz, "sittings": own, "now": now, "problem": problem,
        "given": given, "here": f"/quizzes/{quiz.code}", "address": f"{request.base_url}quizzes/{quiz.code}",
    }  # fmt: skip
    return render(request, "quizzes/cover.html", context, status=status)


@router.post("/quizzes/{code}/start")
@open_to("anyone")
def start(
    request: Request, engine: TheEngine, library: TheLibrary, quiz: TheQuiz, learner: TheLearner, account: TheAccount
) -> Response:  # fmt: skip
    """Begin, or go on with what is begun."""
    now = datetime.now(UTC)
    with writing(engine) as connection:
        if learner is None or not learner_exists(connection, learner):
            learner = new_learner(connection, now)
        opened = admission.begin(connection, library, quiz, account.id if account else None, learner, now)
    response = RedirectResponse(f"/sittings/{opened.id}/{opened.place}", 303)
    if account is None:
        remember(request, response, learner)
    return response
