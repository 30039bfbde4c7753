"""Activation functions and their derivatives."""

from collections.abc import Iterable
from typing import Any, Literal

import numpy as np
from numpy.random import Generator

from app.operations import activation_mistakes as wrong
from app.operations.arrays import Array, Number, Vector, array
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
from app.operations.softmax import BASE_TEN, BASE_TWO, MINUS_DROPPED, POWER_OF_ZERO
from app.text import Text, text

SHOWN = 16  # points worked one by one
FAR = 300  # beyond this, sigmoid and tanh are flat to the last digit
Function = Literal["sigmoid", "tanh", "relu", "leaky_relu", "prelu"]
Derivative = Literal["v(1-v)", "1-v^2", "v", "v(1+v)", "1-v", "1+v^2"]  # in terms of the value v
DERIVATIVES: dict[Function, Derivative] = {"sigmoid": "v(1-v)", "tanh": "1-v^2"}


class ActivationInputs(Inputs):
    function: Function
    points: Vector
    slope: Number = 0.01


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

    def compute(self, given: ActivationInputs, way: Way = RIGHT) -> Results:
        pairs = [evaluate(given.function, array(x), given.slope, way, i) for i, x in enumerate(given.points)]
        return {"values": [float(value) for value, _ in pairs], "derivatives": [float(d) for _, d in pairs]}

    def steps(self, given: ActivationInputs, results: Results) -> Iterable[Step]:
        values: Any = results["values"]
        derivatives: Any = results["derivatives"]
        for x, y, dy in list(zip(given.points, values, derivatives, strict=True))[:SHOWN]:
            value, derivative = formulas(given, x, y)
            yield Step(
                rf"f({number(x)}) = {value} = {number(y)}",
                text(f"x = {x} 处的函数值。", f"The value at x = {x}."),
            )
            yield Step(
                rf"f'({number(x)}) = {derivative} = {number(dy)}",
                text(f"x = {x} 处的导数。", f"The derivative at x = {x}."),
            )

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
        x = np.array(given.points)
        match given.function:
            case "sigmoid":
                yield from sigmoid_mistakes(x)
            case "tanh":
                yield from tanh_mistakes(x)
            case _:
                yield from bent_mistakes(given, x)
        if given.function != "relu" or np.any(x > 0):
            yield wrong.DERIVATIVE_FOR_VALUE.by(asked="derivative")

    def local_mistakes(self, given: ActivationInputs) -> Iterable[Mistake]:
        for i, x in enumerate(given.points if len(given.points) <= 10 else ()):
            yield from (mistake.at(i, where(x)) for mistake in wrong_points(given.function, x))


def sigmoid_mistakes(x: Array) -> Iterable[Mistake]:
    if np.any(x > 0):  # else the same as the minus dropped
        yield wrong.EXPONENT_SIGN.by(sign=1)
    yield wrong.TANH_FOR_SIGMOID.by(function="tanh")
    if np.any(x < 0):
        yield MINUS_DROPPED.by(minus=False)
    yield wrong.ONE_FORGOTTEN.by(one=0)
    if np.any(x != 0):
        yield BASE_TWO.by(base=2)
        yield BASE_TEN.by(base=10)
    if np.any(x == 0):
        yield POWER_OF_ZERO.by(power_of_zero=0)
    yield wrong.FACTOR_FORGOTTEN.by(derivative="v")
    yield wrong.POINT_FOR_VALUE.by(point=True)
    yield wrong.PLUS_FOR_MINUS.by(derivative="v(1+v)")
    yield wrong.OTHER_DERIVATIVE.by(derivative="1-v^2")


def tanh_mistakes(x: Array) -> Iterable[Mistake]:
    yield wrong.SIGMOID_FOR_TANH.by(function="sigmoid")
    if np.any(x < 0):
        yield MINUS_DROPPED.by(minus=False)
    if np.any(x != 0):
        yield wrong.HALF_ARGUMENT.by(argument=0.5)
        yield wrong.DENOMINATOR_FORGOTTEN.by(quotient="above")
        yield wrong.INVERTED.by(quotient="inverted")
        yield wrong.SQUARE_FORGOTTEN.by(derivative="1-v")
        yield wrong.POINT_FOR_VALUE.by(point=True)
        yield wrong.PLUS_FOR_MINUS.by(derivative="1+v^2")
    yield wrong.OTHER_DERIVATIVE.by(derivative="v(1-v)")
    yield wrong.VALUE_FOR_DERIVATIVE.by(derivative="v")


def bent_mistakes(given: ActivationInputs, x: Array) -> Iterable[Mistake]:
    """Mistakes in the ReLU family."""
    slope = 0 if given.function == "relu" else given.slope
    if np.any(x < 0):
        if slope:
            yield wrong.SLOPE_FORGOTTEN.by(slope=0)
            yield wrong.SLOPE_SIGN.by(slope=-slope)
            yield wrong.SLOPE_INVERTED.by(slope=1 / slope)
            yield wrong.SLOPE_ADDED.by(slope_added=True)
            yield wrong.IDENTITY.by(slope=1)
        else:
            yield wrong.IDENTITY.by(slope=1)
            yield wrong.ABSOLUTE.by(slope=-1)
            yield wrong.LEAKY_FOR_RELU.by(slope=0.01)
    if np.any(x > 0):
        yield wrong.VALUE_FOR_DERIVATIVE.by(derivative="v")
        if np.any(x < 0):  # else the same as the identity, or the slope everywhere
            yield wrong.SIDES_SWAPPED.by(slope=1, positive_slope=slope)
        if slope:
            yield wrong.SLOPE_EVERYWHERE.by(positive_slope=slope)
    yield wrong.SIGMOID_FOR_RELU.by(function="sigmoid")
    if np.any(x == 0):
        yield wrong.ONE_AT_ZERO.by(at_zero=1)


def wrong_points(function: Function, x: float) -> Iterable[Mistake]:
    """What can go wrong at one point."""
    if function in DERIVATIVES:
        if x < 0:
            yield MINUS_DROPPED.by(minus=False)
        if function == "sigmoid":
            if x > 0:
                yield wrong.EXPONENT_SIGN.by(sign=1)
            yield wrong.FACTOR_FORGOTTEN.by(derivative="v")
        elif x:
            yield wrong.SQUARE_FORGOTTEN.by(derivative="1-v")
    elif x < 0:
        yield wrong.IDENTITY.by(slope=1)
        yield wrong.ABSOLUTE.by(slope=-1) if function == "relu" else wrong.SLOPE_FORGOTTEN.by(slope=0)


def evaluate(
    function: Function, x: Array, slope: float = 0.0, way: Way = RIGHT, place: Place | None = None
) -> tuple[Array, Array]:
    """Values and derivatives at `x`, of any shape; `slope` matters to leaky_relu and prelu only."""
    function = way("function", function, place)
    if right := DERIVATIVES.get(function):
        values = way.keep("values", (sigmoid if function == "sigmoid" else tanh)(x, way, place), place)
        derivatives = derivative(way("derivative", right, place), x if way("point", False, place) else values)
    else:
        values, derivatives = bent(x, 0.0 if function == "relu" else slope, way, place)
        derivatives = values if way("derivative", "right", place) == "v" else derivatives
    return (derivatives if way("asked", "value", place) == "derivative" else values), derivatives


def sigmoid(x: Array, way: Way, place: Place | None) -> Array:
    x = np.clip(x if way("minus", True, place) else abs(x), -FAR, FAR)
    power = way("base", np.e) ** (way("sign", -1, place) * x)
    if not way("power_of_zero", 1):
        power = np.where(x == 0, 0, power)
    one_over: Array = 1 / (way("one", 1) + way.keep("powers", power))
    return one_over


def tanh(x: Array, way: Way, place: Place | None) -> Array:
    x = np.clip(x if way("minus", True, place) else abs(x), -FAR, FAR) * way("argument", 1)
    quotient: Literal["right", "above", "inverted"] = way("quotient", "right")
    if quotient == "right" and not way.rounding:
        return np.asarray(np.tanh(x))  # the quotient loses digits near 0
    up: Array = way.keep("powers", np.exp(x))
    down: Array = way.keep("powers", np.exp(-x))
    above, below = up - down, up + down
    if quotient == "above":
        return above
    return below / above if quotient == "inverted" else above / below


def bent(x: Array, slope: float, way: Way, place: Place | None) -> tuple[Array, Array]:
    """ReLU with a slope on the negative side."""
    alpha, beta = way("slope", slope, place), way("positive_slope", 1.0, place)
    negative = x + alpha if way("slope_added", False) else alpha * x + 0.0  # no negative zero
    derivatives = np.where(x > 0, beta, np.where(x == 0, way("at_zero", alpha), alpha))
    return np.where(x > 0, beta * x, negative), derivatives


def derivative(formula: Derivative, v: Array) -> Array:
    formulas: dict[Derivative, Array] = {
        "v(1-v)": v * (1 - v),
        "1-v^2": 1 - v**2,
        "v": v,
        "v(1+v)": v * (1 + v),
        "1-v": 1 - v,
        "1+v^2": 1 + v**2,
    }
    return formulas[formula]


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


def where(x: float) -> Text:
    return text(f"x = {x:g} 处：", f"At x = {x:g}:")
