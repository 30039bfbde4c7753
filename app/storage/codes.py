"""Codes that people read to one another and type in again."""

import secrets
from unicodedata import normalize

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that is mistaken for another


def random_code(length: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def normal_code(typed: str) -> str:
    """The code as it is kept, from any case, full-width letters, and with spaces or dashes in it."""
    return "".join(c for c in normalize("NFKC", typed[:100]).upper() if c.isalnum())
