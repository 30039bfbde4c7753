"""Losses, against scipy and plain loops."""

from math import log, log2, log10, sqrt
from typing import Any

import numpy as np
import pytest
import scipy.special
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from app.operations import OPERATIONS
from app.operations.operation import sibling
from tests.operations.asking import mistakes_of, refusal, results_of

reals = st.lists(st.tuples(st.floats(-100, 100), st.floats(-100, 100)), min_size=1, max_size=10)
inside = st.floats(0.001, 0.999)


def normalised(parts: list[int]) -> list[float]:
    return [part / sum(parts) for part in parts]


@st.composite
def two_groups(draw: st.DrawFn, most: int = 1) -> tuple[list[list[float]], list[list[float]]]:
    """Rows of distributions; the first group may contain zeros."""
    samples, classes = draw(st.integers(1, most)), draw(st.integers(2, 6))
    weights = st.lists(st.integers(0, 20), min_size=classes, max_size=classes).filter(any)
    positive = st.lists(st.integers(1, 20), min_size=classes, max_size=classes)
    return (
        [normalised(draw(weights)) for _ in range(samples)],
        [normalised(draw(positive)) for _ in range(samples)],
    )


@given(reals)
def test_the_squared_error_is_the_mean_of_the_squares(pairs: list[tuple[float, float]]) -> None:
    targets, predictions = [a for a, _ in pairs], [b for _, b in pairs]
    loss = results_of("mean_squared_error", targets=targets, predictions=predictions)["loss"]
    assert loss == pytest.approx(sum((a - b) ** 2 for a, b in pairs) / len(pairs))


@given(two_groups(most=5))
def test_cross_entropy_is_entropy_plus_divergence_averaged(groups: Any) -> None:
    targets, predictions = groups
    loss = results_of("cross_entropy", targets=targets, predictions=predictions)["loss"]
    rows = zip(targets, predictions, strict=True)
    each = [scipy.stats.entropy(t) + scipy.stats.entropy(t, p) for t, p in rows]
    assert loss == pytest.approx(np.mean(each))


@given(two_groups())
def test_one_distribution_may_be_a_vector(groups: Any) -> None:
    (t,), (p,) = groups
    assert results_of("cross_entropy", targets=t, predictions=p) == results_of(
        "cross_entropy", targets=[t], predictions=[p]
    )


@given(st.lists(st.tuples(st.floats(0, 1), inside), min_size=1, max_size=8))
def test_binary_cross_entropy_is_the_formula_written_out(pairs: list[tuple[float, float]]) -> None:
    ys, ps = [y for y, _ in pairs], [p for _, p in pairs]
    loss = results_of("cross_entropy", targets=ys, predictions=ps, binary=True)["loss"]
    assert loss == pytest.approx(-sum(y * log(p) + (1 - y) * log(1 - p) for y, p in pairs) / len(pairs))


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
    assert results_of("cross_entropy", targets=[1, 0], predictions=[1, 0])["loss"] == 0
    assert results_of("cross_entropy", targets=[1, 0], predictions=[1, 0], binary=True)["loss"] == 0
    assert results_of("kl_divergence", p=[1, 0, 0], q=[0.5, 0.5, 0])["divergence"] == pytest.approx(log(2))


def loss_of_mistakes(name: str, **inputs: Any) -> dict[str, float]:
    named = mistakes_of(name, **inputs)
    return {mistake: next(iter(results.values())) for mistake, results in named.items()}


def test_mistakes_of_the_squared_error() -> None:
    assert loss_of_mistakes("mean_squared_error", targets=[1, 2], predictions=[4, 1]) == pytest.approx(
        {"sum_for_mean": 10, "root": sqrt(5), "absolute_error": 2, "not_squared": -1, "halved": 2.5}
    )


def test_mistakes_of_categorical_cross_entropy() -> None:
    one = loss_of_mistakes("cross_entropy", targets=[0, 1, 0], predictions=[0.25, 0.5, 0.25])
    assert one == pytest.approx(
        {
            "log_base_two": 1,
            "log_base_ten": log10(2),
            "sign_forgotten": -log(2),
            "averaged_over_classes": log(2) / 3,
            "binary_formula": log(2) - 2 * log(0.75),
        }
    )
    soft = loss_of_mistakes(
        "cross_entropy", targets=[[0.5, 0.5], [0.25, 0.75]], predictions=[[0.2, 0.8], [0.1, 0.9]]
    )
    right = -(0.5 * log(0.2) + 0.5 * log(0.8) + 0.25 * log(0.1) + 0.75 * log(0.9)) / 2
    swapped = -(0.2 * log(0.5) + 0.8 * log(0.5) + 0.1 * log(0.25) + 0.9 * log(0.75)) / 2
    assert soft["sum_for_mean"] == pytest.approx(2 * right)
    assert soft["arguments_swapped"] == pytest.approx(swapped)


def test_mistakes_of_binary_cross_entropy() -> None:
    named = loss_of_mistakes("cross_entropy", targets=[1, 0], predictions=[0.5, 0.2], binary=True)
    assert named["one_minus_forgotten"] == pytest.approx(-log(0.5) / 2)
    assert named["sum_for_mean"] == pytest.approx(-log(0.5) - log(0.8))
    assert "binary_formula" not in named
    assert "averaged_over_classes" not in named


def test_mistakes_of_the_divergence() -> None:
    p, q = [0.5, 0.5], [0.25, 0.75]
    assert loss_of_mistakes("kl_divergence", p=p, q=q) == pytest.approx(
        {
            "log_base_two": 0.5 * log2(2) + 0.5 * log2(2 / 3),
            "log_base_ten": 0.5 * log10(2) + 0.5 * log10(2 / 3),
            "sign_forgotten": -0.5 * log(2) - 0.5 * log(2 / 3),
            "arguments_swapped": 0.25 * log(0.5) + 0.75 * log(1.5),
            "entropy_not_subtracted": -0.5 * log(0.25) - 0.5 * log(0.75),
            "weights_forgotten": log(2) + log(2 / 3),
        }
    )


@pytest.mark.parametrize(
    ("name", "inputs", "zh", "en"),
    [
        ("mean_squared_error", {"targets": [1, 2], "predictions": [1]}, "形状", "same shape"),
        ("cross_entropy", {"targets": [1, 0], "predictions": [[1, 0]]}, "形状", "same shape"),
        ("cross_entropy", {"targets": [1, 0], "predictions": [0.6, 0.5]}, "之和", "sum to 1"),
        ("cross_entropy", {"targets": [1, 0], "predictions": [1.5, -0.5]}, "0 和 1 之间", "between 0 and 1"),
        ("cross_entropy", {"targets": [1, 0], "predictions": [0, 1]}, "无穷大", "infinite"),
        ("cross_entropy", {"targets": [0], "predictions": [1], "binary": True}, "无穷大", "infinite"),
        ("cross_entropy", {"targets": [[1]], "predictions": [[1]], "binary": True}, "向量", "vectors"),
        ("cross_entropy", {"targets": [2], "predictions": [0.5], "binary": True}, "0 和 1 之间", "between"),
        ("kl_divergence", {"p": [0.5, 0.5], "q": [1, 0]}, "无穷大", "infinite"),
        ("kl_divergence", {"p": [0.5, 0.5], "q": [0.5, 0.6]}, "之和", "sum to 1"),
        ("kl_divergence", {"p": [0.5, 0.5], "q": [1]}, "形状", "same shape"),
    ],
)
def test_what_does_not_fit_is_refused_in_both_languages(
    name: str, inputs: dict[str, Any], zh: str, en: str
) -> None:
    said = refusal(name, **inputs)
    assert zh in said[0]
    assert en in said[1]


def test_probabilities_may_miss_one_by_rounding() -> None:
    third = 0.3333333
    assert results_of("kl_divergence", p=[third] * 3, q=[third] * 3)["divergence"] == 0


@pytest.mark.parametrize("classes", [2, 3, 10, 16, 40])
def test_drawn_distributions_have_two_decimals_and_sum_to_one(classes: int) -> None:
    operation = OPERATIONS["kl_divergence"]
    like = operation.Inputs(p=[1 / classes] * classes, q=[1 / classes] * classes)
    for seed in range(20):
        drawn = sibling(operation, like, np.random.default_rng(seed))
        for values in (drawn.p, drawn.q):
            assert sum(round(100 * v) for v in values) == 100
            assert all(v == round(v, 2) > 0 for v in values)


def test_one_hot_targets_stay_one_hot_and_binary_stays_binary() -> None:
    operation = OPERATIONS["cross_entropy"]
    like = operation.Inputs(targets=[[0, 1, 0], [0.5, 0.5, 0]], predictions=[[0.2, 0.7, 0.1]] * 2)
    binary = operation.Inputs(targets=[1, 0, 1], predictions=[0.9, 0.2, 0.6], binary=True)
    for seed in range(20):
        drawn = sibling(operation, like, np.random.default_rng(seed))
        assert sorted(drawn.targets[0]) == [0, 0, 1]
        assert min(drawn.targets[1]) > 0
        drawn = sibling(operation, binary, np.random.default_rng(seed))
        assert drawn.binary
        assert set(drawn.targets) <= {0, 1}
