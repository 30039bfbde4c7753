"""Variants: the same for everyone, solvable, and with mistakes that can be told apart."""

import numpy as np
import pytest

from app.errors import NotFound
from app.questions.bank import Bank, load
from app.questions.shown import shuffled
from app.questions.template import TemplateError, calculate, fill
from app.questions.variant import distinct_as_asked, variant
from tests.conftest import ROOT

VARYING = [question.slug for question in load(ROOT / "questions") if question.varies]


@pytest.mark.parametrize("slug", VARYING)
def test_variants_differ_and_keep_their_mistakes_apart(bank: Bank, slug: str) -> None:
    question = bank.questions[slug]
    seen = set()
    for number in range(1, 41):
        shown = variant(question, number)
        assert all(
            distinct_as_asked(part, shown.answers[part.id])
            for part in question.parts
            if part.id in shown.answers
        )
        seen.add(str(shown.given))
    assert len(seen) > 20


def test_a_variant_is_the_same_for_everyone(bank: Bank) -> None:
    first = variant(bank.questions["convolve-and-pool"], 7).given
    again = variant(load(ROOT / "questions").questions["convolve-and-pool"], 7).given
    assert first == again


def test_variant_0_has_the_printed_numbers(bank: Bank) -> None:
    assert variant(bank.questions["fcn-parameter-count"]).given["widths"] == [2, 4, 4, 4, 3]


@pytest.mark.parametrize("number", [-1, 1_000_001])
def test_there_is_no_such_variant(bank: Bank, number: int) -> None:
    with pytest.raises(NotFound):
        variant(bank.questions["fcn-parameter-count"], number)


def test_a_question_without_numbers_has_one_variant(bank: Bank) -> None:
    with pytest.raises(NotFound):
        variant(bank.questions["why-gradient-descent"], 1)


def test_an_earlier_value_is_followed(bank: Bank) -> None:
    shown = variant(bank.questions["convolve-and-pool"])
    pooling = shown.question.part("pooling")
    assert pooling
    ones = np.ones((4, 4), dtype=int).tolist()
    followed = shown.follow(pooling, {"convolution": ones})
    assert followed and followed.value == [[1, 1], [1, 1]]
    assert shown.follow(pooling, {"convolution": [[1]]}) is None
    assert shown.follow(pooling, {}) is None


@pytest.mark.parametrize(
    "hostile",
    [
        "{{ ''.__class__ }}",
        "{{ x.append(1) }}",
        "{{ cycler }}",
        "{{ range(10) }}",
        "{{ x | attr('y') }}",
        "{{ lipsum }}",
    ],
)
def test_templates_see_numbers_and_nothing_else(hostile: str) -> None:
    with pytest.raises(TemplateError):
        fill(hostile, {"x": [1]})


def test_inputs_are_calculated_from_given_numbers() -> None:
    assert calculate("{{ layers[1:] }}", {"layers": [1, 2, 3]}) == [2, 3]
    assert calculate("{{ a * b }}", {"a": 6, "b": 7}) == 42


def test_what_is_shuffled_is_never_shown_in_the_files_order(bank: Bank) -> None:
    for question in bank:
        for part in question.parts:
            if part.response == "order":
                shown = shuffled(part.items, variant(question), part)
                assert shown != part.items and sorted(i.id for i in shown) == sorted(i.id for i in part.items)
