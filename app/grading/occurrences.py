"""Where words occur in a text."""

from collections.abc import Iterable
from typing import NamedTuple

from app.grading.characters import is_letter

MOST_PLACES = 60  # of one word


class Hit(NamedTuple):
    """Where words occur; `typo` when it only sounds like them, `denied` when a negation stands between them."""

    start: int
    end: int
    typo: bool = False
    denied: bool = False


def occurrences(word: str, text: str) -> list[Hit]:
    """The first places of a word in a text; a Latin one as a whole word, with any ending after a star."""
    stem = word.rstrip("*")
    if not stem or stem not in text:
        return []
    hits: list[Hit] = []
    start = text.find(stem)
    while start >= 0 and len(hits) < MOST_PLACES:
        end = word_end(word, stem, text, start)
        if end:
            hits.append(Hit(start, end))
        start = text.find(stem, start + len(stem))
    return hits


def word_end(word: str, stem: str, text: str, start: int) -> int | None:
    """Where the word that begins at `start` ends; None when the letters go on, before it or after."""
    end = start + len(stem)
    if is_letter(stem[0]) and start and is_letter(text[start - 1]):
        return None
    if not is_letter(stem[-1]):
        return end
    if word.endswith("*"):
        while end < len(text) and is_letter(text[end]):
            end += 1
    elif text[end : end + 1] == "s":
        end += 1
    return None if end < len(text) and is_letter(text[end]) else end


def from_longest(hit: Hit) -> tuple[int, int]:
    return hit.start, -hit.end


def longest(hits: Iterable[Hit]) -> list[Hit]:
    """The hits in order, without those that lie in another."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=from_longest):
        if not kept or hit.end > kept[-1].end:
            kept.append(hit)
    return kept
