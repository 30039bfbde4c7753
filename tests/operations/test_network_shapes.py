"""Shapes and parameters of networks, against sliding every window and building every array."""

from math import prod
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from latex2mathml.converter import convert
from pydantic import ValidationError

from app.operations import OPERATIONS
from app.operations.operation import Way, computed, is_tidy, sibling
from tests.operations.asking import mistakes_of, refusal, results_of

NETWORK = OPERATIONS["network_shapes"]
PRINTED = dict(NETWORK.example)
POOL = {"kind": "pooling", "size": 2, "stride": 2}
FLATTEN = {"kind": "flatten"}


def convolution(out_channels: int, kernel: Any, **more: Any) -> dict[str, Any]:
    return {"kind": "convolution", "out_channels": out_channels, "kernel": kernel, **more}


def dense(units: int, **more: Any) -> dict[str, Any]:
    return {"kind": "dense", "units": units, **more}


def slid(n: int, k: int, s: int, p: int, d: int = 1, ceil: bool = False) -> int:
    """Windows along a side, moved one stride at a time."""
    count, start = 0, -p
    while start + d * (k - 1) < n + p or (ceil and start < n and start - s + d * (k - 1) < n + p - 1):
        count, start = count + 1, start + s
    return count


@st.composite
def networks(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """A network that fits, with the results expected of it."""
    shape = [draw(st.integers(1, 4)), draw(st.integers(8, 30)), draw(st.integers(8, 30))]
    given: dict[str, Any] = {"input": shape, "layers": []}
    shapes: list[list[int]] = []
    counts: list[int] = []

    def add(layer: dict[str, Any], after: list[int], *learned: tuple[int, ...]) -> list[int]:
        given["layers"].append(layer)
        shapes.append(after)
        counts.append(sum(np.empty(size).size for size in learned))
        return after

    for _ in range(draw(st.integers(1, 5))):
        k, s, p = draw(st.integers(1, 3)), draw(st.integers(1, 2)), draw(st.integers(0, 1))
        if draw(st.booleans()):
            d, g, bias = draw(st.integers(1, 2)), draw(st.sampled_from([1, shape[0]])), draw(st.booleans())
            sides = [slid(n, k, s, p, d) for n in shape[1:]]
            if min(sides) < 1:
                break
            out = g * draw(st.integers(1, 3))
            layer = convolution(out, k, stride=s, padding=p, dilation=d, groups=g, bias=bias)
            learned = [(out, shape[0] // g, k, k), *([(out,)] if bias else [])]
            shape = add(layer, [out, *sides], *learned)
        else:
            ceil, p = draw(st.booleans()), min(p, k - 1)
            sides = [slid(n, k, s, p, 1, ceil) for n in shape[1:]]
            if min(n + 2 * p for n in shape[1:]) < k:
                break
            layer = {"kind": "pooling", "size": k, "stride": s, "padding": p, "ceil": ceil}
            shape = add(layer, [shape[0], *sides])
        kind = draw(st.sampled_from(["activation", "batch_norm", "dropout"]))
        scales = [(shape[0],)] * 2 if kind == "batch_norm" else []
        shape = add({"kind": kind}, shape, *scales)
    shape = add(FLATTEN, [prod(shape)])
    units, bias = draw(st.integers(1, 9)), draw(st.booleans())
    learned = [(units, shape[0]), *([(units,)] if bias else [])]
    shape = add(dense(units, bias=bias), [units], *learned)
    add({"kind": "softmax"}, shape)
    return given, {"shapes": shapes, "parameters": counts, "total_parameters": sum(counts)}


@given(networks())
def test_agrees_with_sliding_windows_and_building_arrays(case: tuple[dict[str, Any], dict[str, Any]]) -> None:
    given, expected = case
    assert results_of("network_shapes", **given) == expected


@given(networks())
def test_every_step_can_be_drawn(case: tuple[dict[str, Any], dict[str, Any]]) -> None:
    solution = NETWORK.solve(NETWORK.Inputs(**case[0]))
    assert len(solution.steps) > len(case[0]["layers"])
    for step in solution.steps:
        assert "<math" in convert(step.formula)


@given(networks())
def test_shapes_agree_with_convolving_and_pooling(case: tuple[dict[str, Any], dict[str, Any]]) -> None:
    given, expected = case
    before = given["input"]
    for layer, after in zip(given["layers"], expected["shapes"], strict=True):
        settings = {name: layer[name] for name in ("stride", "padding") if name in layer}
        if layer["kind"] == "convolution":
            kernel = np.ones((layer["kernel"], layer["kernel"]), dtype=int).tolist()
            image = np.zeros(before[1:], dtype=int).tolist()
            run = results_of(
                "convolution", image=image, kernel=kernel, dilation=layer["dilation"], **settings
            )
            assert list(np.shape(run["output"])) == after[1:]
        elif layer["kind"] == "pooling":
            image = np.zeros(before[1:], dtype=int).tolist()
            run = results_of("pooling", image=image, size=layer["size"], ceil=layer["ceil"], **settings)
            assert list(np.shape(run["output"])) == after[1:]
        before = after


def test_the_printed_network() -> None:
    assert results_of("network_shapes", **PRINTED) == {
        "shapes": [[32, 26, 26], [32, 13, 13], [32, 11, 11], [32, 5, 5], [800], [10]],
        "parameters": [320, 0, 9248, 0, 0, 8010],
        "total_parameters": 17578,
    }


def test_vgg_16_has_138_357_544_parameters() -> None:
    layers: list[dict[str, Any]] = []
    for count, channels in ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512)):
        layers += [convolution(channels, 3, padding=1), {"kind": "activation"}] * count + [POOL]
    layers += [FLATTEN, dense(4096), dense(4096), dense(1000), {"kind": "softmax"}]
    results = results_of("network_shapes", input=[3, 224, 224], layers=layers)
    assert results["total_parameters"] == 138_357_544
    assert [25088] in results["shapes"]


def test_lenet_5_has_61_706_parameters() -> None:
    layers = [convolution(6, 5, padding=2), POOL, convolution(16, 5), POOL, FLATTEN]
    layers += [dense(120), dense(84), dense(10)]
    results = results_of("network_shapes", input=[1, 28, 28], layers=layers)
    assert results["shapes"][:5] == [[6, 28, 28], [6, 14, 14], [16, 10, 10], [16, 5, 5], [400]]
    assert results["parameters"] == [156, 0, 2416, 0, 0, 48120, 10164, 850]
    assert results["total_parameters"] == 61_706


def test_a_vector_as_input_and_defaults_spelled_out() -> None:
    layers = [dense(5), {"kind": "batch_norm"}, {"kind": "activation"}, {"kind": "dropout"}, dense(3)]
    results = results_of("network_shapes", input=[8], layers=layers)
    assert results["shapes"] == [[5], [5], [5], [5], [3]]
    assert results["parameters"] == [45, 10, 0, 0, 18]
    spelled = [{"kind": "pooling", "size": [2, 2], "stride": [2, 2], "padding": [0, 0], "mode": "average"}]
    spelled += [convolution(4, [3, 3], stride=1, padding=0, dilation=1, groups=1, bias=True)]
    short = [{"kind": "pooling", "size": 2}, convolution(4, 3)]
    results = [results_of("network_shapes", input=[2, 9, 7], layers=layers) for layers in (spelled, short)]
    assert results[0] == results[1] == {**results[0], "shapes": [[2, 4, 3], [4, 2, 1]]}


def test_mistakes_of_the_printed_network_name_the_printed_key() -> None:
    named = mistakes_of("network_shapes", **PRINTED)
    shapes = {name: results.get("shapes") for name, results in named.items()}
    first = [32, 26, 26]
    tail = [[512], [10]]
    assert shapes["pooling_off_by_one"] == [first, [32, 12, 12], [32, 10, 10], [32, 4, 4], *tail]
    assert shapes["off_by_one"] == [[32, 25, 25], [32, 12, 12], [32, 9, 9], [32, 4, 4], *tail]
    assert shapes["ceil_for_floor"] == [first, [32, 13, 13], [32, 11, 11], [32, 6, 6], [1152], [10]]
    assert shapes["kernel_forgotten"] == [[32, 28, 28], [32, 14, 14], [32, 14, 14], [32, 7, 7], [1568], [10]]
    assert shapes["stride_ignored"][:2] == [first, [32, 25, 25]]
    assert shapes["pooling_ignored"][:2] == [first, first]
    assert shapes["channels_kept"][:2] == [[1, 26, 26], [1, 13, 13]]
    assert shapes["flattened_one_channel"][-2:] == [[25], [10]]
    assert named["bias_forgotten"] == {"parameters": [288, 0, 9216, 0, 0, 8000], "total_parameters": 17504}
    assert named["channels_dropped"] == {"parameters": [320, 0, 320, 0, 0, 8010], "total_parameters": 8650}
    assert named["kernel_not_squared"]["parameters"] == [128, 0, 3104, 0, 0, 8010]
    assert named["ceil_for_floor"]["parameters"] == [320, 0, 9248, 0, 0, 11530]
    assert set(named["off_by_one"]) == set(named["pooling_off_by_one"]) == {"shapes"}  # both come to 512
    assert not {"padding_ignored", "floor_for_ceil", "bias_added", "statistics_counted"} & set(named)


@pytest.mark.parametrize(
    ("shape", "layer", "after"),
    [
        (
            [1, 28, 28],
            convolution(32, 3),
            {
                "kernel_forgotten": [32, 28, 28],
                "off_by_one": [32, 25, 25],
                "channels_kept": [1, 26, 26],
            },
        ),
        (
            [4, 10, 10],
            convolution(4, 3, stride=2, padding=1),
            {
                "ceil_for_floor": [4, 6, 6],
                "padding_ignored": [4, 4, 4],
                "stride_ignored": [4, 10, 10],
                "stride_applied_twice": [4, 2, 2],
            },
        ),
        (
            [1, 10, 10],
            convolution(1, 5, padding=2),
            {
                "padding_ignored": [1, 6, 6],
                "padding_one_side": [1, 8, 8],
                "kernel_forgotten": [1, 14, 14],
                "off_by_one": [1, 9, 9],
            },
        ),
        (
            [32, 26, 26],
            POOL,
            {
                "pooling_off_by_one": [32, 12, 12],
                "stride_ignored": [32, 25, 25],
                "pooling_ignored": [32, 26, 26],
            },
        ),
        (
            [32, 11, 11],
            POOL | {"ceil": True},
            {
                "floor_for_ceil": [32, 5, 5],
                "stride_ignored": [32, 10, 10],
                "pooling_ignored": [32, 11, 11],
            },
        ),
        ([32, 5, 5], FLATTEN, {"flattened_one_channel": [25]}),
        ([800], dense(10), {}),
    ],
)
def test_mistakes_of_a_single_layer(shape: list[int], layer: dict[str, Any], after: dict[str, Any]) -> None:
    named = mistakes_of("network_shapes", input=shape, layers=[layer])
    assert {name: r["shapes"][0] for name, r in named.items() if "shapes" in r} == after


def test_siblings_of_strided_padded_layers_can_be_tidy() -> None:
    like = NETWORK.Inputs(input=[3, 32, 32], layers=[convolution(8, 3, stride=2, padding=1), POOL])
    for seed in range(30):
        assert is_tidy(NETWORK, sibling(NETWORK, like, np.random.default_rng(seed)))


def test_a_mistake_that_leads_nowhere_is_left_out() -> None:
    layers = [convolution(4, 3), POOL, convolution(4, 3)]
    assert "pooling_off_by_one" not in mistakes_of("network_shapes", input=[1, 8, 8], layers=layers)
    assert "pooling_off_by_one" in mistakes_of("network_shapes", input=[1, 10, 10], layers=layers)


def test_mistakes_about_declared_biases_and_batch_norm() -> None:
    layers = [convolution(4, 3, bias=False), {"kind": "batch_norm"}]
    named = mistakes_of("network_shapes", input=[2, 5, 5], layers=layers)
    assert named["bias_added"] == {"parameters": [76, 8], "total_parameters": 84}
    assert named["statistics_counted"] == {"parameters": [72, 16], "total_parameters": 88}
    assert "bias_forgotten" not in named


def test_mistakes_about_what_a_layer_learns() -> None:
    named = mistakes_of(
        "network_shapes", input=[1, 8, 8], layers=[convolution(2, 3), POOL, FLATTEN, dense(3)]
    )
    assert named["bias_per_weight"] == {"parameters": [36, 0, 0, 108], "total_parameters": 144}
    assert named["pooling_counted"] == {"parameters": [20, 4, 0, 57], "total_parameters": 81}


def test_a_mistake_in_one_layer_leaves_the_layers_before_it() -> None:
    given = NETWORK.Inputs(**PRINTED)
    truth = NETWORK.compute(given)
    local = list(NETWORK.local_mistakes(given))
    assert len(local) > 15
    for mistake in local:
        assert mistake.place is not None
        (place,) = {place for place, _ in mistake.otherwise}
        results = computed(NETWORK, given, Way(mistake.otherwise))
        if results:
            assert results["shapes"][:place] == truth["shapes"][:place]
            assert results["parameters"][:place] == truth["parameters"][:place]
    (second,) = (m for m in local if m.name == "stride_ignored" and m.place.zh == "第 4 层（池化）：")
    assert NETWORK.compute(given, Way(second.otherwise))["shapes"][:4] == [
        [32, 26, 26], [32, 13, 13], [32, 11, 11], [32, 10, 10],
    ]  # fmt: skip


def test_later_shapes_follow_from_the_learners_own() -> None:
    given = NETWORK.Inputs(**PRINTED)
    own = Way(own={"shapes": [None, [32, 12, 12]]})
    assert NETWORK.compute(given, own)["shapes"] == [
        [32, 26, 26], [32, 12, 12], [32, 10, 10], [32, 5, 5], [800], [10],
    ]  # fmt: skip
    own = Way(own={"parameters": [288]})
    assert NETWORK.compute(given, own)["total_parameters"] == 288 + 9248 + 8010


def test_siblings_keep_kinds_alike_layers_and_classes() -> None:
    like = NETWORK.Inputs(**PRINTED)
    for seed in range(50):
        given = sibling(NETWORK, like, np.random.default_rng(seed))
        assert [layer.kind for layer in given.layers] == [layer.kind for layer in like.layers]
        assert given.layers[0] == given.layers[2]
        assert given.layers[1] == given.layers[3] == like.layers[1]
        assert given.layers[0].padding == 0  # none is declared, so none appears
        assert given.layers[-1].units == 10
        assert given.input[1] == given.input[2] and 20 <= given.input[1] <= 40
        assert is_tidy(NETWORK, given)
        assert NETWORK.Inputs(**given.model_dump()) == given


def test_siblings_vary_a_declared_padding_and_hidden_units() -> None:
    layers = [convolution(8, 3, padding=0), POOL, FLATTEN, dense(100), dense(10)]
    like = NETWORK.Inputs(input=[1, 20, 20], layers=layers)
    drawn = [sibling(NETWORK, like, np.random.default_rng(seed)) for seed in range(50)]
    assert {given.layers[0].padding for given in drawn} == {0, 1}
    assert len({given.layers[3].units for given in drawn}) > 3
    assert {given.layers[4].units for given in drawn} == {10}


@pytest.mark.parametrize(
    ("change", "zh", "en"),
    [
        ({"layers": [POOL, dense(10)]}, "第 2 层（全连接）", "Layer 2 (dense)"),
        ({"layers": [POOL, dense(10)]}, "先展平", "flatten first"),
        ({"layers": [FLATTEN, POOL]}, "第 2 层（池化）", "Layer 2 (pooling)"),
        ({"layers": [FLATTEN, convolution(4, 3)]}, "却是一个向量", "the input is a vector"),
        ({"layers": [POOL, POOL, convolution(4, 9)]}, "第 3 层（卷积）", "Layer 3 (convolution)"),
        ({"layers": [convolution(4, 29)]}, "28×28 的特征图放不下", "larger than the (padded) 28×28 input"),
        ({"layers": [convolution(4, 3, groups=2)]}, "不能同时整除", "do not divide"),
        ({"layers": [POOL | {"padding": 2}]}, "填充要小于窗口", "must be smaller than the window"),
        ({"input": [28, 28]}, "[通道, 高, 宽]", "[channels, height, width]"),
    ],
)
def test_what_does_not_fit_is_refused_in_both_languages(change: dict[str, object], zh: str, en: str) -> None:
    said = refusal("network_shapes", **(PRINTED | change))
    assert zh in said[0]
    assert en in said[1]


@pytest.mark.parametrize(
    "change",
    [
        {"layers": []},
        {"layers": [{"kind": "attention"}]},
        {"layers": [{}]},
        {"layers": [FLATTEN] * 65},
        {"layers": [{"kind": "dropout", "rate": 1}]},
        {"layers": [convolution(0, 3)]},
        {"input": []},
        {"input": [0]},
    ],
)
def test_impossible_inputs_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        NETWORK.Inputs(**(PRINTED | change))


def test_the_picture_shows_what_is_given_of_each_layer_and_no_shapes() -> None:
    picture = NETWORK.picture(NETWORK.Inputs(**PRINTED))
    assert picture is not None
    assert picture.kind == "chain"
    assert picture.data["input"] == [1, 28, 28]
    layers = picture.data["layers"]
    assert [layer["kind"] for layer in layers] == [layer["kind"] for layer in PRINTED["layers"]]
    assert layers[0]["label"].zh == "32 个 3×3 的核，步幅 1"
    assert layers[1]["label"].en == "max 2×2 · stride 2"
    for label in (layer["label"] for layer in layers):
        assert not any(size in f"{label.zh} {label.en}" for size in ("26", "13", "11", "800"))


def test_labels_say_every_setting_that_is_not_the_default() -> None:
    layers = [
        convolution(4, [3, 5], stride=[1, 2], padding=1, dilation=2, groups=2),
        {"kind": "pooling", "size": 3, "stride": 2, "padding": 1, "ceil": True, "mode": "average"},
        {"kind": "dropout", "rate": 0.25},
    ]
    picture = NETWORK.picture(NETWORK.Inputs(input=[2, 28, 28], layers=layers))
    assert picture is not None
    assert [layer["label"].en for layer in picture.data["layers"]] == [
        "4 kernels 3×5 · stride 1×2 · padding 1 · dilation 2 · 2 groups",
        "average 3×3 · stride 2 · padding 1 · rounded up",
        "rate 0.25",
    ]
