"""Probability distributions: what they must satisfy, how they are drawn, and the logarithms taken of them."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.random import Generator

from app.operations.arrays import Array
from app.operations.operation import Mistake, Way, refuse
from app.text import text

Log = Callable[[Any], Any]  # of a number or of an array
TOLERANCE = 1e-6  # how far from 1 probabilities may sum

LOG_BASE_TWO = Mistake(
    "log_base_two",
    text("用了以 2 为底的对数", "logarithm to base 2"),
    text("这里用自然对数。", "The natural logarithm is meant."),
)
LOG_BASE_TEN = Mistake(
    "log_base_ten",
    text("用了以 10 为底的对数", "logarithm to base 10"),
    text("这里用自然对数。", "The natural logarithm is meant."),
)
SIGN_FORGOTTEN = Mistake(
    "sign_forgotten",
    text("符号反了", "wrong sign"),
    text("这个量不会是负数。", "This quantity is never negative."),
)
ARGUMENTS_SWAPPED = Mistake(
    "arguments_swapped",
    text("两个分布的位置颠倒了", "the two distributions swapped"),
    text("哪一个分布是权重？", "Which of the two distributions is the weight?"),
)


def require_probabilities(values: Array) -> None:
    if values.min() < 0 or values.max() > 1:
        raise refuse("概率要在 0 和 1 之间。", "A probability lies between 0 and 1.")


def require_distributions(values: Array) -> None:
    require_probabilities(values)
    if np.any(abs(values.sum(axis=-1) - 1) > TOLERANCE):
        raise refuse("一个分布的各概率之和要等于 1。", "The probabilities of a distribution must sum to 1.")


def require_finite(weights: Array, probabilities: Array) -> None:
    if np.any(probabilities[weights > 0] == 0):
        raise refuse(
            "真实概率大于 0 的地方预测为 0，结果是无穷大。",
            "A prediction of 0 where the true probability is above 0 makes the result infinite.",
        )


def logarithm(way: Way) -> Log:
    """The logarithm to the base that is taken, e where that is right."""
    base = way("base", np.e)
    return lambda values: np.log(values) / np.log(base)


def distribution(size: int, rng: Generator) -> list[float]:
    """Positive probabilities in steps of 0.05 (0.01 where there are many), that sum to 1."""
    parts = 20 if size <= 10 else 100
    cuts = np.sort(rng.choice(np.arange(1, parts), size=size - 1, replace=False)).tolist()
    return [(b - a) / parts for a, b in pairwise([0, *cuts, parts])]


def distribution_like(values: Array, rng: Generator) -> list[float]:
    """One-hot where `values` is one-hot, else positive."""
    size = len(values)
    if np.count_nonzero(values) > 1:
        return distribution(size, rng)
    hot = int(rng.integers(size))
    return [int(k == hot) for k in range(size)]
