"""Passwords: kept only as argon2 hashes, checked with equal work whether or not the name is known."""

import secrets
from unicodedata import normalize

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from app.errors import Invalid
from app.text import text

SHORTEST = 8
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is mistaken for another
HASHER = PasswordHasher()
# for random passwords by the dozen: nobody can guess 79 bits, and the first sign-in makes a slow hash of them
QUICK = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1)
NOBODYS = HASHER.hash(secrets.token_urlsafe())


def checked_password(password: str) -> str:
    """The password, where it is long enough; else Invalid."""
    if len(composed(password)) < SHORTEST:
        raise Invalid(
            text(
                f"密码至少 {SHORTEST} 个字符，再长一点更安全。",
                f"A password has at least {SHORTEST} characters; longer is safer.",
            ),
            "password",
        )
    return password


def hashed(password: str) -> str:
    return HASHER.hash(composed(password))


def matches(password: str, kept: str | None) -> bool:
    """Whether this is the password of that hash; None, for a name nobody has, takes as long and never is."""
    found = kept is not None and verified(password, kept)
    if kept is None or is_outdated(kept):
        verified(password, NOBODYS)
    return found


def verified(password: str, kept: str) -> bool:
    try:
        return HASHER.verify(kept, composed(password))
    except VerifyMismatchError:
        return False


def is_outdated(kept: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return HASHER.check_needs_rehash(kept)


def random_password() -> str:
    """About 79 bits."""
    return "".join(secrets.choice(LETTERS) for _ in range(16))


def random_with_hash() -> tuple[str, str]:
    """A random password with a quick hash of it, for many accounts at once."""
    password = random_password()
    return password, QUICK.hash(password)


def composed(password: str) -> str:
    """The same for every keyboard: full-width digits of an input method are the plain ones."""
    return normalize("NFKC", password)
