"""Texts of drills without what they say of other levels."""

import pytest

from app.operations import OPERATIONS
from app.questions.bank import Bank
from app.questions.template import fill
from app.questions.texts import texts
from app.questions.variant import variant
from app.teaching.blanks import LEVEL
from app.teaching.plain import plain

GIVENS = [{"a": 1, "b": 0}, {"a": 2, "b": 1}]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("x {{ a }}", "x {{ a }}"),
        ("{% if a %}yes {{ a }}{% endif %}.", "yes {{ a }}."),
        ("{% if a == 3 %}no{% endif %}.", "."),
        ("{% if a == 3 %}no{% elif a > 0 %}yes{% else %}no{% endif %}.", "yes."),
        ("{% if a == 3 %}no{% else %}{% if b == 7 %}no{% else %}yes{% endif %}{% endif %}.", "yes."),
        ("{% if b %}one{% else %}none{% endif %}", "{% if b %}one{% else %}none{% endif %}"),
        ("{% if b %}{% if a %}one{% endif %}{% endif %}", "{% if b %}one{% endif %}"),
        ("{% if c %}x{% endif %}", "{% if c %}x{% endif %}"),
        ("{% for i in [1] %}{% if i %}x{% endif %}{% endfor %}", "{% for i in [1] %}{% if i %}x{% endif %}{% endfor %}"),
        ("{% if a %}never closed", "never closed"),
    ],
)  # fmt: skip
def test_a_condition_that_comes_out_alike_is_left_out(source: str, shown: str) -> None:
    assert plain(source, GIVENS) == shown


def test_without_numbers_nothing_is_left_out() -> None:
    assert plain("{% if a %}x{% endif %}", ()) == "{% if a %}x{% endif %}"


@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_is_left_says_the_same_for_every_variant(bank: Bank, operation: str) -> None:
    question = bank.drills[operation][LEVEL - 1]
    givens = [variant(question, n).given for n in range(60)]
    for _, words in texts(question):
        for source in (words.zh, words.en):
            left = plain(source, givens[:40])
            assert [fill(left, given) for given in givens] == [fill(source, given) for given in givens]
