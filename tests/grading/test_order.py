"""Putting items in order, against every subsequence."""

from itertools import combinations, permutations

import pytest

from app.grading import order
from app.grading.verdict import INCORRECT
from app.questions.part import OrderPart


def part(ids: str, *accept: str) -> OrderPart:
    items = [{"id": i, "text": {"zh": f"步骤 {i}", "en": f"Step {i}"}} for i in ids]
    return OrderPart.model_validate(
        {"id": "p", "response": "order", "items": items, "accept": [list(other) for other in accept]}
    )


def longest(given: tuple[str, ...], right: str) -> int:
    """By trying every subsequence, longest first."""
    runs = (run for n in range(len(given), 0, -1) for run in combinations(given, n))
    return next(len(run) for run in runs if list(run) == [i for i in right if i in run])


@pytest.mark.parametrize("accept", [(), ("acbde",), ("edcba", "bacde")])
def test_every_order_earns_the_longest_run_that_is_in_order(accept: tuple[str, ...]) -> None:
    for given in permutations("abcde"):
        verdict = order.grade(part("abcde", *accept), list(given))
        best = max(longest(given, right) for right in ("abcde", *accept))
        assert verdict.score == (best - 1) / 4
        assert (verdict.verdict == "correct") == ("".join(given) in ("abcde", *accept))
        kept = [i for i, cell in zip(given, verdict.cells or [], strict=True) if cell == "correct"]
        assert len(kept) == best
        assert any(kept == [i for i in right if i in kept] for right in ("abcde", *accept))


def test_feedback_says_how_many_are_in_order() -> None:
    assert order.grade(part("abc"), ["a", "c", "b"]).feedback.en == "2 of 3 are in the right order."
    assert order.grade(part("abc"), ["c", "b", "a"]).feedback == INCORRECT
    assert order.grade(part("ab"), ["b", "a"]).score == 0


@pytest.mark.parametrize(
    ("response", "zh", "en"),
    [
        (["a", "b"], "还没有排：“步骤 c”。", "Not yet placed: “Step c”."),
        (["b"], "还没有排：“步骤 a”“步骤 c”。", "Not yet placed: “Step a”, “Step c”."),
        (["a", "b", "b"], "“步骤 b”出现了两次。", "“Step b” stands there twice."),
        (["a", "b", "z"], "没有“z”这一项。", "There is no item “z”."),
        (["a", 1, "c"], "没有“1”这一项。", "There is no item “1”."),
        (["a", ["b"], "c"], "没有“['b']”这一项。", "There is no item “['b']”."),
        ("abc", "格式不对：这里要一个列表。", "Wrong type: a list is wanted here."),
        ({"a": 1}, "格式不对：这里要一个列表。", "Wrong type: a list is wanted here."),
        (None, "还没有填写。", "Nothing is filled in yet."),
        ([], "还没有填写。", "Nothing is filled in yet."),
        ("", "还没有填写。", "Nothing is filled in yet."),
        ({}, "还没有填写。", "Nothing is filled in yet."),
    ],
)
def test_what_is_no_order_of_all_items_is_unreadable_and_names_the_item(
    response: object, zh: str, en: str
) -> None:
    verdict = order.grade(part("abc"), response)
    assert (verdict.verdict, verdict.feedback.zh, verdict.feedback.en) == ("unreadable", zh, en)
