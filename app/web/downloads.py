"""What a class did, to take along: results and mistakes, and the answers to one question, as CSV and XLSX."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.storage.database import reading
from app.teaching.answers import answers_to
from app.teaching.results import class_results, practised_by
from app.teaching.sheets import mistakes_sheet, students_sheet, wrong_sheet
from app.teaching.spreadsheet import Sheet, as_csv, as_xlsx
from app.web.audience import open_to
from app.web.classes import TheClass
from app.web.dependencies import TheEngine, TheLibrary
from app.web.rendering import language_of

router = APIRouter(include_in_schema=False)

Kind = Literal["csv", "xlsx"]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/teach/classes/{class_id}/results.{kind}")
@open_to("owner")
def results(
    request: Request, library: TheLibrary, engine: TheEngine, classroom: TheClass, kind: Kind
) -> Response:
    """Students by questions; the workbook has the mistakes too."""
    language, questions = language_of(request), practised_by(library.bank, classroom)
    with reading(engine) as connection:
        found = class_results(connection, library.bank, classroom, questions)
    sheets = [
        students_sheet(found, questions, language),
        mistakes_sheet(found, library.mistake_title, language),
    ]
    return sent(sheets, kind, classroom.name)


@router.get("/teach/classes/{class_id}/mistakes.csv")
@open_to("owner")
def mistakes(request: Request, library: TheLibrary, engine: TheEngine, classroom: TheClass) -> Response:
    with reading(engine) as connection:
        found = class_results(connection, library.bank, classroom, practised_by(library.bank, classroom))
    return sent(
        [mistakes_sheet(found, library.mistake_title, language_of(request))],
        "csv",
        f"{classroom.name}-mistakes",
    )


@router.get("/teach/classes/{class_id}/questions/{slug}/answers.{kind}")
@open_to("owner")
def answers(
    request: Request, library: TheLibrary, engine: TheEngine, classroom: TheClass, slug: str, kind: Kind
) -> Response:
    question = library.question(slug)
    with reading(engine) as connection:
        answered = answers_to(connection, classroom.id, slug)
    sheet = wrong_sheet(question, answered, library.mistake_title, language_of(request))
    return sent([sheet], kind, f"{classroom.name}-{slug}")


def sent(sheets: Sequence[Sheet], kind: Kind, name: str) -> Response:
    """The workbook of all sheets, or the first as CSV."""
    content = as_xlsx(sheets) if kind == "xlsx" else as_csv(sheets[0])
    return download(content, f"{name}-{datetime.now(UTC):%Y-%m-%d}.{kind}")


def download(content: bytes, name: str) -> Response:
    """A file to save, its name in any language."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-._") else "_" for c in name)
    headers = {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "Cache-Control": "no-store",
    }
    media_type = XLSX if name.endswith(".xlsx") else "text/csv; charset=utf-8"
    return Response(content, headers=headers, media_type=media_type)
