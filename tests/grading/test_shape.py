"""Shapes of tensors."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.grading import shape
from app.grading.verdict import Unreadable
from app.questions.part import ShapePart

PART = ShapePart.model_validate(
    {"id": "s", "response": "shape", "answer": {"operation": "dense_parameters", "result": "total"}}
)
SIZES = st.lists(st.integers(1, 600), min_size=1, max_size=4)


def compared(typed: str, expected: list[int]) -> Any:
    return shape.compare(PART, shape.read(PART, typed), expected)


@given(SIZES, st.sampled_from(["×", "x", ",", " ", " * ", "，", "✕"]))
def test_the_right_sizes_in_order_are_right(sizes: list[int], mark: str) -> None:
    found = compared(mark.join(map(str, sizes)), sizes)
    assert (found.score, found.right, found.cells) == (1, True, ["correct"] * len(sizes))


@given(st.lists(st.integers(1, 9), min_size=2, max_size=3))
def test_every_other_order_earns_half_and_is_told_the_channel_comes_first(sizes: list[int]) -> None:
    for order in permutations(sizes):
        found = compared("×".join(map(str, order)), sizes)
        if list(order) != sizes:
            assert (found.score, found.right) == (0.5, False)
            assert "channels first" in found.feedback.en
            assert found.cells == [
                "correct" if a == b else "incorrect" for a, b in zip(order, sizes, strict=True)
            ]


@given(SIZES, SIZES)
def test_other_sizes_earn_nothing_but_show_each_dimension(typed: list[int], truth: list[int]) -> None:
    assume(sorted(typed) != sorted(truth))
    found = compared(",".join(map(str, typed)), truth)
    assert (found.score, found.right) == (0, False)
    if len(typed) == len(truth):
        assert found.cells == [
            "correct" if a == b else "incorrect" for a, b in zip(typed, truth, strict=True)
        ]
    else:
        assert found.cells is None
        assert f"you wrote {len(typed)}" in found.feedback.en


@pytest.mark.parametrize("response", [None, "", [], {}, 800, [32, 26], "32×0", "a", "32××26", "26.5"])
def test_what_is_no_shape_is_unreadable(response: object) -> None:
    with pytest.raises(Unreadable):
        shape.read(PART, response)
