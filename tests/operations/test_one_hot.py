"""One-hot codes, against their definition entry by entry."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.operations import OPERATIONS
from app.operations.operation import Way, sibling
from tests.operations.asking import mistakes_of, refusal, results_of

ONE_HOT = OPERATIONS["one_hot"]
cases = st.integers(1, 12).flatmap(
    lambda classes: st.tuples(
        st.lists(st.integers(0, classes - 1), min_size=1, max_size=12), st.just(classes)
    )
)


@given(cases)
def test_every_row_has_its_single_one_at_its_label(case: tuple[list[int], int]) -> None:
    labels, classes = case
    rows = results_of("one_hot", labels=labels, classes=classes)["matrix"]
    assert [row.index(1) for row in rows] == labels
    assert all(len(row) == classes and sorted(row) == [0] * (classes - 1) + [1] for row in rows)


def test_the_printed_four_classes_are_the_identity() -> None:
    rows = results_of("one_hot", labels=[0, 1, 2, 3], classes=4)["matrix"]
    assert rows == [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    named = mistakes_of("one_hot", labels=[0, 1, 2, 3], classes=4)
    assert set(named) == {
        "complemented", "counted_from_one", "cumulative", "classes_reversed", "column_too_far", "binary_code",
        "label_for_one",
    }  # fmt: skip
    assert named["complemented"]["matrix"][0] == [0, 1, 1, 1]


def test_mistakes_shift_transpose_and_swap() -> None:
    named = mistakes_of("one_hot", labels=[2, 1], classes=3)
    assert named["counted_from_one"]["matrix"] == [[0, 1, 0], [1, 0, 0]]
    assert named["transposed"]["matrix"] == [[0, 0], [0, 1], [1, 0]]
    assert named["complemented"]["matrix"] == [[1, 1, 0], [1, 0, 1]]
    assert named["cumulative"]["matrix"] == [[1, 1, 1], [1, 1, 0]]
    assert named["rows_sorted"]["matrix"] == [[0, 1, 0], [0, 0, 1]]
    assert named["row_per_class"]["matrix"] == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert named["classes_reversed"]["matrix"] == [[1, 0, 0], [0, 1, 0]]
    assert named["column_too_far"]["matrix"] == [[0, 0, 0], [0, 0, 1]]
    assert named["binary_code"]["matrix"] == [[0, 1, 0], [0, 0, 1]]
    assert named["label_for_one"]["matrix"] == [[0, 0, 2], [0, 1, 0]]


def test_binary_codes_read_as_numbers() -> None:
    labels = [5, 0, 3, 6]
    rows = mistakes_of("one_hot", labels=labels, classes=7)["binary_code"]["matrix"]
    assert [int("".join(map(str, row)), 2) for row in rows] == labels


@given(cases)
def test_a_mistake_in_one_row_moves_the_one_of_that_row(case: tuple[list[int], int]) -> None:
    labels, classes = case
    inputs = ONE_HOT.Inputs(labels=labels, classes=classes)
    truth = ONE_HOT.compute(inputs)["matrix"]
    for mistake in ONE_HOT.local_mistakes(inputs):
        assert mistake.place is not None
        i = int(mistake.place.en.split()[1].strip(":")) - 1
        rows = ONE_HOT.compute(inputs, Way(mistake.otherwise))["matrix"]
        place = labels[i] + {"counted_from_one": -1, "column_too_far": 1}[mistake.name]
        assert rows[i] == [int(j == place) for j in range(classes)]
        assert rows[:i] + rows[i + 1 :] == truth[:i] + truth[i + 1 :]


@given(cases)
def test_every_cell_says_what_the_matrix_says(case: tuple[list[int], int]) -> None:
    inputs = ONE_HOT.Inputs(labels=case[0], classes=case[1])
    for r, row in enumerate(ONE_HOT.compute(inputs)["matrix"]):
        for c, value in enumerate(row):
            step = ONE_HOT.cell(inputs, "matrix", (r, c))
            assert step is not None
            assert step.formula.endswith(f" {value}")
            assert step.text.en.endswith(
                f"its label is {case[0][r]}, and column {c + 1} belongs to label {c}."
            )


def test_siblings_of_the_identity_vary_in_order_and_in_classes() -> None:
    like = ONE_HOT.Inputs(labels=[0, 1, 2, 3], classes=4)
    drawn = [sibling(ONE_HOT, like, np.random.default_rng(seed)) for seed in range(40)]
    assert {given.classes for given in drawn} == {4, 5, 6}
    assert all(len(given.labels) == len(set(given.labels)) == 4 for given in drawn)
    assert like not in drawn


def test_a_label_outside_the_classes_is_refused_in_both_languages() -> None:
    zh, en = refusal("one_hot", labels=[0, 4], classes=4)
    assert "标签 4 超出范围" in zh
    assert "Label 4 is out of range" in en
