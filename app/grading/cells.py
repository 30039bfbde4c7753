"""The wrong cells of a marked matrix, opened: where each comes from and its arithmetic. Help, so never before an attempt."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.grading.carried import Earlier, is_usable, own_results, plain
from app.grading.grade import judged_before
from app.grading.verdict import Verdict
from app.operations.operation import RIGHT, Step, Way
from app.questions.part import Part
from app.questions.variant import Answer, Variant

MOST = 12
ENDING = re.compile(r"(.*(?:=|\\Rightarrow)).*", re.DOTALL)

Place = tuple[int, int]  # row and column, from 0


def opened(
    variant: Variant,
    part: Part,
    responses: Mapping[str, Any],
    verdicts: Mapping[str, Verdict],
    whole: bool = False,
) -> dict[Place, Step]:
    """How the cells marked wrong come about, the first 12 row by row, given what was answered and how it was judged.

    Unless `whole`, the value at the end of the formula is left to the learner ("?"), and the formula is empty where its
    terms are earlier results that the learner has not found. Judged from own earlier results, a cell is explained by them.
    """
    verdict = verdicts.get(part.id)
    if part.response != "matrix" or not verdict or not verdict.cells:
        return {}
    answer, way, founded = start(variant, part, responses, verdicts)
    found: dict[Place, Step] = {}
    for place in wrong(verdict)[:MOST]:
        if step := answer.operation.cell(answer.inputs, answer.asked.result, place, way):
            shown = step.formula if whole else unfinished(step.formula) if founded else ""
            found[place] = replace(step, formula=shown)
    return found


def wrong(verdict: Verdict) -> list[Place]:
    rows: Any = verdict.cells
    return [(r, c) for r, row in enumerate(rows) for c, mark in enumerate(row) if mark == "incorrect"]


def start(
    variant: Variant, part: Part, responses: Mapping[str, Any], verdicts: Mapping[str, Verdict]
) -> tuple[Answer, Way, bool]:
    """What the part was judged from, and whether the learner has found all the earlier results that it may build on."""
    answer = variant.answers[part.id]
    needed = [
        before.id
        for before in variant.question.parts[: variant.question.parts.index(part)]
        if before.id in answer.asked.uses.values() or same_computation(variant, before, answer)
    ]
    if not verdicts[part.id].followed:
        return answer, RIGHT, all(i in verdicts and verdicts[i].verdict == "correct" for i in needed)
    earlier: Earlier = judged_before(variant, part, responses)
    usable = {i: judged for i, judged in earlier.items() if is_usable(variant, i, judged)}
    answer = variant.follow(part, {i: plain(judged.value) for i, judged in usable.items()}) or answer
    return answer, Way(own=own_results(variant, answer, usable)), usable.keys() >= set(needed)


def same_computation(variant: Variant, part: Part, answer: Answer) -> bool:
    known = variant.answers.get(part.id)
    return known is not None and known.operation is answer.operation and known.inputs == answer.inputs


def unfinished(formula: str) -> str:
    """LaTeX of a working with "?" for the value it comes to; empty where that cannot be told apart."""
    ending = ENDING.fullmatch(formula)
    return f"{ending[1]} ?" if ending else ""
