"""Mean squared error, against plain loops."""

from math import sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.operations import OPERATIONS
from app.operations.operation import Way
from tests.operations.asking import mistakes_of, refusal, results_of

MSE = OPERATIONS["mean_squared_error"]
reals = st.lists(st.tuples(st.floats(-100, 100), st.floats(-100, 100)), min_size=1, max_size=10)
whole = st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=2, max_size=6)


def apart(pairs: list[tuple[Any, Any]]) -> dict[str, list[Any]]:
    return {"targets": [a for a, _ in pairs], "predictions": [b for _, b in pairs]}


def losses_of_mistakes(**inputs: Any) -> dict[str, float]:
    return {name: results["loss"] for name, results in mistakes_of("mean_squared_error", **inputs).items()}


@given(reals)
def test_the_squared_error_is_the_mean_of_the_squares(pairs: list[tuple[float, float]]) -> None:
    loss = results_of("mean_squared_error", **apart(pairs))["loss"]
    assert loss == pytest.approx(sum((a - b) ** 2 for a, b in pairs) / len(pairs))


def test_mistakes_of_the_squared_error() -> None:
    assert losses_of_mistakes(targets=[1, 2], predictions=[4, 1]) == pytest.approx(
        {
            "sum_for_mean": 10,
            "root": sqrt(5),
            "absolute_error": 2,
            "not_squared": -1,
            "halved": 2.5,
            "square_of_sum": 2,
            "square_of_mean": 1,
            "square_negative": -4,
            "doubled_not_squared": 4,
        }
    )


def test_what_needs_three_samples_or_a_negative_prediction_appears_with_them() -> None:
    named = losses_of_mistakes(targets=[1, 2, 0], predictions=[4, -1, 0])  # errors -3, 3, 0
    assert named["divided_by_one_less"] == 9
    assert named["minus_minus"] == pytest.approx((9 + 1) / 3)
    fewer = losses_of_mistakes(targets=[1, 2], predictions=[4, 1])
    assert not {"divided_by_one_less", "minus_minus"} & set(fewer)


def test_a_single_error_has_no_mistakes_of_the_mean() -> None:
    assert losses_of_mistakes(targets=[1], predictions=[4]) == {
        "root": 3, "halved": 4.5, "not_squared": -3, "square_negative": -9, "doubled_not_squared": 6,
    }  # fmt: skip


@given(whole)
def test_every_mistake_is_its_own_formula(pairs: list[tuple[int, int]]) -> None:
    errors, n = [a - b for a, b in pairs], len(pairs)
    formulas = {
        "sum_for_mean": sum(e * e for e in errors),
        "root": sqrt(sum(e * e for e in errors) / n),
        "absolute_error": sum(map(abs, errors)) / n,
        "not_squared": sum(errors) / n,
        "halved": sum(e * e for e in errors) / n / 2,
        "divided_by_one_less": sum(e * e for e in errors) / (n - 1),
        "square_of_sum": sum(errors) ** 2 / n,
        "square_of_mean": (sum(errors) / n) ** 2,
        "square_negative": sum(e * e if e > 0 else -e * e for e in errors) / n,
        "minus_minus": sum((a - abs(b)) ** 2 for a, b in pairs) / n,
        "doubled_not_squared": sum(2 * abs(e) for e in errors) / n,
    }
    for name, loss in losses_of_mistakes(**apart(pairs)).items():
        assert loss == pytest.approx(formulas[name])


@given(whole)
def test_a_mistake_at_one_sample_changes_its_own_term_only(pairs: list[tuple[int, int]]) -> None:
    inputs = MSE.Inputs(**apart(pairs))
    for mistake in MSE.local_mistakes(inputs):
        assert mistake.place is not None
        i = int(mistake.place.en.split()[1].strip(":")) - 1
        a, b = pairs[i]
        term = {
            "minus_minus": (a + b) ** 2,
            "square_negative": -((a - b) ** 2),
            "doubled_not_squared": 2 * abs(a - b),
            "sample_left_out": 0,
        }[mistake.name]
        others = sum((y - p) ** 2 for k, (y, p) in enumerate(pairs) if k != i)
        loss = MSE.compute(inputs, Way(mistake.otherwise))["loss"]
        assert loss == pytest.approx((others + term) / len(pairs))


def test_squares_rounded_early_are_averaged_as_rounded() -> None:
    inputs = MSE.Inputs(targets=[0.25, 1.5, 2], predictions=[0, 0.15, 2])
    loss = MSE.compute(inputs, Way(rounding=lambda v: np.round(v, 1)))["loss"]
    assert loss == pytest.approx((0.1 + 1.8 + 0) / 3)  # 0.0625 and 1.8225


def test_different_lengths_are_refused_in_both_languages() -> None:
    zh, en = refusal("mean_squared_error", targets=[1, 2], predictions=[1])
    assert "形状" in zh
    assert "same shape" in en
