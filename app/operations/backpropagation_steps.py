"""A forward and backward pass worked out, line by line."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

from app.operations.arrays import Array, array
from app.operations.backpropagation_inputs import BackpropagationInputs
from app.operations.operation import Results, Step, matrix, number, signed
from app.text import text


def forward_steps(given: BackpropagationInputs, done: Results) -> Iterable[Step]:
    x, W1, W2 = column(given.x), matrix(array(given.W1).tolist()), matrix(array(given.W2).tolist())
    formula = {
        "squared_error": r"\frac{1}{2} \sum (\hat{y} - t)^2",
        "mean_squared_error": rf"\frac{{1}}{{{len(given.target)}}} \sum (\hat{{y}} - t)^2",
        "cross_entropy": r"-\sum ( t \ln \hat{y} + (1 - t) \ln (1 - \hat{y}) )",
    }[given.loss]
    yield Step(
        rf"z_1 = W_1 x + b_1 = {W1} {x} + {column(given.b1)} = {column(done['z1'])}",
        text("前向：隐藏层的加权和。", "Forward: the hidden layer's weighted sums."),
    )
    yield Step(
        rf"a_1 = f(z_1) = {column(done['a1'])}",
        text(
            f"隐藏层的激活函数：{given.activation}。", f"The hidden layer's activation: {given.activation}."
        ),
    )
    yield Step(
        rf"z_2 = W_2 a_1 + b_2 = {W2} {column(done['a1'])} + {column(given.b2)} = {column(done['z2'])}",
        text("输出层的加权和。", "The output layer's weighted sums."),
    )
    yield Step(
        rf"\hat{{y}} = f(z_2) = {column(done['prediction'])}",
        text("预测值。", "The prediction."),
    )
    yield Step(
        rf"L = {formula} = {number(done['loss'])}, \quad t = {column(given.target)}",
        text("损失。", "The loss."),
    )


def backward_steps(
    given: BackpropagationInputs, done: Results, slope1: Array, slope2: Array
) -> Iterable[Step]:
    sloped = given.loss != "cross_entropy"
    factor = rf"\frac{{2}}{{{len(given.target)}}} " if given.loss == "mean_squared_error" else ""
    yield Step(
        rf"\delta_2 = {factor}\left( {column(done['prediction'])} - {column(given.target)} \right)"
        + (rf" \odot {column(slope2)}" if sloped else "")
        + f" = {column(done['db2'])}",
        text(
            "反向：输出层误差，损失的导数逐元素乘 $f'(z_2)$；它就是 $db_2$。",
            "Backward: the output's error, the loss's derivative times $f'(z_2)$ entry by entry; it is $db_2$.",
        )
        if sloped
        else text(
            "反向：输出层误差；sigmoid 的导数与交叉熵的约掉了。它就是 $db_2$。",
            "Backward: the output's error; sigmoid's derivative cancels against the loss's. It is $db_2$.",
        ),
    )
    yield Step(
        rf"dW_2 = \delta_2 a_1^\top = {column(done['db2'])} {matrix(done['a1'])} = {matrix(done['dW2'])}",
        text("$W_2$ 的梯度：误差乘以它的输入。", "Gradient of $W_2$: the error times its input."),
    )
    yield Step(
        rf"\delta_1 = W_2^\top \delta_2 \odot f'(z_1) = {matrix(array(given.W2).T.tolist())} {column(done['db2'])}"
        rf" \odot {column(slope1)} = {column(done['db1'])}",
        text(
            "误差经 $W_2$ 的转置传回，逐元素乘 $f'(z_1)$；它就是 $db_1$。",
            "The error goes back through $W_2$ transposed, times $f'(z_1)$ entry by entry; it is $db_1$.",
        ),
    )
    yield Step(
        rf"dW_1 = \delta_1 x^\top = {column(done['db1'])} {matrix([*given.x])} = {matrix(done['dW1'])}",
        text("$W_1$ 的梯度：误差乘以它的输入。", "Gradient of $W_1$: the error times its input."),
    )


def column(values: ArrayLike) -> str:
    return matrix(array(values)[:, np.newaxis].tolist())


def gradient_entry(given: BackpropagationInputs, done: Results, layer: int, place: tuple[int, int]) -> Step:
    """One entry of dW1 (layer 1) or dW2 (layer 2)."""
    i, j = place
    error, fed = done[f"db{layer}"][i], (given.x if layer == 1 else done["a1"])[j]
    symbol = "x" if layer == 1 else "a_1"
    return Step(
        rf"(dW_{layer})_{{{i + 1},{j + 1}}} = {signed(error)} \times {signed(fed)}"
        f" = {number(done[f'dW{layer}'][i][j])}",
        text(
            rf"$\delta_{layer}$ 的第 {i + 1} 个分量乘以 ${symbol}$ 的第 {j + 1} 个分量。",
            rf"Entry {i + 1} of $\delta_{layer}$ times entry {j + 1} of ${symbol}$.",
        ),
    )
