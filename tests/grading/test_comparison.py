"""Agreement of a number with an expected one, against rounding by the decimal module."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.grading.comparison import agrees, by_cell, judged


@given(st.integers(-(10**9), 10**9), st.integers(-3, 3))
def test_a_whole_number_is_right_only_exactly(truth: int, off: int) -> None:
    assert agrees(Fraction(truth + off), truth, None) == (off == 0)
    assert agrees(Fraction(truth + off), float(truth), None) == (off == 0)
    assert not agrees(Fraction(truth) + Fraction(1, 10**15), truth, None)


@given(st.floats(-1e6, 1e6), st.integers(0, 8))
def test_the_truth_as_rounded_by_hand_is_right_and_one_more_in_the_last_place_is_not(
    truth: float, decimals: int
) -> None:
    unit = Decimal(1).scaleb(-decimals)
    rounded = Decimal(truth).quantize(unit, ROUND_HALF_UP)
    assert agrees(Fraction(rounded), truth, decimals)
    assert not agrees(Fraction(rounded + unit * 2), truth, decimals)
    assert not agrees(Fraction(rounded - unit * 2), truth, decimals)


def test_both_neighbours_of_an_exact_tie_are_right_and_nothing_beyond() -> None:
    for tie in (0.125, Fraction("0.125")):
        assert [agrees(Fraction(n), tie, 2) for n in ("0.11", "0.12", "0.13", "0.14")] == [
            False,
            True,
            True,
            False,
        ]
    assert agrees(Fraction("0.3"), 0.1 + 0.2, None)  # rounding error of the computer is not the learner's
    assert not agrees(Fraction("0.333333"), 1 / 3, None)
    assert agrees(Fraction(1, 3), 1 / 3, None)


@pytest.mark.parametrize("impossible", [float("nan"), float("inf"), float("-inf")])
def test_nothing_agrees_with_what_is_no_number(impossible: float) -> None:
    assert not agrees(Fraction(1), impossible, None)
    assert not agrees(Fraction(1), impossible, 4)


def test_an_empty_cell_is_neither_right_nor_wrong() -> None:
    assert judged(None, 1, None) is None
    compared = by_cell(["correct", None, "incorrect", "correct"], [])
    assert (compared.score, compared.right) == (0.5, False)
    assert compared.feedback and compared.feedback.en == "2 of 4 are right. 1 left empty."
    assert compared.feedback.zh == "对了 2 个，共 4 个。还有 1 个没填。"
    assert by_cell(["incorrect"], []).feedback is None
    assert by_cell(["correct"], []).right
