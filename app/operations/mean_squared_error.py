"""Mean squared error."""

from collections.abc import Iterable
from typing import Literal

import numpy as np
from numpy.random import Generator
from pydantic import model_validator

from app.operations.arrays import Vector, array, numbers_like, require_same_shape
from app.operations.losses import SAMPLE_LEFT_OUT, SHOWN, SUM_FOR_MEAN, mean_formula, sample
from app.operations.operation import (
    RIGHT,
    Inputs,
    Mistake,
    Operation,
    Place,
    Results,
    Step,
    Way,
    number,
    signed,
)
from app.text import text


class SquaredErrorInputs(Inputs):
    targets: Vector
    predictions: Vector

    @model_validator(mode="after")
    def lengths_agree(self) -> "SquaredErrorInputs":
        require_same_shape(self.targets, self.predictions)
        return self


Square = Literal["square", "absolute", "plain", "doubled", "signed"]  # what is made of an error

ROOT = Mistake(
    "root",
    text("多开了方（RMSE）", "square root taken (RMSE)"),
    text("均方误差求平均之后就结束了。", "The mean squared error ends with the mean."),
)
ABSOLUTE = Mistake(
    "absolute_error",
    text("用了绝对误差（MAE）", "absolute error taken (MAE)"),
    text("每个误差在求平均之前要做什么？", "What is done to each error before averaging?"),
)
NOT_SQUARED = Mistake(
    "not_squared",
    text("误差没有平方", "errors not squared"),
    text("正负误差不能互相抵消。", "Positive and negative errors must not cancel."),
)
DOUBLED = Mistake(
    "doubled_not_squared",
    text("把平方算成了乘以 2", "doubled in place of squared"),
    text("3 的平方是 6 吗？", "Is the square of 3 equal to 6?"),
)
SQUARE_NEGATIVE = Mistake(
    "square_negative",
    text("负数的平方算成了负数", "the square of a negative number taken as negative"),
    text("两个负数相乘，结果的符号是什么？", "Which sign has the product of two negative numbers?"),
)
NEGATIVE_SUBTRACTED = Mistake(
    "minus_minus",
    text("减去负数时丢了一个负号", "a minus lost in subtracting a negative number"),
    text("减去一个负数等于加上什么？", "Subtracting a negative number is the same as adding what?"),
)
HALVED = Mistake(
    "halved",
    text("多乘了 1/2", "an extra factor ½"),
    text(
        "有的教材加 1/2 使求导方便，这里的定义没有。",
        "Some books add ½ to ease the derivative; the definition here has none.",
    ),
)
ONE_LESS = Mistake(
    "divided_by_one_less",
    text("除以了 n − 1", "divided by n − 1"),
    text(
        "n − 1 用于估计样本方差；这里平均几个数？",
        "n − 1 belongs to the variance of a sample; how many numbers are averaged here?",
    ),
)
SQUARE_OF_SUM = Mistake(
    "square_of_sum",
    text("先求和再平方", "errors summed before squaring"),
    text("平方的和等于和的平方吗？", "Is the sum of squares the square of the sum?"),
)
SQUARE_OF_MEAN = Mistake(
    "square_of_mean",
    text("先平均再平方", "errors averaged before squaring"),
    text("先平方还是先平均？", "Which comes first: the square or the mean?"),
)


class MeanSquaredError(Operation[SquaredErrorInputs]):
    r"""Mean squared error.

    $L = \frac{1}{N} \sum_i (y_i - \hat{y}_i)^2$.
    `targets`: $y$; `predictions`: $\hat{y}$, vectors of length N.
    Results: `loss`.
    """

    name = "mean_squared_error"
    title = text("均方误差", "Mean squared error")
    Inputs = SquaredErrorInputs
    example = {"targets": [3, 5, 2, 7], "predictions": [2, 5, 4, 8]}

    def compute(self, given: SquaredErrorInputs, way: Way = RIGHT) -> Results:
        pairs = zip(given.targets, given.predictions, strict=True)
        squares = [squared(y, predicted, way, i) for i, (y, predicted) in enumerate(pairs)]
        if len(squares) > 1:
            squares = [way.keep("squares", square, i) for i, square in enumerate(squares)]
        total = sum(square for i, square in enumerate(squares) if way("counted", True, i))
        power: int = way("sum_to_the_power", 1)
        mean = total**power / way("divisor", len(squares)) / way("halved", 1)
        loss = mean ** way("mean_to_the_power", 1)
        return {"loss": float(np.sqrt(loss) if way("root", False) else loss)}

    def steps(self, given: SquaredErrorInputs, results: Results) -> Iterable[Step]:
        errors = (array(given.targets) - array(given.predictions)).tolist()
        pairs = list(zip(given.targets, given.predictions, errors, strict=True))
        for i, (y, predicted, error) in enumerate(pairs[:SHOWN]):
            yield Step(
                rf"({number(y)} - {signed(predicted)})^2 = {signed(error)}^2 = {number(error**2)}",
                sample(i) + text("误差的平方。", "the squared error."),
            )
        yield Step(mean_formula([error**2 for error in errors]), text("取平均。", "Take the mean."))

    def draw(self, like: SquaredErrorInputs, rng: Generator) -> SquaredErrorInputs:
        low = -9 if min(like.targets + like.predictions) < 0 else 0
        return SquaredErrorInputs(
            targets=numbers_like(like.targets, low, 9, rng),
            predictions=numbers_like(like.predictions, low, 9, rng),
        )

    def mistakes(self, given: SquaredErrorInputs) -> Iterable[Mistake]:
        errors = array(given.targets) - array(given.predictions)
        several = len(errors) > 1  # of a single error, sum and mean, root and absolute value are one
        yield ROOT.by(root=True)
        if several:
            yield SUM_FOR_MEAN.by(divisor=1)
            yield ABSOLUTE.by(square="absolute")
        yield HALVED.by(halved=2)
        if not several or np.any(errors < 0):  # else the same as the absolute errors
            yield NOT_SQUARED.by(square="plain")
        if len(errors) > 2:  # of two, it is the sum
            yield ONE_LESS.by(divisor=len(errors) - 1)
        if several:
            yield SQUARE_OF_SUM.by(square="plain", sum_to_the_power=2)
            yield SQUARE_OF_MEAN.by(square="plain", mean_to_the_power=2)
        if np.any(errors < 0):
            yield SQUARE_NEGATIVE.by(square="signed")
        if min(given.predictions) < 0:
            yield NEGATIVE_SUBTRACTED.by(minus=False)
        yield DOUBLED.by(square="doubled")

    def local_mistakes(self, given: SquaredErrorInputs) -> Iterable[Mistake]:
        pairs = zip(given.targets, given.predictions, strict=True)
        for i, (y, predicted) in enumerate(pairs if len(given.targets) <= 10 else ()):
            if predicted < 0:
                yield NEGATIVE_SUBTRACTED.by(minus=False).at(i, sample(i))
            if y < predicted:
                yield SQUARE_NEGATIVE.by(square="signed").at(i, sample(i))
            if y != predicted:
                yield DOUBLED.by(square="doubled").at(i, sample(i))
                yield SAMPLE_LEFT_OUT.by(counted=False).at(i, sample(i))


def squared(target: float, prediction: float, way: Way, place: Place) -> float:
    error = target - (prediction if way("minus", True, place) else abs(prediction))
    kind: Square = way("square", "square", place)
    return {
        "square": error**2,
        "absolute": abs(error),
        "plain": error,
        "doubled": 2 * abs(error),
        "signed": error * abs(error),
    }[kind]
