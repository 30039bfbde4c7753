"""Inverted dropout, against a loop over its entries and against its expectation."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.operations import OPERATIONS
from app.operations.operation import Way
from tests.operations.asking import mistakes_of, refusal, results_of

DROPOUT = OPERATIONS["dropout"]
entries = st.lists(st.tuples(st.floats(-100, 100), st.integers(0, 1)), min_size=1, max_size=8)


@given(entries, st.floats(0, 0.99))
def test_keeps_and_scales_entry_by_entry(entries: list[tuple[float, int]], rate: float) -> None:
    values, mask = [x for x, _ in entries], [m for _, m in entries]
    expected = [x / (1 - rate) if m else 0 for x, m in entries]
    assert results_of("dropout", values=values, mask=mask, rate=rate)["output"] == pytest.approx(expected)


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=5), st.floats(0, 0.9))
def test_the_mean_over_all_masks_is_the_input(values: list[float], rate: float) -> None:
    mean = [0.0] * len(values)
    for mask in product([0, 1], repeat=len(values)):
        likelihood = (1 - rate) ** sum(mask) * rate ** (len(mask) - sum(mask))
        output = results_of("dropout", values=values, mask=list(mask), rate=rate)["output"]
        mean = [total + likelihood * y for total, y in zip(mean, output, strict=True)]
    assert mean == pytest.approx(values, abs=1e-9)


def test_matrices_keep_their_shape() -> None:
    results = results_of("dropout", values=[[1, 2], [3, -4]], mask=[[1, 0], [0, 1]], rate=0.5)
    assert results == {"output": [[2, 0], [0, -8]]}


def test_mistakes_scale_and_mask_wrongly() -> None:
    named = mistakes_of("dropout", values=[4, 8], mask=[1, 0], rate=0.75)
    assert {name: results["output"] for name, results in named.items()} == {
        "unscaled": [4, 0],
        "scaled_by_keep_rate": [1, 0],
        "divided_by_rate": pytest.approx([16 / 3, 0]),
        "mask_inverted": [0, 32],
        "mask_ignored": [16, 32],
        "multiplied_by_rate": [3, 0],
        "scaled_by_one_plus_rate": [7, 0],
        "scaled_by_count": [8, 0],
        "dropped_left": [16, 8],
        "values_forgotten": [4, 0],
    }


def test_at_a_rate_of_one_half_both_shares_are_one_mistake() -> None:
    named = mistakes_of("dropout", values=[4, 8], mask=[1, 0], rate=0.5)
    assert set(named) == {
        "unscaled", "scaled_by_keep_rate", "scaled_by_one_plus_rate", "mask_inverted", "mask_ignored",
        "dropped_left", "values_forgotten",
    }  # fmt: skip


@given(entries, st.sampled_from([0, 0.2, 0.5, 0.75]))
def test_every_mistake_is_its_own_formula(entries: list[tuple[float, int]], rate: float) -> None:
    values, mask = [x for x, _ in entries], [m for _, m in entries]
    keep = 1 - rate
    formulas = {
        "unscaled": lambda x, m: x * m,
        "scaled_by_keep_rate": lambda x, m: x * m * keep,
        "divided_by_rate": lambda x, m: x * m / rate,
        "multiplied_by_rate": lambda x, m: x * m * rate,
        "scaled_by_one_plus_rate": lambda x, m: x * m * (1 + rate),
        "scaled_by_count": lambda x, m: x * m * len(mask) / sum(mask),
        "mask_inverted": lambda x, m: x * (1 - m) / keep,
        "mask_ignored": lambda x, m: x / keep,
        "dropped_left": lambda x, m: x / keep if m else x,
        "values_forgotten": lambda x, m: m / keep,
    }
    for name, results in mistakes_of("dropout", values=values, mask=mask, rate=rate).items():
        assert results["output"] == pytest.approx([formulas[name](x, m) for x, m in entries])


def test_a_mistake_at_one_entry_leaves_the_others_right() -> None:
    inputs = DROPOUT.Inputs(values=[[1, 2], [3, -4]], mask=[[1, 0], [0, 1]], rate=0.5)
    led = {
        (m.name, m.place.en): DROPOUT.compute(inputs, Way(m.otherwise))["output"]
        for m in DROPOUT.local_mistakes(inputs)
        if m.place
    }
    assert led == {
        ("mask_inverted", "Row 1, column 1:"): [[0, 0], [0, -8]],
        ("unscaled", "Row 1, column 1:"): [[1, 0], [0, -8]],
        ("mask_inverted", "Row 1, column 2:"): [[2, 4], [0, -8]],
        ("mask_inverted", "Row 2, column 1:"): [[2, 0], [6, -8]],
        ("mask_inverted", "Row 2, column 2:"): [[2, 0], [0, 0]],
        ("unscaled", "Row 2, column 2:"): [[2, 0], [0, -4]],
    }


def test_a_scale_rounded_early_multiplies_as_rounded() -> None:
    inputs = DROPOUT.Inputs(values=[30, 1], mask=[1, 1], rate=0.4)
    output = DROPOUT.compute(inputs, Way(rounding=lambda v: round(v, 2)))["output"]
    assert output == pytest.approx([50.1, 1.67])


def test_a_cell_tells_its_own_value_and_mask() -> None:
    inputs = DROPOUT.Inputs(values=[[1, 2], [3, -4]], mask=[[1, 0], [0, 1]], rate=0.5)
    kept, dropped = DROPOUT.cell(inputs, "output", (1, 1)), DROPOUT.cell(inputs, "output", (0, 1))
    assert kept is not None
    assert dropped is not None
    assert kept.formula == r"y_{2,2} = \frac{1 \times (-4)}{0.5} = -8"
    assert dropped.formula == r"y_{1,2} = \frac{0 \times 2}{0.5} = 0"
    assert dropped.text.en == "Row 1, column 2: dropped: its mask is 0."


@pytest.mark.parametrize(
    ("change", "zh", "en"),
    [
        ({"mask": [1]}, "形状要相同", "same shape"),
        ({"mask": [1, 2]}, "0 和 1", "zeros and ones"),
        ({"rate": 1}, "小于 1", "below 1"),
        ({"values": [[1, 2], [3]], "mask": [[1, 1], [1, 1]]}, "每一行", "equally long"),
    ],
)
def test_what_does_not_fit_is_refused_in_both_languages(change: dict[str, object], zh: str, en: str) -> None:
    said = refusal("dropout", **({"values": [1, 2], "mask": [1, 0], "rate": 0.5} | change))
    assert zh in said[0]
    assert en in said[1]


def test_a_negative_rate_is_refused() -> None:
    with pytest.raises(ValidationError):
        OPERATIONS["dropout"].Inputs(values=[1], mask=[1], rate=-0.1)


def test_the_picture_shows_what_is_given() -> None:
    operation = OPERATIONS["dropout"]
    picture = operation.picture(operation.Inputs(values=[3, 4], mask=[1, 0], rate=0.5))
    assert picture is not None
    assert [grid["rows"] for grid in picture.data["grids"]] == [[[3, 4]], [[1, 0]]]
