"""Which answers are the same: exact, explainable, and blind to who wrote them."""

from collections.abc import Callable
from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.quizzes.grouping import Given, grouped, plain
from app.quizzes.quiz import Item

ITEM = Item("why", 7, 0, 3, 4)
LETTERS = "abcxyz 019 深度学习，。.;?!²½①ＡｂΩß\n\t（）-+"
ANSWERS = st.text(alphabet=LETTERS, max_size=12)


def answers(texts: list[str], item: Item = ITEM) -> list[Given]:
    return [Given(i, 1, item, text, {}, None) for i, text in enumerate(texts, start=1)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("引入非线性。", "引入非线性"),
        ("引入非线性", " 引入 非线性\n"),
        ("使用 ReLU 函数", "使用ｒｅｌｕ函数．"),
        ("Measures the gap.", "measures  the\ngap"),
        ("1. 小批量", "1.小批量"),
        ("x² 的导数", "x^2的导数"),
    ],
)
def test_the_same_words_are_one_answer(one: str, other: str) -> None:
    assert plain(one) == plain(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("引入非线性", "引入线性"),
        ("引入非线性", "引入非线性？"),
        ("2⁵", "25"),
        ("x₁", "x1"),
        ("1. 5", "1.5"),
        ("n!", "n"),
        ("now here", "nowhere"),
        ("（一）", "一"),
        ("不，是线性", "不是线性"),
    ],
)
def test_what_may_mean_something_else_is_another_answer(one: str, other: str) -> None:
    assert plain(one) != plain(other)


ALIKE: list[Callable[[str], str]] = [
    lambda text: f"  {text}\n",
    lambda text: f"{text}。",
    lambda text: f"{text} . ",
    lambda text: text.replace(" ", " \t "),
    lambda text: text.translate({code: code + 0xFEE0 for code in range(ord("a"), ord("z") + 1)}),
    lambda text: "".join(c.upper() if c.isascii() else c for c in text),
]


@given(ANSWERS, st.sampled_from(ALIKE))
def test_space_width_case_and_a_stop_at_the_end_do_not_count(text: str, change: Callable[[str], str]) -> None:
    assert plain(change(text)) == plain(text)


@given(st.lists(ANSWERS, max_size=12), st.integers())
def test_every_answer_is_in_one_group_whatever_the_order(texts: list[str], seed: int) -> None:
    given = answers(texts)
    groups = grouped(given)
    assert sorted(each.sitting_id for group in groups for each in group.answers) == [
        each.sitting_id for each in given
    ]
    assert all(len({plain(each.text) for each in group.answers}) == 1 for group in groups)
    assert len({plain(text) for text in texts}) == len({group.name for group in groups}) == len(groups)
    mixed = grouped(Random(seed).sample(given, len(given)))
    assert [group.name for group in mixed] == [group.name for group in groups]
    assert [group.shown.text for group in mixed] == [group.shown.text for group in groups]
    sizes = [len(group.answers) for group in groups]
    assert sizes == sorted(sizes, reverse=True)


def test_the_same_words_under_other_numbers_or_another_text_of_the_question_are_apart() -> None:
    items = [ITEM, Item("why", 8, 0, 3, 4), Item("why", 7, 5, 3, 4), Item("what", 7, 0, 3, 4)]
    names = {grouped(answers(["67 个"], item))[0].name for item in items}
    assert len(names) == 4
    assert all(a != b for a, b in combinations(names, 2))


def test_a_group_shows_the_form_that_most_of_them_have() -> None:
    group = grouped(answers(["ReLU", "relu。", "relu。", "RELU"]))[0]
    assert group.shown.text == "relu。" and len(group.answers) == 4
