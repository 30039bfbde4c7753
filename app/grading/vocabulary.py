"""The words of some phrasings, sorted by how they begin, so that those an answer has are found at once."""

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

from app.grading.phrases import phrasings
from app.grading.pinyin import SAME_SOUND

LEAST_SOUNDS = 3  # shorter words sound like too many others


@dataclass(frozen=True)
class Vocabulary:
    """Words by their first character, and by the first of what they sound like."""

    written: dict[str, list[str]]
    heard: dict[str, list[str]]

    def of(self, text: str, sounds: str) -> set[str]:
        """The words that stand in a text or in its sounds."""
        written = {w for c in set(text) for w in self.written.get(c, ()) if w.rstrip("*") in text}
        return written.union(w for c in set(sounds) for w in self.heard.get(c, ()) if sound_of(w) in sounds)


@lru_cache(maxsize=512)
def vocabulary(lines: tuple[str, ...]) -> Vocabulary:
    words = {word for p in phrasings(lines) for group in p.groups for step in group for word in step}
    written, heard = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for word in sorted(words):
        written[word[0]].append(word)
        if sound := sound_of(word):
            heard[sound[0]].append(word)
    return Vocabulary(dict(written), dict(heard))


@lru_cache(maxsize=8192)
def sound_of(word: str) -> str:
    """What a Chinese word sounds like; nothing for one so short that too many others do."""
    if len(word) < LEAST_SOUNDS or any(c.isascii() for c in word):
        return ""
    return word.translate(SAME_SOUND)
