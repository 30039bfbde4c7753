"""Gradient descent on a quadratic."""

from collections.abc import Callable, Iterable
from typing import Annotated

from numpy.random import Generator
from pydantic import Field, model_validator

from app.operations.arrays import Number, numbers_like
from app.operations.operation import Inputs, Mistake, Operation, Solution, Step, number, refuse, signed
from app.text import text

SHOWN = 8  # steps worked one by one
FAR = 1e12  # a path that leaves this range diverges

Slope = Callable[[float], float]


class GradientDescentInputs(Inputs):
    coefficients: Annotated[list[Number], Field(min_length=3, max_length=3)]
    start: Number
    rate: Annotated[Number, Field(gt=0)]
    steps: Annotated[int, Field(ge=1, le=1000)]

    @model_validator(mode="after")
    def the_path_stays_finite(self) -> "GradientDescentInputs":
        if not bounded(descend(self, gradient(self))):
            raise refuse(
                "学习率太大或函数没有最小值：参数越走越远，超过了 10^12。",
                "The rate is too large or there is no minimum: the path runs off beyond 10^12.",
            )
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

    def solve(self, given: GradientDescentInputs) -> Solution:
        path = descend(given, gradient(given))
        return Solution({"path": [*path], "final": path[-1]}, tuple(working(given, path)))

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
        a, b, _ = given.coefficients
        slope = gradient(given)
        wrong = [(VALUE_FOR_GRADIENT, descend(given, value(given)))]
        if a or b:
            wrong.append((WRONG_SIGN, descend(given, lambda w: -slope(w))))
        if (a or b) and given.rate != 1:
            wrong.append((RATE_FORGOTTEN, descend(given, lambda w: slope(w) / given.rate)))
        if a:
            wrong.append((WITHOUT_TWO, descend(given, lambda w: a * w + b)))
        if b:
            wrong.append((LINEAR_FORGOTTEN, descend(given, lambda w: 2 * a * w)))
        if a and given.steps > 1:
            wrong.append((NOT_UPDATED, descend(given, lambda w: slope(given.start))))
        for mistake, path in wrong:
            if bounded(path):
                yield mistake.leads_to(path=[*path], final=path[-1])


def gradient(given: GradientDescentInputs) -> Slope:
    a, b, _ = given.coefficients
    return lambda w: 2 * a * w + b


def value(given: GradientDescentInputs) -> Slope:
    a, b, c = given.coefficients
    return lambda w: a * w * w + b * w + c


def descend(given: GradientDescentInputs, slope: Slope) -> list[float]:
    path = [float(given.start)]
    for _ in range(given.steps):
        path.append(path[-1] - given.rate * slope(path[-1]))
    return path


def bounded(path: list[float]) -> bool:
    return all(abs(w) <= FAR for w in path)


def working(given: GradientDescentInputs, path: list[float]) -> Iterable[Step]:
    a, b, _ = given.coefficients
    yield Step(
        rf"f'(w) = 2 \cdot {signed(a)} \cdot w + {signed(b)}",
        text("先求导：常数项的导数为 0。", "Differentiate first: the constant contributes nothing."),
    )
    slope = gradient(given)
    for t, w in enumerate(path[: min(given.steps, SHOWN)]):
        yield Step(
            rf"w_{{{t + 1}}} = {number(w)} - {number(given.rate)} \times {signed(slope(w))}"
            f" = {number(path[t + 1])}",
            text(
                f"第 {t + 1} 步：在当前点，梯度是 {plain(slope(w))}。",
                f"Step {t + 1}: the gradient at the current point is {plain(slope(w))}.",
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


def plain(value: float) -> str:
    return f"{value:.6g}"
