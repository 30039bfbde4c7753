"""Search in titles, prompts and topics; works for Chinese, which has no spaces between words."""

import re
import unicodedata
from functools import lru_cache

from app.questions.bank import Bank
from app.questions.question import Question
from app.questions.topics import topic_title
from app.questions.variant import ByRevision

FILLED_IN = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.S)


def matching(bank: Bank, query: str) -> list[Question]:
    """The listed questions that contain every word of the query, in either language."""
    if asked := re.fullmatch(r"第?\s*(\d{1,6})\s*题?", folded(query).strip()):
        return [q for q in bank.listed if q.number == int(asked[1])]
    words = folded(query).split()
    return (
        [q for q, found in haystacks(bank) if all(word in found for word in words)] if words else bank.listed
    )


@lru_cache(maxsize=1)
def haystacks(bank: Bank) -> list[tuple[Question, str]]:
    return [(question, haystack(ByRevision(question))) for question in bank.listed]


@lru_cache(maxsize=20_000)
def haystack(entry: ByRevision) -> str:
    """The words of a question; what its templates would fill in is left out, so that nothing is rendered."""
    question = entry.question
    texts = [question.title, question.prompt, *(part.ask for part in question.parts if part.ask)]
    words = [f"{words.zh} {words.en}" for words in (*texts, *map(topic_title, question.topics))]
    return folded(" ".join([str(question.number or ""), question.slug, FILLED_IN.sub("", " ".join(words))]))


def folded(words: str) -> str:
    return unicodedata.normalize("NFKC", words).casefold()
