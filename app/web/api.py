"""The computation service: JSON in, JSON out, stateless."""

import json
import re
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from inspect import cleandoc
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.errors import Invalid
from app.grading.grade import grade_all
from app.grading.verdict import Outcome, Verdict
from app.operations import OPERATIONS
from app.operations.operation import Operation
from app.questions.bank import Bank
from app.questions.question import Question
from app.questions.shown import part_shown
from app.questions.variant import MOST_VARIANTS, variant
from app.text import Text, text
from app.web.audience import open_to
from app.web.dependencies import TheLibrary
from app.web.limiting import allowed, client


async def well_formed(request: Request) -> None:
    """Invalid where the JSON holds half a character (a lone surrogate), which no answer could repeat."""
    body = await request.body()
    if rb"\ud" in body.lower():
        with suppress(json.JSONDecodeError, UnicodeDecodeError):
            if LONE.search(json.dumps(json.loads(body), ensure_ascii=False)):
                raise Invalid(text("有一个字符不完整。", "One of the characters is incomplete."))


LONE = re.compile("[\ud800-\udfff]")
router = APIRouter(prefix="/api", dependencies=[Depends(well_formed)])


class Problem(BaseModel):
    """RFC 9457 problem details, with the sentence in both languages and the fields it is about."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    message: Text
    errors: list[dict[str, Any]] = []


class StepShown(BaseModel):
    formula: str
    text: Text


class Solved(BaseModel):
    answer: dict[str, Any]
    steps: list[StepShown]


class OperationListed(BaseModel):
    name: str
    title: Text
    inputs: dict[str, Any] = Field(description="JSON schema of the inputs")
    example: dict[str, Any]
    results: list[str]


class PartListed(BaseModel):
    id: str
    response: str


class QuestionListed(BaseModel):
    slug: str
    number: int | None
    title: Text
    topics: list[str]
    parts: list[PartListed]


LISTED = TypeAdapter(list[QuestionListed])


class PartShown(PartListed):
    model_config = ConfigDict(extra="allow")
    ask: Text | None


class QuestionShown(QuestionListed):
    parts: list[PartShown]  # type: ignore[assignment]
    variant: int
    prompt: Text
    conventions: Text | None
    given: dict[str, Any]


class Responses(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"variant": 0, "responses": {"total": "67"}}]}
    )
    variant: int = Field(0, ge=0, le=MOST_VARIANTS)
    responses: dict[str, Any] = Field(description="By part id: what was typed", max_length=100)


class KeyPointSuggested(BaseModel):
    id: str
    state: Literal["found", "check", "missing"]
    evidence: list[tuple[int, int]] = Field(description="[start, end) in the answer, in characters")


class PartGraded(BaseModel):
    verdict: Outcome | None
    score: float | None
    mistake: str | None
    feedback: Text
    cells: list[Any] | None = Field(None, description="Verdict per cell, row or item")
    followed: bool = Field(False, description="Judged from the learner's own earlier value")
    key_points: list[KeyPointSuggested] | None = Field(
        None, description="What a text seems to say; a suggestion, never a score"
    )


class Graded(BaseModel):
    score: float | None = Field(
        description="Mean over the answered parts by marks; null when none could be judged"
    )
    parts: dict[str, PartGraded]


problems: dict[int | str, dict[str, Any]] = {
    422: {"model": Problem, "description": "The inputs are not valid"},
    404: {"model": Problem, "description": "There is no such question or variant"},
}


@router.get("/operations", summary="The catalogue of operations")
@open_to("anyone")
async def operations() -> list[OperationListed]:
    return [
        OperationListed(
            name=name,
            title=operation.title,
            inputs=operation.Inputs.model_json_schema(),
            example=dict(operation.example),
            results=list(operation.solve(operation.Inputs(**operation.example)).results),
        )
        for name, operation in OPERATIONS.items()
    ]


def solver(operation: Operation[Any]) -> Callable[..., Solved]:
    def solve(given: Any) -> Solved:
        solution = operation.solve(given)
        steps = [StepShown(formula=step.formula, text=step.text) for step in solution.steps]
        return Solved(answer=dict(solution.results), steps=steps)

    # FastAPI reads the annotation: each operation validates and documents its own inputs
    solve.__annotations__["given"] = Annotated[operation.Inputs, Body(examples=[dict(operation.example)])]
    return open_to("anyone")(solve)


for _name, _operation in OPERATIONS.items():
    router.add_api_route(
        f"/operations/{_name}",
        solver(_operation),
        methods=["POST"],
        name=_name,
        operation_id=_name,
        summary=_operation.title.en,
        description=cleandoc(type(_operation).__doc__ or ""),
        response_model=Solved,
        responses={422: problems[422]},
    )


@router.get("/questions", summary="Every question of the bank", response_model=list[QuestionListed])
@open_to("anyone")
def questions(library: TheLibrary) -> Response:
    return Response(every_question(library.bank), media_type="application/json")


@lru_cache(maxsize=1)
def every_question(bank: Bank) -> bytes:
    return LISTED.dump_json(LISTED.validate_python([listed(question) for question in bank]))


@router.get("/questions/{slug}", summary="One question, without its answer", responses={404: problems[404]})
@open_to("anyone")
def question(
    slug: str,
    library: TheLibrary,
    number: Annotated[int, Query(alias="variant", ge=0, le=MOST_VARIANTS, examples=[0])] = 0,
) -> QuestionShown:
    shown = variant(library.question(slug), number)
    found = shown.question
    return QuestionShown(
        **(listed(found) | {"parts": [part_shown(shown, part) for part in found.parts]}),
        variant=number,
        prompt=shown.text(found.prompt),
        conventions=shown.text(found.conventions) if found.conventions else None,
        given=dict(shown.given),
    )


@router.post("/questions/{slug}/grade", summary="Grade responses; nothing is kept", responses=problems)
@open_to("anyone")
def grade(request: Request, slug: str, sent: Responses, library: TheLibrary) -> Graded:
    if not allowed(
        request, f"{request.app.state.settings.grading_per_minute}/minute", "grade", client(request)
    ):
        raise HTTPException(429, headers={"Retry-After": "60"})
    result = grade_all(variant(library.question(slug), sent.variant), sent.responses)
    return Graded(score=result.score, parts={part_id: graded(v) for part_id, v in result.parts.items()})


def graded(verdict: Verdict) -> PartGraded:
    return PartGraded(
        verdict=verdict.verdict,
        score=verdict.score,
        mistake=verdict.mistake,
        feedback=verdict.feedback,
        cells=verdict.cells,
        followed=verdict.followed,
        key_points=[KeyPointSuggested(**p) for p in verdict.key_points] if verdict.key_points else None,
    )


def listed(question: Question) -> dict[str, Any]:
    return {
        "slug": question.slug,
        "number": question.number,
        "title": question.title,
        "topics": question.topics,
        "parts": [{"id": part.id, "response": part.response} for part in question.parts],
    }
