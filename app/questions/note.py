"""Notes on mistakes: what goes wrong, shown on tiny numbers; one note a name, reused by every question."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field, ValidationError, model_validator

from app.operations import OPERATIONS
from app.operations.operation import Mistake, Value, Way, computed, named_mistakes, refuse, same
from app.questions.document import mapping
from app.questions.evaluation import Budget, Point, evaluate
from app.questions.fields import Id, Strict
from app.questions.formula import FormulaError, parse
from app.questions.problem import BankError
from app.questions.source import problems_of
from app.questions.symbols import Symbols
from app.text import Text


class Contrast(Strict):
    """The same tiny computation done rightly and with the mistake; both values are computed."""

    operation: str
    given: dict[str, Any]
    result: str
    index: int | list[int] = []
    rounded: int | None = None  # decimals in between, where the mistake is rounding too early
    asks: Text
    right: str | None = None  # LaTeX of the working, without its value
    wrong: str | None = None

    @model_validator(mode="after")
    def known_operation(self) -> "Contrast":
        if self.operation not in OPERATIONS:
            raise refuse(f"没有“{self.operation}”这种运算。", f"There is no operation “{self.operation}”.")
        return self

    @cached_property
    def truth(self) -> Value:
        operation = OPERATIONS[self.operation]
        return self.entry(operation.compute(operation.Inputs(**self.given))[self.result])

    def reached(self, name: str) -> Value | None:
        """What the mistake leads to; None where it does not show in this result."""
        operation = OPERATIONS[self.operation]
        given = operation.Inputs(**self.given)
        if (places := self.rounded) is not None:
            early = computed(operation, given, Way(rounding=lambda value: np.round(value, places)))
            return self.entry(early[self.result]) if early else None
        for mistake in (
            *named_mistakes(operation, given, operation.compute(given)),
            *local(operation, given),
        ):
            if mistake.name == name and self.result in mistake.results:
                return self.entry(mistake.results[self.result])
        return None

    def entry(self, value: Any) -> Value:
        for i in [self.index] if isinstance(self.index, int) else self.index:
            value = value[i]
        return value  # type: ignore[no-any-return]


def local(operation: Any, given: Any) -> Iterator[Mistake]:
    """Mistakes that are made at one place only, for those that have no other form."""
    for mistake in operation.local_mistakes(given):
        if results := computed(operation, given, Way(mistake.otherwise)):
            yield mistake.leads_to(**results)


class Note(Strict):
    name: Id
    title: Text
    what: Text  # what goes wrong, and why; Markdown
    contrasts: list[Contrast] = Field(min_length=1)

    @property
    def operations(self) -> list[str]:
        return list(dict.fromkeys(contrast.operation for contrast in self.contrasts))


def load_notes(folder: Path) -> Mapping[str, Note]:
    """Every note of the folder's files, by name. BankError names file, line and field of what is wrong."""
    notes: dict[str, Note] = {}
    problems = []
    for path in sorted(folder.glob("*.yaml")):
        source = path.read_text(encoding="utf-8")
        file = f"{folder.name}/{path.name}"
        for name, content in mapping(source, file, aliases=True).items():
            try:
                notes[name] = Note.model_validate({"name": name} | content)
            except ValidationError as error:
                problems += problems_of(error, source, file, content, [name])
    if problems:
        raise BankError(problems)
    return notes


def check_note(note: Note) -> Iterator[str]:
    """What is wrong with a note: a mistake that does not show, working that does not come to its value."""
    for contrast in note.contrasts:
        where = f"{note.name}: {contrast.operation}"
        try:
            truth, reached = contrast.truth, contrast.reached(note.name)
        except (ValidationError, KeyError, IndexError, TypeError) as error:
            yield f"{where}: cannot be computed: {error!r}"
            continue
        if reached is None or same(reached, truth):
            yield f"{where}: the mistake does not show in {contrast.result}"
            continue
        for formula, value in ((contrast.right, truth), (contrast.wrong, reached)):
            if formula is not None and isinstance(value, list):
                yield f"{where}: a working comes to one number; name the entry by `index`"
            elif formula is not None and (problem := off(formula, value)):
                yield f"{where}: “{formula}” {problem}"


def off(formula: str, value: Any) -> str | None:
    """Whether a formula without variables misses a value, and how."""
    try:
        found = evaluate(parse(formula, Symbols()), Point(), Budget())
    except (FormulaError, ArithmeticError) as error:
        return f"cannot be read: {error}"
    return (
        None if abs(found - value) <= 1e-6 * max(1, abs(value)) else f"comes to {found:.6g}, not {value:.6g}"
    )
