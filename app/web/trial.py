"""A question tried by its author as a student will see it: marked, and nothing kept."""

from functools import cached_property
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from app.errors import NotFound
from app.grading.grade import grade_all
from app.grading.marks import share
from app.grading.reading import cells_typed
from app.questions.question import Question
from app.questions.source import BankError
from app.questions.variant import Variant, variant
from app.storage.database import reading
from app.study.practice import Practice
from app.teaching import authoring
from app.web.audience import open_to
from app.web.dependencies import TheEngine, TheForm, TheInstructor, TheLibrary
from app.web.questions import NOTHING_TYPED, understood_of
from app.web.visit import Visit

router = APIRouter(include_in_schema=False)


class Trial(Visit):
    """An author at one variant of what is being written; hints and the solution are open."""

    trial = True
    written: Question

    @cached_property
    def shown(self) -> Variant:
        return variant(self.written, self.wanted)

    @property
    def base(self) -> str:
        return f"/teach/questions/{self.written.file}/try"

    def neighbours(self) -> tuple[None, None]:
        return None, None


def trial(
    request: Request,
    slug: str,
    library: TheLibrary,
    engine: TheEngine,
    instructor: TheInstructor,
    variant: str = "0",
) -> Trial | None:
    """None where the text cannot be read: the editor says why."""
    with reading(engine) as connection:
        question = authoring.owned(connection, slug, instructor.id)
    made = Trial(request, library, engine, None, slug, variant)
    try:
        made.written = authoring.read(question.source, slug)[0]
    except BankError:
        return None
    return made


TheTrial = Annotated[Trial | None, Depends(trial)]


@router.get("/teach/questions/{slug}/try")
@open_to("owner")
def begin(slug: str, trial: TheTrial) -> Response:
    return trial.page(tried(trial), {}) if trial else faulty(slug)


@router.post("/teach/questions/{slug}/try")
@open_to("owner")
def mark(slug: str, trial: TheTrial, form: TheForm) -> Response:
    if trial is None:
        return faulty(slug)
    responses = trial.responses(form)
    if not responses:
        return trial.page(tried(trial), {}, notice=NOTHING_TYPED, status=422)
    grade = grade_all(trial.shown, responses)
    score = share(trial.shown.question, grade.parts, {})
    return trial.page(tried(trial, responses=responses, verdicts=grade.parts, score=score, answered=True), {})


@router.post("/teach/questions/{slug}/try/understood")
@open_to("owner")
def understood(slug: str, trial: TheTrial, form: TheForm, part: str = "", box: str = "") -> Response:
    if trial is None:
        raise NotFound
    return understood_of(trial, form, part, box)


@router.post("/teach/questions/{slug}/try/cells")
@open_to("owner")
def cells(slug: str, trial: TheTrial, form: TheForm) -> Response:
    return JSONResponse(cells_typed(str(form.get("pasted", ""))))


def tried(trial: Trial, **more: Any) -> Practice:
    return Practice(hints=len(trial.shown.question.hints), gave_up=True, **more)


def faulty(slug: str) -> Response:
    return RedirectResponse(f"/teach/questions/{slug}", 303)
