"""What grading says of one part, and of a whole question."""

from dataclasses import dataclass, field
from typing import Any, Literal

from app.text import Text, text

Outcome = Literal["correct", "partly", "incorrect", "unreadable"]
Cells = list["Outcome | Cells | None"]

# The name under which an answer equal to the printed key's wrong value is reported.
PRINTED_KEY = "printed_key"


class Unreadable(ValueError):
    """What was typed cannot be read; it costs nothing. `position` counts characters from 0."""

    def __init__(self, message: Text, position: int | None = None) -> None:
        self.message = message
        self.position = position
        super().__init__(message.en)


@dataclass(frozen=True)
class Verdict:
    """`verdict` and `score` are None where only the learner can judge; `score` is None for the unreadable."""

    verdict: Outcome | None
    score: float | None
    feedback: Text
    mistake: str | None = None
    cells: Cells | None = None  # one entry per cell, row or item that was judged; None where left empty
    followed: bool = False  # judged from the learner's own earlier value
    key_points: list[dict[str, Any]] | None = (
        None  # of a text: id, state, evidence; a suggestion, never a score
    )
    working: Cells | None = None  # a verdict per box of each row of working


@dataclass(frozen=True)
class Grade:
    """Verdicts of the answered parts; `score` is their mean by marks, None when none could be judged."""

    score: float | None
    parts: dict[str, Verdict] = field(default_factory=dict)


def unreadable(problem: Unreadable) -> Verdict:
    return Verdict("unreadable", None, problem.message)


def scored(score: float, feedback: Text, mistake: str | None = None, cells: Cells | None = None) -> Verdict:
    """A verdict from a score between 0 and 1."""
    outcome: Outcome = "correct" if score >= 1 else "partly" if score > 0 else "incorrect"
    return Verdict(outcome, score, feedback, mistake, cells)


CORRECT = text("正确。", "Right.")
INCORRECT = text("再想想。", "Think again.")
EMPTY = text("还没有填写。", "Nothing is filled in yet.")
