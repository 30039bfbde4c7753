"""A question with a variant number: the numbers shown, and the answers expected."""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.random import Generator
from pydantic import ValidationError

from app.errors import NotFound
from app.operations import OPERATIONS
from app.operations.operation import (
    Inputs,
    Mistake,
    Operation,
    Picture,
    Solution,
    Value,
    Way,
    named_mistakes,
    redraw,
    same,
)
from app.operations.operation import computed as computed_by
from app.questions.part import Computed, Part, computed, precision
from app.questions.question import Question
from app.questions.template import calculate, fill, fill_text
from app.text import Text

MOST_VARIANTS = 1_000_000


@dataclass(frozen=True)
class Wrong:
    """A named mistake and the value it leads to in one part."""

    mistake: Mistake
    value: Value


@dataclass(frozen=True)
class Answer:
    """What one computed part expects."""

    value: Value
    solution: Solution
    wrong: tuple[Wrong, ...]  # by mistakes made throughout
    operation: Operation[Any]
    inputs: Inputs
    asked: Computed

    def done(self, way: Way) -> Value | None:
        """What the same computation comes to, done this way; None where it comes to nothing."""
        try:
            results = computed_by(self.operation, self.inputs, way)
            return None if results is None else pick(self.asked, results)
        except (IndexError, TypeError, ValueError):  # a learner's own values need not fit; sizes may be fewer
            return None


@dataclass(frozen=True, eq=False)  # one object a variant: compared and cached by identity
class Variant:
    question: Question
    number: int
    given: Mapping[str, Any]

    @cached_property
    def _texts(self) -> dict[Text, Text]:
        return {}

    def text(self, source: Text) -> Text:
        """A text of the question with this variant's numbers in it; each is filled in once."""
        filled = self._texts.get(source)
        if filled is None:
            filled = self._texts[source] = fill_text(source, self.given)
        return filled

    @cached_property
    def answers(self) -> dict[str, Answer]:
        """The answer of every computed part."""
        found: dict[str, Answer] = {}
        done: list[Done] = []  # parts of one computation share it
        for part in self.question.parts:
            if answer := computed(part):
                known = {part_id: known.value for part_id, known in found.items()}
                found[part.id] = solve(answer, self.given, known, done)
        return found

    def follow(self, part: Part, earlier: Mapping[str, Value]) -> Answer | None:
        """The answer of `part` from a learner's own earlier values; None where they cannot be used."""
        answer = computed(part)
        if not answer or not set(answer.uses.values()) & set(earlier):
            return None
        try:
            return solve(answer, self.given, {i: a.value for i, a in self.answers.items()} | dict(earlier))
        except ValidationError:
            return None

    def working(self, rows: str, count: int) -> list[str]:
        """The declared working of each row, such as "2 × 4 + 4"."""
        return [fill(rows, self.given, i=i).strip() for i in range(count)]

    @cached_property
    def picture(self) -> Picture | None:
        """What is given, drawn; the first computed part that has a picture decides."""
        wanted = self.question.picture
        for part in self.question.parts:
            answer = computed(part)
            if answer and wanted in ("auto", part.id):
                known = {part_id: known.value for part_id, known in self.answers.items()}
                operation = OPERATIONS[answer.operation]
                if not answer.uses and (shown := operation.picture(inputs_of(answer, self.given, known))):
                    return shown
        return None


def inputs_of(answer: Computed, given: Mapping[str, Any], known: Mapping[str, Value]) -> Inputs:
    """The operation's validated inputs; ValidationError when the numbers do not fit it."""
    operation = OPERATIONS[answer.operation]
    named = {name: given[name] for name in operation.Inputs.model_fields if name in given}
    chosen = {name: resolve(value, given, known) for name, value in answer.inputs.items()}
    inputs: Inputs = operation.Inputs(**(named | chosen))
    return inputs


def resolve(value: Any, given: Mapping[str, Any], known: Mapping[str, Value]) -> Any:
    """A literal as it is, "{{ … }}" calculated, "@part" looked up; also inside lists and mappings."""
    if isinstance(value, str) and value.startswith("@"):
        return known[value[1:]]
    if isinstance(value, str) and value.startswith("{{"):
        return calculate(value, given)
    if isinstance(value, list):
        return [resolve(v, given, known) for v in value]
    if isinstance(value, dict):
        return {k: resolve(v, given, known) for k, v in value.items()}
    return value


@dataclass(frozen=True)
class Done:
    """A computation: its inputs, the solution, and where each mistake leads."""

    operation: Operation[Any]
    inputs: Inputs
    solution: Solution
    mistakes: tuple[Mistake, ...]


def solve(
    answer: Computed, given: Mapping[str, Any], known: Mapping[str, Value], done: list[Done] | None = None
) -> Answer:
    """The answer expected; computations already `done` with the same inputs are not done again."""
    inputs = inputs_of(answer, given, known)
    operation: Operation[Any] = OPERATIONS[answer.operation]
    before = [] if done is None else done
    at = next((d for d in before if d.operation is operation and d.inputs == inputs), None)
    if at is None:
        solution = operation.solve(inputs)
        at = Done(operation, inputs, solution, named_mistakes(operation, inputs, solution.results))
        before.append(at)
    value, wrong = pick(answer, at.solution.results), []
    for mistake in at.mistakes:
        # a mutated network may have fewer layers or sizes than the right one
        with suppress(KeyError, IndexError, TypeError):
            wrong.append(Wrong(mistake, pick(answer, mistake.results)))
    wrong = [w for w in wrong if not same(w.value, value)]
    return Answer(value, at.solution, tuple(wrong), operation, inputs, answer)


def pick(answer: Computed, results: Mapping[str, Value]) -> Value:
    value = results[answer.result]
    for i in [answer.index] if isinstance(answer.index, int) else answer.index:
        value = value[i]  # type: ignore[index]
    return value


@lru_cache(maxsize=2048)
def _variant(question: "ByRevision", number: int) -> Variant:
    if number == 0:
        return Variant(question.question, 0, question.question.given)
    seed = hashlib.sha256(f"{question.question.slug}:{number}".encode()).digest()
    rng = np.random.default_rng(int.from_bytes(seed[:8], "big"))
    given = redraw(lambda: draw(question.question, rng), lambda g: is_tidy(question.question, g))
    return Variant(question.question, number, given)


@dataclass(frozen=True)
class ByRevision:
    """Hashes a question by its slug and revision, so that what is made of it can be cached."""

    question: Question

    def __hash__(self) -> int:
        return hash((self.question.slug, self.question.revision))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, ByRevision)
            and self.question.revision == other.question.revision
            and self.question.slug == other.question.slug
        )


def variant(question: Question, number: int = 0) -> Variant:
    """Variant 0 has the printed numbers, every other is drawn from its number alone. NotFound if none."""
    if number != 0 and not (question.varies and 0 < number <= MOST_VARIANTS):
        raise NotFound
    return _variant(ByRevision(question), number)


def draw(question: Question, rng: Generator) -> dict[str, Any]:
    """New given numbers: each operation draws a sibling of the inputs it takes from `given`."""
    given = dict(question.given)
    drawn: set[str] = set()
    for part in question.parts:
        answer = computed(part)
        if not answer or answer.uses:
            continue
        sources = {n: s for n, s in drawable(answer, given).items() if s not in drawn}
        if not sources:
            continue
        sibling = OPERATIONS[answer.operation].draw(inputs_of(answer, given, {}), rng).model_dump()
        given |= {source: sibling[name] for name, source in sources.items()}
        drawn |= set(sources.values())
    return given


def drawable(answer: Computed, given: Mapping[str, Any]) -> dict[str, str]:
    """Which inputs come straight from a given number: by their own name, or as "{{ name }}"."""
    sources = {
        n: n
        for n in OPERATIONS[answer.operation].Inputs.model_fields
        if n in given and n not in answer.inputs
    }
    for name, value in answer.inputs.items():
        if isinstance(value, str) and value.startswith("{{") and value[2:-2].strip() in given:
            sources[name] = value[2:-2].strip()
    return sources


def is_tidy(question: Question, given: Mapping[str, Any]) -> bool:
    """Every part can be solved, and no two of its wrong values coincide as they are asked for."""
    try:
        answers = Variant(question, 1, given).answers
    except ValidationError:
        return False
    return all(distinct_as_asked(part, answers[part.id]) for part in question.parts if part.id in answers)


def distinct_as_asked(part: Part, answer: Answer) -> bool:
    """Whether the truth and every mistake differ by more than the rounding asked for can hide."""
    asked = precision(part)
    values = [answer.value, *(w.value for w in answer.wrong)]
    return not any(asked.hides(a, b) for i, a in enumerate(values) for b in values[:i])
