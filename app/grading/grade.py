"""Response to verdict: reads, compares, names the mistake, follows the learner's own earlier values."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any

from app.errors import Invalid
from app.grading import (
    choice,
    expression,
    layers,
    match,
    matrix,
    names,
    number,
    numbers,
    order,
    shape,
    working,
)
from app.grading.carried import Judged, carry
from app.grading.comparison import Comparison
from app.grading.diagnosis import diagnose, search
from app.grading.reading import read_number
from app.grading.suggestions import suggest
from app.grading.verdict import (
    CORRECT,
    EMPTY,
    INCORRECT,
    PRINTED_KEY,
    Cells,
    Grade,
    Unreadable,
    Verdict,
    scored,
    unreadable,
)
from app.questions.part import FreeChoice, NumbersPart, Part, TextPart, computed
from app.questions.variant import Variant
from app.text import Text, text

# Each of these reads a response to a value and compares it with an expected one.
COMPUTED: dict[str, Any] = {"number": number, "numbers": numbers, "shape": shape, "matrix": matrix}
# Each of these judges a response from the question file alone.
DECLARED: dict[str, Callable[[Any, object], Verdict]] = {
    "expression": expression.grade,
    "choice": choice.grade,
    "order": order.grade,
    "match": match.grade,
    "names": names.grade,
    "layers": layers.grade,
}

LONGEST_TEXT = 10_000

NOTHING = text("", "")
ONLY_YOU = text("写好后，对照要点逐条自评。", "When it is written, check it against the key points yourself.")
METHOD_CREDIT = working.METHOD_CREDIT
METHOD_RIGHT = text("列式对了，结果算错了。", "The working is right, the result is not.")


def grade(
    variant: Variant, part: Part, response: object, earlier: Mapping[str, object] | None = None
) -> Verdict:
    """Judge one part. `earlier` holds the responses to earlier parts, for error carried forward."""
    return judge(variant, part, response, judged_before(variant, part, earlier or {})).verdict


def judged_before(variant: Variant, part: Part, responses: Mapping[str, object]) -> dict[str, Judged]:
    """How the earlier computed parts are judged."""
    known: dict[str, Judged] = {}
    for before in variant.question.parts:
        if before.id == part.id:
            break
        if before.id in responses and computed(before):
            known[before.id] = judge(variant, before, responses[before.id], known)
    return known


def judge(variant: Variant, part: Part, response: object, earlier: Mapping[str, Judged]) -> Judged:
    """Judge one part, given how the earlier ones were judged."""
    if isinstance(part, TextPart):
        return Judged(written(variant, part, response))
    if part.response in DECLARED:
        return Judged(DECLARED[part.response](part, response))
    if isinstance(part, NumbersPart) and part.rows:
        return judge_rows(variant, part, response, earlier)
    return judge_computed(variant, part, response, earlier)


def written(variant: Variant, part: TextPart, response: object) -> Verdict:
    """A text is for its writer to judge, helped by suggestions; what is not one, or is endless, is unreadable."""
    if response and not isinstance(response, str):
        return unreadable(Unreadable(text("这里要一段文字。", "A text is wanted here.")))
    if not isinstance(response, str) or not response.strip():
        return unreadable(Unreadable(EMPTY))
    if len(response) > LONGEST_TEXT:
        said = f"太长：最多 {LONGEST_TEXT} 个字符。", f"Too long: at most {LONGEST_TEXT} characters."
        return unreadable(Unreadable(text(*said)))
    if not all(point.accept for point in part.key_points):
        return Verdict(None, None, ONLY_YOU)
    suggested = suggest(part, response, variant.text(variant.question.prompt))
    return Verdict(None, None, ONLY_YOU, key_points=[asdict(suggestion) for suggestion in suggested])


def grade_all(variant: Variant, responses: Mapping[str, object]) -> Grade:
    """Judge the answered parts. Invalid when a response is for a part the question does not have."""
    for part_id in responses:
        if not variant.question.part(part_id):
            raise Invalid(
                text(f"这道题没有“{part_id}”这一问。", f"This question has no part “{part_id}”."),
                field=part_id,
            )
    known: dict[str, Judged] = {}
    for part in variant.question.parts:
        if part.id in responses:
            known[part.id] = judge(variant, part, responses[part.id], known)
    verdicts = {part_id: judged.verdict for part_id, judged in known.items()}
    judged = [
        (p.marks, v.score)
        for p in variant.question.parts
        if (v := verdicts.get(p.id)) and v.score is not None
    ]
    marks = sum(m for m, _ in judged)
    return Grade(sum(m * s for m, s in judged) / marks if marks else None, verdicts)


def judge_computed(variant: Variant, part: Part, response: object, earlier: Mapping[str, Judged]) -> Judged:
    rules, response = COMPUTED[part.response], as_typed(response)
    try:
        value = rules.read(part, response)
    except Unreadable as problem:
        return Judged(replace(unreadable(problem), cells=box_by_box(variant, part, response)))
    if computed(part) is None:
        return Judged(free_choice(part, value))
    truth: Comparison = rules.compare(part, value, variant.answers[part.id].value)
    if truth.right:
        return Judged(scored(1, CORRECT, cells=truth.cells), value)
    return Judged(explained(variant, part, value, truth, earlier), value)


def explained(
    variant: Variant, part: Part, value: Any, truth: Comparison, earlier: Mapping[str, Judged]
) -> Verdict:
    """The verdict on a wrong value: where it comes from, and what of it is right all the same."""
    if said := printed_key(variant, part, value):
        return Verdict("incorrect", 0.0, said, PRINTED_KEY, truth.cells)
    answer = variant.answers[part.id]
    found = diagnose(part, answer, value)
    slipped = any(judged.verdict.verdict != "correct" for judged in earlier.values())
    if found and found.throughout and not slipped:
        return Verdict("incorrect", 0.0, found.feedback, found.name, truth.cells)
    followed = carry(COMPUTED[part.response], variant, part, value, earlier)
    if followed and followed.right:
        return replace(scored(1, followed.feedback or CORRECT, cells=followed.cells), followed=True)
    if found and found.throughout:
        return Verdict("incorrect", 0.0, found.feedback, found.name, truth.cells)
    best = followed if followed and followed.score > truth.score else truth
    if found and not (truth.feedback and part.response == "number"):  # else only the end is rounded wrongly
        return scored(best.score + METHOD_CREDIT * (1 - best.score), found.feedback, found.name, best.cells)
    found = search(part, answer, value)
    said = sum(
        (words for words in (best.feedback, found.feedback if found else best.guess) if words), NOTHING
    )
    said = said if said != NOTHING else INCORRECT
    verdict = scored(best.score, said, found.name if found else None, best.cells)
    return replace(verdict, followed=best is followed)


def as_typed(response: object) -> object:
    """JSON numbers as the text they stand for."""
    if isinstance(response, list):
        return [as_typed(entry) for entry in response]
    return repr(response) if type(response) in (int, float) else response


def box_by_box(variant: Variant, part: Part, response: object) -> Cells | None:
    """Where some boxes cannot be read, a verdict on each box all the same; None where there are no boxes."""
    if not isinstance(response, list):
        return None
    readable = without_unreadable(response)
    try:
        value = COMPUTED[part.response].read(part, readable)
    except Unreadable:
        return None
    judged: Cells | None = COMPUTED[part.response].compare(part, value, variant.answers[part.id].value).cells
    return judged and overlaid(judged, response, readable)


def without_unreadable(typed: Any) -> Any:
    if isinstance(typed, list):
        return [without_unreadable(entry) for entry in typed]
    try:
        read_number(typed if isinstance(typed, str) else "")
    except Unreadable:
        return ""
    return typed


def overlaid(judged: Any, typed: Any, readable: Any) -> Any:
    if isinstance(judged, list):
        return [overlaid(*entry) for entry in zip(judged, typed, readable, strict=False)]
    return "unreadable" if readable == "" and str(typed).strip() else judged


def free_choice(part: Any, value: Any) -> Verdict:
    choice: FreeChoice = part.answer
    if number.within(choice, value):
        return scored(1, CORRECT)
    wanted = text(
        f"这里填 {choice.minimum} 到 {choice.maximum} 之间的任意整数。",
        f"Any whole number from {choice.minimum} to {choice.maximum} will do here.",
    )
    return scored(0, wanted)


def printed_key(variant: Variant, part: Part, value: Any) -> Text | None:
    """What is said of the printed key's own error."""
    rules, erratum = COMPUTED[part.response], variant.question.erratum
    if variant.number or not erratum or part.id not in erratum.answers:
        return None
    if not rules.compare(part, value, rules.read(part, erratum.answers[part.id])).right:
        return None
    said = text("印刷版答案就是这样写的，但它错了：", "This is what the printed key says, and it is wrong:")
    return said + erratum.why


def judge_rows(
    variant: Variant, part: NumbersPart, response: object, earlier: Mapping[str, Judged]
) -> Judged:
    """Numbers with their working: the results are judged, and right working under a wrong result earns half."""
    if not isinstance(response, list) or not part.rows:
        return judge_computed(variant, part, response, earlier)
    declared = variant.working(part.rows, len(part.labels))
    rows = [working.split(d, str(r)) for d, r in zip(declared, response, strict=False)]
    results: list[object] = [result for _, result in rows] + list(response[len(rows) :])
    judged = judge_computed(variant, part, results, earlier)
    boxes: Cells = [
        working.judge(d, cells) if cells else None for d, (cells, _) in zip(declared, rows, strict=False)
    ]
    return replace(judged, verdict=with_working(judged.verdict, boxes))


def with_working(verdict: Verdict, boxes: Cells) -> Verdict:
    if verdict.score is None or verdict.score == 1 or verdict.cells is None:
        return replace(verdict, working=boxes)
    credit = sum(
        working.METHOD_CREDIT
        for result, row in zip(verdict.cells, boxes, strict=False)
        if result == "incorrect" and isinstance(row, list) and set(row) == {"correct"}
    ) / len(verdict.cells)
    if not credit:
        return replace(verdict, working=boxes)
    judged = scored(verdict.score + credit, verdict.feedback + METHOD_RIGHT, verdict.mistake, verdict.cells)
    return replace(judged, working=boxes, followed=verdict.followed)
