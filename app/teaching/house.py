"""The house style of question files: the order of fields, and how a new value is written."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import yaml
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import (
    DoubleQuotedScalarString,
    FoldedScalarString,
    LiteralScalarString,
    SingleQuotedScalarString,
)

from app.text import LANGUAGES

FIRST = (
    "zh", "en", "number", "name", "title", "topics", "id", "ask", "text", "response", "marks", "minutes", "given", "prompt",
    "conventions", "picture", "decimals", "figures", "unit", "labels", "rows", "several", "left",
)  # fmt: skip
LAST = ("model", "explanation", "hints", "erratum", "drill")
WIDTH = 100  # of what fits on a line
SLUG = re.compile(r"[\w.+-]+")


def rank(name: str) -> int:
    """Where a field stands among its neighbours; those of no fixed place stand between the first and the last."""
    if name in FIRST:
        return FIRST.index(name)
    return len(FIRST) + (1 + LAST.index(name) if name in LAST else 0)


def in_order(names: Iterable[str]) -> list[str]:
    return sorted(names, key=rank)


def styled(value: Any, like: Any = None, flow: bool = False) -> Any:
    """A value as the house writes it, or as the scalar is written whose place it takes; `flow`: inside brackets."""
    if isinstance(value, str):
        return scalar(value, like, flow)
    if not isinstance(value, Mapping | list):
        return value
    flow = flow or fits_a_line(value)
    if isinstance(value, list):
        node: Any = CommentedSeq([styled(entry, flow=flow) for entry in value])
    else:
        node = CommentedMap(
            (styled(name, flow=flow), styled(value[name], flow=flow)) for name in in_order(value)
        )
    if flow:
        node.fa.set_flow_style()
    else:
        node.fa.set_block_style()
    return node


def scalar(value: str, like: Any, flow: bool) -> Any:
    printable = all(c == "\n" or c.isprintable() for c in value)
    tidy = printable and value == value.lstrip() and not re.search(r"[ \n]$| \n", value)
    if isinstance(like, FoldedScalarString) and tidy and "\n" not in value and len(value) > WIDTH:
        return folded(value)
    if tidy and ("\n" in value or len(value) > WIDTH) and not isinstance(like, DoubleQuotedScalarString):
        return LiteralScalarString(value)
    if (
        isinstance(like, DoubleQuotedScalarString | SingleQuotedScalarString)
        and printable
        and "\n" not in value
    ):
        return type(like)(value)
    return value if reads_as_itself(value, flow) else DoubleQuotedScalarString(value)


def folded(value: str) -> Any:
    """Folded at the last space that fits on each line."""
    node, start, places = FoldedScalarString(value), 0, []
    while len(value) - start > 1.1 * WIDTH:
        place = value.rfind(" ", start + 1, start + WIDTH)
        if place < 0 or value[place + 1] == " " or value[place - 1] == " ":
            break
        places.append(place)
        start = place + 1
    node.fold_pos = places
    return node


def reads_as_itself(value: str, flow: bool) -> bool:
    """Whether the bare words are read as these words."""
    if not value or "\n" in value or value.count("[") + value.count("{") > WIDTH:
        return False
    try:
        read = yaml.load(f"[{value}, x]" if flow else f"- {value}\n- x", Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError):
        return False
    return bool(read == [value, "x"])


def fits_a_line(value: Any) -> bool:
    if not value:
        return True
    if not on_a_line(value):
        return False
    if isinstance(value, Mapping):
        return set(value) == set(LANGUAGES) or not has_text(value)
    words = [entry for entry in value if isinstance(entry, str)]
    return all(SLUG.fullmatch(word) for word in words) and not has_text(value)


def on_a_line(value: Any) -> bool:
    return len(str(value)) <= WIDTH + 30 and not any("\n" in t or len(t) > WIDTH for t in strings(value))


def has_text(value: Any) -> bool:
    """Whether there is a text in both languages anywhere in it."""
    if isinstance(value, Mapping):
        return set(value) == set(LANGUAGES) or any(map(has_text, value.values()))
    return isinstance(value, list) and any(map(has_text, value))


def strings(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    for entry in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        yield from strings(entry)
