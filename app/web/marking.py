"""Marking the texts of a class point by point; nobody is named, and the same answer is marked once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Engine
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from app.errors import Conflict, Invalid, NotFound
from app.grading.key_points import self_marked
from app.questions.part import TextPart
from app.questions.variant import Variant
from app.quizzes import assignment, marking, marking_queue, paper, printing, sitting
from app.quizzes import quiz as quizzes
from app.quizzes.assignment import Assignment
from app.quizzes.grouping import Group
from app.quizzes.marking_queue import Levels
from app.quizzes.quiz import Quiz
from app.storage.database import reading, writing
from app.storage.tables import sittings
from app.study.library import Library
from app.teaching import classes
from app.teaching.classes import Classroom
from app.web.audience import open_to
from app.web.dependencies import TheEngine, TheForm, TheInstructor, TheLibrary, whole
from app.web.printing import points
from app.web.rendering import render
from app.web.seat import loaded

router = APIRouter(include_in_schema=False)
GRADING = 2.0  # seconds of a request that go into grading papers just handed in


@dataclass(frozen=True)
class Pile:
    """The papers of an assignment of one's own, with how many are still to be graded before their texts can be marked."""

    request: Request
    assignment: Assignment
    quiz: Quiz
    classroom: Classroom
    waiting: int

    @property
    def address(self) -> str:
        return f"/teach/assignments/{self.assignment.id}/marking"


def pile(
    request: Request, engine: TheEngine, library: TheLibrary, user: TheInstructor, assignment_id: str
) -> Pile:
    with reading(engine) as connection:
        own = assignment.owned(connection, whole(assignment_id), user.id)
        quiz = quizzes.found(connection, own.quiz_id)
        classroom = classes.found(connection, own.class_id)
    return Pile(request, own, quiz, classroom, grade(engine, library, own, datetime.now(UTC)))


def grade(engine: Engine, library: Library, own: Assignment, now: datetime) -> int:
    """Take in papers whose time is up and grade what is handed in, for some seconds; how many remain."""
    with writing(engine) as connection:
        sitting.expire(connection, now, sittings.c.assignment_id == own.id)
    until = monotonic() + GRADING
    while True:
        with reading(engine) as connection:
            due, remaining = marking_queue.ungraded(connection, own.id)
        if due is None or monotonic() > until:
            return remaining
        with writing(engine) as connection:  # each for itself: others want to write as well
            marking.grade(connection, library, due, now)


ThePile = Annotated[Pile, Depends(pile)]


@router.get("/teach/assignments/{assignment_id}/marking")
@open_to("owner")
def index(engine: TheEngine, library: TheLibrary, pile: ThePile) -> Response:
    """The text parts of the paper, with how far each is marked."""
    with reading(engine) as connection:
        listed = marking_queue.progress(connection, library, pile.quiz, pile.assignment.id)
    page = render(pile.request, "teach/quizzes/marking.html", {"pile": pile, "listed": listed})
    page.headers["HX-Push-Url"] = pile.address
    return page


@dataclass(frozen=True)
class Stack:
    """The answers to one text part, and the group of them that is looked at."""

    pile: Pile
    groups: list[Group]
    group: Group | None
    shown: Variant
    part: TextPart

    @property
    def address(self) -> str:
        return f"{self.pile.address}/{self.shown.question.slug}/{self.part.id}"

    def at(self, group: Group | None) -> str:
        """Where this group is; where there is none, the list of parts."""
        return f"{self.address}?answer={group.name}" if group else self.pile.address


def stack(
    engine: TheEngine, library: TheLibrary, pile: ThePile, slug: str, part: str, answer: str = ""
) -> Stack:
    """The group that is named, else the first that is open. NotFound where the paper has no such text part."""
    with reading(engine) as connection:
        groups = marking_queue.groups_of(marking_queue.kept_of(connection, pile.assignment.id), slug, part)
        named = next((each for each in groups if each.name == answer), None)
        group = named or marking_queue.following(groups) or next(iter(groups), None)
        item = group.shown.item if group else next((i for i in pile.quiz.items if i.slug == slug), None)
        if item is None:
            raise NotFound
        shown = paper.shown(connection, library, item)
    found = shown.question.part(part)
    if not isinstance(found, TextPart):
        raise NotFound
    return Stack(pile, groups, group, shown, found)


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
    slug, assignment_id = stack.shown.question.slug, stack.pile.assignment.id
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
        "pile": stack.pile, "stack": stack, "group": group, "groups": stack.groups, "part": part, "variant": stack.shown,
        "question": stack.shown.question, "levels": levels, "tally": marking_queue.tally(stack.groups),
        "typed": {i: str(level) for i, level in (levels or {}).items()} if typed is None else typed,
        "suggested": {point["id"]: point for point in verdict.get("key_points") or []}, "problem": problem,
        "full": full, "points": points, "sum": sum(point.marks for point in part.key_points),
        "earned": None if levels is None else full * self_marked(part, levels),
        "marked": sum(each.marked for each in stack.groups), "share": lambda each: full * self_marked(part, each.levels),
    }  # fmt: skip
    status = 200 if problem is None else 409 if isinstance(problem, Conflict) else 422
    return render(stack.pile.request, "teach/quizzes/marking_part.html", context, status=status)
