"""Gradient descent on a quadratic, against its closed form and finite differences."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.operations import OPERATIONS
from app.operations.operation import Way
from tests.operations.asking import mistakes_of, refusal, results_of

DESCENT = OPERATIONS["gradient_descent"]
small = st.floats(-10, 10)


@given(st.floats(0.05, 5), small, small, small, st.floats(0.001, 0.99), st.integers(1, 60))
def test_the_path_is_the_closed_form(
    a: float, b: float, c: float, start: float, share: float, steps: int
) -> None:
    rate = share / a  # |1 − 2·rate·a| < 1
    got = results_of("gradient_descent", coefficients=[a, b, c], start=start, rate=rate, steps=steps)
    minimum = -b / (2 * a)
    closed = [minimum + (1 - 2 * a * rate) ** t * (start - minimum) for t in range(steps + 1)]
    assert np.allclose(got["path"], closed, rtol=1e-8, atol=1e-8)
    assert got["final"] == got["path"][-1]


@given(st.integers(-5, 5), st.integers(-5, 5), st.integers(-5, 5), st.integers(-5, 5))
def test_a_step_goes_against_the_difference_quotient(a: int, b: int, c: int, start: int) -> None:
    path = results_of("gradient_descent", coefficients=[a, b, c], start=start, rate=0.1, steps=1)["path"]
    h = 1e-4
    rise = np.polyval([a, b, c], start + h) - np.polyval([a, b, c], start - h)
    assert path == pytest.approx([start, start - 0.1 * rise / (2 * h)], abs=1e-6)


def test_mistakes_lead_where_their_formulas_lead() -> None:
    named = mistakes_of("gradient_descent", coefficients=[1, -4, 3], start=1, rate=0.5, steps=2)
    assert named["wrong_sign"]["path"] == [1, 0, -2]
    assert named["rate_forgotten"] == {"path": [1, 3, 1], "final": 1}
    assert named["derivative_without_two"]["path"] == [1, 2.5, 3.25]
    assert named["linear_term_forgotten"]["path"] == [1, 0, 0]
    assert named["value_for_gradient"]["path"] == [1, 1, 1]
    assert named["gradient_not_updated"]["path"] == [1, 2, 3]
    named = mistakes_of("gradient_descent", coefficients=[1, -4, 3], start=0, rate=0.25, steps=2)
    assert named["one_step_short"] == {"final": 1}
    assert named["one_step_over"] == {"final": 1.75}


def test_a_mistake_in_one_step_leaves_the_steps_before_it() -> None:
    given = DESCENT.Inputs(coefficients=[1, -4, 3], start=0, rate=0.25, steps=3)
    (along,) = (
        m for m in DESCENT.local_mistakes(given) if m.name == "wrong_sign" and m.place.en == "Step 2:"
    )
    assert DESCENT.compute(given, Way(along.otherwise))["path"] == [0, 1, 0.5, 1.25]


def test_the_path_goes_on_from_the_learners_own_point() -> None:
    given = DESCENT.Inputs(coefficients=[1, -4, 3], start=0, rate=0.25, steps=3)
    assert DESCENT.compute(given, Way(own={"path": [0, 4]})) == {"path": [0, 4, 3, 2.5], "final": 2.5}


def test_rounding_early_rounds_every_point() -> None:
    given = DESCENT.Inputs(coefficients=[1, -4, 3], start=0, rate=0.3, steps=3)
    coarse = DESCENT.compute(given, Way(rounding=lambda w: round(w, 1)))
    assert coarse["path"] == pytest.approx([0, 1.2, 1.7, 1.9])


def test_a_mistake_that_diverges_is_left_out() -> None:
    named = mistakes_of("gradient_descent", coefficients=[1, -2, 0], start=5, rate=0.25, steps=1000)
    assert "wrong_sign" not in named
    assert "derivative_without_two" in named


def test_a_diverging_path_is_refused_in_both_languages() -> None:
    zh, en = refusal("gradient_descent", coefficients=[1, 0, 0], start=1, rate=2, steps=1000)
    assert "学习率太大" in zh
    assert "rate is too large" in en


@pytest.mark.parametrize("change", [{"steps": 0}, {"steps": 1001}, {"rate": 0}, {"coefficients": [1, 2]}])
def test_impossible_inputs_are_refused(change: dict[str, object]) -> None:
    fine = {"coefficients": [1, -4, 3], "start": 0, "rate": 0.1, "steps": 3}
    with pytest.raises(ValidationError):
        OPERATIONS["gradient_descent"].Inputs(**(fine | change))
