"""An answer to an older text of a question, judged by its newest: on the numbers that the learner saw."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from jinja2 import TemplateError

from app.errors import NotFound
from app.grading.grade import grade_all
from app.grading.verdict import Verdict
from app.questions.part import NumbersPart, computed
from app.questions.question import Question
from app.questions.variant import ByRevision, Variant, variant
from app.text import Text, text

NO_SUCH_NUMBERS = text("当时的数现在算不出来了。", "The numbers of then can no longer be computed.")
NOT_COMPUTED = text(
    "新版的题目不能用学生当时看到的数来算。", "The new question cannot be computed on the numbers of then."
)


class NotRegradable(Exception):
    """Why an answer cannot be judged by the newest question."""

    def __init__(self, reason: Text) -> None:
        self.reason = reason
        super().__init__(reason.en)


@dataclass(frozen=True)
class Asked:
    """The newest question on the numbers of then."""

    variant: Variant
    current: bool  # they are also the numbers of the newest question's own variant
    unchanged: frozenset[str]  # parts that are judged as they were


@dataclass
class Regrader:
    """Judges by one question what was answered to older texts of it; the same answer is judged once."""

    question: Question
    _asked: dict[tuple[str, int], Asked | Text] = field(default_factory=dict)
    _judged: dict[tuple[str, int, str], Mapping[str, Verdict]] = field(default_factory=dict)

    def asked(self, before: Question, number: int) -> Asked:
        """The newest question as it stands for one variant of an older one. NotRegradable where it does not fit."""
        key = (before.revision, number)
        if key not in self._asked:
            try:
                self._asked[key] = asked_now(self.question, before, number)
            except NotRegradable as refusal:
                self._asked[key] = refusal.reason
        found = self._asked[key]
        if isinstance(found, Text):
            raise NotRegradable(found)
        return found

    def judge(
        self, before: Question, number: int, responses: Mapping[str, Any], verdicts: Mapping[str, Verdict]
    ) -> dict[str, Verdict]:
        """Verdicts by part; `verdicts` are those of then, which parts that have not changed keep."""
        asked = self.asked(before, number)
        for part_id in responses:
            check_part(self.question, before, part_id)
        anew: Mapping[str, Verdict] = {}
        if not asked.unchanged.issuperset(responses):
            key = (before.revision, number, json.dumps(responses, sort_keys=True, ensure_ascii=False))
            if key not in self._judged:
                self._judged[key] = grade_all(asked.variant, responses).parts
            anew = self._judged[key]
        found = {i: verdicts[i] if i in asked.unchanged and i in verdicts else anew[i] for i in responses}
        for part_id, verdict in found.items():
            if verdict.verdict == "unreadable" != verdicts[part_id].verdict:
                raise NotRegradable(text(f"“{part_id}”一问：", f"Part “{part_id}”: ") + verdict.feedback)
        return found


def check_part(question: Question, before: Question, part_id: str) -> None:
    """NotRegradable where a part that was answered is no longer asked for, or for something of another kind."""
    part, then = question.part(part_id), before.part(part_id)
    if part is None or then is None:
        raise NotRegradable(
            text(f"新版没有“{part_id}”这一问。", f"The new question has no part “{part_id}”.")
        )
    if part.response != then.response:
        raise NotRegradable(
            text(f"“{part_id}”一问的作答方式变了。", f"Part “{part_id}” now wants another type of response.")
        )


def asked_now(question: Question, before: Question, number: int) -> Asked:
    if more := [part.id for part in question.parts if before.part(part.id) is None]:
        zh, en = "”“".join(more), "”, “".join(more)
        raise NotRegradable(text(f"新版多了当时没有问的“{zh}”。", f"The new question also asks for “{en}”."))
    try:
        then = variant(before, number)
        _ = then.answers
    except (NotFound, TemplateError, ArithmeticError, LookupError, TypeError, ValueError):
        raise NotRegradable(NO_SUCH_NUMBERS) from None
    if unseen := sorted(question.given.keys() - then.given.keys()):
        zh, en = "、".join(unseen), ", ".join(unseen)
        raise NotRegradable(
            text(f"新版用到当时没有的数：{zh}。", f"The new question takes numbers not given then: {en}.")
        )
    now = Variant(question, number, then.given)
    try:
        _ = now.answers
        for part in question.parts:
            if isinstance(part, NumbersPart) and part.rows:
                now.working(part.rows, len(part.labels))
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError):
        raise NotRegradable(NOT_COMPUTED) from None
    return Asked(now, same_numbers(now), unchanged(now, then))


def same_numbers(now: Variant) -> bool:
    try:
        return variant(now.question, now.number).given == now.given
    except NotFound:  # the newest question does not vary
        return False


def unchanged(now: Variant, then: Variant) -> frozenset[str]:
    """The parts that ask the same of the same numbers, after computed parts that all do."""
    found: set[str] = set()
    carried = now.question.erratum == then.question.erratum
    for part in now.question.parts:
        same = part == then.question.part(part.id)
        if computed(part):
            carried = carried and same and now.answers[part.id].inputs == then.answers[part.id].inputs
            same = carried
        if same:
            found.add(part.id)
    return frozenset(found)


@lru_cache(maxsize=4)
def _regrader(slug: str, entry: ByRevision) -> Regrader:
    return Regrader(entry.question)


def regrader(question: Question) -> Regrader:
    """One for each text, so that what a preview has judged need not be judged again to be applied."""
    return _regrader(question.slug, ByRevision(question))
