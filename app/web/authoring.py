"""Questions of instructors: listed, begun, written in two views with a preview."""

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
from app.questions.source import BankError
from app.questions.variant import variant
from app.storage import revisions
from app.storage.database import reading, writing
from app.study.library import Library
from app.teaching import authoring, classes, slugs
from app.teaching.authoring import Authored
from app.teaching.blanks import LEVEL, blank, from_operation
from app.teaching.changes import changed
from app.teaching.form import form_of
from app.teaching.posted import content_from
from app.teaching.preview import Preview, preview
from app.teaching.written import rewritten
from app.text import Text, text
from app.web.audience import open_to
from app.web.dependencies import TheEngine, TheForm, TheInstructor, TheLibrary
from app.web.formulas import answer_formula, part_formula
from app.web.rendering import render

router = APIRouter(include_in_schema=False)

VIEWS = ("form", "source")
ACTIONS = ("save", "try", "publish", "view:form", "view:source")  # every other button changes the form
NO_TEXT = text("先粘贴题目的文字。", "Paste the text of a question first.")
NO_START = text("先选一种开头。", "Choose how to begin.")
PAGE = 60  # questions of the list
NEW_TITLE = "new-question"


@router.get("/teach")
@open_to("instructor")
def overview(request: Request, engine: TheEngine, instructor: TheInstructor) -> Response:
    with reading(engine) as connection:
        own = authoring.listed(connection, instructor.id, most=5)
        taught = classes.owned_by(connection, instructor.id)
    context = {
        "own": own,
        "classes": [each for each in taught if not each.classroom.archived_at],
    }
    return render(request, "teach/index.html", context)


@router.get("/teach/questions")
@open_to("instructor")
def index(
    request: Request, engine: TheEngine, instructor: TheInstructor, did: str = "", page: int = 1
) -> Response:
    with reading(engine) as connection:
        pages = max(1, -(-revisions.count_of(connection, instructor.id) // PAGE))
        page = min(max(page, 1), pages)
        own = authoring.listed(connection, instructor.id, PAGE, (page - 1) * PAGE)
    context = {"own": own, "did": did, "page": page, "pages": pages}
    return render(request, "teach/questions/index.html", context)


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
        exam = library.question(f"drill-{file}-{LEVEL}")
        givens = [variant(exam, n).given for n in range(100)]
        content = from_operation(name, library.bank.sources[exam.file], givens)
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
        return f"{found.file[: slugs.LONGEST - 5]}-copy", rewritten(source, content)
    if kind == "text":
        source = str(form.get("source", ""))
        if not source.strip():
            raise Invalid(NO_TEXT, "source")
        title = authoring.title_of(source)
        return slugs.slug_for(title.en if title else "", NEW_TITLE), source
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
