"""A question as it was when a learner answered it: their own work, to be looked at only."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from starlette.responses import RedirectResponse, Response

from app.errors import NotFound
from app.questions.question import Question
from app.questions.variant import Variant, variant
from app.storage import attempts
from app.storage.database import reading
from app.study.past import question_then
from app.web.visit import Visit, then_at


@dataclass
class Past(Visit):
    """A learner at what they answered in some revision; NotFound for everyone else."""

    revision: int = 0
    past = True

    @cached_property
    def shown(self) -> Variant:
        with reading(self.engine) as connection:
            found = question_then(connection, self.learner, self.slug, self.wanted, self.revision)
        return variant(found, self.wanted)

    @property
    def address(self) -> str:
        return f"/questions/{self.slug}?revision={self.revision}&variant={self.wanted}"

    def neighbours(self) -> tuple[Question | None, Question | None]:
        return None, None


def look(visit: Visit, revision: str) -> Response:
    if not (revision.isascii() and revision.isdigit()) or len(revision) > 9:
        raise NotFound
    known = visit.request, visit.library, visit.engine, visit.learner, visit.slug, visit.number
    return Past(*known, revision=int(revision)).look()


def or_then(visit: Visit, **how: Any) -> Response:
    """Today's page; where there is none any more, the one that the learner answered."""
    try:
        _ = visit.shown
    except NotFound:
        if visit.learner is None:
            raise
        with reading(visit.engine) as connection:
            found = attempts.answered(connection, visit.learner, visit.slug, visit.wanted)
        if found is None:
            raise
        return RedirectResponse(then_at(visit.slug, found), 303)
    return visit.look(**how)
