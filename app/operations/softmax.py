"""Softmax: scores to probabilities."""

from collections.abc import Iterable
from math import log
from typing import Annotated

import numpy as np
from numpy.random import Generator
from pydantic import Field

from app.operations.arrays import Array, Number, Vector, array
from app.operations.operation import Inputs, Mistake, Operation, Solution, Step, matrix, number
from app.text import text

SHOWN = 16  # elements worked one by one
LARGE = 30  # beyond this, steps subtract the largest logit before taking powers


class SoftmaxInputs(Inputs):
    logits: Annotated[Vector, Field(min_length=2)]
    temperature: Annotated[Number, Field(ge=0.001)] = 1


UNNORMALISED = Mistake(
    "unnormalised",
    text("没有归一化", "not normalised"),
    text("各类概率之和应当是多少？", "What should the probabilities add up to?"),
)
BASE_TWO = Mistake(
    "base_two",
    text("底数用了 2", "powers of two"),
    text("softmax 的指数以 e 为底。", "The powers in softmax have base e."),
)
BASE_TEN = Mistake(
    "base_ten",
    text("底数用了 10", "powers of ten"),
    text("softmax 的指数以 e 为底。", "The powers in softmax have base e."),
)
SIGMOID_EACH = Mistake(
    "sigmoid_each",
    text("对每个分量单独用了 sigmoid", "sigmoid of each score"),
    text(
        "sigmoid 只看自己一个分量；softmax 的每个输出与所有分量有关。",
        "Sigmoid looks at one score alone; every softmax output depends on all the scores.",
    ),
)
LINEAR = Mistake(
    "linear",
    text("没有取指数就归一化", "normalised without exponentials"),
    text("归一化之前，先对每个分量做什么？", "What is done to each score before normalising?"),
)
TEMPERATURE_IGNORED = Mistake(
    "temperature_ignored",
    text("忽略了温度", "temperature ignored"),
    text("题目给了温度，它作用在得分上。", "A temperature is given; it acts on the scores."),
)
TEMPERATURE_MULTIPLIED = Mistake(
    "temperature_multiplied",
    text("乘以了温度", "multiplied by the temperature"),
    text(
        "温度越高，分布应当越平缓：温度该放在哪里？",
        "A higher temperature flattens the distribution: where does it go?",
    ),
)


class Softmax(Operation[SoftmaxInputs]):
    r"""Probabilities from scores.

    $p_i = \frac{e^{z_i / T}}{\sum_k e^{z_k / T}}$.
    `logits`: the vector $z$, length K from 2 to 100; `temperature`: $T > 0$.
    Results: `probabilities` (K numbers, sum 1).
    """

    name = "softmax"
    title = text("Softmax", "Softmax")
    Inputs = SoftmaxInputs
    example = {"logits": [1, 2, 3], "temperature": 1}

    def solve(self, given: SoftmaxInputs) -> Solution:
        return Solution({"probabilities": softmax(scores(given)).tolist()}, tuple(working(given)))

    def draw(self, like: SoftmaxInputs, rng: Generator) -> SoftmaxInputs:
        whole = all(float(z).is_integer() for z in like.logits)
        grid = np.arange(-2, 5) if whole else np.arange(-20, 41) / 10
        size = len(like.logits)
        logits = rng.choice(grid, size=size, replace=size > len(grid)).tolist()
        temperature = 1 if like.temperature == 1 else rng.choice([0.5, 2.0, 4.0, 5.0]).item()
        return SoftmaxInputs(logits=logits, temperature=temperature)

    def mistakes(self, given: SoftmaxInputs) -> Iterable[Mistake]:
        z = scores(given)
        if z.max() < 700:  # e^700 is about the largest power a float holds
            yield UNNORMALISED.leads_to(probabilities=np.exp(z).tolist())
        yield BASE_TWO.leads_to(probabilities=softmax(z * log(2)).tolist())
        yield BASE_TEN.leads_to(probabilities=softmax(z * log(10)).tolist())
        yield SIGMOID_EACH.leads_to(probabilities=np.exp(-np.logaddexp(0, -z)).tolist())
        if abs(z.sum()) > 1e-9:
            yield LINEAR.leads_to(probabilities=(z / z.sum()).tolist())
        if given.temperature != 1:
            raw = array(given.logits)
            yield TEMPERATURE_IGNORED.leads_to(probabilities=softmax(raw).tolist())
            yield TEMPERATURE_MULTIPLIED.leads_to(probabilities=softmax(raw * given.temperature).tolist())


def softmax(logits: Array, axis: int = -1) -> Array:
    r"""$e^{z_i} / \sum_k e^{z_k}$ along `axis`; the largest score is subtracted, so nothing overflows."""
    powers = np.exp(logits - logits.max(axis=axis, keepdims=True))
    normalised: Array = powers / powers.sum(axis=axis, keepdims=True)
    return normalised


def scores(given: SoftmaxInputs) -> Array:
    return array(given.logits) / given.temperature


def working(given: SoftmaxInputs) -> Iterable[Step]:
    z = scores(given)
    probabilities = softmax(z).tolist()
    if given.temperature != 1:
        yield Step(
            rf"\frac{{1}}{{{number(given.temperature)}}} {matrix([*given.logits])} = {matrix(z.tolist())}",
            text("每个得分先除以温度。", "First divide every score by the temperature."),
        )
    if abs(z.max()) > LARGE:
        largest, z = z.max(), z - z.max()
        yield Step(
            rf"z_i - \left({number(largest)}\right) : \quad {matrix(z.tolist())}",
            text(
                "数很大：都减去最大的得分，比例不变。",
                "The scores are large: subtract the largest from all; the ratios stay the same.",
            ),
        )
    powers = np.exp(z).tolist()
    more = r" + \cdots" if len(powers) > SHOWN else ""
    yield Step(
        r",\quad ".join(
            rf"e^{{{number(x)}}} = {number(p)}" for x, p in zip(z[:SHOWN], powers[:SHOWN], strict=True)
        ),
        text("对每个得分取以 e 为底的指数。", "Take the exponential of every score."),
    )
    yield Step(
        " + ".join(number(p) for p in powers[:SHOWN]) + f"{more} = {number(sum(powers))}",
        text("把这些指数相加，作为公共分母。", "Add the exponentials: the common denominator."),
    )
    for i, (power, p) in enumerate(zip(powers[:SHOWN], probabilities[:SHOWN], strict=True), start=1):
        yield Step(
            rf"p_{{{i}}} = \frac{{{number(power)}}}{{{number(sum(powers))}}} = {number(p)}",
            text(f"第 {i} 个指数除以总和。", f"Exponential {i} divided by the sum."),
        )
    yield Step(
        rf"p = {matrix(probabilities)}",
        text("检查：各概率之和为 1。", "Check: the probabilities add up to 1."),
    )
