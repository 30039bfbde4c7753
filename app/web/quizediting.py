"""One quiz of an instructor's: its paper and rules, until somebody has sat it, and the classes it is given to."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from app.errors import Conflict, Invalid, NotFound
from app.questions.kinds import KINDS, kinds_of
from app.questions.variant import Variant
from app.quizzes import assignment as assignments
from app.quizzes import clock, editing, paper
from app.quizzes import quiz as quizzes
from app.quizzes.blueprint import MOST_MINUTES
from app.quizzes.quiz import Item, Quiz
from app.storage.database import reading, writing
from app.study.library import Library
from app.teaching import classes
from app.text import Text, text
from app.web.audience import open_to
from app.web.dependencies import TheEngine, TheForm, TheInstructor, TheLibrary, whole
from app.web.quizmaking import Problems, checked, chooser, limits, rules_in
from app.web.quizzes import number
from app.web.rendering import render

router = APIRouter(include_in_schema=False)
NO_PLACE = text("卷子上没有这一题了。", "The paper no longer has this place.")
CHOOSE_CLASS = text("先选一个班。", "Choose a class.")
Step = Literal["items", "settings", "draw", "current", "archive", "copy", "assign"]


def owned(quiz_id: str, engine: TheEngine, user: TheInstructor) -> Quiz:
    with reading(engine) as connection:
        return quizzes.owned(connection, whole(quiz_id), user.id)


TheQuiz = Annotated[Quiz, Depends(owned)]


@router.get("/teach/quizzes/{quiz_id}")
@open_to("owner")
def show(request: Request, engine: TheEngine, library: TheLibrary, quiz: TheQuiz) -> Response:
    return quiz_page(request, engine, library, quiz)


def quiz_page(
    request: Request, engine: Any, library: Library, quiz: Quiz, typed: Mapping[str, Any] = {},
    problems: Mapping[str, Text] = {}, status: int = 200,
) -> Response:  # fmt: skip
    with reading(engine) as connection:
        sat, given = editing.is_sat(connection, quiz), assignments.of_quiz(connection, quiz.id)
        shown = [seen(connection, library, item) for item in quiz.items]
        listed = classes.owned_by(connection, quiz.owner_id)
    have = {each.class_id for each, _ in given}
    rooms = [each.classroom for each in listed if not each.classroom.archived_at]
    context = limits() | {
        "quiz": quiz, "sat": sat, "given": given, "free": [room for room in rooms if room.id not in have],
        "shown": shown, "kinds": KINDS, "kinds_of": kinds_of, "outdated": editing.outdated(library, quiz),
        "typed": {**settings_of(quiz), **typed}, "problems": problems, "now": datetime.now(UTC),
        "done": request.query_params.get("done", ""), "here": f"/teach/quizzes/{quiz.id}",
    }  # fmt: skip
    return render(request, "teach/quizzes/page.html", context, status=status)


def seen(connection: Connection, library: Library, item: Item) -> Variant | None:
    """The item as it will be shown; None where its text can no longer be read."""
    try:
        return paper.shown(connection, library, item)
    except NotFound:
        return None


def settings_of(quiz: Quiz) -> dict[str, str]:
    """The settings of a quiz as its form holds them."""
    rules, minutes = quiz.rules, quiz.blueprint.minutes
    return {
        "title": quiz.title, "minutes": f"{minutes:g}" if minutes else "", "feedback": rules.feedback,
        "attempts": str(rules.attempts or ""), "pass_mark": str(rules.pass_mark), "variants": rules.variants,
        "shuffled": "1" if rules.shuffled else "",
    }  # fmt: skip


@router.get("/teach/quizzes/{quiz_id}/questions")
@open_to("owner")
def questions(request: Request, engine: TheEngine, library: TheLibrary, quiz: TheQuiz) -> Response:
    """Finding more questions for the paper."""
    return questions_page(request, library, quiz, FormData())


@router.post("/teach/quizzes/{quiz_id}/questions")
@open_to("owner")
def add(
    request: Request,
    engine: TheEngine,
    library: TheLibrary,
    user: TheInstructor,
    quiz: TheQuiz,
    form: TheForm,
) -> Response:
    """Put the ticked questions at the end of the paper; or look for others, with the ticks kept."""
    if form.get("do") == "find":
        return questions_page(request, library, quiz, form)
    try:
        with writing(engine) as connection:
            held = editing.editable(connection, quiz.id, user.id)
            editing.add(connection, library, held, [str(slug) for slug in form.getlist("slugs")])
    except Invalid as error:
        return questions_page(request, library, quiz, form, {error.field or "": error.message})
    return RedirectResponse(f"/teach/quizzes/{quiz.id}?done=questions#paper", 303)


def questions_page(
    request: Request, library: Library, quiz: Quiz, typed: FormData, problems: Mapping[str, Text] = {}
) -> Response:
    have = {item.slug for item in quiz.items}
    context = chooser(library, typed, have) | {
        "quiz": quiz, "problems": problems, "at": f"/teach/quizzes/{quiz.id}/questions",
        "here": f"/teach/quizzes/{quiz.id}/questions",
    }  # fmt: skip
    fragment = "teach/quizzes/_chooser.html" if typed.get("do") == "find" else None
    return render(request, "teach/quizzes/questions.html", context, fragment, 422 if problems else 200)


@router.post("/teach/quizzes/{quiz_id}/{step}")
@open_to("owner")
def change(
    request: Request, engine: TheEngine, library: TheLibrary, user: TheInstructor, quiz: TheQuiz, form: TheForm,
    step: Step,
) -> Response:  # fmt: skip
    problems: Problems = {}
    try:
        with writing(engine) as connection:
            held = quiz if step in FREELY else editing.editable(connection, quiz.id, user.id)
            onward = STEPS[step](connection, library, held, form, problems)
    except (Invalid, Conflict) as error:
        problems |= {error.field or "": error.message}
        status = 409 if isinstance(error, Conflict) else 422
        return quiz_page(request, engine, library, quiz, typed_in(form), problems, status)
    return RedirectResponse(onward or f"/teach/quizzes/{quiz.id}?done={step}", 303)


def typed_in(form: FormData) -> dict[str, Any]:
    """What is kept of a refused form; a box that was not ticked is not sent."""
    return {"shuffled": ""} | dict(form) if "feedback" in form else dict(form)


@router.get("/teach/quizzes/{quiz_id}/{step}")
@open_to("owner")
def back(quiz: TheQuiz, step: Step) -> Response:
    """Where a reload leads from a page that a post answered directly."""
    return RedirectResponse(f"/teach/quizzes/{quiz.id}", 303)


Do = Callable[[Connection, Library, Quiz, FormData, Problems], "str | None"]
FREELY = ("archive", "copy", "assign")  # also once somebody has sat it


def arrange(connection: Connection, library: Library, quiz: Quiz, form: FormData, problems: Problems) -> str:
    """`do`: what is done with which place, as "up:3"."""
    what, _, at = str(form.get("do", "")).partition(":")
    place = int(at) if at.isascii() and at.isdigit() and len(at) < 4 else 0
    if not 1 <= place <= len(quiz.items):
        raise Invalid(NO_PLACE, "items")
    if what == "remove":
        editing.remove(connection, quiz, place)
    else:
        editing.move(connection, quiz, place, -1 if what == "up" else 1)
    return f"/teach/quizzes/{quiz.id}#paper"


def settle(connection: Connection, library: Library, quiz: Quiz, form: FormData, problems: Problems) -> None:
    minutes = checked(problems, lambda: number(form, "minutes", MOST_MINUTES), 0)
    rules = rules_in(form, problems)
    title = checked(problems, lambda: quizzes.checked_title(str(form.get("title", ""))), "")
    refuse(problems)
    editing.settle(connection, library, quiz, title, minutes, rules)


def refuse(problems: Problems) -> None:
    """Invalid with the first, where there are any."""
    for field, message in problems.items():
        raise Invalid(message, field)


def draw(connection: Connection, library: Library, quiz: Quiz, form: FormData, problems: Problems) -> None:
    editing.redraw(connection, library, quiz)


def renew(connection: Connection, library: Library, quiz: Quiz, form: FormData, problems: Problems) -> None:
    editing.renew(connection, library, quiz)


def archive(connection: Connection, library: Library, quiz: Quiz, form: FormData, problems: Problems) -> None:
    quizzes.change(connection, quiz, archived_at=datetime.now(UTC) if form.get("archived") else None)


def copy(connection: Connection, library: Library, quiz: Quiz, form: FormData, problems: Problems) -> str:
    return f"/teach/quizzes/{editing.copy(connection, quiz, datetime.now(UTC)).id}?done=copy"


def assign(connection: Connection, library: Library, quiz: Quiz, form: FormData, problems: Problems) -> str:
    times = times_in(form, problems)
    chosen = str(form.get("class_id", ""))
    if not (chosen.isascii() and chosen.isdigit() and len(chosen) < 10):
        problems["class_id"] = CHOOSE_CLASS
    refuse(problems)
    made = assignments.assign(connection, quiz, int(chosen), *times, datetime.now(UTC))
    return f"/teach/assignments/{made.id}?done=assign"


def times_in(form: FormData, problems: Problems) -> tuple[datetime | None, datetime | None]:
    """Opening and closing of a form."""

    def read(name: str) -> datetime | None:
        found: datetime | None = checked(problems, lambda: clock.read(str(form.get(name, "")), name), None)
        return found

    return read("opens_at"), read("closes_at")


STEPS: Mapping[Step, Do] = {
    "items": arrange, "settings": settle, "draw": draw, "current": renew, "archive": archive, "copy": copy,
    "assign": assign,
}  # fmt: skip
