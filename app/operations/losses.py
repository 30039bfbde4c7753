"""Losses between targets and predictions."""

from collections.abc import Iterable

import numpy as np
from numpy.random import Generator
from pydantic import model_validator

from app.operations.arrays import Array, Vector, VectorOrMatrix, array, numbers_like, require_same_shape
from app.operations.distributions import (
    ARGUMENTS_SWAPPED,
    SIGN_FORGOTTEN,
    Log,
    distribution,
    distribution_like,
    expected_surprise,
    other_bases,
    require_distributions,
    require_finite,
    require_probabilities,
)
from app.operations.operation import Inputs, Mistake, Operation, Solution, Step, number, refuse, signed
from app.text import text

SHOWN = 16  # terms of a sum, or samples, worked one by one


class SquaredErrorInputs(Inputs):
    targets: Vector
    predictions: Vector

    @model_validator(mode="after")
    def lengths_agree(self) -> "SquaredErrorInputs":
        require_same_shape(self.targets, self.predictions)
        return self


class CrossEntropyInputs(Inputs):
    targets: VectorOrMatrix
    predictions: VectorOrMatrix
    binary: bool = False

    @model_validator(mode="after")
    def probabilities_fit(self) -> "CrossEntropyInputs":
        require_same_shape(self.targets, self.predictions)
        if self.binary and isinstance(self.targets[0], list):
            raise refuse(
                "二分类时每个样本只有一个数：目标和预测各写成一个向量。",
                "With two classes every sample is one number: give targets and predictions as vectors.",
            )
        require = require_probabilities if self.binary else require_distributions
        require(array(self.targets))
        require(array(self.predictions))
        require_finite(*distributions(self))
        return self


class DivergenceInputs(Inputs):
    p: Vector
    q: Vector

    @model_validator(mode="after")
    def distributions_fit(self) -> "DivergenceInputs":
        require_same_shape(self.p, self.q)
        require_distributions(array(self.p))
        require_distributions(array(self.q))
        require_finite(array(self.p), array(self.q))
        return self


SUM_FOR_MEAN = Mistake(
    "sum_for_mean",
    text("求了和，没有取平均", "sum in place of the mean"),
    text("这是所有样本的平均损失。", "The loss is an average over the samples."),
)
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
HALVED = Mistake(
    "halved",
    text("多乘了 1/2", "halved"),
    text(
        "有的教材加 1/2 使求导方便，这里的定义没有。",
        "Some books add ½ to ease the derivative; the definition here has none.",
    ),
)
AVERAGED_OVER_CLASSES = Mistake(
    "averaged_over_classes",
    text("多除了类别数", "averaged over the classes"),
    text("对类别是求和，只对样本取平均。", "Classes are summed; only samples are averaged."),
)
BINARY_FORMULA = Mistake(
    "binary_formula",
    text("用了二分类的公式", "the formula for two classes used"),
    text("多分类交叉熵里有 1 − y 的项吗？", "Has the categorical cross-entropy terms with 1 − y?"),
)
ONE_MINUS_FORGOTTEN = Mistake(
    "one_minus_forgotten",
    text("漏了负类的项", "the term of the negative class forgotten"),
    text("目标为 0 的样本也有损失。", "A sample whose target is 0 has a loss too."),
)
ENTROPY_NOT_SUBTRACTED = Mistake(
    "entropy_not_subtracted",
    text("算成了交叉熵", "cross-entropy computed"),
    text("两个分布相同时，KL 散度应当是多少？", "What is the divergence of two equal distributions?"),
)
WEIGHTS_FORGOTTEN = Mistake(
    "weights_forgotten",
    text("漏乘了概率", "terms not weighted"),
    text("这是一个期望：每一项按概率加权。", "It is an expectation: every term has a probability as weight."),
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

    def solve(self, given: SquaredErrorInputs) -> Solution:
        errors = array(given.targets) - array(given.predictions)
        return Solution({"loss": float(np.mean(errors**2))}, tuple(squared_working(given, errors)))

    def draw(self, like: SquaredErrorInputs, rng: Generator) -> SquaredErrorInputs:
        low = -9 if min(like.targets + like.predictions) < 0 else 0
        return SquaredErrorInputs(
            targets=numbers_like(like.targets, low, 9, rng),
            predictions=numbers_like(like.predictions, low, 9, rng),
        )

    def mistakes(self, given: SquaredErrorInputs) -> Iterable[Mistake]:
        errors = array(given.targets) - array(given.predictions)
        squares = errors**2
        yield ROOT.leads_to(loss=float(np.sqrt(np.mean(squares))))
        yield HALVED.leads_to(loss=float(np.mean(squares / 2)))
        yield NOT_SQUARED.leads_to(loss=float(np.mean(errors)))
        if len(errors) > 1:  # of a single error, root and absolute value are one
            yield SUM_FOR_MEAN.leads_to(loss=float(np.sum(squares)))
            yield ABSOLUTE.leads_to(loss=float(np.mean(abs(errors))))


class CrossEntropy(Operation[CrossEntropyInputs]):
    r"""Cross-entropy, natural logarithm, with $0 \cdot \ln 0 = 0$.

    $L = -\frac{1}{N} \sum_n \sum_k t_{nk} \ln p_{nk}$; where `binary`,
    $L = -\frac{1}{N} \sum_n \left( y_n \ln \hat{y}_n + (1 - y_n) \ln (1 - \hat{y}_n) \right)$.
    `targets`, `predictions`: one distribution (vector of K numbers) or N of them (N × K, one a row);
    where `binary`, vectors of N probabilities of the positive class.
    A prediction of 0 where the target is above 0 is refused: the loss would be infinite.
    Results: `loss`.
    """

    name = "cross_entropy"
    title = text("交叉熵", "Cross-entropy")
    Inputs = CrossEntropyInputs
    example = {"targets": [0, 1, 0], "predictions": [0.2, 0.7, 0.1]}

    def solve(self, given: CrossEntropyInputs) -> Solution:
        losses = expected_surprise(*distributions(given))
        return Solution({"loss": float(losses.mean())}, tuple(entropy_working(given, losses)))

    def draw(self, like: CrossEntropyInputs, rng: Generator) -> CrossEntropyInputs:
        if like.binary:
            targets = numbers_like(like.targets, 0, 1, rng)
            predictions = (rng.integers(1, 20, size=len(like.targets)) / 20).tolist()
            return CrossEntropyInputs(targets=targets, predictions=predictions, binary=True)
        rows = [(distribution_like(t, rng), distribution(len(t), rng)) for t in distributions(like)[0]]
        targets, predictions = map(list, zip(*rows, strict=True))
        if not isinstance(like.targets[0], list):
            targets, predictions = targets[0], predictions[0]
        return CrossEntropyInputs(targets=targets, predictions=predictions)

    def mistakes(self, given: CrossEntropyInputs) -> Iterable[Mistake]:
        targets, predictions = distributions(given)
        loss = float(expected_surprise(targets, predictions).mean())
        samples, classes = targets.shape
        for mistake, log in other_bases():
            yield mistake.leads_to(loss=float(expected_surprise(targets, predictions, log).mean()))
        yield SIGN_FORGOTTEN.leads_to(loss=-loss)
        if samples > 1:
            yield SUM_FOR_MEAN.leads_to(loss=loss * samples)
        if np.all(targets[predictions > 0] > 0):
            yield ARGUMENTS_SWAPPED.leads_to(loss=float(expected_surprise(predictions, targets).mean()))
        if given.binary:
            positive = expected_surprise(targets[:, :1], predictions[:, :1])
            yield ONE_MINUS_FORGOTTEN.leads_to(loss=float(positive.mean()))
            return
        if classes > 1:
            yield AVERAGED_OVER_CLASSES.leads_to(loss=loss / classes)
        if classes > 2 and np.all(targets[predictions == 1] == 1):  # of two classes, it is the sum
            others = expected_surprise(1 - targets, 1 - predictions)
            yield BINARY_FORMULA.leads_to(loss=loss + float(others.mean()))


class KLDivergence(Operation[DivergenceInputs]):
    r"""Kullback–Leibler divergence of one distribution from another, natural logarithm.

    $D(p \Vert q) = \sum_k p_k \ln \frac{p_k}{q_k}$, with $0 \cdot \ln 0 = 0$.
    `p`, `q`: distributions, vectors of the same length; $q_k = 0$ where $p_k > 0$ is refused (infinite).
    Results: `divergence`.
    """

    name = "kl_divergence"
    title = text("KL 散度", "KL divergence")
    Inputs = DivergenceInputs
    example = {"p": [0.5, 0.3, 0.2], "q": [0.4, 0.4, 0.2]}

    def solve(self, given: DivergenceInputs) -> Solution:
        divergence = relative_entropy(array(given.p), array(given.q))
        return Solution({"divergence": divergence}, tuple(divergence_working(given, divergence)))

    def draw(self, like: DivergenceInputs, rng: Generator) -> DivergenceInputs:
        return DivergenceInputs(p=distribution_like(array(like.p), rng), q=distribution(len(like.q), rng))

    def mistakes(self, given: DivergenceInputs) -> Iterable[Mistake]:
        p, q = array(given.p), array(given.q)
        for mistake, log in other_bases():
            yield mistake.leads_to(divergence=relative_entropy(p, q, log))
        yield SIGN_FORGOTTEN.leads_to(divergence=-relative_entropy(p, q))
        if np.all(p[q > 0] > 0):
            yield ARGUMENTS_SWAPPED.leads_to(divergence=relative_entropy(q, p))
        if np.count_nonzero(p) > 1:  # a one-hot p has no entropy, and a single term of weight 1
            yield ENTROPY_NOT_SUBTRACTED.leads_to(divergence=float(expected_surprise(p, q)))
            counted = (p > 0).astype(float)
            unweighted = expected_surprise(counted, q) - expected_surprise(counted, p)
            yield WEIGHTS_FORGOTTEN.leads_to(divergence=float(unweighted))


def distributions(given: CrossEntropyInputs) -> tuple[Array, Array]:
    """Targets and predictions as N × K; a binary sample has the two classes positive, negative."""
    targets, predictions = array(given.targets), array(given.predictions)
    if given.binary:
        return np.stack([targets, 1 - targets], axis=1), np.stack([predictions, 1 - predictions], axis=1)
    return np.atleast_2d(targets), np.atleast_2d(predictions)


def relative_entropy(p: Array, q: Array, log: Log = np.log) -> float:
    present = p > 0
    p, q = p[present], q[present]
    return float(np.sum(p * (log(p) - log(q))))


def mean_formula(terms: list[float]) -> str:
    more = r" + \cdots" if len(terms) > SHOWN else ""
    total = " + ".join(signed(v) for v in terms[:SHOWN]) + more
    return rf"\frac{{1}}{{{len(terms)}}} \left( {total} \right) = {number(sum(terms) / len(terms))}"


def squared_working(given: SquaredErrorInputs, errors: Array) -> Iterable[Step]:
    pairs = list(zip(given.targets, given.predictions, errors, strict=True))
    for i, (y, predicted, error) in enumerate(pairs[:SHOWN], start=1):
        yield Step(
            rf"({number(y)} - {signed(predicted)})^2 = {signed(error)}^2 = {number(error**2)}",
            text(f"样本 {i}：误差的平方。", f"Sample {i}: the squared error."),
        )
    yield Step(mean_formula((errors**2).tolist()), text("取平均。", "Take the mean."))


def entropy_working(given: CrossEntropyInputs, losses: Array) -> Iterable[Step]:
    targets, predictions = distributions(given)
    for n, (t, p, loss) in enumerate(
        zip(targets[:SHOWN], predictions[:SHOWN], losses, strict=False), start=1
    ):
        terms = [(a, b) for a, b in zip(t, p, strict=True) if a > 0]
        total = " + ".join(rf"{number(a)} \ln {number(b)}" for a, b in terms[:SHOWN])
        more = r" + \cdots" if len(terms) > SHOWN else ""
        yield Step(
            rf"-\left( {total}{more} \right) = {number(loss)}",
            text(
                f"样本 {n}：目标为 0 的项不起作用，其余按目标加权。",
                f"Sample {n}: terms with target 0 vanish; the others are weighted by their targets.",
            ),
        )
    if len(losses) > 1:
        yield Step(mean_formula(losses.tolist()), text("对样本取平均。", "Take the mean over the samples."))


def divergence_working(given: DivergenceInputs, divergence: float) -> Iterable[Step]:
    pairs = [(p, q) for p, q in zip(given.p, given.q, strict=True) if p > 0]
    terms = [p * (np.log(p) - np.log(q)) for p, q in pairs]
    for (p, q), term in list(zip(pairs, terms, strict=True))[:SHOWN]:
        yield Step(
            rf"{number(p)} \times \ln \frac{{{number(p)}}}{{{number(q)}}} = {number(term)}",
            text("一项：概率乘以比值的对数。", "One term: a probability times the log of the ratio."),
        )
    more = r" + \cdots" if len(terms) > SHOWN else ""
    yield Step(
        " + ".join(signed(term) for term in terms[:SHOWN]) + f"{more} = {number(divergence)}",
        text("各项相加；p 为 0 的项不起作用。", "Add the terms; those with p = 0 vanish."),
    )
