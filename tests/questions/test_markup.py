"""Markdown and formulas to safe HTML."""

import pytest

from app.questions.markup import block, formula, inline, spoken


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "[x](javascript:alert(1))",
        "![x](http://a/b.png)",
    ],
)
def test_nothing_runs(hostile: str) -> None:
    html = block(hostile)
    assert "<script" not in html and "<img" not in html and 'href="javascript' not in html


def test_formulas_become_mathml() -> None:
    assert "<mfrac>" in inline(r"$\frac{a}{b}$") and 'display="block"' in block("$$x^2$$")


def test_a_formula_that_cannot_be_rendered_is_shown_as_it_is() -> None:
    assert "<code>" in formula(r"\begin{") or "<math" in formula(r"\begin{")


def test_a_line_broken_between_chinese_characters_leaves_no_space() -> None:
    assert inline("输入层，\n隐藏层") == "输入层，隐藏层"
    assert inline("two\nwords") == "two\nwords"


def test_labels_have_no_markup() -> None:
    assert spoken(r"求 $\sigma(x)$ 的**值**") == "求 sigma(x) 的值"


def test_a_named_function_stands_apart_from_its_neighbours() -> None:
    assert formula(r"0.5 \ln 0.2").count("<mspace") == 2
    assert formula(r"\ln(2)").count("<mspace") == 0
