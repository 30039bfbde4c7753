"""What was understood, shown as MathML."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.questions.formula import FormulaError, Symbols, parse
from app.questions.mathml import mathml
from app.questions.part import FormulaAnswer

ANSWER = FormulaAnswer(
    formula="x",
    variables={"x": (-1, 1), "eta": (0, 1), "z1": (0, 1)},
    vectors={"y": (0, 1), "yhat": (0, 1)},
    length="N",
)


def drawn(source: str) -> ElementTree.Element:
    return ElementTree.fromstring(mathml(parse(source, Symbols.of(ANSWER))))  # noqa: S314 (our own)


def words(source: str) -> str:
    """The characters that are seen, in order, without the invisible signs."""
    return "".join(drawn(source).itertext()).replace("\u2062", "").replace("\u2061", "")


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("2*3x", "2·3x"),
        ("x*2^x", "x·2x"),
        ("x(1-x)", "x(1−x)"),
        ("x-(1-x)", "x−(1−x)"),
        ("x-1+x", "x−1+x"),
        ("(x+1)^2", "(x+1)2"),
        ("-(x+1)", "−(x+1)"),
        ("x*(-x)", "x(−x)"),
        ("(e^x)^2", "(ex)2"),
        ("ηx", "ηx"),
        ("log(x)", "ln(x)"),
        ("max(0,x)", "max(0,x)"),
        ("|x|", "|x|"),
        ("x(x<1)", "x(x<1)"),
        ("(sum_j y_j)x", "(∑jyj)x"),
        ("sum_{j=1}^N (y_j-yhat_j)", "∑j=1N(yj−y^j)"),
    ],
)
def test_brackets_stand_where_the_reading_needs_them(source: str, seen: str) -> None:
    assert words(source) == seen


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("1/(1+x)", "mfrac/mrow"),
        ("sqrt(x)", "msqrt"),
        ("e^{-x}", "msup/mi"),
        ("sum_{j=1}^{N} y_j", "mrow/munderover"),
        ("sum_j y_j", "mrow/munder"),
        ("sum_j ŷ_j", "mrow/msub/mover[@accent='true']/mi"),
        ("z1", "msub/mn"),
        ("{0, x<=0; x, x>0}", "mrow/mtable/mtr/mtd/mrow/mo"),
        ("x if x>0 else 0", "mrow/mtable/mtr/mtd/mtext"),
    ],
)
def test_every_construct_has_its_element(source: str, path: str) -> None:
    root = drawn(source)
    assert root.tag == "math" and root.get("display") == "block"
    assert root.find(path) is not None


@given(st.lists(st.sampled_from(["x", "1", "+", "-", "*", "/", "^", "(", ")", "<", "&", "y_", "j", "sum_j ", "ln", "|"]), max_size=14))  # fmt: skip
def test_whatever_is_read_is_well_formed(pieces: list[str]) -> None:
    try:
        root = drawn("".join(pieces))
    except FormulaError:
        return
    assert root.tag == "math"
