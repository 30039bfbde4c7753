"""Marking the texts of a class: what is to be marked of an assignment, and one mark for all who wrote the same."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from app.errors import Conflict, Invalid, NotFound
from app.questions.part import KeyPoint, TextPart
from app.questions.question import Question
from app.quizzes import assignment, marking, sitting
from app.quizzes.grouping import Given, Group, grouped
from app.quizzes.paper import question_of, shown
from app.quizzes.quiz import Item, Quiz, Shelf
from app.storage.tables import answers, sittings
from app.text import text

ELSEWHERE = text(
    "这份答案刚刚在另一处评过，结果不同。你选的都还在：再记一次就以你的为准。",
    "This answer has just been marked elsewhere, differently. What you chose is kept: save again to let it stand.",
)
Levels = Mapping[str, int]  # by key point
Kept = tuple[Item, Any]  # what is asked at a place, and the row of its answer


@dataclass(frozen=True)
class Progress:
    """A text part of an assignment, with its answers as they are grouped."""

    question: Question
    part: TextPart
    groups: Sequence[Group]

    @property
    def written(self) -> int:
        return sum(len(group.answers) for group in self.groups)

    @property
    def marked(self) -> int:
        return sum(group.marked for group in self.groups)

    @property
    def open_groups(self) -> int:
        return sum(group.is_open for group in self.groups)


def handed_in(assignment_id: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return sittings.c.assignment_id == assignment_id, sittings.c.handed_in_at.is_not(None)


def kept_of(connection: Connection, assignment_id: int) -> list[Kept]:
    """All answers of the papers that are graded."""
    of = *handed_in(assignment_id), sittings.c.graded_at.is_not(None)
    items = {
        row.id: [Item(**item) for item in row.items]
        for row in connection.execute(select(sittings.c.id, sittings.c["items"]).where(*of))
    }
    query = select(
        answers.c.sitting_id, answers.c.place, answers.c.responses, answers.c.verdicts, answers.c.levels
    )
    rows = connection.execute(query.join_from(answers, sittings).where(*of))
    return [(items[row.sitting_id][row.place - 1], row) for row in rows if row.sitting_id in items]


def groups_of(kept: Iterable[Kept], slug: str, part_id: str) -> list[Group]:
    """The answers to one text part that a person has to mark: what is no text earns nothing anyway."""
    return grouped(
        Given(row.sitting_id, row.place, item, row.responses[part_id], verdict, row.levels.get(part_id))
        for item, row in kept
        if item.slug == slug
        and (verdict := row.verdicts.get(part_id)) is not None
        and verdict["verdict"] is None
    )


def progress(connection: Connection, shelf: Shelf, quiz: Quiz, assignment_id: int) -> list[Progress]:
    """Every text part of the paper in its order, and of papers that were drawn before it was changed."""
    kept = kept_of(connection, assignment_id)
    asked = {(item.slug, item.revision_id): item for item in (*quiz.items, *(item for item, _ in kept))}
    listed: dict[tuple[str, str], Progress] = {}
    for item in asked.values():
        try:
            question = question_of(connection, shelf, item)
        except NotFound:  # in a format that can no longer be shown
            continue
        for part in question.parts:
            if isinstance(part, TextPart) and (item.slug, part.id) not in listed:
                groups = groups_of(kept, item.slug, part.id)
                listed[item.slug, part.id] = Progress(question, part, groups)
    return list(listed.values())


def following(groups: Sequence[Group], after: str = "") -> Group | None:
    """The next one behind this that is open, else the first of the others that is."""
    at = next((i for i, group in enumerate(groups) if group.name == after), -1)
    return next((group for group in (*groups[at + 1 :], *groups[: max(at, 0)]) if group.is_open), None)


def tally(groups: Iterable[Group]) -> Mapping[tuple[str, int], int]:
    """How many of the answers that are marked have a key point at which level."""
    marks = [each.levels for group in groups for each in group.answers if each.levels is not None]
    return Counter((point, level) for levels in marks for point, level in levels.items())


def levels_of(part: TextPart, typed: Mapping[str, str]) -> dict[str, int]:
    """The levels of all key points from what was chosen. Invalid where one has no such level, or none is chosen."""
    return {point.id: level_of(point, typed.get(point.id, "")) for point in part.key_points}


def level_of(point: KeyPoint, typed: str) -> int:
    if point.levels and not typed:
        raise Invalid(text("还没选等级：", "No level is chosen yet:") + point.text, point.id)
    levels = [str(level) for level in range(top(point) + 1)]
    if typed and typed not in levels:
        raise Invalid(text("没有这个等级：", "There is no such level:") + point.text, point.id)
    return int(typed or "0")


def top(point: KeyPoint) -> int:
    """The level that earns the point in full."""
    return max(1, len(point.levels) - 1)


def mark(
    connection: Connection, shelf: Shelf, assignment_id: int, slug: str, part_id: str, name: str,
    levels: Levels, was: Levels | None, now: datetime,
) -> list[Group]:  # fmt: skip
    """Mark all answers of a group. NotFound where it is gone; Conflict where it is no longer marked as it `was`.

    Returns the groups as they were before."""
    assignment.found(connection, assignment_id, "to change")  # one marks at a time
    groups = groups_of(kept_of(connection, assignment_id), slug, part_id)
    group = next((each for each in groups if each.name == name), None)
    if group is None:
        raise NotFound
    if group.levels not in (was, levels):
        raise Conflict(ELSEWHERE)
    for each in sorted(group.answers, key=lambda given: given.sitting_id):
        own = sitting.found(connection, each.sitting_id, locked=True)
        variant = shown(connection, shelf, each.item)
        marking.mark(connection, own, each.place, variant, {part_id: levels}, now)
    return groups
