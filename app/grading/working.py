"""Working written out in a row, such as "2 × 4 + 4 = 12": its cells, and what they are worth."""

import re
import unicodedata
from fractions import Fraction

from app.grading.reading import read_number
from app.grading.verdict import Cells, Outcome, Unreadable

NUMBER = re.compile(r"\d+(?:\.\d+)?")
BLANK = "?"
METHOD_CREDIT = 0.5  # the working is right, the result is not


def pieces(declared: str) -> list[str]:
    """A declared row as alternating numbers and signs: ["2", "×", "4", "+", "4"]."""
    return [piece.strip() for piece in re.split(rf"({NUMBER.pattern})", declared) if piece.strip()]


def join(declared: str, cells: list[str], result: str) -> str:
    """What was typed into the boxes of a row as one response; blanks are kept in their places."""
    if not any(cell.strip() for cell in cells):
        return result
    typed = iter(cells)
    row = " ".join((next(typed).strip() or BLANK) if NUMBER.fullmatch(p) else p for p in pieces(declared))
    return f"{row} = {result.strip()}"


def split(declared: str, response: str) -> tuple[list[str], str]:
    """The boxes and the result of a response; no boxes where it is not of the declared form."""
    left, equals, result = response.rpartition("=")
    boxes = [rf"({NUMBER.pattern}|\{BLANK})" if NUMBER.fullmatch(p) else sign(p) for p in pieces(declared)]
    match = re.fullmatch(r"\s*".join(boxes), unicodedata.normalize("NFKC", left).strip())
    if not equals or not match:
        return [], response
    return [cell if cell != BLANK else "" for cell in match.groups()], result.strip()


def sign(piece: str) -> str:
    return r"[×xX*·]" if piece == "×" else r"[-−–]" if piece in "-−" else re.escape(piece)


def judge(declared: str, cells: list[str]) -> Cells:
    """A verdict per box; factors of one product may stand in either order."""
    expected = [Fraction(p) for p in pieces(declared) if NUMBER.fullmatch(p)]
    values = [value_of(cell) for cell in cells]
    signs = [p for p in pieces(declared) if not NUMBER.fullmatch(p)]
    for i, piece in enumerate(signs):
        if piece == "×" and values[i : i + 2] == expected[i : i + 2][::-1]:
            values[i : i + 2] = expected[i : i + 2]
    verdicts: list[Outcome | Cells | None] = [
        None if not cell.strip() else "correct" if value == right else "incorrect"
        for cell, value, right in zip(cells, values, expected, strict=True)
    ]
    return verdicts


def value_of(cell: str) -> Fraction | None:
    try:
        return Fraction(read_number(cell)) if cell.strip() else None
    except Unreadable:
        return None
