"""Matching left to right."""

from itertools import product

import pytest

from app.grading import match
from app.questions.part import MatchPart

TRUTH = {"a": "x", "b": "y", "c": "x"}
PART = MatchPart.model_validate(
    {
        "id": "p",
        "response": "match",
        "left": [{"id": i, "text": {"zh": i, "en": i}, "match": j} for i, j in TRUTH.items()],
        "right": [{"id": j, "text": {"zh": j, "en": j}} for j in "xyz"],
    }
)


def test_every_right_pair_earns_its_share() -> None:
    for chosen in product(["x", "y", "z", "", None], repeat=3):
        if any(chosen):
            verdict = match.grade(PART, dict(zip("abc", chosen, strict=True)))
            marks = [
                None if not c else "correct" if c == t else "incorrect"
                for c, t in zip(chosen, "xyx", strict=True)
            ]
            right = marks.count("correct")
            assert (verdict.score, verdict.cells) == (right / 3, marks)
            assert verdict.verdict == ("correct" if right == 3 else "partly" if right else "incorrect")
            if right in (1, 2):
                assert verdict.feedback.en == f"{right} of 3 are right."


def test_a_pair_may_be_left_out() -> None:
    assert match.grade(PART, {"b": "y"}).cells == [None, "correct", None]


@pytest.mark.parametrize(
    ("response", "named"),
    [({"a": "w"}, "“w”"), ({"k": "x"}, "“k”"), ({"a": 1}, "“1”"), ({"a": ["x"]}, "“['x']”"), ({1: "x"}, "“1”"), ({"a": "b"}, "“b”")],
)  # fmt: skip
def test_an_unknown_item_is_unreadable_and_named(response: object, named: str) -> None:
    verdict = match.grade(PART, response)
    assert (verdict.verdict, verdict.feedback.en) == ("unreadable", f"There is no item {named}.")


@pytest.mark.parametrize("response", ["a", ["a", "x"], 5, True])
def test_a_wrong_type_is_unreadable(response: object) -> None:
    assert "Wrong type" in match.grade(PART, response).feedback.en


@pytest.mark.parametrize("response", [None, "", [], {}, {"a": ""}, {"a": None, "b": "", "c": ""}])
def test_nothing_matched_is_said_to_be_nothing(response: object) -> None:
    verdict = match.grade(PART, response)
    assert (verdict.verdict, verdict.feedback.en) == ("unreadable", "Nothing is filled in yet.")
