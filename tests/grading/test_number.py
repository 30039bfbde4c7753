"""One number."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.grading import number
from app.grading.verdict import Unreadable
from app.questions.part import FreeChoice, NumberPart


def part(decimals: int | None = None, figures: int | None = None) -> NumberPart:
    answer = {"operation": "dense_parameters", "result": "total"}
    return NumberPart.model_validate(
        {"id": "n", "response": "number", "answer": answer, "decimals": decimals, "figures": figures}
    )


def compared(typed: str, expected: float, decimals: int | None = None) -> Any:
    return number.compare(part(decimals), number.read(part(decimals), typed), expected)


@pytest.mark.parametrize("typed", ["67", "６７", "67 个参数", "12+20+20+15=67", "67.0", "=67", "6.7×10^1"])
def test_a_count_is_right_however_it_is_typed(typed: str) -> None:
    assert compared(typed, 67).right
    assert compared(typed, 67).score == 1


@pytest.mark.parametrize("typed", ["66", "67.0001", "-67", "67%", "6,700"])
def test_another_count_is_wrong(typed: str) -> None:
    assert (compared(typed, 67).score, compared(typed, 67).right) == (0, False)


@given(st.floats(-100, 100), st.integers(2, 6))
def test_a_real_is_right_to_the_declared_decimals(truth: float, decimals: int) -> None:
    assert compared(f"{truth:.{decimals}f}", truth, decimals).right
    assert compared(f"{truth:.{decimals + 3}f}", truth, decimals).right
    assert not compared(f"{truth + 2 * 10**-decimals:.{decimals}f}", truth, decimals).right


@pytest.mark.parametrize(("typed", "close"), [("0.6666", True), ("0.67", True), ("0.7", True), ("1", False), ("0.66", False), ("0.6600", False), ("0.5", False)])  # fmt: skip
def test_a_value_that_is_only_rounded_wrongly_is_told_so(typed: str, close: bool) -> None:
    found = compared(typed, 2 / 3, 4)
    assert not found.right
    assert (found.feedback is not None) == close
    if close:
        assert found.feedback.en == "Very close: round to 4 decimals."


def test_what_is_wished_for_is_said_in_the_words_of_the_part() -> None:
    wished = {(4, None): "0.6666", (1, None): "0.6", (0, None): "0", (None, 3): "0.666", (None, 1): "0.6"}
    said = {}
    for (decimals, figures), typed in wished.items():
        asked = part(decimals, figures)
        said[decimals, figures] = number.compare(asked, number.read(asked, typed), 2 / 3).feedback
    assert {key: feedback.en for key, feedback in said.items()} == {
        (4, None): "Very close: round to 4 decimals.",
        (1, None): "Very close: round to 1 decimal.",
        (0, None): "Very close: round to a whole number.",
        (None, 3): "Very close: round to 3 significant figures.",
        (None, 1): "Very close: round to 1 significant figure.",
    }
    assert said[4, None].zh == "很接近：请四舍五入到 4 位小数。"
    assert said[None, 3].zh == "很接近：请保留 3 位有效数字。"


def test_decimals_and_figures_exclude_each_other() -> None:
    with pytest.raises(ValidationError, match="not both"):
        part(decimals=3, figures=3)
    for impossible in (0, 11):
        with pytest.raises(ValidationError):
            part(figures=impossible)


def test_an_infinite_mistake_is_never_equal_and_never_close() -> None:
    assert compared("0.1", float("inf"), 4) == compared("5", float("nan"), 4)
    assert not compared("0.1", float("inf"), 4).right


@given(st.integers(-5, 1100))
def test_a_free_choice_is_any_whole_number_of_its_range(chosen: int) -> None:
    choice = FreeChoice(minimum=1, maximum=1000)
    assert number.within(choice, Fraction(chosen)) == (chosen in range(1, 1001))
    assert not number.within(choice, Fraction(2 * chosen + 1, 2))


@pytest.mark.parametrize("response", [None, "", " ", 67, ["67"], {}, [], "abc", "1 2"])
def test_what_is_no_number_is_unreadable(response: object) -> None:
    with pytest.raises(Unreadable):
        number.read(part(), response)
