"""Finding questions to put on a paper."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.questions.bank import Bank
from app.questions.kinds import kinds_of
from app.questions.question import Question
from app.questions.search import folded, haystack, matching
from app.questions.variant import ByRevision

MOST_SHOWN = 60


@dataclass(frozen=True)
class Search:
    """What is looked for: words, a topic, a kind ("" for any), among the questions or their drills."""

    words: str = ""
    topic: str = ""
    kind: str = ""
    drills: bool = False


def found(bank: Bank, search: Search) -> list[Question]:
    return [
        question
        for question in (drills(bank, search.words) if search.drills else matching(bank, search.words))
        if (not search.topic or search.topic in question.topics)
        and (not search.kind or search.kind in kinds_of(question))
    ]


def drills(bank: Bank, words: str) -> Iterable[Question]:
    """Drills of operations and of questions that contain every word."""
    wanted = folded(words).split()
    every = (question for question in bank if question.drill_of or question.level)
    return [question for question in every if all(word in haystack(ByRevision(question)) for word in wanted)]
