"""Arithmetic, against Python's own exact fractions."""

from fractions import Fraction
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.grading.arithmetic import SIGNS, evaluate, normalise
from app.grading.verdict import Unreadable

# An expression as (how it is typed, its value); every operand is in brackets, so no precedence is assumed.
Typed = tuple[str, Fraction]
LEAVES = st.integers(0, 99).map(lambda n: (str(n), Fraction(n)))


def joined(pair: tuple[Typed, Typed, str]) -> Typed:
    (a, x), (b, y), sign = pair
    if sign in "/÷" and y == 0:
        sign = "+"
    value = {"+": x + y, "-": x - y, "−": x - y, "×": x * y, "*": x * y}.get(sign)
    return f"({a}) {sign} ({b})", x / y if value is None else value


EXPRESSIONS = st.recursive(
    LEAVES, lambda inner: st.tuples(inner, inner, st.sampled_from("+-−×*/÷")).map(joined), max_leaves=6
)


@given(EXPRESSIONS)
def test_any_bracketed_expression_has_its_exact_value(expression: Typed) -> None:
    typed, value = expression
    assert evaluate(normalise(typed)) == value


@given(st.lists(st.tuples(st.sampled_from("+-*/"), st.integers(1, 30)), min_size=1, max_size=8))
def test_precedence_without_brackets_is_that_of_python(terms: list[tuple[str, int]]) -> None:
    typed = "7" + "".join(f"{sign}{n}" for sign, n in terms)
    exact = "F(7)" + "".join(f"{sign}F({n})" for sign, n in terms)
    assert evaluate(typed) == eval(exact, {"F": Fraction})  # noqa: S307 - our own digits and signs


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("2^10", 1024),
        ("2**10", 1024),
        ("-2^2", -4),
        ("(-2)^2", 4),
        ("2^3^2", 512),
        ("2^-2", Fraction(1, 4)),
        ("10⁻³", Fraction(1, 1000)),
        ("3²+4²", 25),
        ("2×-4", -8),
        ("½+¼", Fraction(3, 4)),
        ("⅓", Fraction(1, 3)),
        (r"\frac{2}{3}", Fraction(2, 3)),
        (r"3.67\times 10^{2}", 367),
        (r"\left(1+2\right)\cdot 4", 12),
        ("50%×8", 4),
        ("[2+{3-1}]*2", 8),
        ("1^400", 1),
    ],
)
def test_powers_percents_and_latex_are_read(typed: str, value: Fraction) -> None:
    assert evaluate(normalise(typed)) == value


@pytest.mark.parametrize(
    ("typed", "position", "said"),
    [
        ("9^9^9^9", 6, "too large"),
        ("10^400", 3, "too large"),
        ("2^401", 2, "too large"),
        ("1e41", 0, "too large"),
        ("1e99999999999", 0, "too large"),
        ("9" * 41, 0, "40 digits"),
        ("1/0", 2, "Division by 0"),
        ("0^-1", 3, "Division by 0"),
        ("2^0.5", 2, "whole powers"),
        ("(2+3", 4, "not closed"),
        ("2+3)", 3, "too many"),
        ("2(3)", 1, "missing before"),
        ("(2)3", 3, "several"),
        ("2+", 2, "not finished"),
        ("*2", 0, "A number is missing"),
        (r"2+\frac12", 2, "A number is missing"),
        ("(" * 21 + "1" + ")" * 21, 20, "nested"),
        ("2^" * 30 + "1", 41, "nested"),
    ],
)
def test_what_cannot_be_computed_is_refused_by_name_and_place(typed: str, position: int, said: str) -> None:
    with pytest.raises(Unreadable) as refused:
        evaluate(typed)
    assert refused.value.position == position
    assert said in refused.value.message.en


@given(st.text(alphabet="0123456789.,+-*/^%()[]{}eExX ²⁻½个a\\", max_size=200))
def test_any_text_is_read_or_refused_in_bounded_work(typed: str) -> None:
    begun = process_time()
    try:
        value = evaluate(normalise(typed))
    except Unreadable as refused:
        assert 0 <= (refused.position or 0) <= len(typed)
    else:
        assert abs(value) < 10**40
    assert process_time() - begun < 1


def test_normalising_keeps_every_position() -> None:
    assert all(isinstance(to, str) and len(to) == 1 for to in SIGNS.values())
    assert normalise("－１２．５×３％＝（４；５）") == "-12.5*3%=(4;5)"
