"""A question as a form: the tree of its fields, with what is typed in them and what is wrong there."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.questions.part import Computed
from app.questions.source import Problem
from app.teaching.labels import ENTRIES, FOLDED, RARE, VARIANTS, label_of
from app.teaching.nodes import Button, Entries, Group, Input, Node, Row, Texts, walk
from app.teaching.options import Around, inputs_told, options_of
from app.teaching.shapes import QUESTION, Both, Field, Leaf, Named, OneOf, Record, Repeated, fields_of
from app.teaching.typed import as_value, is_pair, kind_of, read_value, typed
from app.teaching.written import same
from app.text import LANGUAGES, Text, text

PROSE = frozenset({
    "prompt", "conventions", "explanation", "model", "why", "ask", "text", "hint", "hints", "printed", "right",
})  # fmt: skip
UNSEEN = frozenset({"number"})  # shown only where there is one
UP, DOWN, REMOVE = text("上移", "Move up"), text("下移", "Move down"), text("删去", "Remove")
NEW = text("添加一问：", "Add a part:")
ADD, TURN = text("添加", "Add"), text("改为：", "Change to:")
FILL = text("填入这个运算的示例数据", "Fill in example numbers of this operation")
CHINESE, ENGLISH = text("（中文）", "(Chinese)"), text("（英文）", "(English)")


def form_of(content: Mapping[str, Any], problems: Sequence[Problem] = ()) -> Group:
    """The form of a question file. A problem stands at its field, or at the nearest group around it."""
    form = Group("", text("题目", "Question"), None, nodes_of(QUESTION, "", content, ()))
    places = {path: node for node in walk(form) for path in (node.path, node.also) if path is not None}
    for problem in problems:
        steps = re.findall(r"[\w-]+", problem.field)
        paths = (".".join(steps[:end]) for end in range(len(steps), -1, -1))
        places[next(path for path in paths if path in places)].problems.append(problem)
    return form


@dataclass(frozen=True)
class Spot:
    """A field of the format where it stands in a question, with what it holds."""

    field: Field
    path: str
    value: Any
    around: Around

    @property
    def label(self) -> Text:
        return label_of(self.field.model, self.field.name)[0]

    @property
    def help(self) -> Text | None:
        return label_of(self.field.model, self.field.name)[1]

    @property
    def entry_label(self) -> Text:
        name = self.field.name
        return ENTRIES.get(name, text(f"{name} {{n}}", f"{name} {{n}}"))


def nodes_of(record: Record, path: str, content: Mapping[str, Any], around: Around) -> list[Node]:
    """The fields of a record, and what the format does not know in it, so that it can be mended."""
    known, inner = fields_of(record.model), (content, *around)
    nodes = [
        node_of(Spot(field, f"{path}{name}", content.get(name), inner))
        for name, field in known.items()
        if name in content or name not in UNSEEN
    ]
    unknown = [
        name
        for name, value in content.items()
        if name not in known and same(read_value(as_value(value)), value)
    ]
    return nodes + [value_of(f"{path}{name}", text(name, name), content[name]) for name in unknown]


def node_of(spot: Spot) -> Node:
    node = built(spot, spot.field.shape, spot.value) or value_of(spot.path, spot.label, spot.value)
    node.help = node.help or spot.help
    node.seldom = spot.field.name in FOLDED or (spot.field.name in RARE and spot.value is None)
    return node


def built(spot: Spot, shape: Any, value: Any) -> Node | None:
    """The node of a field; None where it holds something else than it should."""
    match shape, value:
        case Leaf(), _:
            return input_of(spot, shape)
        case Both(), _:
            return texts_of(spot.path, spot.label, value, spot.field.name)
        case Repeated(), list() | None:
            return entries_of(spot, shape, value or [])
        case Named(), Mapping() | None:
            return rows_of(spot, shape, value or {})
        case Record() | OneOf(), Mapping():
            return group_of(spot, shape, value)
        case Record() | OneOf(), None:
            return Group(
                spot.path, spot.label, None, (), buttons=[Button(f"add:{spot.path}", ADD + spot.label)]
            )
    return None


def value_of(path: str, label: Text, value: Any) -> Input:
    """Whatever it is, typed on one line."""
    return Input(path, label, None, "value", as_value(value))


def input_of(spot: Spot, leaf: Leaf) -> Input:
    kind, shown = kind_of(leaf, spot.value), spot.value
    if shown is None and isinstance(spot.field.default, str | int | float):
        shown = spot.field.default
    node = Input(spot.path, spot.label, None, kind, typed(kind, shown))
    if kind in ("choice", "ticks"):
        node.chosen = tuple(spot.value or ()) if kind == "ticks" else (node.typed,)
        node.options = options_of(spot.field, spot.around, leaf.options)
        node.options += [(name, text(name, name)) for name in node.chosen if name not in dict(node.options)]
        if leaf.optional and "" not in dict(node.options):
            node.options.insert(0, ("", text("", "")))
        node.kind = "hidden" if leaf.options == node.chosen else kind
    elif kind == "lines" and leaf.options:
        listed = text("、".join(leaf.options), ", ".join(leaf.options))
        node.help = spot.help + listed if spot.help else listed
    return node


def texts_of(path: str, label: Text, value: Any, name: str) -> Texts | None:
    if not is_pair(value):
        return None
    pair = value if isinstance(value, Mapping) else {"zh": value or ""}
    words = {language: str(pair.get(language, "")) for language in LANGUAGES}
    long = name in PROSE or any("\n" in w or len(w) > 80 for w in words.values())
    kind = "prose" if long else "line"
    zh = Input(f"{path}.zh", label + CHINESE, None, kind, words["zh"])
    en = Input(f"{path}.en", label + ENGLISH, None, kind, words["en"])
    return Texts(path, label, None, zh, en)


def group_of(spot: Spot, shape: Record | OneOf, value: Mapping[str, Any]) -> Group:
    record = shape if isinstance(shape, Record) else shape.record(value)
    group = Group(spot.path, spot.label, None, nodes_of(record, f"{spot.path}.", value, spot.around))
    if record.model is Computed:
        group.help = inputs_told(value)
        group.buttons.append(Button(f"fill:{spot.path}", FILL))
    if isinstance(shape, OneOf):
        others = [name for name in shape.models if name != shape.name(value)]
        group.buttons += [Button(f"turn:{spot.path}:{name}", TURN + VARIANTS[name]) for name in others]
    if not spot.field.required:
        group.buttons.append(Button(f"remove:{spot.path}", REMOVE + spot.label))
    return group


def entries_of(spot: Spot, shape: Repeated, values: list[Any]) -> Entries:
    entries = [entry_of(spot, shape.entry, value, i) for i, value in enumerate(values)]
    for i, entry in enumerate(entries):
        said = spot.entry_label.format(n=i + 1)
        up = [Button(f"up:{entry.path}", UP + said)] if i else []
        down = [Button(f"down:{entry.path}", DOWN + said)] if i < len(entries) - 1 else []
        spare = len(entries) > spot.field.fewest
        remove = [Button(f"remove:{entry.path}", REMOVE + said)] if spare else []
        entry.buttons = [*up, *down, *remove]
    adds = [Button(f"add:{spot.path}", ADD + spot.entry_label.format(n=len(entries) + 1))]
    if isinstance(shape.entry, OneOf):
        adds = [
            Button(f"add:{spot.path}:{name}", NEW + VARIANTS[name], VARIANTS[name])
            for name in shape.entry.models
        ]
    return Entries(spot.path, spot.label, None, entries, buttons=adds)


def entry_of(spot: Spot, shape: Record | OneOf | Both, value: Any, i: int) -> Node:
    path, label = f"{spot.path}.{i}", spot.entry_label.format(n=i + 1)
    if isinstance(shape, Both):
        return texts_of(path, label, value, spot.field.name) or value_of(path, label, value)
    if not isinstance(value, Mapping):
        return value_of(path, label, value)
    if isinstance(shape, OneOf) and (name := shape.name(value)):
        label = label + text(f" · {VARIANTS[name].zh}", f"· {VARIANTS[name].en}")
    record = shape if isinstance(shape, Record) else shape.record(value)
    return Group(path, label, None, nodes_of(record, f"{path}.", value, spot.around))


def rows_of(spot: Spot, shape: Named, values: Mapping[str, Any]) -> Entries:
    rows = []
    for i, (name, value) in enumerate(values.items()):
        path, kind = f"{spot.path}.{i}", kind_of(shape.value, value)
        number, said = text(f"：名称 {i + 1}", f": name {i + 1}"), text(f"：{name}", f": {name}")
        rows.append(
            Row(
                path, spot.label + said, None,
                Input(f"{path}.name", spot.label + number, None, "name", str(name)),
                Input(f"{path}.value", spot.label + said, None, kind, typed(kind, value)),
                buttons=[Button(f"remove:{path}", REMOVE + text(str(name), str(name)))],
                also=f"{spot.path}.{name}",
            )
        )  # fmt: skip
    row = text("一行", "a row")
    return Entries(spot.path, spot.label, None, rows, buttons=[Button(f"add:{spot.path}", ADD + row)])
