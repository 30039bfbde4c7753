"""What a class did, to take along: results and mistakes, and the answers to one question, as CSV and XLSX."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.questions.question import Question
from app.questions.shown import response_shown
from app.storage.database import reading
from app.study.library import Library
from app.teaching.answers import Answered, answers_to
from app.teaching.results import Results
from app.teaching.spreadsheet import Sheet, Value, as_csv, as_xlsx
from app.text import Language, text
from app.web.audience import open_to
from app.web.classes import TheClass, class_results, mistake_titles, practised_by
from app.web.dependencies import TheEngine, TheLibrary
from app.web.rendering import language_of

router = APIRouter(include_in_schema=False)

Kind = Literal["csv", "xlsx"]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STUDENT = [
    text("姓名", "Name"), text("学号", "Number"), text("已掌握", "Mastered"), text("做过", "Tried"),
    text("平均最好成绩", "Mean of best scores"), text("最近练习（UTC）", "Last active (UTC)"),
]  # fmt: skip
MISTAKE = [
    text("错误", "Mistake"), text("名称", "Name"), text("人数", "Students"),
    text("次数（不同题面）", "Times (different numbers)"),
]  # fmt: skip
WRONG = [
    text("第几组数", "Numbers"), text("小题", "Part"), text("错误作答", "Wrong answer"), text("错误", "Mistake"),
    text("次数", "Times"), text("人数", "Students"),
]  # fmt: skip
STUDENTS_SHEET, MISTAKES_SHEET = text("学生", "Students"), text("常见错误", "Mistakes")
ANSWERS_SHEET = text("错误作答", "Wrong answers")


@router.get("/teach/classes/{class_id}/results.{kind}")
@open_to("owner")
def results(
    request: Request, library: TheLibrary, engine: TheEngine, classroom: TheClass, kind: Kind
) -> Response:
    """Students by questions; the workbook has the mistakes too."""
    language, questions = language_of(request), practised_by(library, classroom)
    with reading(engine) as connection:
        found = class_results(connection, library, classroom, questions)
    sheets = [students_sheet(found, questions, language), mistakes_sheet(found, library, language)]
    return sent(sheets, kind, classroom.name)


@router.get("/teach/classes/{class_id}/mistakes.csv")
@open_to("owner")
def mistakes(request: Request, library: TheLibrary, engine: TheEngine, classroom: TheClass) -> Response:
    with reading(engine) as connection:
        found = class_results(connection, library, classroom, practised_by(library, classroom))
    return sent([mistakes_sheet(found, library, language_of(request))], "csv", f"{classroom.name}-mistakes")


@router.get("/teach/classes/{class_id}/questions/{slug}/answers.{kind}")
@open_to("owner")
def answers(
    request: Request, library: TheLibrary, engine: TheEngine, classroom: TheClass, slug: str, kind: Kind
) -> Response:
    question = library.question(slug)
    with reading(engine) as connection:
        answered = answers_to(connection, classroom.id, slug)
    sheet = wrong_sheet(question, answered, library, language_of(request))
    return sent([sheet], kind, f"{classroom.name}-{slug}")


def students_sheet(results: Results, questions: Sequence[Question], language: Language) -> Sheet:
    heading: list[Value] = [words[language] for words in STUDENT]
    heading += [f"{q.number or ''} {q.title[language]}".strip() for q in questions]
    rows = [
        [
            one.member.name, one.member.number, one.totals.solved, one.totals.tried, percent(one.totals.mean),
            f"{one.last:%Y-%m-%d %H:%M}" if one.last else None,
            *(percent(one.cells[question.slug].best) for question in questions),
        ]
        for one in results.students
    ]  # fmt: skip
    return Sheet(STUDENTS_SHEET[language], [heading, *rows])


def mistakes_sheet(results: Results, library: Library, language: Language) -> Sheet:
    title = mistake_titles(library)
    rows: list[list[Value]] = [
        [title(m.slug, m.name)[language], m.name, m.students, m.times] for m in results.mistakes
    ]
    return Sheet(MISTAKES_SHEET[language], [[words[language] for words in MISTAKE], *rows])


def wrong_sheet(
    question: Question, answered: Sequence[Answered], library: Library, language: Language
) -> Sheet:
    """Every wrong answer, of any variant and part."""
    title = mistake_titles(library)
    rows: list[list[Value]] = [
        [
            each.variant, part_id, response_shown(question.part(part_id), wrong.response)[language],
            "; ".join(title(question.slug, name)[language] for name in wrong.mistakes), wrong.times, wrong.students,
        ]
        for each in answered for part_id, listed in each.wrong.items() for wrong in listed
    ]  # fmt: skip
    return Sheet(ANSWERS_SHEET[language], [[words[language] for words in WRONG], *rows])


def percent(share: float | None) -> float | None:
    if share is None:
        return None
    shown = round(100 * share, 1)
    return int(shown) if shown.is_integer() else shown


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
