"""One question as it was asked for: who asks, which variant, what is done with it, and the page that shows it."""

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Request
from sqlalchemy import Connection, Engine
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from app.errors import NotFound
from app.grading import working
from app.grading.cells import opened
from app.grading.understood import echo
from app.grading.verdict import CORRECT, Verdict
from app.questions.question import Question
from app.questions.shown import arranged, labels, shuffled
from app.questions.space import another
from app.questions.variant import Variant, variant
from app.storage import attempts
from app.storage.attempts import Progress, state_of
from app.storage.database import reading, writing
from app.study import practice
from app.study.library import Library
from app.study.practice import Entry, Practice
from app.text import Text
from app.web import fields
from app.web.dependencies import TheEngine, TheLearner, TheLibrary, remember
from app.web.formulas import answer_formula, part_formula
from app.web.rendering import render, wants_fragment


@dataclass
class Visit:
    """A learner (None before the first answer) at one variant of one question."""

    request: Request
    library: Library
    engine: Engine
    learner: int | None
    slug: str
    number: str
    focus: str = ""  # the mistake that is practised
    past = False  # whether it is an older revision, to be looked at only
    trial = False  # by its author, and nothing is kept

    @cached_property
    def wanted(self) -> int:
        """The number of the variant in the address."""
        if not (self.number.isascii() and self.number.isdigit()) or len(self.number) > 7:
            raise NotFound
        return int(self.number)

    @cached_property
    def shown(self) -> Variant:
        """The variant of the address; NotFound when there is no such question or variant."""
        return variant(self.library.question(self.slug), self.wanted)

    @property
    def base(self) -> str:
        """The address of the question, whatever its variant."""
        return f"/questions/{self.shown.question.slug}"

    @property
    def revision(self) -> int:
        return self.library.revision_id(self.shown.question)

    def neighbours(self) -> tuple[Question | None, Question | None]:
        return self.library.neighbours(self.shown.question)

    @property
    def address(self) -> str:
        return f"{self.base}{self.query(self.shown.number)}"

    def query(self, number: int) -> str:
        chosen: dict[str, int | str] = {"variant": number} if number else {}
        if self.focus in self.library.bank.notes:
            chosen["focus"] = self.focus
        return f"?{urlencode(chosen)}" if chosen else ""

    def another(self) -> str:
        """The address of a variant not shown yet, also to one who has answered further ones."""
        question = self.shown.question
        with reading(self.engine) as connection:
            progress = attempts.progress_of(connection, self.learner) if self.learner else {}
        most = progress[question.slug].most_variant if question.slug in progress else 0
        number = another(
            question, self.shown.number, most, self.focus if self.focus in self.library.bank.notes else ""
        )
        return f"/questions/{question.slug}{self.query(number)}"

    def responses(self, form: FormData) -> dict[str, Any]:
        """What is filled in, by part."""
        read = {part.id: fields.read(part, self.shown, form) for part in self.shown.question.parts}
        return {part_id: response for part_id, response in read.items() if response is not None}

    def look(self, **how: Any) -> Response:
        """The page, as it stands."""
        _ = self.shown  # an unknown question is not worth a connection
        with reading(self.engine) as connection:
            state = practice.read(connection, self.learner, self.shown, self.revision)
            progress = attempts.progress_of(connection, self.learner) if self.learner else {}
            then = None
            if not state.answered and self.slug in progress and progress[self.slug].answers:
                then = self.before(connection)
        return self.page(state, progress, then=then, **how)

    def before(self, connection: Connection) -> str | None:
        """Where the learner's newest answer is, if it was given to another revision."""
        found = self.learner and attempts.answered(connection, self.learner, self.slug, self.wanted)
        if not found or found.revision_id == self.revision:
            return None
        return then_at(self.slug, found)

    def act(
        self,
        form: FormData,
        content: object,
        what: Callable[[Connection, Entry], object],
        kept: Mapping[str, Any] | None = None,
    ) -> Response:
        """Do it in one transaction, committed before anything is said; then the fragment, or back to the page.

        `kept` is what is typed but not handed in: the page is then shown at once, so that none of it is lost.
        """
        now, revision = datetime.now(UTC), self.revision
        with writing(self.engine) as connection:
            if self.learner is None or not attempts.learner_exists(connection, self.learner):
                self.learner = attempts.new_learner(connection, now)
            what(connection, Entry(self.learner, revision, self.shown, key(form, content), now))
            state = practice.read(connection, self.learner, self.shown, self.revision)
        response: Response
        if wants_fragment(self.request) or kept:
            response = self.page(state, {}, kept=kept)
        else:
            response = RedirectResponse(f"{self.address}#question", 303)
        response.headers["HX-Replace-Url"] = self.address
        if self.request.state.account is None:  # who is signed in is known by the session
            remember(self.request, response, self.learner)
        return response

    def page(
        self,
        state: Practice,
        progress: Mapping[str, Progress],
        *,
        fresh: bool = False,
        kept: Mapping[str, Any] | None = None,
        notice: Text | None = None,
        then: str | None = None,
        status: int = 200,
    ) -> Response:
        shown, question = self.shown, self.shown.question
        responses = {} if fresh else {**state.responses, **(kept or {})}
        verdicts = {
            i: v
            for i, v in state.verdicts.items()
            if i in responses and responses[i] == state.responses.get(i)
        }
        previous, following = self.neighbours()
        held = {p.id: fields.shown(p, shown, responses.get(p.id), verdicts.get(p.id), "" if self.past else self.base) for p in question.parts}  # fmt: skip
        context = asked(shown, held, verdicts) | {
            "library": self.library, "progress": progress,
            "state": state, "state_of": state_of, "fresh": fresh, "notice": notice,
            "opened": lambda part: opened(shown, part, state.responses, state.verdicts, state.gave_up),
            "previous": previous, "following": following, "past": self.past, "then": then,
            "focus": self.library.bank.notes.get(self.focus), "query": self.query(shown.number),
            "base": self.base, "trial": self.trial, "address": self.address, "here": self.address, "submission": secrets.token_urlsafe(12),
        }  # fmt: skip
        return render(self.request, "questions/page.html", context, "questions/_question.html", status)


def asked(
    shown: Variant, held: Mapping[str, fields.Fields], verdicts: Mapping[str, Verdict]
) -> dict[str, Any]:
    """What the templates of a question's parts need: its variant, what its fields hold, how they are judged."""
    return {
        "question": shown.question, "variant": shown, "fields": held, "verdicts": verdicts,
        "labels": lambda part: labels(shown, part), "pieces": working.pieces, "echo": echo,
        "shuffled": lambda entries, part: shuffled(entries, shown, part),
        "arranged": lambda part, chosen: arranged(part, chosen, shown), "CORRECT": CORRECT,
        "answer_formula": answer_formula, "part_formula": part_formula,
    }  # fmt: skip


def then_at(slug: str, answered: Any) -> str:
    """The address of a question as it was when it was answered."""
    return f"/questions/{slug}?{urlencode({'revision': answered.revision_id, 'variant': answered.variant})}"


async def visit(
    request: Request,
    slug: str,
    library: TheLibrary,
    engine: TheEngine,
    learner: TheLearner,
    variant: str = "0",
    focus: str = "",
) -> Visit:
    return Visit(request, library, engine, learner, slug, variant, focus)


TheVisit = Annotated[Visit, Depends(visit)]


def key(form: FormData, content: object) -> str:
    """The form's submission key with what it carries: sent again it is the same, edited it is another."""
    digest = hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:24]
    return f"{str(form.get('submission', ''))[:32] or secrets.token_urlsafe(12)}:{digest}"
