"""Softmax, against scipy."""

from math import exp, log, prod

import numpy as np
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.operations import OPERATIONS
from app.operations.operation import Way
from tests.operations.asking import mistakes_of, results_of

SOFTMAX = OPERATIONS["softmax"]
logits = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=12)


@given(logits, st.floats(0.001, 1000))
def test_agrees_with_scipy_at_every_temperature(logits: list[float], temperature: float) -> None:
    got = results_of("softmax", logits=logits, temperature=temperature)["probabilities"]
    assert np.allclose(got, scipy.special.softmax(np.array(logits) / temperature), rtol=1e-9, atol=1e-15)
    assert sum(got) == pytest.approx(1)


def test_huge_scores_do_not_overflow_and_their_steps_subtract_the_largest() -> None:
    solution = SOFTMAX.solve(SOFTMAX.Inputs(logits=[1e6, 1e6 - 1]))
    assert solution.results["probabilities"] == pytest.approx([1 / (1 + exp(-1)), exp(-1) / (1 + exp(-1))])
    assert "largest" in solution.steps[0].text.en


def test_mistakes_are_the_wrong_formulas_written_out() -> None:
    z, t = [1.0, 2.0, 4.0], 2.0
    named = {k: v["probabilities"] for k, v in mistakes_of("softmax", logits=z, temperature=t).items()}
    w = [v / t for v in z]
    assert named["unnormalised"] == pytest.approx([exp(v) for v in w])
    assert named["base_two"] == pytest.approx([2**v / sum(2**k for k in w) for v in w])
    assert named["base_ten"] == pytest.approx([10**v / sum(10**k for k in w) for v in w])
    assert named["sigmoid_each"] == pytest.approx(scipy.special.expit(w))
    assert named["linear"] == pytest.approx([1 / 7, 2 / 7, 4 / 7])
    assert named["temperature_ignored"] == pytest.approx([exp(v) / sum(map(exp, z)) for v in z])
    assert named["temperature_multiplied"] == pytest.approx(scipy.special.softmax([2, 4, 8]))
    assert named["exponent_sign"] == pytest.approx(scipy.special.softmax([-0.5, -1, -2]))
    assert named["squares_for_exponentials"] == pytest.approx([1 / 21, 4 / 21, 16 / 21])
    assert named["own_term_left_out"] == pytest.approx(
        [exp(0.5) / (exp(1) + exp(2)), exp(1) / (exp(0.5) + exp(2)), exp(2) / (exp(0.5) + exp(1))]
    )
    assert named["power_of_sum"] == pytest.approx([exp(-3), exp(-2.5), exp(-1.5)])
    assert named["divided_by_largest"] == pytest.approx([exp(-1.5), exp(-1), 1])
    assert named["winner_takes_all"] == [0, 0, 1]
    assert not {"minus_dropped", "power_of_zero"} & set(named)


def test_negative_scores_lose_their_minus_and_zero_its_power() -> None:
    named = {k: v["probabilities"] for k, v in mistakes_of("softmax", logits=[-1, 0, 2]).items()}
    total = exp(1) + 1 + exp(2)
    assert named["minus_dropped"] == pytest.approx([exp(1) / total, 1 / total, exp(2) / total])
    assert named["power_of_zero"] == pytest.approx([1 / (1 + exp(3)), 0, exp(3) / (1 + exp(3))])


def test_a_temperature_of_one_and_a_zero_sum_leave_those_mistakes_out() -> None:
    assert set(mistakes_of("softmax", logits=[-log(2), log(2)])) == {
        "unnormalised", "base_two", "base_ten", "sigmoid_each", "minus_dropped", "exponent_sign",
        "own_term_left_out", "divided_by_largest", "winner_takes_all", "squares_for_exponentials",
    }  # fmt: skip


@given(st.lists(st.integers(-9, 9), min_size=2, max_size=6), st.sampled_from([1, 2, 5]))
def test_every_mistake_is_its_own_formula(z: list[int], t: int) -> None:
    w = [v / t for v in z]
    powers = [exp(v) for v in w]
    formulas = {
        "unnormalised": powers,
        "base_two": scipy.special.softmax([v * log(2) for v in w]),
        "base_ten": scipy.special.softmax([v * log(10) for v in w]),
        "sigmoid_each": scipy.special.expit(w),
        "minus_dropped": scipy.special.softmax(np.abs(w)),
        "exponent_sign": scipy.special.softmax([-v for v in w]),
        "power_of_zero": [p * (v != 0) / sum(q for q, u in zip(powers, z, strict=True) if u)
                          for p, v in zip(powers, z, strict=True)] if any(z) else [],
        "linear": [v / sum(z) for v in z] if sum(z) else [],
        "power_of_sum": [p / prod(powers) for p in powers],
        "own_term_left_out": [p / (sum(powers) - p) for p in powers],
        "divided_by_largest": [exp(v - max(w)) for v in w],
        "winner_takes_all": [float(v == max(z)) for v in z],
        "squares_for_exponentials": [v * v / sum(u * u for u in z) for v in z] if any(z) else [],
        "temperature_ignored": scipy.special.softmax(z),
        "temperature_multiplied": scipy.special.softmax(np.array(z) * t),
    }  # fmt: skip
    named = mistakes_of("softmax", logits=z, temperature=t)
    assert named.keys() <= formulas.keys()
    for name, results in named.items():
        assert results["probabilities"] == pytest.approx(list(formulas[name]), rel=1e-6)


def test_a_mistake_at_one_score_spoils_that_score_alone() -> None:
    inputs = SOFTMAX.Inputs(logits=[-1, 2, -3], temperature=2)
    found = {
        (m.name, m.place.en): SOFTMAX.compute(inputs, Way(m.otherwise))["probabilities"]
        for m in SOFTMAX.local_mistakes(inputs)
        if m.place
    }
    assert found.keys() == {
        ("minus_dropped", "Score 1:"), ("minus_dropped", "Score 3:"), ("temperature_ignored", "Score 1:"),
        ("temperature_ignored", "Score 2:"), ("temperature_ignored", "Score 3:"),
    }  # fmt: skip
    assert found["minus_dropped", "Score 3:"] == pytest.approx(scipy.special.softmax([-0.5, 1, 1.5]))
    assert found["temperature_ignored", "Score 2:"] == pytest.approx(scipy.special.softmax([-0.5, 2, -1.5]))


def test_rounding_early_rounds_the_powers_and_their_sum() -> None:
    inputs = SOFTMAX.Inputs(logits=[1, 2, -1])
    rounded = SOFTMAX.compute(inputs, Way(rounding=lambda v: np.round(v, 1)))["probabilities"]
    assert rounded == pytest.approx([2.7 / 10.5, 7.4 / 10.5, 0.4 / 10.5])


@pytest.mark.parametrize("logits", [[700, 710, 720], [-5000, 20, 5]])
def test_mistakes_with_large_scores_are_finite_or_left_out(logits: list[float]) -> None:
    named = mistakes_of("softmax", logits=logits)
    assert "base_ten" in named
    assert all(np.all(np.isfinite(results["probabilities"])) for results in named.values())


@pytest.mark.parametrize(
    "inputs",
    [
        {"logits": [1]},
        {"logits": [1, float("nan")]},
        {"logits": [1, 2], "temperature": 0},
        {"logits": [1, 1e7]},
    ],
)
def test_impossible_inputs_are_refused(inputs: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        OPERATIONS["softmax"].Inputs(**inputs)
