"""All the work of a learner at once: moved to another learner, or erased.

The row of a learner itself is never deleted: its number would be given to the next one,
and a forgotten cookie would then open a stranger's work.
"""

from sqlalchemy import Connection, delete, or_, select, update

from app.storage.attempts import LEARNER, rebuild_progress
from app.storage.tables import attempts, mistakes, progress, quizzes, sittings


def move(connection: Connection, source: int, target: int) -> None:
    """The work of one learner becomes another's; what both hold under one submission key stays once."""
    if source == target:
        return
    for learner_id in sorted((source, target)):  # in one order, so that two moves never wait for each other
        connection.execute(LEARNER.with_for_update(), {"learner_id": learner_id})
    moving = attempts.c.learner_id == source
    known = select(attempts.c.submission).where(attempts.c.learner_id == target)
    twice = select(attempts.c.id).where(moving, attempts.c.submission.in_(known))
    # in one statement: an entry goes with its corrections
    connection.execute(delete(attempts).where(or_(attempts.c.id.in_(twice), attempts.c.regrades.in_(twice))))
    for table in (attempts, quizzes, sittings):
        connection.execute(update(table).where(table.c.learner_id == source).values(learner_id=target))
    for learner_id in (source, target):
        rebuild_progress(connection, learner_id)


def erase(connection: Connection, learner_id: int) -> None:
    """Papers that others have sat stay theirs, and nobody's."""
    for table in (mistakes, progress, attempts, sittings):  # a sitting goes with its answers
        connection.execute(delete(table).where(table.c.learner_id == learner_id))
    drawn = quizzes.c.learner_id == learner_id
    connection.execute(delete(quizzes).where(drawn, quizzes.c.id.not_in(select(sittings.c.quiz_id))))
    connection.execute(update(quizzes).where(drawn).values(learner_id=None))
