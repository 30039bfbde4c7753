"""Key points that a text answer seems to make: a suggestion, with the words it rests on. The learner decides.

A point is `found` when the answer uses one of its phrasings and nothing speaks against it, `check` when something
does, and `missing` when none is used.
"""

import math
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from app.grading.characters import normalise
from app.grading.occurrences import Hit
from app.grading.passage import Passage
from app.grading.phrases import CONCEPTS, Phrasing, phrasings
from app.grading.topic import spared, strays
from app.grading.vocabulary import vocabulary
from app.questions.part import KeyPoint, TextPart
from app.text import Text

State = Literal["found", "check", "missing"]

WINDOW = 45  # widths within which a phrasing must stand
LEAST_LONG = 4  # characters of a word that hardly sounds like another
MOST_MATCHES = 30  # of one phrasing that are looked at
COPIED_RUN = {True: 8, False: 24}  # characters, with and without Chinese, that nobody repeats by chance
FUNCTION_WORDS = re.compile(
    r"[的了是在了会能可使让把被和与用对来有而更从到只将以并也都就不没还又]|然后|所以|因为|再|\b(?:the|an?|is|are|of|to|and|in|it|on|by|for|with|that|be|can|so|no|not|only|as|at|than|each|has|have|more|less|its|they|from|or|if|when|but|then|too|even|without|means?|into|how|one|which|because|while|before|after|all|every|it's|we|you|this|these|will|would|does|do|was|were|where|what|who|instead|also|just|very|any|some|many|much|same|other|another|our|your|us|them|there|only)\b"
)

# terms that hold a function word
TERMS = re.compile(r"(?:不)?更新|并行|端到端|不变性?|能力|性能|有限|作用|利用|对抗|end to end")

NUMBERING = re.compile(r"(?<![^\s。;,])(?:\(?(?:\d{1,2}|[a-h])[.、):]?|[①-⑳]|vs\.?|[=→+])(?=\s)")


@dataclass(frozen=True)
class Suggestion:
    """How a key point stands, and the character ranges of the answer that speak for it."""

    id: str
    state: State
    evidence: list[tuple[int, int]]
    opposed: bool = False  # the answer seems to say the contrary


def suggest(part: TextPart, answer: str, prompt: Text | None = None) -> list[Suggestion]:
    """One suggestion for each key point of the part, in its order.

    Evidence is given as [start, end) in the answer as typed. At most the first 10,000 characters are read.
    """
    asked = tuple(t for text in (prompt, part.ask) if text for t in (text.zh, text.en))
    lines = tuple(line for point in part.key_points for line in (*point.accept, *point.reject))
    passage = Passage(answer, vocabulary(lines))
    doubts = Doubts(passage, asked, own_words(part, asked))
    made = [suggestion(point, passage, doubts) for point in part.key_points]
    if any(s.state == "found" for s in made):
        doubts.alone = False
        made = [suggestion(point, passage, doubts) for point in part.key_points]
    if mostly_opposed(made, passage) and not any(point.levels for point in part.key_points):
        made = [replace(s, state="check") if s.state == "found" else s for s in made]
    return made


def mostly_opposed(made: list[Suggestion], passage: Passage) -> bool:
    """Whether as many points are spoken against as are made: what the rest says may be wrong as well.

    The criteria of a rubric are apart: what is wrong under one says nothing of another.

    What is spoken against where another point is made does not count.
    """
    found = [s for s in made if s.state == "found"]
    places = {passage.clause[start] for s in found for start, _ in s.evidence}
    opposed = [s for s in made if s.opposed and not any(passage.clause[a] in places for a, _ in s.evidence)]
    return len(opposed) >= len(found)


def own_words(part: TextPart, asked: tuple[str, ...]) -> str:
    """All that the question itself says, to tell what it has nothing to do with."""
    points = [t for p in part.key_points for t in (p.text.zh, p.text.en, *p.accept)]
    return known_concepts((*asked, part.model.zh, part.model.en, *points))


@lru_cache(maxsize=512)
def known_concepts(texts: tuple[str, ...]) -> str:
    said = normalise("\n".join(texts))
    return " ".join(concept for concept in CONCEPTS if concept in said)


class Doubts:
    """What speaks against the evidence of an answer, whatever the key point."""

    alone = True  # no other key point is made; who makes one knows the matter, and has slipped in a long word

    def __init__(self, passage: Passage, asked: tuple[str, ...], own: str) -> None:
        self.copied = copied(passage.text, asked)
        self.astray = strays(passage, own)
        names = [concept for concept in CONCEPTS if concept in known_concepts(asked)]
        self.spared = spared(passage, "|".join(map(re.escape, ("它", "其", "it", *names))))
        written = sum(not c.isspace() for c in passage.text)
        self.everywhere = stuffed(passage.text) or sum(self.copied) > 0.6 * written

    def needless(self, evidence: list[Hit], passage: Passage) -> bool:
        """Whether it is said to be so without what the question asks about."""
        place = evidence[-1].start
        return place >= self.spared.get(passage.sentence[place], math.inf)

    def about(self, evidence: list[Hit], passage: Passage) -> bool:
        return (
            self.everywhere
            or (len(evidence) == 1 and evidence[0].typo and (self.alone or length(evidence[0]) < LEAST_LONG))
            or passage.sentence[evidence[0].start] in self.astray
            or all(all(self.copied[hit.start : hit.end]) for hit in evidence)
        )


def suggestion(point: KeyPoint, passage: Passage, doubts: Doubts) -> Suggestion:
    contradicted = any(contradicts(p, passage) for p in phrasings(tuple(point.reject)))
    doubtful: list[Hit] | None = None
    opposed = contradicted
    for phrasing in phrasings(tuple(point.accept)):
        for evidence in matches(phrasing, passage):
            of_other = swapped(phrasing, evidence, passage)
            denied = contradicted or passage.negated(evidence) or doubts.needless(evidence, passage)
            if not (of_other or denied or doubts.about(evidence, passage)):
                return Suggestion(point.id, "found", spans(evidence))
            opposed = opposed or (denied and not of_other)
            doubtful = doubtful or evidence
    return Suggestion(point.id, "check" if doubtful else "missing", spans(doubtful or []), opposed)


def contradicts(phrasing: Phrasing, passage: Passage) -> bool:
    """Whether the answer says it, and of its subject if it has one, and means it."""
    for evidence in matches(phrasing, passage):
        place = evidence[0].start
        of_it = phrasing.subject is None or passage.speaks_of(phrasing.subject, place)
        meant = not passage.supposed(place) and not passage.negated(evidence, reach=math.inf)
        if of_it and meant and not passage.compared(place, evidence[-1].end):
            return True
    return False


def swapped(phrasing: Phrasing, evidence: list[Hit], passage: Passage) -> bool:
    """Whether it is said of the opposite of its subject."""
    return phrasing.subject is not None and any(
        passage.speaks_of(phrasing.subject, hit.start) is False for hit in evidence
    )


def matches(phrasing: Phrasing, passage: Passage) -> Iterator[list[Hit]]:
    """The places where all groups stand in one sentence, close together: a hit for each group."""
    groups: list[list[Hit]] = []
    for group in phrasing.groups:
        hits = passage.hits(group)
        if not hits:
            return
        groups.append(hits)
    groups.sort(key=len)
    for anchor in groups[0][:MOST_MATCHES]:
        evidence = [anchor]
        for hits in groups[1:]:
            near = nearest(hits, evidence, passage)
            if near is None:
                break
            evidence.append(near)
        else:
            yield sorted(evidence)


def nearest(hits: list[Hit], evidence: list[Hit], passage: Passage) -> Hit | None:
    """The hit closest to the first of the evidence, in its sentence, apart from all of it.

    Best is one that is neither a typo nor denied.
    """
    anchor = evidence[0]
    sentence = passage.sentence[anchor.start]
    around = bisect_left(hits, anchor)
    fit = [
        hit
        for hit in hits[max(0, around - 12) : around + 12]
        if passage.sentence[hit.start] == sentence
        and all(hit.end <= taken.start or taken.end <= hit.start for taken in evidence)
        and passage.apart(min(hit.start, anchor.start), max(hit.end, anchor.end)) <= WINDOW
    ]
    return min(
        fit, key=lambda hit: (hit.typo, passage.negated([hit]), abs(hit.start - anchor.start)), default=None
    )


def length(hit: Hit) -> int:
    return hit.end - hit.start


def spans(evidence: list[Hit]) -> list[tuple[int, int]]:
    return [(hit.start, hit.end) for hit in evidence]


def copied(text: str, asked: tuple[str, ...]) -> list[bool]:
    """For each character whether it belongs to a run of the prompt."""
    mask = [False] * len(text)
    sources = list(map(normalise, asked))
    for chinese, length in COPIED_RUN.items():
        known = {run for source in sources for run in runs(source, length) if run.isascii() != chinese}
        for start, run in enumerate(runs(text, length)):
            if run in known:
                mask[start : start + length] = [True] * length
    return mask


def runs(text: str, length: int) -> Iterator[str]:
    return (text[start : start + length] for start in range(len(text) - length + 1))


def stuffed(text: str) -> bool:
    """Whether it is a heap of keywords: pieces set apart by spaces or 、, hardly a stop or a function word."""
    text = NUMBERING.sub(" ", text)
    spaced = text.split()
    listed = [piece for piece in re.split(r"[\s、/|]+", text) if piece]
    parted = [piece for piece in re.split(r"[,;、。/|]+", text.strip(",;、。 ")) if piece.strip()]
    stops = len(re.findall(r"[,。;:!?.]", text))
    functions = len(FUNCTION_WORDS.findall(TERMS.sub("", text)))
    if functions > 0.06 * total(listed):
        return False
    heaped = len(spaced) >= 8 and stops * 6 <= len(spaced)
    enumerated = len(listed) >= 9 and stops * 4 <= len(listed)
    bare = not functions and len(parted) >= 9
    return heaped or enumerated or bare


def total(pieces: list[str]) -> int:
    """The number of words: a Chinese character counts as one, and so does a piece without any."""
    return sum(max(1, sum(not c.isascii() for c in piece)) for piece in pieces)
