"""Softmax: scores to probabilities."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

import numpy as np
from numpy.random import Generator
from pydantic import Field

from app.operations.arrays import Array, Number, Vector, array, each
from app.operations.operation import RIGHT, Inputs, Mistake, Operation, Results, Step, Way, matrix, number
from app.text import Text, text

SHOWN = 16  # elements worked one by one
LARGE = 30  # beyond this, the largest score is subtracted before taking powers


class SoftmaxInputs(Inputs):
    logits: Annotated[Vector, Field(min_length=2)]
    temperature: Annotated[Number, Field(ge=0.001)] = 1


Powers = Literal["exponentials", "scores", "squares", "largest"]  # what is normalised
Denominator = Literal["sum", "none", "one and own", "others", "product", "largest"]

UNNORMALISED = Mistake(
    "unnormalised",
    text("没有归一化", "not normalised"),
    text("各类概率之和应当是多少？", "What should the probabilities add up to?"),
)
BASE_TWO = Mistake(
    "base_two",
    text("底数用了 2", "powers of two"),
    text("这里的指数函数以什么为底？", "What is the base of the exponential function here?"),
)
BASE_TEN = Mistake(
    "base_ten",
    text("底数用了 10", "powers of ten"),
    text("这里的指数函数以什么为底？", "What is the base of the exponential function here?"),
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
SQUARED = Mistake(
    "squares_for_exponentials",
    text("用平方代替了指数", "squares in place of exponentials"),
    text(
        "−2 和 2 的平方相同：它们的概率应当相同吗？",
        "−2 and 2 have the same square: should they get the same probability?",
    ),
)
EXPONENT_SIGN = Mistake(
    "exponent_sign",
    text("指数多了负号", "minus in the exponents"),
    text("得分越大，概率应当越大还是越小？", "Should a probability rise or fall with its own score?"),
)
MINUS_DROPPED = Mistake(
    "minus_dropped",
    text("负数的负号丢了", "minus of a negative number dropped"),
    text("负数前面的负号带进指数里了吗？", "Did the minus of a negative number get into the exponent?"),
)
POWER_OF_ZERO = Mistake(
    "power_of_zero",
    text("把 0 次幂当成了 0", "a power with exponent 0 taken as 0"),
    text("任何正数的 0 次幂是多少？", "What is a positive number to the power of 0?"),
)
OWN_TERM_LEFT_OUT = Mistake(
    "own_term_left_out",
    text("分母漏了自己这一项", "own term missing in the denominator"),
    text(
        "分母是几项之和？各个输出的分母相同吗？",
        "How many terms has the denominator? Is it the same for all outputs?",
    ),
)
POWER_OF_SUM = Mistake(
    "power_of_sum",
    text("分母先求和再取了指数", "exponential of the sum in the denominator"),
    text(
        "分母是先取指数再相加，还是先相加再取指数？",
        "In the denominator, which comes first: the exponential or the sum?",
    ),
)
LARGEST_FOR_SUM = Mistake(
    "divided_by_largest",
    text("减去最大得分之后没有归一化", "largest score subtracted, then not normalised"),
    text(
        "减去最大值只是为了防止溢出：之后还差哪一步？",
        "Subtracting the largest only prevents overflow: which step is still missing?",
    ),
)
WINNER_TAKES_ALL = Mistake(
    "winner_takes_all",
    text("只给最大的得分概率 1", "all probability given to the largest score"),
    text(
        "softmax 是“软”的最大值：其余各类的概率是 0 吗？",
        "Softmax is a soft maximum: do the others get nothing?",
    ),
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

    def compute(self, given: SoftmaxInputs, way: Way = RIGHT) -> Results:
        z = array(given.logits) / each(way, "temperature", given.temperature, len(given.logits))
        if given.temperature != 1:
            z = way.keep("scores", z)
        powers = way.keep("powers", powers_of(z, way))
        total = way.keep("sum", float(powers.sum()))
        return {"probabilities": (powers / divisor(powers, total, way)).tolist()}

    def steps(self, given: SoftmaxInputs, results: Results) -> Iterable[Step]:
        z = array(given.logits) / given.temperature
        probabilities: Any = results["probabilities"]
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
        yield from normalising(z, probabilities)

    def draw(self, like: SoftmaxInputs, rng: Generator) -> SoftmaxInputs:
        whole = all(float(z).is_integer() for z in like.logits)
        grid = np.arange(-2, 5) if whole else np.arange(-20, 41) / 10
        size = len(like.logits)
        logits = rng.choice(grid, size=size, replace=size > len(grid)).tolist()
        temperature = 1 if like.temperature == 1 else rng.choice([0.5, 2.0, 4.0, 5.0]).item()
        return SoftmaxInputs(logits=logits, temperature=temperature)

    def mistakes(self, given: SoftmaxInputs) -> Iterable[Mistake]:
        z = array(given.logits)
        if given.temperature != 1:
            yield TEMPERATURE_IGNORED.by(temperature=1)
            yield TEMPERATURE_MULTIPLIED.by(temperature=1 / given.temperature)
        yield UNNORMALISED.by(denominator="none")
        yield BASE_TWO.by(base=2)
        yield BASE_TEN.by(base=10)
        yield SIGMOID_EACH.by(denominator="one and own")
        if np.any(z < 0):
            yield MINUS_DROPPED.by(minus=0)
        if np.any(z > 0):  # else the same as the minus dropped
            yield EXPONENT_SIGN.by(sign=-1)
        if np.any(z == 0):
            yield POWER_OF_ZERO.by(power_of_zero=0)
        if abs(z.sum()) > 1e-9:
            yield LINEAR.by(powers="scores")
            yield POWER_OF_SUM.by(denominator="product")
        yield OWN_TERM_LEFT_OUT.by(denominator="others")
        if z.max():
            yield LARGEST_FOR_SUM.by(denominator="largest")
        if np.count_nonzero(z == z.max()) == 1:
            yield WINNER_TAKES_ALL.by(powers="largest")
        yield SQUARED.by(powers="squares")

    def local_mistakes(self, given: SoftmaxInputs) -> Iterable[Mistake]:
        for i, z in enumerate(given.logits if len(given.logits) <= SHOWN else ()):
            if z < 0:
                yield MINUS_DROPPED.by(minus=0).at(i, where(i))
            if z != 0 and given.temperature != 1:
                yield TEMPERATURE_IGNORED.by(temperature=1).at(i, where(i))


def softmax(logits: Array, axis: int = -1) -> Array:
    r"""$e^{z_i} / \sum_k e^{z_k}$ along `axis`; the largest score is subtracted, so nothing overflows."""
    powers = np.exp(logits - logits.max(axis=axis, keepdims=True))
    normalised: Array = powers / powers.sum(axis=axis, keepdims=True)
    return normalised


def powers_of(z: Array, way: Way) -> Array:
    """What is normalised; large scores are shifted, which changes no ratio."""
    kind: Powers = way("powers", "exponentials")
    if kind != "exponentials":
        others: dict[Powers, Array] = {
            "scores": z,
            "squares": z**2,
            "largest": np.where(z == z.max(), 1.0, 0.0),
        }
        return others[kind]
    minus = each(way, "minus", 1, len(z))
    exponents = way("sign", 1) * np.where(minus, z, abs(z))
    largest = exponents.max()
    shift = largest if abs(largest) > LARGE and way("denominator", "sum") == "sum" else 0
    powers: Array = way("base", np.e) ** (exponents - shift)
    return powers if way("power_of_zero", 1) else np.where(z == 0, 0, powers)


def divisor(powers: Array, total: float, way: Way) -> Array | float:
    kind: Denominator = way("denominator", "sum")
    match kind:
        case "sum":
            return total
        case "none":
            return 1.0
        case "one and own":
            return 1 + powers
        case "others":
            return total - powers
        case "product":
            return float(powers.prod())
        case "largest":
            return float(powers.max())


def normalising(z: Array, probabilities: Any) -> Iterable[Step]:
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


def where(i: int) -> Text:
    return text(f"第 {i + 1} 个得分：", f"Score {i + 1}:")
