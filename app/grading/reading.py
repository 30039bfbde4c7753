"""What was typed, read to a number, a vector, a matrix or a shape; or Unreadable, naming the trouble."""

import re
from collections.abc import Iterable
from fractions import Fraction
from typing import TypeVar

from app.grading.arithmetic import WHOLE, as_written, evaluate, normalise, quoted
from app.grading.notation import NAME, Piece, balanced, cells_of, enclosed, rows_of, split, unwrapped
from app.grading.verdict import EMPTY, Unreadable
from app.text import text

T = TypeVar("T")
Entry = Fraction | None  # None where a cell is left empty

MOST_IN_A_NUMBER = 200  # characters
MOST_IN_A_MATRIX = 5000
MOST_NUMBERS = 1000  # in a list or matrix: each takes some microseconds to read

DECIMALS = re.compile(r"\s*[+-]?[0-9]*\.?([0-9]*)\s*")
GROUPED = re.compile(rf"\s*[+-]?(?:{WHOLE})(?:\.[0-9]*)?\s*")
CROSS = r"(?<![a-wyzA-WYZ])[*@xX](?![^\W\d_])|\\times|个\s*(?=[0-9])"
AXES = "CHW"
AXES_NAMED = re.compile(r"\s*C\s*[*x]\s*H\s*[*x]\s*W\s*[=:]", re.IGNORECASE)
# Words before a number that do not change it: 约 67, 共 67 个, the answer is 67
SAID = re.compile(
    r"\s*(?:(?:[大总一]?共|合?计|约|答案|答|结果|参数|总数|得|有|是|为|等于)\s*)+(?=[-+.(0-9])"
    r"|\s*(?:(?:the|answer|result|total|it|is|about|approximately|around)\s+)+(?=[-+.(0-9])|\s*~",
    re.IGNORECASE,
)
UPRIGHT = re.compile(r"(?<=[\])}])\s*(?:\^\s*\{?\s*(?:T|\\top)\s*\}?|ᵀ|')\s*$")
MATH = re.compile(r"\s*\\[(\[](.*)\\[)\]]\s*", re.DOTALL)
SIZED = re.compile(r"\\(?:left|right)(?=\s*[\[\](){}])|(?<!\\)\\(?=[{}])")  # LaTeX's \left[ and \{


class BrokenEquation(Unreadable):
    """The sides of an equation differ."""


# --- numbers -------------------------------------------------------------------------------------------


def read_number(typed: str) -> Fraction:
    """One number, exactly: 67, １２，３４５, -1/3, 30%, 3.67×10^2, 2×4+4=12, 67 个. Unreadable if it is not."""
    return number_in(Piece(limited(typed, MOST_IN_A_NUMBER)))


def number_in(piece: Piece) -> Fraction:
    if len(piece.text) > MOST_IN_A_NUMBER:
        raise too_long(MOST_IN_A_NUMBER)
    name = NAME.match(piece.text)
    start = name.end() if name else 0
    said = SAID.match(piece.text, start)
    body = piece.part(said.end() if said else start, len(piece.text.rstrip(" \n\t。,;")))
    signs = [0, *(m.end() for m in re.finditer("[=≈]", body.text))]
    ends = [*(s - 1 for s in signs[1:]), len(body.text)]
    sides = [body.part(start, end) for start, end in zip(signs, ends, strict=True)]
    if len(sides) > 1 and not sides[0].text:
        del sides[0]  # "=67"
    values = [value_of(side) for side in sides]
    for side, value in zip(sides, values, strict=True):
        if value != values[-1] and not rounds_to(value, sides[-1], about="≈" in body.text):
            raise broken(side, value, sides[-1])
    return values[-1]


def value_of(piece: Piece) -> Fraction:
    if not piece.text:
        raise Unreadable(text("这里缺一个数。", "A number is missing here."), piece.start)
    try:
        return evaluate(piece.text)
    except Unreadable as problem:
        raise Unreadable(problem.message, piece.start + (problem.position or 0)) from None


def rounds_to(value: Fraction, last: Piece, about: bool) -> bool:
    """Whether an equation ends in a rounded decimal: 1/3 = 0.333, 10/3 ≈ 3."""
    literal = DECIMALS.fullmatch(last.text)
    if not literal or not (literal[1] or about):
        return False
    return 2 * abs(value - evaluate(last.text)) <= Fraction(1, 10 ** len(literal[1]))


def broken(side: Piece, value: Fraction, last: Piece) -> BrokenEquation:
    left, right = as_written(side.text), as_written(last.text)
    given = shown(value)
    if left == given:
        return BrokenEquation(text(f"{left} 不等于 {right}。", f"{left} is not {right}."), side.start)
    return BrokenEquation(
        text(f"{left} 等于 {given}，不等于 {right}。", f"{left} is {given}, not {right}."), side.start
    )


def shown(value: Fraction) -> str:
    return str(value) if value.denominator == 1 else f"{float(value):.6g}"


# --- vectors, matrices, shapes ---------------------------------------------------------------------------


def read_vector(typed: str) -> list[Fraction]:
    """Numbers in a row or a column: [1, 2, 3], 1 2 3, 1，2，3, (1;2;3). Unreadable if they form a table."""
    rows = rows_of(Piece(UPRIGHT.sub("", limited(typed, MOST_IN_A_MATRIX))))
    if len(rows) > 1 and any(len(row) > 1 for row in rows):
        raise Unreadable(
            text("这里要填一行数，却读到了几行。", "One row of numbers belongs here; there are several."),
            rows[1][0].start,
        )
    check_count(rows)
    return [placed(piece, *ordinal(i)) for i, piece in enumerate(some(p for row in rows for p in row))]


def read_matrix(typed: object) -> list[list[Entry]]:
    """Rows of numbers from text in any usual notation, or from a list of rows (text, or cells of text)."""
    if not isinstance(typed, list):
        pasted = rows_of(Piece(limited(typed, MOST_IN_A_MATRIX)))
        check_count(pasted)
        read = [cells(row, r) for r, row in enumerate(pasted)]
    else:
        check_rows(typed)
        read = [row_in(row, r) for r, row in enumerate(typed)]
    for r, row in enumerate(read):
        if len(row) != len(read[0]):
            raise Unreadable(
                text(
                    f"第 {r + 1} 行有 {len(row)} 个数，第 1 行有 {len(read[0])} 个。",
                    f"Row {r + 1} has {count(row)}, row 1 has {len(read[0])}.",
                )
            )
    if not any(entry is not None for row in read for entry in row):
        raise Unreadable(EMPTY)
    return read


def cells_typed(pasted: str) -> list[list[str]]:
    """A pasted block as the texts of its cells, in rows; one cell where it is one number or cannot be read."""
    rows = block(pasted)
    # "2 × 4 + 4" is one number; so is "0 -1", but its cells are numbers too
    if is_number(pasted) and not all(is_number(cell) for row in rows for cell in row if cell):
        return [[pasted.strip()]]
    return rows


def block(pasted: str) -> list[list[str]]:
    source = normalise(pasted)
    if GROUPED.fullmatch(source):
        return [[pasted.strip()]]
    if "\t" in source and not re.search(
        r"[\[{\\&]", source
    ):  # a spreadsheet's, whose first cell may be empty
        rows = [
            [Piece(cell.strip()) for cell in line.split("\t")] for line in source.split("\n") if line.strip()
        ]
    else:
        try:
            rows = rows_of(Piece(limited(pasted, MOST_IN_A_MATRIX)))
        except Unreadable:
            return [[pasted.strip()]]
    return [[as_written(piece.text) for piece in row] for row in rows]


def is_number(typed: str) -> bool:
    try:
        read_number(typed)
    except Unreadable:
        return False
    return True


def read_shape(typed: str) -> list[int]:
    """Sizes: 32×26×26, (32, 26, 26), 32 26 26, C=32,H=26,W=26, 800. Unreadable unless whole and at least 1."""
    source = limited(typed, MOST_IN_A_NUMBER)
    axes = AXES_NAMED.match(source)
    whole = balanced(unwrapped(Piece(source).part(axes.end() if axes else 0, len(source))))
    whole = whole.inside if enclosed(whole) else whole
    pieces = split(whole, CROSS, keep_empty=True)
    if len(pieces) == 1:
        pieces = cells_of(whole)
    pieces = [p for piece in pieces for p in (split(piece.inside, CROSS) if enclosed(piece) else [piece])]
    named = [piece.text[:1].upper() if NAME.match(piece.text) else "" for piece in pieces]
    if sorted(named) == sorted(AXES):
        pieces = [pieces[named.index(axis)] for axis in AXES]
    return [size(placed(piece, *ordinal(i)), piece) for i, piece in enumerate(some(pieces))]


def size(value: Fraction, piece: Piece) -> int:
    if value.denominator != 1 or value < 1:
        raise Unreadable(
            text(
                f"尺寸要是不小于 1 的整数，{quoted(piece.text)}不是。",
                f"A size is a whole number, at least 1; {quoted(piece.text)} is not.",
            ),
            piece.start,
        )
    return value.numerator


def check_rows(rows: list[object]) -> None:
    """Unreadable unless each row is text or a list of texts, and all of them are short enough."""
    texts: list[object] = []
    for row in rows:
        texts += row if isinstance(row, list) else [row]
        if len(texts) > MOST_IN_A_MATRIX:
            raise too_long(MOST_IN_A_MATRIX)
    check_count([texts])
    if sum(len(cell) for cell in texts if isinstance(cell, str)) > MOST_IN_A_MATRIX:
        raise too_long(MOST_IN_A_MATRIX)


def check_count(rows: list[list[T]]) -> None:
    if sum(map(len, rows)) > MOST_NUMBERS:
        raise Unreadable(
            text(f"数太多：最多 {MOST_NUMBERS} 个。", f"Too many numbers: at most {MOST_NUMBERS}.")
        )


def row_in(row: object, r: int) -> list[Entry]:
    if isinstance(row, list):
        return cells([Piece(normalise(written("" if cell is None else cell))) for cell in row], r)
    rows = rows_of(Piece(normalise(written(row))))
    if len(rows) > 1:
        raise Unreadable(
            text(f"第 {r + 1} 行里有几行。", f"Row {r + 1} holds several rows."), rows[1][0].start
        )
    return cells(rows[0] if rows else [], r)


def cells(row: list[Piece], r: int) -> list[Entry]:
    return [
        placed(piece, f"第 {r + 1} 行第 {c + 1} 列：", f"Row {r + 1}, column {c + 1}:")
        if piece.text.strip()
        else None
        for c, piece in enumerate(row)
    ]


# --- refusals --------------------------------------------------------------------------------------------


def placed(piece: Piece, zh: str, en: str) -> Fraction:
    """The number in a piece; a refusal names its place."""
    try:
        return number_in(piece)
    except Unreadable as problem:
        raise at_place(problem, zh, en) from None


def at_place(problem: Unreadable, zh: str, en: str) -> Unreadable:
    return type(problem)(text(zh, en) + problem.message, problem.position)


def some(pieces: Iterable[Piece]) -> list[Piece]:
    if not (found := list(pieces)):
        raise Unreadable(EMPTY)
    return found


def ordinal(i: int) -> tuple[str, str]:
    return f"第 {i + 1} 个：", f"Number {i + 1}:"


def limited(typed: object, most: int) -> str:
    """What was typed, normalised; Unreadable when it is empty or too long."""
    source = normalise(written(typed))
    if not source.strip():
        raise Unreadable(EMPTY)
    if len(source) > most:
        raise too_long(most)
    if math := MATH.fullmatch(source):
        source = math[1].rjust(math.end(1)).ljust(len(source))
    return SIZED.sub(lambda sized: " " * len(sized[0]), source)


def written(typed: object) -> str:
    if typed is None or typed == [] or typed == {}:
        raise Unreadable(EMPTY)
    if not isinstance(typed, str):
        raise Unreadable(
            text("格式不对：这里要的是键入的文字。", "Wrong type: what was typed is wanted here, as text.")
        )
    return typed


def too_long(most: int) -> Unreadable:
    return Unreadable(text(f"太长了：最多 {most} 个字符。", f"Too long: at most {most} characters."), most)


def count(row: list[Entry]) -> str:
    return "1 number" if len(row) == 1 else f"{len(row)} numbers"
