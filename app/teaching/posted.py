"""What a posted form says: the content of the question, with whatever could not be read as it was typed."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from app.teaching.shapes import QUESTION, Both, Field, Leaf, Named, OneOf, Record, Repeated, Shape, fields_of
from app.teaching.typed import is_pair, kind_of, read
from app.teaching.written import same
from app.text import LANGUAGES

MISSING: Any = object()
INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]"
)  # no key types them, and question files refuse them


def content_from(posted: Iterable[tuple[str, str]], before: Mapping[str, Any]) -> dict[str, Any]:
    """The content after a form was posted that showed `before`. What the form did not show stays as it was."""
    return Posted(posted).record(QUESTION, "", before)


class Posted:
    """The fields of a form by name, and by the groups that they are in."""

    def __init__(self, posted: Iterable[tuple[str, str]]) -> None:
        self.fields: dict[str, list[str]] = {}
        self.inside: dict[str, set[str]] = {}
        for name, value in posted:
            self.fields.setdefault(name, []).append(
                INVISIBLE.sub("", value.replace("\r\n", "\n").replace("\t", " "))
            )
            steps = name.split(".")
            for end in range(len(steps)):
                self.inside.setdefault(".".join(steps[:end]), set()).add(steps[end])

    def shows(self, path: str) -> bool:
        return path in self.fields or path in self.inside

    def record(self, record: Record, prefix: str, before: Mapping[str, Any]) -> dict[str, Any]:
        known = fields_of(record.model)
        content = {}
        for name in [*before, *(name for name in known if name not in before)]:
            value = self.field(known.get(name), f"{prefix}{name}", before.get(name, MISSING))
            if value is not MISSING:
                content[name] = value
        return content

    def field(self, field: Field | None, path: str, before: Any) -> Any:
        """The value of a field; MISSING where it is left out."""
        if not self.shows(path):
            return before
        value = self.value(
            field.shape if field else Leaf("value"), path, None if before is MISSING else before
        )
        if before is not MISSING and (same(value, before) or (before is None and is_blank(value))):
            return before
        usual = field is not None and same(value, field.default)
        return MISSING if is_blank(value) or (usual and before is MISSING) else value

    def value(self, shape: Shape, path: str, before: Any) -> Any:
        match shape, before:
            case Leaf(), _:
                return self.leaf(shape, path, before)
            case Both(), _ if is_pair(before):
                return self.pair(path, before)
            case Repeated(), list() | None:
                return self.entries(shape, path, before or [])
            case Named(), Mapping() | None:
                return self.rows(shape, path, before or {})
            case Record(), Mapping() | None:
                return self.record(shape, f"{path}.", before or {})
            case OneOf(), Mapping() | None:
                said = {name: self.fields[f"{path}.{name}"][-1] for name in self.inside.get(path, ()) if f"{path}.{name}" in self.fields}  # fmt: skip
                return self.record(shape.record(before or said), f"{path}.", before or {})
        return self.leaf(Leaf("value"), path, before)

    def leaf(self, leaf: Leaf, path: str, before: Any) -> Any:
        typed = self.fields.get(path)
        if not typed:
            return before
        kind = kind_of(leaf, before)
        if kind == "ticks":
            kept = [name for name in before or () if name in typed]
            return kept + [name for name in dict.fromkeys(typed) if name and name not in kept]
        return read(kind, typed[-1])

    def pair(self, path: str, before: Any) -> Any:
        pair = dict(before) if isinstance(before, Mapping) else {"zh": before} if before else {}
        for language in LANGUAGES:
            typed = self.fields.get(f"{path}.{language}")
            if (
                typed
                and (typed[-1] or language in pair)
                and str(pair.get(language, "")) != read("line", typed[-1])
            ):
                pair[language] = read("line", typed[-1])
        unchanged = isinstance(before, str) and pair == {"zh": before}
        return before if unchanged else pair

    def entries(self, shape: Repeated, path: str, before: list[Any]) -> list[Any]:
        places = {int(i) for i in self.inside.get(path, ()) if i.isascii() and i.isdigit() and len(i) < 5}
        entries = []
        for i in sorted(places | set(range(len(before)))):
            old = before[i] if i < len(before) else None
            entries.append(self.value(shape.entry, f"{path}.{i}", old) if i in places else old)
        return entries

    def rows(self, shape: Named, path: str, before: Mapping[str, Any]) -> dict[str, Any]:
        """Rows in their order. A row without a name and value goes; a name given twice is told from the first."""
        old = list(before.items())
        places = {int(i) for i in self.inside.get(path, ()) if i.isascii() and i.isdigit() and len(i) < 5}
        rows: dict[Any, Any] = {}
        for i in sorted(places | set(range(len(old)))):
            name, value = old[i] if i < len(old) else ("", None)
            typed = read("line", self.fields.get(f"{path}.{i}.name", [str(name)])[-1])
            value = self.leaf(shape.value, f"{path}.{i}.value", value)
            kept = i < len(old) and typed == str(name)
            if kept or typed.strip() or not is_blank(value):
                name = name if kept else typed.strip()
                while name in rows:
                    name = f"{name}_2"
                rows[name] = value
        return rows


def is_blank(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(name in LANGUAGES and is_blank(words) for name, words in value.items())
    return value is None or value == [] or (isinstance(value, str) and not value.strip())
