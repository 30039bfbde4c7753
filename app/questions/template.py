"""Texts and inputs of a question that mention its given numbers: the syntax of Jinja2, and little of its language."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jinja2 import Environment, TemplateError, TemplateSyntaxError, nodes

from app.questions.document import MAX_NUMBER
from app.questions.filters import FILTERS, TESTS
from app.questions.rendering import STATEMENTS, VALUES, Budget, Faulty, Rendering
from app.text import Text

MAX_NESTED, MAX_LOOPS, MAX_NODES = 60, 2, 20_000
MARKS = ("{{", "{%", "{#")
ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
PARSER = Environment(autoescape=True)  # it renders nothing


def fill(source: str, given: Mapping[str, Any], budget: Budget | None = None, **more: Any) -> str:
    """The text with the given numbers in it; TemplateError, with its sentence, when that cannot be done."""
    if not any(mark in source for mark in MARKS):
        return source.removesuffix("\n")
    rendering = Rendering({**given, **more}, budget or Budget())
    rendering.write(compiled(source).body)
    return "".join(rendering.written)


def fill_text(source: Text, given: Mapping[str, Any], budget: Budget | None = None) -> Text:
    zh = fill(source.zh, given, budget)
    return Text(zh=zh, en=zh if source.en == source.zh else fill(source.en, given, budget))


def calculate(source: str, given: Mapping[str, Any]) -> Any:
    """The value of "{{ expression }}" over the given numbers."""
    body = compiled(source.strip()).body
    written = body[0].nodes if len(body) == 1 and isinstance(body[0], nodes.Output) else []
    if len(written) != 1 or isinstance(written[0], nodes.TemplateData):
        raise Faulty(
            "应是一个 {{ 算式 }}，前后没有别的文字。",
            "One {{ expression }} is needed, with nothing around it.",
        )
    return Rendering(dict(given), Budget()).value(written[0])


@lru_cache(maxsize=4096)
def compiled(source: str) -> nodes.Template:
    """The syntax tree, every node of which has its rule."""
    try:
        tree = PARSER.parse(source)
    except TemplateSyntaxError as error:
        raise misread(error.message or "") from None
    except RecursionError:
        raise too_nested() from None
    except ValueError:  # a whole number of thousands of digits
        raise Faulty("模板里的数太大了。", "A number in the template is too large.") from None
    check(tree)
    return tree


def misread(said: str) -> Faulty:
    if "Missing end of comment" in said:
        return Faulty("`{#` 开始了注释，却没有 `#}`；公式里请在 { 和 # 之间加空格。", "`{#` begins a comment that has no `#}`; in formulas put a space between { and #.")  # fmt: skip
    if tag := re.search(r"unknown tag '(.*?)'", said):
        return Faulty(f"模板里没有 {{% {tag[1]} %}}。", f"There is no {{% {tag[1]} %}} in templates.")
    if "looking for the following tags" in said:
        return Faulty("{% if %} 或 {% for %} 没有用 {% endif %} 或 {% endfor %} 结束。", "An {% if %} or {% for %} lacks its {% endif %} or {% endfor %}.")  # fmt: skip
    return Faulty(
        f"{{{{ … }}}} 里写得不对（{said}）；公式里相连的 {{{{ 请用空格隔开。",
        f"What stands in {{{{ … }}}} is not well written ({said}); in formulas put a space between {{ and {{.",
    )


def too_nested() -> Faulty:
    return Faulty("模板嵌套太深。", "The template is nested too deeply.")


def check(tree: nodes.Template) -> None:
    """Refuse what no rule reads, in branches too that are never taken."""
    waiting: list[tuple[nodes.Node, int, int]] = [(tree, 0, 0)]
    for _ in range(MAX_NODES):
        if not waiting:
            return
        node, depth, loops = waiting.pop()
        if depth > MAX_NESTED:
            raise too_nested()
        if not isinstance(node, nodes.Template | nodes.TemplateData | nodes.Slice | nodes.Operand):
            check_node(node)
        if isinstance(node, nodes.For):
            loops += 1
            if loops > MAX_LOOPS or node.recursive:
                raise Faulty("循环最多套两层。", "Loops may be nested two deep at most.")
        waiting += [(child, depth + 1, loops) for child in node.iter_child_nodes()]
    raise Faulty("模板太长。", "The template is too long.")


def check_node(node: nodes.Node) -> None:
    if type(node) not in VALUES and type(node) not in STATEMENTS:
        zh, en = FORBIDDEN.get(type(node), (type(node).__name__,) * 2)
        raise Faulty(f"模板里不能用{zh}。", f"Templates know no {en}.")
    if isinstance(node, nodes.For) and not isinstance(node.target, nodes.Name):
        raise Faulty("{% for %} 只能有一个循环变量。", "A {% for %} has one variable.")
    if isinstance(node, nodes.Filter | nodes.Test):
        known = FILTERS if isinstance(node, nodes.Filter) else {**TESTS, "defined": None, "undefined": None}
        if node.name not in known or node.node is None:
            raise Faulty(f"没有“{node.name}”；可用的有：{'、'.join(known)}。", f"There is no “{node.name}”; there are: {', '.join(known)}.")  # fmt: skip
        if node.kwargs or node.dyn_args or node.dyn_kwargs or (node.args and isinstance(node, nodes.Test)):
            raise Faulty(f"“{node.name}”不能这样用。", f"“{node.name}” cannot be used like this.")
    if isinstance(node, nodes.Const):
        value = node.value
        if isinstance(value, str) and ODD.search(value):
            raise Faulty("模板的文字里有看不见的字符。", "A text in the template has an invisible character.")
        if isinstance(value, int | float) and not abs(value) <= MAX_NUMBER:
            raise Faulty("模板里的数太大了。", "A number in the template is too large.")


FORBIDDEN: dict[type[nodes.Node], tuple[str, str]] = {
    nodes.Getattr: ("“.名字”，请写成 ['名字']", "“.name”; write ['name']"),
    nodes.Call: ("函数调用", "calls of functions"),
    nodes.Concat: ("“~”", "“~”"),
    nodes.Tuple: ("圆括号里的列表，请用 [ ]", "lists in round brackets; use [ ]"),
    nodes.Dict: ("{名字: 值}", "{name: value}"),
    nodes.Assign: ("{% set %}", "{% set %}"),
    nodes.AssignBlock: ("{% set %}", "{% set %}"),
    nodes.Macro: ("{% macro %}", "{% macro %}"),
    nodes.Block: ("{% block %}", "{% block %}"),
    nodes.With: ("{% with %}", "{% with %}"),
    nodes.CallBlock: ("{% call %}", "{% call %}"),
    nodes.FilterBlock: ("{% filter %}", "{% filter %}"),
    nodes.Include: ("{% include %}", "{% include %}"),
    nodes.Import: ("{% import %}", "{% import %}"),
    nodes.FromImport: ("{% from %}", "{% from %}"),
    nodes.Extends: ("{% extends %}", "{% extends %}"),
    nodes.ScopedEvalContextModifier: ("{% autoescape %}", "{% autoescape %}"),
}

__all__ = ["Budget", "Faulty", "TemplateError", "calculate", "fill", "fill_text"]
