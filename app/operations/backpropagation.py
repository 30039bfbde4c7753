"""Forward and backward pass of a network with one hidden layer."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.random import Generator

from app.operations.activation import evaluate
from app.operations.arrays import Array, array, numbers_like
from app.operations.backpropagation_inputs import BackpropagationInputs, Function
from app.operations.backpropagation_mistakes import (
    ACTIVATION_FORGOTTEN,
    BIASES_FORGOTTEN,
    FACTOR_FORGOTTEN,
    GRADIENT_TRANSPOSED,
    HALF_FORGOTTEN,
    HIDDEN_SLOPE_FORGOTTEN,
    INPUT_FOR_GRADIENT,
    MEAN_FORGOTTEN,
    NOT_SQUARED,
    NOT_TRANSPOSED,
    ONE_MINUS_FORGOTTEN,
    OUTPUT_ACTIVATION_FORGOTTEN,
    OUTPUT_SLOPE_ADDED,
    OUTPUT_SLOPE_FORGOTTEN,
    POINT_FOR_VALUE,
    READ_BY_COLUMNS,
    SIGN_FLIPPED,
    SLOPE_AT_ACTIVATION,
    SQUARE_FORGOTTEN,
    SUM_FOR_GRADIENT,
    THROUGH_FIRST_WEIGHTS,
    TWO_FORGOTTEN,
    WEIGHTS_SKIPPED,
)
from app.operations.backpropagation_steps import backward_steps, forward_steps, gradient_entry
from app.operations.distributions import SIGN_FORGOTTEN
from app.operations.operation import RIGHT, Mistake, Operation, Picture, Place, Results, Step, Way, redraw
from app.text import text

LAYERS = text("隐藏层：", "Hidden layer:"), text("输出层：", "Output layer:")


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

    def compute(self, given: BackpropagationInputs, way: Way = RIGHT) -> Results:
        x, W1, W2, target = array(given.x), array(given.W1), array(given.W2), array(given.target)
        f1: Function = given.activation if way("hidden_activated", True) else "linear"
        f2: Function = given.activation if way("output_activated", True) else "linear"

        z1 = way.keep("z1", weighted_sum(W1, x, array(given.b1), way, 0))
        a1 = way.keep("a1", activated(f1, z1))
        z2 = way.keep("z2", weighted_sum(W2, a1, array(given.b2), way, 1))
        prediction = way.keep("prediction", activated(f2, z2))

        delta2 = error_of(given, prediction, target, way)
        # Sigmoid's slope cancels against the derivative of the cross-entropy.
        if way("output_slope", given.loss != "cross_entropy"):
            delta2 = delta2 * slope(f2, z2, prediction, way, 1)
        delta2 = way.keep("db2", delta2)
        delta1 = passed_back(delta2, W1, W2, way)
        if way("hidden_slope", True):
            delta1 = delta1 * slope(f1, z1, a1, way, 0)
        delta1 = way.keep("db1", delta1)
        input2 = {"a1": a1, "z1": z1, "x": x}[way("gradient_input", "a1")]
        results = {
            "z1": z1,
            "a1": a1,
            "z2": z2,
            "prediction": prediction,
            "loss": loss_of(given, prediction, z2, target, way),
            "dW1": gradient(delta1, x, way, 0),
            "db1": delta1,
            "dW2": gradient(delta2, input2, way, 1),
            "db2": delta2,
        }
        return {name: np.asarray(value).tolist() for name, value in results.items()}

    def steps(self, given: BackpropagationInputs, results: Results) -> Iterable[Step]:
        yield from forward_steps(given, results)
        yield from backward_steps(given, results, *slopes(given, results))

    def cell(
        self, given: BackpropagationInputs, result: str, place: tuple[int, int], way: Way = RIGHT
    ) -> Step | None:
        layer = {"dW1": 1, "dW2": 2}.get(result)
        return gradient_entry(given, self.compute(given, way), layer, place) if layer else None

    def draw(self, like: BackpropagationInputs, rng: Generator) -> BackpropagationInputs:
        def error_arrives(given: BackpropagationInputs) -> bool:
            done = self.compute(given)
            return all(done["db2"]) and any(done["db1"])

        return redraw(lambda: numbers_of(like, rng), error_arrives)

    def mistakes(self, given: BackpropagationInputs) -> Iterable[Mistake]:
        done = self.compute(given)
        slope1, slope2 = slopes(given, done)
        entropy = given.loss == "cross_entropy"
        yield SIGN_FLIPPED.by(error_sign=-1)
        if any(given.b1 + given.b2):
            yield BIASES_FORGOTTEN.by(biased=False)
        if done["a1"] != done["z1"]:
            yield ACTIVATION_FORGOTTEN.by(hidden_activated=False)
            yield SUM_FOR_GRADIENT.by(gradient_input="z1")
        if done["prediction"] != done["z2"] and not entropy:  # its logarithm needs a probability
            yield OUTPUT_ACTIVATION_FORGOTTEN.by(output_activated=False)
        if np.any(slope2 != 1):
            yield (OUTPUT_SLOPE_ADDED if entropy else OUTPUT_SLOPE_FORGOTTEN).by(output_slope=entropy)
        if np.any(slope1 != 1):
            yield HIDDEN_SLOPE_FORGOTTEN.by(hidden_slope=False)
        yield from wrong_slopes(given)
        yield from wrong_losses(given)
        yield from wrong_matrices(given)

    def local_mistakes(self, given: BackpropagationInputs) -> Iterable[Mistake]:
        """Where both layers can have it: else it is the mistake made throughout."""
        both: list[Mistake] = []
        if any(given.b1) and any(given.b2):
            both.append(BIASES_FORGOTTEN.by(biased=False))
        if given.loss != "cross_entropy":
            both += wrong_slopes(given)
        if is_square(given.W1) and is_square(given.W2):
            both.append(READ_BY_COLUMNS.by(by_columns=True))
        both.append(GRADIENT_TRANSPOSED.by(gradient_transposed=True))
        for layer, where in enumerate(LAYERS):
            yield from (mistake.at(layer, where) for mistake in both)

    def picture(self, given: BackpropagationInputs) -> Picture:
        widths = [len(given.x), len(given.b1), len(given.b2)]
        shown = " → ".join(map(str, widths))
        return Picture("network", text(f"网络：{shown}", f"Network: {shown}"), {"widths": widths})


def numbers_of(like: BackpropagationInputs, rng: Generator) -> BackpropagationInputs:
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


def wrong_slopes(given: BackpropagationInputs) -> Iterable[Mistake]:
    if given.activation in ("sigmoid", "tanh"):
        yield SLOPE_AT_ACTIVATION.by(slope="at f(z)")
        yield POINT_FOR_VALUE.by(slope="with z for f(z)")
        yield (FACTOR_FORGOTTEN if given.activation == "sigmoid" else SQUARE_FORGOTTEN).by(slope="cut short")


def wrong_losses(given: BackpropagationInputs) -> Iterable[Mistake]:
    if given.loss == "cross_entropy":
        yield SIGN_FORGOTTEN.by(loss_factor=-1)
        if min(given.target) < 1:
            yield ONE_MINUS_FORGOTTEN.by(one_minus=False)
        return
    yield TWO_FORGOTTEN.by(error_factor=0.5)
    if given.loss == "squared_error":
        yield HALF_FORGOTTEN.by(error_factor=2, loss_factor=2)
    elif (outputs := len(given.target)) > 1:
        yield MEAN_FORGOTTEN.by(error_factor=outputs, loss_factor=outputs)
    yield NOT_SQUARED.by(power=1)


def wrong_matrices(given: BackpropagationInputs) -> Iterable[Mistake]:
    """A matrix turned, left out or taken for another: where the shapes allow it."""
    n, h, m = len(given.x), len(given.b1), len(given.b2)
    if is_square(given.W2):
        yield NOT_TRANSPOSED.by(back="W2")
    if m in (1, h):
        yield WEIGHTS_SKIPPED.by(back="nothing")
    if n == h == m and given.W1 != given.W2:
        yield THROUGH_FIRST_WEIGHTS.by(back="W1'")
    if n == h:
        yield INPUT_FOR_GRADIENT.by(gradient_input="x")
    if is_square(given.W1) or is_square(given.W2):
        yield READ_BY_COLUMNS.by(by_columns=True)
    if max(n, h, m) > 1:
        yield GRADIENT_TRANSPOSED.by(gradient_transposed=True)


def is_square(W: list[list[Any]]) -> bool:
    """And the transpose is another matrix."""
    return len(W) == len(W[0]) and [list(column) for column in zip(*W, strict=True)] != W


def weighted_sum(W: Array, fed: Array, b: Array, way: Way, layer: Place) -> Array:
    if way("by_columns", False, layer) and W.shape[0] == W.shape[1]:
        W = W.T
    z: Array = W @ fed
    return z + b if way("biased", True, layer) else z


def activated(function: Function, z: Array) -> Array:
    return z if function == "linear" else evaluate(function, z)[0]


def slope(function: Function, z: Array, a: Array, way: Way, layer: Place) -> Array:
    """f'(z), by way of a = f(z), as it is done by hand."""
    how = way("slope", "right", layer)
    if how == "cut short" and function in ("sigmoid", "tanh"):
        value = a if function == "sigmoid" else 1 - a
    else:
        value = slope_of(function, {"at f(z)": activated(function, a), "with z for f(z)": z}.get(how, a))
    kept: Array = way.keep(f"slope{layer + 1}", value)
    return kept


def slope_of(function: Function, a: Array) -> Array:
    if function == "sigmoid":
        return a * (1 - a)
    if function == "tanh":
        return 1 - a**2
    return np.where(a > 0, 1.0, 0.0) if function == "relu" else np.ones_like(a)


def slopes(given: BackpropagationInputs, done: Results) -> tuple[Array, Array]:
    return slope_of(given.activation, array(done["a1"])), slope_of(
        given.activation, array(done["prediction"])
    )


def loss_of(given: BackpropagationInputs, prediction: Array, z2: Array, target: Array, way: Way) -> float:
    factor = way("loss_factor", 1)
    if given.loss == "cross_entropy":
        return float(factor * cross_entropy(prediction, z2, target, way))
    powers = (prediction - target) ** way("power", 2)
    return float(factor * (np.sum(powers) / 2 if given.loss == "squared_error" else np.mean(powers)))


def cross_entropy(prediction: Array, z2: Array, target: Array, way: Way) -> float:
    if np.array_equal(prediction, activated("sigmoid", z2)):
        yes, no = target @ np.logaddexp(0, -z2), (1 - target) @ np.logaddexp(0, z2)  # finite for every z2
    else:
        yes, no = surprise(target, prediction), surprise(1 - target, 1 - prediction)
    return float(yes + no if way("one_minus", True) else yes)


def surprise(weights: Array, probabilities: Array) -> Any:
    r"""$-\sum w \ln p$; a term of weight 0 is 0."""
    return -(np.sum(weights * np.log(np.where(weights > 0, probabilities, 1.0))))


def error_of(given: BackpropagationInputs, prediction: Array, target: Array, way: Way) -> Array:
    """∂L/∂ŷ; for the cross-entropy ∂L/∂z2, from which the slope has cancelled."""
    factor = 2 / len(target) if given.loss == "mean_squared_error" else 1.0
    error = factor * way("error_factor", 1) * way("error_sign", 1) * (prediction - target)
    kept: Array = way.keep("error", error)
    return kept


def passed_back(delta2: Array, W1: Array, W2: Array, way: Way) -> Array:
    """The output's error as it arrives at the hidden layer."""
    back = way("back", "W2'")
    if back == "nothing":
        return np.broadcast_to(delta2, len(W1))
    passed: Array = {"W2'": W2.T, "W2": W2, "W1'": W1.T}[back] @ delta2
    return passed


def gradient(delta: Array, fed: Array, way: Way, layer: Place) -> Array:
    dW = np.outer(delta, fed)
    return dW.T if way("gradient_transposed", False, layer) else dW
