"""A student's way into the quizzes of their classes: what they have been given, and whether they may begin it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, select

from app.errors import NotAllowed
from app.quizzes import sitting
from app.quizzes.assignment import ARCHIVED, Assignment, quizzes_of, read_assignment, released, released_at
from app.quizzes.assignment import found as assignment_found
from app.quizzes.clock import said
from app.quizzes.quiz import Quiz, Shelf
from app.quizzes.quiz import held as quiz_held
from app.quizzes.sitting import Sitting, read_sitting
from app.storage.tables import assignments, classes, members, sittings, users
from app.text import text

FOR_CLASSES = text("这份小测只给班里的同学考。", "This quiz is for the members of a class.")
PUT_AWAY = text("这份小测已经收起来了，不能再考。", "This quiz has been put away and can no longer be sat.")
STOP = text("。", ".")


@dataclass(frozen=True)
class Given:
    """An assignment as one student has it, with what they have sat of it, the newest first."""

    assignment: Assignment
    quiz: Quiz
    class_name: str
    archived: bool
    minutes: int  # more than others have
    sittings: Sequence[Sitting]

    @property
    def released_at(self) -> datetime | None:
        return released_at(self.quiz, self.assignment)

    def released(self, sitting: Sitting, now: datetime) -> bool:
        return released(self.quiz, self.assignment, sitting, now)

    def sitting(self, now: datetime) -> Sitting | None:
        """The one that is open."""
        return next((each for each in self.sittings if each.is_open(now)), None)

    def may_start(self, now: datetime) -> bool:
        """Whether another attempt can be begun."""
        shut = self.archived or self.quiz.archived_at or self.assignment.is_before(now)
        left = not self.quiz.rules.attempts or len(self.sittings) < self.quiz.rules.attempts
        return not shut and not self.assignment.is_closed(now) and left

    def state(self, now: datetime) -> str:
        """before, sitting, open (to be begun, or begun once more), over."""
        if self.sitting(now):
            return "sitting"
        if self.assignment.is_before(now):
            return "before"
        return "open" if self.may_start(now) else "over"


def of_member(connection: Connection, user_id: int) -> list[Given]:
    """What a student has been given in all classes they have joined, the newest first."""
    query = (
        select(assignments, classes.c.name, classes.c.archived_at, users.c.learner_id)
        .join(classes, classes.c.id == assignments.c.class_id)
        .join(members, members.c.class_id == classes.c.id)
        .join(users, users.c.id == members.c.user_id)
        .where(members.c.user_id == user_id, members.c.state == "joined")
        .order_by(assignments.c.id.desc())
    )
    rows = connection.execute(query).all()
    if not rows:
        return []
    listed = [read_assignment(row) for row in rows]
    of = quizzes_of(connection, listed)
    own: dict[int, list[Sitting]] = {}
    sat = select(sittings).where(
        sittings.c.learner_id == rows[0].learner_id, sittings.c.assignment_id.in_({row.id for row in rows})
    )
    for row in connection.execute(sat.order_by(sittings.c.id.desc())):
        own.setdefault(row.assignment_id, []).append(read_sitting(row))
    return [
        Given(
            each,
            of[each.quiz_id],
            row.name,
            row.archived_at is not None,
            each.minutes_of(user_id),
            own.get(each.id, []),
        )
        for each, row in zip(listed, rows, strict=True)
    ]


def given(connection: Connection, quiz: Quiz, user_id: int | None, now: datetime) -> Given | None:
    """By which assignment somebody sits an instructor's quiz, of several the one to be sat now.

    None for its owner, who tries it, and where the quiz is nobody's; NotAllowed for everybody else."""
    if quiz.owner_id is None or quiz.owner_id == user_id:
        return None
    own = [] if user_id is None else [g for g in of_member(connection, user_id) if g.quiz.id == quiz.id]
    if not own:
        raise NotAllowed(FOR_CLASSES)
    order = ("sitting", "open", "before", "over")
    return min(own, key=lambda each: order.index(each.state(now)))


def begin(
    connection: Connection, shelf: Shelf, quiz: Quiz, user_id: int | None, learner_id: int, now: datetime
) -> Sitting:
    """The sitting of this quiz that the learner has open, or a new one. NotAllowed where they may not begin."""
    own = given(connection, quiz, user_id, now)
    sitting.expire(connection, now, sittings.c.learner_id == learner_id)
    begun = sitting.open_of(connection, learner_id, now)
    opened = sitting.found(connection, begun) if begun else None
    if opened is not None and opened.quiz_id == quiz.id:
        return opened
    quiz = quiz_held(connection, quiz.id, "as it is")  # nobody changes its paper meanwhile
    if own is None or user_id is None:
        if quiz.owner_id is None and quiz.archived_at is not None:
            raise NotAllowed(PUT_AWAY)
        if quiz.owner_id is not None:  # a trial, which counts for nobody
            quiz = replace(quiz, rules=quiz.rules.model_copy(update={"attempts": 0}))
        return sitting.start(connection, shelf, quiz, learner_id, now)
    assignment = admit(connection, replace(own, quiz=quiz), now)
    return sitting.start(
        connection, shelf, quiz, learner_id, now,
        assignment_id=assignment.id, extra=assignment.minutes_of(user_id), closes_at=assignment.closes_at,
    )  # fmt: skip


def admit(connection: Connection, given: Given, now: datetime) -> Assignment:
    """The assignment, whose times stay until the sitting has begun; NotAllowed outside of them."""
    kept = assignment_found(connection, given.assignment.id, "as it is")
    if given.archived:
        raise NotAllowed(ARCHIVED)
    if given.quiz.archived_at is not None:
        raise NotAllowed(PUT_AWAY)
    if kept.opens_at is not None and now < kept.opens_at:
        raise NotAllowed(
            text("还没开放，开放时间：", "It is not open yet; it opens at") + said(kept.opens_at) + STOP
        )
    if kept.closes_at is not None and now >= kept.closes_at:
        raise NotAllowed(text("已经截止，截止时间：", "It closed at") + said(kept.closes_at) + STOP)
    return kept
