"""One's questions as files: taken along, and brought in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from tempfile import SpooledTemporaryFile
from typing import Literal

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response, StreamingResponse

from app.storage.database import reading, writing
from app.teaching import archive, files
from app.teaching.files import Summary
from app.web.audience import open_to
from app.web.dependencies import TheEngine, TheInstructor, TheLibrary, TheUpload, refresh
from app.web.images import sent_file
from app.web.rendering import render

router = APIRouter(include_in_schema=False)
LONGEST_NOTE = 500
IN_MEMORY = 4 * 1024 * 1024
CHUNK = 64 * 1024


@dataclass(frozen=True)
class Wanted:
    """What the form says: the paste, as what it comes in, why, and whether just to look."""

    pasted: str = ""
    publish: bool = False
    note: str = ""
    check: bool = False
    confirmed: bool = False


@router.get("/teach/export")
@open_to("instructor")
def export(engine: TheEngine, instructor: TheInstructor, drafts: bool = False) -> Response:
    now = datetime.now(UTC)
    into = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 (closed when it has been sent)
    with reading(engine) as connection:
        for _ in archive.pack(files.export(connection, instructor.id, drafts=drafts), into, now):
            pass
    into.seek(0)

    def chunks() -> Iterator[bytes]:
        with into:
            while chunk := into.read(CHUNK):
                yield chunk

    return StreamingResponse(
        chunks(), headers=named(f"gradus-{now:%Y-%m-%d}.zip"), media_type="application/zip"
    )


@router.get("/teach/questions/{slug}/file")
@open_to("owner")
def one(
    engine: TheEngine, instructor: TheInstructor, slug: str, text: Literal["published", "draft"] = "published"
) -> Response:
    with reading(engine) as connection:
        source = files.text_of(connection, slug, instructor.id, draft=text == "draft")
    return Response(source.encode(), headers=named(f"{slug}.yaml"), media_type="application/yaml")


def named(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}


@router.get("/teach/import")
@open_to("instructor")
def importing(request: Request, instructor: TheInstructor) -> Response:
    return page(request, Wanted())


@router.post("/teach/import")
@open_to("instructor")
def import_files(
    request: Request, engine: TheEngine, library: TheLibrary, instructor: TheInstructor, form: TheUpload
) -> Response:
    """A paste is shown first and taken in when confirmed; a file, which could not be kept meanwhile, at once."""
    wanted = wanted_in(form)
    name, data = sent_file(form)
    found = files.read(archive.opened(name, data) if name else archive.pasted(wanted.pasted))
    own, publish = library.folder, wanted.publish
    if wanted.check or not (name or wanted.confirmed):
        with reading(engine) as connection:
            summary = files.preview(connection, found, instructor.id, own, publish)
        return page(request, wanted, summary, file=name)
    now = datetime.now(UTC)
    with writing(engine) as connection:
        summary = files.bring_in(connection, found, instructor.id, own, publish, wanted.note, now)
    if summary.problems:
        return page(request, wanted, summary, file=name)
    refresh(request.app.state)
    return RedirectResponse(f"/teach/questions?did={'publish' if publish else 'import'}", 303)


def wanted_in(form: FormData) -> Wanted:
    typed = {name: str(form.get(name, "")) for name in ("pasted", "as", "note", "check", "confirmed")}
    return Wanted(
        typed["pasted"].replace("\r\n", "\n"), typed["as"] == "published", typed["note"][:LONGEST_NOTE],
        bool(typed["check"]), bool(typed["confirmed"]),
    )  # fmt: skip


def page(request: Request, wanted: Wanted, summary: Summary | None = None, file: str = "") -> Response:
    status = 422 if summary and summary.problems else 200
    context = {"wanted": wanted, "summary": summary, "file": file, "here": "/teach/import"}
    return render(request, "files/import.html", context, "files/_import.html", status)
