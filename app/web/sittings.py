"""Sitting a paper: its map, its places, saving, feedback at once, handing in."""

import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import JSONResponse, RedirectResponse, Response

from app.errors import Conflict, NotFound
from app.grading.cells import opened
from app.grading.grade import grade_all
from app.grading.marks import restored
from app.grading.reading import cells_typed
from app.questions import markup
from app.questions.question import Question
from app.quizzes import marking, paper, sitting
from app.quizzes.sitting import CHECKED, FLAG, Answer, Saved, Sitting
from app.storage.database import reading, writing
from app.study.library import Library
from app.text import Text, text
from app.web import fields, reports
from app.web.audience import open_to
from app.web.dependencies import TheEngine, TheForm, TheLearner, TheLibrary
from app.web.questions import understood_of
from app.web.rendering import language_of, render
from app.web.seat import LONGEST_TAB, Desk, Seat, Sheet, TheDesk, TheSeat, beside, held
from app.web.seat import desk as at_desk
from app.web.seat import seat as at_seat
from app.web.visit import asked

router = APIRouter(include_in_schema=False)
EVERYTHING = 10**9 - 1  # as a version: whoever has seen it is told nothing
NOTHING_TYPED = text(
    "这道题还空着：先写，再批改。", "Nothing is filled in yet: answer first, then have it marked."
)
NOT_READ = text(
    "还有读不懂的地方，先改一下再批改；读不懂不算错。",
    "Some of it cannot be read: change that first. What cannot be read is not wrong.",
)


@dataclass(frozen=True)
class Spot:
    """One place on the map."""

    place: int
    title: Text | None  # none where the question can no longer be read
    state: str  # empty, partly, answered
    flagged: bool


def spots(connection: Connection, library: Library, desk: Desk, answers: Sequence[Answer]) -> list[Spot]:
    items = [desk.sitting.item(answer.place) for answer in answers]
    questions = paper.questions_of(connection, library, items)
    return [
        Spot(answer.place, question.title if question else None, state(question, answer), answer.flagged)
        for question, answer in zip(questions, answers, strict=True)
    ]


def state(question: Question | None, answer: Answer) -> str:
    if not answer.responses:
        return "empty"
    return "partly" if question and len(answer.responses) < len(question.parts) else "answered"


@router.get("/sittings/{sitting_id}")
@open_to("sitter")
def show(request: Request, engine: TheEngine, library: TheLibrary, desk: TheDesk) -> Response:
    """The map with what is empty, to hand in from; the report once that is done."""
    if not desk.sitting.is_open(desk.now):
        return reports.report(request, engine, library, desk)
    with reading(engine) as connection:
        kept = sitting.answers_of(connection, desk.sitting.id)
        found = spots(connection, library, desk, kept)
    context = {"desk": desk, "spots": found} | kept_by(desk.sitting.place, EVERYTHING)
    return render(request, "quizzes/map.html", context)


def kept_by(place: int, seen: int) -> dict[str, Any]:
    """What a page needs to save: the place that it saves to, the version of it that it shows, a name for itself."""
    return {"place": place, "seen": seen, "tab": secrets.token_hex(6)}


@router.post("/sittings/{sitting_id}/hand-in")
@open_to("sitter")
def hand_in(engine: TheEngine, library: TheLibrary, desk: TheDesk) -> Response:
    """Hand in; a repeated one changes nothing."""
    with suppress(Conflict), writing(engine) as connection:
        own = sitting.writable(connection, desk.sitting.id, desk.sitting.learner_id, desk.now)
        sitting.hand_in(connection, own, desk.now)
        marking.grade(connection, library, sitting.found(connection, own.id), desk.now)
    return RedirectResponse(desk.address, 303)


@router.get("/sittings/{sitting_id}/{place}")
@open_to("sitter")
def place(engine: TheEngine, library: TheLibrary, seat: TheSeat) -> Response:
    desk, told = seat.desk, seat.request.query_params.getlist("told")
    try:
        with writing(engine) as connection:
            own = sitting.writable(connection, desk.sitting.id, desk.sitting.learner_id, desk.now)
            sitting.turn(connection, own, seat.place, desk.now)
    except Conflict:
        return reports.review(seat, engine, library)
    elsewhere = [seat.label(name) for name in seat.names if name in told]
    return place_page(engine, library, seat, elsewhere=elsewhere)


def place_page(engine: Any, library: Library, seat: Seat, status: int = 200, **said: Any) -> Response:
    """`said`: `elsewhere`, what another tab has changed; `problem`, why something was not done."""
    desk = seat.desk
    with reading(engine) as connection:
        kept = sitting.answers_of(connection, desk.sitting.id)
        around = spots(connection, library, desk, kept[beside(seat.place, len(kept))])
    answer = kept[seat.place - 1]
    values = {name: field.values for name, field in answer.fields.items()}
    context = judged(seat, answer) if answer.checked_at else unjudged(seat, values)
    context |= {
        "desk": desk, "base": seat.base, "answer": answer, "values": values, "around": around,
        "last": len(kept), "FLAG": FLAG, "elsewhere": [], "problem": None,
        "at_once": desk.quiz.rules.feedback == "at_once",
    } | kept_by(seat.place, answer.version) | said  # fmt: skip
    return render(seat.request, "quizzes/place.html", context, status=status)


def unjudged(seat: Seat, values: dict[str, list[str]]) -> dict[str, Any]:
    """The parts with what is typed in them; nothing of their answers."""
    held = {part.id: fields.held(part, seat.shown, values, seat.base) for part in seat.shown.question.parts}
    return asked(seat.shown, held, {}) | {"opened": lambda part: {}, "marks": []}


def judged(seat: Seat, answer: Answer) -> dict[str, Any]:
    """The parts with their red-pen marks, and what the solution needs."""
    shown, verdicts = seat.shown, restored(answer.verdicts)
    parts, marks = shown.question.parts, marking.parts_of(shown.question, answer)
    held = {part.id: reports.written(part, shown, answer, verdicts.get(part.id)) for part in parts}
    return asked(shown, held, verdicts) | {
        "opened": lambda part: opened(shown, part, answer.responses, verdicts, True),
        "marks": marks, "worth": {each.part.id: each for each in marks}, "trial": False,
        "library": {"bank": {"notes": {}}},  # that explain mistakes: their pages are closed meanwhile
        "state": {"gave_up": False, "solved": False, "own_to_judge": ()},
    }  # fmt: skip


@router.post("/sittings/{sitting_id}/{place}")
@open_to("sitter")
def save(
    request: Request, engine: TheEngine, library: TheLibrary, learner: TheLearner, form: TheForm,
    sitting_id: str, place: str,
) -> Response:  # fmt: skip
    """Keep what was typed; to a script as JSON, else on to the page that was asked for."""
    now = datetime.now(UTC)
    try:
        with writing(engine) as connection:
            sheet = held(connection, library, learner, sitting_id, place, now)
            saved = keep(connection, sheet, form)
    except Conflict as error:
        return refused(
            error, at_seat(request, engine, library, at_desk(engine, learner, sitting_id), place), form
        )
    if not scripted(request):
        return RedirectResponse(onward(sheet, str(form.get("@go", "")), saved), 303)
    language = language_of(request)
    labels = {name: markup.spoken(sheet.label(name)[language]) for name in saved.told}
    reply = {"version": saved.version, "told": saved.told, "labels": labels}
    return JSONResponse(reply | moment(sheet.sitting, now))


def refused(error: Conflict, seat: Seat, form: Any) -> Response:
    """To the paper that was handed in, or to the place that was marked; whoever had typed something is told so."""
    checked, typed = error.message == CHECKED, seat.typed(form)
    if scripted(seat.request) and checked and not typed:
        nothing: dict[str, Any] = {"version": EVERYTHING, "told": {}, "labels": {}}
        return JSONResponse(nothing | moment(seat.sitting, seat.now))
    over = (seat.base if checked else seat.desk.address) + ("?late=1" if typed else "")
    if scripted(seat.request):
        return JSONResponse({"over": over, "message": error.message.model_dump()}, 409)
    return RedirectResponse(over, 303)


def scripted(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


def moment(sitting: Sitting, now: datetime) -> dict[str, float]:
    """The server's clock, which is the only one: milliseconds since the epoch, and seconds left."""
    return {"now": now.timestamp() * 1000, "left": sitting.left(now)}


def keep(connection: Connection, sheet: Sheet, form: Any) -> Saved:
    """Keep what was typed in a place of a writable paper."""
    version = str(form.get("@seen", "0"))
    seen = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0
    tab = str(form.get("@tab", ""))[:LONGEST_TAB]
    return sitting.save(connection, sheet.sitting, sheet.place, sheet.typed(form), seen, tab, sheet.responses)


def onward(sheet: Sheet, go: str, saved: Saved) -> str:
    """Where to next; what another tab has changed is looked at first."""
    if saved.told:
        return f"{sheet.base}?{urlencode({'told': list(saved.told)}, doseq=True)}"
    to, map_ = sheet.place + {"next": 1, "previous": -1}.get(go, 0), f"/sittings/{sheet.sitting.id}"
    return map_ if go == "map" or not 1 <= to <= len(sheet.sitting.items) else f"{map_}/{to}"


@router.post("/sittings/{sitting_id}/{place}/check")
@open_to("sitter")
def check(engine: TheEngine, library: TheLibrary, seat: TheSeat, form: TheForm) -> Response:
    """Feedback at once: mark this place, which is then closed; NotFound where the rules say otherwise."""
    desk, problem = seat.desk, NOTHING_TYPED
    if desk.quiz.rules.feedback != "at_once":
        raise NotFound
    try:
        with writing(engine) as connection:
            sitting.writable(connection, desk.sitting.id, desk.sitting.learner_id, desk.now)
            keep(connection, seat, form)
            answer = sitting.answer_at(connection, desk.sitting.id, seat.place)
            verdicts = grade_all(seat.shown, answer.responses).parts.values()
            if any(verdict.verdict == "unreadable" for verdict in verdicts):
                problem = NOT_READ
            elif answer.responses:
                marking.grade_place(connection, desk.sitting, seat.place, seat.shown, checked_at=desk.now)
                return RedirectResponse(seat.base, 303)
    except Conflict as error:
        return RedirectResponse(seat.base if error.message == CHECKED else f"{desk.address}?late=1", 303)
    return place_page(engine, library, seat, 422, problem=problem, here=seat.base)


@router.post("/sittings/{sitting_id}/{place}/understood")
@open_to("sitter")
def understood(seat: TheSeat, form: TheForm, part: str = "", box: str = "") -> Response:
    return understood_of(seat, form, part, box)


@router.post("/sittings/{sitting_id}/{place}/cells")
@open_to("sitter")
def cells(seat: TheSeat, form: TheForm) -> Response:
    """A pasted block, in any notation, as rows of cells."""
    return JSONResponse(cells_typed(str(form.get("pasted", ""))))
