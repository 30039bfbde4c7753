"""What one begins with: a new question, one made of a drill, and each thing that may be added to a question."""

from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from string import ascii_lowercase
from typing import Any, get_args

import yaml

from app.errors import NotFound
from app.operations import OPERATIONS
from app.questions.document import mapping
from app.questions.part import RESPONSES, LayerKind
from app.questions.question import Drill
from app.teaching.house import in_order
from app.teaching.labels import label_of
from app.teaching.options import Around
from app.teaching.plain import Givens, plainly
from app.teaching.shapes import Both, Field, Leaf, OneOf, Record, Repeated, fields_of
from app.text import text

TITLE = {"zh": "新题目", "en": "New question"}
PROMPT = {"zh": "在这里写题干。", "en": "Write the prompt here."}
LEVEL = 2  # of a drill: as in an exam


@cache
def beginnings() -> dict[str, dict[str, Any]]:
    source = (Path(__file__).parent / "blanks.yaml").read_text(encoding="utf-8")
    return dict(yaml.load(source, Loader=yaml.CSafeLoader))


def blank(response: str) -> dict[str, Any]:
    """A small valid question of a response type, with texts that say what to write. NotFound for no such type."""
    if response not in RESPONSES:
        raise NotFound
    begun = deepcopy(beginnings()[response])
    part = {"id": "part1", **begun.pop("part")}
    return ordered(
        {"title": dict(TITLE), "marks": 1, "minutes": 2, "prompt": dict(PROMPT), **begun, "parts": [part]}
    )


def from_operation(operation: str, drills_source: str, givens: Givens = ()) -> dict[str, Any]:
    """A question from the drills of an operation, with the numbers of the second level. NotFound for no such operation.

    `givens`: the numbers of its variants, for leaving out what its texts say of other levels.
    """
    if operation not in OPERATIONS:
        raise NotFound
    content = mapping(drills_source, f"drills/{operation.replace('_', '-')}.yaml")
    level = content.pop("levels")[LEVEL - 1]
    return ordered(plainly(deepcopy({**content, **level, "marks": 1}), givens))


def ordered(content: Mapping[str, Any]) -> dict[str, Any]:
    return {name: content[name] for name in in_order(content)}


def new_part(response: str, question: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A part for a question, and the given numbers that the question lacks for it.

    Where a name is taken by another number, the part has an input of its own.
    """
    begun = deepcopy(beginnings()[response])
    given = question.get("given")
    given = given if isinstance(given, Mapping) else {}
    needed = begun.get("given", {})
    taken = {name: value for name, value in needed.items() if name in given and given[name] != value}
    part = {"id": free_id("part", question.get("parts")), **begun["part"]}
    if taken:
        part["answer"]["inputs"] = taken
    return part, {name: value for name, value in needed.items() if name not in given}


def new_drill(question: Mapping[str, Any]) -> dict[str, Any]:
    """A drill that is the question once more."""
    return deepcopy(
        {name: question[name] for name in fields_of(Drill) if name in question and name != "hints"}
    )


def new_entry(field: Field, shape: Record | OneOf | Both, entries: list[Any], around: Around) -> Any:
    """One more entry of a list, with what it must have."""
    if isinstance(shape, Both):
        return words(field)
    record = shape if isinstance(shape, Record) else shape.record(None)
    return new_record(record, entries, around)


def new_record(record: Record, entries: list[Any], around: Around) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, field in fields_of(record.model).items():
        if name in ("id", "name"):
            made[name] = free_id("", entries, name)
        elif field.required:
            made[name] = least(field, len(entries) + 1, around)
    return made


def least(field: Field, n: int, around: Around) -> Any:
    """The least that a field must hold."""
    match field.shape:
        case Both():
            return words(field)
        case Repeated(entry=entry):
            return [new_entry(field, entry, [], around)]
        case Record() as record:
            return new_record(record, [], around)
        case Leaf(kind="number"):
            return 1
        case Leaf(kind="lines"):
            return [words(field)["zh"]]
    if field.name == "match":
        return first_id(around[0].get("right"))
    if field.name == "formula":
        return f"{around[0].get('formula', 'x')} + {n}"
    return ""


def new_row(field: Field, rows: Mapping[str, Any], around: Around) -> tuple[str, Any]:
    """A name that no row has, and a value, to be changed by the author."""
    name = free_id("", [{"id": name} for name in rows])
    if field.name == "inputs":
        example = OPERATIONS[around[0]["operation"]].example
        given = next((record.get("given") or {} for record in around if "parts" in record), {})
        name = next((known for known in example if known not in rows), name)
        return name, deepcopy(given.get(name, example.get(name, 1)))
    kinds = [kind for kind in get_args(LayerKind)[1:] if kind not in rows] or [name]
    rules = {"needs": (kinds[0], 1), "after": (kinds[0], ["input"])}
    values = {"variables": [-4, 4], "vectors": [-4, 4], "aliases": [name.upper()], "answers": "1"}
    return rules.get(field.name, (name, values.get(field.name, 1)))


def words(field: Field) -> dict[str, str]:
    label = label_of(field.model, field.name)[0]
    said = text("写上", "Write here:") + label
    return {"zh": said.zh, "en": said.en}


def first_id(entries: Any) -> str:
    ids = [e.get("id") for e in entries if isinstance(e, Mapping)] if isinstance(entries, list) else []
    return str(ids[0]) if ids else ""


def free_id(stem: str, entries: Any, name: str = "id") -> str:
    """An id that no entry has: a, b, …, or the stem and a number."""
    taken = {e.get(name) for e in entries if isinstance(e, Mapping)} if isinstance(entries, list) else set()
    count = len(entries) if isinstance(entries, list) else 0
    letters = [] if stem else list(ascii_lowercase)[count:] + list(ascii_lowercase)
    numbered = (f"{stem or 'item'}{n}" for n in range(count + 1, 2 * count + 3))
    return next(made for made in (*letters, *numbered) if made not in taken)
