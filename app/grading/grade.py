"""Response to verdict: reads, compares, names the mistake, follows the learner's own earlier values."""

from collections.abc import Callable, Iterator, Mapping
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
from app.grading.comparison import Comparison
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
from app.text import text

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

# An earlier value is followed when it is a named mistake or at least this share of it is right, so that an
# easy wrong start (all zeros) does not earn the marks of what comes after.
PLAUSIBLE = 1 / 3
LONGEST_TEXT = 10_000

FOLLOWED = text(
    "从你上一步的结果算，这一步是对的：给方法分。",
    "Right from your own earlier result: marks for the method.",
)
FOLLOWED_PARTLY = text("按你上一步的结果来判。", "Judged from your own earlier result.")
ONLY_YOU = text("写好后，对照要点逐条自评。", "When it is written, check it against the key points yourself.")
METHOD_RIGHT = text("列式对了，结果算错了。", "The working is right, the result is not.")


def grade(
    variant: Variant, part: Part, response: object, earlier: Mapping[str, object] | None = None
) -> Verdict:
    """Judge one part. `earlier` holds the responses to earlier parts, for error carried forward."""
    if isinstance(part, TextPart):
        return written(variant, part, response)
    if part.response in DECLARED:
        return DECLARED[part.response](part, response)
    if isinstance(part, NumbersPart) and part.rows:
        return grade_rows(variant, part, response, earlier or {})
    return grade_computed(variant, part, response, earlier or {})


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
    verdicts = {
        part.id: grade(variant, part, responses[part.id], responses)
        for part in variant.question.parts
        if part.id in responses
    }
    judged = [
        (p.marks, v.score)
        for p in variant.question.parts
        if (v := verdicts.get(p.id)) and v.score is not None
    ]
    marks = sum(m for m, _ in judged)
    return Grade(sum(m * s for m, s in judged) / marks if marks else None, verdicts)


def grade_computed(variant: Variant, part: Part, response: object, earlier: Mapping[str, object]) -> Verdict:
    rules, response = COMPUTED[part.response], as_typed(response)
    try:
        value = rules.read(part, response)
    except Unreadable as problem:
        return replace(unreadable(problem), cells=box_by_box(variant, part, response))
    if computed(part) is None:
        return free_choice(part, value)
    answer = variant.answers[part.id]
    truth: Comparison = rules.compare(part, value, answer.value)
    if truth.right:
        return scored(1, CORRECT, cells=truth.cells)
    for name, feedback in explanations(variant, part, value):
        return Verdict("incorrect", 0.0, feedback, name, truth.cells)
    followed = follow(variant, part, value, earlier)
    if followed and followed.right:
        return replace(scored(1, FOLLOWED, cells=followed.cells), followed=True)
    if followed and followed.score > truth.score:
        return replace(scored(followed.score, FOLLOWED_PARTLY, cells=followed.cells), followed=True)
    return scored(truth.score, truth.feedback or INCORRECT, cells=truth.cells)


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


def explanations(variant: Variant, part: Part, value: Any) -> Iterator[tuple[str, Any]]:
    """The names under which a wrong value is known: the printed key's own error first, then mistakes."""
    rules = COMPUTED[part.response]
    erratum = variant.question.erratum if variant.number == 0 else None
    if erratum and part.id in erratum.answers:
        printed = rules.read(part, erratum.answers[part.id])
        if rules.compare(part, value, printed).right:
            said = text(
                "印刷版答案就是这样写的，但它错了：", "This is what the printed key says, and it is wrong:"
            )
            yield PRINTED_KEY, said + erratum.why
    for wrong in variant.answers[part.id].wrong:
        if rules.compare(part, value, wrong.value).right:
            yield wrong.mistake.name, wrong.mistake.title + text("。", ".") + wrong.mistake.hint


def follow(variant: Variant, part: Part, value: Any, earlier: Mapping[str, object]) -> Comparison | None:
    """Compare with what follows from the learner's own earlier values, where these are plausible."""
    answer = computed(part)
    own: dict[str, Any] = {}
    for part_id in answer.uses.values() if answer else ():
        before = variant.question.part(part_id)
        if before is None or part_id not in earlier:
            return None
        verdict = grade(variant, before, earlier[part_id], earlier)
        if not plausible(verdict):
            return None
        read = COMPUTED[before.response].read(before, as_typed(earlier[part_id]))
        if None in flat([read]):  # a box was left empty
            return None
        own[part_id] = plain(read)
    expected = variant.follow(part, own) if own else None
    return COMPUTED[part.response].compare(part, value, expected.value) if expected else None


def plausible(verdict: Verdict) -> bool:
    if verdict.verdict == "unreadable":
        return False
    cells = list(flat(verdict.cells or []))
    return bool(
        verdict.mistake or verdict.followed or (cells and cells.count("correct") >= PLAUSIBLE * len(cells))
    )


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
    return int(value) if float(value).is_integer() else float(value)


def grade_rows(
    variant: Variant, part: NumbersPart, response: object, earlier: Mapping[str, object]
) -> Verdict:
    """Numbers with their working: the results are judged, and right working under a wrong result earns half."""
    if not isinstance(response, list) or not part.rows:
        return grade_computed(variant, part, response, earlier)
    declared = variant.working(part.rows, len(part.labels))
    rows = [working.split(d, str(r)) for d, r in zip(declared, response, strict=False)]
    results: list[object] = [result for _, result in rows] + list(response[len(rows) :])
    verdict = grade_computed(variant, part, results, earlier)
    boxes: Cells = [
        working.judge(d, cells) if cells else None for d, (cells, _) in zip(declared, rows, strict=False)
    ]
    if verdict.score is None or verdict.score == 1 or verdict.cells is None:
        return replace(verdict, working=boxes)
    credit = sum(
        working.METHOD_CREDIT
        for result, row in zip(verdict.cells, boxes, strict=False)
        if result == "incorrect" and isinstance(row, list) and set(row) == {"correct"}
    ) / len(part.labels)
    if not credit:
        return replace(verdict, working=boxes)
    judged = scored(verdict.score + credit, verdict.feedback + METHOD_RIGHT, verdict.mistake, verdict.cells)
    return replace(judged, working=boxes)
