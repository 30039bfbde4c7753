"""The first page, the progress page, the choice of light or dark, and whether all is well."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, RedirectResponse, Response

from app.questions.topics import TOPICS
from app.storage import attempts
from app.storage.attempts import Progress, state_of
from app.storage.database import is_ready, reading
from app.storage.mistakes import mistakes_of
from app.study.library import Library
from app.teaching.membership import memberships_of
from app.web.audience import open_to
from app.web.dependencies import TheAccount, TheEngine, TheForm, TheLearner, TheLibrary, local
from app.web.rendering import THEMES, is_secure, render

router = APIRouter(include_in_schema=False)


@router.get("/")
@open_to("anyone")
def home(
    request: Request, library: TheLibrary, engine: TheEngine, learner: TheLearner, account: TheAccount
) -> Response:
    context = overview(library, engine, learner)
    if account:
        with reading(engine) as connection:
            context["memberships"] = memberships_of(connection, account.id)
    return render(request, "home.html", context)


@router.get("/progress")
@open_to("anyone")
def progress(request: Request, library: TheLibrary, engine: TheEngine, learner: TheLearner) -> Response:
    with reading(engine) as connection:
        own = mistakes_of(connection, learner) if learner else []
    context = overview(library, engine, learner) | {"own": own, "notes": library.bank.notes}
    return render(request, "progress/index.html", context)


def overview(library: Library, engine: Any, learner: int | None) -> dict[str, Any]:
    """Everything the two pages say: what was done, topic by topic, and where to go on."""
    with reading(engine) as connection:
        done = attempts.progress_of(connection, learner) if learner else {}
    questions = library.bank.listed
    used = {slug for question in questions for slug in question.topics}
    topics = [
        {
            "slug": slug,
            "questions": inside,
            "solved": count(inside, done, "solved"),
            "tried": count(inside, done, "tried"),
        }
        for slug in [*TOPICS, *sorted(used - TOPICS.keys())]
        if (inside := [q for q in questions if slug in q.topics])
    ]
    known = [(slug, p) for slug, p in done.items() if slug in library.bank.questions and p.updated_at]
    latest = max(known, key=lambda entry: str(entry[1].updated_at), default=None)
    return {
        "library": library, "questions": questions, "progress": done, "state_of": state_of, "topics": topics,
        "solved": count(questions, done, "solved"), "tried": count(questions, done, "tried"),
        "resume": latest and (library.bank.questions[latest[0]], latest[1]),
        "next_new": next((q for q in questions if state_of(done.get(q.slug)) == "new"), None),
    }  # fmt: skip


def count(questions: Any, progress: Mapping[str, Progress], state: str) -> int:
    return sum(state_of(progress.get(question.slug)) == state for question in questions)


@router.post("/theme")
@open_to("anyone")
async def theme(request: Request, form: TheForm) -> Response:
    chosen = str(form.get("theme", "auto"))
    response = RedirectResponse(local(str(form.get("back", "/")), "/"), 303)
    if chosen in THEMES:
        response.set_cookie(
            "theme", chosen, max_age=365 * 86400, httponly=True, samesite="lax", secure=is_secure(request)
        )
    return response


@router.get("/healthz")
@open_to("anyone")
def healthz(request: Request, engine: TheEngine, library: TheLibrary) -> Response:
    """Ready when the database answers with the newest schema and the bank is loaded."""
    try:
        ready = is_ready(engine) and bool(library.bank.questions)
    except SQLAlchemyError:
        ready = False
    return JSONResponse({"ready": ready}, 200 if ready else 503)
