"""A quiz on paper. A version's numbers follow from the code and the version alone, so a key printed later fits."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil
from string import ascii_uppercase

from sqlalchemy import Connection

from app.errors import Invalid, NotAllowed, NotFound
from app.questions.part import Part, TextPart
from app.questions.question import Question
from app.questions.variant import Variant
from app.quizzes.admission import of_member
from app.quizzes.paper import all_shown, paper_of
from app.quizzes.quiz import Quiz, Shelf
from app.text import text

VERSION = re.compile(r"|[A-Z]|S[1-9][0-9]{0,8}", re.ASCII)  # the paper itself, a copy's, a student's
MOST_COPIES = len(ascii_uppercase)
MOST_STUDENTS = 60  # whose sheets are on one page
NOT_COPIES = text(
    f"版本数是 1 到 {MOST_COPIES} 的整数。",
    f"Versions are counted by a whole number from 1 to {MOST_COPIES}.",
)
NO_CLASS = text("要每人一套数，先选一个班。", "Choose a class first, to give everyone numbers of their own.")
NOT_SHEET = text(
    "这份卷子由老师打印；布置给你的，等成绩公布以后也能打印。",
    "This paper is printed by its instructor; if you were given it, you can print it once marks are out.",
)
NOT_KEY = text("评分标准只给出卷的人看。", "The marking key is for whoever drew the paper.")


@dataclass(frozen=True)
class Copy:
    """What is printed: a version of the paper, for a student or for anybody."""

    version: str
    name: str = ""
    number: str = ""


@dataclass(frozen=True)
class Sheet:
    copy: Copy
    code: str  # of the quiz and the version: it ties a sheet to its key
    shown: Sequence[Variant]  # by place


def sheet(connection: Connection, shelf: Shelf, quiz: Quiz, copy: Copy) -> Sheet:
    """The paper of a version; NotFound where there can be no such version."""
    if not VERSION.fullmatch(copy.version):
        raise NotFound
    if not copy.version:
        return Sheet(copy, quiz.code, all_shown(connection, shelf, quiz.items))
    own_numbers = replace(quiz, rules=quiz.rules.model_copy(update={"variants": "each"}))
    items = paper_of(connection, shelf, own_numbers, f"{quiz.code}:paper:{copy.version}")
    return Sheet(copy, f"{quiz.code}-{copy.version}", all_shown(connection, shelf, items))


def copies_of(count: str, students: Sequence[tuple[int, str, str]] | None, each: bool) -> list[Copy]:
    """What is asked for. `count`: of versions as it was typed; `students`: id, name and number of a class.

    A class is given the versions in turn. Invalid where the count is none, or `each` has no class."""
    plain = count.strip() or "0"
    if not (plain.isascii() and plain.isdigit() and int(plain[:4]) <= MOST_COPIES):
        raise Invalid(NOT_COPIES, "copies")
    if each and students is None:
        raise Invalid(NO_CLASS, "class")
    versions = list(ascii_uppercase[: int(plain)]) or [""]
    if students is None:
        return [Copy(version) for version in versions]
    return [
        Copy(f"S{user_id}" if each else versions[i % len(versions)], name, number)
        for i, (user_id, name, number) in enumerate(students)
    ]


def check_sheet(connection: Connection, quiz: Quiz, user_id: int | None, now: datetime) -> None:
    """NotAllowed where an instructor's paper is neither one's own nor done and released."""
    if quiz.owner_id == user_id if quiz.owner_id is not None else quiz.archived_at is None:
        return
    given = of_member(connection, user_id) if user_id is not None else []
    if not any(each.released(sat, now) for each in given if each.quiz.id == quiz.id for sat in each.sittings):
        raise NotAllowed(NOT_SHEET)


def check_key(quiz: Quiz, user_id: int | None, learner_id: int | None) -> None:
    """NotAllowed for all but who drew the paper; what was drawn by nobody in particular is everybody's.

    The quiz of an instructor who is gone is put away, and nobody's."""
    if quiz.owner_id is not None:
        allowed = quiz.owner_id == user_id
    else:
        allowed = quiz.learner_id in (None, learner_id) and quiz.archived_at is None
    if not allowed:
        raise NotAllowed(NOT_KEY)


def worth(question: Question, part: Part) -> float:
    """Marks of a part."""
    return question.marks * part.marks / sum(each.marks for each in question.parts)


def lines(question: Question, part: Part) -> int:
    """How many lines are left blank for a part."""
    marks = worth(question, part)
    return max(3, ceil(1.5 * marks) + 1) if isinstance(part, TextPart) else max(1, ceil(marks))
