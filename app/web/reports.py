"""After a sitting: the report, and each place with its marks."""

from typing import Any

from fastapi import Request
from starlette.responses import Response

from app.quizzes import assignment, marking, paper, sitting
from app.storage.database import reading, writing
from app.study.library import Library
from app.web.rendering import render
from app.web.seat import Desk, Seat


def report(request: Request, engine: Any, library: Library, desk: Desk) -> Response:
    if waits := unreleased(request, engine, desk):
        return waits
    with writing(engine) as connection:
        graded = marking.grade(connection, library, desk.sitting, desk.now)
        marking.enter(connection, library, graded, desk.now)
        kept = sitting.answers_of(connection, desk.sitting.id)
        variants = paper.all_shown(connection, library, desk.sitting.items)
    marks = [marking.marks_of(variant, answer) for variant, answer in zip(variants, kept, strict=True)]
    return render(request, "quizzes/report.html", {"desk": desk, "marks": marks, "variants": variants})


def unreleased(request: Request, engine: Any, desk: Desk) -> Response | None:
    """Instead of a report: when its marks may be seen."""
    with reading(engine) as connection:
        given = assignment.of_sitting(connection, desk.sitting)
    if assignment.released(desk.quiz, given, desk.sitting, desk.now):
        return None
    context = {"desk": desk, "released_at": assignment.released_at(desk.quiz, given)}
    return render(request, "quizzes/waiting.html", context)


def review(seat: Seat, engine: Any, library: Library) -> Response:
    return report(seat.request, engine, library, seat.desk)
