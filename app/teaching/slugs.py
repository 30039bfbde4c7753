"""The slug of a question, by which it is addressed: what it may be, and what it is when nobody says."""

import re

LONGEST = 74  # with room for `-drill`
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
RESERVED = re.compile(r"drill-.*|.*-drill")


def fits(slug: str) -> bool:
    return len(slug) <= LONGEST and bool(SLUG.fullmatch(slug)) and not RESERVED.fullmatch(slug)


def slug_for(title: str, otherwise: str) -> str:
    """A slug made of the Latin letters and digits of a title."""
    made = "-".join(re.findall(r"[a-z0-9]+", title.lower()))[:LONGEST].strip("-")
    return made if fits(made) else otherwise
