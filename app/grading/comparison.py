"""How a value that was read compares with an expected one."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite

from app.grading.verdict import Cells, Outcome
from app.questions.precision import HAIR, Precision, Real
from app.text import Text, text

# Rounding errors, as shares of the truth: of a computed tie, and of a real that is asked for exactly.
RELATIVE_HAIR, RELATIVE = Fraction(1, 10**14), Fraction(1, 10**9)


@dataclass(frozen=True)
class Comparison:
    """`score` is the share that is right; `right` is whether all of it is."""

    score: float
    right: bool
    cells: Cells | None = None
    feedback: Text | None = None
    guess: Text | None = None  # said where nothing else explains the value


def agrees(value: Fraction | None, expected: Real, asked: Precision) -> bool:
    """Within half a unit of the last place asked for; where none is, equal, a real up to rounding error."""
    if value is None or not isfinite(expected) or asked.plainly_differ(float(value), float(expected)):
        return False
    truth = Fraction(expected)
    off = abs(value - truth)
    if units := asked.units(truth):
        return off <= units[0] / 2 + min(HAIR + RELATIVE_HAIR * abs(truth), units[0] / 100)
    if truth.denominator == 1 or isinstance(expected, Fraction):
        return off == 0
    return off <= max(RELATIVE * abs(truth), HAIR)


def judged(value: Fraction | None, expected: Real, asked: Precision) -> Outcome | None:
    """The verdict of one cell; None where it was left empty."""
    if value is None:
        return None
    return "correct" if agrees(value, expected, asked) else "incorrect"


def badly_rounded(value: Fraction | None, expected: Real, asked: Precision) -> bool:
    """Whether a wrong value was cut off instead of rounded, or is right to fewer places than asked for."""
    if value is None or not isfinite(expected) or agrees(value, expected, asked):
        return False
    off, units = abs(value - Fraction(expected)), asked.units(expected)
    ends = [unit for unit in units if value % unit == 0]
    return bool(ends) and (off < units[0] or (value != 0 and off <= ends[-1] / 2))


def too_roughly(compared: Iterable[tuple[Fraction | None, Real]], asked: Precision) -> Text | None:
    """What is said where some of several numbers are only rounded wrongly."""
    if not any(badly_rounded(value, expected, asked) for value, expected in compared):
        return None
    wish = asked.wish
    return text(f"有的数只差在舍入：请{wish.zh}。", f"Some are only rounded wrongly: {wish.en}.")


def by_cell(outcomes: list[Outcome | None], cells: Cells, rounding: Text | None = None) -> Comparison:
    """Credit for each right cell; `cells` holds the outcomes in the shape of the value."""
    right, blank, total = outcomes.count("correct"), outcomes.count(None), len(outcomes)
    said = [rounding] if rounding else []
    if blank:
        said.insert(0, text(f"还有 {blank} 个没填。", f"{blank} left empty."))
    if right or blank:
        said.insert(0, text(f"对了 {right} 个，共 {total} 个。", f"{right} of {total} are right."))
    feedback = sum(said, text("", "")) if said else None
    return Comparison(right / total if total else 0.0, right == total, cells, feedback)
