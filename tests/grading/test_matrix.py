"""Matrices, moved about by numpy."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from app.grading import matrix
from app.grading.verdict import Unreadable
from app.questions.part import MatrixPart

TRUTH = [[-12, 4, 8, 9], [-14, 5, -3, 6], [-2, -14, -8, -5], [24, -9, -1, 4]]
TABLES = st.tuples(st.integers(2, 5), st.integers(2, 5)).flatmap(
    lambda size: arrays(np.int64, size, elements=st.integers(-99, 99))
)
MOVES = {
    "transpose": np.transpose,
    "left to right": np.fliplr,
    "upside down": np.flipud,
    "180°": lambda table: np.rot90(table, 2),
}


def part(decimals: int | None = None) -> MatrixPart:
    answer = {"operation": "one_hot", "result": "matrix"}
    return MatrixPart.model_validate(
        {"id": "m", "response": "matrix", "answer": answer, "decimals": decimals}
    )


def compared(response: object, expected: Any, decimals: int | None = None) -> Any:
    asked = part(decimals)
    return matrix.compare(asked, matrix.read(asked, response), expected)


def typed(table: Any) -> list[list[str]]:
    return [[str(entry) for entry in row] for row in table]


@given(TABLES)
def test_the_right_matrix_is_right_as_a_grid_and_pasted(table: Any) -> None:
    for response in (typed(table), str(table.tolist()), "\n".join("\t".join(row) for row in typed(table))):
        found = compared(response, table.tolist())
        assert (found.score, found.right, found.feedback) == (1, True, found.feedback)
        assert found.cells == [["correct"] * table.shape[1]] * table.shape[0]


@given(TABLES, st.data())
def test_every_cell_earns_its_share(table: Any, data: st.DataObject) -> None:
    marks = data.draw(arrays(np.int64, table.shape, elements=st.integers(0, 2)))  # right, wrong, empty
    assume((marks < 2).any())
    grid = [
        [("" if m == 2 else str(v + m)) for v, m in zip(*rows, strict=True)]
        for rows in zip(table, marks, strict=True)
    ]
    found = compared(grid, table.tolist())
    assert found.score == (marks == 0).mean()
    assert found.cells == [[("correct", "incorrect", None)[m] for m in row] for row in marks]


@pytest.mark.parametrize("name", MOVES)
@given(table=TABLES)
def test_a_transposed_or_flipped_matrix_is_named(name: str, table: Any) -> None:
    moved = MOVES[name](table)
    same = {n: f(table) for n, f in MOVES.items()}
    assume(sum(np.array_equal(moved, other) for other in same.values()) == 1)
    assume(not np.array_equal(moved, table))
    found = compared(typed(moved), table.tolist())
    assert name in found.feedback.en
    assert not found.right
    if moved.shape == table.shape:
        assert found.score == (moved == table).mean()


@given(
    st.permutations(range(25)),
    st.integers(3, 5),
    st.sampled_from([d for d in product((-1, 0, 1), repeat=2) if any(d)]),
)
def test_a_matrix_shifted_by_one_place_is_named(
    entries: list[int], columns: int, by: tuple[int, int]
) -> None:
    table = np.array(entries[: 5 * columns]).reshape(5, columns)
    rolled = np.roll(table, by, (0, 1))
    refilled = rolled.copy()  # what comes in at the edge may be anything
    refilled[{1: 0, -1: -1}[by[0]] if by[0] else slice(0), :] = -1
    refilled[:, {1: 0, -1: -1}[by[1]] if by[1] else slice(0)] = -1
    for shifted in (rolled, refilled):
        assert "shifted by one" in compared(typed(shifted), table.tolist()).feedback.en


def test_a_single_slip_in_a_matrix_of_equal_rows_is_not_called_a_shift() -> None:
    found = compared([["9", "2"], ["1", "2"], ["1", "2"]], [[1, 2]] * 3)
    assert found.feedback.en == "5 of 6 are right."
    zeros = compared([["0"] * 4] * 4, np.eye(4, dtype=int).tolist())
    assert zeros.feedback.en == "12 of 16 are right."


SIDES = {(-1, 0): "above it", (1, 0): "below it", (0, -1): "to its left", (0, 1): "to its right"}


def said(found: Any) -> str:
    return f"{found.feedback.en if found.feedback else ''}|{found.guess.en if found.guess else ''}"


@given(st.permutations(range(20)), st.integers(0, 3), st.integers(0, 4), st.sampled_from(list(SIDES)))
def test_a_neighbours_value_is_named(entries: list[int], r: int, c: int, side: tuple[int, int]) -> None:
    table = np.array(entries).reshape(4, 5)
    i, j = r + side[0], c + side[1]
    assume(0 <= i < 4 and 0 <= j < 5)
    wrong = table.copy()
    wrong[r, c] = table[i, j]
    found = compared(typed(wrong), table.tolist())
    assert found.feedback.en == "19 of 20 are right."
    assert found.guess.en == f"Row {r + 1}, column {c + 1} holds the value of the cell {SIDES[side]}."
    wrong[r, c] = 20  # of no cell
    assert compared(typed(wrong), table.tolist()).guess is None


def test_two_exchanged_cells_are_both_named_and_never_more_than_two() -> None:
    swapped = compared([["-12", "4", "9", "8"], *typed(TRUTH[1:])], TRUTH)
    assert swapped.guess.zh == "第 1 行第 3 列写的是右边一格的值。第 1 行第 4 列写的是左边一格的值。"
    three = compared([["-12", "4", "9", "8"], *typed(TRUTH[1:3]), ["-9", "-9", "-1", "4"]], TRUTH)
    assert three.guess == swapped.guess


def test_a_neighbours_value_is_not_named_where_it_may_be_chance() -> None:
    diagonal = compared([["9", "2"], ["3", "1"]], [[1, 2], [3, 4]])  # 1 stands diagonally, 9 nowhere
    assert diagonal.guess is None
    mostly_wrong = compared([["2", "9"], ["9", "4"]], [[1, 2], [3, 5]])
    assert mostly_wrong.guess is None
    twice = compared([["2", "2"], ["3", "2"]], [[1, 2], [3, 2]])  # 2 is the right value of two cells
    assert twice.guess is None
    moved = compared([["1", "4"], ["2", "5"]], [[1, 2], [4, 5]])  # the whole has a better name
    assert moved.guess is None
    assert "transpose" in said(moved)


@given(st.lists(st.integers(0, 3), min_size=2, max_size=5), st.data())
def test_in_a_one_hot_matrix_no_cell_is_said_to_hold_another_ones_value(
    labels: list[int], data: st.DataObject
) -> None:
    table = np.eye(4, dtype=int)[labels]
    wrong = data.draw(arrays(np.int64, table.shape, elements=st.integers(0, 1)))
    assert "holds the value" not in said(compared(typed(wrong), table.tolist()))


def test_a_wrong_shape_earns_nothing_and_says_only_what_was_given() -> None:
    found = compared("1 2\n3 4\n5 6", TRUTH)
    assert (found.score, found.right, found.cells) == (0, False, None)
    assert found.feedback.zh == "形状不对：你写的是 3×2。"
    assert found.feedback.en == "The shape is wrong: yours is 3×2."
    assert not compared("1 2 3", [1, 2, 3]).right  # a vector is no matrix
    assert "transpose" in compared("1 4\n2 5\n3 6", [[1, 2, 3], [4, 5, 6]]).feedback.en


def test_reals_are_right_to_the_declared_decimals() -> None:
    assert compared("0.33 0.67\n1/3 2/3", [[1 / 3, 2 / 3]] * 2, decimals=2).right
    assert compared("0.3 0.67", [[1 / 3, 2 / 3]], decimals=2).cells == [["incorrect", "correct"]]


def test_cells_that_are_only_rounded_wrongly_are_told_so() -> None:
    cut_off = compared("0.33 0.66", [[1 / 3, 2 / 3]], decimals=2)
    assert cut_off.feedback.en == "1 of 2 are right. Some are only rounded wrongly: round to 2 decimals."
    assert (
        compared("0.6 0.6", [[2 / 3, 2 / 3]], decimals=1).feedback.zh
        == "有的数只差在舍入：请四舍五入到 1 位小数。"
    )
    assert compared("0.33 0.99", [[1 / 3, 2 / 3]], decimals=2).feedback.en == "1 of 2 are right."


@pytest.mark.parametrize("response", [None, "", [], {}, [[""]], 5, "1 2\n3", [[1, 2]], "a b"])
def test_what_is_no_matrix_is_unreadable(response: object) -> None:
    with pytest.raises(Unreadable):
        matrix.read(part(), response)
