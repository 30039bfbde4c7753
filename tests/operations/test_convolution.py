"""Convolution, against loops over every pixel and against scipy."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from latex2mathml.converter import convert
from pydantic import ValidationError
from scipy.signal import convolve2d, correlate2d

from app.operations import OPERATIONS
from app.operations.operation import leading, sibling
from tests.operations.asking import mistakes_of, refusal, results_of

CONVOLUTION = OPERATIONS["convolution"]
PRINTED = dict(CONVOLUTION.example)
SOBEL = [[1, 0, -1], [2, 0, -2], [1, 0, -1]]
whole = st.integers(-20, 20)


@st.composite
def arrays(draw: st.DrawFn, *shape: int) -> Any:
    size = int(np.prod(shape))
    return np.reshape(draw(st.lists(whole, min_size=size, max_size=size)), shape).tolist()


@st.composite
def cases(draw: st.DrawFn) -> dict[str, Any]:
    channels, kh, kw = draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(st.integers(1, 4))
    dilation = [draw(st.integers(1, 2)), draw(st.integers(1, 3))]
    high, wide = (d * (k - 1) + 1 + draw(st.integers(0, 4)) for d, k in zip(dilation, (kh, kw), strict=True))
    return {
        "image": draw(arrays(channels, high, wide)),
        "kernel": draw(arrays(channels, kh, kw)),
        "stride": [draw(st.integers(1, 3)), draw(st.integers(1, 3))],
        "padding": [draw(st.integers(0, 2)), draw(st.integers(0, 2))],
        "dilation": dilation,
        "bias": draw(whole),
        "flip": draw(st.booleans()),
    }


def pixel_by_pixel(case: dict[str, Any]) -> list[list[int]]:
    """Every output from its definition; windows are tried one after another until one does not fit."""
    image, kernel = case["image"], case["kernel"]
    (s, t), (p, q), (d, e) = case["stride"], case["padding"], case["dilation"]
    high, wide, kh, kw = len(image[0]), len(image[0][0]), len(kernel[0]), len(kernel[0][0])
    output = []
    top = -p
    while top + d * (kh - 1) < high + p:
        row, left = [], -q
        while left + e * (kw - 1) < wide + q:
            total = case["bias"]
            for c in range(len(image)):
                for u in range(kh):
                    for v in range(kw):
                        y, x = top + d * u, left + e * v
                        weight = kernel[c][kh - 1 - u][kw - 1 - v] if case["flip"] else kernel[c][u][v]
                        if 0 <= y < high and 0 <= x < wide:
                            total += weight * image[c][y][x]
            row.append(total)
            left += t
        output.append(row)
        top += s
    return output


@given(cases())
def test_agrees_with_loops_over_every_pixel(case: dict[str, Any]) -> None:
    output = results_of("convolution", **case)["output"]
    assert output == pixel_by_pixel(case)
    assert all(type(value) is int for row in output for value in row)


@given(arrays(7, 9), arrays(3, 2), st.integers(1, 3), st.integers(0, 2))
def test_agrees_with_scipy(image: Any, kernel: Any, stride: int, padding: int) -> None:
    surrounded = np.pad(image, padding)
    for flip, of_scipy in ((False, correlate2d), (True, convolve2d)):
        expected = of_scipy(surrounded, kernel, mode="valid")[::stride, ::stride]
        given = {"image": image, "kernel": kernel, "stride": stride, "padding": padding, "flip": flip}
        assert results_of("convolution", **given)["output"] == expected.tolist()


def test_reals_are_kept() -> None:
    output = results_of("convolution", image=[[0.5, 1.25]], kernel=[[2, 0.1]], bias=0.25)["output"]
    assert output == [[pytest.approx(1.375)]]


def test_the_printed_image() -> None:
    printed = [[-12, 4, 8, 9], [-14, 5, -3, 6], [-2, -14, -8, -5], [24, -9, -1, 4]]
    assert results_of("convolution", **PRINTED) == {"output": printed}


def test_mistakes_of_the_printed_image() -> None:
    image, kernel = np.array(PRINTED["image"]), np.array(PRINTED["kernel"])  # symmetric, stride 1, no padding
    right = correlate2d(image, kernel, mode="valid")
    expected = {
        "same_for_valid": correlate2d(image, kernel, mode="same"),
        "signs_ignored": correlate2d(image, np.abs(kernel), mode="valid"),
        "weights_ignored": correlate2d(image, np.ones((3, 3)), mode="valid"),
        "averaged": right / 9,
        "off_by_one": right[:3, :3],
        "disjoint_windows": right[::3, ::3],
        "relu_applied": np.where(right < 0, 0, right),
    }
    named = mistakes_of("convolution", **PRINTED)
    assert set(named) == set(expected)
    for name, value in expected.items():
        assert np.shape(named[name]["output"]) == value.shape, name
        assert np.allclose(named[name]["output"], value), name


def test_the_steps_show_every_cell_of_the_printed_answer() -> None:
    steps = CONVOLUTION.solve(CONVOLUTION.Inputs(**PRINTED)).steps
    formulas = [step.formula for step in steps]
    assert formulas[0] == "6 - 3 + 1 = 4"
    assert formulas[1] == r"4 \cdot 4 - 3 - 15 - 7 - 3 = -12"
    assert len(formulas) == 1 + 16 + 1
    assert formulas[-1].count("&") == 12


@given(cases())
def test_steps_can_be_drawn_and_end_in_the_right_numbers(case: dict[str, Any]) -> None:
    solution = CONVOLUTION.solve(CONVOLUTION.Inputs(**case))
    for step in solution.steps:
        assert "<math" in convert(step.formula)
    cells = [value for row in pixel_by_pixel(case) for value in row][:16]
    worked = [step.formula for step in solution.steps if "第" in step.text.zh and "窗口" in step.text.zh]
    for formula, value in zip(worked, cells, strict=True):
        products, right = formula.rsplit(" = ", 1)
        assert int(right) == value
        if r"\cdots" not in products:
            assert eval(products.replace(r"\cdot", "*")) == value  # noqa: S307 - our own whole numbers


def test_mistakes_of_a_sobel_kernel_with_padding_and_stride() -> None:
    image = np.arange(25).reshape(5, 5) ** 2 % 17
    given = {"image": image.tolist(), "kernel": SOBEL, "stride": 2, "padding": 1, "bias": 3}
    named = {name: np.array(m["output"]) for name, m in mistakes_of("convolution", **given).items()}
    surrounded = np.pad(image, 1)
    expected = {
        "kernel_flipped": convolve2d(surrounded, SOBEL, mode="valid")[::2, ::2] + 3,
        "padding_ignored": correlate2d(image, SOBEL, mode="valid")[::2, ::2] + 3,
        "stride_ignored": correlate2d(surrounded, SOBEL, mode="valid") + 3,
        "bias_forgotten": correlate2d(surrounded, SOBEL, mode="valid")[::2, ::2],
        "bias_subtracted": correlate2d(surrounded, SOBEL, mode="valid")[::2, ::2] - 3,
        "kernel_transposed": correlate2d(surrounded, np.transpose(SOBEL), mode="valid")[::2, ::2] + 3,
        "padded_with_edge": correlate2d(np.pad(image, 1, "edge"), SOBEL, mode="valid")[::2, ::2] + 3,
        "disjoint_windows": correlate2d(surrounded, SOBEL, mode="valid")[::3, ::3] + 3,
        "stride_twice": correlate2d(surrounded, SOBEL, mode="valid")[::4, ::4] + 3,
    }
    assert set(expected) <= set(named)
    assert {"signs_ignored", "weights_ignored", "averaged", "off_by_one", "relu_applied"} == set(named) - set(
        expected
    )
    for name, value in expected.items():
        assert np.array_equal(named[name], value), name


def test_same_for_valid_keeps_the_size() -> None:
    wrong = mistakes_of("convolution", **PRINTED)["same_for_valid"]["output"]
    assert wrong == correlate2d(PRINTED["image"], PRINTED["kernel"], mode="same").tolist()


def test_mistakes_of_a_dilated_kernel_over_two_channels() -> None:
    image = (np.arange(72).reshape(2, 6, 6) * 7 % 11).tolist()
    kernel = [[[1, 2], [0, 1]], [[0, 3], [1, 1]]]
    given = {"image": image, "kernel": kernel, "dilation": 2, "bias": 1, "flip": True}
    named = mistakes_of("convolution", **given)
    truth = np.array(results_of("convolution", **given)["output"])
    expected = {"kernel_not_flipped", "dilation_ignored", "channels_dropped", "bias_forgotten"}
    expected |= {"bias_per_channel", "same_for_valid", "bias_subtracted", "kernel_transposed"}
    expected |= {"kernel_shared", "channels_averaged", "dilation_as_gap", "weights_ignored", "averaged"}
    assert set(named) == expected | {"disjoint_windows", "off_by_one"}
    apart = {**given, "flip": False}
    assert named["kernel_not_flipped"] == results_of("convolution", **apart)
    assert named["dilation_ignored"] == results_of("convolution", **{**given, "dilation": 1})
    first = {**given, "image": image[0], "kernel": kernel[0]}
    assert named["channels_dropped"] == results_of("convolution", **first)
    assert np.array_equal(named["bias_per_channel"]["output"], truth + 1)
    assert np.array_equal(named["bias_forgotten"]["output"], truth - 1)


def done_otherwise(name: str, case: dict[str, Any]) -> Any:
    """What a mistake leads to, by loops over every pixel of other inputs, or from the right output."""
    image, kernel, bias = np.array(case["image"]), np.array(case["kernel"]), case["bias"]
    right = np.array(pixel_by_pixel(case))
    (s, t), (p, q), (d, e) = case["stride"], case["padding"], case["dilation"]
    _, kh, kw = kernel.shape
    if name == "off_by_one":
        return right[:-1, :-1]
    if name in ("averaged", "channels_averaged"):
        return (right - bias) / (kernel.size if name == "averaged" else len(kernel)) + bias
    if name == "relu_applied":
        return np.where(right < 0, 0, right)
    change: dict[str, Any] = {
        "kernel_flipped": {"flip": True},
        "kernel_not_flipped": {"flip": False},
        "kernel_transposed": {"kernel": [np.transpose(plane).tolist() for plane in kernel]},
        "signs_ignored": {"kernel": np.abs(kernel)},
        "weights_ignored": {"kernel": np.ones_like(kernel)},
        "channels_dropped": {"image": image[:1], "kernel": kernel[:1]},
        "kernel_shared": {"kernel": [kernel[0]] * len(kernel)},
        "bias_forgotten": {"bias": 0},
        "bias_subtracted": {"bias": -bias},
        "bias_per_channel": {"bias": len(kernel) * bias},
        "padding_ignored": {"padding": [0, 0]},
        "same_for_valid": {"padding": [d * (kh - 1) // 2, e * (kw - 1) // 2]},
        "padded_with_edge": {"image": np.pad(image, ((0, 0), (p, p), (q, q)), "edge"), "padding": [0, 0]},
        "stride_ignored": {"stride": [1, 1]},
        "disjoint_windows": {"stride": [kh, kw]},
        "stride_twice": {"stride": [s * s, t * t]},
        "dilation_ignored": {"dilation": [1, 1]},
        "dilation_as_gap": {"dilation": [n + 1 if n > 1 else n for n in (d, e)]},
        "ceil_for_floor": {"image": grown(image, case)},
    }[name]
    return pixel_by_pixel(case | change)


def grown(image: Any, case: dict[str, Any]) -> Any:
    """Zeros below and to the right, until one more window fits wherever part of one did inside the image."""
    rims = []
    for n, k, s, p, d in zip(
        image.shape[1:],
        np.shape(case["kernel"])[1:],
        case["stride"],
        case["padding"],
        case["dilation"],
        strict=True,
    ):
        left_over = (n + 2 * p - d * (k - 1) - 1) % s
        begins = n + 2 * p - d * (k - 1) - 1 - left_over + s  # the next window, from the padding's edge
        rims.append((0, s - left_over if left_over and begins < n + p else 0))
    return np.pad(image, ((0, 0), *rims))


@settings(max_examples=300)
@given(cases())
def test_every_mistake_leads_where_its_definition_leads(case: dict[str, Any]) -> None:
    given_ = CONVOLUTION.Inputs(**case)
    for mistake in CONVOLUTION.led(given_):
        expected = np.array(done_otherwise(mistake.name, case))
        assert np.shape(mistake.results["output"]) == expected.shape, mistake.name
        assert np.allclose(mistake.results["output"], expected), mistake.name


@given(cases())
def test_a_mistake_in_one_channel_leaves_the_others_alone(case: dict[str, Any]) -> None:
    given_ = CONVOLUTION.Inputs(**case)
    channels = [
        case | {"image": [plane], "kernel": [weights], "bias": 0}
        for plane, weights in zip(case["image"], case["kernel"], strict=True)
    ]
    local = list(leading(CONVOLUTION, given_, CONVOLUTION.local_mistakes(given_)))
    assert not local or len(channels) > 1
    for mistake in local:
        assert mistake.place is not None
        at = int(mistake.place.zh.removeprefix("第 ").removesuffix(" 通道："))
        parts = [np.array(pixel_by_pixel(each)) for each in channels]
        left_out = mistake.name == "channel_left_out"
        parts[at - 1] = 0 if left_out else np.array(done_otherwise(mistake.name, channels[at - 1]))
        assert np.array_equal(mistake.results["output"], sum(parts) + case["bias"])


def test_windows_that_are_the_same_in_the_end_are_one_mistake() -> None:
    image = {"image": [[1, 2, 3], [4, 5, 6], [7, 8, 10]], "kernel": [[1, 2], [3, 4]]}
    named = mistakes_of("convolution", **image)  # one window is left, whichever way
    assert named["off_by_one"] == {"output": [[1 + 4 + 12 + 20]]}
    assert "disjoint_windows" not in named


@given(cases())
def test_any_cell_is_explained(case: dict[str, Any]) -> None:
    right = pixel_by_pixel(case)
    for place in [(0, 0), (len(right) - 1, len(right[0]) - 1)]:
        step = CONVOLUTION.cell(CONVOLUTION.Inputs(**case), "output", place)
        assert step is not None
        products, value = step.formula.rsplit(" = ", 1)
        assert int(value) == right[place[0]][place[1]]
        if r"\cdots" not in products:
            assert eval(products.replace(r"\cdot", "*")) == int(value)  # noqa: S307 - our own whole numbers
        assert f"第 {place[0] + 1} 行第 {place[1] + 1} 列" in step.text.zh


def test_siblings_keep_shapes_and_are_sometimes_asymmetric() -> None:
    like = CONVOLUTION.Inputs(**PRINTED)
    drawn = [sibling(CONVOLUTION, like, np.random.default_rng(seed)) for seed in range(50)]
    for each in drawn:
        assert (np.shape(each.image), np.shape(each.kernel)) == ((6, 6), (3, 3))
        assert set(np.ravel(each.image)) <= set(range(16))
        assert set(np.ravel(each.kernel)) <= {-1, 0, 1, 2, 3, 4}
    assert any(not np.array_equal(np.rot90(each.kernel, 2), each.kernel) for each in drawn)


def test_siblings_of_small_numbers_are_small() -> None:
    like = CONVOLUTION.Inputs(image=[[1, 2, 0], [3, 7, 4], [2, 5, 1]], kernel=[[1, 0], [-1, 2]])
    drawn = [sibling(CONVOLUTION, like, np.random.default_rng(seed)) for seed in range(50)]
    assert set(np.ravel([each.image for each in drawn])) == set(range(8))


@pytest.mark.parametrize(
    ("change", "zh", "en"),
    [
        ({"kernel": [[1] * 7]}, "比填充后的图像还大", "larger than the padded image"),
        ({"dilation": 4}, "空洞", "dilation"),
        ({"kernel": [[1, 2], [3]]}, "每一行", "equally long"),
        ({"kernel": [PRINTED["kernel"]]}, "通道数要与图像相同", "as many channels as the image"),
        ({"kernel": [[1] * 12]}, "边长最多为 11", "at most 11"),
        ({"image": [[[1, 2]], [[1], [2]]]}, "各通道", "All channels"),
    ],
)
def test_what_does_not_fit_is_refused_in_both_languages(change: dict[str, object], zh: str, en: str) -> None:
    said = refusal("convolution", **(PRINTED | change))
    assert zh in said[0]
    assert en in said[1]


@pytest.mark.parametrize(
    "change",
    [
        {"stride": 0},
        {"stride": [1, 1, 1]},
        {"padding": -1},
        {"padding": 17},
        {"bias": float("nan")},
        {"image": []},
        {"image": [[]]},
        {"image": 3},
        {"image": "12"},
        {"image": {"0": 1}},
        {"image": [[1, float("inf")]]},
        {"image": [[1, 1e7]]},
        {"image": [[0] * 65]},
    ],
)
def test_impossible_numbers_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        CONVOLUTION.Inputs(**(PRINTED | change))


def test_the_picture_shows_image_and_kernel_only() -> None:
    picture = CONVOLUTION.picture(CONVOLUTION.Inputs(**PRINTED))
    assert picture is not None
    image, kernel = picture.data["grids"]
    assert (image["rows"], image["operator"]) == (PRINTED["image"], "∗")
    assert (kernel["rows"], kernel["role"]) == (PRINTED["kernel"], "kernel")
    volume = CONVOLUTION.Inputs(image=[[[1]], [[2]]], kernel=[[[3]], [[4]]])
    picture = CONVOLUTION.picture(volume)
    assert picture is not None
    assert [grid["rows"] for grid in picture.data["grids"]] == [[[1]], [[2]], [[3]], [[4]]]
    assert [grid.get("operator") for grid in picture.data["grids"]] == [None, "∗", None, None]
