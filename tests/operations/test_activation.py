"""Activation functions, against scipy, closed forms and finite differences."""

from collections.abc import Callable
from math import e, exp, tanh

import numpy as np
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.operations import OPERATIONS
from app.operations.operation import Way
from tests.operations.asking import mistakes_of, results_of

ACTIVATION = OPERATIONS["activation"]
FUNCTIONS = {
    "sigmoid": lambda x, slope: scipy.special.expit(x),
    "tanh": lambda x, slope: (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x)),
    "relu": lambda x, slope: np.array([max(0, v) for v in x]),
    "leaky_relu": lambda x, slope: np.array([v if v > 0 else slope * v for v in x]),
    "prelu": lambda x, slope: np.array([v if v > 0 else slope * v for v in x]),
}
every_function = pytest.mark.parametrize("function", FUNCTIONS)
points = st.lists(st.floats(-20, 20), min_size=1, max_size=8)


@every_function
@given(points=points, slope=st.floats(-2, 2))
def test_values_agree_with_the_closed_form(function: str, points: list[float], slope: float) -> None:
    got = results_of("activation", function=function, points=points, slope=slope)["values"]
    assert np.allclose(got, FUNCTIONS[function](np.array(points), slope), rtol=1e-12, atol=1e-14)


@every_function
@given(points=st.lists(st.floats(-8, 8).filter(lambda x: abs(x) > 1e-3), min_size=1, max_size=8))
def test_derivatives_agree_with_finite_differences(function: str, points: list[float]) -> None:
    x, h, f = np.array(points), 1e-5, FUNCTIONS[function]
    got = results_of("activation", function=function, points=points, slope=0.2)["derivatives"]
    assert np.allclose(got, (f(x + h, 0.2) - f(x - h, 0.2)) / (2 * h), atol=1e-8)


@pytest.mark.parametrize(("function", "at_zero"), [("relu", 0), ("leaky_relu", 0.1), ("prelu", 0.1)])
def test_at_zero_the_derivative_is_that_of_the_negative_side(function: str, at_zero: float) -> None:
    results = results_of("activation", function=function, points=[0], slope=0.1)
    assert results == {"values": [0], "derivatives": [at_zero]}


@every_function
def test_no_point_however_far_overflows(function: str) -> None:
    results = results_of("activation", function=function, points=[-1e6, 1e6])
    assert np.all(np.isfinite([results["values"], results["derivatives"]]))


def test_the_slope_defaults_to_a_hundredth() -> None:
    assert results_of("activation", function="leaky_relu", points=[-3])["values"] == [-0.03]


def test_mistakes_of_sigmoid_and_tanh_are_the_wrong_formulas() -> None:
    s = mistakes_of("activation", function="sigmoid", points=[2])
    y = 1 / (1 + np.exp(-2))
    assert s["tanh_for_sigmoid"]["values"] == pytest.approx([np.tanh(2)])
    assert s["exponent_sign"] == {"values": pytest.approx([1 / (1 + np.exp(2))])}
    assert s["factor_forgotten"] == {"derivatives": pytest.approx([y])}
    assert s["point_for_value"] == {"derivatives": pytest.approx([2 * (1 - 2)])}
    t = mistakes_of("activation", function="tanh", points=[2])
    assert t["sigmoid_for_tanh"]["derivatives"] == pytest.approx([y * (1 - y)])
    assert t["square_forgotten"] == {"derivatives": pytest.approx([1 - np.tanh(2)])}
    assert t["point_for_value"] == {"derivatives": pytest.approx([-3])}


def test_mistakes_of_the_rectifiers_bend_the_wrong_side() -> None:
    r = mistakes_of("activation", function="relu", points=[-2, 3])
    assert r["identity"] == {"values": [-2, 3], "derivatives": [1, 1]}
    assert r["absolute_value"] == {"values": [2, 3], "derivatives": [-1, 1]}
    assert r["value_for_derivative"] == {"derivatives": [0, 3]}
    p = mistakes_of("activation", function="leaky_relu", points=[-2, 3], slope=0.5)
    assert p["relu_for_leaky"] == {"values": [0, 3], "derivatives": [0, 1]}
    assert p["slope_sign"] == {"values": [1, 3], "derivatives": [-0.5, 1]}


def logistic(x: float) -> float:
    return 1 / (1 + exp(-x))


Pair = tuple[float | None, float | None]  # value and derivative, None where they are right


def after(value: Callable[[float], float], slope: Callable[[float], float]) -> Callable[[float], Pair]:
    """A wrong value, from which the derivative follows."""
    return lambda x: (value(x), slope(value(x)))


SIGMOID: dict[str, Callable[[float], Pair]] = {
    "exponent_sign": lambda x: (logistic(-x), None),
    "tanh_for_sigmoid": after(tanh, lambda v: 1 - v * v),
    "minus_dropped": after(lambda x: logistic(abs(x)), lambda v: v * (1 - v)),
    "one_forgotten": after(exp, lambda v: v * (1 - v)),
    "base_two": after(lambda x: 1 / (1 + 2**-x), lambda v: v * (1 - v)),
    "base_ten": after(lambda x: 1 / (1 + 10**-x), lambda v: v * (1 - v)),
    "power_of_zero": after(lambda x: logistic(x) if x else 1, lambda v: v * (1 - v)),
    "factor_forgotten": lambda x: (None, logistic(x)),
    "point_for_value": lambda x: (None, x * (1 - x)),
    "plus_for_minus": lambda x: (None, logistic(x) * (1 + logistic(x))),
    "derivative_of_the_other": lambda x: (None, 1 - logistic(x) ** 2),
    "derivative_for_value": lambda x: (logistic(x) * (1 - logistic(x)), None),
}
TANH: dict[str, Callable[[float], Pair]] = {
    "sigmoid_for_tanh": after(logistic, lambda v: v * (1 - v)),
    "minus_dropped": lambda x: (tanh(abs(x)), None),
    "half_argument": after(lambda x: 2 * logistic(x) - 1, lambda v: 1 - v * v),
    "denominator_forgotten": after(lambda x: exp(x) - exp(-x), lambda v: 1 - v * v),
    "quotient_inverted": after(lambda x: 1 / tanh(x), lambda v: 1 - v * v),
    "square_forgotten": lambda x: (None, 1 - tanh(x)),
    "point_for_value": lambda x: (None, 1 - x * x),
    "plus_for_minus": lambda x: (None, 1 + tanh(x) ** 2),
    "derivative_of_the_other": lambda x: (None, tanh(x) * (1 - tanh(x))),
    "value_for_derivative": lambda x: (None, tanh(x)),
    "derivative_for_value": lambda x: (1 - tanh(x) ** 2, None),
}
RELU: dict[str, Callable[[float], Pair]] = {
    "identity": lambda x: (x, 1),
    "absolute_value": lambda x: (abs(x), 1 if x > 0 else -1),
    "leaky_for_relu": lambda x: (x, 1) if x > 0 else (0.01 * x, 0.01),
    "value_for_derivative": lambda x: (None, max(0, x)),
    "sides_swapped": lambda x: (min(0, x), float(x <= 0)),
    "sigmoid_for_relu": after(logistic, lambda v: v * (1 - v)),
    "one_at_zero": lambda x: (None, float(x >= 0)),
    "derivative_for_value": lambda x: (float(x > 0), None),
}
LEAKY: dict[str, Callable[[float], Pair]] = {  # slope 0.2
    "relu_for_leaky": lambda x: (max(0, x), float(x > 0)),
    "slope_sign": lambda x: (x, 1) if x > 0 else (-0.2 * x, -0.2),
    "slope_inverted": lambda x: (x, 1) if x > 0 else (5 * x, 5),
    "slope_added": lambda x: (x if x > 0 else x + 0.2, None),
    "identity": lambda x: (x, 1),
    "value_for_derivative": lambda x: (None, x if x > 0 else 0.2 * x),
    "sides_swapped": lambda x: (0.2 * x, 0.2) if x > 0 else (x, 1),
    "slope_everywhere": lambda x: (0.2 * x, 0.2),
    "sigmoid_for_relu": after(logistic, lambda v: v * (1 - v)),
    "one_at_zero": lambda x: (None, 1 if x >= 0 else 0.2),
    "derivative_for_value": lambda x: (1 if x > 0 else 0.2, None),
}
MISTAKES = {"sigmoid": SIGMOID, "tanh": TANH, "relu": RELU, "leaky_relu": LEAKY, "prelu": LEAKY}


@every_function
@given(points=st.lists(st.integers(-30, 30).map(lambda n: n / 10), min_size=1, max_size=6))
def test_every_mistake_is_its_own_formula(function: str, points: list[float]) -> None:
    truth = results_of("activation", function=function, points=points, slope=0.2)
    named = mistakes_of("activation", function=function, points=points, slope=0.2)
    assert named.keys() <= MISTAKES[function].keys()
    for name, results in named.items():
        pairs = [MISTAKES[function][name](x) for x in points]
        for result, wrong in zip(("values", "derivatives"), zip(*pairs, strict=True), strict=True):
            right = truth[result]
            expected = [r if w is None else w for r, w in zip(right, wrong, strict=True)]
            assert results.get(result, right) == pytest.approx(expected, abs=1e-9)


@every_function
def test_all_mistakes_can_be_made(function: str) -> None:
    points = [-2.5, 1.5, *([] if function == "tanh" else [0])]
    named = mistakes_of("activation", function=function, points=points, slope=0.2)
    assert named.keys() == MISTAKES[function].keys()


def test_derivatives_follow_from_the_learners_own_values() -> None:
    inputs = ACTIVATION.Inputs(function="sigmoid", points=[-1, 2])
    led = ACTIVATION.compute(inputs, Way(own={"values": [None, 0.9]}))
    right = 1 / (1 + e)
    assert led["values"] == pytest.approx([right, 0.9])
    assert led["derivatives"] == pytest.approx([right * (1 - right), 0.09])
    inputs = ACTIVATION.Inputs(function="tanh", points=[-1, 2])
    assert ACTIVATION.compute(inputs, Way(own={"values": [0.5, -0.5]}))["derivatives"] == [0.75, 0.75]


def test_the_slope_of_relu_does_not_follow_from_its_value() -> None:
    inputs = ACTIVATION.Inputs(function="relu", points=[-1, 2])
    assert ACTIVATION.compute(inputs, Way(own={"values": [1, 2]})) == {
        "values": [0, 2],
        "derivatives": [0, 1],
    }


def test_powers_rounded_early_give_values_from_the_rounded_powers() -> None:
    way = Way(rounding=lambda v: np.round(v, 1))
    inputs = ACTIVATION.Inputs(function="sigmoid", points=[-1])
    assert ACTIVATION.compute(inputs, way)["values"] == pytest.approx([round(1 / 3.7, 1)])
    inputs = ACTIVATION.Inputs(function="tanh", points=[1])
    assert ACTIVATION.compute(inputs, way)["values"] == pytest.approx([round(2.3 / 3.1, 1)])


@every_function
@given(points=st.lists(st.integers(-30, 30).map(lambda n: n / 10), min_size=2, max_size=6, unique=True))
def test_a_mistake_at_one_point_is_the_same_mistake_there_alone(function: str, points: list[float]) -> None:
    inputs = ACTIVATION.Inputs(function=function, points=points, slope=0.2)
    truth = ACTIVATION.compute(inputs)
    for mistake in ACTIVATION.local_mistakes(inputs):
        assert mistake.place is not None
        led = ACTIVATION.compute(inputs, Way(mistake.otherwise))
        for i, x in enumerate(points):
            value, slope = truth["values"][i], truth["derivatives"][i]
            if mistake.place.en == f"At x = {x:g}:":
                wrong = MISTAKES[function][mistake.name](x)
                value, slope = (r if w is None else w for r, w in zip((value, slope), wrong, strict=True))
            assert (led["values"][i], led["derivatives"][i]) == pytest.approx((value, slope))


def test_an_unknown_function_is_refused() -> None:
    with pytest.raises(ValidationError):
        OPERATIONS["activation"].Inputs(function="swish", points=[1])
