"""Questions of instructors: begun, written in two views, tried, published, rolled back, retired."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from sqlalchemy import Engine
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from app.accounts.users import User
from app.errors import Conflict, Invalid, NotFound
from app.operations import OPERATIONS
from app.questions.document import mapping
from app.questions.part import RESPONSES
from app.questions.shown import RESPONSE_TITLES
from app.questions.source import BankError, Problem
from app.storage import revisions
from app.storage.database import reading, writing
from app.study.library import Library
from app.teaching import authoring, classes, publishing
from app.teaching.authoring import Authored
from app.teaching.blanks import blank, from_operation
from app.teaching.changes import changed
from app.teaching.form import form_of
from app.teaching.health import health
from app.teaching.posted import content_from
from app.teaching.preview import Preview, preview
from app.teaching.written import rewritten
from app.text import Text, text
from app.web.audience import open_to
from app.web.dependencies import TheEngine, TheForm, TheInstructor, TheLibrary, refresh
from app.web.formulas import answer_formula, part_formula
from app.web.rendering import render

router = APIRouter(include_in_schema=False)

VIEWS = ("form", "source")
ACTIONS = ("save", "try", "publish", "view:form", "view:source")  # every other button changes the form
NO_TEXT = text("先粘贴题目的文字。", "Paste the text of a question first.")
NO_START = text("先选一种开头。", "Choose how to begin.")
NEW_TITLE = "new-question"


@router.get("/teach")
@open_to("instructor")
def overview(request: Request, engine: TheEngine, instructor: TheInstructor) -> Response:
    with reading(engine) as connection:
        own = revisions.questions_of(connection, instructor.id)
        taught = classes.owned_by(connection, instructor.id)
    context = {
        "own": [listed(row) for row in own],
        "classes": [each for each in taught if not each.classroom.archived_at],
    }
    return render(request, "teach/index.html", context)


@router.get("/teach/questions")
@open_to("instructor")
def index(request: Request, engine: TheEngine, instructor: TheInstructor, did: str = "") -> Response:
    with reading(engine) as connection:
        own = revisions.questions_of(connection, instructor.id)
    return render(request, "teach/questions/index.html", {"own": [listed(row) for row in own], "did": did})


def listed(row: Any) -> dict[str, Any]:
    """A question of the list: its title as it stands, and its state."""
    source = row.draft if row.draft is not None else row.source
    state = "published" if row.revision_id else "retired" if row.publication_id else "draft"
    return {
        "slug": row.slug,
        "title": title_of(source or ""),
        "state": state,
        "edited": row.draft is not None,
    }


def title_of(source: str) -> Text | None:
    try:
        title = mapping(source, "")["title"]
        return Text(**title) if isinstance(title, dict) else text(str(title), str(title))
    except (BankError, KeyError, TypeError, ValueError):
        return None


# --- beginning


@router.get("/teach/questions/new")
@open_to("instructor")
def starts(request: Request, instructor: TheInstructor, library: TheLibrary) -> Response:
    return start_page(request, library)


@router.post("/teach/questions/new")
@open_to("instructor")
def begin(
    request: Request, engine: TheEngine, instructor: TheInstructor, library: TheLibrary, form: TheForm
) -> Response:
    try:
        wanted, source = started(library, form)
        named = str(form.get("slug", "")).strip()
        with writing(engine) as connection:
            now = datetime.now(UTC)
            slug = authoring.begin(
                connection, named or wanted, instructor.id, source, library.bank.questions, now
            )
    except Invalid as error:
        return start_page(request, library, form, {error.field or "": error.message}, 422)
    view = "source" if form.get("start") == "text" else "form"
    return RedirectResponse(f"/teach/questions/{slug}?view={view}", 303)


def started(library: Library, form: FormData) -> tuple[str, str]:
    """The slug and the text that a question begins with."""
    kind, _, name = str(form.get("start", "")).partition(":")
    if kind == "operation" and name in OPERATIONS:
        file = name.replace("_", "-")
        content = from_operation(name, library.bank.sources[f"drill-{file}"])
        return f"my-{file}", rewritten("", content)
    if kind == "response" and name in RESPONSES:
        return f"my-{name}", rewritten("", blank(name))
    if kind == "copy":
        chosen = str(form.get("copy", "")) or name
        found = library.bank.questions.get(chosen)
        if found is None or found.level:
            raise NotFound
        source = library.bank.sources[found.file]
        content = {k: v for k, v in mapping(source, chosen).items() if k not in ("number", "erratum")}
        return f"{found.file}-copy"[: authoring.LONGEST_SLUG], rewritten(source, content)
    if kind == "text":
        source = str(form.get("source", ""))
        if not source.strip():
            raise Invalid(NO_TEXT, "source")
        title = title_of(source)
        return authoring.slug_for(title.en if title else "", NEW_TITLE), source
    raise Invalid(NO_START, "start")


def start_page(
    request: Request,
    library: Library,
    typed: Mapping[str, Any] = {},
    problems: Mapping[str, Text] = {},
    status: int = 200,
) -> Response:
    context = {
        "operations": OPERATIONS, "responses": RESPONSE_TITLES, "library": library, "typed": typed,
        "problems": problems, "here": "/teach/questions/new",
    }  # fmt: skip
    return render(request, "teach/questions/new.html", context, status=status)


# --- writing


@router.get("/teach/questions/{slug}")
@open_to("owner")
def edit(
    request: Request, slug: str, engine: TheEngine, instructor: TheInstructor, view: str = ""
) -> Response:
    return editor(request, owned(engine, slug, instructor), view=view)


@router.post("/teach/questions/{slug}")
@open_to("owner")
def save(
    request: Request, slug: str, engine: TheEngine, instructor: TheInstructor, form: TheForm
) -> Response:
    """Keep what was written, then do what the button says."""
    question = owned(engine, slug, instructor)
    source = written(form, question)
    try:
        with writing(engine) as connection:
            question = authoring.owned(connection, slug, instructor.id)
            authoring.save(connection, question, source, str(form.get("seen", "")), datetime.now(UTC))
    except Conflict as error:
        return editor(request, question, source, str(form.get("view", "")), error.message, 409)
    do = str(form.get("do", "save"))
    if do in ("try", "publish"):
        return RedirectResponse(f"/teach/questions/{slug}/{do}", 303)
    view = do.removeprefix("view:") if do.startswith("view:") else str(form.get("view", ""))
    more = "&saved=1" if do == "save" else "" if do in ACTIONS else place(do)
    return RedirectResponse(f"/teach/questions/{slug}?view={view}{more}", 303)


@router.post("/teach/questions/{slug}/preview")
@open_to("owner")
def look(
    request: Request, slug: str, engine: TheEngine, instructor: TheInstructor, form: TheForm
) -> Response:
    """What is being written, as it will be; nothing is kept."""
    question = owned(engine, slug, instructor)
    shown = preview(written(form, question), slug)
    view = str(form.get("view", ""))
    context = {"slug": slug, "view": view, **previewed(shown), "here": f"/teach/questions/{slug}?view={view}"}
    return render(request, "teach/questions/preview.html", context, "teach/questions/_preview.html")


@router.post("/teach/questions/{slug}/discard")
@open_to("owner")
def discard(slug: str, engine: TheEngine, instructor: TheInstructor) -> Response:
    with writing(engine) as connection:
        question = authoring.owned(connection, slug, instructor.id)
        gone = authoring.discard(connection, question, datetime.now(UTC))
    return RedirectResponse("/teach/questions?did=discard" if gone else f"/teach/questions/{slug}", 303)


def place(do: str) -> str:
    """Where the button of the form was, so that the page opens there."""
    path = do.partition(":")[2].partition(":")[0]
    return f"&{urlencode({'at': path})}#{quote(path)}" if path else ""


def owned(engine: Engine, slug: str, instructor: User) -> Authored:
    with reading(engine) as connection:
        return authoring.owned(connection, slug, instructor.id)


def content_of(source: str) -> dict[str, Any]:
    try:
        return mapping(source, "")
    except BankError:
        return {}


def written(form: FormData, question: Authored) -> str:
    """The text that the form says, in either view."""
    if form.get("view") == "source":
        return authoring.tidy(str(form.get("source", "")))
    before = content_of(question.source)
    posted = [(name, str(value)) for name, value in form.multi_items()]
    content = content_from(posted, before)
    if (do := str(form.get("do", "save"))) not in ACTIONS:
        content = changed(content, do)
    return rewritten(question.source if before else "", content)


def editor(
    request: Request,
    question: Authored,
    source: str | None = None,
    view: str = "",
    notice: Text | None = None,
    status: int = 200,
) -> Response:
    """The page for writing: `source` is what was typed, where it could not be kept."""
    text_shown = question.source if source is None else source
    shown = preview(text_shown, question.slug)
    content = content_of(text_shown)
    if not content:
        view = "source"  # what is no mapping has no fields
    context = {
        "question_of": question, "slug": question.slug, "source": text_shown, "notice": notice,
        "view": view if view in VIEWS else "form", "form": form_of(content, shown.problems) if content else None,
        "at": request.query_params.get("at", ""), "saved": request.query_params.get("saved"), "here": f"/teach/questions/{question.slug}?view={view}",
        **previewed(shown),
    }  # fmt: skip
    return render(request, "teach/questions/editor.html", context, "teach/questions/_editor.html", status)


def previewed(shown: Preview) -> dict[str, Any]:
    """What the template of a preview needs."""
    return {
        "shown": shown, "problems": shown.problems, "answer_formula": answer_formula,
        "part_formula": part_formula, "response_titles": RESPONSE_TITLES,
    }  # fmt: skip


# --- publishing


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


def is_well(source: str, slug: str) -> bool:
    try:
        return health(source, slug).well
    except BankError:
        return False


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
        "question_of": question, "slug": question.slug, "title": title_of(question.source), "health": found,
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
        "question_of": question, "slug": slug, "title": title_of(question.source), "versions": found,
        "did": did, "notice": notice, "here": f"/teach/questions/{slug}/history",
    }  # fmt: skip
    return render(request, "teach/questions/history.html", context, status=status)
