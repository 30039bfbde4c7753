"""The contract of an operation: one declared computation with five faces."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from numpy.random import Generator
from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError

from app.text import Text

# A result is plain Python: a whole number, a real, or nested lists of them (`ndarray.tolist()`).
Value = int | float | list["Value"]
Results = Mapping[str, Value]


class Inputs(BaseModel):
    """Numbers an operation is given; validation errors are sentences, never tracebacks."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def refuse(zh: str, en: str) -> PydanticCustomError:
    """The error a validator raises: one sentence a learner understands, in both languages."""
    return PydanticCustomError("invalid_inputs", "{en}", {"zh": zh, "en": en})


@dataclass(frozen=True)
class Step:
    """One line of working: LaTeX with the numbers plugged in, and a sentence."""

    formula: str
    text: Text


@dataclass(frozen=True)
class Solution:
    results: Results
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Mistake:
    """A mutated computation: what a learner who makes this mistake arrives at."""

    name: str
    title: Text
    hint: Text  # must not give the answer away
    results: Results = field(default_factory=dict)

    def leads_to(self, **results: Value) -> "Mistake":
        return Mistake(self.name, self.title, self.hint, results)


@dataclass(frozen=True)
class Picture:
    """What a picture shows, as data; `templates/pictures/{kind}.html` draws it."""

    kind: str
    title: Text
    data: Mapping[str, Any]


I = TypeVar("I", bound=Inputs)  # noqa: E741


class Operation(Generic[I]):
    """Base of every operation: one subclass a file, one instance in `OPERATIONS`."""

    name: str
    title: Text
    Inputs: type[I]
    example: Mapping[str, Any]  # inputs that the API documents, and that the tests run

    def solve(self, given: I) -> Solution:
        """Named results and worked steps."""
        raise NotImplementedError

    def draw(self, like: I, rng: Generator) -> I:
        """A sibling of `like`: same difficulty, tidy numbers. May collide; `sibling` rejects those."""
        raise NotImplementedError

    def mistakes(self, given: I) -> Iterable[Mistake]:
        """Every mutated computation that applies here, whether or not its value differs."""
        return ()

    def picture(self, given: I) -> Picture | None:
        """What is given, never what is asked; None where there is nothing to see."""
        return None


def named_mistakes(operation: Operation[I], given: I, truth: Results) -> tuple[Mistake, ...]:
    """The mistakes that show: each keeps only the results in which it differs from the truth."""
    shown = []
    for mistake in operation.mistakes(given):
        wrong = {name: value for name, value in mistake.results.items() if not same(value, truth[name])}
        if wrong:
            shown.append(mistake.leads_to(**wrong))
    return tuple(shown)


def sibling(operation: Operation[I], like: I, rng: Generator, tries: int = 200) -> I:
    """Draw until no two mistakes, and no mistake and the answer, coincide in any result."""
    return redraw(lambda: operation.draw(like, rng), lambda given: is_tidy(operation, given), tries)


def is_tidy(operation: Operation[I], given: I) -> bool:
    truth = operation.solve(given).results
    possible = tuple(operation.mistakes(given))
    shown = named_mistakes(operation, given, truth)
    return len(shown) == len(possible) and all(
        distinct([m.results[name] for m in shown if name in m.results]) for name in truth
    )


T = TypeVar("T")


def redraw(draw: Callable[[], T], accept: Callable[[T], bool], tries: int = 200) -> T:
    """The first accepted draw; the last one when none is, so that a hard case still has a variant."""
    for _ in range(tries):
        drawn = draw()
        if accept(drawn):
            break
    return drawn


def same(a: Value, b: Value, gap: float | None = None) -> bool:
    """Equal in shape, and nowhere further apart than `gap`, by default rounding error."""
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(same(x, y, gap) for x, y in zip(a, b, strict=True))
    if isinstance(a, list) or isinstance(b, list):
        return False
    return abs(a - b) <= (1e-9 * max(1, abs(a), abs(b)) if gap is None else gap)


def distinct(values: list[Value]) -> bool:
    return not any(same(a, b) for i, a in enumerate(values) for b in values[:i])


def number(value: float) -> str:
    """A number as the steps show it: whole numbers bare, reals to at most six significant digits."""
    if float(value).is_integer() and abs(value) < 1e15:
        return str(int(value))
    shown = f"{value:.6g}"
    if "e" in shown:
        mantissa, exponent = shown.split("e")
        return rf"{mantissa} \times 10^{{{int(exponent)}}}"
    return shown


def signed(value: float) -> str:
    """A number in brackets when it is negative, as in a sum of products."""
    return f"({number(value)})" if value < 0 else number(value)


def matrix(values: Value) -> str:
    """A LaTeX matrix of a nested list; a vector becomes one row."""
    rows = values if isinstance(values, list) and isinstance(values[0], list) else [values]
    body = r" \\ ".join(" & ".join(number(v) for v in row) for row in rows)  # type: ignore[union-attr, arg-type]
    return rf"\begin{{bmatrix}} {body} \end{{bmatrix}}"
