"""An instructor's quizzes: the list, and a new one from a blueprint or from chosen questions."""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any, get_args

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from app.errors import Invalid
from app.questions.kinds import KINDS, kinds_of
from app.quizzes import choosing, editing
from app.quizzes import quiz as quizzes
from app.quizzes.blueprint import (
    MOST_MINUTES,
    MOST_QUESTIONS,
    READY,
    TITLES,
    Blueprint,
    Feedback,
    Kind,
    Rules,
    Variants,
)
from app.quizzes.choosing import Search
from app.storage.database import reading, writing
from app.study.library import Library
from app.text import Text, text
from app.web.audience import open_to
from app.web.dependencies import TheEngine, TheForm, TheInstructor, TheLibrary
from app.web.quizzes import number
from app.web.rendering import render

router = APIRouter(include_in_schema=False)
MOST_ATTEMPTS, FULL = 20, 100
UNBOUNDED = text(
    "写上题数或时间，不然不知道抽多少题。", "Say how many questions or how many minutes to draw."
)
CHOOSE = text("先选一种。", "Choose one of these.")
Problems = dict[str, Text]


@router.get("/teach/quizzes")
@open_to("instructor")
def index(request: Request, engine: TheEngine, user: TheInstructor) -> Response:
    with reading(engine) as connection:
        listed = editing.owned_by(connection, user.id)
    return render(request, "teach/quizzes/index.html", {"listed": listed})


# --- a new one


@router.get("/teach/quizzes/new")
@open_to("instructor")
def new(request: Request, library: TheLibrary, user: TheInstructor) -> Response:
    begun = {"kind": "mock", "attempts": "1", "pass_mark": "60", "feedback": "after", "variants": "same"}
    return new_page(request, library, FormData(begun))


@router.post("/teach/quizzes/new")
@open_to("instructor")
def create(
    request: Request, engine: TheEngine, library: TheLibrary, user: TheInstructor, form: TheForm
) -> Response:
    """Draw the paper; or look for questions to choose, with all that is typed kept."""
    if form.get("do") == "find":
        return new_page(request, library, form)
    problems: Problems = {}
    blueprint, rules = blueprint_in(form, library, problems), rules_in(form, problems)
    title = checked(problems, lambda: quizzes.checked_title(str(form.get("title", ""))), "")
    if problems:
        return new_page(request, library, form, problems)
    try:
        with writing(engine) as connection:
            made = quizzes.create(
                connection, library, blueprint, rules, datetime.now(UTC), owner_id=user.id, title=title
            )
    except Invalid as error:
        return new_page(request, library, form, {error.field or "": error.message})
    return RedirectResponse(f"/teach/quizzes/{made.id}", 303)


def new_page(
    request: Request, library: Library, typed: FormData, problems: Mapping[str, Text] = {}
) -> Response:
    context = limits() | chooser(library, typed) | {
        "typed": typed, "ticked": lambda name: [str(value) for value in typed.getlist(name)], "problems": problems,
        "ready": {kind: blueprint for kind, (blueprint, _) in READY.items()}, "names": TITLES,
        "topics": list(library.bank.topics), "at": "/teach/quizzes/new", "here": "/teach/quizzes/new",
    }  # fmt: skip
    fragment = "teach/quizzes/_chooser.html" if typed.get("do") == "find" else None
    return render(request, "teach/quizzes/new.html", context, fragment, 422 if problems else 200)


def limits() -> dict[str, Any]:
    """How much the fields of a quiz take."""
    return {"most_questions": MOST_QUESTIONS, "most_minutes": MOST_MINUTES, "most_attempts": MOST_ATTEMPTS}


def chooser(library: Library, typed: FormData, have: Collection[str] = ()) -> dict[str, Any]:
    """The questions that are looked for and not in the paper yet, and those that are ticked."""
    bank = library.bank
    search = Search(
        str(typed.get("find", ""))[:100], str(typed.get("find_topic", "")), str(typed.get("find_kind", "")),
        bool(typed.get("find_drills")),
    )  # fmt: skip
    slugs = dict.fromkeys(str(slug) for slug in typed.getlist("slugs"))
    matching = [
        question for question in choosing.found(bank, search) if question.slug not in slugs.keys() | set(have)
    ]
    return {
        "search": search, "chosen": [bank.questions[slug] for slug in slugs if slug in bank.questions],
        "matching": matching[: choosing.MOST_SHOWN], "more": max(0, len(matching) - choosing.MOST_SHOWN),
        "kinds": KINDS, "kinds_of": kinds_of, "topics": list(bank.topics),
    }  # fmt: skip


def blueprint_in(form: FormData, library: Library, problems: Problems) -> Blueprint:
    """The blueprint of a form; what is wrong with it goes to `problems`, by field."""
    kind, minutes = (
        str(form.get("kind", "")),
        checked(problems, lambda: number(form, "minutes", MOST_MINUTES), 0),
    )
    if kind not in get_args(Kind):
        problems["kind"] = CHOOSE
        return Blueprint(kind="own")
    if kind in READY:
        ready = READY[kind][0]
        return ready.model_copy(update={"minutes": minutes}) if minutes else ready
    slugs = [str(slug) for slug in form.getlist("slugs")]
    if kind == "chosen":
        known = checked(problems, lambda: editing.known(library, slugs), [])
        return Blueprint(kind="chosen", minutes=minutes, slugs=tuple(question.slug for question in known))
    count = checked(problems, lambda: number(form, "count", MOST_QUESTIONS), 0)
    if not (count or minutes or problems):
        problems["count"] = UNBOUNDED
    topics = tuple(topic for topic in map(str, form.getlist("topics")) if topic in library.bank.topics)
    wanted = tuple(each for each in map(str, form.getlist("kinds")) if each in KINDS)
    return Blueprint(kind="own", topics=topics, kinds=wanted, count=count, minutes=minutes)


def rules_in(form: FormData, problems: Problems) -> Rules:
    attempts = checked(problems, lambda: number(form, "attempts", MOST_ATTEMPTS), 0)
    pass_mark = checked(problems, lambda: number(form, "pass_mark", FULL), 0)
    feedback, variants = form.get("feedback"), form.get("variants")
    if feedback not in get_args(Feedback):
        problems["feedback"] = CHOOSE
    if variants not in get_args(Variants):
        problems["variants"] = CHOOSE
    if problems:
        return Rules()
    return Rules(
        feedback=feedback,
        attempts=attempts,
        shuffled=bool(form.get("shuffled")),
        pass_mark=pass_mark,
        variants=variants,
    )


def checked(problems: Problems, read: Callable[[], Any], otherwise: Any) -> Any:
    try:
        return read()
    except Invalid as error:
        problems[error.field or ""] = error.message
        return otherwise
