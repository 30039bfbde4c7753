"""The bank: a folder of question files, loaded and validated whole."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from app.operations import OPERATIONS
from app.questions.document import decoded
from app.questions.note import Note, load_notes
from app.questions.problem import BankError, Problem
from app.questions.question import Question
from app.questions.source import line_of, parse, parse_levels
from app.questions.topics import TOPICS
from app.questions.unfit import unfit
from app.text import text


@dataclass(frozen=True, eq=False)  # what is made of a bank is kept by its identity
class Bank:
    questions: Mapping[
        str, Question
    ]  # by slug: the numbered first, each followed by its drill; drills by level last
    sources: Mapping[str, str]  # the text of each file by its name
    notes: Mapping[str, Note] = field(default_factory=dict)  # on mistakes, by name

    def __iter__(self) -> Iterator[Question]:
        return iter(self.questions.values())

    @cached_property
    def listed(self) -> list[Question]:
        return [question for question in self if not question.drill_of and not question.level]

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Where each of the listed questions stands, by slug."""
        return {question.slug: at for at, question in enumerate(self.listed)}

    @cached_property
    def topics(self) -> Mapping[str, list[Question]]:
        """The listed questions of each topic, in the order of a course."""
        found: dict[str, list[Question]] = {}
        for question in self.listed:
            for slug in dict.fromkeys(question.topics):
                found.setdefault(slug, []).append(question)
        return {slug: found[slug] for slug in [*TOPICS, *sorted(found.keys() - TOPICS)] if slug in found}

    @cached_property
    def drills(self) -> Mapping[str, list[Question]]:
        """The drills of each operation, by level."""
        found: dict[str, list[Question]] = {}
        for question in self:
            if question.operation:
                found.setdefault(question.operation, []).append(question)
        return {name: found[name] for name in OPERATIONS if name in found}

    def changed(self, changes: Mapping[str, tuple[str, list[Question]] | None]) -> "Bank":
        """The bank with other texts and their questions, by file; without those that are None."""
        files: dict[str, list[Question]] = {}
        for question in self:
            files.setdefault(question.file, []).append(question)
        files |= {file: change[1] for file, change in changes.items() if change}
        sources = {**self.sources, **{file: change[0] for file, change in changes.items() if change}}
        gone = {file for file, change in changes.items() if change is None}
        kept = [questions for file, questions in files.items() if file not in gone]
        return Bank(in_order(kept), {f: source for f, source in sources.items() if f not in gone}, self.notes)


def in_order(files: Iterable[list[Question]]) -> dict[str, Question]:
    """The questions of all files by slug: the numbered first, drills by level last."""
    ordered = sorted(files, key=lambda qs: (bool(qs[0].level), qs[0].number or 10**6, qs[0].slug))
    return {question.slug: question for questions in ordered for question in questions}


def load(folder: Path) -> Bank:
    """Read every `*.yaml` of the folder and of its `drills`, and the notes in `mistakes`. BankError names file, line and field of all that is wrong."""
    if not folder.is_dir():
        raise BankError(
            [
                Problem(
                    str(folder),
                    None,
                    "",
                    text("没有这个题库文件夹。", "There is no such folder of questions."),
                )
            ]
        )
    problems: list[Problem] = []
    files: list[tuple[Path, str, list[Question]]] = []
    for path in [*sorted(folder.glob("*.yaml")), *sorted((folder / "drills").glob("*.yaml"))]:
        try:
            source, questions = read(path, str(path.relative_to(folder)), levels=path.parent != folder)
            files.append((path, source, questions))
        except BankError as error:
            problems += error.problems
    problems += repeated_numbers(files)
    if not files and not problems:
        said = text("文件夹里没有题目文件（*.yaml）。", "There is no question file (*.yaml) in this folder.")
        problems.append(Problem(str(folder), None, "", said))
    if problems:
        raise BankError(problems)
    return Bank(
        in_order(questions for _, _, questions in files),
        {questions[0].file: source for _, source, questions in files},
        load_notes(folder / "mistakes"),
    )


def read(path: Path, file: str, levels: bool) -> tuple[str, list[Question]]:
    """The text of one file and its questions, of a file of drills those of its levels. BankError with every problem."""
    source = decoded(path.read_bytes(), file).replace("\r\n", "\n")
    questions = (parse_levels if levels else parse)(source, path.stem, file)
    if problems := [problem for question in questions for problem in unfit(question, file, source)]:
        raise BankError(problems)
    return source, questions


def repeated_numbers(files: list[tuple[Path, str, list[Question]]]) -> Iterator[Problem]:
    first: dict[int, str] = {}
    for path, source, (question, *_) in files:
        if question.number is None:
            continue
        if other := first.get(question.number):
            line = line_of(source, ["number"])
            said = text(
                f"题号 {question.number} 已经属于 {other}。",
                f"{question.number} is already the number of {other}.",
            )
            yield Problem(path.name, line, "number", said)
        first.setdefault(question.number, path.name)


__all__ = ["Bank", "BankError", "Problem", "load", "parse", "unfit"]
