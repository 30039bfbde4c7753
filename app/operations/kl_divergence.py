"""Kullback–Leibler divergence."""

from collections.abc import Iterable
from typing import Any, Literal

import numpy as np
from numpy.random import Generator
from pydantic import model_validator

from app.operations.arrays import Vector, array, require_same_shape
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
)
from app.operations.losses import SHOWN, sum_formula
from app.operations.operation import RIGHT, Inputs, Mistake, Operation, Place, Results, Step, Way, number
from app.text import Text, text


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


Weight = Literal["p", "q", "one"]
Compared = Literal["log ratio", "absolute", "quotient of logs", "ratio", "log p", "log q", "squares"]

ENTROPY_NOT_SUBTRACTED = Mistake(
    "entropy_not_subtracted",
    text("算成了交叉熵", "cross-entropy computed"),
    text("两个分布相同时，KL 散度应当是多少？", "What is the divergence of two equal distributions?"),
)
ENTROPY_ALONE = Mistake(
    "entropy_alone",
    text("只算了 P 的熵", "only the entropy of P computed"),
    text("结果里用到分布 Q 了吗？", "Does the result depend on Q at all?"),
)
WEIGHTS_FORGOTTEN = Mistake(
    "weights_forgotten",
    text("漏乘了概率", "not weighted by the probability"),
    text("这是一个期望：每一项按概率加权。", "It is an expectation: every term has a probability as weight."),
)
WEIGHTED_BY_Q = Mistake(
    "weighted_by_q",
    text("按 Q 加权了", "weighted by Q"),
    text("期望是按哪一个分布求的？", "Under which of the two distributions is the expectation?"),
)
MEAN_FOR_SUM = Mistake(
    "mean_for_sum",
    text("多除了项数", "divided by the number of terms"),
    text(
        "概率已经是权重了，还要再取平均吗？", "The probabilities are weights already. Is another mean needed?"
    ),
)
ABSOLUTE_TERMS = Mistake(
    "absolute_terms",
    text("对数的负号丢了", "minus of a logarithm dropped"),
    text(
        "p 小于 q 的那一项，比值的对数是正还是负？",
        "Where p is below q, is the logarithm of the ratio positive or negative?",
    ),
)
QUOTIENT_OF_LOGS = Mistake(
    "quotient_of_logs",
    text("把比值的对数算成了对数的比值", "quotient of logarithms in place of the log of the quotient"),
    text(
        "比值的对数等于两个对数的什么？",
        "The logarithm of a quotient is which combination of two logarithms?",
    ),
)
LOG_FORGOTTEN = Mistake(
    "log_forgotten",
    text("没有取对数", "no logarithm taken"),
    text("两个分布相同时，每一项应当是多少？", "What should every term be when the distributions are equal?"),
)
SQUARED_DIFFERENCE = Mistake(
    "squared_difference",
    text("求了差的平方和", "squared differences added"),
    text(
        "KL 散度用比值的对数来比较两个概率。",
        "The divergence compares two probabilities by the log of their ratio.",
    ),
)
TERM_LEFT_OUT = Mistake(
    "term_left_out",
    text("这一项没有计入", "this term left out"),
    text("和里一共有几项？", "How many terms has the sum?"),
)


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

    def compute(self, given: DivergenceInputs, way: Way = RIGHT) -> Results:
        p, q = array(given.p), array(given.q)
        if way("swapped", False):
            p, q = q, p
        present = [int(k) for k in np.flatnonzero(p)]
        terms = [term(p[k], q[k], way, k) for k in present if way("counted", True, k)]
        if len(present) > 1:
            terms = [way.keep("terms", value) for value in terms]
        return {"divergence": way("sign", 1) * float(sum(terms)) / way("divisor", 1)}

    def steps(self, given: DivergenceInputs, results: Results) -> Iterable[Step]:
        pairs = [(p, q) for p, q in zip(given.p, given.q, strict=True) if p > 0]
        terms = [term(np.float64(p), np.float64(q)) for p, q in pairs]
        for (p, q), value in list(zip(pairs, terms, strict=True))[:SHOWN]:
            yield Step(
                rf"{number(p)} \times \ln \frac{{{number(p)}}}{{{number(q)}}} = {number(value)}",
                text("一项：概率乘以比值的对数。", "One term: a probability times the log of the ratio."),
            )
        yield Step(
            f"{sum_formula(terms)} = {number(results['divergence'])}",
            text("各项相加；p 为 0 的项不起作用。", "Add the terms; those with p = 0 vanish."),
        )

    def draw(self, like: DivergenceInputs, rng: Generator) -> DivergenceInputs:
        return DivergenceInputs(p=distribution_like(array(like.p), rng), q=distribution(len(like.q), rng))

    def mistakes(self, given: DivergenceInputs) -> Iterable[Mistake]:
        p, q = array(given.p), array(given.q)
        several = np.count_nonzero(p) > 1  # a one-hot p has no entropy, and a single term of weight 1
        yield LOG_BASE_TWO.by(base=2)
        yield LOG_BASE_TEN.by(base=10)
        yield SIGN_FORGOTTEN.by(sign=-1)
        yield ARGUMENTS_SWAPPED.by(swapped=True)
        if several:
            yield ENTROPY_NOT_SUBTRACTED.by(compared="log q")
            yield WEIGHTS_FORGOTTEN.by(weight="one")
        yield WEIGHTED_BY_Q.by(weight="q")
        if np.any((p > 0) & (p < q)):
            yield ABSOLUTE_TERMS.by(compared="absolute")
        if len(p) > 1:
            yield MEAN_FOR_SUM.by(divisor=len(p))
        if several:
            yield ENTROPY_ALONE.by(compared="log p")
            yield QUOTIENT_OF_LOGS.by(compared="quotient of logs")
        yield LOG_FORGOTTEN.by(compared="ratio")
        if several and np.all(p > 0):
            yield SQUARED_DIFFERENCE.by(weight="one", compared="squares")

    def local_mistakes(self, given: DivergenceInputs) -> Iterable[Mistake]:
        pairs = zip(given.p, given.q, strict=True)
        for k, (p, q) in enumerate(pairs if len(given.p) <= 10 else ()):
            if 0 < p < q:
                yield ABSOLUTE_TERMS.by(compared="absolute").at(k, where(k))
            if 0 < p < 1 and p != q:
                yield WEIGHTS_FORGOTTEN.by(weight="one").at(k, where(k))
                yield TERM_LEFT_OUT.by(counted=False).at(k, where(k))


def term(p: np.float64, q: np.float64, way: Way = RIGHT, k: Place | None = None) -> float:
    weight: Weight = way("weight", "p", k)
    return float({"p": p, "q": q, "one": 1}[weight] * compared(p, q, way, k))


def compared(p: np.float64, q: np.float64, way: Way, k: Place | None) -> Any:
    kind: Compared = way("compared", "log ratio", k)
    log = logarithm(way)
    match kind:
        case "log ratio":
            return log(p) - log(q)
        case "absolute":
            return abs(log(p) - log(q))
        case "quotient of logs":
            return log(p) / log(q)
        case "ratio":
            return p / q
        case "log p":
            return -log(p)
        case "log q":
            return -log(q)
        case "squares":
            return (p - q) ** 2


def where(k: int) -> Text:
    return text(f"第 {k + 1} 项：", f"Term {k + 1}:")
