"""A matrix: its shape first, then every cell; a transposed, flipped or shifted answer is named, and a cell of another."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from app.grading.comparison import Comparison, agrees, by_cell, judged, too_roughly
from app.grading.reading import Entry, read_matrix
from app.grading.verdict import Cells
from app.questions.part import MatrixPart
from app.questions.precision import Precision
from app.text import Text, text

Matrix = list[list[Any]]  # rows of entries, or of expected numbers

TRANSPOSED = text(
    "行和列颠倒了：这是正确结果的转置。", "Rows and columns are swapped: this is the transpose."
)
LEFT_RIGHT = text("左右颠倒了。", "Flipped left to right.")
UP_DOWN = text("上下颠倒了。", "Flipped upside down.")
TURNED = text("上下、左右都颠倒了（旋转了 180°）。", "Flipped both ways (turned by 180°).")
SHIFTED = text("整体错开了一格。", "Everything is shifted by one place.")
MOSTLY_RIGHT = 1 / 2  # below this share a cell may hold another's value by chance
MOST_NEIGHBOURS = 2  # cells told to do so
BESIDE = {  # by rows down and columns right
    (-1, 0): text("上面一格的值", "the value of the cell above it"),
    (1, 0): text("下面一格的值", "the value of the cell below it"),
    (0, -1): text("左边一格的值", "the value of the cell to its left"),
    (0, 1): text("右边一格的值", "the value of the cell to its right"),
}


def read(part: MatrixPart, response: object) -> list[list[Entry]]:
    """Rows of entries, None where left empty. Unreadable when ragged or not numbers."""
    return read_matrix(response)


def compare(part: MatrixPart, value: list[list[Entry]], expected: Matrix) -> Comparison:
    """Nothing for a wrong shape, else credit for each right cell; `cells` holds rows."""
    name = named(value, expected, part.precision)
    if shape(value) != shape(expected):
        r, c = shape(value)
        wrong = text(f"形状不对：你写的是 {r}×{c}。", f"The shape is wrong: yours is {r}×{c}.")
        return Comparison(0.0, False, feedback=wrong + name if name else wrong)
    rows = [
        [judged(v, e, part.precision) for v, e in zip(row, truth, strict=True)]
        for row, truth in zip(value, expected, strict=True)
    ]
    cells: Cells = [list(row) for row in rows]
    rounding = too_roughly(pairs(value, expected, 0, 0), part.precision)
    found = by_cell([outcome for row in rows for outcome in row], cells, rounding)
    if name and not found.right:
        return replace(found, feedback=name)
    if found.right or found.score < MOSTLY_RIGHT:
        return found
    beside = neighbours(value, expected, part.precision)[:MOST_NEIGHBOURS]
    return replace(found, guess=sum(beside[1:], beside[0]) if beside else None)


def shape(matrix: Matrix) -> tuple[int, int]:
    return len(matrix), len(matrix[0]) if matrix and isinstance(matrix[0], list) else 0


def named(value: Matrix, expected: Matrix, asked: Precision) -> Text | None:
    """What was done to a right result, where that explains the whole answer."""
    if 0 in shape(expected):
        return None
    moved = {
        TRANSPOSED: [list(column) for column in zip(*expected, strict=True)],
        LEFT_RIGHT: [row[::-1] for row in expected],
        UP_DOWN: expected[::-1],
        TURNED: [row[::-1] for row in expected[::-1]],
    }
    for name, matrix in moved.items():
        if equal(value, matrix, asked):
            return name
    return SHIFTED if is_shifted(value, expected, asked) else None


def equal(value: Matrix, expected: Matrix, asked: Precision) -> bool:
    return shape(value) == shape(expected) and all(
        agrees(v, e, asked) for v, e in pairs(value, expected, 0, 0)
    )


def is_shifted(value: Matrix, expected: Matrix, asked: Precision) -> bool:
    """Whether all that overlaps after a move by one place agrees: half the cells, and more than agree unmoved."""
    if shape(value) != shape(expected):
        return False
    rows, columns = shape(value)
    unmoved = sum(agrees(v, e, asked) for v, e in pairs(value, expected, 0, 0))
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            both = list(pairs(value, expected, down, right))
            enough = 2 * len(both) >= rows * columns and len(both) > max(unmoved, 3)
            if enough and all(agrees(v, e, asked) for v, e in both):
                return True
    return False


def neighbours(value: Matrix, expected: Matrix, asked: Precision) -> list[Text]:
    """The cells that hold the right value of the one beside them, where no other cell has this value, nor their own."""
    rows, columns = shape(expected)
    places = [(r, c) for r in range(rows) for c in range(columns)]
    found = []
    for r, c in places:
        holders = [(i - r, j - c) for i, j in places if agrees(value[r][c], expected[i][j], asked)]
        if len(holders) == 1 and holders[0] in BESIDE:
            what = BESIDE[holders[0]]
            zh, en = f"第 {r + 1} 行第 {c + 1} 列写的是", f"Row {r + 1}, column {c + 1} holds"
            found.append(text(f"{zh}{what.zh}。", f"{en} {what.en}."))
    return found


def pairs(value: Matrix, expected: Matrix, down: int, right: int) -> Iterator[tuple[Entry, Any]]:
    """Cells of the value with the expected cells `down` rows above and `right` columns to their left."""
    rows, columns = shape(value)
    for r in range(max(0, down), min(rows, rows + down)):
        for c in range(max(0, right), min(columns, columns + right)):
            yield value[r][c], expected[r - down][c - right]
