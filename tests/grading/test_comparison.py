"""Agreement of a number with an expected one, against rounding by the decimal module."""

from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.grading.comparison import agrees, badly_rounded, by_cell, judged
from app.grading.reading import read_number
from app.questions.precision import EXACT, Precision


@given(st.integers(-(10**9), 10**9), st.integers(-3, 3))
def test_a_whole_number_is_right_only_exactly(truth: int, off: int) -> None:
    assert agrees(Fraction(truth + off), truth, EXACT) == (off == 0)
    assert agrees(Fraction(truth + off), float(truth), EXACT) == (off == 0)
    assert not agrees(Fraction(truth) + Fraction(1, 10**15), truth, EXACT)


@given(st.floats(-1e6, 1e6), st.integers(0, 8))
def test_the_truth_as_rounded_by_hand_is_right_and_one_more_in_the_last_place_is_not(
    truth: float, decimals: int
) -> None:
    unit = Decimal(1).scaleb(-decimals)
    rounded = Decimal(truth).quantize(unit, ROUND_HALF_UP)
    assert agrees(Fraction(rounded), truth, Precision(decimals))
    assert not agrees(Fraction(rounded + unit * 2), truth, Precision(decimals))
    assert not agrees(Fraction(rounded - unit * 2), truth, Precision(decimals))


# The digits of a truth, one more than any precision asks for, so that ties are common: 0.04985, -12500, 0.99995.
TRUTHS = st.builds(
    lambda digits, place: Decimal(digits).scaleb(place),
    st.integers(-99999, 99999)
    | st.integers(-1000, 1000).map(lambda n: 10 * n + 5)
    | st.integers(99990, 99999),
    st.integers(-9, 3),
)


def neighbours(truth: Decimal, unit: Decimal) -> list[Decimal]:
    return [(truth // unit + k) * unit for k in range(-3, 4)]


@given(TRUTHS, st.integers(0, 8), st.booleans())
def test_of_all_values_with_so_many_decimals_just_the_rounded_ones_are_right(
    truth: Decimal, decimals: int, as_float: bool
) -> None:
    unit = Decimal(1).scaleb(-decimals)
    rounded = {truth.quantize(unit, rule) for rule in (ROUND_HALF_UP, ROUND_HALF_DOWN)}
    expected = float(truth) if as_float else Fraction(truth)
    for value in neighbours(truth, unit):
        assert agrees(Fraction(value), expected, Precision(decimals=decimals)) == (value in rounded)


@given(TRUTHS.filter(bool), st.integers(1, 4), st.booleans())
def test_of_all_values_with_so_many_figures_just_the_rounded_ones_are_right(
    truth: Decimal, figures: int, as_float: bool
) -> None:
    rounded = {Context(figures, rule).plus(truth) for rule in (ROUND_HALF_UP, ROUND_HALF_DOWN)}
    unit = Decimal(1).scaleb(truth.adjusted() - figures + 1)
    expected = float(truth) if as_float else Fraction(truth)
    for value in neighbours(truth, unit):
        assert agrees(Fraction(value), expected, Precision(figures=figures)) == (value in rounded)


@given(st.floats(-1e9, 1e9).filter(lambda x: abs(x) > 1e-6), st.integers(1, 8))
def test_any_real_as_shown_to_so_many_figures_is_right(truth: float, figures: int) -> None:
    asked = Precision(figures=figures)
    for shown in (asked.rounded(truth), f"{truth:.{figures + 3}g}"):
        assert agrees(read_number(str(shown)), truth, asked)


FIGURES = [  # truth, figures, right, wrong
    (0.04985, 3, ["0.0499", "0.0498", "4.98×10^-2", "4.99e-2", "0.04985", "0.04980", "4.985%"], ["0.0497", "0.0500", "0.050"]),
    (0.99996, 4, ["1.000", "1", "0.99996", "1.0000", "0.99999"], ["0.9999", "1.001", "1.0001", "0.9998"]),
    (9.996, 3, ["10.0", "10", "9.996"], ["9.99", "9.98", "10.1"]),
    (1.0, 3, ["1", "1.00", "1.004", "0.996"], ["0.99", "1.01"]),
    (25088, 3, ["25088", "25100", "2.51×10^4", "25,100", "25050"], ["25000", "25200", "2.50×10^4"]),
    (-0.0333333333, 2, ["-0.033", "-1/30", "-3.3e-2", "-0.0333"], ["0.033", "-0.03", "-0.034"]),
    (0.5, 3, ["0.5", "0.500", "1/2", "50%", ".5", "0.5004"], ["0.501", "0.499"]),
    (3.2e-9, 2, ["3.2e-9", "3.2×10^-9", "0.0000000032"], ["0", "3.3e-9", "3e-9", "3.2e-8"]),
    (0, 3, ["0", "0.00", "-0", "0e5"], ["0.001", "1e-9", "-0.0000001"]),
    (1e-17, 3, ["0", "1e-17"], ["0.001", "1e-9"]),
]  # fmt: skip


@pytest.mark.parametrize(("truth", "figures", "right", "wrong"), FIGURES)
def test_figures_count_from_the_first_digit_of_the_truth(
    truth: float, figures: int, right: list[str], wrong: list[str]
) -> None:
    asked = Precision(figures=figures)
    assert [typed for typed in right if not agrees(read_number(typed), truth, asked)] == []
    assert [typed for typed in wrong if agrees(read_number(typed), truth, asked)] == []


@pytest.mark.parametrize(
    ("typed", "truth", "asked", "close"),
    [
        ("0.0498", 0.049877, Precision(figures=3), True),  # cut off
        ("0.05", 0.049877, Precision(figures=3), True),  # two figures too few
        ("0.0500", 0.049877, Precision(figures=3), True),  # the same value
        ("0.0497", 0.049877, Precision(figures=3), False),
        ("0.04982", 0.049877, Precision(figures=3), False),  # more figures, but wrong ones
        ("0.1", 0.049877, Precision(figures=3), False),  # its first figure is not there
        ("0", 0.049877, Precision(figures=3), False),
        ("25000", 25088, Precision(figures=3), True),
        ("0.9999", 0.99996, Precision(figures=4), True),
        ("-1.23", -1.239, Precision(figures=3), True),
        ("1.23", -1.239, Precision(figures=3), False),
        ("0", 0.04, Precision(decimals=4), False),
        ("2", 2.7, Precision(decimals=0), True),
        ("3.14", 3.14159, Precision(decimals=4), True),
        ("3.1416", 3.14159, Precision(decimals=4), False),  # right
        ("3.14", 3.14159, EXACT, False),
        ("0.1", float("inf"), Precision(figures=3), False),
    ],
)
def test_a_value_rounded_wrongly_is_told_from_a_wrong_one(
    typed: str, truth: float, asked: Precision, close: bool
) -> None:
    assert badly_rounded(read_number(typed), truth, asked) == close


def test_both_neighbours_of_an_exact_tie_are_right_and_nothing_beyond() -> None:
    for tie in (0.125, Fraction("0.125")):
        assert [agrees(Fraction(n), tie, Precision(2)) for n in ("0.11", "0.12", "0.13", "0.14")] == [
            False,
            True,
            True,
            False,
        ]
    assert agrees(Fraction("0.3"), 0.1 + 0.2, EXACT)  # rounding error of the computer is not the learner's
    assert not agrees(Fraction("0.333333"), 1 / 3, EXACT)
    assert agrees(Fraction(1, 3), 1 / 3, EXACT)


@pytest.mark.parametrize("impossible", [float("nan"), float("inf"), float("-inf")])
def test_nothing_agrees_with_what_is_no_number(impossible: float) -> None:
    assert not agrees(Fraction(1), impossible, EXACT)
    assert not agrees(Fraction(1), impossible, Precision(4))


def test_an_empty_cell_is_neither_right_nor_wrong() -> None:
    assert judged(None, 1, EXACT) is None
    compared = by_cell(["correct", None, "incorrect", "correct"], [])
    assert (compared.score, compared.right) == (0.5, False)
    assert compared.feedback and compared.feedback.en == "2 of 4 are right. 1 left empty."
    assert compared.feedback.zh == "对了 2 个，共 4 个。还有 1 个没填。"
    assert by_cell(["incorrect"], []).feedback is None
    assert by_cell(["correct"], []).right
