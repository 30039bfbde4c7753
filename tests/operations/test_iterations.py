"""Iterations, against slicing the samples into batches."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.operations import OPERATIONS
from app.operations.operation import sibling
from tests.operations.asking import mistakes_of, refusal, results_of


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


def test_full_batches_leave_nothing_to_round() -> None:
    assert set(mistakes_of("iterations", samples=12, batch_size=4)) == {"batch_forgotten"}


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
