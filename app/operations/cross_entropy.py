"""Cross-entropy, of many classes or of two."""

from collections.abc import Iterable
from typing import Literal

import numpy as np
from numpy.random import Generator
from pydantic import model_validator

from app.operations.arrays import Array, VectorOrMatrix, array, each, numbers_like, require_same_shape
from app.operations.distributions import (
    ARGUMENTS_SWAPPED,
    LOG_BASE_TEN,
    LOG_BASE_TWO,
    SIGN_FORGOTTEN,
    distribution,
    distribution_like,
    logarithm,
    require_distributions,
    require_finite,
    require_probabilities,
)
from app.operations.losses import SAMPLE_LEFT_OUT, SHOWN, SUM_FOR_MEAN, mean_formula, sample
from app.operations.operation import RIGHT, Inputs, Mistake, Operation, Results, Step, Way, number, refuse
from app.text import text


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


Weights = Literal["targets", "first", "ones"]  # what the logarithms are weighted by
Logarithm = Literal["each", "last", "never"]  # when it is taken

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
COMPLEMENT = Mistake(
    "complement_taken",
    text("对 1 − p 取了对数", "logarithm of 1 − p"),
    text(
        "真实类别的预测概率越高，损失应当越大还是越小？",
        "The surer the prediction of the true class, should the loss be larger or smaller?",
    ),
)
TARGETS_IGNORED = Mistake(
    "targets_ignored",
    text("把所有类别的对数都加了", "the logarithms of all classes added"),
    text("目标为 0 的类别，那一项是多少？", "What is the term of a class whose target is 0?"),
)
LOG_LAST = Mistake(
    "log_taken_last",
    text("最后才取对数", "logarithm taken last"),
    text("先取对数再求和，还是先求和再取对数？", "Which comes first: the logarithm or the sum?"),
)
LOG_FORGOTTEN = Mistake(
    "log_forgotten",
    text("没有取对数", "no logarithm taken"),
    text(
        "预测完全正确（概率为 1）时，损失应当是多少？",
        "What should a perfect prediction (probability 1) cost?",
    ),
)
ENTROPY_SUBTRACTED = Mistake(
    "entropy_subtracted",
    text("多减了目标分布的熵（算成了 KL 散度）", "entropy of the targets subtracted (KL divergence)"),
    text("两个分布相同时，交叉熵是 0 吗？", "Is the cross-entropy of two equal distributions zero?"),
)


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

    def compute(self, given: CrossEntropyInputs, way: Way = RIGHT) -> Results:
        targets, predictions = distributions(given)
        if way("swapped", False):
            targets, predictions = predictions, targets
        counted = each(way, "counted", 1, len(targets))
        total = float(np.sum(counted * surprises(targets, predictions, way)))
        mean = total / way("samples", len(targets)) / way("classes", 1)
        when: Logarithm = way("logarithm", "each")
        loss = float(logarithm(way)(np.float64(mean))) if when == "last" else mean
        return {"loss": way("sign", -1) * loss + 0.0}  # never a negative zero

    def steps(self, given: CrossEntropyInputs, results: Results) -> Iterable[Step]:
        targets, predictions = distributions(given)
        losses = -surprises(targets, predictions)
        for n, (t, p, loss) in enumerate(zip(targets[:SHOWN], predictions, losses, strict=False)):
            terms = [(a, b) for a, b in zip(t, p, strict=True) if a > 0]
            total = " + ".join(rf"{number(a)} \ln {number(b)}" for a, b in terms[:SHOWN])
            more = r" + \cdots" if len(terms) > SHOWN else ""
            yield Step(
                rf"-\left( {total}{more} \right) = {number(loss)}",
                sample(n)
                + text(
                    "目标为 0 的项不起作用，其余按目标加权。",
                    "terms with target 0 vanish; the others are weighted by their targets.",
                ),
            )
        if len(losses) > 1:
            yield Step(
                mean_formula(losses.tolist()), text("对样本取平均。", "Take the mean over the samples.")
            )

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
        targets, _ = distributions(given)
        samples, classes = targets.shape
        soft = np.any((targets > 0) & (targets < 1))
        yield LOG_BASE_TWO.by(base=2)
        yield LOG_BASE_TEN.by(base=10)
        yield SIGN_FORGOTTEN.by(sign=1)
        if samples > 1:
            yield SUM_FOR_MEAN.by(samples=1)
        if given.binary:
            yield ONE_MINUS_FORGOTTEN.by(weights="first")
        elif classes > 1:
            yield AVERAGED_OVER_CLASSES.by(classes=classes)
        if classes > 2:  # of two, it is the sum
            yield BINARY_FORMULA.by(others=True)
        yield COMPLEMENT.by(complement=1)
        yield ARGUMENTS_SWAPPED.by(swapped=True)
        yield TARGETS_IGNORED.by(weights="ones")
        if samples > 1 or soft:
            yield LOG_LAST.by(logarithm="last")
        yield LOG_FORGOTTEN.by(logarithm="never")
        if soft:
            yield ENTROPY_SUBTRACTED.by(entropy=True)

    def local_mistakes(self, given: CrossEntropyInputs) -> Iterable[Mistake]:
        samples = len(distributions(given)[0])
        for n in range(samples if 1 < samples <= 10 else 0):
            yield COMPLEMENT.by(complement=1).at(n, sample(n))
            yield SAMPLE_LEFT_OUT.by(counted=0).at(n, sample(n))


def distributions(given: CrossEntropyInputs) -> tuple[Array, Array]:
    """Targets and predictions as N × K; a binary sample has the two classes positive, negative."""
    targets, predictions = array(given.targets), array(given.predictions)
    if given.binary:
        return np.stack([targets, 1 - targets], axis=1), np.stack([predictions, 1 - predictions], axis=1)
    return np.atleast_2d(targets), np.atleast_2d(predictions)


def surprises(targets: Array, predictions: Array, way: Way = RIGHT) -> Array:
    r"""$\sum_k t_{nk} \ln p_{nk}$ of every sample; a term of weight 0 is 0."""
    complement = each(way, "complement", 0, len(targets))[:, None]
    p = np.where(complement, 1 - predictions, predictions)
    kind: Weights = way("weights", "targets")
    weights = {"targets": targets, "first": targets * (np.arange(targets.shape[1]) == 0)}.get(
        kind, np.ones_like(targets)
    )
    total = weighted(weights, p, way)
    if way("others", False):
        total = total + weighted(1 - weights, 1 - p, way)
    return total - weighted(targets, targets, way) if way("entropy", False) else total


def weighted(weights: Array, probabilities: Array, way: Way) -> Array:
    present = np.where(weights > 0, probabilities, 1.0)
    when: Logarithm = way("logarithm", "each")
    logs = logarithm(way)(present) if when == "each" else present
    if np.count_nonzero(weights) > 1:  # else a log is the loss
        logs = way.keep("logs", logs)
    total: Array = np.sum(weights * logs, axis=-1)
    return total
