"""Marking the texts of a class point by point; nobody is named, and the same answer is marked once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from app.errors import Conflict, Invalid, NotFound
from app.grading.key_points import self_marked
from app.questions.part import TextPart
from app.questions.variant import Variant
from app.quizzes import marking_queue, paper, printing
from app.quizzes.grouping import Group
from app.quizzes.marking_queue import Levels
from app.storage.database import reading, writing
from app.web.assignments import Desk, TheDesk, grade_some
from app.web.audience import open_to
from app.web.dependencies import TheEngine, TheForm, TheLibrary
from app.web.rendering import render
from app.web.seat import loaded

router = APIRouter(include_in_schema=False)


@router.get("/teach/assignments/{assignment_id}/marking")
@open_to("owner")
def index(request: Request, engine: TheEngine, library: TheLibrary, desk: TheDesk) -> Response:
    """The text parts of the paper, with how far each is marked."""
    waiting = grade_some(engine, library, desk)
    with reading(engine) as connection:
        listed = marking_queue.progress(connection, library, desk.quiz, desk.assignment.id)
    context = {"desk": desk, "address": address(desk), "listed": listed, "waiting": waiting}
    page = render(request, "teach/quizzes/marking.html", context)
    page.headers["HX-Push-Url"] = address(desk)
    return page


def address(desk: Desk) -> str:
    return f"{desk.address}/marking"


@dataclass(frozen=True)
class Stack:
    """The answers to one text part, and the group of them that is looked at."""

    request: Request
    desk: Desk
    waiting: int  # papers that are still to be graded
    groups: list[Group]
    group: Group | None
    shown: Variant
    part: TextPart

    def at(self, group: Group | None) -> str:
        """Where this group is; where there is none, the list of parts."""
        here = address(self.desk)
        return f"{here}/{self.shown.question.slug}/{self.part.id}?answer={group.name}" if group else here


def stack(
    request: Request, engine: TheEngine, library: TheLibrary, desk: TheDesk, slug: str, part: str, answer: str = ""
) -> Stack:  # fmt: skip
    """The group that is named, else the first that is open. NotFound where the paper has no such text part."""
    waiting = grade_some(engine, library, desk)
    with reading(engine) as connection:
        groups = marking_queue.groups_of(marking_queue.kept_of(connection, desk.assignment.id), slug, part)
        named = next((each for each in groups if each.name == answer), None)
        group = named or marking_queue.following(groups) or next(iter(groups), None)
        item = group.shown.item if group else next((i for i in desk.quiz.items if i.slug == slug), None)
        if item is None:
            raise NotFound
        shown = paper.shown(connection, library, item)
    found = shown.question.part(part)
    if not isinstance(found, TextPart):
        raise NotFound
    return Stack(request, desk, waiting, groups, group, shown, found)


TheStack = Annotated[Stack, Depends(stack)]


@router.get("/teach/assignments/{assignment_id}/marking/{slug}/{part}")
@open_to("owner")
def show(stack: TheStack) -> Response:
    """One group of answers."""
    page = group_page(stack)
    page.headers["HX-Push-Url"] = stack.at(stack.group)
    return page


@router.post("/teach/assignments/{assignment_id}/marking/{slug}/{part}")
@open_to("owner")
def mark(
    engine: TheEngine, library: TheLibrary, stack: TheStack, form: TheForm, answer: str = ""
) -> Response:
    """Mark a group, and on to the next that is open; when none is, back to the list."""
    part = stack.part
    typed = {point.id: str(form.get(f"point.{point.id}", "")) for point in part.key_points}
    if "all" in form:
        typed = {point.id: str(marking_queue.top(point)) for point in part.key_points}
    slug, assignment_id = stack.shown.question.slug, stack.desk.assignment.id
    try:
        levels = marking_queue.levels_of(part, typed)
        with writing(engine) as connection:
            groups = marking_queue.mark(
                connection,
                library,
                assignment_id,
                slug,
                part.id,
                answer,
                levels,
                was(form),
                datetime.now(UTC),
            )
    except (Invalid, Conflict) as error:
        return group_page(stack, typed, error)
    return RedirectResponse(stack.at(marking_queue.following(groups, answer)), 303)


def was(form: FormData) -> Levels | None:
    """How the group was marked when the page was shown."""
    found = loaded(form, "was")
    return {str(point): level for point, level in found.items() if isinstance(level, int)} or None


def group_page(
    stack: Stack, typed: Mapping[str, str] | None = None, problem: Invalid | Conflict | None = None
) -> Response:
    group, part = stack.group, stack.part
    verdict = group.shown.verdict if group else {}
    levels = group.levels if group else None
    full = printing.worth(stack.shown.question, part)
    context = {
        "desk": stack.desk, "address": address(stack.desk), "stack": stack, "group": group, "groups": stack.groups, "part": part, "variant": stack.shown,
        "question": stack.shown.question, "levels": levels, "tally": marking_queue.tally(stack.groups),
        "typed": {i: str(level) for i, level in (levels or {}).items()} if typed is None else typed,
        "suggested": {point["id"]: point for point in verdict.get("key_points") or []}, "problem": problem,
        "full": full, "sum": sum(point.marks for point in part.key_points),
        "earned": None if levels is None else full * self_marked(part, levels),
        "marked": sum(each.marked for each in stack.groups), "share": lambda each: full * self_marked(part, each.levels),
    }  # fmt: skip
    status = 200 if problem is None else 409 if isinstance(problem, Conflict) else 422
    return render(stack.request, "teach/quizzes/marking_part.html", context, status=status)
