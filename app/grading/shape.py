"""The shape of a tensor: right only as a whole; the right sizes in another order are named."""

from collections.abc import Sequence

from app.grading.comparison import Comparison
from app.grading.reading import read_shape, written
from app.grading.verdict import Cells
from app.questions.part import ShapePart
from app.text import text

PERMUTED = text(
    "数都对，但顺序不对：按“通道×高×宽”写，通道在最前。",
    "The sizes are right but not their order: write channels × height × width, channels first.",
)


def read(part: ShapePart, response: object) -> list[int]:
    """The sizes, whole and at least 1. Unreadable otherwise."""
    return read_shape(written(response))


def compare(part: ShapePart, value: list[int], expected: Sequence[int]) -> Comparison:
    """Half for the right sizes in a wrong order; `cells` has a verdict per dimension."""
    if list(value) == list(expected):
        return Comparison(1.0, True, ["correct"] * len(value))
    if len(value) != len(expected):
        said = text(
            f"维数不对：你写了 {len(value)} 维。",
            f"The number of dimensions is wrong: you wrote {len(value)}.",
        )
        return Comparison(0.0, False, feedback=said)
    cells: Cells = ["correct" if v == e else "incorrect" for v, e in zip(value, expected, strict=True)]
    if sorted(value) == sorted(expected):
        return Comparison(0.5, False, cells, PERMUTED)
    return Comparison(0.0, False, cells)
