"""Activation functions and their derivatives."""

from collections.abc import Iterable
from typing import Literal

import numpy as np
from numpy.random import Generator

from app.operations.arrays import Array, Number, Vector, array
from app.operations.operation import Inputs, Mistake, Operation, Solution, Step, number, signed
from app.text import text

SHOWN = 16  # points worked one by one
Function = Literal["sigmoid", "tanh", "relu", "leaky_relu", "prelu"]


class ActivationInputs(Inputs):
    function: Function
    points: Vector
    slope: Number = 0.01


TANH_FOR_SIGMOID = Mistake(
    "tanh_for_sigmoid",
    text("用了 tanh", "tanh in place of sigmoid"),
    text("sigmoid 的输出在 0 和 1 之间。", "The outputs of sigmoid lie between 0 and 1."),
)
SIGMOID_FOR_TANH = Mistake(
    "sigmoid_for_tanh",
    text("用了 sigmoid", "sigmoid in place of tanh"),
    text("tanh 的输出在 −1 和 1 之间。", "The outputs of tanh lie between −1 and 1."),
)
EXPONENT_SIGN = Mistake(
    "exponent_sign",
    text("指数漏了负号", "minus missing in the exponent"),
    text("sigmoid 随 x 增大而增大，还是减小？", "Does sigmoid rise or fall as x grows?"),
)
FACTOR_FORGOTTEN = Mistake(
    "factor_forgotten",
    text("导数漏了第二个因子", "second factor of the derivative forgotten"),
    text("sigmoid 的导数是两个因子的乘积。", "The derivative of sigmoid is a product of two factors."),
)
SQUARE_FORGOTTEN = Mistake(
    "square_forgotten",
    text("导数里漏了平方", "square forgotten in the derivative"),
    text("再看一遍 tanh 的导数公式。", "Look at the derivative of tanh once more."),
)
POINT_FOR_VALUE = Mistake(
    "point_for_value",
    text("求导时代入了 x 而不是函数值", "the point used in place of the value"),
    text(
        "用函数值表示的导数公式，代入的应是函数值。",
        "A derivative written in terms of the value takes the value.",
    ),
)
IDENTITY = Mistake(
    "identity",
    text("负数没有变成 0", "negative points passed through"),
    text("ReLU 对负的输入输出什么？", "What does ReLU output for a negative input?"),
)
ABSOLUTE = Mistake(
    "absolute_value",
    text("取了绝对值", "absolute value taken"),
    text("ReLU 不会把负数变成正数。", "ReLU does not turn a negative number positive."),
)
SLOPE_FORGOTTEN = Mistake(
    "relu_for_leaky",
    text("按普通 ReLU 算了", "plain ReLU computed"),
    text("负半轴上还有一个小斜率。", "There is a small slope on the negative side."),
)
SLOPE_SIGN = Mistake(
    "slope_sign",
    text("负半轴的斜率反号了", "sign of the negative side's slope flipped"),
    text(
        "负的输入乘以斜率，结果的符号由谁决定？",
        "A negative input times the slope: which sign has the product?",
    ),
)
VALUE_FOR_DERIVATIVE = Mistake(
    "value_for_derivative",
    text("把函数值当成了导数", "value given as the derivative"),
    text("导数是函数图像的斜率。", "The derivative is the slope of the graph."),
)


class Activation(Operation[ActivationInputs]):
    r"""Values and derivatives of an activation function.

    sigmoid $\sigma(x) = \frac{1}{1 + e^{-x}}$, $\sigma' = \sigma (1 - \sigma)$;
    $\tanh x = \frac{e^x - e^{-x}}{e^x + e^{-x}}$, $\tanh' = 1 - \tanh^2$;
    ReLU $\max(0, x)$; leaky ReLU and PReLU: $x$ where $x > 0$, else $\alpha x$.
    At $0$ the derivative is that of the negative side: $0$ for ReLU, $\alpha$ for the other two.
    `function`; `points`: a vector; `slope`: $\alpha$, used by leaky_relu and prelu only.
    Results: `values`, `derivatives` (one per point).
    """

    name = "activation"
    title = text("激活函数", "Activation functions")
    Inputs = ActivationInputs
    example = {"function": "sigmoid", "points": [-2, -0.5, 0, 1, 3]}

    def solve(self, given: ActivationInputs) -> Solution:
        values, derivatives = evaluate(given.function, array(given.points), given.slope)
        results = {"values": values.tolist(), "derivatives": derivatives.tolist()}
        return Solution(results, tuple(working(given, values, derivatives)))

    def draw(self, like: ActivationInputs, rng: Generator) -> ActivationInputs:
        whole = all(float(x).is_integer() for x in like.points)
        sizes = rng.integers(1, 6 if whole else 41, size=len(like.points))
        points = np.sign(like.points).astype(int) * sizes
        sloped = like.function in ("leaky_relu", "prelu")
        slope = rng.choice([0.01, 0.02, 0.05, 0.1, 0.2, 0.25]).item() if sloped else like.slope
        return ActivationInputs(
            function=like.function, points=(points if whole else points / 10).tolist(), slope=slope
        )

    def mistakes(self, given: ActivationInputs) -> Iterable[Mistake]:
        x = array(given.points)
        values, _ = evaluate(given.function, x, given.slope)
        if given.function in ("sigmoid", "tanh"):
            yield from smooth_mistakes(given.function, x, values)
            return
        if np.any(x < 0):
            for mistake, slope in slope_mistakes(given):
                yield both(mistake, evaluate("prelu", x, slope))
        if np.any(x > 0):
            yield VALUE_FOR_DERIVATIVE.leads_to(derivatives=values.tolist())


def smooth_mistakes(function: Function, x: Array, values: Array) -> Iterable[Mistake]:
    if function == "sigmoid":
        yield both(TANH_FOR_SIGMOID, evaluate("tanh", x))
        yield FACTOR_FORGOTTEN.leads_to(derivatives=values.tolist())
        yield POINT_FOR_VALUE.leads_to(derivatives=(x * (1 - x)).tolist())
        if np.any(x != 0):
            yield both(EXPONENT_SIGN, evaluate("sigmoid", -x))
        return
    yield both(SIGMOID_FOR_TANH, evaluate("sigmoid", x))
    if np.any(x != 0):
        yield SQUARE_FORGOTTEN.leads_to(derivatives=(1 - values).tolist())
        yield POINT_FOR_VALUE.leads_to(derivatives=(1 - x**2).tolist())


def slope_mistakes(given: ActivationInputs) -> Iterable[tuple[Mistake, float]]:
    if given.function == "relu":
        yield IDENTITY, 1.0
        yield ABSOLUTE, -1.0
    elif given.slope != 0:
        yield SLOPE_FORGOTTEN, 0.0
        yield SLOPE_SIGN, -given.slope


def both(mistake: Mistake, wrong: tuple[Array, Array]) -> Mistake:
    return mistake.leads_to(values=wrong[0].tolist(), derivatives=wrong[1].tolist())


def evaluate(function: Function, x: Array, slope: float = 0.0) -> tuple[Array, Array]:
    """Values and derivatives at `x`, of any shape; `slope` matters to leaky_relu and prelu only."""
    if function == "sigmoid":
        values = np.exp(-np.logaddexp(0, -x))  # 1 / (1 + e^-x), and no overflow
        return values, values * (1 - values)
    if function == "tanh":
        values = np.tanh(x)
        return values, 1 - values**2
    alpha = 0.0 if function == "relu" else slope  # + 0.0 below: no negative zero
    return np.where(x > 0, x, alpha * x + 0.0), np.where(x > 0, 1.0, alpha)


def working(given: ActivationInputs, values: Array, derivatives: Array) -> Iterable[Step]:
    for x, y, dy in zip(given.points[:SHOWN], values[:SHOWN], derivatives[:SHOWN], strict=True):
        value, derivative = formulas(given, x, y)
        where = f"x = {x}"
        yield Step(
            rf"f({number(x)}) = {value} = {number(y)}",
            text(f"{where} 处的函数值。", f"The value at {where}."),
        )
        yield Step(
            rf"f'({number(x)}) = {derivative} = {number(dy)}",
            text(f"{where} 处的导数。", f"The derivative at {where}."),
        )


def formulas(given: ActivationInputs, x: float, y: float) -> tuple[str, str]:
    """The value and the derivative at `x` with the numbers plugged in, before they are worked out."""
    if given.function == "sigmoid":
        return (
            rf"\frac{{1}}{{1 + e^{{{number(-x)}}}}}",
            rf"{number(y)} \times (1 - {number(y)})",
        )
    if given.function == "tanh":
        up, down = rf"e^{{{number(x)}}}", rf"e^{{{number(-x)}}}"
        return rf"\frac{{{up} - {down}}}{{{up} + {down}}}", rf"1 - {signed(y)}^2"
    if given.function == "relu":
        return rf"\max(0, {number(x)})", "1" if x > 0 else "0"
    return (number(x), "1") if x > 0 else (rf"{signed(given.slope)} \times {signed(x)}", number(given.slope))
