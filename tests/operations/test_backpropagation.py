"""Backpropagation: the forward pass against plain loops, every gradient against finite differences."""

import copy
from math import exp, log, tanh
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.operations import OPERATIONS
from app.operations.operation import Way, sibling
from tests.operations.asking import mistakes_of, refusal, results_of

BACKPROPAGATION = OPERATIONS["backpropagation"]
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


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def mutated(given: dict[str, Any], **rules: Any) -> dict[str, Any]:
    """A sigmoid network with the squared error, and one rule of the textbook broken, in numpy."""
    g = {name: np.array(given[name]) for name in NETWORK}
    bias = 0 if rules.get("no_bias") else 1
    turn = np.transpose if rules.get("columns") else np.asarray
    z1 = turn(g["W1"]) @ g["x"] + bias * g["b1"]
    a1 = z1 if rules.get("linear") else sigmoid(z1)
    z2 = turn(g["W2"]) @ a1 + bias * g["b2"]
    y = z2 if rules.get("linear_output") else sigmoid(z2)
    slope = rules.get("slope", lambda z, a: a * (1 - a))
    no_output = rules.get("no_output") or rules.get("linear_output")
    d2 = (y - g["target"]) * (1 if no_output else slope(z2, y))
    back = rules.get("back", g["W2"].T)
    d1 = (back @ d2) * (1 if rules.get("no_hidden") or rules.get("linear") else slope(z1, a1))
    fed = {"z1": z1, "x": g["x"]}.get(rules.get("fed", ""), a1)
    return {
        "z1": z1, "a1": a1, "z2": z2, "prediction": y, "loss": ((y - g["target"]) ** 2).sum() / 2,
        "dW1": np.outer(d1, g["x"]), "db1": d1, "dW2": np.outer(d2, fed), "db2": d2,
    }  # fmt: skip


GRADIENTS = {"dW1", "db1", "dW2", "db2"}
LATER = {"z2", "prediction", "loss"} | GRADIENTS


@pytest.mark.parametrize(
    ("mistake", "rule", "wrong"),
    [
        ("biases_forgotten", {"no_bias": True}, {"z1", "a1"} | LATER),
        ("weights_read_by_columns", {"columns": True}, {"z1", "a1"} | LATER),
        ("activation_forgotten", {"linear": True}, {"a1"} | LATER),
        ("output_activation_forgotten", {"linear_output": True}, {"prediction", "loss"} | GRADIENTS),
        ("output_derivative_forgotten", {"no_output": True}, GRADIENTS),
        ("hidden_derivative_forgotten", {"no_hidden": True}, {"dW1", "db1"}),
        ("weights_not_transposed", {"back": np.array(NETWORK["W2"])}, {"dW1", "db1"}),
        ("wrong_weights", {"back": np.array(NETWORK["W1"]).T}, {"dW1", "db1"}),
        ("weights_skipped", {"back": np.eye(2)}, {"dW1", "db1"}),
        ("derivative_at_activation", {"slope": lambda z, a: sigmoid(a) * (1 - sigmoid(a))}, GRADIENTS),
        ("point_for_value", {"slope": lambda z, a: z * (1 - z)}, GRADIENTS),
        ("factor_forgotten", {"slope": lambda z, a: a}, GRADIENTS),
        ("weighted_sum_for_activation", {"fed": "z1"}, {"dW2"}),
        ("input_for_activation", {"fed": "x"}, {"dW2"}),
    ],
)
def test_a_mistake_breaks_one_rule_and_keeps_the_rest(
    mistake: str, rule: dict[str, Any], wrong: set[str]
) -> None:
    named = mistakes_of("backpropagation", **NETWORK)[mistake]
    expected = mutated(NETWORK, **rule)
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


@given(networks())
def test_mistakes_of_the_loss_leave_the_forward_pass(network: dict[str, Any]) -> None:
    right, named = results_of("backpropagation", **network), mistakes_of("backpropagation", **network)
    y, t = np.array(right["prediction"]), np.array(network["target"])
    m, loss = len(t), network["loss"]
    if loss == "cross_entropy":
        assert named["sign_forgotten"] == {"loss": -right["loss"]}
        assert named["one_minus_forgotten"]["loss"] == pytest.approx(-(t * np.log(y)).sum())
        return
    assert set(named["not_squared"]) == {"loss"}
    assert named["not_squared"]["loss"] == pytest.approx(
        (y - t).sum() / (2 if loss == "squared_error" else m)
    )
    if "two_forgotten" in named:  # a dead network has no gradients to get wrong
        assert np.allclose(named["two_forgotten"].get("db2", 0), np.array(right["db2"]) / 2)
    if loss == "mean_squared_error" and m > 1:
        assert named["sum_for_mean"]["loss"] == pytest.approx(((y - t) ** 2).sum())
        assert np.allclose(named["sum_for_mean"].get("db2", 0), m * np.array(right["db2"]))


@given(networks())
def test_a_transposed_gradient_has_the_transposed_shape(network: dict[str, Any]) -> None:
    right, named = results_of("backpropagation", **network), mistakes_of("backpropagation", **network)
    for name, value in named.get("gradient_transposed", {}).items():
        assert np.array_equal(value, np.transpose(right[name]))


def test_the_derivative_of_tanh_needs_its_square() -> None:
    network = NETWORK | {"activation": "tanh"}
    right, named = results_of("backpropagation", **network), mistakes_of("backpropagation", **network)
    y, t = np.array(right["prediction"]), np.array(NETWORK["target"])
    assert np.allclose(named["square_forgotten"]["db2"], (y - t) * (1 - y))
    assert np.allclose(named["derivative_at_activation"]["db2"], (y - t) * (1 - np.tanh(y) ** 2))
    assert np.allclose(named["point_for_value"]["db2"], (y - t) * (1 - np.square(right["z2"])))


def test_a_linear_network_has_no_activation_to_forget() -> None:
    named = mistakes_of("backpropagation", **(NETWORK | {"activation": "linear"}))
    assert set(named) == {
        "sign_flipped", "biases_forgotten", "weights_not_transposed", "half_forgotten", "two_forgotten",
        "not_squared", "weights_skipped", "wrong_weights", "input_for_activation", "weights_read_by_columns",
        "gradient_transposed",
    }  # fmt: skip


def continued(given: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """The textbook's pass, in which values that someone found take the place of the right ones."""
    g = {name: np.array(given[name]) for name in NETWORK}
    f = np.vectorize(FUNCTIONS[given["activation"]])
    slope = {
        "sigmoid": lambda a: a * (1 - a),
        "tanh": lambda a: 1 - a**2,
        "relu": lambda a: (a > 0) * 1.0,
        "linear": lambda a: a * 0 + 1,
    }[given["activation"]]
    z1 = own.get("z1", g["W1"] @ g["x"] + g["b1"])
    a1 = own.get("a1", f(z1))
    z2 = own.get("z2", g["W2"] @ a1 + g["b2"])
    y, t = own.get("prediction", f(z2)), g["target"]
    if given["loss"] == "cross_entropy":
        loss, error = -(t * np.log(y) + (1 - t) * np.log(1 - y)).sum(), y - t
    elif given["loss"] == "squared_error":
        loss, error = ((y - t) ** 2).sum() / 2, (y - t) * slope(y)
    else:
        loss, error = ((y - t) ** 2).mean(), 2 / len(t) * (y - t) * slope(y)
    d2 = own.get("db2", error)
    d1 = own.get("db1", g["W2"].T @ d2 * slope(a1))
    dW1, dW2 = d1[:, None] * g["x"], d2[:, None] * a1
    return {
        "z1": z1, "a1": a1, "z2": z2, "prediction": y, "loss": loss,
        "dW1": dW1, "db1": d1, "dW2": dW2, "db2": d2,
    }  # fmt: skip


@settings(max_examples=300)
@given(
    networks(), st.sets(st.sampled_from(["z1", "a1", "z2", "prediction", "db2", "db1"])), st.integers(0, 99)
)
def test_a_learner_s_own_values_are_followed(network: dict[str, Any], names: set[str], seed: int) -> None:
    rng = np.random.default_rng(seed)
    right = results_of("backpropagation", **network)
    own = {name: rng.uniform(0.05, 0.95, size=np.shape(right[name])) for name in sorted(names)}
    way = Way(own={name: value.tolist() for name, value in own.items()})
    followed = BACKPROPAGATION.compute(BACKPROPAGATION.Inputs(**network), way)
    for name, value in continued(network, own).items():
        assert np.allclose(followed[name], value, rtol=1e-8, atol=1e-10)


def test_what_is_missing_in_an_own_value_is_computed() -> None:
    given = BACKPROPAGATION.Inputs(**NETWORK)
    right = BACKPROPAGATION.compute(given)
    followed = BACKPROPAGATION.compute(given, Way(own={"a1": [0.25, None]}))
    assert followed["a1"] == [0.25, right["a1"][1]]
    assert np.allclose(followed["z2"], np.array(NETWORK["W2"]) @ followed["a1"] + NETWORK["b2"])


def test_an_own_prediction_of_exactly_one_has_a_cross_entropy() -> None:
    given = BACKPROPAGATION.Inputs(**NETWORK, loss="cross_entropy")
    right = BACKPROPAGATION.compute(given)
    followed = BACKPROPAGATION.compute(given, Way(own={"prediction": [1.0, None]}))
    assert followed["loss"] == pytest.approx(-log(1 - right["prediction"][1]))
    assert followed["db2"] == [0, right["db2"][1]]


def test_early_rounding_rounds_what_is_used_later_and_not_the_gradients() -> None:
    got = BACKPROPAGATION.compute(
        BACKPROPAGATION.Inputs(**NETWORK), Way(rounding=lambda value: np.round(value, 2))
    )
    a1 = [0.75, 0.39]  # of z1 = [1.1, -0.45]
    assert got["a1"] == a1
    z2 = np.round([0.75 - 0.195 + 0.3, 0.1875 + 0.78 - 0.4], 2)
    assert got["z2"] == z2.tolist()
    y = np.round(sigmoid(z2), 2)
    d2 = np.round(np.round(y - [1, 0], 2) * np.round(y * (1 - y), 2), 2)
    assert got["db2"] == d2.tolist()
    assert np.allclose(got["dW2"], np.outer(d2, a1), rtol=1e-12)


def test_a_mistake_in_one_layer_keeps_what_does_not_follow() -> None:
    given = BACKPROPAGATION.Inputs(**NETWORK)
    right = BACKPROPAGATION.compute(given)
    changed = {}
    for mistake in BACKPROPAGATION.local_mistakes(given):
        results = BACKPROPAGATION.compute(given, Way(mistake.otherwise))
        assert mistake.place is not None
        changed[mistake.place.en, mistake.name] = {n for n, v in results.items() if v != right[n]}
    everything = {"z1", "a1"} | LATER
    for hidden in ("derivative_at_activation", "point_for_value", "factor_forgotten"):
        assert changed["Hidden layer:", hidden] == {"dW1", "db1"}
        assert changed["Output layer:", hidden] == GRADIENTS
    for forward in ("biases_forgotten", "weights_read_by_columns"):
        assert changed["Hidden layer:", forward] == everything
        assert changed["Output layer:", forward] == LATER
    assert changed["Hidden layer:", "gradient_transposed"] == {"dW1"}
    assert changed["Output layer:", "gradient_transposed"] == {"dW2"}
    assert len(changed) == 12


def test_any_entry_of_a_gradient_shows_its_two_factors() -> None:
    given = BACKPROPAGATION.Inputs(**NETWORK)
    done = BACKPROPAGATION.compute(given)
    entry = BACKPROPAGATION.cell(given, "dW1", (1, 1))
    d = done["db1"][1]
    assert entry is not None
    assert entry.formula == rf"(dW_1)_{{2,2}} = {d:.6g} \times (-2) = {-2 * d:.6g}"
    entry = BACKPROPAGATION.cell(given, "dW2", (1, 0))
    d, a = done["db2"][1], done["a1"][0]
    assert entry is not None
    assert entry.formula == rf"(dW_2)_{{2,1}} = {d:.6g} \times {a:.6g} = {d * a:.6g}"
    assert BACKPROPAGATION.cell(given, "db1", (0, 0)) is None


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
        assert all(operation.compute(drawn)["db2"])  # no output is dead, or right already


def test_the_picture_shows_the_widths() -> None:
    operation = OPERATIONS["backpropagation"]
    picture = operation.picture(operation.Inputs(**operation.example))
    assert picture is not None
    assert (picture.kind, picture.data) == ("network", {"widths": [2, 2, 1]})
