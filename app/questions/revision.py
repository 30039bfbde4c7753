"""A text of a question as it was kept, read again."""

from collections.abc import Mapping
from functools import lru_cache

from app.questions.document import mapping
from app.questions.problem import BankError
from app.questions.question import Question
from app.questions.source import parse, parse_levels
from app.questions.unfit import unfit


@lru_cache(maxsize=256)
def questions_in(source: str, file: str) -> Mapping[str, Question]:
    """The question of a text with its drill, or the levels of a drill, by slug. BankError where it can no longer be used."""
    if "levels" in mapping(source, file):
        found = parse_levels(source, file.removeprefix("drill-"), file)
    else:
        found = parse(source, file, file)
    if problems := [problem for question in found for problem in unfit(question, file, source)]:
        raise BankError(problems)
    return {question.slug: question for question in found}
