"""Names of things."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.grading import names
from app.grading.names import one_slip
from app.questions.part import NamesPart

GROUPS = {
    "tensorflow": ["TensorFlow", "TF"],
    "pytorch": ["PyTorch", "torch"],
    "paddle": ["PaddlePaddle", "飞桨"],
    "caffe": ["Caffe"],
    "caffe2": ["Caffe2"],
    "mse": ["MSE", "均方误差", "mean squared error"],
    "relu": ["ReLU", "修正线性单元"],
    "fastai": ["fast.ai"],
}
PART = NamesPart.model_validate(
    {
        "id": "p",
        "response": "names",
        "at_least": 3,
        "groups": [{"id": group, "names": called} for group, called in GROUPS.items()],
    }
)
ONE = PART.model_copy(update={"at_least": 1})


def grade(response: object) -> Any:
    return names.grade(PART, response)


@pytest.mark.parametrize(
    "response",
    [
        ["TensorFlow", "PyTorch", "飞桨"], ["tensorflow", "pytorch", "PADDLEPADDLE"], ["ＴＦ", "Torch", "Paddle Paddle"],
        ["tensor-flow", "py_torch", "fast ai"], "TensorFlow, PyTorch, Caffe", "TensorFlow，PyTorch、飞桨", "TF；torch；Caffe2。",
        "TensorFlow\nPyTorch\nCaffe\n", "1. TensorFlow\n2. PyTorch\n3. Caffe", "① TensorFlow\n② PyTorch\n③ Caffe",
        "1）TensorFlow；2）PyTorch；3）Caffe", "- TensorFlow\n- PyTorch\n- Caffe", ["TensorFlow、PyTorch", "Caffe"],
        ["TensorFlow 和 PyTorch", "Caffe"], ["TensorFlow and PyTorch and Caffe"], ["TensorFlow/PyTorch/Caffe"], "TF 与 torch 及飞桨",
        ["飞桨（PaddlePaddle）", "PyTorch (Facebook)", "Caffe"], ["均方误差 MSE", "ReLU 函数", "Caffe"], ["MSE（均方误差）", "ReLU函数", "TF"],
        ["(Google) TensorFlow", "PyTorch 2.1", "Caffe v1.0"], ["修正线性单元(ReLU)", "MSE loss", "TensorFlow framework"],
        ["Tensorfow", "PyTroch", "Cafe"], ["TensorFlow", "PyTorch", "Caffe", "Caffe2", "MSE"],
    ],
)  # fmt: skip
def test_enough_names_are_right_however_they_are_written(response: object) -> None:
    verdict = grade(response)
    assert (verdict.verdict, verdict.score) == ("correct", 1), verdict.feedback.en


def test_two_names_of_one_thing_count_once() -> None:
    verdict = grade(["torch", "PyTorch", "TF"])
    assert verdict.score == pytest.approx(2 / 3)
    assert verdict.cells == ["correct", "partly", "correct"]
    assert verdict.feedback.zh == "对了 2 种，要 3 种。“torch”和“PyTorch”算同一个。"
    assert "“torch” and “PyTorch” count as one." in verdict.feedback.en


def test_an_unknown_name_takes_nothing_away() -> None:
    verdict = grade(["Excel", "TF", "", "torch", "Caffe"])
    assert (verdict.score, verdict.cells) == (1, ["incorrect", "correct", None, "correct", "correct"])
    assert verdict.feedback.en == "Right. “Excel” is not known here."
    assert grade(["Excel", "Word"]).verdict == "incorrect"


def test_a_misspelled_name_counts_and_is_spelled_right() -> None:
    verdict = grade(["Tensorfow", "TF"])
    assert verdict.cells == ["correct", "partly"]
    assert "“Tensorfow” is spelled TensorFlow." in verdict.feedback.en


@pytest.mark.parametrize(
    "wrong", ["TFF", "Rel", "Teensorfoow", "Caffe3", "fati", "飞", "sigmoid", "Cffee3", "---", "激活函数"]
)
def test_what_is_too_far_from_every_name_is_not_found(wrong: str) -> None:
    assert grade([wrong]).cells == ["incorrect"]


def test_a_misspelling_of_two_things_is_neither() -> None:
    groups = [{"id": "a", "names": ["batch"]}, {"id": "b", "names": ["match"]}]
    part = NamesPart.model_validate({"id": "p", "response": "names", "at_least": 1, "groups": groups})
    assert names.grade(part, ["catch"]).cells == ["incorrect"]
    assert names.grade(part, ["batchh"]).cells == ["correct"]


def distance(a: str, b: str) -> int:
    """Edits of one letter and swaps of neighbours, by the textbook table."""
    table = {(i, j): max(i, j) for i in range(len(a) + 1) for j in range(len(b) + 1) if not (i and j)}
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            same = a[i - 1] == b[j - 1]
            table[i, j] = min(table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (not same))
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                table[i, j] = min(table[i, j], table[i - 2, j - 2] + 1)
    return table[len(a), len(b)]


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_one_slip_is_a_distance_of_one(a: str, b: str) -> None:
    assert one_slip(a, b) == (distance(a, b) == 1)


@given(st.lists(st.sampled_from([n for called in GROUPS.values() for n in called]), min_size=1, max_size=12))
def test_the_score_is_the_number_of_different_things(chosen: list[str]) -> None:
    different = {group for group, called in GROUPS.items() if set(called) & set(chosen)}
    verdict = grade(chosen)
    assert verdict.score == min(len(different), 3) / 3
    assert (verdict.cells or []).count("correct") == len(different)
    assert (verdict.cells or []).count("partly") == len(chosen) - len(different)


@pytest.mark.parametrize(
    ("response", "said"),
    [
        (None, "Nothing is filled in"), ("", "Nothing is filled in"), ([], "Nothing is filled in"), ({}, "Nothing is filled in"),
        (["", " ", None], "Nothing is filled in"), ("，，", "Nothing is filled in"), (5, "Wrong type"), ({"a": "b"}, "Wrong type"),
        ([1], "Wrong type"), ([["TF"]], "Wrong type"), (["TF"] * 13, "at most 12"), ("TF," * 13, "at most 12"), (["a" * 61], "too long"),
    ],
)  # fmt: skip
def test_what_is_no_list_of_names_is_unreadable(response: object, said: str) -> None:
    verdict = grade(response)
    assert (verdict.verdict, verdict.score) == ("unreadable", None)
    assert said in verdict.feedback.en


def test_never_more_than_twenty_names_are_read() -> None:
    many = PART.model_copy(update={"at_least": 9})
    assert names.grade(many, ["TF"] * 21).verdict == "unreadable"
    assert names.grade(many, ["TF"] * 20).verdict == "partly"


@given(st.text(max_size=80) | st.lists(st.text(max_size=30) | st.none(), max_size=6))
def test_any_text_is_judged_or_refused(response: Any) -> None:
    assert names.grade(ONE, response).verdict in ("correct", "incorrect", "unreadable")
