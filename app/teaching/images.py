"""Images that the texts of questions show: kept once by the hash of their bytes, seen by anyone who has it."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from app.errors import Invalid, NotFound
from app.storage import images
from app.teaching.encoding import Encoded, encoded
from app.text import text

PAGE = 24
LONGEST_ALT = 300
HASH = re.compile(r"[0-9a-f]{64}")
SIGNS, BACKSLASHED = re.compile(r"([\\\[\]`*_$<{%#])"), r"\\\1"
NEEDS_ALT = text(
    "请写图里有什么：看不见图的学生靠它做题。",
    "Say what the picture shows: students who cannot see it depend on it.",
)


@dataclass(frozen=True)
class Image:
    """What is known of an image without its bytes."""

    hash: str
    media_type: str
    width: int
    height: int

    @property
    def address(self) -> str:
        return f"/images/{self.hash}"

    def markdown(self, alt: str) -> str:
        """The words of Markdown and templates in it are no words of theirs."""
        return f"![{SIGNS.sub(BACKSLASHED, alt)}]({self.address})"


def keep(connection: Connection, data: bytes, owner_id: int, now: datetime) -> Image:
    """Keep an upload, encoded anew. Invalid, with a sentence, where it is no picture that can be used."""
    return store(connection, encoded(data), owner_id, now)


def store(connection: Connection, image: Encoded, owner_id: int, now: datetime) -> Image:
    images.add(connection, vars(image) | {"owner_id": owner_id, "created_at": now})
    return read(image)


def read(row: Any) -> Image:
    return Image(row.hash, row.media_type, row.width, row.height)


def find(connection: Connection, image_hash: str) -> tuple[str, bytes]:
    """Media type and bytes; NotFound where there is no such image."""
    row = images.find(connection, image_hash) if HASH.fullmatch(image_hash) else None
    if row is None:
        raise NotFound
    return row.media_type, row.data


def of_owner(
    connection: Connection, owner_id: int, after: str = ""
) -> tuple[list[tuple[Image, datetime]], str]:
    """A page of one's images with when they were uploaded, the newest first, and what the next page begins after."""
    rows = images.of_owner(connection, owner_id, PAGE + 1, place(after))
    shown = [(read(row), in_utc(row.created_at)) for row in rows[:PAGE]]
    last = shown[-1] if len(rows) > PAGE else None
    return shown, f"{last[1].isoformat()}_{last[0].hash}" if last else ""


def place(after: str) -> tuple[datetime, str] | None:
    """Where a page begins; the first one where that cannot be read."""
    made, _, key = after.partition("_")
    try:
        return (datetime.fromisoformat(made).astimezone(UTC), key) if HASH.fullmatch(key) else None
    except ValueError:
        return None


def in_utc(made: datetime) -> datetime:
    return made if made.tzinfo else made.replace(tzinfo=UTC)  # SQLite does not say so


def checked_alt(typed: str) -> str:
    """What an image is called for those who do not see it, fit for the brackets of Markdown; else Invalid."""
    alt = " ".join(typed.split())
    if not alt:
        raise Invalid(NEEDS_ALT)
    if len(alt) > LONGEST_ALT:
        raise Invalid(text(f"最多 {LONGEST_ALT} 个字符。", f"At most {LONGEST_ALT} characters."))
    return alt
