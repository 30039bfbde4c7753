"""The value of a formula at a point, and whether two formulas are equal over a domain."""

import math
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from app.questions.formula import FormulaError, parse
from app.questions.part import FormulaAnswer
from app.questions.symbols import Symbols, spelling
from app.questions.tree import (
    Call,
    Cases,
    Compare,
    Divide,
    Entry,
    Index,
    Negative,
    Node,
    Number,
    Plus,
    Power,
    Sum,
    Times,
    Variable,
    walk,
)
from app.text import text

MAX_TERMS = 64
AUTHORS_STEPS = 3_000_000  # the same for the formula of the file
STEPS = 60_000  # nodes evaluated for one response, over all points it is compared at
POINTS = 24
ATTEMPTS = 240  # random points tried to find those where the expected formula is defined
RELATIVE, ABSOLUTE = 1e-8, 1e-11
NEAR = (-0.5, -1e-3, 0.0, 1e-3, 0.5)  # around an edge or a threshold

Range = tuple[float, float]


class Undefined(ArithmeticError):
    """The formula has no real value at this point."""


@dataclass
class Budget:
    """How many more nodes may be evaluated."""

    steps: int = STEPS

    def spend(self) -> None:
        self.steps -= 1
        if self.steps < 0:
            raise FormulaError(text("这个公式计算量太大。", "This formula takes too much computing."))


@dataclass(frozen=True)
class Point:
    """Values of the symbols. Entries are counted from `first`; `index` is the free index, from 1."""

    scalars: Mapping[str, float] = field(default_factory=dict)
    vectors: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    length: int = 1
    indices: Mapping[str, int] = field(default_factory=dict)
    first: int = 1


@dataclass(frozen=True)
class Domain:
    """Where two formulas are compared; vectors have between `lengths` entries."""

    variables: Mapping[str, Range]
    vectors: Mapping[str, Range]
    lengths: tuple[int, int]
    length: str | None = None
    index: str | None = None

    @classmethod
    def of(cls, answer: FormulaAnswer) -> "Domain":
        """Lengths are 2 to 5; without a length symbol, the highest entry that the formula names."""
        tree = parse(answer.formula, Symbols.of(answer))
        entries = [n.index.value for n in walk(tree) if isinstance(n, Entry) and isinstance(n.index, Number)]
        highest = int(max(entries, default=0))
        fixed = highest and not answer.length
        return cls(
            {spelling(name): limits for name, limits in answer.variables.items()},
            {spelling(name): limits for name, limits in answer.vectors.items()},
            (highest, highest) if fixed else (max(2, highest), max(5, highest)),
            answer.length and spelling(answer.length),
            answer.index and spelling(answer.index),
        )

    def point(self, rng: Random) -> Point:
        length = rng.randint(*self.lengths)
        scalars = {name: rng.uniform(*limits) for name, limits in self.variables.items()}
        if self.length:
            scalars[self.length] = length
        vectors = {
            name: tuple(rng.uniform(*limits) for _ in range(length)) for name, limits in self.vectors.items()
        }
        return Point(scalars, vectors, length, {self.index: rng.randint(1, length)} if self.index else {})

    def edges(self, rng: Random, thresholds: list[float]) -> Iterator[Point]:
        """Points with one variable at or near an edge of its domain, 0 or a threshold."""
        for name, (low, high) in self.variables.items():
            near = {at + step for at in (low, high, 0.0, *thresholds) for step in NEAR}
            for value in sorted(v for v in near if low <= v <= high):
                drawn = self.point(rng)
                yield replace(drawn, scalars={**drawn.scalars, name: value})


def evaluate(node: Node, point: Point, budget: Budget) -> float:
    """The real value at a point. Undefined where there is none; FormulaError when the budget is spent."""
    try:
        value = Evaluation(point, budget).value(node)
    except FormulaError:
        raise
    except (ArithmeticError, ValueError) as problem:
        raise Undefined(str(problem)) from problem
    if not math.isfinite(value):
        raise Undefined("not finite")
    return value


def equivalent(
    expected: Node, given: Node, domain: Domain, seed: int = 0, budget: Budget | None = None
) -> bool:
    """Whether both agree at 24 random real points of the domain and at its edges and thresholds.

    `given` must be defined wherever `expected` is. FormulaError when `given` spends the `budget`.
    """
    rng = Random(seed)
    budget, authors = budget or Budget(), Budget(AUTHORS_STEPS)
    first = 0 if any(isinstance(n, Sum) and n.low == Number(0, "0") for n in walk(given)) else 1

    def agree(point: Point) -> bool | None:
        try:
            right = evaluate(expected, point, authors)
        except Undefined:
            return None
        try:
            value = evaluate(given, replace(point, first=first), budget)
        except Undefined:
            return False
        return math.isclose(value, right, rel_tol=RELATIVE, abs_tol=ABSOLUTE)

    compared = 0
    for _ in range(ATTEMPTS):
        verdict = agree(domain.point(rng))
        if verdict is False:
            return False
        compared += verdict is True
        if compared == POINTS:
            break
    thresholds = [*constants(expected), *constants(given)]
    return compared == POINTS and all(agree(p) is not False for p in domain.edges(rng, thresholds))


def constants(tree: Node) -> Iterator[float]:
    """The numbers that conditions compare with."""
    for node in walk(tree):
        for side in node.sides if isinstance(node, Compare) else ():
            sign, of = (-1, side.of) if isinstance(side, Negative) else (1, side)
            if isinstance(of, Number):
                yield sign * of.value


COMPARE = {"<": operator.lt, ">": operator.gt, "≤": operator.le, "≥": operator.ge, "=": operator.eq}
FUNCTIONS: dict[str, Callable[..., float]] = {
    "ln": math.log,
    "tanh": math.tanh,
    "sinh": math.sinh,
    "cosh": math.cosh,
    "sqrt": math.sqrt,
    "abs": abs,
    "max": max,
    "min": min,
    "relu": lambda x: max(0.0, x),
    "sigmoid": lambda x: 0.5 * (1 + math.tanh(x / 2)),
}


class Evaluation:
    """One pass over a tree; floats only, so that powers overflow at once instead of growing."""

    def __init__(self, point: Point, budget: Budget) -> None:
        self.point = point
        self.budget = budget
        self.bound = {name: index - 1 + point.first for name, index in point.indices.items()}

    def value(self, node: Any) -> float:
        self.budget.spend()
        return RULES[type(node)](self, node)

    def whole(self, node: Node) -> int:
        value = self.value(node)
        if value != round(value):
            raise Undefined("not a whole number")
        return round(value)

    def entry(self, node: Entry) -> float:
        at = self.whole(node.index) - self.point.first
        entries = self.point.vectors[node.vector]
        if not 0 <= at < len(entries):
            raise Undefined("no such entry")
        return entries[at]

    def sum(self, node: Sum) -> float:
        first = self.point.first
        low = first if node.low is None else self.whole(node.low)
        high = first + self.point.length - 1 if node.high is None else self.whole(node.high)
        if high - low >= MAX_TERMS:
            raise FormulaError(
                text(f"求和最多 {MAX_TERMS} 项。", f"A sum may have {MAX_TERMS} terms at most.")
            )
        outer = dict(self.bound)
        terms = []
        for index in range(low, high + 1):
            self.bound[node.index] = index
            terms.append(self.value(node.body))
        self.bound = outer
        return math.fsum(terms)

    def compare(self, node: Compare) -> float:
        sides = [self.value(side) for side in node.sides]
        pairs = zip(node.signs, sides, sides[1:], strict=False)
        return float(all(COMPARE[sign](left, right) for sign, left, right in pairs))

    def cases(self, node: Cases) -> float:
        for value, condition in node.branches:
            if self.value(condition):
                return self.value(value)
        raise Undefined("no case holds")


RULES: dict[type[Node], Callable[[Evaluation, Any], float]] = {
    Number: lambda run, node: node.value,
    Variable: lambda run, node: run.point.scalars[node.name],
    Index: lambda run, node: run.bound[node.name],
    Entry: Evaluation.entry,
    Plus: lambda run, node: math.fsum(map(run.value, node.terms)),
    Negative: lambda run, node: -run.value(node.of),
    Times: lambda run, node: math.prod(map(run.value, node.factors)),
    Divide: lambda run, node: run.value(node.top) / run.value(node.bottom),
    Power: lambda run, node: math.pow(run.value(node.base), run.value(node.exponent)),
    Call: lambda run, node: FUNCTIONS[node.function](*map(run.value, node.arguments)),
    Sum: Evaluation.sum,
    Compare: Evaluation.compare,
    Cases: Evaluation.cases,
}
