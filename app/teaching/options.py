"""What may be chosen in the fields of a question that choose among what there is."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from app.operations import OPERATIONS
from app.questions.shown import LAYER_TITLES
from app.questions.topics import TOPICS
from app.teaching.labels import RESULTS
from app.teaching.shapes import Field
from app.text import Text, text

Options = list[tuple[str, Text]]
Around = Sequence[Mapping[str, Any]]  # the records that a field is in, the innermost first

FIGURES = {
    "auto": text("自动", "Automatic"),
    "none": text("不配图", "None"),
    "three_steps": text("三个步骤", "The three steps"),
}
WRITTEN_IN = {
    "": text("中文和英文都有", "Both Chinese and English"),
    "zh": text("只有中文", "Chinese only"),
    "en": text("只有英文", "English only"),
}


def options_of(field: Field, around: Around, declared: Sequence[str]) -> Options:
    """The options of a field: those that there are, else those of its type."""
    if offer := OFFERS.get((field.model, field.name)):
        return offer(around)
    return [(name, LAYER_TITLES.get(name, text(name, name))) for name in declared]


def operations(around: Around) -> Options:
    return [(name, operation.title) for name, operation in OPERATIONS.items()]


def results(around: Around) -> Options:
    operation = around[0].get("operation")
    known = results_of(operation) if isinstance(operation, str) and operation in OPERATIONS else ()
    return [(name, RESULTS.get(name, text(name, name))) for name in known]


@cache
def results_of(operation: str) -> tuple[str, ...]:
    """The names of what an operation gives."""
    known = OPERATIONS[operation]
    return tuple(known.solve(known.Inputs(**known.example)).results)


def pictures(around: Around) -> Options:
    parts = around[0].get("parts")
    entries = enumerate(parts if isinstance(parts, list) else [], start=1)
    named = [
        (str(part["id"]), text(f"第 {i} 问的图", f"That of part {i}"))
        for i, part in entries
        if isinstance(part, Mapping) and part.get("id") and isinstance(part.get("answer"), Mapping)
    ]
    return [*FIGURES.items(), *named]


def right_items(around: Around) -> Options:
    right = around[1].get("right") if len(around) > 1 else None
    found = []
    for item in right if isinstance(right, list) else []:
        if isinstance(item, Mapping) and isinstance(name := item.get("id"), str):
            said = item.get("text")
            zh, en = (said.get("zh"), said.get("en")) if isinstance(said, Mapping) else (None, None)
            found.append((name, text(str(zh or name), str(en or name))))
    return found


OFFERS: Mapping[tuple[str, str], Callable[[Around], Options]] = {
    ("QuestionFile", "topics"): lambda around: list(TOPICS.items()),
    ("QuestionFile", "language"): lambda around: list(WRITTEN_IN.items()),
    ("Exercise", "picture"): pictures,
    ("Computed", "operation"): operations,
    ("Computed", "result"): results,
    ("Pair", "match"): right_items,
}


def inputs_told(answer: Mapping[str, Any]) -> Text | None:
    """Which numbers an operation needs, and which it can do without."""
    operation = answer.get("operation")
    if not isinstance(operation, str) or operation not in OPERATIONS:
        return None
    fields = OPERATIONS[operation].Inputs.model_fields
    needed = [name for name, field in fields.items() if field.is_required()]
    spare = [name for name in fields if name not in needed]
    told = text(f"需要 {'、'.join(needed)}。", f"It needs {', '.join(needed)}.")
    return (
        told + text(f"还可以有 {'、'.join(spare)}。", f"It also takes {', '.join(spare)}.") if spare else told
    )
