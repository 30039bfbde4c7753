"""The bank: a folder of question files, loaded and validated whole."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from jinja2 import TemplateError
from pydantic import ValidationError

from app.questions.part import RESPONSES
from app.questions.question import Question, QuestionFile
from app.questions.variant import variant
from app.text import LANGUAGES, Text

ANSWERS = ("computed", "free")
NAMED = {True: "yes", False: "no"}


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


@dataclass(frozen=True)
class Bank:
    questions: Mapping[str, Question]  # by slug: the numbered first, each followed by its drill
    sources: Mapping[str, str]  # the text of each file by the slug of its question

    def __iter__(self) -> Iterator[Question]:
        return iter(self.questions.values())

    @property
    def listed(self) -> list[Question]:
        return [question for question in self if not question.drill_of]


def load(folder: Path) -> Bank:
    """Read every `*.yaml` of the folder. BankError names file, line and field of all that is wrong."""
    problems: list[Problem] = []
    files: list[tuple[Path, str, list[Question]]] = []
    if not folder.is_dir():
        raise BankError([Problem(str(folder), None, "", "there is no such folder of questions")])
    for path in sorted(folder.glob("*.yaml")):
        source = path.read_text(encoding="utf-8")
        try:
            questions = parse(source, path.stem, path.name)
            problems += [problem for question in questions for problem in unfit(question, path.name, source)]
            files.append((path, source, questions))
        except BankError as error:
            problems += error.problems
    problems += repeated_numbers(files)
    if not files and not problems:
        problems.append(Problem(str(folder), None, "", "there is no question file (*.yaml) in this folder"))
    if problems:
        raise BankError(problems)
    files.sort(key=lambda entry: (entry[2][0].number or 10**6, entry[2][0].slug))
    return Bank(
        {question.slug: question for _, _, questions in files for question in questions},
        {path.stem: source for path, source, _ in files},
    )


def parse(source: str, slug: str, file: str) -> list[Question]:
    """The question of one file, and its drill if it has one. BankError with every problem otherwise."""
    try:
        content = words(yaml.load(source, Loader=yaml.CSafeLoader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        sentence = str(getattr(error, "problem", None) or error)
        raise BankError([Problem(file, mark.line + 1 if mark else None, "", sentence)]) from None
    if not isinstance(content, dict):
        raise BankError([Problem(file, 1, "", "a question file holds fields, such as `title:`")])
    try:
        read = QuestionFile(**content)
        revision = hashlib.sha256(source.encode()).hexdigest()
        shared = {"topics": read.topics, "revision": revision}
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


def words(content: Any) -> Any:
    """YAML reads the keys `yes` and `no` as truth values; here they are fields."""
    if isinstance(content, dict):
        return {NAMED.get(key, key) if isinstance(key, bool) else key: words(v) for key, v in content.items()}
    return [words(value) for value in content] if isinstance(content, list) else content


def fields(exercise: Any) -> dict[str, Any]:
    names = ("title", "minutes", "given", "prompt", "conventions", "picture", "parts", "hints")
    return {name: getattr(exercise, name) for name in names}


def problem_of(detail: Any, source: str, file: str) -> Problem:
    location: list[Any] = []
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


def unfit(question: Question, file: str, source: str) -> Iterator[Problem]:
    """What is wrong with a question that is well formed: its templates, and its printed numbers."""
    shown = variant(question)
    prefix = ["drill"] if question.drill_of else []
    texts: list[tuple[list[Any], Text]] = [(["prompt"], question.prompt)]
    texts += [(["hints", i], hint) for i, hint in enumerate(question.hints)]
    if question.conventions:
        texts.append((["conventions"], question.conventions))
    for i, part in enumerate(question.parts):
        texts += [(["parts", i, "ask"], part.ask)] if part.ask else []
        texts += [(["parts", i, "labels"], label) for label in getattr(part, "labels", ())]
        texts += [(["parts", i, "explanation"], part.explanation)] if part.explanation else []
    for location, words in texts:
        for language in LANGUAGES:
            if not words[language].strip():
                yield Problem(
                    file, line_of(source, [*prefix, *location]), f"{location[0]}.{language}", "is empty"
                )
        try:
            shown.text(words)
        except TemplateError as error:
            yield Problem(
                file, line_of(source, [*prefix, *location]), ".".join(map(str, location)), str(error)
            )
    try:
        _ = shown.answers
    except ValidationError as error:
        for detail in error.errors():
            yield Problem(file, line_of(source, [*prefix, "given"]), f"given: {detail['loc']}", detail["msg"])
    except (TemplateError, KeyError, IndexError) as error:
        yield Problem(file, line_of(source, [*prefix, "parts"]), "answer", f"cannot be computed: {error!r}")


def repeated_numbers(files: list[tuple[Path, str, list[Question]]]) -> Iterator[Problem]:
    first: dict[int, str] = {}
    for path, source, (question, *_) in files:
        if question.number is None:
            continue
        if other := first.get(question.number):
            line = line_of(source, ["number"])
            yield Problem(path.name, line, "number", f"{question.number} is already the number of {other}")
        first.setdefault(question.number, path.name)
