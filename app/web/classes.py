"""An instructor's classes: the list, the results of one class, of one student and of one question, the settings."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from app.accounts import passwords, sessions, users
from app.errors import Invalid, NotFound
from app.questions.question import Question
from app.questions.shown import response_shown
from app.questions.topics import TOPICS
from app.questions.variant import variant
from app.quizzes.assignment import of_class
from app.storage.database import reading, writing
from app.storage.mistakes import mistakes_of
from app.study.library import Library
from app.teaching import classes, membership
from app.teaching.answers import answers_to
from app.teaching.classes import Classroom
from app.teaching.results import Asked, Results, Student, class_results, practised_by, results_of
from app.text import Text
from app.web.audience import open_to
from app.web.dependencies import TheEngine, TheForm, TheInstructor, TheLibrary, whole
from app.web.rendering import render

router = APIRouter(include_in_schema=False)

SORTS = ("number", "name", "solved", "mean", "last")
MOST_MISTAKES = 12
MOST_WRONG = 10


def owned(class_id: str, engine: TheEngine, user: TheInstructor) -> Classroom:
    with reading(engine) as connection:
        return classes.owned(connection, whole(class_id), user.id)


TheClass = Annotated[Classroom, Depends(owned)]


@router.get("/teach/classes")
@open_to("instructor")
def index(request: Request, engine: TheEngine, user: TheInstructor) -> Response:
    return index_page(request, engine, user.id)


@router.post("/teach/classes")
@open_to("instructor")
def create(request: Request, engine: TheEngine, user: TheInstructor, form: TheForm) -> Response:
    name = str(form.get("name", ""))
    try:
        with writing(engine) as connection:
            made = classes.create(connection, user.id, name, datetime.now(UTC))
    except Invalid as error:
        return index_page(request, engine, user.id, name, error.message)
    return RedirectResponse(f"/teach/classes/{made.id}", 303)


def index_page(
    request: Request, engine: Any, user_id: int, name: str = "", problem: Text | None = None
) -> Response:
    with reading(engine) as connection:
        listed = classes.owned_by(connection, user_id)
    context = {"listed": listed, "name": name, "problem": problem}
    return render(request, "teach/classes/index.html", context, status=422 if problem else 200)


@router.get("/teach/classes/{class_id}")
@open_to("owner")
def show(
    request: Request, library: TheLibrary, engine: TheEngine, classroom: TheClass,
    sort: str = "number", topic: str = "", q: str = "",
) -> Response:  # fmt: skip
    practised = practised_by(library.bank, classroom)
    shown = [question for question in practised if not topic or topic in question.topics]
    with reading(engine) as connection:
        results = class_results(connection, library.bank, classroom, shown)
        everyone = membership.members_of(connection, classroom.id)
        given = of_class(connection, classroom.id)
    wanted = {"sort": sort if sort in SORTS else "number", "topic": topic, "q": q[:100]}
    context = {
        "classroom": classroom, "given": given, "results": results, "questions": shown, "wanted": wanted, "sorts": SORTS,
        "students": ordered(results, wanted["sort"], wanted["q"]), "topics": topics_of(practised),
        "invited": [one for one in everyone if one.state == "invited"], "join": f"{request.base_url}join/{classroom.code}",
        "mistakes": results.mistakes[:MOST_MISTAKES], "mistake_title": library.mistake_title,
        "notes": library.bank.notes, "bank": library.bank.questions,
    }  # fmt: skip
    return render(request, "teach/classes/page.html", context, "teach/classes/_results.html")


def topics_of(questions: Sequence[Question]) -> list[str]:
    """The topics of these questions, in the order of a course."""
    used = {slug for question in questions for slug in question.topics}
    return [slug for slug in [*TOPICS, *sorted(used - TOPICS.keys())] if slug in used]


def ordered(results: Results, sort: str, q: str) -> list[Student]:
    """The students whose name or number holds `q`; without the best first, or the last to be active."""
    word = users.folded(q)
    found = [
        one for one in results.students
        if word in users.folded(one.member.name) or word in users.folded(one.member.number or "")
    ]  # fmt: skip
    by: Mapping[str, Callable[[Student], Any]] = {
        "name": lambda one: one.member.name,
        "solved": lambda one: -one.totals.solved,
        "mean": lambda one: -one.totals.mean if one.totals.mean is not None else 1,
        "last": lambda one: -one.last.timestamp() if one.last else 0,
    }
    return sorted(found, key=by[sort]) if sort in by else found


@router.get("/teach/classes/{class_id}/questions/{slug}")
@open_to("owner")
def question(
    request: Request, library: TheLibrary, engine: TheEngine, classroom: TheClass, slug: str
) -> Response:
    asked = library.question(slug)
    with reading(engine) as connection:
        answered = answers_to(connection, classroom.id, slug)
        results = results_of(connection, classroom.id, [Asked(slug, asked.topics)], ())
    context = {
        "classroom": classroom, "question": asked, "answered": answered, "totals": results.questions[slug],
        "students": results.students, "response_shown": response_shown, "most": MOST_WRONG,
        "asks": {each.variant: asks(asked, each.variant) for each in answered},
        "mistake_title": library.mistake_title, "notes": library.bank.notes,
    }  # fmt: skip
    return render(request, "teach/classes/question.html", context)


def asks(question: Question, number: int) -> dict[str, Text]:
    """What the parts of a variant ask; nothing where a change of the question left no such variant."""
    try:
        shown = variant(question, number)
    except NotFound:
        return {}
    return {part.id: shown.text(part.ask) for part in question.parts if part.ask}


@router.get("/teach/classes/{class_id}/members/{user_id}")
@open_to("owner")
def student(
    request: Request, library: TheLibrary, engine: TheEngine, classroom: TheClass, user_id: str
) -> Response:
    """What one student did; nothing of one who has not accepted an invitation."""
    questions = practised_by(library.bank, classroom)
    with reading(engine) as connection:
        wanted = membership.member(connection, classroom.id, whole(user_id))
        results = class_results(connection, library.bank, classroom, questions)
        joined = wanted.state == "joined"
        own = mistakes_of(connection, wanted.learner_id)[:MOST_MISTAKES] if joined else []
    context = {
        "classroom": classroom, "member": wanted, "questions": questions, "own": own,
        "student": next((s for s in results.students if s.member.user_id == wanted.user_id), None),
        "mistake_title": library.mistake_title, "notes": library.bank.notes,
    }  # fmt: skip
    return render(request, "teach/classes/student.html", context)


@router.post("/teach/classes/{class_id}/members/{user_id}/remove")
@open_to("owner")
def remove(engine: TheEngine, classroom: TheClass, user_id: str) -> Response:
    with writing(engine) as connection:
        membership.remove(connection, classroom.id, whole(user_id))
    return RedirectResponse(f"/teach/classes/{classroom.id}", 303)


@router.post("/teach/classes/{class_id}/members/{user_id}/password")
@open_to("owner")
def reset_password(request: Request, engine: TheEngine, classroom: TheClass, user_id: str) -> Response:
    """A new password, shown once; the student is signed out everywhere."""
    with reading(engine) as connection:
        membership.resettable(connection, classroom.id, whole(user_id))
    password = passwords.random_password()
    kept = passwords.hashed(password)
    with writing(engine) as connection:
        wanted = membership.resettable(connection, classroom.id, whole(user_id))
        account = users.by_id(connection, wanted.user_id)
        users.set_password(connection, account, kept)
        sessions.end_all(connection, account)
    here = f"/teach/classes/{classroom.id}/members/{wanted.user_id}"
    context = {"classroom": classroom, "member": wanted, "password": password, "here": here}
    return render(request, "teach/classes/password.html", context)


@router.get("/teach/classes/{class_id}/members/{user_id}/{action}")
@open_to("owner")
def back(classroom: TheClass, user_id: str, action: Literal["password", "remove"]) -> Response:
    """Where a reload or a link leads from a page that a post answered directly."""
    return RedirectResponse(f"/teach/classes/{classroom.id}/members/{whole(user_id)}", 303)


@router.get("/teach/classes/{class_id}/settings")
@open_to("owner")
def settings(request: Request, library: TheLibrary, classroom: TheClass) -> Response:
    return settings_page(request, library, classroom)


@router.post("/teach/classes/{class_id}/settings/{what}")
@open_to("owner")
def change(
    request: Request, library: TheLibrary, engine: TheEngine, classroom: TheClass, form: TheForm,
    what: Literal["name", "questions", "code", "archive"],
) -> Response:  # fmt: skip
    name, slugs = str(form.get("name", "")), [str(slug) for slug in form.getlist("slugs")]
    put_away = datetime.now(UTC) if form.get("archived") else None
    known = {question.slug for question in library.bank.listed}
    does: Mapping[str, Callable[[Connection], object]] = {
        "name": lambda connection: classes.rename(connection, classroom.id, name),
        "questions": lambda connection: classes.choose(connection, classroom.id, slugs, known),
        "code": lambda connection: classes.renew_code(connection, classroom.id),
        "archive": lambda connection: classes.archive(connection, classroom.id, put_away),
    }
    try:
        with writing(engine) as connection:
            does[what](connection)
    except Invalid as error:
        typed = {"name": name} if what == "name" else {"slugs": slugs}
        return settings_page(request, library, classroom, typed, {error.field or "": error.message})
    return RedirectResponse(f"/teach/classes/{classroom.id}/settings?done={what}", 303)


@router.get("/teach/classes/{class_id}/settings/{what}")
@open_to("owner")
def back_to_settings(classroom: TheClass, what: Literal["name", "questions", "code", "archive"]) -> Response:
    return RedirectResponse(f"/teach/classes/{classroom.id}/settings", 303)


def settings_page(
    request: Request, library: Library, classroom: Classroom,
    typed: Mapping[str, Any] = {}, problems: Mapping[str, Text] = {},
) -> Response:  # fmt: skip
    listed = library.bank.listed
    context = {
        "classroom": classroom, "problems": problems, "name": typed.get("name", classroom.name),
        "chosen": typed.get("slugs", classroom.slugs), "done": request.query_params.get("done", ""),
        "by_topic": {topic: [q for q in listed if q.topics[0] == topic] for topic in first_topics(listed)},
        "here": f"/teach/classes/{classroom.id}/settings",
    }  # fmt: skip
    return render(request, "teach/classes/settings.html", context, status=422 if problems else 200)


def first_topics(questions: Sequence[Question]) -> list[str]:
    """Under which topic a question is listed once: its first."""
    first = {question.topics[0] for question in questions}
    return [topic for topic in topics_of(questions) if topic in first]
