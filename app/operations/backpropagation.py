"""Forward and backward pass of a network with one hidden layer."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike
from pydantic import model_validator

from app.operations.activation import evaluate
from app.operations.arrays import Array, Matrix, Vector, array, numbers_like
from app.operations.operation import (
    Inputs,
    Mistake,
    Operation,
    Picture,
    Solution,
    Step,
    matrix,
    number,
    refuse,
)
from app.text import text

Function = Literal["sigmoid", "tanh", "relu", "linear"]
Loss = Literal["squared_error", "mean_squared_error", "cross_entropy"]


class BackpropagationInputs(Inputs):
    x: Vector
    W1: Matrix
    b1: Vector
    W2: Matrix
    b2: Vector
    target: Vector
    activation: Function = "sigmoid"
    loss: Loss = "squared_error"

    @model_validator(mode="after")
    def shapes_fit(self) -> "BackpropagationInputs":
        n, h, m = len(self.x), len(self.W1), len(self.W2)
        for name, values, shape in (
            ("W1", self.W1, (h, n)),
            ("b1", self.b1, (h,)),
            ("W2", self.W2, (m, h)),
            ("b2", self.b2, (m,)),
            ("target", self.target, (m,)),
        ):
            if array(values).shape != shape:
                size = " × ".join(map(str, shape))
                raise refuse(
                    f"{name} 的形状与其他量不符，应为 {size}。",
                    f"{name} does not fit the others: it must be {size}.",
                )
        return self

    @model_validator(mode="after")
    def the_loss_fits(self) -> "BackpropagationInputs":
        if self.loss == "cross_entropy":
            if self.activation != "sigmoid":
                raise refuse(
                    "二元交叉熵要求输出是概率：激活函数须为 sigmoid。",
                    "Binary cross-entropy needs probabilities: the activation must be sigmoid.",
                )
            if min(self.target) < 0 or max(self.target) > 1:
                raise refuse(
                    "用交叉熵时，目标要在 0 和 1 之间。", "With cross-entropy, a target lies between 0 and 1."
                )
        return self


@dataclass(frozen=True)
class Rules:
    """How a pass is done right; every mistake breaks one of them."""

    activated: bool = True  # a1 = f(z1), not z1
    biased: bool = True
    output_slope: bool = True  # δ2 contains f'(z2)
    hidden_slope: bool = True  # δ1 contains f'(z1)
    transposed: bool = True  # δ1 takes W2 transposed
    error_factor: float = 1.0
    loss_factor: float = 1.0


RIGHT = Rules()


@dataclass(frozen=True)
class Pass:
    z1: Array
    a1: Array
    z2: Array
    prediction: Array
    loss: float
    dW1: Array  # noqa: N815 - the result's name
    db1: Array  # = δ1
    dW2: Array  # noqa: N815
    db2: Array  # = δ2
    slope1: Array
    slope2: Array

    def results(self) -> dict[str, Any]:
        asked = [field.name for field in fields(self) if not field.name.startswith("slope")]
        return {name: np.asarray(getattr(self, name)).tolist() for name in asked}


BIASES_FORGOTTEN = Mistake(
    "biases_forgotten",
    text("前向传播漏了偏置", "biases forgotten in the forward pass"),
    text("加权和之后还要加什么？", "What is added to the weighted sum?"),
)
ACTIVATION_FORGOTTEN = Mistake(
    "activation_forgotten",
    text("隐藏层没有用激活函数", "hidden layer left linear"),
    text("隐藏层的输出是激活之后的值。", "The hidden layer puts out its values after the activation."),
)
OUTPUT_SLOPE_FORGOTTEN = Mistake(
    "output_derivative_forgotten",
    text("输出层误差漏了激活函数的导数", "derivative of the output's activation forgotten"),
    text(
        "损失对 z2 求导，要经过输出层的激活函数。", "The way from the loss to z2 leads through an activation."
    ),
)
OUTPUT_SLOPE_ADDED = Mistake(
    "output_derivative_added",
    text("输出层误差多乘了激活函数的导数", "derivative of the output's activation not cancelled"),
    text(
        "sigmoid 配交叉熵时，有一个因子会约掉。",
        "With sigmoid and cross-entropy, one factor cancels.",
    ),
)
HIDDEN_SLOPE_FORGOTTEN = Mistake(
    "hidden_derivative_forgotten",
    text("隐藏层误差漏了激活函数的导数", "derivative of the hidden activation forgotten"),
    text(
        "误差传回 z1 时，还要经过隐藏层的激活函数。", "On its way back to z1 the error passes an activation."
    ),
)
NOT_TRANSPOSED = Mistake(
    "weights_not_transposed",
    text("反向传播时 W2 没有转置", "W2 not transposed on the way back"),
    text(
        "误差沿连接反向走：一个隐藏神经元连到哪些输出？",
        "Errors go back along the connections: which outputs does a hidden neuron feed?",
    ),
)
SIGN_FLIPPED = Mistake(
    "sign_flipped",
    text("误差的符号反了", "sign of the error flipped"),
    text("损失对预测求导，预测值前面是什么符号？", "Differentiate by the prediction: which sign has it?"),
)
HALF_FORGOTTEN = Mistake(
    "half_forgotten",
    text("漏了损失里的 1/2", "the ½ of the loss forgotten"),
    text("损失前面有一个系数。", "The loss has a factor in front."),
)
TWO_FORGOTTEN = Mistake(
    "two_forgotten",
    text("求导漏了系数 2", "factor two of the derivative forgotten"),
    text("平方的导数是什么？", "What is the derivative of a square?"),
)


class Backpropagation(Operation[BackpropagationInputs]):
    r"""Forward pass, loss and gradients of a network with one hidden layer (column vectors).

    $z_1 = W_1 x + b_1$, $a_1 = f(z_1)$, $z_2 = W_2 a_1 + b_2$, $\hat{y} = f(z_2)$;
    $\delta_2 = \frac{\partial L}{\partial \hat{y}} \odot f'(z_2)$,
    $\delta_1 = W_2^\top \delta_2 \odot f'(z_1)$;
    $dW_2 = \delta_2 a_1^\top$, $db_2 = \delta_2$, $dW_1 = \delta_1 x^\top$, $db_1 = \delta_1$.
    `x` (n), `W1` (h × n), `b1` (h), `W2` (m × h), `b2` (m), `target` $t$ (m).
    `activation`: $f$ of both layers, sigmoid, tanh, relu ($f'(0) = 0$) or linear ($f(z) = z$).
    `loss`: squared_error $\frac{1}{2} \sum (\hat{y} - t)^2$, mean_squared_error
    $\frac{1}{m} \sum (\hat{y} - t)^2$, or cross_entropy
    $-\sum ( t \ln \hat{y} + (1 - t) \ln (1 - \hat{y}) )$, which needs sigmoid.
    Results: `z1`, `a1`, `z2`, `prediction`, `loss`, `dW1`, `db1`, `dW2`, `db2` (shapes of what they belong to).
    """

    name = "backpropagation"
    title = text("反向传播", "Backpropagation")
    Inputs = BackpropagationInputs
    example = {
        "x": [1, 2],
        "W1": [[0.1, 0.2], [-0.3, 0.4]],
        "b1": [0.1, -0.1],
        "W2": [[0.5, -0.6]],
        "b2": [0.2],
        "target": [1],
        "activation": "sigmoid",
        "loss": "squared_error",
    }

    def solve(self, given: BackpropagationInputs) -> Solution:
        done = propagate(given)
        return Solution(done.results(), (*forward_steps(given, done), *backward_steps(given, done)))

    def draw(self, like: BackpropagationInputs, rng: Generator) -> BackpropagationInputs:
        low, high = {"sigmoid": (0, 1), "tanh": (-1, 1), "relu": (0, 3), "linear": (-3, 3)}[like.activation]
        return BackpropagationInputs(
            x=numbers_like(like.x, -2, 3, rng),
            W1=numbers_like(like.W1, -2, 2, rng),
            b1=numbers_like(like.b1, -1, 1, rng) if any(like.b1) else like.b1,
            W2=numbers_like(like.W2, -2, 2, rng),
            b2=numbers_like(like.b2, -1, 1, rng) if any(like.b2) else like.b2,
            target=numbers_like(like.target, low, high, rng),
            activation=like.activation,
            loss=like.loss,
        )

    def mistakes(self, given: BackpropagationInputs) -> Iterable[Mistake]:
        truth = propagate(given)
        broken = [(SIGN_FLIPPED, replace(RIGHT, error_factor=-1.0))]
        if any(given.b1 + given.b2):
            broken.append((BIASES_FORGOTTEN, replace(RIGHT, biased=False)))
        if np.any(truth.a1 != truth.z1):
            broken.append((ACTIVATION_FORGOTTEN, replace(RIGHT, activated=False)))
        if np.any(truth.slope2 != 1):
            entropy = given.loss == "cross_entropy"
            slope = OUTPUT_SLOPE_ADDED if entropy else OUTPUT_SLOPE_FORGOTTEN
            broken.append((slope, replace(RIGHT, output_slope=False)))
        if np.any(truth.slope1 != 1):
            broken.append((HIDDEN_SLOPE_FORGOTTEN, replace(RIGHT, hidden_slope=False)))
        if len(given.W2) == len(given.b1) > 1:
            broken.append((NOT_TRANSPOSED, replace(RIGHT, transposed=False)))
        if given.loss == "squared_error":
            broken.append((HALF_FORGOTTEN, replace(RIGHT, error_factor=2.0, loss_factor=2.0)))
        if given.loss == "mean_squared_error":
            broken.append((TWO_FORGOTTEN, replace(RIGHT, error_factor=0.5)))
        for mistake, rules in broken:
            yield mistake.leads_to(**propagate(given, rules).results())

    def picture(self, given: BackpropagationInputs) -> Picture:
        widths = [len(given.x), len(given.b1), len(given.b2)]
        shown = " → ".join(map(str, widths))
        return Picture("network", text(f"网络：{shown}", f"Network: {shown}"), {"widths": widths})


def propagate(given: BackpropagationInputs, rules: Rules = RIGHT) -> Pass:
    x, W1, W2, target = array(given.x), array(given.W1), array(given.W2), array(given.target)
    bias = 1.0 if rules.biased else 0.0
    z1 = W1 @ x + bias * array(given.b1)
    a1, slope1 = activate(given.activation if rules.activated else "linear", z1)
    z2 = W2 @ a1 + bias * array(given.b2)
    prediction, slope2 = activate(given.activation, z2)
    loss = rules.loss_factor * loss_of(given.loss, prediction, z2, target)
    delta2 = rules.error_factor * error_of(given.loss, prediction, target)
    # Sigmoid's slope cancels against the derivative of the cross-entropy.
    if rules.output_slope != (given.loss == "cross_entropy"):
        delta2 = delta2 * slope2
    delta1 = (W2.T if rules.transposed else W2) @ delta2
    if rules.hidden_slope:
        delta1 = delta1 * slope1
    dW1, dW2 = np.outer(delta1, x), np.outer(delta2, a1)
    return Pass(z1, a1, z2, prediction, loss, dW1, delta1, dW2, delta2, slope1, slope2)


def activate(function: Function, z: Array) -> tuple[Array, Array]:
    return (z, np.ones_like(z)) if function == "linear" else evaluate(function, z)


def loss_of(loss: Loss, prediction: Array, z2: Array, target: Array) -> float:
    if loss == "cross_entropy":
        return float(np.sum(np.logaddexp(0, z2) - target * z2))  # the same, finite for every z2
    squares = (prediction - target) ** 2
    return float(np.sum(squares) / 2 if loss == "squared_error" else np.mean(squares))


def error_of(loss: Loss, prediction: Array, target: Array) -> Array:
    """∂L/∂ŷ; for the cross-entropy ∂L/∂z2, from which the slope has cancelled."""
    return (prediction - target) * (2 / len(target) if loss == "mean_squared_error" else 1.0)


def forward_steps(given: BackpropagationInputs, done: Pass) -> Iterable[Step]:
    x, W1, W2 = column(given.x), matrix(array(given.W1).tolist()), matrix(array(given.W2).tolist())
    formula = {
        "squared_error": r"\frac{1}{2} \sum (\hat{y} - t)^2",
        "mean_squared_error": rf"\frac{{1}}{{{len(given.target)}}} \sum (\hat{{y}} - t)^2",
        "cross_entropy": r"-\sum ( t \ln \hat{y} + (1 - t) \ln (1 - \hat{y}) )",
    }[given.loss]
    yield Step(
        rf"z_1 = W_1 x + b_1 = {W1} {x} + {column(given.b1)} = {column(done.z1)}",
        text("前向：隐藏层的加权和。", "Forward: the hidden layer's weighted sums."),
    )
    yield Step(
        rf"a_1 = f(z_1) = {column(done.a1)}",
        text(
            f"隐藏层的激活函数：{given.activation}。", f"The hidden layer's activation: {given.activation}."
        ),
    )
    yield Step(
        rf"z_2 = W_2 a_1 + b_2 = {W2} {column(done.a1)} + {column(given.b2)} = {column(done.z2)}",
        text("输出层的加权和。", "The output layer's weighted sums."),
    )
    yield Step(
        rf"\hat{{y}} = f(z_2) = {column(done.prediction)}",
        text("预测值。", "The prediction."),
    )
    yield Step(
        rf"L = {formula} = {number(done.loss)}, \quad t = {column(given.target)}",
        text("损失。", "The loss."),
    )


def backward_steps(given: BackpropagationInputs, done: Pass) -> Iterable[Step]:
    slope = given.loss != "cross_entropy"
    factor = rf"\frac{{2}}{{{len(given.target)}}} " if given.loss == "mean_squared_error" else ""
    yield Step(
        rf"\delta_2 = {factor}\left( {column(done.prediction)} - {column(given.target)} \right)"
        + (rf" \odot {column(done.slope2)}" if slope else "")
        + f" = {column(done.db2)}",
        text(
            "反向：输出层误差，损失的导数逐元素乘 $f'(z_2)$；它就是 $db_2$。",
            "Backward: the output's error, the loss's derivative times $f'(z_2)$ entry by entry; it is $db_2$.",
        )
        if slope
        else text(
            "反向：输出层误差；sigmoid 的导数与交叉熵的约掉了。它就是 $db_2$。",
            "Backward: the output's error; sigmoid's derivative cancels against the loss's. It is $db_2$.",
        ),
    )
    yield Step(
        rf"dW_2 = \delta_2 a_1^\top = {column(done.db2)} {matrix(done.a1.tolist())} = {matrix(done.dW2.tolist())}",
        text("$W_2$ 的梯度：误差乘以它的输入。", "Gradient of $W_2$: the error times its input."),
    )
    yield Step(
        rf"\delta_1 = W_2^\top \delta_2 \odot f'(z_1) = {matrix(array(given.W2).T.tolist())} {column(done.db2)}"
        rf" \odot {column(done.slope1)} = {column(done.db1)}",
        text(
            "误差经 $W_2$ 的转置传回，逐元素乘 $f'(z_1)$；它就是 $db_1$。",
            "The error goes back through $W_2$ transposed, times $f'(z_1)$ entry by entry; it is $db_1$.",
        ),
    )
    yield Step(
        rf"dW_1 = \delta_1 x^\top = {column(done.db1)} {matrix([*given.x])} = {matrix(done.dW1.tolist())}",
        text("$W_1$ 的梯度：误差乘以它的输入。", "Gradient of $W_1$: the error times its input."),
    )


def column(values: ArrayLike) -> str:
    return matrix(array(values)[:, np.newaxis].tolist())
