"""The gradebook of a class in one quiz: the page, and the same as CSV and XLSX."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.accounts.users import folded
from app.quizzes import gradebook
from app.quizzes.gradebook import Gradebook, Row
from app.storage.database import reading
from app.study.library import Library
from app.teaching.sheets import Title
from app.teaching.spreadsheet import Sheet, Value
from app.text import Language, Text, text
from app.web.assignments import Desk, TheDesk, grade_some
from app.web.audience import open_to
from app.web.dependencies import TheEngine, TheLibrary
from app.web.downloads import sent
from app.web.rendering import language_of, marks, render

router = APIRouter(include_in_schema=False)
SORTS = ("number", "name", "best", "open")
GRADING_SECONDS = 8.0
ROW = [
    text("姓名", "Name"), text("学号", "Number"), text("状态", "State"), text("考过几次", "Attempts"),
    text("得分", "Marks"), text("满分", "Out of"), text("待评", "To be marked"), text("及格", "Passed"),
]  # fmt: skip
ITEM = [
    text("题号", "Place"),
    text("题目", "Question"),
    text("满分", "Out of"),
    text("平均", "Mean"),
    text("人数", "Students"),
]
MISTAKE = [text("错误", "Mistake"), text("名称", "Name"), text("人数", "Students"), text("次数", "Times")]
RESULTS, ITEMS, MISTAKES = text("成绩", "Results"), text("题目", "Questions"), text("错误", "Mistakes")
STATES = {
    "absent": text("没有考", "Absent"), "sitting": text("正在考", "Sitting"), "ungraded": text("正在批改", "Being graded"),
    "open": text("待评", "To be marked"), "done": text("已批完", "Marked"),
}  # fmt: skip
PASSED = {True: text("及格", "Passed"), False: text("不及格", "Not passed"), None: text("", "")}


@router.get("/teach/assignments/{assignment_id}/gradebook")
@open_to("owner")
def show(
    request: Request, engine: TheEngine, library: TheLibrary, desk: TheDesk, sort: str = "number", q: str = ""
) -> Response:
    ungraded = grade_some(engine, library, desk, GRADING_SECONDS)
    book = read(engine, library, desk)
    wanted = {"sort": sort if sort in SORTS else "number", "q": q[:100]}
    context = {
        "desk": desk, "book": book, "rows": ordered(book, wanted["sort"], wanted["q"]), "ungraded": ungraded,
        "wanted": wanted, "sorts": SORTS, "titles": titles(library, book), "state": state, "STATES": STATES,
        "mistake_title": library.mistake_title, "notes": library.bank.notes,
    }  # fmt: skip
    return render(request, "teach/assignments/gradebook.html", context, "teach/assignments/_gradebook.html")


def read(engine: Any, library: Library, desk: Desk) -> Gradebook:
    with reading(engine) as connection:
        return gradebook.gradebook(connection, library, desk.quiz, desk.assignment)


def ordered(book: Gradebook, sort: str, q: str) -> list[Row]:
    """The rows whose name or number holds `q`; the best first, or those with the most still to be marked."""
    word = folded(q)
    found = [
        row
        for row in book.rows
        if word in folded(row.student.name) or word in folded(row.student.number or "")
    ]
    by: Mapping[str, Callable[[Row], Any]] = {
        "name": lambda row: row.student.name,
        "best": lambda row: -row.counted.earned if row.counted else 1,
        "open": lambda row: -row.open,
    }
    return sorted(found, key=by[sort]) if sort in by else found


def state(row: Row) -> str:
    if row.counted is None:
        return "sitting" if row.sitting else "ungraded" if row.ungraded else "absent"
    return "open" if row.counted.open else "done"


def titles(library: Library, book: Gradebook) -> list[Text]:
    questions = library.bank.questions
    return [
        questions[item.slug].title if item.slug in questions else text(item.slug, item.slug)
        for item in book.items
    ]


@router.get("/teach/assignments/{assignment_id}/results.{kind}")
@open_to("owner")
def export(
    request: Request, engine: TheEngine, library: TheLibrary, desk: TheDesk, kind: Literal["csv", "xlsx"]
) -> Response:
    """Students by questions; the workbook has the questions and the mistakes too."""
    grade_some(engine, library, desk, GRADING_SECONDS)
    book, language = read(engine, library, desk), language_of(request)
    named = titles(library, book)
    sheets = [
        results_sheet(book, named, desk.quiz.rules.pass_mark, language),
        items_sheet(book, named, language),
        mistakes_sheet(book, library.mistake_title, language),
    ]
    return sent(sheets, kind, f"{desk.classroom.name}-{desk.quiz.name[language]}")


def results_sheet(book: Gradebook, named: list[Text], pass_mark: int, language: Language) -> Sheet:
    heading: list[Value] = [words[language] for words in ROW]
    heading += [f"{place} {title[language]}" for place, title in enumerate(named, start=1)]
    rows = [line(row, pass_mark, language) for row in book.rows]
    return Sheet(RESULTS[language], [heading, *[each + [None] * (len(heading) - len(each)) for each in rows]])


def line(row: Row, pass_mark: int, language: Language) -> list[Value]:
    result = row.counted
    begin: list[Value] = [row.student.name, row.student.number, STATES[state(row)][language], row.attempts]
    if result is None:
        return begin
    total = open_marks(result.earned, result.open, language)
    passed = PASSED[result.total.passed(pass_mark)][language]
    cells = [open_marks(cell.earned, cell.open, language) for cell in result.cells]
    return [*begin, total, number_of(result.marks), number_of(result.open), passed, *cells]


def open_marks(earned: float, still: float, language: Language) -> Value:
    """A number; words while some of it is to be marked, so that no sum takes it for one."""
    if not still:
        return number_of(earned)
    return text(f"{marks(earned)}（待评 {marks(still)}）", f"{marks(earned)} ({marks(still)} to be marked)")[
        language
    ]


def number_of(marks: float) -> int | float:
    shown = round(marks, 2)
    return int(shown) if shown == int(shown) else shown


def items_sheet(book: Gradebook, named: list[Text], language: Language) -> Sheet:
    rows: list[list[Value]] = [
        [
            place,
            title[language],
            number_of(item.marks),
            None if mean.mean is None else number_of(mean.mean),
            mean.of,
        ]
        for place, (title, item, mean) in enumerate(
            zip(named, book.items, book.means(), strict=True), start=1
        )
    ]
    return Sheet(ITEMS[language], [[words[language] for words in ITEM], *rows])


def mistakes_sheet(book: Gradebook, title: Title, language: Language) -> Sheet:
    rows: list[list[Value]] = [
        [title(each.slug, each.name)[language], each.name, each.students, each.times]
        for each in book.mistakes()
    ]
    return Sheet(MISTAKES[language], [[words[language] for words in MISTAKE], *rows])
