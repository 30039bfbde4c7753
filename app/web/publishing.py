"""What students see of a question: checked and published, rolled back, retired."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from sqlalchemy import Engine
from starlette.responses import RedirectResponse, Response

from app.accounts.users import User
from app.errors import Conflict, NotFound
from app.questions.source import BankError, Problem
from app.storage.database import reading, writing
from app.teaching import authoring, publishing
from app.teaching.authoring import Authored
from app.teaching.health import health, is_well
from app.text import Text
from app.web.audience import open_to
from app.web.authoring import owned
from app.web.dependencies import TheEngine, TheForm, TheInstructor, TheLibrary, refresh
from app.web.rendering import render

router = APIRouter(include_in_schema=False)


@router.get("/teach/questions/{slug}/publish")
@open_to("owner")
def before_publishing(request: Request, slug: str, engine: TheEngine, instructor: TheInstructor) -> Response:
    return publish_page(request, owned(engine, slug, instructor))


@router.post("/teach/questions/{slug}/publish")
@open_to("owner")
def publish(
    request: Request,
    slug: str,
    engine: TheEngine,
    instructor: TheInstructor,
    library: TheLibrary,
    form: TheForm,
) -> Response:
    question, note = owned(engine, slug, instructor), str(form.get("note", ""))
    source = authoring.tidy(question.source)
    if slug in library.folder:
        return publish_page(request, question, note, authoring.SLUG_TAKEN, 409)
    if not is_well(source, slug):
        return publish_page(request, question, note, status=422)
    try:
        with writing(engine) as connection:
            question = authoring.owned(connection, slug, instructor.id)
            if authoring.tidy(question.source) != source:
                raise Conflict(authoring.EDITED_ELSEWHERE)
            publishing.publish(connection, question, source, instructor.id, note, datetime.now(UTC))
    except Conflict as error:
        return publish_page(request, question, note, error.message, 409)
    refresh(request.app.state)
    return RedirectResponse(f"/teach/questions/{slug}/history?did=publish", 303)


def publish_page(
    request: Request, question: Authored, note: str = "", notice: Text | None = None, status: int = 200
) -> Response:
    """The health of the question, what changes, and a note for those who come later."""
    found, problems = None, list[Problem]()
    try:
        found = health(authoring.tidy(question.source), question.slug)
    except BankError as error:
        problems = error.problems
    changes = list(publishing.changed(question.published or "", question.source))
    context = {
        "question_of": question, "slug": question.slug, "title": authoring.title_of(question.source), "health": found,
        "problems": problems, "changes": changes, "note": note, "notice": notice,
        "here": f"/teach/questions/{question.slug}/publish",
    }  # fmt: skip
    return render(request, "teach/questions/publish.html", context, status=status)


@router.get("/teach/questions/{slug}/history")
@open_to("owner")
def history(
    request: Request, slug: str, engine: TheEngine, instructor: TheInstructor, did: str = ""
) -> Response:
    return history_page(request, engine, slug, instructor, did)


@router.post("/teach/questions/{slug}/history")
@open_to("owner")
def change(
    request: Request, slug: str, engine: TheEngine, instructor: TheInstructor, form: TheForm
) -> Response:
    """Retire the question, or publish an earlier version again."""
    do, note, now = str(form.get("do", "")), str(form.get("note", "")), datetime.now(UTC)
    try:
        with writing(engine) as connection:
            question = authoring.owned(connection, slug, instructor.id)
            if do == "retire":
                publishing.retire(connection, question, instructor.id, note, now)
            elif do.startswith("back:") and do[5:].isascii() and do[5:].isdigit() and len(do) < 15:
                publishing.roll_back(connection, question, int(do[5:]), instructor.id, note, now)
            else:
                raise NotFound
    except Conflict as error:
        return history_page(request, engine, slug, instructor, notice=error.message, status=409)
    refresh(request.app.state)
    return RedirectResponse(f"/teach/questions/{slug}/history?did={do.partition(':')[0]}", 303)


def history_page(
    request: Request, engine: Engine, slug: str, instructor: User, did: str = "",
    notice: Text | None = None, status: int = 200,
) -> Response:  # fmt: skip
    with reading(engine) as connection:
        question = authoring.owned(connection, slug, instructor.id)
        found = publishing.versions(connection, slug)
    context = {
        "question_of": question, "slug": slug, "title": authoring.title_of(question.source), "versions": found,
        "did": did, "notice": notice, "here": f"/teach/questions/{slug}/history",
    }  # fmt: skip
    return render(request, "teach/questions/history.html", context, status=status)
