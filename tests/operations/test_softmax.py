"""Softmax, against scipy."""

from math import exp, log

import numpy as np
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.operations import OPERATIONS
from tests.operations.asking import mistakes_of, results_of

logits = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=12)


@given(logits, st.floats(0.001, 1000))
def test_agrees_with_scipy_at_every_temperature(logits: list[float], temperature: float) -> None:
    got = results_of("softmax", logits=logits, temperature=temperature)["probabilities"]
    assert np.allclose(got, scipy.special.softmax(np.array(logits) / temperature), rtol=1e-9, atol=1e-15)
    assert sum(got) == pytest.approx(1)


def test_huge_scores_do_not_overflow_and_their_steps_subtract_the_largest() -> None:
    softmax = OPERATIONS["softmax"]
    solution = softmax.solve(softmax.Inputs(logits=[1e6, 1e6 - 1]))
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


def test_a_temperature_of_one_and_a_zero_sum_leave_those_mistakes_out() -> None:
    assert set(mistakes_of("softmax", logits=[-log(2), log(2)])) == {
        "unnormalised", "base_two", "base_ten", "sigmoid_each",
    }  # fmt: skip


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
