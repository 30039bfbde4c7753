"""One number: whole numbers are exact, reals right to the declared decimals."""

from fractions import Fraction
from math import isfinite

from app.grading.comparison import Comparison, Real, agrees
from app.grading.reading import read_number, written
from app.questions.part import FreeChoice, NumberPart
from app.text import text


def read(part: NumberPart, response: object) -> Fraction:
    """The number that was typed. Unreadable when it is none."""
    return read_number(written(response))


def compare(part: NumberPart, value: Fraction, expected: Real) -> Comparison:
    """Right or not; a value that is only rounded wrongly is told so."""
    if agrees(value, expected, part.decimals):
        return Comparison(1.0, True)
    if part.decimals is None or not badly_rounded(value, expected, part.decimals):
        return Comparison(0.0, False)
    said = text(
        f"很接近：请四舍五入到 {part.decimals} 位小数。", f"Very close: round to {part.decimals} decimals."
    )
    return Comparison(0.0, False, feedback=said)


def badly_rounded(value: Fraction, expected: Real, decimals: int) -> bool:
    """Whether it was cut off instead of rounded, or is right to fewer decimals than wanted."""
    if not isfinite(expected) or (value * 10**decimals).denominator != 1:
        return False
    fewer = next(d for d in range(decimals + 1) if (value * 10**d).denominator == 1)
    cut_off = abs(value - Fraction(expected)) < Fraction(1, 10**decimals)
    return cut_off or (0 < fewer < decimals and agrees(value, expected, fewer))


def within(choice: FreeChoice, value: Fraction) -> bool:
    """Whether any whole number of the range was chosen."""
    return value.denominator == 1 and choice.minimum <= value <= choice.maximum
