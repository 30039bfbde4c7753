"""Several numbers, each with a label; every entry earns its share."""

from collections.abc import Sequence

from app.grading.comparison import Comparison, by_cell, judged, too_roughly
from app.grading.reading import Entry, at_place, ordinal, read_number, read_vector, written
from app.grading.verdict import EMPTY, Unreadable
from app.questions.part import NumbersPart
from app.questions.precision import Real
from app.text import Text, text


def read(part: NumbersPart, response: object) -> list[Entry]:
    """One entry a label, None where left empty. Unreadable when one is no number, or their count is wrong."""
    if not isinstance(response, list):
        typed = read_vector(written(response))
        check_count(part, typed)
        return list(typed)
    if all(entry is None or is_blank(entry) for entry in response):
        raise Unreadable(EMPTY)
    check_count(part, response)
    return [read_entry(label, i, e) for i, (label, e) in enumerate(zip(part.labels, response, strict=True))]


def check_count(part: NumbersPart, entries: Sequence[object]) -> None:
    wanted, found = len(part.labels), len(entries)
    if found != wanted:
        raise Unreadable(
            text(
                f"这里要填 {wanted} 个数，读到 {found} 个。",
                f"Numbers wanted here: {wanted}; found: {found}.",
            )
        )


def read_entry(label: Text, i: int, entry: object) -> Entry:
    if entry is None or is_blank(entry):
        return None
    try:
        return read_number(written(entry))
    except Unreadable as problem:
        # a label with {{ }} or a formula is not yet filled in
        if "{{" in label.zh or "$" in label.zh:
            raise at_place(problem, *ordinal(i)) from None
        raise at_place(problem, f"{label.zh}：", f"{label.en}:") from None


def is_blank(entry: object) -> bool:
    return isinstance(entry, str) and not entry.strip()


def compare(part: NumbersPart, values: list[Entry], expected: Sequence[Real]) -> Comparison:
    """Entry by entry; nothing is right where the counts differ."""
    if len(values) != len(expected):
        return Comparison(0.0, False)
    both = list(zip(values, expected, strict=True))
    outcomes = [judged(v, e, part.precision) for v, e in both]
    return by_cell(outcomes, list(outcomes), too_roughly(both, part.precision))
