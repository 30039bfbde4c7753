"""What a variant shows before any answer: never the answer itself."""

import hashlib
from dataclasses import asdict
from typing import Any, TypeVar

import numpy as np

from app.questions.part import (
    ChoicePart,
    ExpressionPart,
    Item,
    LayersPart,
    MatchPart,
    NamesPart,
    NumbersPart,
    OrderPart,
    Part,
    precision,
)
from app.questions.variant import Variant
from app.text import Text, text

T = TypeVar("T")

LAYER_TITLES: dict[str, Text] = {
    "input": text("输入", "Input"),
    "convolution": text("卷积", "Convolution"),
    "pooling": text("池化", "Pooling"),
    "activation": text("激活", "Activation"),
    "batch_norm": text("批归一化", "Batch norm"),
    "dropout": text("Dropout", "Dropout"),
    "flatten": text("展平", "Flatten"),
    "dense": text("全连接", "Fully connected"),
    "softmax": text("Softmax", "Softmax"),
    "output": text("输出", "Output"),
}

RESPONSE_TITLES: dict[str, Text] = {
    "number": text("一个数", "One number"),
    "numbers": text("几个数", "Several numbers"),
    "shape": text("形状", "A shape"),
    "matrix": text("矩阵", "A matrix"),
    "expression": text("公式", "A formula"),
    "choice": text("选择", "A choice"),
    "order": text("排序", "An order"),
    "match": text("连线", "Matching"),
    "names": text("列举名称", "Naming things"),
    "layers": text("搭建网络", "Building a network"),
    "text": text("简答", "A text"),
}


def shuffled(entries: list[T], variant: Variant, part: Part) -> list[T]:
    """The same order for everyone who sees this variant, and never the file's own."""
    seed = hashlib.sha256(f"{variant.question.slug}:{variant.number}:{part.id}".encode()).digest()
    rng = np.random.default_rng(int.from_bytes(seed[:8], "big"))
    order = list(range(len(entries)))
    while order == sorted(order) and len(order) > 1:
        order = [int(i) for i in rng.permutation(len(entries))]
    return [entries[i] for i in order]


def arranged(part: OrderPart, chosen: list[str], variant: Variant) -> list[Item]:
    """The items as the learner ordered them, else as they are first shown."""
    items = {item.id: item for item in shuffled(part.items, variant, part)}
    own = [items.pop(item_id) for item_id in dict.fromkeys(chosen) if item_id in items]
    return own + list(items.values())


def part_shown(variant: Variant, part: Part) -> dict[str, Any]:
    """What a part asks, as the API gives it."""
    shown: dict[str, Any] = {"id": part.id, "response": part.response, "marks": part.marks}
    shown["ask"] = variant.text(part.ask).model_dump() if part.ask else None
    shown |= {name: n for name, n in asdict(precision(part)).items() if n is not None}
    if isinstance(part, NumbersPart):
        shown["labels"] = [label.model_dump() for label in labels(variant, part)]
    elif isinstance(part, ExpressionPart):
        shown["left"] = part.left
    elif isinstance(part, ChoicePart):
        shown |= {"several": part.several, "options": listed(shuffled(part.options, variant, part))}
    elif isinstance(part, OrderPart):
        shown["items"] = listed(shuffled(part.items, variant, part))
    elif isinstance(part, MatchPart):
        shown |= {"left": listed(part.left), "right": listed(shuffled(part.right, variant, part))}
    elif isinstance(part, NamesPart):
        shown["at_least"] = part.at_least
    elif isinstance(part, LayersPart):
        shown["palette"] = part.palette
    return shown


def labels(variant: Variant, part: NumbersPart) -> list[Text]:
    return [variant.text(label) for label in part.labels]


def listed(items: Any) -> list[dict[str, Any]]:
    return [{"id": item.id, "text": item.text.model_dump()} for item in items]


def response_shown(part: Part | None, response: Any) -> Text:
    """A response as somebody else can read it: the texts of what was chosen, else what was typed.

    The part may have been changed since, even to another response type."""
    if isinstance(response, dict):
        left, right = (part.left, part.right) if isinstance(part, MatchPart) else ([], [])
        pairs = [(titled(left, a), titled(right, b)) for a, b in response.items()]
        return joined([text(f"{a.zh} → {b.zh}", f"{a.en} → {b.en}") for a, b in pairs], "；", "; ")
    entries = response if isinstance(response, list) else [response]
    if isinstance(part, ChoicePart):
        return joined([titled(part.options, each) for each in entries], "；", "; ")
    if isinstance(part, OrderPart):
        return joined([titled(part.items, each) for each in entries], " → ")
    if any(isinstance(each, dict) for each in entries):
        kinds = [str(each.get("kind")) if isinstance(each, dict) else str(each) for each in entries]
        return joined([LAYER_TITLES.get(kind, text(kind, kind)) for kind in kinds], " → ")
    rows = [", ".join(map(str, each)) if isinstance(each, list) else str(each) for each in entries]
    nested = any(isinstance(each, list) for each in entries)
    return joined([text(row, row) for row in rows], "; " if nested else ", ")


def titled(items: Any, item_id: Any) -> Text:
    return next((item.text for item in items if item.id == item_id), text(str(item_id), str(item_id)))


def joined(texts: list[Text], zh: str, en: str = "") -> Text:
    return text(zh.join(each.zh for each in texts), (en or zh).join(each.en for each in texts))
