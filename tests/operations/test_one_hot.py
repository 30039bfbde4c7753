"""One-hot codes, against their definition entry by entry."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.operations import OPERATIONS
from app.operations.operation import sibling
from tests.operations.asking import mistakes_of, refusal, results_of

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
    assert set(named) == {"complemented"}
    assert named["complemented"]["matrix"][0] == [0, 1, 1, 1]


def test_mistakes_shift_transpose_and_swap() -> None:
    named = mistakes_of("one_hot", labels=[2, 1], classes=3)
    assert named["counted_from_one"]["matrix"] == [[0, 1, 0], [1, 0, 0]]
    assert named["transposed"]["matrix"] == [[0, 0], [0, 1], [1, 0]]
    assert named["complemented"]["matrix"] == [[1, 1, 0], [1, 0, 1]]


def test_siblings_of_the_identity_vary_in_order_and_in_classes() -> None:
    one_hot = OPERATIONS["one_hot"]
    like = one_hot.Inputs(labels=[0, 1, 2, 3], classes=4)
    drawn = [sibling(one_hot, like, np.random.default_rng(seed)) for seed in range(40)]
    assert {given.classes for given in drawn} == {4, 5, 6}
    assert all(len(given.labels) == len(set(given.labels)) == 4 for given in drawn)
    assert like not in drawn


def test_a_label_outside_the_classes_is_refused_in_both_languages() -> None:
    zh, en = refusal("one_hot", labels=[0, 4], classes=4)
    assert "标签 4 超出范围" in zh
    assert "Label 4 is out of range" in en
