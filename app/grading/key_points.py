"""Key points of a text answer: here the learner judges, point by point."""

from collections.abc import Mapping

from app.questions.part import TextPart


def self_marked(part: TextPart, levels: Mapping[str, int]) -> float:
    """The share of marks the learner gives themself: a tick is level 1; a rubric's top level is full marks."""
    earned = 0.0
    for point in part.key_points:
        top = max(1, len(point.levels) - 1)
        earned += point.marks * min(max(levels.get(point.id, 0), 0), top) / top
    return earned / sum(point.marks for point in part.key_points)
