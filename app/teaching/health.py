"""The health of a question before it is published: tried over many variants, in both languages."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from app.grading.check import check
from app.questions.question import Question
from app.questions.source import BankError
from app.questions.variant import variant
from app.teaching.authoring import read
from app.text import Text, text

VARIANTS = 200
SHOWN = 20  # problems
FEW = 10  # different variants: soon known by heart


@dataclass(frozen=True)
class Health:
    """What was tried, what keeps the question from being published, and what is only worth knowing."""

    question: Question
    variants: int
    different: int
    problems: tuple[Text, ...]
    notes: tuple[Text, ...]

    @property
    def well(self) -> bool:
        return not self.problems


@lru_cache(maxsize=256)
def health(source: str, slug: str) -> Health:
    """Of a text's question and its drill: every variant drawn, its answer typed back, its mistakes named.

    BankError where the text cannot be read."""
    questions = read(source, slug)
    problems = problems_of(questions)
    main = questions[0]
    tried = VARIANTS if main.varies else 1
    different = {json.dumps(variant(main, n).given, sort_keys=True, default=str) for n in range(tried)}
    notes = tuple(worth_knowing(main, len(different)))
    return Health(main, tried, len(different), tuple(problems)[:SHOWN], notes)


def problems_of(questions: Iterable[Question], variants: int = VARIANTS) -> tuple[Text, ...]:
    """All that is wrong with them over their first variants, each problem once."""
    return tuple(dict.fromkeys(found for question in questions for found in check(question, variants)))


def is_well(source: str, slug: str) -> bool:
    """Whether it may be published."""
    try:
        return health(source, slug).well
    except BankError:
        return False


def worth_knowing(question: Question, different: int) -> Iterator[Text]:
    if not question.varies:
        yield text(
            "这道题没有计算题，所以没有变式。", "Nothing in this question is computed, so it has no variants."
        )
    elif different < FEW:
        yield text(
            f"只有 {different} 组不同的数，练几次就背下来了；把数放宽些会更好。",
            f"There are only {different} different sets of numbers; wider ones would last longer.",
        )
    if not question.hints:
        yield text(
            "没有提示：学生卡住时只能看解答。",
            "There are no hints: a student who is stuck can only see the solution.",
        )
    if question.varies and not question.conventions:
        yield text(
            "没有写约定，例如是否含偏置、保留几位小数。",
            "No conventions are stated, such as biases or decimals.",
        )
