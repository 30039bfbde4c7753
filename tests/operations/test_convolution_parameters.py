"""Parameters of a convolution layer, against listing every weight."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.operations import OPERATIONS
from app.operations.operation import Way, sibling
from tests.operations.asking import mistakes_of, refusal, results_of

small = st.integers(1, 4)


@given(small, small, small, small, small, st.booleans())
def test_counts_every_weight(g: int, deep: int, wide: int, kh: int, kw: int, bias: bool) -> None:
    n_in, n_out = g * deep, g * wide
    connected = [
        (o, i, u, v)
        for o, i, u, v in product(range(n_out), range(n_in), range(kh), range(kw))
        if o * g // n_out == i * g // n_in  # both in the same group
    ]
    results = results_of(
        "convolution_parameters", in_channels=n_in, out_channels=n_out, kernel=[kh, kw], groups=g, bias=bias
    )
    biases = n_out if bias else 0
    assert results == {"weights": len(connected), "biases": biases, "total": len(connected) + biases}


def test_one_number_stands_for_both_sides_of_the_kernel() -> None:
    one = results_of("convolution_parameters", in_channels=3, out_channels=64, kernel=7)
    assert one == results_of("convolution_parameters", in_channels=3, out_channels=64, kernel=[7, 7])
    assert one == {"weights": 9408, "biases": 64, "total": 9472}  # the first layer of many networks


def test_mistakes_of_a_layer_with_groups() -> None:
    named = mistakes_of("convolution_parameters", in_channels=8, out_channels=6, kernel=[3, 5], groups=2)
    assert {name: results["total"] for name, results in named.items()} == {
        "bias_forgotten": 6 * 4 * 15,
        "bias_per_input_channel": 6 * 4 * 15 + 6 * 4,
        "channels_dropped": 6 * 15 + 6,
        "kernel_not_squared": 6 * 4 * 3 + 6,
        "kernels_forgotten": 4 * 15 + 1,
        "groups_ignored": 6 * 8 * 15 + 6,
        "bias_per_input": 6 * 4 * 15 + 8,
        "bias_per_weight": 2 * 6 * 4 * 15,
        "kernel_sides_added": 6 * 4 * (3 + 5) + 6,
        "added_not_multiplied": (6 + 4) * 15 + 6,
    }


def test_mistakes_of_a_layer_without_bias() -> None:
    named = mistakes_of("convolution_parameters", in_channels=3, out_channels=16, kernel=5, bias=False)
    assert {name: results["total"] for name, results in named.items()} == {
        "bias_added": 16 * 3 * 25 + 16,
        "channels_dropped": 16 * 25,
        "kernel_not_squared": 16 * 3 * 5,
        "kernels_forgotten": 3 * 25,
        "kernel_sides_added": 16 * 3 * 10,
        "added_not_multiplied": 19 * 25,
    }


@given(small, small, small, small, small, st.booleans())
def test_every_mistake_shows_and_is_known(g: int, deep: int, wide: int, kh: int, kw: int, bias: bool) -> None:
    n_in, n_out = g * deep, g * wide
    operation = OPERATIONS["convolution_parameters"]
    layer = operation.Inputs(in_channels=n_in, out_channels=n_out, kernel=[kh, kw], groups=g, bias=bias)
    per_kernel, b = deep * kh * kw, int(bias)
    expected = {  # weights, biases
        "bias_forgotten": (n_out * per_kernel, 0),
        "bias_added": (n_out * per_kernel, n_out),
        "bias_per_input_channel": (n_out * per_kernel, n_out * deep),
        "bias_per_input": (n_out * per_kernel, n_in),
        "bias_per_weight": (n_out * per_kernel, n_out * per_kernel),
        "channels_dropped": (n_out * kh * kw, b * n_out),
        "kernel_not_squared": (n_out * deep * kh, b * n_out),
        "kernel_sides_added": (n_out * deep * (kh + kw), b * n_out),
        "added_not_multiplied": ((n_out + deep) * kh * kw, b * n_out),
        "kernels_forgotten": (per_kernel, b),
        "groups_ignored": (n_out * n_in * kh * kw, b * n_out),
    }
    truth = operation.compute(layer)
    for mistake in operation.led(layer):
        weights, biases = expected[mistake.name]
        assert mistake.results == {"weights": weights, "biases": biases, "total": weights + biases}
        assert mistake.results != truth


def test_the_total_follows_from_the_learners_own_weights_and_biases() -> None:
    operation = OPERATIONS["convolution_parameters"]
    layer = operation.Inputs(in_channels=3, out_channels=16, kernel=5)
    assert operation.compute(layer, Way(own={"weights": 400}))["total"] == 400 + 16
    assert operation.compute(layer, Way(own={"weights": 400, "biases": 1}))["total"] == 401
    assert operation.compute(layer, Way(own={"biases": 48}))["total"] == 1200 + 48


def test_a_mistake_that_cannot_be_made_is_not_named() -> None:
    named = mistakes_of("convolution_parameters", in_channels=1, out_channels=1, kernel=1, bias=False)
    assert named == {"bias_added": {"biases": 1, "total": 2}}


def test_siblings_of_a_depthwise_layer_are_depthwise() -> None:
    operation = OPERATIONS["convolution_parameters"]
    like = operation.Inputs(in_channels=8, out_channels=8, kernel=3, groups=8)
    for seed in range(50):
        given = sibling(operation, like, np.random.default_rng(seed))
        assert given.in_channels == given.out_channels == given.groups
        assert operation.Inputs(**given.model_dump()) == given


def test_siblings_of_a_small_layer_are_small() -> None:
    operation = OPERATIONS["convolution_parameters"]
    like = operation.Inputs(in_channels=3, out_channels=8, kernel=3)
    drawn = [sibling(operation, like, np.random.default_rng(seed)) for seed in range(50)]
    assert max(each.in_channels for each in drawn) == 8
    assert max(each.out_channels for each in drawn) == 16
    assert {each.kernel for each in drawn} == {3, 5}


@pytest.mark.parametrize("channels", [(4, 6), (6, 4)])
def test_groups_that_do_not_divide_are_refused(channels: tuple[int, int]) -> None:
    zh, en = refusal(
        "convolution_parameters", in_channels=channels[0], out_channels=channels[1], kernel=3, groups=4
    )
    assert "整除" in zh
    assert "divide" in en
