"""Kullback–Leibler divergence, against scipy and plain loops."""

from math import log, log2, log10
from typing import Any

import numpy as np
import pytest
import scipy.special
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from app.operations import OPERATIONS
from app.operations.operation import Way, sibling
from tests.operations.asking import mistakes_of, refusal, results_of
from tests.operations.distributions import normalised, two_groups

KL = OPERATIONS["kl_divergence"]
positive = st.integers(2, 6).flatmap(
    lambda n: st.lists(
        st.lists(st.integers(1, 20), min_size=n, max_size=n).map(normalised), min_size=2, max_size=2
    )
)


def divergences_of_mistakes(**inputs: Any) -> dict[str, float]:
    return {name: results["divergence"] for name, results in mistakes_of("kl_divergence", **inputs).items()}


@given(two_groups())
def test_the_divergence_agrees_with_scipy(groups: Any) -> None:
    (p,), (q,) = groups
    divergence = results_of("kl_divergence", p=p, q=q)["divergence"]
    assert divergence == pytest.approx(scipy.stats.entropy(p, q), abs=1e-12)
    assert divergence == pytest.approx(scipy.special.rel_entr(p, q).sum(), abs=1e-12)
    assert divergence > -1e-12


@given(two_groups())
def test_a_distribution_does_not_diverge_from_itself(groups: Any) -> None:
    assert results_of("kl_divergence", p=groups[0][0], q=groups[0][0])["divergence"] == 0


def test_zero_times_the_log_of_zero_is_zero() -> None:
    assert results_of("kl_divergence", p=[1, 0, 0], q=[0.5, 0.5, 0])["divergence"] == pytest.approx(log(2))


def test_probabilities_may_miss_one_by_rounding() -> None:
    third = 0.3333333
    assert results_of("kl_divergence", p=[third] * 3, q=[third] * 3)["divergence"] == 0


def test_mistakes_of_the_divergence() -> None:
    p, q = [0.5, 0.5], [0.25, 0.75]
    assert divergences_of_mistakes(p=p, q=q) == pytest.approx(
        {
            "log_base_two": 0.5 * log2(2) + 0.5 * log2(2 / 3),
            "log_base_ten": 0.5 * log10(2) + 0.5 * log10(2 / 3),
            "sign_forgotten": -0.5 * log(2) - 0.5 * log(2 / 3),
            "arguments_swapped": 0.25 * log(0.5) + 0.75 * log(1.5),
            "entropy_not_subtracted": -0.5 * log(0.25) - 0.5 * log(0.75),
            "weights_forgotten": log(2) + log(2 / 3),
            "weighted_by_q": 0.25 * log(2) + 0.75 * log(2 / 3),
            "absolute_terms": 0.5 * log(2) + 0.5 * log(3 / 2),
            "mean_for_sum": 0.25 * log(2) + 0.25 * log(2 / 3),
            "entropy_alone": log(2),
            "quotient_of_logs": 0.5 * 0.5 + 0.5 * log(0.5) / log(0.75),
            "log_forgotten": 0.5 * 2 + 0.5 * 2 / 3,
            "squared_difference": 0.125,
        }
    )


@given(positive)
def test_every_mistake_is_its_own_formula(pair: list[list[float]]) -> None:
    p, q = pair
    both = list(zip(p, q, strict=True))
    right = sum(a * log(a / b) for a, b in both)
    formulas = {
        "log_base_two": right / log(2),
        "log_base_ten": right / log(10),
        "sign_forgotten": -right,
        "arguments_swapped": scipy.stats.entropy(q, p),
        "entropy_not_subtracted": right + scipy.stats.entropy(p),
        "weights_forgotten": sum(log(a) - log(b) for a, b in both),
        "weighted_by_q": -scipy.stats.entropy(q, p),
        "absolute_terms": sum(a * abs(log(a / b)) for a, b in both),
        "mean_for_sum": right / len(p),
        "entropy_alone": scipy.stats.entropy(p),
        "quotient_of_logs": sum(a * log(a) / log(b) for a, b in both),
        "log_forgotten": sum(a * a / b for a, b in both),
        "squared_difference": sum((a - b) ** 2 for a, b in both),
    }
    named = divergences_of_mistakes(p=p, q=q)
    assert named.keys() <= formulas.keys()
    for name, value in named.items():
        assert value == pytest.approx(formulas[name], abs=1e-9)


def test_a_one_hot_p_has_no_mistakes_of_weighting() -> None:
    assert divergences_of_mistakes(p=[0, 1, 0], q=[0.25, 0.5, 0.25]) == pytest.approx(
        {
            "log_base_two": 1,
            "log_base_ten": log10(2),
            "sign_forgotten": -log(2),
            "weighted_by_q": 0.5 * log(2),
            "mean_for_sum": log(2) / 3,
            "log_forgotten": 2,
        }
    )


@given(positive)
def test_a_mistake_at_one_term_changes_that_term_only(pair: list[list[float]]) -> None:
    p, q = pair
    inputs = KL.Inputs(p=p, q=q)
    for mistake in KL.local_mistakes(inputs):
        assert mistake.place is not None
        k = int(mistake.place.en.split()[1].strip(":")) - 1
        logs = [log(a / b) for a, b in zip(p, q, strict=True)]
        term = {
            "absolute_terms": -p[k] * logs[k],
            "weights_forgotten": logs[k],
            "term_left_out": 0,
        }[mistake.name]
        others = sum(a * x for i, (a, x) in enumerate(zip(p, logs, strict=True)) if i != k)
        divergence = KL.compute(inputs, Way(mistake.otherwise))["divergence"]
        assert divergence == pytest.approx(others + term, abs=1e-12)


def test_terms_rounded_early_are_added_as_rounded() -> None:
    inputs = KL.Inputs(p=[0.5, 0.3, 0.2], q=[0.4, 0.4, 0.2])
    divergence = KL.compute(inputs, Way(rounding=lambda v: np.round(v, 2)))["divergence"]
    assert divergence == pytest.approx(0.11 - 0.09)  # 0.1116 and -0.0863


def test_the_only_term_is_the_result_and_not_rounded() -> None:
    inputs = KL.Inputs(p=[0, 1], q=[0.3, 0.7])
    divergence = KL.compute(inputs, Way(rounding=lambda v: np.round(v, 2)))["divergence"]
    assert divergence == pytest.approx(-log(0.7))


@pytest.mark.parametrize("classes", [2, 3, 10, 16, 40])
def test_drawn_distributions_have_two_decimals_and_sum_to_one(classes: int) -> None:
    like = KL.Inputs(p=[1 / classes] * classes, q=[1 / classes] * classes)
    for seed in range(20):
        drawn = sibling(KL, like, np.random.default_rng(seed))
        for values in (drawn.p, drawn.q):
            assert sum(round(100 * v) for v in values) == 100
            assert all(v == round(v, 2) > 0 for v in values)


@pytest.mark.parametrize(
    ("inputs", "zh", "en"),
    [
        ({"p": [0.5, 0.5], "q": [1, 0]}, "无穷大", "infinite"),
        ({"p": [0.5, 0.5], "q": [0.5, 0.6]}, "之和", "sum to 1"),
        ({"p": [0.5, 0.5], "q": [1]}, "形状", "same shape"),
    ],
)
def test_what_does_not_fit_is_refused_in_both_languages(inputs: dict[str, Any], zh: str, en: str) -> None:
    said = refusal("kl_divergence", **inputs)
    assert zh in said[0]
    assert en in said[1]
