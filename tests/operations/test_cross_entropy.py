"""Cross-entropy, against scipy and plain loops."""

from math import log, log10
from typing import Any

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from app.operations import OPERATIONS
from app.operations.operation import Way, sibling
from tests.operations.asking import mistakes_of, refusal, results_of
from tests.operations.distributions import normalised, two_groups

CROSS_ENTROPY = OPERATIONS["cross_entropy"]
inside = st.floats(0.001, 0.999)
hard = st.lists(
    st.tuples(st.integers(0, 1), st.integers(1, 19).map(lambda n: n / 20)), min_size=2, max_size=6
)


@st.composite
def classified(draw: st.DrawFn) -> tuple[list[list[float]], list[list[float]]]:
    """Two or more samples with positive targets and predictions of three to five classes."""
    samples, classes = draw(st.integers(2, 4)), draw(st.integers(3, 5))
    row = st.lists(st.integers(1, 20), min_size=classes, max_size=classes).map(normalised)
    rows = st.lists(row, min_size=samples, max_size=samples)
    return draw(rows), draw(rows)


def losses_of_mistakes(**inputs: Any) -> dict[str, float]:
    return {name: results["loss"] for name, results in mistakes_of("cross_entropy", **inputs).items()}


def apart(pairs: list[tuple[Any, Any]]) -> dict[str, Any]:
    return {"targets": [y for y, _ in pairs], "predictions": [p for _, p in pairs], "binary": True}


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
    loss = results_of("cross_entropy", **apart(pairs))["loss"]
    assert loss == pytest.approx(-sum(y * log(p) + (1 - y) * log(1 - p) for y, p in pairs) / len(pairs))


def test_zero_times_the_log_of_zero_is_zero() -> None:
    assert results_of("cross_entropy", targets=[1, 0], predictions=[1, 0])["loss"] == 0
    assert results_of("cross_entropy", targets=[1, 0], predictions=[1, 0], binary=True)["loss"] == 0


def test_mistakes_of_categorical_cross_entropy() -> None:
    one = losses_of_mistakes(targets=[0, 1, 0], predictions=[0.25, 0.5, 0.25])
    assert one == pytest.approx(
        {
            "log_base_two": 1,
            "log_base_ten": log10(2),
            "sign_forgotten": -log(2),
            "averaged_over_classes": log(2) / 3,
            "binary_formula": log(2) - 2 * log(0.75),
            "targets_ignored": -log(0.5) - 2 * log(0.25),
            "log_forgotten": -0.5,
        }
    )
    soft = losses_of_mistakes(targets=[[0.5, 0.5], [0.25, 0.75]], predictions=[[0.2, 0.8], [0.1, 0.9]])
    right = -(0.5 * log(0.2) + 0.5 * log(0.8) + 0.25 * log(0.1) + 0.75 * log(0.9)) / 2
    swapped = -(0.2 * log(0.5) + 0.8 * log(0.5) + 0.1 * log(0.25) + 0.9 * log(0.75)) / 2
    assert soft["sum_for_mean"] == pytest.approx(2 * right)
    assert soft["arguments_swapped"] == pytest.approx(swapped)
    assert soft["log_taken_last"] == pytest.approx(-log((0.1 + 0.4 + 0.025 + 0.675) / 2))


def test_mistakes_of_binary_cross_entropy() -> None:
    named = losses_of_mistakes(targets=[1, 0], predictions=[0.5, 0.2], binary=True)
    assert named["one_minus_forgotten"] == pytest.approx(-log(0.5) / 2)
    assert named["sum_for_mean"] == pytest.approx(-log(0.5) - log(0.8))
    assert named["complement_taken"] == pytest.approx(-(log(0.5) + log(0.2)) / 2)
    assert "binary_formula" not in named
    assert "averaged_over_classes" not in named


@given(classified())
def test_every_mistake_is_its_own_formula(groups: Any) -> None:
    targets, predictions = groups
    t, p = np.array(targets), np.array(predictions)
    n, k = t.shape
    right = -(t * np.log(p)).sum() / n
    formulas = {
        "log_base_two": right / log(2),
        "log_base_ten": right / log(10),
        "sign_forgotten": -right,
        "sum_for_mean": n * right,
        "averaged_over_classes": right / k,
        "binary_formula": right - ((1 - t) * np.log(1 - p)).sum() / n,
        "complement_taken": -(t * np.log(1 - p)).sum() / n,
        "arguments_swapped": -(p * np.log(t)).sum() / n,
        "targets_ignored": -np.log(p).sum() / n,
        "log_taken_last": -log((t * p).sum() / n),
        "log_forgotten": -(t * p).sum() / n,
        "entropy_subtracted": sum(map(scipy.stats.entropy, t, p)) / n,
    }
    named = losses_of_mistakes(targets=targets, predictions=predictions)
    assert named.keys() <= formulas.keys()
    for name, loss in named.items():
        assert loss == pytest.approx(formulas[name], abs=1e-9)


@given(hard)
def test_a_mistake_at_one_sample_changes_its_own_loss_only(pairs: list[tuple[int, float]]) -> None:
    inputs = CROSS_ENTROPY.Inputs(**apart(pairs))
    each = [-log(p if y else 1 - p) for y, p in pairs]
    found = list(CROSS_ENTROPY.local_mistakes(inputs))
    assert len(found) == 2 * len(pairs)
    for mistake in found:
        assert mistake.place is not None
        n = int(mistake.place.en.split()[1].strip(":")) - 1
        y, p = pairs[n]
        wrong = {"complement_taken": -log(1 - p if y else p), "sample_left_out": 0}[mistake.name]
        loss = CROSS_ENTROPY.compute(inputs, Way(mistake.otherwise))["loss"]
        assert loss == pytest.approx((sum(each) - each[n] + wrong) / len(pairs))


def test_logarithms_rounded_early_are_averaged_as_rounded() -> None:
    inputs = CROSS_ENTROPY.Inputs(targets=[[0, 1], [1, 0]], predictions=[[0.3, 0.7], [0.6, 0.4]])
    rounding = Way(rounding=lambda v: np.round(v, 1))
    assert CROSS_ENTROPY.compute(inputs, rounding)["loss"] == pytest.approx((0.4 + 0.5) / 2)
    alone = CROSS_ENTROPY.Inputs(targets=[0, 1], predictions=[0.3, 0.7])
    assert CROSS_ENTROPY.compute(alone, rounding)["loss"] == pytest.approx(-log(0.7))


@pytest.mark.parametrize(
    ("inputs", "zh", "en"),
    [
        ({"targets": [1, 0], "predictions": [[1, 0]]}, "形状", "same shape"),
        ({"targets": [1, 0], "predictions": [0.6, 0.5]}, "之和", "sum to 1"),
        ({"targets": [1, 0], "predictions": [1.5, -0.5]}, "0 和 1 之间", "between 0 and 1"),
        ({"targets": [1, 0], "predictions": [0, 1]}, "无穷大", "infinite"),
        ({"targets": [0], "predictions": [1], "binary": True}, "无穷大", "infinite"),
        ({"targets": [[1]], "predictions": [[1]], "binary": True}, "向量", "vectors"),
        ({"targets": [2], "predictions": [0.5], "binary": True}, "0 和 1 之间", "between"),
    ],
)
def test_what_does_not_fit_is_refused_in_both_languages(inputs: dict[str, Any], zh: str, en: str) -> None:
    said = refusal("cross_entropy", **inputs)
    assert zh in said[0]
    assert en in said[1]


def test_one_hot_targets_stay_one_hot_and_binary_stays_binary() -> None:
    like = CROSS_ENTROPY.Inputs(targets=[[0, 1, 0], [0.5, 0.5, 0]], predictions=[[0.2, 0.7, 0.1]] * 2)
    binary = CROSS_ENTROPY.Inputs(targets=[1, 0, 1], predictions=[0.9, 0.2, 0.6], binary=True)
    for seed in range(20):
        drawn = sibling(CROSS_ENTROPY, like, np.random.default_rng(seed))
        assert sorted(drawn.targets[0]) == [0, 0, 1]
        assert min(drawn.targets[1]) > 0
        drawn = sibling(CROSS_ENTROPY, binary, np.random.default_rng(seed))
        assert drawn.binary
        assert set(drawn.targets) <= {0, 1}
