"""A quiz that is given to a class, as its instructor sees it: live, its times, extra time, one student's paper."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Engine
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from app.errors import Conflict, Invalid, NotFound
from app.questions.shown import response_shown
from app.quizzes import assignment as assignments
from app.quizzes import live, marking, paper, sitting, students
from app.quizzes import quiz as quizzes
from app.quizzes.assignment import MOST_EXTRA, Assignment
from app.quizzes.quiz import Quiz
from app.storage.database import reading, writing
from app.storage.tables import sittings
from app.study.library import Library
from app.teaching import classes
from app.teaching.classes import Classroom
from app.text import Text, text
from app.web.audience import open_to
from app.web.dependencies import TheEngine, TheForm, TheInstructor, TheLibrary, whole
from app.web.quizediting import refuse, times_in
from app.web.quizmaking import Problems
from app.web.quizzes import number
from app.web.rendering import render

router = APIRouter(include_in_schema=False)
GRADING_SECONDS = 2.0  # of one request
NOBODY = text("先选一位同学。", "Choose a student.")
STILL_SITTING = text(
    "这位同学还在考，交卷以后才能看。", "This student is still sitting; look once it is handed in."
)


@dataclass(frozen=True)
class Desk:
    """An assignment with its quiz and class; the papers whose time is up have been handed in."""

    assignment: Assignment
    quiz: Quiz
    classroom: Classroom
    now: datetime

    @property
    def address(self) -> str:
        return f"/teach/assignments/{self.assignment.id}"


def owned(assignment_id: str, engine: TheEngine, user: TheInstructor) -> Desk:
    now = datetime.now(UTC)
    with reading(engine) as connection:
        found = assignments.owned(connection, whole(assignment_id), user.id)
        quiz, classroom = quizzes.found(connection, found.quiz_id), classes.found(connection, found.class_id)
        due = sitting.due(connection, now, sittings.c.assignment_id == found.id)
    if due:
        with writing(engine) as connection:
            sitting.expire(connection, now, sittings.c.assignment_id == found.id)
    return Desk(found, quiz, classroom, now)


TheDesk = Annotated[Desk, Depends(owned)]


def grade_some(engine: Engine, library: Library, desk: Desk, seconds: float = GRADING_SECONDS) -> int:
    """Grade what is handed in for some seconds, each paper by itself; how many are still to be graded."""
    stop = monotonic() + seconds
    with reading(engine) as connection:
        waiting = marking.ungraded(connection, desk.assignment.id)
    for at, sitting_id in enumerate(waiting):
        if monotonic() > stop:
            return len(waiting) - at
        with suppress(NotFound), writing(engine) as connection:  # of a question that can no longer be read
            marking.grade(connection, library, sitting.found(connection, sitting_id, locked=True), desk.now)
    return 0


@router.get("/teach/assignments/{assignment_id}")
@open_to("owner")
def show(request: Request, engine: TheEngine, library: TheLibrary, desk: TheDesk) -> Response:
    """Who is in, how far, who has handed in."""
    return live_page(request, engine, library, desk)


def live_page(
    request: Request, engine: Engine, library: Library, desk: Desk, typed: Mapping[str, Any] = {},
    problems: Mapping[str, Text] = {}, status: int = 200,
) -> Response:  # fmt: skip
    ungraded = grade_some(engine, library, desk)
    with reading(engine) as connection:
        everyone = live.everyone(connection, desk.assignment)
        left = students.left(connection, desk.classroom.id, desk.assignment.id)
    states = [each.state(desk.now) for each in everyone]
    context = {
        "desk": desk, "everyone": everyone, "left": left, "ungraded": ungraded, "typed": typed, "problems": problems,
        "counts": {state: states.count(state) for state in live.STATES}, "most_extra": MOST_EXTRA,
        "done": request.query_params.get("done", ""), "here": desk.address,
    }  # fmt: skip
    return render(request, "teach/assignments/page.html", context, "teach/assignments/_live.html", status)


@router.post("/teach/assignments/{assignment_id}/times")
@open_to("owner")
def times(request: Request, engine: TheEngine, library: TheLibrary, desk: TheDesk, form: TheForm) -> Response:
    """Other opening and closing times, also while it is sat; `now` closes it at once."""
    problems: Problems = {}
    opens_at, closes_at = times_in(form, problems)
    if form.get("do") == "close":
        problems.clear()
        opens_at, closes_at = desk.assignment.opens_at, min(desk.assignment.closes_at or desk.now, desk.now)
    try:
        refuse(problems)
        with writing(engine) as connection:
            assignments.change(connection, desk.assignment, desk.now, opens_at=opens_at, closes_at=closes_at)
    except Invalid as error:
        problems |= {error.field or "": error.message}
        return live_page(request, engine, library, desk, dict(form), problems, 422)
    return RedirectResponse(f"{desk.address}?done=times", 303)


@router.post("/teach/assignments/{assignment_id}/extra")
@open_to("owner")
def extra(request: Request, engine: TheEngine, library: TheLibrary, desk: TheDesk, form: TheForm) -> Response:
    """More minutes for one student; none takes them back."""
    problems: Problems = {}
    try:
        user_id, minutes = extra_in(form)
        with writing(engine) as connection:
            if user_id not in {one.user_id for one in students.students_of(connection, desk.classroom.id)}:
                raise Invalid(NOBODY, "user_id")
            more = {**assignments.found(connection, desk.assignment.id, "to change").extra, user_id: minutes}
            assignments.change(connection, desk.assignment, desk.now, extra=more)
    except Invalid as error:
        problems |= {error.field or "": error.message}
        return live_page(request, engine, library, desk, dict(form), problems, 422)
    return RedirectResponse(f"{desk.address}?done=extra", 303)


def extra_in(form: FormData) -> tuple[int, int]:
    chosen = str(form.get("user_id", ""))
    if not (chosen.isascii() and chosen.isdigit() and len(chosen) < 10):
        raise Invalid(NOBODY, "user_id")
    return int(chosen), number(form, "minutes", MOST_EXTRA)


@router.get("/teach/assignments/{assignment_id}/times")
@router.get("/teach/assignments/{assignment_id}/extra")
@open_to("owner")
def back(desk: TheDesk) -> Response:
    """Where a reload leads from a page that a post answered directly."""
    return RedirectResponse(desk.address, 303)


@router.post("/teach/assignments/{assignment_id}/withdraw")
@open_to("owner")
def withdraw(engine: TheEngine, desk: TheDesk) -> Response:
    with writing(engine) as connection:
        assignments.withdraw(connection, desk.assignment)
    return RedirectResponse(f"/teach/quizzes/{desk.quiz.id}", 303)


@router.get("/teach/assignments/{assignment_id}/sittings/{sitting_id}")
@open_to("owner")
def student(
    request: Request, engine: TheEngine, library: TheLibrary, desk: TheDesk, sitting_id: str
) -> Response:
    """One student's paper with its marks, to be looked at."""
    grade_some(engine, library, desk)
    with reading(engine) as connection:
        who, own = students.sitting_of(connection, desk.classroom.id, desk.assignment.id, whole(sitting_id))
        if own.handed_in_at is None:
            raise Conflict(STILL_SITTING, address=desk.address)
        kept = sitting.answers_of(connection, own.id)
        variants = paper.all_shown(connection, library, own.items)
    marks = [
        marking.parts_of(variant.question, answer) for variant, answer in zip(variants, kept, strict=True)
    ]
    parts = [part for each in marks for part in each]
    context = {
        "desk": desk, "student": who, "sitting": own, "pages": list(zip(variants, kept, marks, strict=True)),
        "earned": sum(part.earned for part in parts if part.earned is not None), "response_shown": response_shown,
        "open": sum(part.marks for part in parts if part.earned is None), "marks": sum(part.marks for part in parts),
        "mistake_title": library.mistake_title, "notes": library.bank.notes,
    }  # fmt: skip
    return render(request, "teach/assignments/sitting.html", context)
