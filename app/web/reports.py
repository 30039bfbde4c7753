"""After a sitting: the report, and each place with its marks and its solution."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import Engine
from starlette.responses import RedirectResponse, Response

from app.errors import Conflict, NotAllowed
from app.grading.cells import opened
from app.grading.marks import restored, share
from app.questions.kinds import KINDS
from app.questions.part import LayersPart, NamesPart
from app.questions.variant import Variant
from app.quizzes import history, marking, sitting
from app.quizzes.report import STATES, compare
from app.quizzes.sitting import Answer, Sitting
from app.storage.database import reading, writing
from app.study.library import Library
from app.study.practice import Practice
from app.text import text
from app.web import fields
from app.web.audience import open_to
from app.web.dependencies import TheEngine, TheForm, TheLibrary
from app.web.questions import levels_of, marked
from app.web.rendering import render, wants_fragment
from app.web.seat import Desk, Seat, TheSeat, beside, not_sitting
from app.web.visit import asked

router = APIRouter(include_in_schema=False)
BY_TEACHER = text("这份卷子的简答由老师评分。", "The texts of this paper are marked by its instructor.")


def settle(engine: Engine, library: Library, own: Sequence[Sitting], now: datetime) -> None:
    """Bring to an end whatever of these is due; nothing is written where nothing is."""
    with reading(engine) as connection:
        due = history.due(connection, own, now)
    if due:
        with writing(engine) as connection:
            history.settle(connection, library, due, now)


def report(request: Request, engine: Engine, library: Library, desk: Desk) -> Response:
    """What the sitting came to, or when that may be seen."""
    not_sitting(engine, desk.sitting.learner_id)
    with reading(engine) as connection:
        before = history.before(connection, desk.sitting, desk.quiz)
    settle(engine, library, [desk.sitting, *before], desk.now)
    with reading(engine) as connection:
        later = history.kept_until(connection, desk.sitting, desk.quiz, desk.now)
        if later is not None:
            return render(request, "quizzes/waiting.html", {"desk": desk, "released_at": later})
        found = history.report_of(connection, library, desk.sitting, desk.quiz)
        again = history.before(connection, desk.sitting, desk.quiz)
        earlier = history.entries(connection, library, again, desk.now)
    context = {
        "desk": desk, "report": found, "library": library, "kinds": KINDS, "states": STATES, "earlier": earlier,
        "compared": compare([entry.total for entry in earlier if entry.total]),
    }  # fmt: skip
    return render(request, "quizzes/report.html", context)


def review(seat: Seat, engine: Engine, library: Library) -> Response:
    """One place as it was sat, with its marks; back to the report while these are kept back."""
    desk = seat.desk
    not_sitting(engine, desk.sitting.learner_id)
    settle(engine, library, [desk.sitting], desk.now)
    with reading(engine) as connection:
        if history.kept_until(connection, desk.sitting, desk.quiz, desk.now) is not None:
            return RedirectResponse(desk.address, 303)
        found = history.report_of(connection, library, desk.sitting, desk.quiz)
        answer = sitting.answer_at(connection, desk.sitting.id, seat.place)
    shown, verdicts = seat.shown, restored(answer.verdicts)
    held = {part.id: written(part, shown, answer, verdicts.get(part.id)) for part in shown.question.parts}
    state = Practice(
        answer.responses, verdicts, answer.levels, score=share(shown.question, verdicts, answer.levels), answered=True
    )  # fmt: skip
    context = asked(shown, held, verdicts) | {
        "desk": desk, "report": found, "place": found.places[seat.place - 1], "library": library, "state": state,
        "around": found.places[beside(seat.place, len(found.places))], "next_to_mark": found.next_to_mark(seat.place),
        "worth": {part.part.id: part for part in found.places[seat.place - 1].parts}, "taught": desk.sitting.assignment_id is not None,
        "opened": lambda part: opened(shown, part, answer.responses, verdicts, True), "here": seat.base,
        "base": seat.base, "query": "", "trial": False, "fresh": False,
    }  # fmt: skip
    return render(seat.request, "quizzes/review.html", context, "quizzes/_review.html")


def written(part: Any, shown: Variant, answer: Answer, verdict: Any) -> fields.Fields:
    """The fields of a part with what was typed in them, to the letter, and its red-pen marks."""
    found = fields.shown(part, shown, answer.responses.get(part.id), verdict, "")
    if not isinstance(part, NamesPart | LayersPart):  # whose marks follow the entries, without gaps
        names: Sequence[str] = fields.all_names(part, shown)
        found.typed |= {
            n: answer.fields[n].values[0] for n in names if n in answer.fields and answer.fields[n].values
        }
    return found


@router.post("/sittings/{sitting_id}/{place}/marks")
@open_to("sitter")
def marks(engine: TheEngine, library: TheLibrary, seat: TheSeat, form: TheForm) -> Response:
    """Keep how the learner judges their own texts; of a paper of a class its instructor does."""
    desk = seat.desk
    if desk.sitting.assignment_id is not None:
        raise NotAllowed(BY_TEACHER, address=desk.address)
    if desk.sitting.is_open(desk.now):
        raise Conflict(marking.NOT_YET, address=seat.base)
    not_sitting(engine, desk.sitting.learner_id)
    levels = levels_of(marked(seat.shown.question, form), form)
    settle(engine, library, [desk.sitting], desk.now)
    with writing(engine) as connection:
        own = sitting.of_learner(connection, desk.sitting.id, desk.sitting.learner_id, locked=True)
        marking.mark(connection, own, seat.place, seat.shown, levels, desk.now)
    if wants_fragment(seat.request):
        return review(seat, engine, library)
    return RedirectResponse(f"{seat.base}#own", 303)
