"""The text of a question file, parsed and validated: the questions in it, or every problem with its line."""

import hashlib
from dataclasses import dataclass
from typing import Any

import yaml
from pydantic import ValidationError

from app.operations import OPERATIONS
from app.questions.part import RESPONSES
from app.questions.question import LevelFile, Question, QuestionFile

ANSWERS = ("computed", "free")
NAMED = {True: "yes", False: "no"}
LEVELS = 3
DEEPEST, LARGEST = 50, 50_000


@dataclass(frozen=True)
class Problem:
    """What is wrong in a question file, and where."""

    file: str
    line: int | None
    field: str
    sentence: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.field}: {self.sentence}" if self.field else f"{where}: {self.sentence}"


class BankError(Exception):
    """The bank cannot be used; `problems` lists everything that is wrong, not the first only."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))


def parse(source: str, slug: str, file: str) -> list[Question]:
    """The question of one file, and its drill if it has one. BankError with every problem otherwise."""
    content = mapping(source, file)
    try:
        read = QuestionFile.model_validate(content)
        shared = {"topics": read.topics, "file": slug, "revision": revision_of(source)}
        drill = read.drill and Question(
            **fields(read.drill), **shared, slug=f"{slug}-drill", marks=read.marks, drill_of=slug
        )
        question = Question(
            **fields(read), **shared, slug=slug, number=read.number, marks=read.marks, erratum=read.erratum,
            drill=drill.slug if drill else None,
        )  # fmt: skip
    except ValidationError as error:
        raise BankError([problem_of(detail, source, file) for detail in error.errors()]) from None
    return [question, drill] if drill else [question]


def parse_levels(source: str, name: str, file: str) -> list[Question]:
    """The drills of one operation, a question a level. BankError with every problem otherwise."""
    content = mapping(source, file)
    operation, levels = name.replace("-", "_"), content.pop("levels", None)
    if operation not in OPERATIONS:
        raise BankError([Problem(file, None, "", f"there is no operation “{operation}”")])
    if not isinstance(levels, list) or len(levels) != LEVELS or not all(isinstance(x, dict) for x in levels):
        line = line_of(source, ["levels"])
        raise BankError([Problem(file, line, "levels", f"must be {LEVELS} levels, the easiest first")])
    questions, problems = [], []
    for i, level in enumerate(levels):
        try:
            read = LevelFile.model_validate(content | level)
            slug = f"drill-{name}"
            given = {"topics": read.topics, "file": slug, "revision": revision_of(source), "marks": 1}
            practised = {"operation": operation, "level": i + 1}
            questions.append(Question(**fields(read), **given, **practised, slug=f"{slug}-{i + 1}"))
        except ValidationError as error:
            for detail in error.errors():
                at = ["levels", i] if detail["loc"][:1] and detail["loc"][0] in level else []
                problems.append(problem_of(detail, source, file, at))
    if problems:
        raise BankError(problems)
    return questions


def revision_of(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()


def mapping(source: str, file: str) -> dict[str, Any]:
    try:
        refuse_bombs(source)
        content = words(yaml.load(source, Loader=yaml.CSafeLoader))
    except (RecursionError, ValueError) as error:  # an alias inside itself; a number or date that is none
        raise BankError([Problem(file, None, "", f"cannot be read: {error}")]) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        sentence = str(getattr(error, "problem", None) or error)
        raise BankError([Problem(file, mark.line + 1 if mark else None, "", sentence)]) from None
    if not isinstance(content, dict):
        raise BankError([Problem(file, 1, "", "a question file holds fields, such as `title:`")])
    return content


def refuse_bombs(source: str) -> None:
    """Texts that would take the reader down: libyaml overflows the stack, and aliases of aliases fill the memory."""
    sizes: list[int] = [0]  # of the collections around, with all that their aliases stand for
    anchors: dict[str | None, int] = {}
    names: list[str | None] = []
    for event in yaml.parse(source, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            sizes.append(0)
            names.append(event.anchor)
        elif isinstance(event, yaml.CollectionEndEvent):
            size, name = sizes.pop() + 1, names.pop()
            sizes[-1] += size
            anchors |= {name: size} if name else {}
        elif isinstance(event, yaml.NodeEvent):
            sizes[-1] += anchors.get(event.anchor, 1) if isinstance(event, yaml.AliasEvent) else 1
        if len(sizes) > DEEPEST or sizes[-1] > LARGEST:
            raise yaml.YAMLError(f"more than {DEEPEST} lists in lists, or {LARGEST} values")


def words(content: Any) -> Any:
    """YAML reads the keys `yes` and `no` as truth values; here they are fields."""
    if isinstance(content, dict):
        return {NAMED.get(key, key) if isinstance(key, bool) else key: words(v) for key, v in content.items()}
    return [words(value) for value in content] if isinstance(content, list) else content


def fields(exercise: Any) -> dict[str, Any]:
    names = ("title", "minutes", "given", "prompt", "conventions", "picture", "parts", "hints")
    return {name: getattr(exercise, name) for name in names}


def problem_of(detail: Any, source: str, file: str, within: list[Any] | None = None) -> Problem:
    location: list[Any] = list(within or [])
    for step in detail["loc"]:
        # pydantic names the variant of a union between two fields; the file has no such level
        in_part = location[-2:-1] == ["parts"] and step in RESPONSES
        in_answer = location[-1:] == ["answer"] and step in ANSWERS
        if not in_part and not in_answer:
            location.append(step)
    field = ".".join(str(step) for step in location)
    return Problem(file, line_of(source, location), field, detail["msg"])


def line_of(source: str, location: list[Any]) -> int | None:
    """The line of the field, or of the nearest field around it that the file has."""
    node = yaml.compose(source, Loader=yaml.CSafeLoader)
    line = 1
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


def line_in(question: Question, source: str, location: list[Any]) -> int | None:
    """The line of a question's field, in its file: a drill's and a level's lie deeper."""
    if not question.level:
        return line_of(source, ["drill", *location] if question.drill_of else location)
    level = ["levels", question.level - 1]
    own, shared = line_of(source, [*level, *location]), line_of(source, location)
    return own if own != line_of(source, level) or shared == 1 else shared
