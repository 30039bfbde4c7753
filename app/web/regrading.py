"""What marking a corrected question anew would change, for its owner; and doing it."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.errors import NotFound
from app.storage.database import reading, writing
from app.study.library import Library
from app.teaching import membership
from app.teaching.authoring import owned
from app.teaching.regrading import Newest, apply, preview
from app.text import text
from app.web.audience import open_to
from app.web.dependencies import TheEngine, TheInstructor, TheLibrary
from app.web.rendering import render

router = APIRouter(include_in_schema=False)

SHOWN = 500  # rows of a table
NOT_PUBLISHED = text(
    "这道题还没有发布，或已经下架：没有可以用来批改的版本。",
    "This question is not published, or retired: there is no revision to mark by.",
)


@router.get("/teach/questions/{slug}/regrade")
@open_to("owner")
def show(
    request: Request,
    slug: str,
    library: TheLibrary,
    engine: TheEngine,
    user: TheInstructor,
    corrected: str = "",
) -> Response:
    with reading(engine) as connection:
        owned(connection, slug, user.id)
        found = preview(connection, newest(library, slug), datetime.now(UTC))
        known = membership.learners_of(connection, user.id)
    context = {
        "question": library.question(slug), "found": found, "known": known,
        "changes": found.changes[:SHOWN], "refused": found.refusals[:SHOWN],
        "hidden": len(found.changes[SHOWN:]) + len(found.refusals[SHOWN:]),
        "corrected": int(corrected) if corrected.isascii() and corrected.isdigit() else None,
    }  # fmt: skip
    return render(request, "teach/regrade.html", context)


@router.post("/teach/questions/{slug}/regrade")
@open_to("owner")
def regrade(slug: str, library: TheLibrary, engine: TheEngine, user: TheInstructor) -> Response:
    now = datetime.now(UTC)
    with reading(engine) as connection:
        owned(connection, slug, user.id)
        by = newest(library, slug)
        preview(connection, by, now)  # judging takes long: done before anything is locked
    with writing(engine) as connection:
        done = apply(connection, by, now)
    return RedirectResponse(f"/teach/questions/{slug}/regrade?corrected={len(done.changes)}", 303)


def newest(library: Library, slug: str) -> Newest:
    found = library.bank.questions.get(slug)
    if found is None:
        raise NotFound(NOT_PUBLISHED)
    return Newest.of(library.bank, found, library.revision_id(found))
