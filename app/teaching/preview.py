"""A question as it will be, from the text that is being written: or all that is wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.questions.question import Question
from app.questions.source import BankError, Problem
from app.questions.variant import Variant, variant
from app.teaching.authoring import read
from app.text import text

VARIANTS = 5


@dataclass(frozen=True)
class Preview:
    problems: Sequence[Problem] = ()
    question: Question | None = None
    variants: tuple[Variant, ...] = ()  # the first has the numbers as they were given


def preview(source: str, slug: str) -> Preview:
    """The question with its own numbers and five other variants, or the problems of its text."""
    try:
        question, *_ = read(source, slug)
    except BankError as error:
        return Preview(error.problems)
    try:
        shown = [variant(question, n) for n in range(VARIANTS + 1 if question.varies else 1)]
        for each in shown:
            _ = each.answers, each.picture
    except (ValueError, ArithmeticError, LookupError, TypeError) as error:
        said = text(f"照这些数抽不出变式：{error}", f"No variants can be drawn from these numbers: {error}")
        return Preview([Problem(slug, None, "given", said)])
    return Preview((), question, tuple(shown))
