"""Multiply-adds, against doing every one of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.operations import OPERATIONS
from app.operations.operation import is_tidy, sibling
from tests.operations.asking import mistakes_of, refusal, results_of

small = st.integers(1, 3)


@given(small, small, small, small, small, small, small)
def test_counts_every_multiply_add(g: int, deep: int, wide: int, kh: int, kw: int, h: int, w: int) -> None:
    done = 0
    for _group in range(g):
        for _kernel in range(wide):
            for _place in range(h * w):
                for _channel in range(deep):
                    for _weight in range(kh * kw):
                        done += 1
    results = results_of(
        "multiply_adds",
        in_channels=g * deep,
        out_channels=g * wide,
        kernel=[kh, kw],
        output=[h, w],
        groups=g,
    )
    assert results == {"total": done}


def test_one_number_stands_for_both_sides() -> None:
    first_of_vgg = results_of("multiply_adds", in_channels=3, out_channels=64, kernel=3, output=224)
    assert first_of_vgg == {"total": 86_704_128}


def test_mistakes_each_forget_a_factor() -> None:
    named = mistakes_of(
        "multiply_adds", in_channels=8, out_channels=6, kernel=[3, 5], output=[10, 7], groups=2
    )
    truth = 10 * 7 * 6 * 4 * 15
    assert {name: results["total"] for name, results in named.items()} == {
        "counted_twice": 2 * truth,
        "channels_dropped": truth // 4,
        "kernels_forgotten": truth // 6,
        "kernel_not_squared": truth // 5,
        "positions_forgotten": truth // 70,
        "output_not_squared": truth // 7,
        "groups_ignored": 2 * truth,
        "bias_added": truth + 70 * 6,
        "kernel_sides_added": 10 * 7 * 6 * 4 * (3 + 5),
        "added_not_multiplied": 10 * 7 * (6 + 4) * 15,
    }


def test_a_factor_of_one_cannot_be_forgotten() -> None:
    named = mistakes_of("multiply_adds", in_channels=1, out_channels=1, kernel=1, output=1)
    assert set(named) == {"counted_twice"}


def test_siblings_of_two_groups_keep_twice_as_many_and_groups_ignored_apart() -> None:
    operation = OPERATIONS["multiply_adds"]
    like = operation.Inputs(in_channels=8, out_channels=12, kernel=3, output=10, groups=2)
    for seed in range(50):
        given_ = sibling(operation, like, np.random.default_rng(seed))
        assert given_.groups in (3, 4)
        assert is_tidy(operation, given_)


def test_groups_that_do_not_divide_are_refused() -> None:
    zh, en = refusal("multiply_adds", in_channels=4, out_channels=6, kernel=3, output=5, groups=4)
    assert "整除" in zh
    assert "divide" in en


@pytest.mark.parametrize("output", [0, [3], [3, 0], "x"])
def test_impossible_outputs_are_refused(output: object) -> None:
    with pytest.raises(ValidationError):
        OPERATIONS["multiply_adds"].Inputs(in_channels=1, out_channels=1, kernel=1, output=output)
