"""The contract of an operation: one declared computation with five faces."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.random import Generator
from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError

from app.text import Text

# A result is plain Python: a whole number, a real, or nested lists of them (`ndarray.tolist()`).
Value = int | float | list["Value"]
Results = Mapping[str, Any]  # by name, a Value each


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


I = TypeVar("I", bound=Inputs)  # noqa: E741

Place = int  # of a layer, a step, an epoch, …, counted from 0
Setting = str | tuple[Place, str]  # of a computation as a whole, or at one place


class LeadsNowhere(Exception):
    """Done this way, the computation has no result here."""


@dataclass(frozen=True)
class Way:
    """How a computation is done. Every face of it but the right answer is the same computation, done some other way.

    `otherwise`: settings that differ from the right ones (a mistake, or several); `own`: named results in whose
    place the learner's own values are used (None inside a list where there is none); `rounding`: what is done to
    every result that is used later.
    """

    otherwise: Mapping[Setting, Any] = field(default_factory=dict)
    own: Mapping[str, Any] = field(default_factory=dict)
    rounding: Callable[[Any], Any] | None = None

    def __call__(self, setting: str, right: Any, place: Place | None = None) -> Any:
        """A setting: as it is at this place, else everywhere, else as is right."""
        everywhere = self.otherwise.get(setting, right)
        return everywhere if place is None else self.otherwise.get((place, setting), everywhere)

    def read(self, given: I) -> I:
        """The inputs as they are read: settings named like an input replace it."""
        misread = {n: v for n, v in self.otherwise.items() if n in type(given).model_fields}
        return given.model_copy(update=misread) if misread else given

    def keep(self, result: str, value: Any, place: Place | None = None) -> Any:
        """A result that is used later: the learner's own where there is one, else the value, rounded if so done."""
        own = self.own.get(result)
        if place is not None and own is not None:
            own = own[place] if place < len(own) else None
        if self.rounding:
            value = self.rounding(value)
        return value if own is None else filled(own, value)


def filled(own: Any, value: Any) -> Any:
    """The learner's own value, with what is missing in it (None) taken from `value`."""
    if own is None:
        return value
    if isinstance(value, np.ndarray):
        typed = np.asarray(own, dtype=float)  # None becomes NaN
        if typed.shape != value.shape:
            raise LeadsNowhere
        return np.where(np.isnan(typed), value, typed)
    if isinstance(own, list) and isinstance(value, list) and len(own) == len(value):
        return [filled(o, v) for o, v in zip(own, value, strict=True)]
    return own


RIGHT = Way()


@dataclass(frozen=True)
class Mistake:
    """A mutated computation: what is done otherwise, and what a learner who makes this mistake arrives at."""

    name: str
    title: Text
    hint: Text  # must not give the answer away
    otherwise: Mapping[Any, Any] = field(default_factory=dict)  # by Setting
    place: Text | None = None  # where, if it is made at one place only
    results: Results = field(default_factory=dict)

    def by(self, **otherwise: Any) -> "Mistake":
        """The mistake as an operation makes it everywhere, by these settings."""
        return replace(self, otherwise=otherwise)

    def at(self, place: Place, where: Text) -> "Mistake":
        """The mistake made at one place only."""
        return replace(self, place=where, otherwise={(place, name): v for name, v in self.otherwise.items()})

    def leads_to(self, **results: Value) -> "Mistake":
        return replace(self, results=results)

    @property
    def told(self) -> Text:
        return self.place + self.title if self.place else self.title


@dataclass(frozen=True)
class Picture:
    """What a picture shows, as data; `templates/pictures/{kind}.html` draws it."""

    kind: str
    title: Text
    data: Mapping[str, Any]


class Operation(Generic[I]):
    """Base of every operation: one subclass a file, one instance in `OPERATIONS`."""

    name: str
    title: Text
    Inputs: type[I]
    example: Mapping[str, Any]  # inputs that the API documents, and that the tests run

    def compute(self, given: I, way: Way = RIGHT) -> Results:
        """Named results, computed this way. LeadsNowhere where there are none."""
        raise NotImplementedError

    def steps(self, given: I, results: Results) -> Iterable[Step]:
        """The right results worked out, line by line."""
        raise NotImplementedError

    def solve(self, given: I) -> Solution:
        """Named results and worked steps."""
        results = self.compute(given)
        return Solution(results, tuple(self.steps(given, results)))

    def draw(self, like: I, rng: Generator) -> I:
        """A sibling of `like`: same difficulty, tidy numbers. May collide; `sibling` rejects those."""
        raise NotImplementedError

    def mistakes(self, given: I) -> Iterable[Mistake]:
        """Every mistake that can be made here throughout, by what is done otherwise; the likelier first."""
        return ()

    def local_mistakes(self, given: I) -> Iterable[Mistake]:
        """The same at one place only: one layer, one step."""
        return ()

    def led(self, given: I) -> tuple[Mistake, ...]:
        """The mistakes with the results they lead to, whether or not these differ from the right ones."""
        return tuple(leading(self, given, self.mistakes(given)))

    def cell(self, given: I, result: str, place: tuple[int, int], way: Way = RIGHT) -> Step | None:
        """How one entry of a matrix result comes about; only the end of the formula gives its value.

        None where the steps already say it."""
        return None

    def picture(self, given: I) -> Picture | None:
        """What is given, never what is asked; None where there is nothing to see."""
        return None


def leading(operation: Operation[I], given: I, mistakes: Iterable[Mistake]) -> Iterator[Mistake]:
    """Each mistake with the results that it leads to, where it leads to any."""
    for mistake in mistakes:
        if results := computed(operation, given, Way(mistake.otherwise)):
            yield mistake.leads_to(**results)


def computed(operation: Operation[I], given: I, way: Way) -> Results | None:
    """The results done this way; None where it leads nowhere, or to no finite numbers."""
    try:
        with np.errstate(all="ignore"):
            results = operation.compute(given, way)
    except (LeadsNowhere, ArithmeticError):
        return None
    return results if all(map(is_finite, results.values())) else None


def is_finite(value: Value) -> bool:
    return all(map(is_finite, value)) if isinstance(value, list) else isfinite(value)


def named_mistakes(operation: Operation[I], given: I, truth: Results) -> tuple[Mistake, ...]:
    """The mistakes that show: each keeps only the results in which it differs from the truth."""
    return showing(operation.led(given), truth)


def showing(mistakes: Iterable[Mistake], truth: Results) -> tuple[Mistake, ...]:
    shown = []
    for mistake in mistakes:
        wrong = {name: value for name, value in mistake.results.items() if not same(value, truth[name])}
        if wrong:
            shown.append(mistake.leads_to(**wrong))
    return tuple(shown)


def sibling(operation: Operation[I], like: I, rng: Generator, tries: int = 200) -> I:
    """Draw until no two mistakes, and no mistake and the answer, coincide in any result."""
    return redraw(lambda: operation.draw(like, rng), lambda given: is_tidy(operation, given), tries)


def is_tidy(operation: Operation[I], given: I) -> bool:
    truth, possible = operation.compute(given), operation.led(given)
    shown = showing(possible, truth)
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


def polynomial(coefficients: Sequence[float], variable: str) -> str:
    """LaTeX of a polynomial, the highest power first: w^2 - 4 w + 3."""
    terms = []
    for power, c in zip(range(len(coefficients) - 1, -1, -1), coefficients, strict=True):
        factor = "" if abs(c) == 1 and power else number(abs(c))
        symbol = (variable if power == 1 else f"{variable}^{{{power}}}") if power else ""
        if c:
            terms.append(("-" if c < 0 else "+") + " " + f"{factor} {symbol}".strip())
    written = " ".join(terms) or "0"
    return "-" + written[2:] if written.startswith("- ") else written.removeprefix("+ ")


def matrix(values: Value) -> str:
    """A LaTeX matrix of a nested list; a vector becomes one row."""
    rows = values if isinstance(values, list) and isinstance(values[0], list) else [values]
    body = r" \\ ".join(" & ".join(number(v) for v in row) for row in rows)  # type: ignore[union-attr, arg-type]
    return rf"\begin{{bmatrix}} {body} \end{{bmatrix}}"
