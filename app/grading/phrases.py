"""Phrasings: what an author writes to say in which words a key point may be put.

    训练：损失|错误 & 参数|神经元…更新|变化

needs its groups (`&`) in one sentence, near each other in any order. `|` parts words of which one will do, and each
brings its synonyms from the lexicon; `…` joins such words with a small gap, in this order and in one clause. A
subject before `：` means that it is said of this, not of its opposite in the lexicon.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path

import yaml

from app.grading.characters import normalise

LEXICON = yaml.safe_load(Path(__file__).with_name("lexicon.yaml").read_text(encoding="utf-8"))

Words = frozenset[str]
BORDER = re.compile(r"(?<=[a-z0-9]) ?(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff]) ?(?=[a-z0-9])")
NEGATION = "不"  # in a phrasing: any negation


def words(entries: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(normalise, entries)))


SYNONYMS = [words([word.removeprefix("~") for word in line]) for line in LEXICON["synonyms"]]
CALLERS = [words([word for word in line if word[0] != "~"]) for line in LEXICON["synonyms"]]
OPPOSITES = [(words(one), words(other)) for one, other in LEXICON["opposites"]]
WHOLE = words(list(chain.from_iterable(LEXICON["whole"])))
NEGATIONS = words(LEXICON["negations"])
DENIALS = words(LEXICON["denials"])
REVERSALS = words(LEXICON["reversals"])
CONCEPTS = words(LEXICON["concepts"])


@dataclass(frozen=True)
class Subject:
    """One of two opposites: which pair of the lexicon, and which side of it."""

    pair: int
    side: int


@dataclass(frozen=True)
class Phrasing:
    """Groups that must all occur; a group is a row of steps with gaps between, a step any of some words."""

    subject: Subject | None
    groups: tuple[tuple[Words, ...], ...]


@lru_cache(maxsize=1024)
def phrasings(lines: tuple[str, ...]) -> tuple[Phrasing, ...]:
    """The phrasings of some lines; a line without words is none."""
    read = (phrasing(line) for line in lines)
    return tuple(p for p in read if p.groups)


def phrasing(line: str) -> Phrasing:
    line = normalise(line)
    name, colon, rest = line.partition(":")
    subject = subject_named(name.strip()) if colon else None
    said = rest if subject else line
    return Phrasing(subject, tuple(filter(None, map(steps, said.split("&")))))


def subject_named(name: str) -> Subject | None:
    for pair, sides in enumerate(OPPOSITES):
        for side, names in enumerate(sides):
            if name in names:
                return Subject(pair, side)
    return None


def steps(group: str) -> tuple[Words, ...]:
    """The words of each step of a group, with all their synonyms."""
    return tuple(filter(None, map(any_of, group.split("…"))))


def any_of(step: str) -> Words:
    written = [word.strip() for word in step.split("|") if word.strip()]
    lines = (
        line
        for line, callers in zip(SYNONYMS, CALLERS, strict=True)
        if any(word in callers for word in written)
    )
    return frozenset(chain.from_iterable(map(spellings, chain(written, *lines))))


def spellings(word: str) -> tuple[str, ...]:
    """A word with and without spaces where Chinese meets letters: 置为0, 置为 0."""
    return word, BORDER.sub("", word), BORDER.sub(" ", word)
