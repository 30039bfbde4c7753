"""Values as they are typed into a field, and what is typed as a value: what cannot be read stays as typed."""

import json
import re
from collections.abc import Mapping
from math import isfinite
from typing import Any

import yaml

from app.teaching.shapes import Kind, Leaf
from app.teaching.written import same, shown
from app.text import LANGUAGES

WHOLE = re.compile(r"[-+]?[0-9]{1,300}")
REAL = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
FULL_WIDTH = str.maketrans("０１２３４５６７８９．，－−【】［］：｛｝", "0123456789.,--[][]:{}")
DEEPEST = 20  # brackets in brackets


class Reader(yaml.CSafeLoader):
    """YAML of one line; 1e-3 is a number."""


class Words(yaml.CBaseLoader):
    """YAML of one line in which everything is a text."""


Reader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+$"), list("-+0123456789")
)


def kind_of(leaf: Leaf, value: Any) -> Kind:
    """How a value is typed: as its field wants it, or in brackets where it is something else."""
    fits: dict[Kind, bool] = {
        "line": isinstance(value, str | int | float),
        "number": isinstance(value, str | int | float) and not isinstance(value, bool),
        "yes_no": isinstance(value, bool),
        "choice": isinstance(value, str),
        "lines": is_list(value) and all("\n" not in line for line in value),
        "ticks": is_list(value) and len(set(value)) == len(value),
        "names": is_list(value) and not any(re.search(r"[,，\n]|^\[", name) for name in value),
    }
    if value is None or fits.get(leaf.kind, True):
        prose = leaf.kind == "line" and isinstance(value, str) and "\n" in value
        return "prose" if prose else leaf.kind
    return "value"


def is_list(value: Any) -> bool:
    """Of texts that can stand on a line each."""
    return isinstance(value, list) and all(isinstance(x, str) and x and x == x.strip() for x in value)


def is_pair(value: Any) -> bool:
    """Whether it can be typed as a text in two languages."""
    if isinstance(value, Mapping):
        return all(isinstance(value.get(name, ""), str | int | float) for name in LANGUAGES)
    return value is None or isinstance(value, str)


def typed(kind: Kind, value: Any) -> str:
    if value is None:
        return ""
    if kind == "value":
        return as_value(value)
    if kind == "words":
        return value if isinstance(value, str) and value[:1] not in ('"', "[") else flow(value, True)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return (", " if kind == "names" else "\n").join(value)
    return shown(value) if isinstance(value, float) else str(value)


def read(kind: Kind, text: str) -> Any:
    """What a text typed into a field says; the text itself where it does not say it as it should."""
    text = text.replace("\r\n", "\n")
    if kind == "value":
        return read_value(text)
    if kind == "words":
        return read_words(text)
    if kind == "number":
        return read_number(text)
    if kind == "yes_no":
        return {"yes": True, "no": False}.get(text, text)
    if kind == "lines":
        return [line.strip() for line in text.split("\n") if line.strip()]
    if kind == "names":
        return [name.strip() for name in re.split("[,，、]", text) if name.strip()]
    return text


def read_number(text: str) -> Any:
    plain = text.strip().translate(FULL_WIDTH)
    if WHOLE.fullmatch(plain):
        return int(plain)
    if REAL.fullmatch(plain) and isfinite(float(plain)):
        return float(plain)
    return text


def as_value(value: Any) -> str:
    if isinstance(value, str):
        return value if same(read_value(value), value) else quoted(value)
    if isinstance(value, list) and len(value) > 1 and all(isinstance(row, list | dict) for row in value):
        return "[" + ",\n ".join(map(flow, value)) + "]"  # a row of a matrix on a line
    return flow(value)


def read_value(text: str) -> Any:
    plain = text.strip()
    if plain.startswith(("{{", "@")):
        return text
    number = read_number(plain)
    if not isinstance(number, str):
        return number
    if (numbers := rows_of_numbers(plain)) is not None:
        return numbers
    if plain.startswith(("[", "【", "［", "{")):
        translated = plain if '"' in plain or plain[0] == "{" else plain.translate(FULL_WIDTH)
        value = loaded(translated, Reader)
        return text if value is None else value
    value = None if "#" in plain and plain[:1] != '"' else loaded(plain, Reader)
    return value if isinstance(value, bool | int | float | str) else text


def rows_of_numbers(text: str) -> Any:
    """Numbers with commas or spaces between them are a list, and lines of them a matrix; None for anything else."""
    rows = [
        [read_number(word) for word in re.split(r"[\s,，]+", line.strip(" \t,，"))]
        for line in text.translate(FULL_WIDTH).split("\n")
        if line.strip()
    ]
    if not rows or any(isinstance(entry, str) for row in rows for entry in row):
        return None
    return rows if len(rows) > 1 else rows[0]


def read_words(text: str) -> Any:
    value = loaded(text.strip(), Words) if text.strip()[:1] in ('"', "[") else None
    return text if value is None else value


def loaded(text: str, loader: Any) -> Any:
    """What a line of YAML says; None where it cannot be read, or says what no question holds."""
    if max(text.count("["), text.count("{")) > 5000 or depth(text) > DEEPEST:
        return None
    try:
        value = named(yaml.load(text, Loader=loader))  # noqa: S506 (both are safe loaders)
    except (yaml.YAMLError, ValueError, TypeError):
        return None
    return value if is_plain(value) else None


def named(value: Any) -> Any:
    """YAML reads the keys `yes` and `no` as truth values; here they are names."""
    if isinstance(value, dict):
        return {
            {True: "yes", False: "no"}.get(k, k) if isinstance(k, bool) else k: named(v)
            for k, v in value.items()
        }
    return [named(entry) for entry in value] if isinstance(value, list) else value


def depth(text: str) -> int:
    deepest = now = 0
    for character in text:
        now += (character in "[{") - (character in "]}")
        deepest = max(deepest, now)
    return deepest


def is_plain(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(isinstance(key, str) and is_plain(entry) for key, entry in value.items())
    if isinstance(value, list):
        return all(map(is_plain, value))
    return (
        value is None or isinstance(value, bool | int | str) or (isinstance(value, float) and isfinite(value))
    )


def flow(value: Any, as_words: bool = False) -> str:
    """On one line, in brackets; texts are quoted where they would be read as something else."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{flow(key)}: {flow(v, as_words)}" for key, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(entry, as_words) for entry in value) + "]"
    if isinstance(value, str):
        inside = loaded(f"[{value}]", Words if as_words else Reader)
        bare = same(inside, [value]) and not re.search(r"[\n，－−【】［］：｛｝０-９．]", value)
        return value if bare and value.strip() == value else quoted(value)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return shown(value) if isinstance(value, float) else str(value)


def quoted(value: str) -> str:
    """In double quotes, without the characters that YAML does not take as they are."""
    escaped = json.dumps(value, ensure_ascii=False)
    return "".join(c if c.isprintable() or ord(c) > 0xFFFF else f"\\u{ord(c):04x}" for c in escaped)
