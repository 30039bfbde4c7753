"""Pooling, against collecting the entries of every window one by one."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from latex2mathml.converter import convert
from pydantic import ValidationError

from app.operations import OPERATIONS
from app.operations.operation import number
from tests.operations.asking import mistakes_of, refusal, results_of

POOLING = OPERATIONS["pooling"]
PRINTED = dict(POOLING.example)
EDGED = {"image": [[1, 5, 2], [7, 3, 8], [4, 9, 6]], "size": 2, "stride": 2}


@st.composite
def cases(draw: st.DrawFn) -> dict[str, Any]:
    size = [draw(st.integers(1, 4)), draw(st.integers(1, 4))]
    shape = (draw(st.integers(1, 3)), *(k + draw(st.integers(0, 5)) for k in size))
    count = int(np.prod(shape))
    values = draw(st.lists(st.integers(-20, 20), min_size=count, max_size=count))
    return {
        "image": np.reshape(values, shape).tolist(),
        "size": size,
        "stride": [draw(st.integers(1, 5)), draw(st.integers(1, 5))],
        "padding": [draw(st.integers(0, k - 1)) for k in size],
        "kind": draw(st.sampled_from(["max", "average"])),
        "ceil": draw(st.booleans()),
    }


def starts(length: int, size: int, stride: int, padding: int, ceil: bool) -> list[int]:
    """Where windows begin: whole ones inside the padded side, with `ceil` one that sticks out too."""
    end, found = length + padding, []
    for start in range(-padding, length, stride):
        inside = start + size <= end
        if inside or (ceil and (not found or found[-1] + size < end)):
            found.append(start)
    return found


def summary(kind: str) -> Callable[[list[int]], float]:
    return max if kind == "max" else lambda seen: sum(seen) / len(seen)


def window_by_window(case: dict[str, Any], of: Callable[[list[int]], float] | None = None) -> list[Any]:
    output, of = [], of or summary(case["kind"])
    for plane in case["image"]:
        rows, columns = (
            starts(length, k, s, p, case["ceil"])
            for length, k, s, p in zip(
                (len(plane), len(plane[0])), case["size"], case["stride"], case["padding"], strict=True
            )
        )
        pooled = []
        for top in rows:
            pooled.append([])
            for left in columns:
                seen = [
                    value
                    for y, row in enumerate(plane)
                    for x, value in enumerate(row)
                    if top <= y < top + case["size"][0] and left <= x < left + case["size"][1]
                ]
                pooled[-1].append(of(seen))
        output.append(pooled)
    return output


@given(cases())
def test_agrees_with_collecting_every_window(case: dict[str, Any]) -> None:
    output = results_of("pooling", **case)["output"]
    expected = window_by_window(case)
    assert np.shape(output) == np.shape(expected)
    assert np.allclose(output, expected)
    if case["kind"] == "max":
        assert output == expected
        assert all(type(v) is int for plane in output for row in plane for v in row)


@given(cases())
def test_steps_can_be_drawn_and_channels_do_not_mix(case: dict[str, Any]) -> None:
    solution = POOLING.solve(POOLING.Inputs(**case))
    for step in solution.steps:
        assert "<math" in convert(step.formula)
    for c, plane in enumerate(case["image"]):
        alone = results_of("pooling", **(case | {"image": plane}))["output"]
        assert np.allclose(solution.results["output"][c], alone)


def test_the_printed_maximum_and_its_mistakes() -> None:
    assert results_of("pooling", **PRINTED) == {"output": [[5, 9], [24, 4]]}
    named = {name: results["output"] for name, results in mistakes_of("pooling", **PRINTED).items()}
    assert named == {
        "average_for_max": [[-4.25, 5], [-0.25, -2.5]],
        "overlapping_windows": [[5, 8, 9], [5, 5, 6], [24, -1, 4]],
        "minimum_for_max": [[-14, -3], [-14, -8]],
        "sum_for_max": [[-17, 20], [-1, -10]],
        "magnitude_for_max": [[-14, 9], [24, -8]],
        "off_by_one": [[5]],
        "one_direction": [[4, 9], [5, 6], [-2, -5], [24, 4]],
    }
    formulas = [step.formula for step in POOLING.solve(POOLING.Inputs(**PRINTED)).steps]
    assert r"\max(-12, 4, -14, 5) = 5" in formulas


def test_the_stride_is_the_size_where_none_is_given() -> None:
    without = {name: value for name, value in PRINTED.items() if name != "stride"}
    assert results_of("pooling", **without) == results_of("pooling", **PRINTED)


def test_mistakes_where_the_size_does_not_divide() -> None:
    named = {name: results["output"] for name, results in mistakes_of("pooling", **EDGED).items()}
    assert named == {
        "average_for_max": [[4]],
        "overlapping_windows": [[7, 8], [9, 9]],
        "ceil_for_floor": [[7, 8], [9, 6]],
        "minimum_for_max": [[1]],
        "sum_for_max": [[16]],
        "one_direction": [[5], [7], [9]],
    }
    named = mistakes_of("pooling", **EDGED, ceil=True)
    assert named["floor_for_ceil"] == {"output": [[7]]}
    assert named["average_for_max"] == {"output": [[4, 5], [6.5, 6]]}


def test_mistakes_of_overlapping_average_pooling() -> None:
    named = mistakes_of("pooling", **(EDGED | {"stride": 1, "kind": "average"}))
    assert {name: results["output"] for name, results in named.items()} == {
        "max_for_average": [[7, 8], [9, 9]],
        "not_divided": [[16, 18], [23, 26]],
        "disjoint_windows": [[4]],
        "divided_by_side": [[8, 9], [11.5, 13]],
        "one_direction": [[3, 3.5], [5, 5.5], [6.5, 7.5]],
        "stride_for_size": EDGED["image"],
    }


def test_padding_takes_no_part_in_a_mean_or_a_maximum() -> None:
    padded = {"image": [[-1, -2], [-3, -6]], "size": 2, "stride": 2, "padding": 1}
    assert results_of("pooling", **padded)["output"] == [[-1, -2], [-3, -6]]
    assert results_of("pooling", **padded, kind="average")["output"] == [[-1, -2], [-3, -6]]
    named = mistakes_of("pooling", **padded, kind="average")
    assert named["padding_counted"] == {"output": [[-0.25, -0.5], [-0.75, -1.5]]}
    assert named["padding_ignored"] == {"output": [[-3]]}


def test_padded_zeros_win_over_negative_numbers_only() -> None:
    padded = {"image": [[-1, -2], [-3, 6]], "size": 2, "stride": 2, "padding": 1}
    named = mistakes_of("pooling", **padded)
    assert named["padding_counted"] == {"output": [[0, 0], [0, 6]]}
    assert named["relu_applied"] == {"output": [[0, 0], [0, 6]]}
    positive = padded | {"image": [[1, 2], [3, 6]]}
    assert not {"padding_counted", "relu_applied", "magnitude_for_max"} & set(
        mistakes_of("pooling", **positive)
    )


def done_otherwise(name: str, case: dict[str, Any]) -> Any:
    """What a mistake leads to, from collecting the entries of every window."""
    (k, m), (s, t), (_, q), kind = case["size"], case["stride"], case["padding"], case["kind"]
    if name == "off_by_one":
        return [[row[:-1] for row in plane[:-1]] for plane in window_by_window(case)]
    if name == "relu_applied":
        return np.maximum(window_by_window(case), 0)
    otherwise: dict[str, Callable[[list[int]], float]] = {
        "average_for_max": summary("average"),
        "max_for_average": max,
        "minimum_for_max": min,
        "sum_for_max": sum,
        "not_divided": sum,
        "divided_by_side": lambda seen: sum(seen) / k,
        "magnitude_for_max": lambda seen: max(seen, key=lambda x: (abs(x), x)),
        "padding_counted": lambda seen: summary(kind)(seen + [0] * (k * m - len(seen))),
    }
    change = {
        "overlapping_windows": {"stride": [1, 1]},
        "disjoint_windows": {"stride": [k, m]},
        "stride_twice": {"stride": [s * s, t * t]},
        "ceil_for_floor": {"ceil": True},
        "floor_for_ceil": {"ceil": False},
        "padding_ignored": {"padding": [0, 0]},
        "one_direction": {"size": [1, m], "stride": [1, t], "padding": [0, q]},
        "stride_for_size": {"size": [s, t]},
    }
    return window_by_window(case | change.get(name, {}), otherwise.get(name))


@settings(max_examples=300)
@given(cases())
def test_every_mistake_leads_where_its_definition_leads(case: dict[str, Any]) -> None:
    for mistake in POOLING.led(POOLING.Inputs(**case)):
        expected = done_otherwise(mistake.name, case)
        assert np.shape(mistake.results["output"]) == np.shape(expected), mistake.name
        assert np.allclose(mistake.results["output"], expected), mistake.name


@given(cases())
def test_any_cell_of_a_plane_is_explained(case: dict[str, Any]) -> None:
    case["image"] = case["image"][:1]
    (right,) = window_by_window(case)
    flat = POOLING.Inputs(**(case | {"image": case["image"][0]}))
    for i, j in [(0, 0), (len(right) - 1, len(right[0]) - 1)]:
        step = POOLING.cell(flat, "output", (i, j))
        assert step is not None
        assert step.formula.rsplit(" = ", 1)[1] == number(right[i][j])
        assert f"第 {i + 1} 行第 {j + 1} 个" in step.text.zh
    assert POOLING.cell(POOLING.Inputs(**case), "output", (0, 0)) is None  # which channel is not said


def test_no_window_begins_beyond_the_image() -> None:
    rounded = {"image": [[1, 2, 3, 4, 5]], "size": [1, 2], "stride": [1, 5], "ceil": True}
    assert results_of("pooling", **rounded)["output"] == [[2]]


@pytest.mark.parametrize(
    ("change", "zh", "en"),
    [
        ({"size": 5}, "放不下", "larger than the padded image"),
        ({"padding": 2}, "填充要小于窗口", "Padding must be smaller"),
        ({"image": [[1, 2], [3]]}, "每一行", "equally long"),
    ],
)
def test_what_does_not_fit_is_refused_in_both_languages(change: dict[str, object], zh: str, en: str) -> None:
    said = refusal("pooling", **(PRINTED | change))
    assert zh in said[0]
    assert en in said[1]


@pytest.mark.parametrize("change", [{"kind": "min"}, {"size": 0}, {"stride": 0}, {"image": [[float("nan")]]}])
def test_impossible_inputs_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        POOLING.Inputs(**(PRINTED | change))


def test_the_picture_shows_the_input_only() -> None:
    picture = POOLING.picture(POOLING.Inputs(**PRINTED))
    assert picture is not None
    assert [grid["rows"] for grid in picture.data["grids"]] == [PRINTED["image"]]
