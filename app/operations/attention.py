"""Scaled dot-product attention."""

from collections.abc import Iterable
from math import sqrt

import numpy as np
from numpy.random import Generator
from pydantic import model_validator

from app.operations.arrays import Array, Matrix, array, numbers_like
from app.operations.attention_mistakes import (
    KEYS_FOR_VALUES,
    KEYS_NOT_TRANSPOSED,
    LARGEST_ONLY,
    LINEAR,
    QUERIES_AND_KEYS_SWAPPED,
    SCALED_BY_COUNT,
    SCALED_BY_D,
    SOFTMAX_OVER_ALL,
    SOFTMAX_OVER_COLUMNS,
    SOFTMAX_SKIPPED,
    UNNORMALISED,
    UNSCALED,
    WEIGHTS_TRANSPOSED,
)
from app.operations.operation import (
    RIGHT,
    Inputs,
    Mistake,
    Operation,
    Picture,
    Results,
    Step,
    Way,
    matrix,
    number,
    redraw,
    refuse,
    signed,
)
from app.operations.softmax import LARGE
from app.text import Text, text

SHOWN = 8  # queries worked one by one


class AttentionInputs(Inputs):
    queries: Matrix
    keys: Matrix
    values: Matrix

    @model_validator(mode="after")
    def shapes_fit(self) -> "AttentionInputs":
        if len(self.queries[0]) != len(self.keys[0]):
            raise refuse(
                "查询和键的维度（列数）要相同，才能做点积。",
                "Queries and keys need the same number of columns for a dot product.",
            )
        if len(self.keys) != len(self.values):
            raise refuse(
                "每个键要对应一个值：键和值的行数要相同。",
                "Every key needs a value: as many rows of values as of keys.",
            )
        return self


class Attention(Operation[AttentionInputs]):
    r"""Scaled dot-product attention (Vaswani et al., "Attention Is All You Need", 2017).

    $S = \frac{Q K^\top}{\sqrt{d}}$, $A = \mathrm{softmax}(S)$ row by row, $O = A V$.
    `queries`: $Q$, n × d; `keys`: $K$, m × d; `values`: $V$, m × v.
    Results: `scores` (n × m, after scaling), `weights` (n × m, every row sums to 1), `output` (n × v).
    """

    name = "attention"
    title = text("缩放点积注意力", "Scaled dot-product attention")
    Inputs = AttentionInputs
    example = {
        "queries": [[1, 0], [0, 2]],
        "keys": [[1, 1], [0, 1], [2, 0]],
        "values": [[1, 0], [0, 2], [2, 1]],
    }

    def compute(self, given: AttentionInputs, way: Way = RIGHT) -> Results:
        scores = way.keep("scores", products_of(given, way) / divisors(given, way))
        weights = way.keep("weights", weigh(scores, way))
        output = mix(weights, array(given.keys if way("keys_for_values", False) else given.values), way)
        return {"scores": scores.tolist(), "weights": weights.tolist(), "output": output.tolist()}

    def steps(self, given: AttentionInputs, results: Results) -> Iterable[Step]:
        d = len(given.keys[0])
        yield Step(
            rf"Q K^\top = {matrix(products_of(given, RIGHT).tolist())}",
            text(
                "每个查询与每个键做点积：行对应查询，列对应键。",
                "Dot product of every query with every key: a row per query, a column per key.",
            ),
        )
        yield Step(
            rf"S = \frac{{Q K^\top}}{{\sqrt{{{d}}}}} = {matrix(results['scores'])}",
            text(rf"除以 $\sqrt{{d}}$，这里 $d = {d}$。", rf"Divide by $\sqrt{{d}}$; here $d = {d}$."),
        )
        for i, (scores, weights) in enumerate(
            zip(results["scores"][:SHOWN], results["weights"][:SHOWN], strict=True)
        ):
            powers = powers_of(array(scores))
            yield Step(
                rf"\frac{{1}}{{{number(powers.sum())}}} {matrix(powers.tolist())} = {matrix(weights)}",
                where(i)
                + text("对这一行取指数，再除以它们的和。", "exponentials of its row, divided by their sum.")
                + shifted(scores),
            )
        yield Step(
            rf"A = {matrix(results['weights'])}",
            text("各行合起来就是权重，每行之和为 1。", "The rows make up the weights; each sums to 1."),
        )
        values = matrix(array(given.values).tolist())
        yield Step(
            rf"A V = {matrix(results['weights'])} {values} = {matrix(results['output'])}",
            text("用权重对值加权求和。", "Weigh the values and add them up."),
        )

    def cell(
        self, given: AttentionInputs, result: str, place: tuple[int, int], way: Way = RIGHT
    ) -> Step | None:
        i, j = place
        results = self.compute(given, way)
        shown = number(results[result][i][j])
        scores, weights = results["scores"][i], results["weights"][i]
        if result == "scores":
            d = len(given.keys[0])
            product = dot(given.queries[i], given.keys[j])
            return Step(
                rf"S_{{{i + 1},{j + 1}}} = \frac{{{product}}}{{\sqrt{{{d}}}}} = {shown}",
                text(
                    rf"第 {i + 1} 个查询与第 {j + 1} 个键做点积，再除以 $\sqrt{{d}}$。",
                    rf"Dot product of query {i + 1} and key {j + 1}, divided by $\sqrt{{d}}$.",
                ),
            )
        if result == "weights":
            powers = powers_of(array(scores)).tolist()
            total = " + ".join(map(number, powers))
            return Step(
                rf"A_{{{i + 1},{j + 1}}} = \frac{{{number(powers[j])}}}{{{total}}} = {shown}",
                where(i)
                + text(
                    f"第 {j + 1} 个得分的指数，除以这一行的指数之和。",
                    f"the exponential of score {j + 1}, divided by the sum over the row.",
                )
                + shifted(scores),
            )
        column = [row[j] for row in given.values]
        return Step(
            rf"O_{{{i + 1},{j + 1}}} = {dot(weights, column)} = {shown}",
            where(i)
            + text(
                f"用它的权重对各个值的第 {j + 1} 个分量加权求和。",
                f"its weights times entry {j + 1} of every value, added up.",
            ),
        )

    def draw(self, like: AttentionInputs, rng: Generator) -> AttentionInputs:
        def rows(matrix: Matrix) -> Matrix:
            # rows of zeros or equal rows would leave nothing to attend to
            drawn: Matrix = redraw(
                lambda: numbers_like(matrix, 0, 2, rng),
                lambda m: all(map(any, m)) and len(set(map(tuple, m))) == len(m),
            )
            return drawn

        return AttentionInputs(queries=rows(like.queries), keys=rows(like.keys), values=rows(like.values))

    def mistakes(self, given: AttentionInputs) -> Iterable[Mistake]:
        n, m, d = len(given.queries), len(given.keys), len(given.keys[0])
        if n * m > 1:
            yield SOFTMAX_OVER_COLUMNS.by(axis=0)
        yield from wrong_rows(given)
        if d > 1 and m == d and given.keys != transposed(given.keys):
            yield KEYS_NOT_TRANSPOSED.by(product="QK")
        if n == m > 1:
            yield WEIGHTS_TRANSPOSED.by(weights_transposed=True)
            if given.queries != given.keys:
                yield QUERIES_AND_KEYS_SWAPPED.by(product="KQ'")
        if len(given.values[0]) == d and given.keys != given.values:
            yield KEYS_FOR_VALUES.by(keys_for_values=True)
        if n > 1:
            yield SOFTMAX_OVER_ALL.by(axis=None)

    def local_mistakes(self, given: AttentionInputs) -> Iterable[Mistake]:
        queries = len(given.queries)
        for i in range(queries if 1 < queries <= 4 else 0):
            yield from (mistake.at(i, where(i)) for mistake in wrong_rows(given))

    def picture(self, given: AttentionInputs) -> Picture:
        return Picture(
            "grids",
            text("查询、键和值", "Queries, keys and values"),
            {
                "grids": [
                    {"label": text("查询 Q", "queries Q"), "rows": given.queries},
                    {"label": text("键 K", "keys K"), "rows": given.keys},
                    {"label": text("值 V", "values V"), "rows": given.values},
                ]
            },
        )


def wrong_rows(given: AttentionInputs) -> Iterable[Mistake]:
    """What can go wrong for one query."""
    m, d = len(given.keys), len(given.keys[0])
    if d > 1:
        yield UNSCALED.by(divisor=1)
        yield SCALED_BY_D.by(divisor=d)
    if m != d:
        yield SCALED_BY_COUNT.by(divisor=sqrt(m))
    yield UNNORMALISED.by(normalised=False)
    yield SOFTMAX_SKIPPED.by(powers=False, normalised=False)
    if m > 1:
        yield LINEAR.by(powers=False)
        yield LARGEST_ONLY.by(largest_only=True)


def products_of(given: AttentionInputs, way: Way) -> Array:
    Q, K = array(given.queries), array(given.keys)
    product = way("product", "QK'")
    if product == "QK":
        return Q @ K
    return K @ Q.T if product == "KQ'" else Q @ K.T


def divisors(given: AttentionInputs, way: Way) -> Array:
    root = way.keep("root", sqrt(len(given.keys[0])))
    return by_row(way, "divisor", root, len(given.queries))


def by_row(way: Way, setting: str, right: float, rows: int) -> Array:
    """A setting of every query, as a column."""
    return np.array([[way(setting, right, i)] for i in range(rows)])


def powers_of(scores: Array, axis: int | None = -1, normalised: bool | Array = True) -> Array:
    """Exponentials; of large scores the largest along `axis` is subtracted, unless the ratios will not do."""
    largest = scores.max(axis=axis, keepdims=True)
    powers: Array = np.exp(scores - np.where(normalised & (abs(largest) > LARGE), largest, 0))
    return powers


def weigh(scores: Array, way: Way) -> Array:
    """Softmax along the rows."""
    axis, rows = way("axis", -1), len(scores)
    normalised = by_row(way, "normalised", True, rows)
    powers = np.where(by_row(way, "powers", True, rows), powers_of(scores, axis, normalised), scores)
    powers = way.keep("powers", powers)
    sums = way.keep("sums", powers.sum(axis=axis, keepdims=True))
    weights: Array = powers / np.where(normalised, sums, 1)
    return weights


def mix(weights: Array, values: Array, way: Way) -> Array:
    if way("weights_transposed", False):
        weights = weights.T
    largest = np.eye(len(values))[weights.argmax(axis=1)]
    weights = np.where(by_row(way, "largest_only", False, len(weights)), largest, weights)
    return weights @ values


def dot(a: Iterable[float], b: Iterable[float]) -> str:
    return " + ".join(rf"{signed(x)} \times {signed(y)}" for x, y in zip(a, b, strict=True))


def transposed(rows: Matrix) -> Matrix:
    return [list(column) for column in zip(*rows, strict=True)]


def where(query: int) -> Text:
    return text(f"第 {query + 1} 个查询：", f"Query {query + 1}:")


def shifted(scores: list[float]) -> Text:
    if abs(max(scores)) <= LARGE:
        return text("", "")
    return text("（数很大，先减去最大值。）", "(Large scores: the largest is subtracted first.)")
