"""Receptive fields, against marking which inputs an output touches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.operations import OPERATIONS
from tests.operations.asking import mistakes_of, refusal, results_of

layer = st.fixed_dictionaries({"kernel": st.integers(1, 6), "stride": st.integers(1, 4)})


def touched(layers: list[dict[str, int]]) -> int:
    """How many inputs lie between the first and the last that reach output 0, layer by layer back."""
    seen = {0}
    for each in reversed(layers):
        seen = {place * each["stride"] + u for place in seen for u in range(each["kernel"])}
    return max(seen) - min(seen) + 1


@given(st.lists(layer, min_size=1, max_size=5))
def test_agrees_with_marking_inputs(layers: list[dict[str, int]]) -> None:
    expected = [touched(layers[: i + 1]) for i in range(len(layers))]
    assert results_of("receptive_field", layers=layers) == {"sizes": expected}


def test_the_published_receptive_field_of_vgg_16() -> None:
    convolution, pool = {"kernel": 3, "stride": 1}, {"kernel": 2, "stride": 2}
    layers = [each for count in (2, 2, 3, 3, 3) for each in [convolution] * count + [pool]]
    assert results_of("receptive_field", layers=layers)["sizes"][-1] == 212


def test_mistakes_of_four_layers() -> None:
    named = mistakes_of("receptive_field", **OPERATIONS["receptive_field"].example)
    assert {name: results["sizes"] for name, results in named.items()} == {
        "strides_ignored": [5, 6, 10, 11],
        "jump_too_early": [5, 7, 15, 19],
        "kernels_added": [5, 7, 12, 14],
        "kernels_multiplied": [5, 10, 50, 100],
        "one_not_subtracted": [6, 8, 18, 22],
        "own_kernel_only": [5, 2, 5, 2],
    }


def test_a_single_layer_leaves_little_to_get_wrong() -> None:
    assert set(mistakes_of("receptive_field", layers=[{"kernel": 3, "stride": 1}])) == {"one_not_subtracted"}


def test_fields_beyond_every_image_are_refused() -> None:
    zh, en = refusal("receptive_field", layers=[{"kernel": 3, "stride": 64}] * 4)
    assert "最多为 1000000" in zh
    assert "at most 1000000" in en


@pytest.mark.parametrize("layers", [[], [{"kernel": 0}], [{"kernel": 3, "stride": 0}], [{"stride": 1}]])
def test_impossible_layers_are_refused(layers: list[dict[str, int]]) -> None:
    with pytest.raises(ValidationError):
        OPERATIONS["receptive_field"].Inputs(layers=layers)
