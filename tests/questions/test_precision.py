"""Decimals and significant figures, from the question file to what is shown."""

from decimal import Context, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.grading.check import check
from app.grading.grade import grade
from app.questions.bank import parse
from app.questions.precision import EXACT, Precision
from app.questions.question import Question
from app.questions.shown import part_shown
from app.questions.variant import variant
from app.web.formulas import answer_formula

QUESTION = """
title: {zh: 概率与乘加次数, en: Probabilities and multiply-adds}
topics: [softmax]
marks: 2
minutes: 2
given: {logits: [-3.5, 2, 1.25], in_channels: 3, out_channels: 64, kernel: [5, 5], output: [32, 32]}
prompt: {zh: 算一算。, en: Compute.}
conventions: {zh: 保留 3 位有效数字。, en: Give 3 significant figures.}
parts:
  - id: probabilities
    response: numbers
    figures: 3
    labels: [{zh: 一, en: one}, {zh: 二, en: two}, {zh: 三, en: three}]
    answer: {operation: softmax, result: probabilities}
  - id: total
    response: number
    figures: 3
    answer: {operation: multiply_adds, result: total}
"""


@pytest.fixture(scope="module")
def question() -> Question:
    (parsed,) = parse(QUESTION, "figures", "figures.yaml")
    return parsed


def test_a_question_with_figures_works_in_every_variant(question: Question) -> None:
    assert list(check(question, 30)) == []


def test_figures_are_told_graded_and_shown(question: Question) -> None:
    shown = variant(question)
    probabilities, total = question.parts
    told = part_shown(shown, probabilities)
    assert told["figures"] == 3 and "decimals" not in told
    judged = grade(shown, probabilities, ["2.77e-3", "0.676", "0.319"])
    assert judged.cells == ["correct", "incorrect", "incorrect"]
    assert (
        judged.feedback.en
        == "1 of 3 are right. Some are only rounded wrongly: round to 3 significant figures."
    )
    assert judged.feedback.zh == "对了 1 个，共 3 个。有的数只差在舍入：请保留 3 位有效数字。"
    assert grade(shown, probabilities, ["0.00277", "67.7%", "0.320"]).verdict == "correct"
    assert grade(shown, total, "4.92×10^6").verdict == "correct"
    assert answer_formula(probabilities, shown.answers["probabilities"].value) == (
        r"\begin{bmatrix} 0.00277 & 0.677 & 0.320 \end{bmatrix}"
    )
    assert answer_formula(total, shown.answers["total"].value) == r"4.92 \times 10^{6}"


@pytest.mark.parametrize(
    ("value", "asked", "said"),
    [
        (0.99996, Precision(figures=4), "1.000"),
        (0.5, Precision(figures=3), "0.500"),
        (100.0, Precision(figures=3), "100"),
        (25088, Precision(figures=3), "2.51e+04"),
        (-3.2e-9, Precision(figures=2), "-3.2e-09"),
        (0, Precision(figures=3), "0"),
        (1e-17, Precision(figures=3), "0"),
        (-0.0001, Precision(decimals=3), "0.000"),
        (2.5, Precision(decimals=3), "2.500"),
        (2.5, EXACT, None),
    ],
)
def test_a_value_is_shown_with_just_the_digits_asked_for(
    value: float, asked: Precision, said: str | None
) -> None:
    assert asked.rounded(value) == said


@given(st.floats(-1e12, 1e12).filter(lambda x: abs(x) > 1e-9), st.integers(1, 10))
def test_the_figures_shown_are_those_of_the_decimal_module(value: float, figures: int) -> None:
    assert Decimal(Precision(figures=figures).rounded(value) or "") == Context(figures).plus(Decimal(value))


@pytest.mark.parametrize(
    ("a", "b", "asked", "hidden"),
    [
        (0.0312, 0.0313, Precision(figures=3), True),
        (0.0312, 0.0316, Precision(figures=3), False),
        (31200, 31300, Precision(figures=3), True),
        (31200, 31600, Precision(figures=3), False),
        (0.999, 1.001, Precision(figures=3), True),
        ([[0.5], [0.25]], [[0.5], [0.2501]], Precision(figures=3), True),
        ([[0.5], [0.25]], [[0.5], [0.26]], Precision(figures=3), False),
        ([0.5], [0.5, 0.5], Precision(figures=3), False),
        ([0.5], 0.5, Precision(figures=3), False),
        (0.0312, 0.0316, Precision(decimals=3), True),
        (0, 0.0, Precision(figures=3), True),
        (0, 0.001, Precision(figures=3), False),
        (1.5, float("inf"), Precision(figures=3), False),
        (67, 68, EXACT, False),
    ],
)
def test_values_that_rounding_could_confuse_are_kept_apart(
    a: object, b: object, asked: Precision, hidden: bool
) -> None:
    assert asked.hides(a, b) == asked.hides(b, a) == hidden  # type: ignore[arg-type]
