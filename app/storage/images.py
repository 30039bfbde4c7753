"""Images of instructors, by the hash of their bytes."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, or_, select
from sqlalchemy.exc import IntegrityError

from app.storage.tables import images

MOST_NAMES = 500  # in one query
FACTS = (images.c.hash, images.c.media_type, images.c.width, images.c.height, images.c.created_at)


def add(connection: Connection, row: dict[str, Any]) -> None:
    """Keep an image; the same bytes are kept once, as whoever's brought them first."""
    if connection.execute(select(images.c.hash).where(images.c.hash == row["hash"])).first():
        return
    try:
        with connection.begin_nested():
            connection.execute(insert(images), row)
    except IntegrityError:
        pass  # somebody else kept it in the same instant


def find(connection: Connection, image_hash: str) -> Any:
    """The row of an image with its bytes, None where there is none."""
    return connection.execute(select(images).where(images.c.hash == image_hash)).first()


def among(connection: Connection, hashes: Collection[str]) -> dict[str, str]:
    """Of these hashes those that are kept, with their media types."""
    found: dict[str, str] = {}
    wanted = sorted(hashes)
    for at in range(0, len(wanted), MOST_NAMES):
        some = images.c.hash.in_(wanted[at : at + MOST_NAMES])
        found |= {row.hash: row.media_type for row in connection.execute(select(*FACTS[:2]).where(some))}
    return found


def of_owner(
    connection: Connection, owner_id: int, count: int, before: tuple[datetime, str] | None = None
) -> list[Any]:
    """An instructor's images without their bytes, the newest first; later ones than `before` in that order."""
    query = select(*FACTS).where(images.c.owner_id == owner_id)
    if before:
        made, key = before
        earlier = (images.c.created_at == made) & (images.c.hash > key)
        query = query.where(or_(images.c.created_at < made, earlier))
    return list(connection.execute(query.order_by(images.c.created_at.desc(), images.c.hash).limit(count)))
