"""Iterations, against slicing the samples into batches."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.operations import OPERATIONS
from app.operations.operation import Way, sibling
from tests.operations.asking import mistakes_of, refusal, results_of

ITERATIONS = OPERATIONS["iterations"]


def train(samples: int, batch_size: int, epochs: int, drop_last: bool) -> int:
    updates = 0
    for _ in range(epochs):
        data = list(range(samples))
        while data:
            batch, data = data[:batch_size], data[batch_size:]
            updates += len(batch) == batch_size or not drop_last
    return updates


@given(st.integers(1, 200), st.integers(1, 250), st.integers(1, 4), st.booleans())
def test_counts_the_updates_of_a_simulated_training(n: int, size: int, epochs: int, drop: bool) -> None:
    if drop and size > n:
        size = n
    results = results_of("iterations", samples=n, batch_size=size, epochs=epochs, drop_last=drop)
    assert results == {"per_epoch": train(n, size, 1, drop), "total": train(n, size, epochs, drop)}
    assert all(type(count) is int for count in results.values())


def test_mistakes_round_multiply_and_join_wrongly() -> None:
    named = mistakes_of("iterations", samples=10, batch_size=4, epochs=3)
    assert named["dropped_for_counted"] == {"per_epoch": 2, "total": 6}
    assert named["not_rounded"] == {"per_epoch": 2.5, "total": 7.5}
    assert named["epochs_joined"] == {"total": 8}
    assert named["epochs_forgotten"] == {"total": 3}
    assert named["batch_forgotten"] == {"per_epoch": 10, "total": 30}
    dropping = mistakes_of("iterations", samples=10, batch_size=4, epochs=3, drop_last=True)
    assert dropping["counted_for_dropped"] == {"per_epoch": 3, "total": 9}


def test_mistakes_take_one_number_for_another_or_miscount_by_one() -> None:
    named = mistakes_of("iterations", samples=10, batch_size=4, epochs=3)
    assert named["epoch_for_iteration"] == {"per_epoch": 1, "total": 3}
    assert named["size_for_count"] == {"per_epoch": 4, "total": 12}
    assert named["epochs_and_batch_swapped"] == {"per_epoch": 4, "total": 16}  # batches of 3, for 4 epochs
    assert named["rest_counted_once"] == {"total": 2 * 3 + 1}
    assert named["one_batch_over"] == {"per_epoch": 4, "total": 12}
    dropping = mistakes_of("iterations", samples=10, batch_size=4, epochs=3, drop_last=True)
    assert dropping["one_batch_short"] == {"per_epoch": 1, "total": 3}
    assert not {"rest_counted_once", "one_batch_over"} & set(dropping)


@given(st.integers(1, 200), st.integers(1, 250), st.integers(1, 5), st.booleans())
def test_every_mistake_counts_the_updates_of_another_training(
    n: int, size: int, epochs: int, drop: bool
) -> None:
    size = min(size, n) if drop else size
    right, other = train(n, size, 1, drop), train(n, size, 1, not drop)
    expected = {
        "dropped_for_counted": (other, other * epochs),
        "counted_for_dropped": (other, other * epochs),
        "not_rounded": (n / size, n / size * epochs),
        "epochs_forgotten": (right, right),
        "epochs_joined": (right, train(n * epochs, size, 1, drop)),
        "rest_counted_once": (right, n // size * epochs + 1),
        "batch_forgotten": (n, n * epochs),
        "epoch_for_iteration": (1, epochs),
        "size_for_count": (size, size * epochs),
        "epochs_and_batch_swapped": (train(n, epochs, 1, drop), train(n, epochs, size, drop)),
        "one_batch_over": (right + 1, (right + 1) * epochs),
        "one_batch_short": (right - 1, (right - 1) * epochs),
    }
    led = ITERATIONS.led(ITERATIONS.Inputs(samples=n, batch_size=size, epochs=epochs, drop_last=drop))
    for mistake in led:
        per_epoch, total = expected[mistake.name]
        assert mistake.results["per_epoch"] == pytest.approx(per_epoch)
        assert mistake.results["total"] == pytest.approx(total)


def test_the_total_follows_a_learner_s_own_count_of_an_epoch() -> None:
    printed = ITERATIONS.Inputs(samples=1000, batch_size=64, epochs=10)
    assert ITERATIONS.compute(printed, Way(own={"per_epoch": 15}))["total"] == 150
    only_one = Way({"epochs": 1}, own={"per_epoch": 15})
    assert ITERATIONS.compute(printed, only_one)["total"] == 15


def test_full_batches_leave_nothing_to_round() -> None:
    assert set(mistakes_of("iterations", samples=12, batch_size=4)) == {
        "batch_forgotten", "epoch_for_iteration", "size_for_count", "one_batch_over", "one_batch_short",
    }  # fmt: skip


def test_dropping_the_only_batch_is_refused_in_both_languages() -> None:
    zh, en = refusal("iterations", samples=10, batch_size=64, drop_last=True)
    assert "凑不满" in zh
    assert "do not fill one batch" in en


def test_no_samples_are_refused() -> None:
    with pytest.raises(ValidationError):
        OPERATIONS["iterations"].Inputs(samples=0, batch_size=4)


@pytest.mark.parametrize("like", [(1000, 10), (60000, 128), (7, 7), (10**9, 10**9), (50, 64)])
def test_siblings_end_in_a_partial_batch(like: tuple[int, int]) -> None:
    operation = OPERATIONS["iterations"]
    given = operation.Inputs(samples=like[0], batch_size=like[1], epochs=5)
    for seed in range(40):
        drawn = sibling(operation, given, np.random.default_rng(seed))
        assert drawn.samples % drawn.batch_size
        assert drawn.samples > drawn.batch_size
