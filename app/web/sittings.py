"""Sitting a paper: its map, its places, saving, handing in."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from app.errors import Conflict
from app.grading.reading import cells_typed
from app.quizzes import marking, sitting
from app.quizzes.sitting import FLAG, Answer, Saved
from app.storage.database import reading, writing
from app.web import fields, reports
from app.web.audience import open_to
from app.web.dependencies import TheEngine, TheForm, TheLibrary
from app.web.questions import understood_of
from app.web.rendering import render
from app.web.seat import LONGEST_TAB, Desk, Seat, TheDesk, TheSeat
from app.web.visit import asked

router = APIRouter(include_in_schema=False)
MOST_AROUND = 60  # places of the map beside a question


@router.get("/sittings/{sitting_id}")
@open_to("sitter")
def show(request: Request, engine: TheEngine, library: TheLibrary, desk: TheDesk) -> Response:
    """The map with what is empty, to hand in from; the report once that is done."""
    if not desk.sitting.is_open(desk.now):
        return reports.report(request, engine, library, desk)
    with reading(engine) as connection:
        kept = sitting.answers_of(connection, desk.sitting.id)
    context = {"desk": desk, "answers": kept, "states": states(kept), "titles": titles(desk, library)}
    return render(request, "quizzes/map.html", context)


def titles(desk: Desk, library: Any) -> list[Any]:
    """What each place is called, where the question is still there."""
    questions = library.bank.questions
    return [questions[item.slug].title if item.slug in questions else None for item in desk.sitting.items]


def states(answers: Sequence[Answer]) -> list[str]:
    return ["answered" if each.responses else "empty" for each in answers]


@router.post("/sittings/{sitting_id}/hand-in")
@open_to("sitter")
def hand_in(engine: TheEngine, library: TheLibrary, desk: TheDesk) -> Response:
    """Hand in; a repeated one changes nothing."""
    if desk.sitting.is_open(desk.now):
        with writing(engine) as connection:
            own = sitting.writable(connection, desk.sitting.id, desk.sitting.learner_id, desk.now)
            sitting.hand_in(connection, own, desk.now)
            marking.grade(connection, library, sitting.found(connection, own.id), desk.now)
    return RedirectResponse(desk.address, 303)


@router.get("/sittings/{sitting_id}/{place}")
@open_to("sitter")
def place(engine: TheEngine, library: TheLibrary, seat: TheSeat) -> Response:
    if not seat.desk.sitting.is_open(seat.desk.now):
        return reports.review(seat, engine, library)
    with writing(engine) as connection:
        sitting.turn(connection, seat.desk.sitting, seat.place, seat.desk.now)
        kept = sitting.answers_of(connection, seat.desk.sitting.id)
    return place_page(seat, kept, library)


def place_page(seat: Seat, kept: Sequence[Answer], library: Any) -> Response:
    answer = kept[seat.place - 1]
    values = {name: field.values for name, field in answer.fields.items()}
    shown, start = seat.shown, max(0, min(seat.place - MOST_AROUND // 2, len(kept) - MOST_AROUND))
    held = {part.id: fields.held(part, shown, values, seat.base) for part in shown.question.parts}
    context = asked(shown, held, {}) | {
        "desk": seat.desk, "place": seat.place, "base": seat.base, "library": library, "answer": answer,
        "values": values, "around": kept[start : start + MOST_AROUND], "states": states(kept), "FLAG": FLAG,
        "opened": lambda part: {},
    }  # fmt: skip
    return render(seat.request, "quizzes/place.html", context)


@router.post("/sittings/{sitting_id}/{place}")
@open_to("sitter")
def save(engine: TheEngine, seat: TheSeat, form: TheForm) -> Response:
    """Keep what was typed; to a script as JSON, else on to the page that was asked for."""
    scripted = "application/json" in seat.request.headers.get("accept", "")
    version = str(form.get("@seen", "0"))
    seen = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0
    desk = seat.desk
    try:
        with writing(engine) as connection:
            own = sitting.writable(connection, desk.sitting.id, desk.sitting.learner_id, desk.now)
            tab = str(form.get("@tab", ""))[:LONGEST_TAB]
            saved = sitting.save(connection, own, seat.place, seat.typed(form), seen, tab, seat.responses)
    except Conflict as error:
        if scripted:
            return JSONResponse({"over": desk.address, "message": error.message.model_dump()}, 409)
        raise
    if scripted:
        return JSONResponse({"version": saved.version, "told": saved.told, "left": desk.left})
    return RedirectResponse(onward(seat, str(form.get("@go", "")), saved), 303)


def onward(seat: Seat, go: str, saved: Saved) -> str:
    last = len(seat.desk.sitting.items)
    to = {"next": seat.place + 1, "previous": seat.place - 1}.get(
        go, int(go) if go.isdigit() and len(go) < 5 else 0
    )
    if go == "map" or to > last:
        return seat.desk.address
    return f"{seat.desk.address}/{to}" if to >= 1 else f"{seat.base}?saved=1"


@router.post("/sittings/{sitting_id}/{place}/understood")
@open_to("sitter")
def understood(seat: TheSeat, form: TheForm, part: str = "", box: str = "") -> Response:
    return understood_of(seat, form, part, box)


@router.post("/sittings/{sitting_id}/{place}/cells")
@open_to("sitter")
def cells(seat: TheSeat, form: TheForm) -> Response:
    """A pasted block, in any notation, as rows of cells."""
    return JSONResponse(cells_typed(str(form.get("pasted", ""))))
