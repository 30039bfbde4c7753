"""Another variant never repeats until the space is used up."""

import json
from typing import Any

import pytest

from app.questions.bank import Bank
from app.questions.source import parse
from app.questions.space import another, can_be_made
from app.questions.variant import variant

FEW = """\
title: {zh: 题, en: Question}
topics: [parameters]
marks: 1
minutes: 1
given: {widths: [2, 3], bias: false}
prompt: {zh: 题, en: Question}
parts:
  - id: total
    response: number
    answer: {operation: dense_parameters, result: total}
"""


def numbers(given: Any) -> str:
    return json.dumps(given, sort_keys=True)


@pytest.mark.parametrize(
    "slug", ["one-hot", "fcn-parameter-count", "drill-gradient-descent-1", "drill-network-shapes-3"]
)
def test_a_hundred_more_are_all_different(bank: Bank, slug: str) -> None:
    question, at, seen = bank.questions[slug], 0, {numbers(variant(bank.questions[slug]).given)}
    for _ in range(100):
        at = another(question, at, at)
        seen.add(numbers(variant(question, at).given))
    assert len(seen) == 101


def test_a_small_space_is_used_up_before_anything_comes_again() -> None:
    (question,) = parse(FEW, "few", "few.yaml")
    at, shown = 0, [numbers(variant(question).given)]
    most = 0
    while numbers(variant(question, (at := another(question, at, most))).given) not in shown:
        shown.append(numbers(variant(question, at).given))
        most = max(most, at)
    # two widths from 2 to 9; of each pair of factors some cannot be told from a mistake
    assert 40 <= len(shown) <= 64
    again = [
        numbers(variant(question, (at := another(question, at, most))).given) for _ in range(len(shown) - 2)
    ]
    assert len(set(again)) == len(again)


def test_one_who_has_got_further_goes_on_from_there(bank: Bank) -> None:
    assert another(bank.questions["one-hot"], 1, 7) > 7


def test_a_question_without_numbers_has_only_itself(bank: Bank) -> None:
    assert another(bank.questions["essay"], 0, 0) == 0


def test_a_focus_keeps_to_variants_in_which_the_mistake_can_be_made(bank: Bank) -> None:
    question, at = bank.questions["fcn-parameter-count"], 0
    for _ in range(10):
        at = another(question, at, at, "bias_forgotten")
        assert can_be_made(variant(question, at), "bias_forgotten")
    assert can_be_made(variant(question), "layer_left_out")  # in one layer only
    assert not can_be_made(variant(question), "bias_added")
    assert another(question, 0, 0, "bias_added") == 0
