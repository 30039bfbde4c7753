"""Phrasings: what an author writes to say in which words a key point may be put.

    训练：参数|weight & 更新|改…一次

needs one of each group (`&`) in one sentence, and near each other. `|` parts alternatives, each of which brings
its synonyms from the lexicon. `…` leaves a small gap, in order and in one clause. A subject before `：` means that
it is said of this, not of its opposite in the lexicon.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path

import yaml

from app.grading.characters import normalise

LEXICON = yaml.safe_load(Path(__file__).with_name("lexicon.yaml").read_text(encoding="utf-8"))

Words = tuple[str, ...]
NEGATION = "不"  # in a phrasing: any negation


def words(entries: list[str]) -> Words:
    return tuple(dict.fromkeys(map(normalise, entries)))


SYNONYMS = [words(line) for line in LEXICON["synonyms"]]
OPPOSITES = [(words(one), words(other)) for one, other in LEXICON["opposites"]]
WHOLE = words(list(chain.from_iterable(LEXICON["whole"])))
NEGATIONS = words(LEXICON["negations"])
DENIALS = words(LEXICON["denials"])
CONCEPTS = words(LEXICON["concepts"])


@dataclass(frozen=True)
class Subject:
    """One of two opposites: which pair of the lexicon, and which side of it."""

    pair: int
    side: int


@dataclass(frozen=True)
class Phrasing:
    """Groups of alternatives; an alternative is a row of steps with gaps, a step any of some words."""

    subject: Subject | None
    groups: tuple[tuple[tuple[Words, ...], ...], ...]


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
    groups = (tuple(filter(None, map(alternative, group.split("|")))) for group in said.split("&"))
    return Phrasing(subject, tuple(filter(None, map(together, groups))))


def subject_named(name: str) -> Subject | None:
    for pair, sides in enumerate(OPPOSITES):
        for side, names in enumerate(sides):
            if name in names:
                return Subject(pair, side)
    return None


def alternative(text: str) -> tuple[Words, ...]:
    """The steps of one alternative: each step its word and all synonyms of it."""
    return tuple(with_synonyms(step.strip()) for step in text.split("…") if step.strip())


def with_synonyms(word: str) -> Words:
    if word == NEGATION:
        return (NEGATION,)
    return tuple(dict.fromkeys(chain([word], *(line for line in SYNONYMS if word in line))))


def together(alternatives: tuple[tuple[Words, ...], ...]) -> tuple[tuple[Words, ...], ...]:
    """All alternatives of one step as one, since each word is looked for once."""
    single = tuple(dict.fromkeys(chain.from_iterable(a[0] for a in alternatives if len(a) == 1)))
    return (((single,),) if single else ()) + tuple(a for a in alternatives if len(a) > 1)
