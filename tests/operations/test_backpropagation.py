"""Backpropagation: the forward pass against plain loops, every gradient against finite differences."""

import copy
from math import exp, log, tanh
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.operations import OPERATIONS
from app.operations.operation import sibling
from tests.operations.asking import mistakes_of, refusal, results_of

FUNCTIONS = {
    "sigmoid": lambda z: 1 / (1 + exp(-z)),
    "tanh": tanh,
    "relu": lambda z: max(0.0, z),
    "linear": lambda z: z,
}
PAIRS = [(f, loss) for f in FUNCTIONS for loss in ("squared_error", "mean_squared_error")]
PAIRS.append(("sigmoid", "cross_entropy"))
NETWORK: dict[str, Any] = {
    "x": [1.0, -2.0],
    "W1": [[0.5, -0.25], [0.75, 0.5]],
    "b1": [0.1, -0.2],
    "W2": [[1.0, -0.5], [0.25, 2.0]],
    "b2": [0.3, -0.4],
    "target": [1.0, 0.0],
}


def layer(W: Any, v: Any, b: Any) -> list[float]:
    return [sum(w * x for w, x in zip(row, v, strict=True)) + bias for row, bias in zip(W, b, strict=True)]


def forward(given: dict[str, Any]) -> dict[str, Any]:
    f = FUNCTIONS[given["activation"]]
    z1 = layer(given["W1"], given["x"], given["b1"])
    a1 = [f(z) for z in z1]
    z2 = layer(given["W2"], a1, given["b2"])
    y = [f(z) for z in z2]
    pairs = list(zip(y, given["target"], strict=True))
    if given["loss"] == "cross_entropy":
        loss = -sum(t * log(p) + (1 - t) * log(1 - p) for p, t in pairs)
    else:
        loss = sum((p - t) ** 2 for p, t in pairs)
        loss /= 2 if given["loss"] == "squared_error" else len(pairs)
    return {"z1": z1, "a1": a1, "z2": z2, "prediction": y, "loss": loss}


def difference_quotients(given: dict[str, Any], name: str, h: float = 1e-6) -> Any:
    values = np.array(given[name], dtype=float)
    quotients = np.zeros_like(values)
    for index in np.ndindex(values.shape):
        losses = []
        for step in (h, -h):
            moved = copy.deepcopy(given)
            nudged = values.copy()
            nudged[index] += step
            moved[name] = nudged.tolist()
            losses.append(forward(moved)["loss"])
        quotients[index] = (losses[0] - losses[1]) / (2 * h)
    return quotients


@st.composite
def networks(draw: st.DrawFn) -> dict[str, Any]:
    n, h, m = (draw(st.integers(1, 4)) for _ in range(3))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    activation, loss = draw(st.sampled_from(PAIRS))
    return {
        "x": rng.normal(size=n).tolist(),
        "W1": rng.normal(size=(h, n)).tolist(),
        "b1": rng.normal(size=h).tolist(),
        "W2": rng.normal(size=(m, h)).tolist(),
        "b2": rng.normal(size=m).tolist(),
        "target": rng.uniform(size=m).tolist(),
        "activation": activation,
        "loss": loss,
    }


@settings(max_examples=300)
@given(networks())
def test_agrees_with_plain_loops_and_finite_differences(network: dict[str, Any]) -> None:
    got, expected = results_of("backpropagation", **network), forward(network)
    for name, value in expected.items():
        assert np.allclose(got[name], value, rtol=1e-10, atol=1e-12)
    corners = [*expected["z1"], *expected["z2"]] if network["activation"] == "relu" else []
    if all(abs(z) > 1e-4 for z in corners):  # a difference quotient across relu's corner is no gradient
        for name in ("W1", "b1", "W2", "b2"):
            assert np.allclose(got[f"d{name}"], difference_quotients(network, name), rtol=1e-5, atol=1e-7)


def test_the_cross_entropy_stays_finite_where_the_prediction_saturates() -> None:
    network = NETWORK | {"b2": [-1e5, 1e5], "activation": "sigmoid", "loss": "cross_entropy"}
    got = results_of("backpropagation", **network)
    assert got["loss"] == pytest.approx(2e5, rel=1e-4)
    assert got["db2"] == [-1, 1]


def mutated(given: dict[str, Any], **rules: bool) -> dict[str, Any]:
    """A sigmoid network with the squared error, and one rule of the textbook broken, in numpy."""
    g = {name: np.array(given[name]) for name in NETWORK}
    f = lambda z: 1 / (1 + np.exp(-z))  # noqa: E731
    bias = 0 if rules.get("no_bias") else 1
    z1 = g["W1"] @ g["x"] + bias * g["b1"]
    a1 = z1 if rules.get("linear") else f(z1)
    z2 = g["W2"] @ a1 + bias * g["b2"]
    y = f(z2)
    d2 = (y - g["target"]) * (1 if rules.get("no_output") else y * (1 - y))
    back = g["W2"] if rules.get("straight") else g["W2"].T
    d1 = (back @ d2) * (1 if rules.get("no_hidden") or rules.get("linear") else a1 * (1 - a1))
    return {
        "z1": z1, "a1": a1, "z2": z2, "prediction": y, "loss": ((y - g["target"]) ** 2).sum() / 2,
        "dW1": np.outer(d1, g["x"]), "db1": d1, "dW2": np.outer(d2, a1), "db2": d2,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("mistake", "rule", "wrong"),
    [
        ("biases_forgotten", "no_bias", {"z1", "a1", "z2", "prediction", "loss", "dW1", "db1", "dW2", "db2"}),
        ("activation_forgotten", "linear", {"a1", "z2", "prediction", "loss", "dW1", "db1", "dW2", "db2"}),
        ("output_derivative_forgotten", "no_output", {"dW1", "db1", "dW2", "db2"}),
        ("hidden_derivative_forgotten", "no_hidden", {"dW1", "db1"}),
        ("weights_not_transposed", "straight", {"dW1", "db1"}),
    ],
)
def test_a_mistake_breaks_one_rule_and_keeps_the_rest(mistake: str, rule: str, wrong: set[str]) -> None:
    named = mistakes_of("backpropagation", **NETWORK)[mistake]
    expected = mutated(NETWORK, **{rule: True})
    assert set(named) == wrong
    for name, value in named.items():
        assert np.allclose(value, expected[name], rtol=1e-10)


def test_mistakes_of_sign_and_factor_scale_the_gradients() -> None:
    right = results_of("backpropagation", **NETWORK)
    named = mistakes_of("backpropagation", **NETWORK)
    assert np.allclose(named["sign_flipped"]["dW1"], -np.array(right["dW1"]))
    assert "loss" not in named["sign_flipped"]
    assert np.allclose(named["half_forgotten"]["db2"], 2 * np.array(right["db2"]))
    assert named["half_forgotten"]["loss"] == pytest.approx(2 * right["loss"])
    mean = NETWORK | {"loss": "mean_squared_error"}
    right = results_of("backpropagation", **mean)
    named = mistakes_of("backpropagation", **mean)
    assert np.allclose(named["two_forgotten"]["dW2"], np.array(right["dW2"]) / 2)


def test_with_cross_entropy_the_mistake_is_to_keep_the_derivative() -> None:
    network = NETWORK | {"loss": "cross_entropy"}
    y = np.array(results_of("backpropagation", **network)["prediction"])
    named = mistakes_of("backpropagation", **network)
    assert "output_derivative_forgotten" not in named
    assert np.allclose(named["output_derivative_added"]["db2"], (y - [1, 0]) * y * (1 - y))


def test_a_linear_network_has_no_activation_to_forget() -> None:
    named = mistakes_of("backpropagation", **(NETWORK | {"activation": "linear"}))
    assert set(named) == {"sign_flipped", "biases_forgotten", "weights_not_transposed", "half_forgotten"}


@pytest.mark.parametrize(
    ("change", "zh", "en"),
    [
        ({"W1": [[1.0], [2.0]]}, "W1 的形状", "W1 does not fit"),
        ({"b1": [1.0]}, "b1 的形状", "b1 does not fit"),
        ({"W2": [[1.0]]}, "W2 的形状", "W2 does not fit"),
        ({"b2": [1.0]}, "b2 的形状", "b2 does not fit"),
        ({"target": [1.0]}, "target 的形状", "target does not fit"),
        ({"W1": [[1.0, 2.0], [3.0]]}, "每一行", "equally long"),
        ({"activation": "tanh", "loss": "cross_entropy"}, "须为 sigmoid", "must be sigmoid"),
        ({"target": [2.0, 0.0], "loss": "cross_entropy"}, "0 和 1 之间", "between 0 and 1"),
    ],
)
def test_what_does_not_fit_is_refused_in_both_languages(change: dict[str, Any], zh: str, en: str) -> None:
    said = refusal("backpropagation", **(NETWORK | change))
    assert zh in said[0]
    assert en in said[1]


@pytest.mark.parametrize(("activation", "loss"), PAIRS)
def test_siblings_keep_shapes_function_and_loss(activation: str, loss: str) -> None:
    operation = OPERATIONS["backpropagation"]
    like = operation.Inputs(**NETWORK, activation=activation, loss=loss)
    for seed in range(10):
        drawn = sibling(operation, like, np.random.default_rng(seed))
        assert (drawn.activation, drawn.loss) == (activation, loss)
        assert all(np.shape(getattr(drawn, name)) == np.shape(value) for name, value in NETWORK.items())


def test_the_picture_shows_the_widths() -> None:
    operation = OPERATIONS["backpropagation"]
    picture = operation.picture(operation.Inputs(**operation.example))
    assert picture is not None
    assert (picture.kind, picture.data) == ("network", {"widths": [2, 2, 1]})
