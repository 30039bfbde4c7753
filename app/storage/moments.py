"""Points in time as they come out of a database."""

from datetime import UTC, datetime
from typing import overload


@overload
def utc(moment: datetime) -> datetime: ...
@overload
def utc(moment: None) -> None: ...
def utc(moment: datetime | None) -> datetime | None:
    """The moment with its zone; SQLite gives back UTC without saying so."""
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)
