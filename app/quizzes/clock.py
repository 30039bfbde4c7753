"""Points in time as people write and read them: all of Gradus keeps Beijing time."""

from datetime import UTC, datetime, timedelta, timezone

from app.errors import Invalid
from app.text import Text, text

ZONE = timezone(timedelta(hours=8))  # no summer time since 1991
NAMED = text("北京时间（UTC+8）", "Beijing time (UTC+8)")
NOT_A_TIME = text(
    "时间写成“2026-06-30 09:00”这样（北京时间）。", "Write a time like 2026-06-30 09:00 (Beijing time)."
)
EARLIEST, LATEST = 2000, 2200  # years


def written(moment: datetime) -> str:
    return f"{moment.astimezone(ZONE):%Y-%m-%d %H:%M}"


def said(moment: datetime) -> Text:
    """With the zone, for a sentence."""
    return text(f"北京时间 {written(moment)}", f"{written(moment)} Beijing time")


def field(moment: datetime | None) -> str:
    """As a `datetime-local` field holds it."""
    return f"{moment.astimezone(ZONE):%Y-%m-%dT%H:%M}" if moment else ""


def read(typed: str, name: str) -> datetime | None:
    """The moment of such a field, None where it is empty; Invalid where it cannot be read."""
    plain = typed.strip()
    if not plain:
        return None
    try:
        moment = datetime.fromisoformat(plain[:40])
    except ValueError as error:
        raise Invalid(NOT_A_TIME, name) from error
    if not EARLIEST <= moment.year <= LATEST:
        raise Invalid(NOT_A_TIME, name)
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZONE)).astimezone(UTC)
