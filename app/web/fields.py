"""Form fields of each response type: read from a form, filled with what was typed, marked in red.

A response type lays its fields out as nested lists of field names, in the shape of its verdict's cells.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from starlette.datastructures import FormData

from app.grading import working
from app.grading.understood import ECHOES
from app.grading.verdict import Verdict
from app.questions.part import LayersPart, MatchPart, NamesPart, NumbersPart, OrderPart, Part
from app.questions.variant import Variant
from app.text import Text, text

Names = Any  # a field name, or nested lists of them
MOST_LAYERS = 16


def layout(part: Part, variant: Variant) -> Names:
    """The field names of a part."""
    if isinstance(part, NumbersPart):
        return [f"{part.id}.{i}" for i in range(len(part.labels))]
    if part.response == "matrix":
        rows, columns = np.shape(variant.answers[part.id].value)
        return [[f"{part.id}.{r}.{c}" for c in range(columns)] for r in range(rows)]
    if isinstance(part, NamesPart):
        return [f"{part.id}.{i}" for i in range(part.at_least + 2)]
    if isinstance(part, LayersPart):
        return [f"{part.id}.{i}" for i in range(MOST_LAYERS)]
    if isinstance(part, MatchPart):
        return [f"{part.id}.{pair.id}" for pair in part.left]
    if isinstance(part, OrderPart):
        return [f"{part.id}.{item.id}" for item in part.items]
    return part.id


def place(part: Part, variant: Variant, box: str) -> Text | None:
    """What a box of several is called, by its place in the part: "2", "2.0" or "1.3"."""
    at = [int(i) for i in box.split(".")] if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,3})?", box) else []
    if isinstance(part, NumbersPart) and at and at[0] < len(part.labels):
        return variant.text(part.labels[at[0]])
    if part.response == "matrix" and len(at) == 2:
        row, column = at[0] + 1, at[1] + 1
        return text(f"第 {row} 行第 {column} 列", f"Row {row}, column {column}")
    return None


def boxes(name: str, declared: str) -> list[str]:
    """The boxes of one row of working."""
    count = sum(bool(working.NUMBER.fullmatch(piece)) for piece in working.pieces(declared))
    return [f"{name}.{i}" for i in range(count)]


def read(part: Part, variant: Variant, form: FormData) -> Any:
    """The response to a part as the grader takes it; None when nothing was filled in."""
    names = layout(part, variant)
    if reader := READERS.get(part.response):
        return reader(part, variant, form, names)
    typed = mapped(names, lambda name: str(form.get(name, "")))
    return typed if any(value.strip() for value in flat(typed)) else None


def read_rows(part: NumbersPart, variant: Variant, form: FormData, names: Names) -> Any:
    typed = [str(form.get(name, "")) for name in names]
    if part.rows:
        declared = variant.working(part.rows, len(part.labels))
        typed = [
            working.join(d, [str(form.get(box, "")) for box in boxes(name, d)], result)
            for name, d, result in zip(names, declared, typed, strict=True)
        ]
    return typed if any(value.strip() for value in typed) else None


def read_choice(part: Any, variant: Variant, form: FormData, names: Names) -> Any:
    chosen = [str(value) for value in form.getlist(part.id)]
    if not chosen:
        return None
    return chosen if part.several else chosen[0]


def read_order(part: OrderPart, variant: Variant, form: FormData, names: Names) -> Any:
    places = {item.id: str(form.get(f"{part.id}.{item.id}", "")) for item in part.items}
    placed = {place: item for item, place in places.items() if place.isascii() and place.isdigit()}
    return [placed[place] for place in sorted(placed, key=int)] or None


def read_match(part: MatchPart, variant: Variant, form: FormData, names: Names) -> Any:
    chosen = {pair.id: str(form.get(f"{part.id}.{pair.id}", "")) for pair in part.left}
    return chosen if any(chosen.values()) else None


def read_list(part: Any, variant: Variant, form: FormData, names: Names) -> Any:
    return [value for name in names if (value := str(form.get(name, "")).strip())] or None


def read_layers(part: LayersPart, variant: Variant, form: FormData, names: Names) -> Any:
    kinds = read_list(part, variant, form, names)
    return kinds and [{"kind": kind} for kind in kinds]


READERS: dict[str, Callable[[Any, Variant, FormData, Names], Any]] = {
    "numbers": read_rows,
    "choice": read_choice,
    "order": read_order,
    "match": read_match,
    "names": read_list,
    "layers": read_layers,
}


@dataclass
class Fields:
    """What a part's fields show: by field name, what was typed and how it was judged."""

    names: Names
    typed: dict[str, str] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)
    chosen: list[str] = field(default_factory=list)  # ticked options, or items in the learner's order
    described: str = ""  # ids of what is said of the fields
    echoed: str = ""  # the address that says back what is typed


def shown(part: Part, variant: Variant, response: Any, verdict: Verdict | None, base: str) -> Fields:
    """The fields of a part, filled and marked; `base` is the address that says back what is typed, if one can type."""
    fields = Fields(layout(part, variant))
    if base and part.response in ECHOES:
        fields.described = f"understood-{part.id}"
        fields.echoed = f"{base}/understood?part={part.id}&variant={variant.number}"
    if verdict:
        fields.described = f"{fields.described} verdict-{part.id}".strip()
    if response is None:
        return fields
    fill(fields, part, variant, response)
    if verdict and verdict.verdict and (verdict.verdict != "unreadable" or verdict.cells):
        mark(fields, part, variant, response, verdict)
    return fields


def all_names(part: Part, variant: Variant) -> list[str]:
    """Every field of a part, the boxes of its working too."""
    names = list(flat(layout(part, variant)))
    if isinstance(part, NumbersPart) and part.rows:
        declared = variant.working(part.rows, len(part.labels))
        return [box for name, d in zip(names, declared, strict=True) for box in (*boxes(name, d), name)]
    return names


def held(part: Part, variant: Variant, values: Mapping[str, list[str]], base: str) -> Fields:
    """The fields of a part exactly as they were typed, nothing judged."""
    fields = shown(part, variant, None, None, base)
    fields.typed = {name: kept[0] for name, kept in values.items() if kept}
    if part.response == "choice":
        fields.chosen = values.get(part.id, [])
    elif isinstance(part, OrderPart):
        fields.chosen = read_order(part, variant, as_form(values), fields.names) or []
    return fields


def as_form(values: Mapping[str, list[str]]) -> FormData:
    return FormData([(name, value) for name, kept in values.items() for value in kept])


def fill(fields: Fields, part: Part, variant: Variant, response: Any) -> None:
    if part.response in ("choice", "order"):
        fields.chosen = [response] if isinstance(response, str) else list(response)
        places = {f"{part.id}.{item}": str(i) for i, item in enumerate(fields.chosen, start=1)}
        fields.typed |= places if part.response == "order" else {}
    elif part.response == "match":
        fields.typed |= {f"{part.id}.{left}": str(right) for left, right in response.items()}
    elif part.response == "layers":
        kinds = [layer["kind"] if isinstance(layer, Mapping) else layer for layer in response]
        fields.typed |= dict(zip(fields.names, kinds, strict=False))
    elif isinstance(part, NumbersPart) and part.rows:
        for name, row, d in zip(
            fields.names, response, variant.working(part.rows, len(response)), strict=False
        ):
            cells, result = working.split(d, row)
            if not cells and "=" in row:  # not of the declared form: show it whole, in the result's box
                result = row
            fields.typed |= {name: result} | dict(zip(boxes(name, d), cells, strict=False))
    else:
        fields.typed |= dict(zip(flat(fields.names), flat(response), strict=False))


def mark(fields: Fields, part: Part, variant: Variant, response: Any, verdict: Verdict) -> None:
    outcome = str(verdict.verdict)
    one_box = isinstance(fields.names, str) and part.response != "choice"
    if verdict.cells is None or one_box:
        fields.marks = dict.fromkeys(flat(fields.names), outcome)
        return
    names = fields.names
    if part.response == "order":
        names = [f"{part.id}.{item}" for item in fields.chosen]
    elif part.response == "choice":
        names = [f"{part.id}.{option.id}" for option in part.options]
    fields.marks = {n: m for n, m in zip(flat(names), flat(verdict.cells), strict=False) if m}
    if isinstance(part, NumbersPart) and part.rows and verdict.working:
        for name, row, d in zip(names, verdict.working, variant.working(part.rows, len(names)), strict=False):
            if isinstance(row, list):
                fields.marks |= {n: m for n, m in zip(boxes(name, d), flat(row), strict=False) if m}


def mapped(names: Names, value: Callable[[str], str]) -> Any:
    return [mapped(name, value) for name in names] if isinstance(names, list) else value(names)


def flat(nested: Any) -> Iterator[Any]:
    if isinstance(nested, list):
        for entry in nested:
            yield from flat(entry)
    else:
        yield nested
