"""Choosing one option, or several."""

from itertools import chain, combinations

import pytest

from app.grading import choice
from app.grading.verdict import INCORRECT
from app.questions.part import ChoicePart

WHY = {"c": "Because of c.", "d": "Because of d."}
IDS = "abcde"


def part(right: str, several: bool = True) -> ChoicePart:
    options = [
        {"id": i, "text": {"zh": i, "en": i}, "right": i in right}
        | ({"why": {"zh": f"{i} 的原因。", "en": WHY[i]}} if i in WHY else {})
        for i in IDS
    ]
    return ChoicePart.model_validate(
        {"id": "p", "response": "choice", "several": several, "options": options}
    )


def test_one_right_option_is_right_alone_or_in_a_list() -> None:
    for response in ("a", ["a"], ["a", "a"]):
        verdict = choice.grade(part("a", several=False), response)
        assert (verdict.verdict, verdict.score) == ("correct", 1)
        assert verdict.cells == ["correct", None, None, None, None]


def test_a_wrong_option_is_told_why_where_the_file_says_so() -> None:
    verdict = choice.grade(part("a", several=False), "c")
    assert (verdict.verdict, verdict.score, verdict.feedback.en) == ("incorrect", 0, "Because of c.")
    assert verdict.feedback.zh == "c 的原因。"
    assert choice.grade(part("a", several=False), "b").feedback == INCORRECT


@pytest.mark.parametrize("right", ["a", "ab", "ace", "abcde"])
def test_wrong_ticks_take_back_what_right_ones_earn(right: str) -> None:
    for ticked in chain.from_iterable(combinations(IDS, n) for n in range(1, 6)):
        verdict = choice.grade(part(right), list(ticked))
        gained = sum(i in right for i in ticked)
        lost = len(ticked) - gained
        assert verdict.score == max(0, gained - lost) / len(right)
        assert (verdict.verdict == "correct") == (set(ticked) == set(right))
        assert verdict.cells == [
            None if i not in ticked else "correct" if i in right else "incorrect" for i in IDS
        ]
        for i, why in WHY.items():
            assert (why in verdict.feedback.en) == (i in ticked and i not in right)
        missing = len(right) - gained
        assert (f"Still missing: {missing}." in verdict.feedback.en) == (missing > 0)


@pytest.mark.parametrize(
    "response", ["z", ["a", "z"], ["A"], [1], {"a": True}, 5, True, [["a"]], [None], [""]]
)
def test_an_unknown_option_is_unreadable_and_named(response: object) -> None:
    verdict = choice.grade(part("ab"), response)
    assert (verdict.verdict, verdict.score) == ("unreadable", None)
    assert "There is no option" in verdict.feedback.en


def test_two_options_where_one_is_wanted_are_unreadable() -> None:
    assert choice.grade(part("a", several=False), ["a", "b"]).feedback.en == "Choose only one here."


@pytest.mark.parametrize("response", [None, "", [], {}])
def test_nothing_chosen_is_said_to_be_nothing(response: object) -> None:
    verdict = choice.grade(part("a"), response)
    assert (verdict.verdict, verdict.feedback.en) == ("unreadable", "Nothing is filled in yet.")
