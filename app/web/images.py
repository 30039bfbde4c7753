"""Images of questions: shown to anyone, uploaded by instructors."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from app.errors import Invalid
from app.storage.database import reading, writing
from app.teaching import images
from app.teaching.encoding import encoded
from app.text import LANGUAGES, Text
from app.web.audience import open_to
from app.web.dependencies import TheEngine, TheInstructor, TheUpload
from app.web.rendering import render, wants_fragment

router = APIRouter(include_in_schema=False)
KEPT_FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable", "Content-Disposition": "inline"}
NOTHING: Mapping[str, Any] = {}


@router.get("/images/{image_hash}")
@open_to("anyone")
def show(engine: TheEngine, image_hash: str) -> Response:
    with reading(engine) as connection:
        media_type, data = images.find(connection, image_hash)
    return Response(data, headers=KEPT_FOR_GOOD, media_type=media_type)


@router.get("/teach/images")
@open_to("instructor")
def own(request: Request, engine: TheEngine, instructor: TheInstructor, after: str = "") -> Response:
    return page(request, engine, instructor.id, after=after)


@router.post("/teach/images")
@open_to("instructor")
def upload(request: Request, engine: TheEngine, instructor: TheInstructor, form: TheUpload) -> Response:
    typed = {language: str(form.get(f"alt.{language}", "")) for language in LANGUAGES}
    problems: dict[str, Text] = {}
    alts: dict[str, str] = {}
    for language in LANGUAGES:
        try:
            alts[language] = images.checked_alt(typed[language])
        except Invalid as error:
            problems[f"alt.{language}"] = error.message
    try:
        picture = encoded(sent_file(form)[1])
    except Invalid as error:
        problems["file"] = error.message
    if problems:
        return page(request, engine, instructor.id, {"typed": typed, "problems": problems}, 422)
    with writing(engine) as connection:
        added = images.store(connection, picture, instructor.id, datetime.now(UTC))
    return page(request, engine, instructor.id, {"added": added, "alts": alts})


def sent_file(form: FormData) -> tuple[str, bytes]:
    """Name and bytes of the file that was chosen; both empty where none was."""
    file = form.get("file")
    return (file.filename or "", file.file.read()) if isinstance(file, UploadFile) else ("", b"")


def page(
    request: Request,
    engine: TheEngine,
    instructor_id: int,
    said: Mapping[str, Any] = NOTHING,
    status: int = 200,
    after: str = "",
) -> Response:
    context = {"typed": {}, "problems": {}, "added": None, "here": "/teach/images", **said}
    if not wants_fragment(request):
        with reading(engine) as connection:
            context["own"], context["more"] = images.of_owner(connection, instructor_id, after)
        context["after"] = after
    return render(request, "images/index.html", context, "images/_upload.html", status)
