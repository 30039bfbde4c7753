"""One number: whole numbers are exact, reals right to the declared decimals or figures."""

from fractions import Fraction

from app.grading.comparison import Comparison, agrees, badly_rounded
from app.grading.reading import read_number, written
from app.questions.part import FreeChoice, NumberPart
from app.questions.precision import Real
from app.text import text


def read(part: NumberPart, response: object) -> Fraction:
    """The number that was typed. Unreadable when it is none."""
    return read_number(written(response))


def compare(part: NumberPart, value: Fraction, expected: Real) -> Comparison:
    """Right or not; a value that is only rounded wrongly is told so."""
    if agrees(value, expected, part.precision):
        return Comparison(1.0, True)
    if not badly_rounded(value, expected, part.precision):
        return Comparison(0.0, False)
    wish = part.precision.wish
    return Comparison(0.0, False, feedback=text(f"很接近：请{wish.zh}。", f"Very close: {wish.en}."))


def within(choice: FreeChoice, value: Fraction) -> bool:
    """Whether any whole number of the range was chosen."""
    return value.denominator == 1 and choice.minimum <= value <= choice.maximum
