"""The first page, the progress page, the choice of light or dark, and whether all is well."""

from collections import Counter
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, RedirectResponse, Response

from app.storage import attempts
from app.storage.attempts import state_of
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
    context = overview(library, engine, learner)
    done = context["progress"]
    # of a large bank what is begun; the questions of the paper always
    shown = [q for q in library.bank.listed if q.number or q.slug in done or q.drill in done]
    context |= {"own": own, "notes": library.bank.notes, "shown": shown}
    return render(request, "progress/index.html", context)


def overview(library: Library, engine: Any, learner: int | None) -> dict[str, Any]:
    """Everything the two pages say: what was done, topic by topic, and where to go on."""
    with reading(engine) as connection:
        done = attempts.progress_of(connection, learner) if learner else {}
    bank = library.bank
    states = {slug: state_of(p) for slug, p in done.items() if slug in bank.places}
    tally, total = Counter[tuple[str, str]](), Counter(states.values())
    for slug, state in states.items():
        tally.update((topic, state) for topic in set(bank.questions[slug].topics))
    topics = [
        {"slug": slug, "questions": inside, "solved": tally[slug, "solved"], "tried": tally[slug, "tried"]}
        for slug, inside in bank.topics.items()
    ]
    known = [(slug, p) for slug, p in done.items() if slug in bank.questions and p.updated_at]
    latest = max(known, key=lambda entry: str(entry[1].updated_at), default=None)
    return {
        "library": library, "questions": bank.listed, "progress": done, "state_of": state_of, "topics": topics,
        "solved": total["solved"], "tried": total["tried"],
        "resume": latest and (bank.questions[latest[0]], latest[1]),
        "next_new": next((q for q in bank.listed if state_of(done.get(q.slug)) == "new"), None),
    }  # fmt: skip


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
