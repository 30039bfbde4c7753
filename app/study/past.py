"""What a learner answered, as it was asked then."""

from sqlalchemy import Connection

from app.errors import NotFound
from app.questions.question import Question
from app.questions.revision import questions_in
from app.questions.source import BankError
from app.storage.attempts import has_answered
from app.storage.revisions import revision
from app.text import text

OUTDATED = text(
    "当时的题目用的是旧格式，现在显示不出来了。你的作答都还在，可以在账户页导出。",
    "The question of then is in a format that can no longer be shown. Your answers are kept; the account page exports them.",
)


def question_then(
    connection: Connection, learner_id: int | None, slug: str, number: int, revision_id: int
) -> Question:
    """A question in the revision in which this learner answered this variant; NotFound for everyone else."""
    if learner_id is None or not has_answered(connection, learner_id, slug, number, revision_id):
        raise NotFound
    row = revision(connection, revision_id)
    try:
        found = questions_in(row.source, row.slug).get(slug)
    except BankError:
        found = None
    if found is None:
        raise NotFound(OUTDATED)
    return found
