"""A learner who knows all answers, and puts them into the pages of a paper as a person does."""

from typing import Any

from playwright.sync_api import Page

from app.questions.part import (
    ChoicePart,
    ExpressionPart,
    LayersPart,
    MatchPart,
    NamesPart,
    OrderPart,
    Part,
    TextPart,
)
from app.questions.variant import Variant
from app.web import fields
from app.web.fields import flat

TEXT = "我写的：第 {} 题。\n“第二行”  x₁ < ½ & 😀\n"


def right(part: Part, shown: Variant, place: int) -> dict[str, list[str]]:
    """What the fields of a part hold when it is answered right; a text, in some words of one's own."""
    names = fields.all_names(part, shown)
    if isinstance(part, TextPart):
        return {part.id: [TEXT.format(place)]}
    if isinstance(part, ExpressionPart):
        return {part.id: [part.answer.formula]}
    if isinstance(part, ChoicePart):
        return {part.id: [option.id for option in part.options if option.right]}
    if isinstance(part, OrderPart):
        return {f"{part.id}.{item.id}": [str(n)] for n, item in enumerate(part.items, start=1)}
    if isinstance(part, MatchPart):
        return {f"{part.id}.{pair.id}": [pair.match] for pair in part.left}
    if isinstance(part, NamesPart):
        return {name: [group.names[0]] for name, group in zip(names, part.groups, strict=False)}
    if isinstance(part, LayersPart):
        return {name: [kind] for name, kind in zip(names, part.example, strict=False)}
    if part.id not in shown.answers:
        return {part.id: ["64"]}  # a number of one's own choice
    value: Any = shown.answers[part.id].value
    if part.response == "shape":
        return {part.id: ["×".join(map(str, value))]}
    if not isinstance(value, list):
        return {part.id: [f"{value:.6g}"]}
    results = flat(fields.layout(part, shown))
    return {name: [f"{number:.6g}"] for name, number in zip(results, flat(value), strict=True)}


def put(page: Page, part: Part, values: dict[str, list[str]]) -> None:
    """Into the fields of one part."""
    if isinstance(part, OrderPart):
        for n, name in enumerate(values, start=1):
            item = page.locator(f"#part-{part.id} .order > li", has=page.locator(f'[name="{name}"]'))
            while item.evaluate("item => [...item.parentElement.children].indexOf(item) + 1") > n:
                item.locator(".moves button").first.click()
    elif isinstance(part, LayersPart):
        for [kind] in values.values():
            page.locator(f"#part-{part.id} .palette button").nth(part.palette.index(kind)).click()
    elif isinstance(part, ChoicePart):
        for option in values[part.id]:
            page.locator(f'[name="{part.id}"][value="{option}"]').check()
    elif isinstance(part, MatchPart):
        for name, [chosen] in values.items():
            page.locator(f'[name="{name}"]').select_option(chosen)
    else:
        for name, [typed] in values.items():
            page.locator(f'[name="{name}"]').fill(typed)
