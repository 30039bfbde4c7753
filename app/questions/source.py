"""The text of a question file, parsed and validated: the questions in it, or every problem with its line."""

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import yaml
from pydantic import ValidationError

from app.operations import OPERATIONS
from app.questions.document import mapping
from app.questions.problem import BankError, Location, Problem, dotted
from app.questions.question import LevelFile, Question, QuestionFile
from app.questions.sentences import sentence
from app.text import text

LEVELS = 3


def parse(source: str, slug: str, file: str) -> list[Question]:
    """The question of one file, and its drill if it has one. BankError with every problem otherwise."""
    content = mapping(source, file)
    try:
        read = QuestionFile.model_validate(content, context={"language": content.get("language")})
        shared = {
            "topics": read.topics, "file": slug, "revision": revision_of(source), "language": read.language,
        }  # fmt: skip
        drill = read.drill and Question(
            **fields(read.drill), **shared, slug=f"{slug}-drill", marks=read.marks, drill_of=slug
        )
        question = Question(
            **fields(read), **shared, slug=slug, number=read.number, marks=read.marks, erratum=read.erratum,
            drill=drill.slug if drill else None,
        )  # fmt: skip
    except ValidationError as error:
        raise BankError(problems_of(error, source, file, content)) from None
    return [question, drill] if drill else [question]


def parse_levels(source: str, name: str, file: str) -> list[Question]:
    """The drills of one operation, a question a level. BankError with every problem otherwise."""
    content = mapping(source, file)
    operation, levels = name.replace("-", "_"), content.pop("levels", None)
    if operation not in OPERATIONS:
        said = text(f"没有“{operation}”这种运算。", f"There is no operation “{operation}”.")
        raise BankError([Problem(file, None, "", said)])
    if not isinstance(levels, list) or len(levels) != LEVELS or not all(isinstance(x, dict) for x in levels):
        said = text(f"应有 {LEVELS} 级，从易到难。", f"There must be {LEVELS} levels, the easiest first.")
        raise BankError([Problem(file, line_of(source, ["levels"]), "levels", said)])
    questions, problems = [], []
    for i, level in enumerate(levels):
        merged = content | level
        try:
            read = LevelFile.model_validate(merged, context={"language": merged.get("language")})
            slug = f"drill-{name}"
            given = {"topics": read.topics, "file": slug, "revision": revision_of(source), "marks": 1}
            practised = {"operation": operation, "level": i + 1, "language": read.language}
            questions.append(Question(**fields(read), **given, **practised, slug=f"{slug}-{i + 1}"))
        except ValidationError as error:
            for problem in problems_of(error, source, file, merged):
                own = problem.field.split(".")[0] in level
                problems.append(within(problem, source, ["levels", i]) if own else problem)
    if problems:
        raise BankError(problems)
    return questions


def within(problem: Problem, source: str, outer: list[str | int]) -> Problem:
    steps: list[str | int] = [int(s) if s.isdecimal() else s for s in problem.field.split(".")]
    location = [*outer, *steps]
    return Problem(problem.file, line_of(source, location), dotted(location), problem.sentence)


def revision_of(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()


def fields(exercise: Any) -> dict[str, Any]:
    names = ("title", "minutes", "given", "prompt", "conventions", "picture", "parts", "hints")
    return {name: getattr(exercise, name) for name in names}


def problems_of(
    error: ValidationError, source: str, file: str, content: Any, outer: Location = ()
) -> list[Problem]:
    """One problem a field: the members of a union all complain about theirs."""
    found: dict[str, Problem] = {}
    for detail in error.errors():
        location: list[str | int] = [*outer, *in_file(detail, content)]
        problem = Problem(file, line_of(source, location), dotted(location), sentence(detail))
        found.setdefault(problem.field, problem)
    return list(found.values())


def in_file(detail: Any, content: Any) -> list[str | int]:
    """Where the field is in the file; pydantic also names the variants of a union, which no file has."""
    location: list[str | int] = []
    steps = list(detail["loc"])
    for at, step in enumerate(steps):
        if (isinstance(content, dict) and step in content) or (
            isinstance(content, list) and isinstance(step, int) and step < len(content)
        ):
            content = content[step]
        elif detail["type"] != "missing" or at + 1 < len(steps):
            continue
        location.append(step)
    if detail["type"].startswith("union_tag"):
        location.append(detail["ctx"]["discriminator"].strip("'"))
    return location


@lru_cache(maxsize=4)
def nodes(source: str) -> yaml.Node | None:
    return yaml.compose(source, Loader=yaml.CSafeLoader)


def line_of(source: str, location: Iterable[str | int]) -> int | None:
    """The line of the field, or of the nearest field around it that the file has."""
    node, line = nodes(source), 1
    for step in location:
        found = None
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == str(step)), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            found = (node.value[step], node.value[step])
        if not found:
            break
        line, node = found[0].start_mark.line + 1, found[1]
    return line


def line_in(question: Question, source: str, location: Location) -> int | None:
    """The line of a question's field, in its file: a drill's and a level's lie deeper."""
    if not question.level:
        return line_of(source, ["drill", *location] if question.drill_of else location)
    level: list[str | int] = ["levels", question.level - 1]
    own, shared = line_of(source, [*level, *location]), line_of(source, location)
    return own if own != line_of(source, level) or shared == 1 else shared


__all__ = [
    "BankError",
    "Problem",
    "line_in",
    "line_of",
    "parse",
    "parse_levels",
    "problems_of",
    "revision_of",
]
