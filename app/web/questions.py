"""The list of questions and the page of one: answering, hints, the solution, marking one's own text."""

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from markupsafe import Markup
from sqlalchemy import Connection, Engine
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from app.errors import NotFound
from app.grading import expression, working
from app.grading.verdict import CORRECT, Unreadable
from app.operations.operation import Value, matrix, number
from app.questions import markup
from app.questions.question import ExpressionPart, Part, Question, TextPart
from app.questions.search import matching
from app.questions.shown import arranged, labels, shuffled
from app.questions.topics import TOPICS
from app.questions.variant import Variant, variant
from app.storage import attempts
from app.storage.database import reading, writing
from app.study import practice
from app.study.library import Library
from app.study.practice import Entry, Practice
from app.text import Text, text
from app.web import fields
from app.web.audience import open_to
from app.web.dependencies import TheEngine, TheForm, TheLearner, TheLibrary, remember
from app.web.rendering import render, wants_fragment

router = APIRouter(include_in_schema=False)

NOTHING_TYPED = text(
    "还没有写任何答案：先填一格再批改。", "Nothing is filled in yet: fill in a box, then have it marked."
)
KINDS = ("numeric", "formula", "choice", "text")
STATES = ("new", "tried", "solved")
LEVELS = tuple("0123456789")


@router.get("/questions")
@open_to("anyone")
def index(
    request: Request, library: TheLibrary, engine: TheEngine, learner: TheLearner,
    topic: str = "", kind: str = "", state: str = "", q: str = "",
) -> Response:  # fmt: skip
    with reading(engine) as connection:
        progress = attempts.progress_of(connection, learner) if learner else {}
    wanted = {"topic": topic, "kind": kind, "state": state, "q": q[:100]}
    found = [
        question
        for question in matching(library.bank.listed, wanted["q"])
        if (not topic or topic in question.topics)
        and (not kind or kind in kinds_of(question))
        and (not state or state == state_of(progress.get(question.slug)))
    ]
    used = {slug for question in library.bank.listed for slug in question.topics}
    context = {
        "questions": found, "progress": progress, "wanted": wanted, "kinds_of": kinds_of, "state_of": state_of,
        "topics": [slug for slug in [*TOPICS, *sorted(used - TOPICS.keys())] if slug in used],
        "kinds": KINDS, "states": STATES, "total": len(library.bank.listed),
    }  # fmt: skip
    return render(request, "questions/index.html", context, "questions/_list.html")


def kinds_of(question: Question) -> list[str]:
    """The kinds a learner filters by, from the response types of the parts."""
    kind = {
        "number": "numeric", "numbers": "numeric", "shape": "numeric", "matrix": "numeric",
        "expression": "formula", "text": "text",
    }  # fmt: skip
    found = {kind.get(part.response, "choice") for part in question.parts}
    return [name for name in KINDS if name in found]


def state_of(progress: attempts.Progress | None) -> str:
    if progress is None or not (progress.answers or progress.given_up):
        return "new"
    return "solved" if progress.solved else "tried"


@router.get("/questions/{slug}")
@open_to("anyone")
def show(
    request: Request, slug: str, library: TheLibrary, engine: TheEngine, learner: TheLearner,
    variant: str = "0", fresh: str = "",
) -> Response:  # fmt: skip
    shown = asked(library, slug, variant)
    with reading(engine) as connection:
        state = practice.read(connection, learner, shown)
        progress = attempts.progress_of(connection, learner) if learner else {}
    return page(request, library, shown, state, progress, fresh=bool(fresh))


@router.post("/questions/{slug}")
@open_to("anyone")
def submit(
    request: Request, slug: str, form: TheForm, library: TheLibrary, engine: TheEngine, learner: TheLearner,
    variant: str = "0",
) -> Response:  # fmt: skip
    shown = asked(library, slug, variant)
    responses = {
        part.id: response
        for part in shown.question.parts
        if (response := fields.read(part, shown, form)) is not None
    }
    if not responses:
        with reading(engine) as connection:
            state = practice.read(connection, learner, shown)
        return page(request, library, shown, state, {}, fresh=True, notice=NOTHING_TYPED, status=422)

    def act(connection: Connection, entry: Entry) -> None:
        practice.answer(connection, entry, responses)

    return acted(request, library, engine, learner, shown, key(form, responses), act)


@router.post("/questions/{slug}/hint")
@open_to("anyone")
def hint(
    request: Request, slug: str, form: TheForm, library: TheLibrary, engine: TheEngine, learner: TheLearner,
    variant: str = "0",
) -> Response:  # fmt: skip
    shown = asked(library, slug, variant)
    return acted(
        request, library, engine, learner, shown, key(form, "hint"), practice.take_hint, typed(shown, form)
    )


@router.post("/questions/{slug}/solution")
@open_to("anyone")
def solution(
    request: Request, slug: str, form: TheForm, library: TheLibrary, engine: TheEngine, learner: TheLearner,
    variant: str = "0",
) -> Response:  # fmt: skip
    shown = asked(library, slug, variant)
    return acted(
        request, library, engine, learner, shown, key(form, "solution"), practice.give_up, typed(shown, form)
    )


@router.post("/questions/{slug}/marks")
@open_to("anyone")
def marks(
    request: Request, slug: str, form: TheForm, library: TheLibrary, engine: TheEngine, learner: TheLearner,
    variant: str = "0",
) -> Response:  # fmt: skip
    shown = asked(library, slug, variant)
    levels = {
        part.id: {
            point.id: int(level)
            for point in part.key_points
            if (level := str(form.get(f"{part.id}.{point.id}", ""))) in LEVELS
        }
        for part in shown.question.parts
        if isinstance(part, TextPart) and f"{part.id}.marked" in form
    }

    def act(connection: Connection, entry: Entry) -> None:
        practice.mark_own(connection, entry, levels)

    return acted(request, library, engine, learner, shown, key(form, levels), act, typed(shown, form))


@router.post("/questions/{slug}/understood")
@open_to("anyone")
async def understood(
    request: Request, slug: str, form: TheForm, library: TheLibrary, part: str = ""
) -> Response:
    """What was understood of a formula, while it is being typed."""
    wanted = library.question(slug).part(part)
    if wanted is None or wanted.response != "expression":
        raise NotFound
    typed = str(form.get(part, ""))
    context: dict[str, Any] = {"part": wanted, "mathml": None, "problem": None}
    if typed.strip():
        try:
            context["mathml"] = Markup(await run_in_threadpool(expression.understood, wanted, typed))  # noqa: S704
        except Unreadable as problem:
            context["problem"] = problem.message
    return render(request, "questions/_understood.html", context)


def asked(library: Library, slug: str, number: str) -> Variant:
    """The variant of the address; NotFound when there is no such question or variant."""
    if not (number.isascii() and number.isdigit()) or len(number) > 7:
        raise NotFound
    return variant(library.question(slug), int(number))


def typed(shown: Variant, form: FormData) -> dict[str, Any]:
    """What is in the boxes but not handed in, so that asking for help loses none of it."""
    read = {part.id: fields.read(part, shown, form) for part in shown.question.parts}
    return {part_id: response for part_id, response in read.items() if response is not None}


def key(form: FormData, content: object) -> str:
    """The form's submission key with what it carries: sent again it is the same, edited it is another."""
    digest = hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:24]
    return f"{str(form.get('submission', ''))[:32] or secrets.token_urlsafe(12)}:{digest}"


def acted(
    request: Request,
    library: Library,
    engine: Engine,
    learner: int | None,
    shown: Variant,
    submission: str,
    act: Callable[[Connection, Entry], object],
    kept: Mapping[str, Any] | None = None,
) -> Response:
    """Do it in one transaction, committed before anything is said; then the fragment, or back to the page."""
    now = datetime.now(UTC)
    with writing(engine) as connection:
        if learner is None or not attempts.learner_exists(connection, learner):
            learner = attempts.new_learner(connection, now)
        act(connection, Entry(learner, library.revision_id(shown.question), shown, submission, now))
        state = practice.read(connection, learner, shown)
    response: Response
    if wants_fragment(request) or kept:
        response = page(request, library, shown, state, {}, kept=kept)
    else:
        response = RedirectResponse(f"{address(shown)}#question", 303)
    response.headers["HX-Replace-Url"] = address(shown)
    remember(request, response, learner)
    return response


@router.get("/questions/{slug}/{action}")
@open_to("anyone")
async def back(slug: str, action: Literal["hint", "solution", "marks"], variant: str = "0") -> Response:
    """Where a reload or a link leads from a page that a post answered directly."""
    return RedirectResponse(f"/questions/{slug}?variant={quote(variant)}", 303)


def address(shown: Variant) -> str:
    number = f"?variant={shown.number}" if shown.number else ""
    return f"/questions/{shown.question.slug}{number}"


def page(
    request: Request,
    library: Library,
    shown: Variant,
    state: Practice,
    progress: Mapping[str, attempts.Progress],
    *,
    fresh: bool = False,
    kept: Mapping[str, Any] | None = None,
    notice: Text | None = None,
    status: int = 200,
) -> Response:
    question = shown.question
    responses = {} if fresh else {**state.responses, **(kept or {})}
    unchanged = {i for i, response in responses.items() if state.responses.get(i) == response}
    verdicts = {} if fresh else {i: v for i, v in state.verdicts.items() if i in unchanged}
    previous, following = library.neighbours(question)
    most = progress[question.slug].most_variant if question.slug in progress else shown.number
    context = {
        "library": library, "question": question, "variant": shown, "state": state, "verdicts": verdicts,
        "responses": responses, "fresh": fresh, "notice": notice, "progress": progress, "state_of": state_of,
        "fields": {
            part.id: fields.shown(part, shown, responses.get(part.id), verdicts.get(part.id))
            for part in question.parts
        },
        "previous": previous, "following": following, "address": address(shown),
        "next_variant": max(most, shown.number) + 1, "submission": secrets.token_urlsafe(12),
        "CORRECT": CORRECT, "arranged": lambda part, chosen: arranged(part, chosen, shown), "pieces": working.pieces, "answer_formula": answer_formula, "part_formula": part_formula, "echo": echo, "here": address(shown),
        "shuffled": lambda entries, part: shuffled(entries, shown, part),
        "labels": lambda part: labels(shown, part),
    }  # fmt: skip
    return render(request, "questions/page.html", context, "questions/_question.html", status)


def answer_formula(part: Part, value: Value) -> str:
    """The answer in LaTeX, rounded as the part declares."""
    if part.response == "shape" and isinstance(value, list):
        return r" \times ".join(map(number, value))  # type: ignore[arg-type]
    decimals = getattr(part, "decimals", None)
    if decimals is not None:
        return rounded(value, decimals)
    return matrix(value) if isinstance(value, list) else number(value)


def rounded(value: Value, decimals: int) -> str:
    """With just the decimals asked for, also where the last ones are 0."""
    if not isinstance(value, list):
        return f"{value:.{decimals}f}"
    rows = value if isinstance(value[0], list) else [value]
    body = r" \\ ".join(" & ".join(rounded(v, decimals) for v in row) for row in rows)  # type: ignore[union-attr]
    return rf"\begin{{bmatrix}} {body} \end{{bmatrix}}"


def part_formula(part: ExpressionPart) -> Markup:
    left = markup.formula(f"{part.left} =")
    right = expression.understood(part, part.answer.formula)
    inline = right.replace('display="block"', 'display="inline" displaystyle="true"', 1)
    return Markup(left + inline)  # noqa: S704 (both are escaped)


def echo(part: ExpressionPart, typed: str) -> Markup | None:
    """What is understood of a formula already typed; None where it cannot be read."""
    try:
        return Markup(expression.understood(part, typed)) if typed else None  # noqa: S704 (escaped)
    except Unreadable:
        return None
