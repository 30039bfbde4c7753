"""Gradient descent on a quadratic."""

from collections.abc import Iterable
from typing import Annotated, Any

from numpy.random import Generator
from pydantic import Field, model_validator

from app.operations.arrays import Number, numbers_like
from app.operations.operation import (
    RIGHT,
    Inputs,
    LeadsNowhere,
    Mistake,
    Operation,
    Results,
    Step,
    Way,
    number,
    refuse,
    signed,
)
from app.text import Text, text

SHOWN = 8  # steps worked one by one
FAR = 1e12  # a path that leaves this range diverges


class GradientDescentInputs(Inputs):
    coefficients: Annotated[list[Number], Field(min_length=3, max_length=3)]
    start: Number
    rate: Annotated[Number, Field(gt=0)]
    steps: Annotated[int, Field(ge=1, le=1000)]

    @model_validator(mode="after")
    def the_path_stays_finite(self) -> "GradientDescentInputs":
        try:
            descend(self)
        except LeadsNowhere:
            raise refuse(
                "学习率太大或函数没有最小值：参数越走越远，超过了 10^12。",
                "The rate is too large or there is no minimum: the path runs off beyond 10^12.",
            ) from None
        return self


WRONG_SIGN = Mistake(
    "wrong_sign",
    text("沿梯度方向走了", "stepped along the gradient"),
    text("梯度指向函数上升最快的方向。", "The gradient points where the function rises fastest."),
)
RATE_FORGOTTEN = Mistake(
    "rate_forgotten",
    text("漏乘学习率", "learning rate forgotten"),
    text("一步走多远，除了梯度还由什么决定？", "Besides the gradient, what sets the length of a step?"),
)
WITHOUT_TWO = Mistake(
    "derivative_without_two",
    text("求导漏了系数 2", "derivative without its factor two"),
    text("平方项的导数是什么？", "What is the derivative of a square?"),
)
LINEAR_FORGOTTEN = Mistake(
    "linear_term_forgotten",
    text("求导漏了一次项", "linear term forgotten in the derivative"),
    text("每一项都要求导，一次项也不例外。", "Every term has a derivative, the linear one too."),
)
VALUE_FOR_GRADIENT = Mistake(
    "value_for_gradient",
    text("用函数值代替了梯度", "function value in place of the gradient"),
    text("更新时要用导数，不是函数值。", "The update takes the derivative, not the value."),
)
NOT_UPDATED = Mistake(
    "gradient_not_updated",
    text("每一步都用起点的梯度", "the gradient at the start used for every step"),
    text("走一步之后，梯度要在新的位置重算。", "After a step the gradient is computed at the new point."),
)

ONE_STEP_SHORT = Mistake(
    "one_step_short",
    text("少走了一步", "one step short"),
    text("起点是第 0 步：一共要更新几次？", "The start is step 0: how many updates are there?"),
)
ONE_STEP_OVER = Mistake(
    "one_step_over",
    text("多走了一步", "one step too many"),
    text("起点是第 0 步：一共要更新几次？", "The start is step 0: how many updates are there?"),
)


class GradientDescent(Operation[GradientDescentInputs]):
    r"""Gradient descent on $f(w) = a w^2 + b w + c$.

    $w_{t+1} = w_t - \eta f'(w_t)$ with $f'(w) = 2 a w + b$.
    `coefficients`: $[a, b, c]$; `start`: $w_0$; `rate`: $\eta > 0$; `steps`: 1 to 1000.
    Results: `path` ($w_0$ to the last point, steps + 1 numbers), `final`.
    A path that runs off beyond $10^{12}$ is refused.
    """

    name = "gradient_descent"
    title = text("梯度下降", "Gradient descent")
    Inputs = GradientDescentInputs
    example = {"coefficients": [1, -4, 3], "start": 0, "rate": 0.1, "steps": 3}

    def compute(self, given: GradientDescentInputs, way: Way = RIGHT) -> Results:
        path = descend(given, way)
        asked = given.steps + way("more_steps", 0)
        return {"path": path[: given.steps + 1], "final": path[asked]}

    def steps(self, given: GradientDescentInputs, results: Results) -> Iterable[Step]:
        a, b, _ = given.coefficients
        path: Any = results["path"]
        yield Step(
            rf"f'(w) = 2 \cdot {signed(a)} \cdot w + {signed(b)}",
            text("先求导：常数项的导数为 0。", "Differentiate first: the constant contributes nothing."),
        )
        for t, w in enumerate(path[: min(given.steps, SHOWN)]):
            slope = 2 * a * w + b
            yield Step(
                rf"w_{{{t + 1}}} = {number(w)} - {number(given.rate)} \times {signed(slope)}"
                f" = {number(path[t + 1])}",
                where(t)
                + text(
                    f"在当前点，梯度是 {plain(slope)}。",
                    f"the gradient at the current point is {plain(slope)}.",
                ),
            )
        if given.steps > SHOWN:
            yield Step(
                rf"w_{{{given.steps}}} = {number(path[-1])}",
                text(
                    f"其余各步照此重复，直到第 {given.steps} 步。",
                    f"The other steps repeat this, up to step {given.steps}.",
                ),
            )

    def draw(self, like: GradientDescentInputs, rng: Generator) -> GradientDescentInputs:
        a, b, c = like.coefficients
        size = [int(n) for n in rng.integers(1, [4, 7, 7])]
        sign = [int(n) for n in rng.choice([-1, 1], size=2)]
        return GradientDescentInputs(
            coefficients=[
                size[0] if a else 0,
                sign[0] * size[1] if b else 0,
                sign[1] * size[2] if c else 0,
            ],
            start=numbers_like(like.start, -5, 5, rng),
            rate=rng.choice([0.05, 0.1, 0.2, 0.3]).item(),
            steps=like.steps,
        )

    def mistakes(self, given: GradientDescentInputs) -> Iterable[Mistake]:
        yield VALUE_FOR_GRADIENT.by(gradient="value")
        yield from wrong_steps(given)
        a, b, _ = given.coefficients
        if a and given.steps > 1:
            yield NOT_UPDATED.by(stale=True)
        if a or b:
            yield ONE_STEP_OVER.by(more_steps=1)
            if given.steps > 1:
                yield ONE_STEP_SHORT.by(more_steps=-1)

    def local_mistakes(self, given: GradientDescentInputs) -> Iterable[Mistake]:
        for t in range(given.steps if given.steps <= SHOWN else 0):
            yield from (mistake.at(t, where(t)) for mistake in wrong_steps(given))


def wrong_steps(given: GradientDescentInputs) -> Iterable[Mistake]:
    """What can go wrong in one step."""
    a, b, _ = given.coefficients
    if a or b:
        yield WRONG_SIGN.by(sign=-1)
        if given.rate != 1:
            yield RATE_FORGOTTEN.by(rate=1)
    if a:
        yield WITHOUT_TWO.by(gradient="without two")
    if b:
        yield LINEAR_FORGOTTEN.by(gradient="without b")


def descend(given: GradientDescentInputs, way: Way = RIGHT) -> list[float]:
    """The path, with one step more where that is done. LeadsNowhere where it runs off."""
    a, b, c = given.coefficients
    path = [float(given.start)]
    for t in range(given.steps + max(0, way("more_steps", 0))):
        w = path[0] if way("stale", False) else path[-1]
        slopes = {"right": 2 * a * w + b, "without two": a * w + b, "without b": 2 * a * w}
        slopes["value"] = a * w * w + b * w + c
        slope = slopes[way("gradient", "right", t)]
        step = way("sign", 1, t) * way("rate", given.rate, t) * slope
        path.append(way.keep("path", path[-1] - step, t + 1))
        if abs(path[-1]) > FAR:
            raise LeadsNowhere
    return path


def where(step: int) -> Text:
    return text(f"第 {step + 1} 步：", f"Step {step + 1}:")


def plain(value: float) -> str:
    return f"{value:.6g}"
