"""What was understood of one field while it is being typed: said back, never judged."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

from app.grading import expression
from app.grading.reading import BrokenEquation, read_number, read_shape
from app.grading.verdict import Unreadable
from app.questions.mathml import row, sign
from app.questions.part import Part
from app.text import Text

PLAIN = re.compile(r"[-+−]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")
MOST_DECIMALS = 10  # of a decimal shown in full
MOST_IN_A_FRACTION = 10**6
PRECISION = 60  # digits: 40 before the point, and the decimals

PIECE = re.compile(r"[0-9.]+|[^\W\d_]+|\\[a-zA-Z]+|.", re.DOTALL)
SIDE = re.compile(r"[^=＝﹦≈≒≅]+")
AROUND = 16  # characters shown on each side of a trouble


@dataclass(frozen=True)
class Echo:
    """MathML of what was read, empty where that is plain to see; or the trouble and the text around it."""

    math: str = ""
    problem: Text | None = None
    before: str = ""
    piece: str = ""  # what cannot be read; empty where something is missing
    after: str = ""


def echo(part: Part, typed: str) -> Echo:
    """The echo of one field of a part: of its whole answer, or of one number among several."""
    if not typed.strip() or part.response not in ECHOES:
        return Echo()
    try:
        return Echo(ECHOES[part.response](part, typed.rstrip()))
    except Unreadable as problem:
        return Echo("", problem.message, *around(typed.rstrip(), problem))


def number(part: Part, typed: str) -> str:
    value = read_number(typed)
    return "" if PLAIN.fullmatch(typed.strip()) else math(shown(value))


def shape(part: Part, typed: str) -> str:
    sizes = [str(size) for size in read_shape(typed)]
    return "" if "".join(typed.split()) == "×".join(sizes) else math(sign("×").join(map(literal, sizes)))


ECHOES: dict[str, Callable[[Any, str], str]] = {
    "number": number,
    "numbers": number,
    "matrix": number,
    "shape": shape,
    "expression": expression.understood,
}


# --- a value -------------------------------------------------------------------------------------------


def shown(value: Fraction) -> str:
    """In full where it ends within 10 decimals, else as a fraction of moderate size and rounded."""
    exact, written = decimal(value)
    if exact:
        return written
    short = max(abs(value.numerator), value.denominator) < MOST_IN_A_FRACTION
    over = f"<mfrac>{literal(str(abs(value.numerator)))}{literal(str(value.denominator))}</mfrac>"
    return row((minus(value) + over) if short else "", sign("≈"), written)


def decimal(value: Fraction) -> tuple[bool, str]:
    """Whether the decimal is exact, and the decimal: else 4 decimals, or 4 digits of the very large or small."""
    with localcontext(prec=PRECISION):
        real = Decimal(value.numerator) / Decimal(value.denominator)
        if (value * 10**MOST_DECIMALS).denominator == 1:
            return True, literal(trimmed(f"{real:.{MOST_DECIMALS}f}"))
        if Fraction(1, 10) <= abs(value) < 10**9:
            return False, literal(f"{real:.4f}")
        mantissa, _, exponent = f"{real:.3e}".partition("e")
        if -4 <= int(exponent) < 0:
            return False, literal(f"{real:.{3 - int(exponent)}f}")
    power = f"<msup><mn>10</mn>{row(literal(str(int(exponent))))}</msup>"
    return Fraction(f"{mantissa}e{exponent}") == value, row(literal(trimmed(mantissa)), sign("×"), power)


def trimmed(digits: str) -> str:
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def literal(digits: str) -> str:
    """A number as it is written, its minus apart."""
    return f"{minus(Decimal(digits))}<mn>{digits.lstrip('-')}</mn>"


def minus(value: Fraction | Decimal) -> str:
    return '<mo form="prefix">−</mo>' if value < 0 else ""


def math(inner: str) -> str:
    return f"<math>{row(inner)}</math>"


# --- a trouble -----------------------------------------------------------------------------------------


def around(typed: str, problem: Unreadable) -> tuple[str, str, str]:
    """What is typed before, at and after the trouble; nothing where the trouble has no place."""
    if problem.position is None:
        return "", "", ""
    at = problem.position
    found = (SIDE if isinstance(problem, BrokenEquation) else PIECE).match(typed, at)
    piece = found.group().rstrip() if found else ""
    before, after = typed[:at].lstrip(), typed[at + len(piece) :]
    return (
        before if len(before) <= AROUND else f"…{before[-AROUND:]}",
        piece if len(piece) <= AROUND else f"{piece[:AROUND]}…",
        after if len(after) <= AROUND else f"{after[:AROUND]}…",
    )
