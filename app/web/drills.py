"""Drills of every operation at three levels, and notes on the mistakes they name."""

from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.errors import NotFound
from app.operations import OPERATIONS
from app.questions.part import computed
from app.questions.question import Question
from app.questions.space import another, can_be_made
from app.questions.variant import variant
from app.storage import attempts
from app.storage.attempts import state_of
from app.storage.database import reading
from app.storage.mistakes import mistakes_of
from app.study.library import Library
from app.web.audience import open_to
from app.web.dependencies import TheEngine, TheLearner, TheLibrary
from app.web.formulas import worked
from app.web.rendering import render

router = APIRouter(include_in_schema=False)


@router.get("/drills")
@open_to("anyone")
def index(
    request: Request, library: TheLibrary, engine: TheEngine, learner: TheLearner, question: str = ""
) -> Response:
    """All drills, or those that fit one question."""
    drills = library.bank.drills
    about = library.bank.questions.get(question)
    shown = fitting(library, about) if about else []
    if not shown:
        about, shown = None, list(drills)
    with reading(engine) as connection:
        progress = attempts.progress_of(connection, learner) if learner else {}
    context = {
        "drills": {name: levels for name, levels in drills.items() if name in shown}, "about": about,
        "operations": OPERATIONS, "progress": progress, "state_of": state_of,
    }  # fmt: skip
    return render(request, "drills/index.html", context)


def fitting(library: Library, question: Question) -> list[str]:
    """The operations that a question or its drill computes with; else those of its topics."""
    own = [question, library.bank.questions[question.drill]] if question.drill else [question]
    used = {answer.operation for q in own for part in q.parts if (answer := computed(part))}
    return list(used) or [
        name for name, levels in library.bank.drills.items() if set(levels[0].topics) & set(question.topics)
    ]


@router.get("/mistakes")
@open_to("anyone")
def mistakes(request: Request, library: TheLibrary, engine: TheEngine, learner: TheLearner) -> Response:
    """Every note, by operation; the learner's own mistakes first."""
    notes = library.bank.notes
    by_operation = {
        name: [note for note in notes.values() if note.operations[0] == name] for name in OPERATIONS
    }
    with reading(engine) as connection:
        own = mistakes_of(connection, learner) if learner else []
    context = {
        "by_operation": by_operation,
        "operations": OPERATIONS,
        "own": own,
        "notes": notes,
        "library": library,
    }
    return render(request, "mistakes/index.html", context)


@router.get("/mistakes/{name}")
@open_to("anyone")
def mistake(request: Request, name: str, library: TheLibrary) -> Response:
    note = library.bank.notes.get(name)
    if note is None:
        raise NotFound
    drilled = {
        operation: found for operation in note.operations if (found := level_with(library, operation, name))
    }
    context = {"note": note, "operations": OPERATIONS, "drilled": drilled, "worked": worked}
    return render(request, "mistakes/page.html", context)


@router.get("/mistakes/{name}/drill")
@open_to("anyone")
def drill(
    name: str, library: TheLibrary, engine: TheEngine, learner: TheLearner, operation: str = ""
) -> Response:
    """A variant not shown yet in which the mistake can be made, at the easiest level of the operation, or of any."""
    note = library.bank.notes.get(name)
    if note is None:
        raise NotFound
    wanted = [operation] if operation else note.operations
    found = next(filter(None, (level_with(library, each, name) for each in wanted)), None)
    if found is None:
        return RedirectResponse(f"/mistakes/{name}", 303)
    with reading(engine) as connection:
        progress = attempts.progress_of(connection, learner) if learner else {}
    most = progress[found.slug].most_variant if found.slug in progress else 0
    number = another(found, 0, most, name)
    return RedirectResponse(f"/questions/{found.slug}?variant={number}&focus={name}", 303)


def level_with(library: Library, operation: str, mistake: str) -> Question | None:
    """The easiest drill of an operation in which a mistake can be made."""
    levels: Iterable[Any] = library.bank.drills.get(operation, ())
    return next((level for level in levels if can_be_made(variant(level), mistake)), None)
