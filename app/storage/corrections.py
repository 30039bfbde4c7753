"""Corrections: entries of the log that give earlier ones other marks, because the question was wrong."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, func, insert, select

from app.storage.attempts import Attempt, rebuild_progress
from app.storage.tables import attempts, learners, users

JUDGED = ("answer", "self_mark")
BATCH = 500  # entries written, or learners derived anew, at once


def learners_of(connection: Connection, slug: str) -> Iterator[tuple[int, list[Any]]]:
    """Learner by learner, all that was judged of a question, in the order of the log; `name` is of the account."""
    query = (
        select(attempts, users.c.name)
        .outerjoin(users, users.c.learner_id == attempts.c.learner_id)
        .where(attempts.c.slug == slug, attempts.c.kind.in_(JUDGED))
        .order_by(attempts.c.learner_id, attempts.c.id)
    )
    for learner_id, rows in groupby(connection.execute(query), lambda row: int(row.learner_id)):
        yield learner_id, list(rows)


def count_learners(connection: Connection, slug: str) -> int:
    wanted = select(func.count(attempts.c.learner_id.distinct())).where(
        attempts.c.slug == slug, attempts.c.kind.in_(JUDGED)
    )
    return int(connection.scalar(wanted) or 0)


def lock_learners(connection: Connection, slugs: Sequence[str]) -> None:
    """PostgreSQL: nobody who has answered these questions does so again before the transaction ends."""
    concerned = select(attempts.c.learner_id).where(attempts.c.slug.in_(slugs))
    query = select(learners.c.id).where(learners.c.id.in_(concerned)).order_by(learners.c.id)
    connection.execute(query.with_for_update()).all()


def correct(connection: Connection, entries: Sequence[Attempt]) -> None:
    """Append corrections; what is derived of their learners is derived anew. The learners are locked."""
    for i in range(0, len(entries), BATCH):
        connection.execute(insert(attempts), [vars(entry) for entry in entries[i : i + BATCH]])
    concerned = sorted({entry.learner_id for entry in entries})
    for i in range(0, len(concerned), BATCH):
        rebuild_progress(connection, *concerned[i : i + BATCH])
