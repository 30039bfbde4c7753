"""The list of questions, and what one can do at a question: answer, take a hint, see the solution, mark a text."""

import re
from collections.abc import Iterable
from typing import Any, Literal, Protocol
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import JSONResponse, RedirectResponse, Response

from app.errors import NotFound
from app.grading.reading import cells_typed
from app.grading.understood import ECHOES, echo
from app.questions.kinds import KINDS, kinds_of
from app.questions.part import TextPart
from app.questions.question import Question
from app.questions.search import matching
from app.questions.variant import Variant
from app.storage import attempts
from app.storage.attempts import state_of
from app.storage.database import reading
from app.study import practice
from app.text import text
from app.web import fields, past
from app.web.audience import open_to
from app.web.dependencies import TheEngine, TheForm, TheLearner, TheLibrary
from app.web.rendering import render
from app.web.visit import TheVisit

router = APIRouter(include_in_schema=False)

NOTHING_TYPED = text(
    "还没有写任何答案：先填一格再批改。", "Nothing is filled in yet: fill in a box, then have it marked."
)
PAGE = 60  # questions of the list
STATES = ("new", "tried", "solved")
LEVELS = tuple("0123456789")
SPAN = re.compile(r"(\d{1,5})-(\d{1,5})")


@router.get("/questions")
@open_to("anyone")
def index(
    request: Request, library: TheLibrary, engine: TheEngine, learner: TheLearner,
    topic: str = "", kind: str = "", state: str = "", q: str = "", page: int = 1,
) -> Response:  # fmt: skip
    with reading(engine) as connection:
        progress = attempts.progress_of(connection, learner) if learner else {}
    wanted = {"topic": topic, "kind": kind, "state": state, "q": q[:100]}
    found = [
        question
        for question in matching(library.bank, wanted["q"])
        if (not topic or topic in question.topics)
        and (not kind or kind in kinds_of(question))
        and (not state or state == state_of(progress.get(question.slug)))
    ]
    pages = max(1, -(-len(found) // PAGE))
    page = min(max(page, 1), pages)
    context = {
        "questions": found[(page - 1) * PAGE : page * PAGE], "found": len(found), "page": page, "pages": pages,
        "page_query": urlencode({name: value for name, value in wanted.items() if value}), "progress": progress, "wanted": wanted, "kinds_of": kinds_of, "state_of": state_of,
        "topics": list(library.bank.topics),
        "kinds": KINDS, "states": STATES, "total": len(library.bank.listed),
    }  # fmt: skip
    return render(request, "questions/index.html", context, "questions/_list.html")


@router.get("/questions/{slug}")
@open_to("anyone")
def show(visit: TheVisit, fresh: str = "", revision: str = "") -> Response:
    return past.look(visit, revision) if revision else past.or_then(visit, fresh=bool(fresh))


@router.post("/questions/{slug}")
@open_to("anyone")
def submit(visit: TheVisit, form: TheForm) -> Response:
    responses = visit.responses(form)
    if not responses:
        return visit.look(fresh=True, notice=NOTHING_TYPED, status=422)
    return visit.act(form, responses, lambda connection, entry: practice.answer(connection, entry, responses))


@router.post("/questions/{slug}/hint")
@open_to("anyone")
def hint(visit: TheVisit, form: TheForm) -> Response:
    return visit.act(form, "hint", practice.take_hint, visit.responses(form))


@router.post("/questions/{slug}/solution")
@open_to("anyone")
def solution(visit: TheVisit, form: TheForm) -> Response:
    return visit.act(form, "solution", practice.give_up, visit.responses(form))


@router.post("/questions/{slug}/marks")
@open_to("anyone")
def marks(visit: TheVisit, form: TheForm) -> Response:
    written = marked(visit.shown.question, form)
    levels = levels_of(written, form)
    spans = {
        part.id: {
            point.id: [int(span[1]), int(span[2])]
            for point in part.key_points
            if (span := SPAN.fullmatch(str(form.get(f"{part.id}.{point.id}.span", ""))))
        }
        for part in written
    }
    return visit.act(
        form,
        [levels, spans],
        lambda connection, entry: practice.mark_own(connection, entry, levels, spans),
        visit.responses(form),
    )


def marked(question: Question, form: FormData) -> list[TextPart]:
    """The texts that a form has marks of, even if they are none."""
    texts = (part for part in question.parts if isinstance(part, TextPart))
    return [part for part in texts if f"{part.id}.marked" in form]


def levels_of(written: Iterable[TextPart], form: FormData) -> dict[str, dict[str, int]]:
    """By part and key point, of those that are ticked or chosen."""
    return {
        part.id: {
            point.id: int(level)
            for point in part.key_points
            if (level := str(form.get(f"{part.id}.{point.id}", ""))) in LEVELS
        }
        for part in written
    }


@router.post("/questions/{slug}/understood")
@open_to("anyone")
def understood(visit: TheVisit, form: TheForm, part: str = "", box: str = "") -> Response:
    """What was understood of a field, while it is being typed; `box` is one of the several of a part."""
    return understood_of(visit, form, part, box)


class Asked(Protocol):
    @property
    def request(self) -> Request: ...
    @property
    def shown(self) -> Variant: ...


def understood_of(visit: Asked, form: FormData, part: str, box: str) -> Response:
    wanted = visit.shown.question.part(part)
    if wanted is None or wanted.response not in ECHOES:
        raise NotFound
    typed = str(form.get(f"{part}.{box}" if box else part, ""))
    context: dict[str, Any] = {
        "part": wanted,
        "echo": echo(wanted, typed),
        "place": fields.place(wanted, visit.shown, box),
    }
    return render(visit.request, "questions/_understood.html", context)


@router.post("/questions/{slug}/cells")
@open_to("anyone")
def cells(slug: str, form: TheForm, library: TheLibrary) -> Response:
    """A pasted block, in any notation, as rows of cells."""
    library.question(slug)  # NotFound where there is none
    return JSONResponse(cells_typed(str(form.get("pasted", ""))))


@router.get("/questions/{slug}/another")
@open_to("anyone")
def one_more(visit: TheVisit) -> Response:
    """A variant with numbers not shown yet; of a focused one, where its mistake can be made."""
    return RedirectResponse(visit.another(), 303)


@router.get("/questions/{slug}/{action}")
@open_to("anyone")
async def back(slug: str, action: Literal["hint", "solution", "marks"], variant: str = "0") -> Response:
    """Where a reload or a link leads from a page that a post answered directly."""
    return RedirectResponse(f"/questions/{slug}?variant={quote(variant)}", 303)
