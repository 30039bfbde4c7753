"""Reading what people really type."""

from contextlib import suppress
from fractions import Fraction
from time import process_time
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.grading.reading import (
    BrokenEquation,
    cells_typed,
    read_matrix,
    read_number,
    read_shape,
    read_vector,
)
from app.grading.verdict import Unreadable

FULL_WIDTH = str.maketrans({chr(c): chr(c + 0xFEE0) for c in range(0x21, 0x7F)})
Table = list[list[Any]]


def refused(read: Any, typed: object) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read(typed)
    assert caught.value.message.zh and caught.value.message.en
    return caught.value


# --- numbers -----------------------------------------------------------------------------------------------

NUMBERS = {
    "67": "67", "６７": "67", " 67 ": "67", "　67　": "67", "+12": "12", "67.": "67", "67。": "67", "$67$": "67",
    "-12": "-12", "−12": "-12", "－１２": "-12", "–12": "-12", "—12": "-12", "﹣12": "-12", "- 12": "-12",
    ".5": "1/2", "．５": "1/2", "0.50": "1/2", "1/3": "1/3", "２／３": "2/3", "1÷3": "1/3", "½": "1/2",
    "30%": "3/10", "３０％": "3/10", "12.5 %": "1/8",
    "3.67×10^2": "367", "3.67e2": "367", "3.67E+2": "367", "６．７×１０^１": "67", "6.7·10^1": "67", "6.7x10^1": "67",
    "6.7X10^1": "67", "6.7✕10^1": "67", "6.7∙10^1": "67", "6.7＊10^1": "67", "6.7*10**1": "67", "1e-3": "1/1000",
    "10^3": "1000", "10³": "1000", "2×10⁻²": "1/50", "3.67×10^{2}": "367",
    "1,234,567": "1234567", "12,345": "12345", "１２，３４５": "12345", "1,234.5": "2469/2", "-1,234": "-1234",
    "=67": "67", "＝67": "67", "total = 67": "67", "参数量=67": "67", "答：67": "67", "x=5": "5", "C = 32": "32",
    "67 个参数": "67", "67 params": "67", "67个": "67", "800 neurons": "800", "67 个（含偏置）": "67", "67(个)": "67",
    "67 个/层": "67", "20 epochs": "20", "1,024 px": "1024",
    "12+20+20+15=67": "67", "12＋20＋20＋15＝67": "67", "2×4+4=12": "12", "2*4+4": "12", "2x4+4": "12", "(2+1)*4 = 12 个": "12",
    "2×4+4=8+4=12": "12", "12=12": "12", "=2×4+4=12": "12", "共 = 2×4+4 = 12": "12",
    "1/3=0.333": "333/1000", "1/3≈0.33": "33/100", "10/3≈3": "3", "7/2=3.5": "7/2",
}  # fmt: skip


@pytest.mark.parametrize(("typed", "value"), NUMBERS.items())
def test_a_number_is_read_as_people_type_it(typed: str, value: str) -> None:
    assert read_number(typed) == Fraction(value)


AMBIGUOUS = {
    "1 1/2": (2, "mixed number"), "1½": (1, "mixed number"), "1 2 3": (2, "several"), "2 4": (2, "several"),
    "16,5": (2, "ambiguous"), "16，5": (2, "ambiguous"), "0,123": (1, "ambiguous"), "1,2345": (1, "ambiguous"),
    "1,23,456": (1, "ambiguous"), "12、345": (2, "ambiguous"), "1;2": (1, "ambiguous"),
    "1.2.3": (3, "two decimal points"), "1..2": (2, "two decimal points"), "--5": (1, "Two signs"),
    "5--3": (2, "Two signs"), "+-5": (1, "Two signs"), "67k": (2, "in full"), "5 million": (2, "in full"),
    "67万": (2, "in full"), "3个半": (1, "in full"), "2pi": (1, "in full"), "2n": (1, "in full"), "1e": (1, "in full"),
    "67个 68个": (2, "in full"), "67 m2": (3, "in full"),
    "nan": (0, "number belongs"), "inf": (0, "number belongs"), "∞": (0, "number belongs"), "-∞": (1, "number belongs"),
    "None": (0, "number belongs"), "六十七": (0, "use digits"), "①67": (0, "number belongs"), "67?": (2, "cannot be read"),
    "3。5": (1, "cannot be read"), "1_000": (1, "cannot be read"), "1'234": (1, "cannot be read"), "10₂": (2, "cannot be read"),
    "12=": (3, "missing"), "=": (1, "missing"), "==5": (1, "missing"), "67 x": (4, "not finished"), "/2": (0, "missing"),
    "1/0": (2, "Division"), " 1/0=3": (3, "Division"), "２＋＋３": (2, "Two signs"),
}  # fmt: skip


@pytest.mark.parametrize(("typed", "trouble"), AMBIGUOUS.items())
def test_the_ambiguous_is_refused_by_name_and_place_never_guessed(
    typed: str, trouble: tuple[int, str]
) -> None:
    problem = refused(read_number, typed)
    assert (problem.position, trouble[1] in problem.message.en) == (trouble[0], True)


def test_an_equation_whose_sides_differ_says_which_side_gives_what() -> None:
    problem = refused(read_number, "12+20+20+15=66")
    assert isinstance(problem, BrokenEquation)
    assert problem.message.zh == "12+20+20+15 等于 67，不等于 66。"
    assert problem.message.en == "12+20+20+15 is 67, not 66."
    chain = refused(read_number, "2×4+4=13=12")
    assert isinstance(chain, BrokenEquation)
    assert (chain.position, chain.message.en) == (6, "13 is not 12.")
    for wrongly_rounded in ("7/2=4", "10/3=3", "1/3=0.334", "2/3≈0.6", "10/3≈4"):
        assert isinstance(refused(read_number, wrongly_rounded), BrokenEquation)


@pytest.mark.parametrize("nothing", ["", "  ", "　", "\n\t", None, [], {}])
@pytest.mark.parametrize("read", [read_number, read_vector, read_shape, read_matrix])
def test_nothing_typed_is_said_to_be_nothing(read: Any, nothing: object) -> None:
    assert refused(read, nothing).message.en == "Nothing is filled in yet."


@pytest.mark.parametrize("typed", [67, 6.7, True, ["67"], {"value": 67}])
def test_a_number_must_be_text(typed: object) -> None:
    assert "Wrong type" in refused(read_number, typed).message.en


def test_lengths_are_limited() -> None:
    assert "200" in refused(read_number, "1+" * 100 + "1").message.en
    assert "200" in refused(read_vector, "1+" * 100 + "1, 2").message.en
    assert "5000" in refused(read_vector, "1 " * 2501).message.en
    assert "5000" in refused(read_matrix, [["1"] * 100] * 51).message.en
    assert "5000" in refused(read_matrix, [["1" * 150] * 40]).message.en


DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=6)


@given(st.integers(-(10**15), 10**15) | DECIMALS, st.data())
def test_any_decimal_in_any_rendering_reads_back_exactly(number: Any, data: st.DataObject) -> None:
    grouped = f"{number:,}" if abs(number) >= 1000 else str(number)
    renderings = [
        str(number), str(number).translate(FULL_WIDTH), f"{number:+}", f" {number} ", f"={number}", f"{number} 个",
        f"({number})", f"{number}e0", f"{number}×10^0", f"{number}/1", f"{number}*1 = {number}", f"{number}%×100",
        str(number).replace("-", "−"), str(number).replace("-", "－"), grouped, grouped.translate(FULL_WIDTH),
        f"n = {number}", f"答：{number}。",
    ]  # fmt: skip
    assert read_number(data.draw(st.sampled_from(renderings))) == Fraction(str(number))


@given(st.floats(-1e30, 1e30))
def test_any_float_as_python_prints_it_reads_back_exactly(number: float) -> None:
    assert read_number(repr(number)) == Fraction(repr(number))


# --- vectors -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "[1, -2, 3]", "1 -2 3", "1, -2, 3", "1，-2，3", "(1;-2;3)", "1、-2、3", "1；－2；3", "1\n-2\n3", "[[1],[-2],[3]]",
        "[[1, -2, 3]]", "{1, -2, 3}", "【１，－２，３】", "1\t-2\t3", "array([ 1., -2.,  3.])", "np.array([1, -2, 3])", "1,-2,3,",
        "1 个，-2 个，3 个", "1 个 -2 个 3 个", "1 -2 3 params", "2-1=1, 4-6=-2, 3", r"\begin{pmatrix} 1 & -2 & 3 \end{pmatrix}", "y = [1, -2, 3]", "(1, -2, 3)。",
        r"\begin{bmatrix}1\\-2\\3\end{bmatrix}", "[1 -2 3]", "  1   -2   3  ", "(2-1), (4-6), (1+2)",
    ],
)  # fmt: skip
def test_a_vector_is_read_in_every_notation(typed: str) -> None:
    assert read_vector(typed) == [1, -2, 3]


@pytest.mark.parametrize(
    ("typed", "position", "said"),
    [
        ("1 2\n3 4", 4, "several"),
        ("[[1,2],[3,4]]", 8, "several"),
        ("1,,2", 2, "Number 2: A number is missing"),
        ("1, 2 3", 5, "Number 2:"),
        ("1, a", 3, "Number 2: “a”"),
        ("1 - 2", 3, "Number 2:"),
        ("[1,2", 0, "no partner"),
        ("[1,2)", 4, "no partner"),
        ("1+1=3, 5", 0, "Number 1: 1+1 is 2, not 3."),
    ],
)
def test_a_vector_is_refused_by_name_and_place(typed: str, position: int, said: str) -> None:
    problem = refused(read_vector, typed)
    assert problem.position == position
    assert said in problem.message.en


# --- matrices ----------------------------------------------------------------------------------------------


def rendered(table: Table, style: str) -> object:
    lines = {
        mark: [mark.join(map(str, row)) for row in table]
        for mark in (",", ", ", " ", "\t", "、", " & ", "，")
    }
    return {
        "lines": "\n".join(lines[" "]),
        "commas": "\n".join(lines[", "]),
        "trailing commas": ",\n".join(lines[", "]) + ",",
        "spreadsheet": "\r\n".join(lines["\t"]) + "\r\n",
        "semicolons": ";".join(lines[" "]),
        "full-width": f"［{'；'.join(lines['，'])}］".translate(FULL_WIDTH),
        "chinese": "；".join(lines["、"]),
        "matlab": f"A = [{'; '.join(lines[' '])}];",
        "python": str(table),
        "tuples": str(tuple(map(tuple, table))) if len(table[0]) > 1 else str(table),
        "numpy": str(np.array(table)),
        "numpy repr": repr(np.array(table)),
        "numpy floats": repr(np.array(table, dtype=float)) if np.abs(table).max() < 1e8 else str(table),
        "dtype": f"np.array({table}, dtype=np.float32)",
        "torch": f"tensor({table})",
        "rows in brackets": "\n".join(f"[{row}]" for row in lines[" "]),
        "braces": str(table).replace("[", "{").replace("]", "}"),
        "latex": r"\begin{bmatrix} " + r" \\ ".join(lines[" & "]) + r" \end{bmatrix}",
        "latex ending": "$$\\begin{pmatrix}\n" + "\\\\\n".join(lines[" & "]) + "\\\\\n\\end{pmatrix}$$",
        "latex array": r"\left[\begin{array}{cc}" + r"\\[2pt] ".join(lines[" & "]) + r"\end{array}\right]",
        "cells": [[str(n) for n in row] for row in table],
        "rows of text": lines[" "],
        "rows in brackets as text": [f"[{row}]" for row in lines[", "]],
    }[style]  # fmt: skip


STYLES = [
    "lines", "commas", "trailing commas", "spreadsheet", "semicolons", "full-width", "chinese", "matlab", "python", "tuples",
    "numpy", "numpy repr", "numpy floats", "dtype", "torch", "rows in brackets", "braces", "latex", "latex ending",
    "latex array", "cells", "rows of text", "rows in brackets as text",
]  # fmt: skip
TABLES = st.tuples(st.integers(1, 5), st.integers(1, 5)).flatmap(
    lambda size: st.lists(
        st.lists(st.integers(-(10**9), 10**9), min_size=size[1], max_size=size[1]),
        min_size=size[0],
        max_size=size[0],
    )
)


@pytest.mark.parametrize("style", STYLES)
@given(table=TABLES)
def test_any_matrix_in_any_notation_reads_back_exactly(style: str, table: Table) -> None:
    if len(table) == 1 and style in ("tuples", "rows in brackets"):
        table = table * 2  # one row in brackets of its own is a vector
    assert read_matrix(rendered(table, style)) == table


@pytest.mark.parametrize("style", [style for style in STYLES if isinstance(rendered([[1]], style), str)])
@given(table=TABLES)
def test_a_pasted_matrix_in_any_notation_falls_into_its_cells(style: str, table: Table) -> None:
    if len(table) == 1 and style in ("tuples", "rows in brackets"):
        table = table * 2
    cells = cells_typed(str(rendered(table, style)))
    assert [[read_number(cell) for cell in row] for row in cells] == table


@pytest.mark.parametrize(
    ("pasted", "cells"),
    [
        ("12, 20, 20, 15, 67", [["12", "20", "20", "15", "67"]]),
        ("12\t20\r\n20\t15\r\n", [["12", "20"], ["20", "15"]]),
        ("\t1\n2\t", [["", "1"], ["2", ""]]),
        ("［１，－２；３，４］", [["1", "-2"], ["3", "4"]]),
        (r"\begin{bmatrix}\frac{1}{3} & 30\% \\ 2×4+4 & (1+2)/3\end{bmatrix}", [["\\frac{1}{3}", "30\\%"], ["2×4+4", "(1+2)/3"]]),
        ("2 × 4 + 4 = 12", [["2 × 4 + 4 = 12"]]),
        ("1,234", [["1,234"]]),
        ("67 个参数", [["67 个参数"]]),
        ("[1, 2", [["[1, 2"]]),
        ("", [[""]]),
        ("1 " * 2501, [[("1 " * 2501).strip()]]),
    ],
)  # fmt: skip
def test_a_pasted_list_is_spread_and_one_number_is_not(pasted: str, cells: list[list[str]]) -> None:
    assert cells_typed(pasted) == cells


def test_an_empty_cell_of_a_grid_is_left_empty() -> None:
    assert read_matrix([["1", ""], [" ", "4"]]) == [[1, None], [None, 4]]
    assert read_matrix([["1", None]]) == [[1, None]]


@pytest.mark.parametrize(
    ("typed", "zh", "en"),
    [
        ("1 2 3 4\n1 2 3", "第 2 行有 3 个数，第 1 行有 4 个。", "Row 2 has 3 numbers, row 1 has 4."),
        ([["1", "2"], ["3"]], "第 2 行有 1 个数，第 1 行有 2 个。", "Row 2 has 1 number, row 1 has 2."),
        ([["1", "2"], ""], "第 2 行有 0 个数，第 1 行有 2 个。", "Row 2 has 0 numbers, row 1 has 2."),
        ("1, a\n2, 3", "第 1 行第 2 列：读不懂“a”，这里应是一个数。", "Row 1, column 2: “a” cannot be read; a number belongs here."),
        ("1 b 2\n2 3 4", "第 1 行第 2 列：读不懂“b”，这里应是一个数。", "Row 1, column 2: “b” cannot be read; a number belongs here."),
        ([["1", "2"], ["3", "1.2.3"]], "第 2 行第 2 列：“1.2.3”里有两个小数点。", "Row 2, column 2: “1.2.3” has two decimal points."),
        (["1 2\n3 4"], "第 1 行里有几行。", "Row 1 holds several rows."),
        ("[[1, 2], [3, 4]", "括号“[”没有配对。", "The bracket “[” has no partner."),
    ],
)  # fmt: skip
def test_a_matrix_is_refused_by_row_and_column(typed: object, zh: str, en: str) -> None:
    problem = refused(read_matrix, typed)
    assert (problem.message.zh, problem.message.en) == (zh, en)


@pytest.mark.parametrize(
    "typed", [5, True, {"rows": []}, [[1, 2]], [["1", {}]], [[["1"]]], [5], [["", ""], [""] * 2]]
)
def test_a_matrix_of_something_else_is_refused(typed: object) -> None:
    refused(read_matrix, typed)


# --- shapes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "32×26×26", "32x26x26", "32X26X26", "32*26*26", "32＊26＊26", "32·26·26", "32✕26✕26", "３２×２６×２６", "32 × 26 × 26",
        "(32, 26, 26)", "[32,26,26]", "32 26 26", "32，26，26", "32、26、26", "（32，26，26）", "(32, 26, 26,)", "32@26×26",
        "C=32,H=26,W=26", "H=26, W=26, C=32", "torch.Size([32, 26, 26])", "32通道×26×26", "形状：32×26×26", "32×26×26。",
        "shape = (32, 26, 26)", "32×(28-2)×(28-2)", "(32×26×26)", "32\t26\t26", "32;26;26",
    ],
)  # fmt: skip
def test_a_shape_is_read_in_every_notation(typed: str) -> None:
    assert read_shape(typed) == [32, 26, 26]


def test_a_shape_of_one_dimension_has_one_number() -> None:
    assert [read_shape(typed) for typed in ("800", "(800,)", "[800]", "800 个", "1,024×7", "800×1")] == [
        [800], [800], [800], [800], [1024, 7], [800, 1],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "position", "said"),
    [
        ("32×26×0", 6, "“0” is not"),
        ("32×26.5×26", 3, "“26.5” is not"),
        ("32×-1", 3, "“-1” is not"),
        ("32 None", 3, "None"),
        ("32××26", 3, "Number 2"),
        ("×26", 0, "Number 1"),
        ("32×", 3, "Number 2"),
        ("(None, 26, 26)", 1, "“None”"),
        ("32, 26×26", 2, "ambiguous"),
        ("32×26×26=21632", 6, "26 is not 21632"),
        ("(32×26", 0, "no partner"),
    ],
)
def test_a_shape_is_refused_by_name_and_place(typed: str, position: int, said: str) -> None:
    problem = refused(read_shape, typed)
    assert problem.position == position
    assert said in problem.message.en


# --- anything at all ---------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    ["1", "-2", ".5", "1/3", ",", "，", "、", ";", "；", " ", "\n", "\t", "[", "]", "(", ")", "{", "}", "×", "x", "=", "≈", "&",
     r"\\", r"\begin{matrix}", r"\end{matrix}", "array(", "个", "nan", "^9", "e9", "。", "½", "²", "$", "dtype=", "A"]
)  # fmt: skip
ANYTHING = st.text(max_size=60) | st.lists(PIECES, max_size=40).map("".join)


@given(ANYTHING | st.lists(ANYTHING | st.lists(ANYTHING, max_size=4), max_size=4) | st.integers() | st.none())
def test_any_response_is_read_or_refused(typed: object) -> None:
    for read in (read_number, read_vector, read_matrix, read_shape):
        try:
            read(typed)  # type: ignore[operator]
        except Unreadable as problem:
            assert problem.message.zh and problem.message.en


@pytest.mark.parametrize("typed", [["[0\\\\;]"], ["1", "0\\\\;"], "1\\\\;\\\\2 3"])
def test_a_row_that_holds_only_a_separator_is_no_row(typed: object) -> None:
    for read in (read_vector, read_matrix):
        try:
            assert all(row or row == 0 for row in read(typed))  # type: ignore[operator]
        except Unreadable as problem:
            assert problem.message.en


@pytest.mark.parametrize(
    "piece",
    ["9^", "[", "]", "((", "1,", " ", "\t", "a ", "array(", ",dtype=", "\\\\", "&", "{[(", "1e9", "x", "1 ", "-", "=", r"\frac"],
)  # fmt: skip
def test_the_worst_texts_take_bounded_work(piece: str) -> None:
    for typed in (
        piece * (5000 // len(piece)),
        "[" + piece * (4990 // len(piece)) + "\t]",
        "array(" + piece * 800,
    ):
        begun = process_time()
        for read in (read_number, read_vector, read_matrix, read_shape):
            with suppress(Unreadable):
                read(typed)
        assert process_time() - begun < 2


@pytest.mark.parametrize(
    "typed", ["不是67", "非 67", "负67", "不到67", "超过67", "三是67", "not 67", "约", "67 约 68"]
)
def test_words_that_change_a_number_are_not_skipped(typed: str) -> None:
    assert refused(read_number, typed).message.en
