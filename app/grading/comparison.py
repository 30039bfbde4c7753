"""How a value that was read compares with an expected one."""

from dataclasses import dataclass
from fractions import Fraction
from math import isfinite

from app.grading.verdict import Cells, Outcome
from app.text import Text, text

Real = int | float | Fraction

# Rounding errors: of a computed tie, and of a computed real with no decimals declared.
HAIR, RELATIVE_HAIR, RELATIVE = Fraction(1, 10**12), Fraction(1, 10**14), Fraction(1, 10**9)


@dataclass(frozen=True)
class Comparison:
    """`score` is the share that is right; `right` is whether all of it is."""

    score: float
    right: bool
    cells: Cells | None = None
    feedback: Text | None = None


def agrees(value: Fraction | None, expected: Real, decimals: int | None) -> bool:
    """Equal: exactly for a whole number, else to the declared decimals: |value − expected| ≤ 0.5·10^−d."""
    if value is None or not isfinite(expected):
        return False
    truth = Fraction(expected)
    off = abs(value - truth)
    if decimals is not None:
        return off <= Fraction(1, 2 * 10**decimals) + HAIR + RELATIVE_HAIR * abs(truth)
    if truth.denominator == 1 or isinstance(expected, Fraction):
        return off == 0
    return off <= max(RELATIVE * abs(truth), HAIR)


def judged(value: Fraction | None, expected: Real, decimals: int | None) -> Outcome | None:
    """The verdict of one cell; None where it was left empty."""
    if value is None:
        return None
    return "correct" if agrees(value, expected, decimals) else "incorrect"


def by_cell(outcomes: list[Outcome | None], cells: Cells) -> Comparison:
    """Credit for each right cell; `cells` holds the outcomes in the shape of the value."""
    right, blank, total = outcomes.count("correct"), outcomes.count(None), len(outcomes)
    said = text(f"对了 {right} 个，共 {total} 个。", f"{right} of {total} are right.")
    if blank:
        left = text(f"还有 {blank} 个没填。", f"{blank} left empty.")
        said = said + left
    return Comparison(
        right / total if total else 0.0, right == total, cells, said if right or blank else None
    )
