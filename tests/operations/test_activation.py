"""Activation functions, against scipy, closed forms and finite differences."""

import numpy as np
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.operations import OPERATIONS
from tests.operations.asking import mistakes_of, results_of

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


def test_an_unknown_function_is_refused() -> None:
    with pytest.raises(ValidationError):
        OPERATIONS["activation"].Inputs(function="swish", points=[1])
