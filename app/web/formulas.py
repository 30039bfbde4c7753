"""Answers and formulas as the solution shows them."""

from math import isclose

from markupsafe import Markup

from app.grading import expression
from app.operations.operation import Value, number
from app.questions import markup
from app.questions.part import ExpressionPart, Part, precision
from app.questions.precision import EXACT, Precision


def answer_formula(part: Part, value: Value) -> str:
    """The answer in LaTeX, rounded as the part declares."""
    if part.response == "shape" and isinstance(value, list):
        return r" \times ".join(map(number, value))  # type: ignore[arg-type]
    return rounded(value, precision(part))


def rounded(value: Value, asked: Precision) -> str:
    """With just the digits asked for, also where the last ones are 0; a list as one row."""
    if isinstance(value, list):
        rows = value if isinstance(value[0], list) else [value]
        body = r" \\ ".join(" & ".join(rounded(v, asked) for v in row) for row in rows)  # type: ignore[union-attr]
        return rf"\begin{{bmatrix}} {body} \end{{bmatrix}}"
    if (plain := asked.rounded(value)) is None:
        return number(value)
    mantissa, _, exponent = plain.partition("e")
    return rf"{mantissa} \times 10^{{{int(exponent)}}}" if exponent else mantissa


def part_formula(part: ExpressionPart) -> Markup:
    left = markup.formula(f"{part.left} =")
    right = expression.understood(part, part.answer.formula)
    inline = right.replace('display="block"', 'display="inline" displaystyle="true"', 1)
    return Markup(left + inline)  # noqa: S704 (both are escaped)


def worked(working: str | None, value: Value) -> str:
    """A working with the value it comes to, in LaTeX."""
    shown = rounded(value, EXACT)
    if working is None or isinstance(value, list):
        return shown
    sign = "=" if isclose(value, float(f"{value:.6g}"), rel_tol=1e-12) else r"\approx"
    return f"{working} {sign} {shown}"
