"""Characters made comparable, one for one, so that places in the text stay what they are."""

import unicodedata
from itertools import accumulate


def normalise(text: str) -> str:
    """One width, small letters, hyphens as spaces; never a character more or fewer."""
    return "".join(map(comparable, text))


def comparable(character: str) -> str:
    if character in "-–—‐‑_\t\r\u3000":
        return " "
    if character in "’‘":
        return "'"
    if character == "…" or "①" <= character <= "⑳":
        return character
    same = unicodedata.normalize("NFKC", character).lower()
    return same if len(same) == 1 else character


def is_letter(character: str) -> bool:
    """A Latin letter or digit, of which words with spaces are made."""
    return character.isascii() and character.isalnum()


def widths(text: str) -> list[float]:
    """How far each place is from the start: a Chinese character is 1 wide, a letter or a space 0.4."""
    return list(accumulate((0.4 if c.isascii() else 1.0 for c in text), initial=0.0))
