"""The marks of a whole question from its parts, and verdicts as they are kept."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from app.grading.key_points import self_marked
from app.grading.verdict import Verdict
from app.questions.part import TextPart
from app.questions.question import Question
from app.text import Text

SPANS = "@spans"  # beside the parts, in the responses of an entry of own marks


def share(
    question: Question, verdicts: Mapping[str, Verdict], levels: Mapping[str, Mapping[str, int]]
) -> float | None:
    """Share of the question's marks earned so far, unanswered parts earning none; None before any judging."""
    earned: dict[str, float] = {i: v.score for i, v in verdicts.items() if v.score is not None}
    for part in question.parts:
        if isinstance(part, TextPart) and part.id in levels:
            earned[part.id] = self_marked(part, levels[part.id])
    if not earned:
        return None
    return sum(p.marks * earned.get(p.id, 0.0) for p in question.parts) / sum(p.marks for p in question.parts)


def kept(verdicts: Mapping[str, Verdict]) -> dict[str, dict[str, Any]]:
    """Verdicts as plain data."""
    return {
        part_id: asdict(verdict) | {"feedback": verdict.feedback.model_dump()}
        for part_id, verdict in verdicts.items()
    }


def restored(verdicts: Mapping[str, Mapping[str, Any]]) -> dict[str, Verdict]:
    return {
        part_id: Verdict(**{**verdict, "feedback": Text(**verdict["feedback"])})
        for part_id, verdict in verdicts.items()
    }
