"""Error carried forward: a part judged from the learner's own earlier values, where these are plausible.

A wrong earlier value is plausible when it is a known mistake, was itself carried forward, has at least a third of its
cells right, or has every number of the right sign and within a factor of four of the truth; but not when all its
numbers are one and the same where the true ones are not. A wrong number that is only repeated is not followed
either, nor are zeros. So an easy wrong start, such as zeros, does not earn the marks of what comes after.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, cast

from app.grading.comparison import Comparison, agrees
from app.grading.verdict import Cells, Verdict
from app.operations.operation import Value, Way
from app.questions.part import NumbersPart, Part, computed, precision
from app.questions.precision import Real
from app.questions.variant import Answer, Variant
from app.text import Text, text

PLAUSIBLE_SHARE = 1 / 3
PLAUSIBLE_FACTOR = 4

FOLLOWED = text(
    "从你上一步的结果算，这一步是对的：给方法分。",
    "Right from your own earlier result: marks for the method.",
)
FOLLOWED_PARTLY = text("按你上一步的结果来判。", "Judged from your own earlier result.")


@dataclass(frozen=True)
class Judged:
    """A verdict, and the value it is about where one could be read."""

    verdict: Verdict
    value: Any = None


Earlier = Mapping[str, Judged]  # by part


def carry(rules: Any, variant: Variant, part: Part, value: Any, earlier: Earlier) -> Comparison | None:
    """The value compared with what follows from the learner's own earlier ones; None where none can be used.

    Of an earlier result of the same computation only what deviates is put in first, so that the rounding of the rest
    does no harm; then everything as it was typed, for those who went on from their rounded results.
    """
    usable = {i: judged for i, judged in earlier.items() if is_usable(variant, i, judged)}
    deviating = {i: j for i, j in usable.items() if j.verdict.verdict != "correct"}
    found = [carried_on(rules, variant, part, value, usable, chosen) for chosen in (deviating, usable)]
    return max(filter(None, found), key=lambda comparison: comparison.score, default=None)


def carried_on(
    rules: Any, variant: Variant, part: Part, value: Any, usable: Earlier, chosen: Earlier
) -> Comparison | None:
    answer = variant.answers[part.id]
    own_inputs = {i: plain(usable[i].value) for i in answer.asked.uses.values() if i in usable}
    if own_inputs:
        answer = variant.follow(part, own_inputs) or answer
    own = own_results(variant, answer, chosen)
    if isinstance(part, NumbersPart) and isinstance(answer.value, list) and len(value) == len(answer.value):
        return along(part, answer, value, own, bool(own_inputs), typed=chosen is usable)
    expected = answer.done(Way(own=own)) if own else answer.value
    if expected is None or not (own or own_inputs) or shows_nothing(variant, answer, value, usable):
        return None
    found: Comparison = rules.compare(part, value, expected)
    said = FOLLOWED if found.right else FOLLOWED_PARTLY
    return Comparison(found.score, found.right, found.cells, said)


def shows_nothing(variant: Variant, answer: Answer, value: Any, usable: Earlier) -> bool:
    """Whether all is 0, or a number only repeats an earlier one of the computation, where the truth is otherwise."""
    if not any(flat([value])):
        return any(flat([answer.value]))
    before = [(variant.answers[i], judged.value) for i, judged in usable.items()]
    return any(
        known.operation is answer.operation and own == value and known.value != answer.value
        for known, own in before
        if not isinstance(value, list)
    )


def own_results(variant: Variant, answer: Answer, earlier: Earlier) -> dict[str, Any]:
    """The learner's own values of earlier results of the same computation."""
    own: dict[str, Any] = {}
    for before in variant.question.parts:
        asked = computed(before)
        if asked and before.id in earlier:
            known = variant.answers[before.id]
            if known.operation is answer.operation and known.inputs == answer.inputs:
                put(own, asked.result, asked.index, plain(earlier[before.id].value), known.solution.results)
    return own


def put(
    own: dict[str, Any], result: str, index: int | list[int], value: Value, results: Mapping[str, Any]
) -> None:
    """Put a value where it stands in the result; None for what is not known."""
    path = [index] if isinstance(index, int) else index
    if not path:
        own[result] = value
        return
    at = own.setdefault(result, blank(results[result]))
    for i in path[:-1]:
        at = at[i]
    at[path[-1]] = value


def blank(value: Value) -> Any:
    return [blank(entry) for entry in value] if isinstance(value, list) else None


def along(
    part: NumbersPart, answer: Answer, value: list[Any], own: dict[str, Any], carried: bool, typed: bool
) -> Comparison | None:
    """Entry by entry, each from those before it as the learner wrote them; None where nothing differs from the truth."""
    asked, truth, first = precision(part), cast(list[Real], answer.value), None
    expected, before = list(truth), [None] * len(value)
    for i, entry in enumerate(value):
        written = {} if answer.asked.index else {answer.asked.result: [*before]}
        if own or (written and first is not None):
            reached = answer.done(Way(own=own | written))
            if not isinstance(reached, list) or len(reached) != len(truth):
                return None
            expected[i] = cast(Real, reached[i])
        if entry is None:
            break
        if i and first is not None and entry == value[i - 1] and not agrees(entry, truth[i - 1], asked):
            expected[i] = truth[i]  # a repeated number shows no method
        right = agrees(entry, expected[i], asked)
        before[i] = None if right and not typed else plain(entry)
        if first is None and not right:
            first = i
            if not near(entry, expected[i]) and not is_known(answer, i, entry, asked):
                break
    if not carried and all(agrees(Fraction(e), t, asked) for e, t in zip(expected, truth, strict=True)):
        return None
    cells: Cells = [
        None if v is None else "correct" if agrees(v, e, asked) else "incorrect"
        for v, e in zip(value, expected, strict=True)
    ]
    followed = cells.count("correct")
    return Comparison(
        followed / len(cells), followed == len(cells), cells, sentence(first, bool(own) or carried)
    )


def sentence(first: int | None, carried: bool) -> Text:
    if first is None:
        return FOLLOWED
    said = text(
        f"第 {first + 1} 个数起出错；后面从你自己的结果算。",
        f"It goes wrong at number {first + 1}; what comes after is judged from your own result.",
    )
    return FOLLOWED_PARTLY + said if carried else said


def is_usable(variant: Variant, part_id: str, judged: Judged) -> bool:
    """Whether an earlier value may be carried forward: right, or plausible, and with no box left empty."""
    verdict = judged.verdict
    if judged.value is None or None in flat([judged.value]) or part_id not in variant.answers:
        return False
    cells, truth = list(flat(verdict.cells or [])), variant.answers[part_id].value
    if verdict.verdict == "correct" or verdict.mistake or verdict.followed:
        return True
    if len(set(flat([judged.value]))) == 1 < len(set(flat([truth]))):
        return False
    return bool(
        (cells and cells.count("correct") >= PLAUSIBLE_SHARE * len(cells)) or near(judged.value, truth)
    )


def near(value: Any, truth: Any) -> bool:
    """Whether a number, or every one of several, is of the right sign and within the factor of the truth."""
    if isinstance(value, list) and isinstance(truth, list):
        return len(value) == len(truth) and all(map(near, value, truth))
    if isinstance(value, list) or isinstance(truth, list) or not truth:
        return bool(value == truth)
    return bool(1 / PLAUSIBLE_FACTOR <= value / Fraction(truth) <= PLAUSIBLE_FACTOR)


def is_known(answer: Answer, i: int, entry: Fraction, asked: Any) -> bool:
    """Whether a known mistake leads to this entry."""
    reached: list[Any] = [wrong.value for wrong in answer.wrong if isinstance(wrong.value, list)]
    return any(i < len(v) and agrees(entry, v[i], asked) for v in reached)


def flat(cells: Any) -> Iterator[Any]:
    for cell in cells:
        if isinstance(cell, list):
            yield from flat(cell)
        else:
            yield cell


def plain(value: Any) -> Any:
    """A read value as an operation takes it: whole numbers as int, the rest as float."""
    if isinstance(value, list):
        return [plain(v) for v in value]
    if value is None:
        return None
    return int(value) if float(value).is_integer() else float(value)
