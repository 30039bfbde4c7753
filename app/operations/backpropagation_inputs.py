"""A network with one hidden layer, as backpropagation is given it."""

from typing import Literal

from pydantic import model_validator

from app.operations.arrays import Matrix, Vector, array
from app.operations.operation import Inputs, refuse

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
