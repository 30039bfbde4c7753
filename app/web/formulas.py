"""Answers and formulas as the solution shows them."""

from markupsafe import Markup

from app.grading import expression
from app.operations.operation import Value, matrix, number
from app.questions import markup
from app.questions.part import ExpressionPart, Part


def answer_formula(part: Part, value: Value) -> str:
    """The answer in LaTeX, rounded as the part declares."""
    if part.response == "shape" and isinstance(value, list):
        return r" \times ".join(map(number, value))  # type: ignore[arg-type]
    decimals = getattr(part, "decimals", None)
    if decimals is not None:
        return rounded(value, decimals)
    return matrix(value) if isinstance(value, list) else number(value)


def rounded(value: Value, decimals: int) -> str:
    """With just the decimals asked for, also where the last ones are 0."""
    if not isinstance(value, list):
        return f"{value:.{decimals}f}"
    rows = value if isinstance(value[0], list) else [value]
    body = r" \\ ".join(" & ".join(rounded(v, decimals) for v in row) for row in rows)  # type: ignore[union-attr]
    return rf"\begin{{bmatrix}} {body} \end{{bmatrix}}"


def part_formula(part: ExpressionPart) -> Markup:
    left = markup.formula(f"{part.left} =")
    right = expression.understood(part, part.answer.formula)
    inline = right.replace('display="block"', 'display="inline" displaystyle="true"', 1)
    return Markup(left + inline)  # noqa: S704 (both are escaped)
