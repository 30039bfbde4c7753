"""What is said back while one types: the value as it was read, or the trouble and its place; never a verdict."""

import re
from fractions import Fraction
from time import process_time
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.grading.reading import read_number
from app.grading.understood import Echo, echo
from app.grading.verdict import Unreadable
from app.questions.bank import load
from app.questions.part import Part
from tests.conftest import ROOT

BANK = load(ROOT / "questions")


def part(slug: str, name: str) -> Part:
    found = BANK.questions[slug].part(name)
    assert found
    return found


NUMBER = part("fcn-parameter-count", "total")
SHAPE = part("feature-map-sizes", "conv1")
FORMULA = part("activation-formulas", "sigmoid")


def linear(math: str) -> str:
    """MathML on one line: a/b for a fraction, a^b for a power."""

    def write(node: ElementTree.Element) -> str:
        inner = [write(child) for child in node]
        between = {"mfrac": "/", "msup": "^"}.get(node.tag, "")
        return (node.text or "") + between.join(inner)

    return write(ElementTree.fromstring(math)) if math else ""  # noqa: S314 - our own markup


@pytest.mark.parametrize(
    "typed", ["67", " 67 ", "-12", "−12", "+12", "0.50", ".5", "67.", "", "  ", "\u3000"]
)
def test_nothing_is_said_of_a_plain_number(typed: str) -> None:
    assert echo(NUMBER, typed) == Echo()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("=67", "67"), ("６７", "67"), ("６．７×１０^１", "67"), ("2×4+4=12", "12"), ("12+20+20+15=67", "67"), ("1,234", "1234"),
        ("67 个参数", "67"), ("30%", "0.3"), ("1/8", "0.125"), ("-3/2", "−1.5"), ("1/3", "1/3≈0.3333"), ("-2/6", "−1/3≈−0.3333"),
        ("100/3", "100/3≈33.3333"), ("1/300", "1/300≈0.003333"), ("1/70000", "1/70000≈1.429×10^−5"),
        ("1234567/7654321", "≈0.1613"), ("10^20/3", "≈3.333×10^19"), ("1e-12", "1×10^−12"), ("10^20", "1" + "0" * 20),
        ("0×5", "0"), ("½", "0.5"), ("29999/30000", "29999/30000≈1.0000"),
    ],
)  # fmt: skip
def test_a_number_is_said_back_as_it_was_read(typed: str, said: str) -> None:
    for response in (NUMBER, part("fcn-parameter-count", "layers"), part("convolve-and-pool", "pooling")):
        found = echo(response, typed)
        assert (linear(found.math), found.problem) == (said, None)


@given(
    st.fractions(max_denominator=10**5)
    | st.decimals(allow_nan=False, allow_infinity=False, places=8).map(Fraction)
)
def test_what_is_said_is_the_value_and_its_rounding_is_close(value: Fraction) -> None:
    if abs(value) >= 10**30:
        value = Fraction(1, 7)
    said = linear(echo(NUMBER, f"={value}").math).replace("−", "-")
    exact, _, rounded = said.partition("≈")
    if exact:
        assert read_number(exact) == value
    if rounded:
        off = abs(read_number(rounded) - value)
        assert off <= max(Fraction(1, 20000), abs(value) / 2000) and (exact or abs(value.numerator) >= 10**6)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("32*26*26", "32×26×26"), ("(32, 26, 26)", "32×26×26"), ("C=32,H=26,W=26", "32×26×26"), ("３２×26×26", "32×26×26"),
        ("32×26×26", ""), ("32 × 26 × 26", ""), ("800", ""), ("800 个", "800"),
    ],
)  # fmt: skip
def test_a_shape_is_said_back_as_a_product(typed: str, said: str) -> None:
    assert linear(echo(SHAPE, typed).math) == said


@pytest.mark.parametrize(
    ("response", "typed", "before", "piece", "after", "said"),
    [
        (NUMBER, "1 1/2", "1 ", "1", "/2", "“1 1/2” is ambiguous"),
        (NUMBER, "1 2 3", "1 ", "2", " 3", "there are several"),
        (NUMBER, "16,5", "16", ",", "5", "“,” is ambiguous"),
        (NUMBER, "１６，５", "１６", "，", "５", "“,” is ambiguous"),
        (NUMBER, "67万", "67", "万", "", "write the number in full"),
        (NUMBER, "2×4+", "2×4+", "", "", "not finished"),
        (NUMBER, "2×4+4=13", "", "2×4+4", "=13", "2×4+4 is 12, not 13"),
        (NUMBER, "1+2 = 3 = 5", "", "1+2", " = 3 = 5", "1+2 is 3, not 5"),
        (NUMBER, "0+" * 20 + "a" * 30 + "+0" * 20, "…" + "0+" * 8, "a" * 16 + "…", "+0" * 8 + "…", "cannot be read"),
        (NUMBER, "1+" * 120, "…" + "1+" * 8, "1", "+1" * 8 + "…", "at most 200"),
        (SHAPE, "32×26.5×26", "32×", "26.5", "×26", "whole number"),
        (FORMULA, "1/(1+e^-y)", "1/(1+e^-", "y", ")", "“y” is not known"),
        (FORMULA, "sigmoid(x)", "", "", "", "Write the formula out"),
    ],
)  # fmt: skip
def test_a_trouble_is_shown_where_it_is(
    response: Part, typed: str, before: str, piece: str, after: str, said: str
) -> None:
    found = echo(response, typed)
    assert (found.before, found.piece, found.after, found.math) == (before, piece, after, "")
    assert found.problem and said in found.problem.en


@given(st.text(max_size=40))
def test_anything_is_said_back_or_refused_and_never_as_markup_of_its_own(typed: str) -> None:
    for response in (NUMBER, SHAPE, FORMULA):
        found = echo(response, typed)
        tags = set(re.findall(r"<(\w+)", found.math))
        assert tags <= {"math", "mrow", "mn", "mo", "mi", "mfrac", "msup", "msub", "msqrt", "mtext", "munder",
                        "munderover", "mover", "mtable", "mtr", "mtd"}  # fmt: skip
        assert not (found.math and found.problem)


PIECES = [
    "9^",
    "((",
    "1/",
    "1.",
    "[",
    "x+",
    "e^",
    r"\frac{",
    "max(",
    "1e9*",
    "=1",
    "≈",
    "1/3=",
    "²",
    "(1)/",
    "-1+",
]


def test_the_worst_texts_are_echoed_in_words_and_in_bounded_work() -> None:
    for response, most in ((NUMBER, 300), (SHAPE, 300), (FORMULA, 700)):
        for one in PIECES:
            for other in PIECES:
                typed = (one + other) * 350
                for length in (199, most):
                    assert seconds(response, typed[:length]) < 1, typed[:20]  # `make bench` says how long


def seconds(response: Part, typed: str) -> float:
    begun = process_time()
    try:
        echo(response, typed)
    except Unreadable:
        pytest.fail("an echo refuses in words")
    return process_time() - begun
