"""Several numbers with labels."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.grading import numbers
from app.grading.reading import BrokenEquation
from app.grading.verdict import Unreadable
from app.questions.part import NumbersPart

LABELS = [
    ("输入 → 隐藏", "Input → hidden"),
    ("隐藏 → 隐藏", "Hidden → hidden"),
    ("$x = {{ x[2] }}$", "$x = {{ x[2] }}$"),
]


def part(count: int = 3, decimals: int | None = None) -> NumbersPart:
    labels = [{"zh": zh, "en": en} for zh, en in (LABELS * count)[:count]]
    answer = {"operation": "dense_parameters", "result": "per_layer"}
    return NumbersPart.model_validate(
        {"id": "n", "response": "numbers", "answer": answer, "labels": labels, "decimals": decimals}
    )


def compared(response: object, expected: list[Any], **declared: Any) -> Any:
    asked = part(len(expected), **declared)
    return numbers.compare(asked, numbers.read(asked, response), expected)


@pytest.mark.parametrize(
    "response",
    [
        ["12", "20", "15"],
        "12, 20, 15",
        "12 20 15",
        "[12，20，15]",
        "12、20、15",
        ["2×4+4=12", "４×４＋４＝２０", "15 个"],
    ],
)
def test_all_right_entries_are_right(response: object) -> None:
    found = compared(response, [12, 20, 15])
    assert (found.score, found.right, found.cells) == (1, True, ["correct"] * 3)


@given(
    st.lists(
        st.tuples(st.integers(-99, 99), st.sampled_from(["right", "wrong", "blank"])), min_size=1, max_size=9
    )
)
def test_every_entry_earns_its_share(entries: list[tuple[int, str]]) -> None:
    typed = [{"right": str(n), "wrong": str(n + 1), "blank": " "}[kind] for n, kind in entries]
    truth = [n for n, _ in entries]
    kinds = [kind for _, kind in entries]
    if set(kinds) == {"blank"}:
        with pytest.raises(Unreadable, match="Nothing is filled in"):
            compared(typed, truth)
        return
    found = compared(typed, truth)
    assert found.score == kinds.count("right") / len(kinds)
    assert found.cells == [{"right": "correct", "wrong": "incorrect", "blank": None}[kind] for kind in kinds]
    assert found.right == (found.score == 1)


def test_reals_are_right_to_the_declared_decimals() -> None:
    assert compared(["0.3333", "0.6667"], [1 / 3, 2 / 3], decimals=4).right
    assert compared(["0.333", "2/3"], [1 / 3, 2 / 3], decimals=4).cells == ["incorrect", "correct"]


@pytest.mark.parametrize("response", [["1", "2"], ["1"] * 4, "1 2", "1,2,3,4", "12/20/15"])
def test_a_wrong_count_is_unreadable_and_says_how_many_are_wanted(response: object) -> None:
    with pytest.raises(Unreadable, match="Numbers wanted here: 3"):
        numbers.read(part(), response)


def test_values_of_another_length_are_wrong_all_over() -> None:
    found = numbers.compare(part(), numbers.read(part(), ["1", "2", "3"]), [1, 2])
    assert (found.score, found.right, found.cells) == (0, False, None)


def test_a_refusal_names_the_label_or_where_it_is_not_filled_in_the_place() -> None:
    with pytest.raises(BrokenEquation) as broken:
        numbers.read(part(), ["12", "4×4+4=21", "15"])
    assert broken.value.message.zh == "隐藏 → 隐藏：4×4+4 等于 20，不等于 21。"
    assert broken.value.message.en == "Hidden → hidden: 4×4+4 is 20, not 21."
    with pytest.raises(Unreadable) as third:
        numbers.read(part(), ["12", "20", "1.2.3"])
    assert third.value.message.en == "Number 3: “1.2.3” has two decimal points."
    assert third.value.position == 3


@pytest.mark.parametrize("response", [None, "", [], {}, ["", ""], ["", None, " "]])
def test_nothing_filled_in_is_said_to_be_nothing(response: object) -> None:
    with pytest.raises(Unreadable, match="Nothing is filled in"):
        numbers.read(part(), response)


@pytest.mark.parametrize("response", [5, {"a": 1}, [1, 2, 3], [["1"], "2", "3"]])
def test_a_wrong_type_is_unreadable(response: object) -> None:
    with pytest.raises(Unreadable, match="Wrong type"):
        numbers.read(part(), response)
