"""Every text of a question with its place in the file."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from app.questions.problem import Location
from app.questions.question import Question
from app.text import LANGUAGES, Language, Text


def texts(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[Location, Text]]:
    """The texts of a question or of one of its parts, each with its field."""
    if isinstance(value, Text):
        yield at, value
    elif isinstance(value, BaseModel):
        for name, inner in value.__dict__.items():
            if name not in ("given", "inputs"):
                yield from texts(inner, (*at, name))
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from texts(inner, (*at, i))


def languages(question: Question, words: Text) -> tuple[Language, ...]:
    """The languages in which a text is written: words that stand for both count once."""
    return (question.language,) if question.language and words.zh == words.en else LANGUAGES
