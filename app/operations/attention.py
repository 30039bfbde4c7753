"""Scaled dot-product attention."""

from collections.abc import Iterable
from math import sqrt
from typing import Any

import numpy as np
from numpy.random import Generator
from pydantic import model_validator

from app.operations.arrays import Array, Matrix, array, numbers_like
from app.operations.operation import (
    Inputs,
    Mistake,
    Operation,
    Picture,
    Solution,
    Step,
    matrix,
    number,
    redraw,
    refuse,
)
from app.operations.softmax import LARGE, softmax
from app.text import text

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


UNSCALED = Mistake(
    "unscaled",
    text(r"没有除以 $\sqrt{d}$", r"not divided by $\sqrt{d}$"),
    text("点积随维度变大，要先缩放。", "Dot products grow with the dimension: scale them first."),
)
SCALED_BY_D = Mistake(
    "scaled_by_d",
    text(r"除以了 $d$ 而不是 $\sqrt{d}$", r"divided by $d$, not $\sqrt{d}$"),
    text("缩放因子让点积的标准差回到 1。", "The factor brings the standard deviation of a dot product to 1."),
)
KEYS_NOT_TRANSPOSED = Mistake(
    "keys_not_transposed",
    text("K 没有转置", "K not transposed"),
    text("每个得分是一个查询与一个键的点积。", "A score is the dot product of one query and one key."),
)
SOFTMAX_OVER_COLUMNS = Mistake(
    "softmax_over_columns",
    text("softmax 按列做了", "softmax over columns"),
    text("对一个查询来说，谁的权重之和为 1？", "For one query, which weights add up to 1?"),
)
UNNORMALISED = Mistake(
    "unnormalised",
    text("权重没有归一化", "weights not normalised"),
    text("每个查询的权重之和应当是多少？", "What should the weights of one query add up to?"),
)
SOFTMAX_SKIPPED = Mistake(
    "softmax_skipped",
    text("漏了 softmax", "softmax skipped"),
    text("得分要先变成权重，才能对值加权。", "Scores become weights before they weigh the values."),
)


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

    def solve(self, given: AttentionInputs) -> Solution:
        scores = scaled_scores(given)
        results = attend(given, scores, softmax(scores))
        return Solution(results, tuple(working(given, results)))

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
        scores, d = scaled_scores(given), len(given.keys[0])
        if d > 1:
            for mistake, factor in ((UNSCALED, sqrt(d)), (SCALED_BY_D, 1 / sqrt(d))):
                wrong = scores * factor
                yield mistake.leads_to(**attend(given, wrong, softmax(wrong)))
            if len(given.keys) == d:
                wrong = array(given.queries) @ array(given.keys) / sqrt(d)
                yield KEYS_NOT_TRANSPOSED.leads_to(**attend(given, wrong, softmax(wrong)))
        if scores.size > 1:
            yield SOFTMAX_OVER_COLUMNS.leads_to(**attend(given, scores, softmax(scores, axis=0)))
        if scores.max() < 500:  # larger powers overflow
            yield UNNORMALISED.leads_to(**attend(given, scores, np.exp(scores)))
        yield SOFTMAX_SKIPPED.leads_to(**attend(given, scores, scores))

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


def scaled_scores(given: AttentionInputs) -> Array:
    scores: Array = array(given.queries) @ array(given.keys).T / sqrt(len(given.keys[0]))
    return scores


def attend(given: AttentionInputs, scores: Array, weights: Array) -> dict[str, Any]:
    output = weights @ array(given.values)
    return {"scores": scores.tolist(), "weights": weights.tolist(), "output": output.tolist()}


def working(given: AttentionInputs, results: dict[str, Any]) -> Iterable[Step]:
    d = len(given.keys[0])
    products = array(given.queries) @ array(given.keys).T
    yield Step(
        rf"Q K^\top = {matrix(products.tolist())}",
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
        zip(results["scores"][:SHOWN], results["weights"][:SHOWN], strict=True), start=1
    ):
        largest = max(scores)
        shift = largest if abs(largest) > LARGE else 0
        powers = np.exp(array(scores) - shift)
        sentence = text(
            f"第 {i} 个查询：对这一行取指数，再除以它们的和。",
            f"Query {i}: exponentials of its row, divided by their sum.",
        )
        if shift:
            sentence += text("（数很大，先减去最大值。）", "(Large scores: the largest is subtracted first.)")
        yield Step(
            rf"\frac{{1}}{{{number(powers.sum())}}} {matrix(powers.tolist())} = {matrix(weights)}", sentence
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
