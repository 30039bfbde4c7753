"""Receptive fields, against marking which inputs an output touches."""

from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.operations import OPERATIONS
from app.operations.operation import Way, leading
from tests.operations.asking import mistakes_of, refusal, results_of

FIELD = OPERATIONS["receptive_field"]
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
        "jump_too_late": [5, 6, 10, 12],
        "last_stride_only": [5, 6, 14, 15],
        "strides_added": [5, 6, 18, 22],  # after strides 1, 1 + 2 and 1 + 2 + 1
        "one_not_subtracted_later": [5, 7, 17, 21],
        "start_at_zero": [4, 5, 13, 15],
        "order_reversed": [2, 10, 12, 28],
    }


def test_a_single_layer_leaves_little_to_get_wrong() -> None:
    named = mistakes_of("receptive_field", layers=[{"kernel": 3, "stride": 1}])
    assert named == {"one_not_subtracted": {"sizes": [4]}, "start_at_zero": {"sizes": [2]}}


@given(st.lists(layer, min_size=1, max_size=5), st.data())
def test_later_layers_follow_from_the_learners_own_size(
    layers: list[dict[str, int]], data: st.DataObject
) -> None:
    given_ = FIELD.Inputs(layers=layers)
    i, size = data.draw(st.integers(0, len(layers) - 1)), data.draw(st.integers(1, 99))
    own = [None] * i + [size]
    right = [touched(layers[: j + 1]) for j in range(len(layers))]
    followed = right[:i] + [size - right[i] + each for each in right[i:]]  # the same widening, layer by layer
    assert FIELD.compute(given_, Way(own={"sizes": own}))["sizes"] == followed


@given(st.lists(layer, min_size=1, max_size=5))
def test_a_mistake_in_one_layer_shows_from_there_on(layers: list[dict[str, int]]) -> None:
    given_ = FIELD.Inputs(layers=layers)
    right = [touched(layers[: j + 1]) for j in range(len(layers))]
    local = list(leading(FIELD, given_, FIELD.local_mistakes(given_)))
    for mistake in local:
        assert mistake.place is not None
        i = int(mistake.place.zh.removeprefix("第 ").removesuffix(" 层：")) - 1
        jump = prod(each["stride"] for each in layers[:i])
        kernel, stride = layers[i]["kernel"], layers[i]["stride"]
        if mistake.name == "strides_ignored":
            one = [*layers[:i], {"kernel": kernel, "stride": 1}, *layers[i + 1 :]]
            expected = [touched(one[: j + 1]) for j in range(len(layers))]
        else:
            more = {"one_not_subtracted": jump, "jump_too_early": (kernel - 1) * jump * (stride - 1)}
            expected = right[:i] + [each + more[mistake.name] for each in right[i:]]
        assert mistake.results == {"sizes": expected}
        assert expected != right
    assert len(local) <= 30


def test_fields_beyond_every_image_are_refused() -> None:
    zh, en = refusal("receptive_field", layers=[{"kernel": 3, "stride": 64}] * 4)
    assert "最多为 1000000" in zh
    assert "at most 1000000" in en


@pytest.mark.parametrize("layers", [[], [{"kernel": 0}], [{"kernel": 3, "stride": 0}], [{"stride": 1}]])
def test_impossible_layers_are_refused(layers: list[dict[str, int]]) -> None:
    with pytest.raises(ValidationError):
        OPERATIONS["receptive_field"].Inputs(layers=layers)


@given(st.lists(layer, min_size=1, max_size=5))
def test_mistakes_of_many_layers_lead_where_marking_inputs_leads(layers: list[dict[str, int]]) -> None:
    def marked(order: list[dict[str, int]]) -> list[int]:
        return [touched(order[: i + 1]) for i in range(len(order))]

    named = mistakes_of("receptive_field", layers=layers)
    right, jump, less = marked(layers), 1, [0]
    for each in layers:
        less.append(less[-1] + jump)  # what a window whose one is not subtracted adds to all later layers
        jump *= each["stride"]
    expected = {
        "strides_ignored": marked([each | {"stride": 1} for each in layers]),
        "order_reversed": marked(layers[::-1]),
        "start_at_zero": [size - 1 for size in right],
        "one_not_subtracted": [size + more for size, more in zip(right, less[1:], strict=True)],
        "one_not_subtracted_later": [size + more - 1 for size, more in zip(right, less[1:], strict=True)],
    }
    for name, sizes in expected.items():
        assert name not in named or named[name] == {"sizes": sizes}
        assert name in named or sizes == right or {"sizes": sizes} in named.values()
