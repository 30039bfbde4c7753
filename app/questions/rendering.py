"""What a template writes: its syntax tree read node by node.

What has no rule here does not exist, so nothing can be called and no attribute looked up. A rendering spends a
budget, so that no text takes long or grows large.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from jinja2 import TemplateError, nodes

from app.questions.filters import ARITHMETIC, COMPARISONS, FILTERS, SIGNED, TESTS
from app.text import text

MISUSED = (TypeError, ValueError, LookupError, ArithmeticError, AttributeError)


class Faulty(TemplateError):
    """What is wrong with a template, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        self.sentence = text(zh, en)
        super().__init__(en)


class Unknown(Faulty):
    """A name that is not given."""


@dataclass
class Budget:
    """What may still be spent: turns of loops, values looked at, characters written."""

    turns: int = 10_000
    steps: int = 200_000
    length: int = 100_000

    def spend(self, turns: int = 0, steps: int = 0, length: int = 0) -> None:
        self.turns -= turns
        self.steps -= steps
        self.length -= length
        if self.turns < 0:
            raise Faulty(
                "循环次数太多：一共最多 10000 次。", "Too many turns of loops: 10,000 in all at most."
            )
        if self.steps < 0:
            raise Faulty("模板的计算量太大。", "The template takes too much computing.")
        if self.length < 0:
            raise Faulty("模板写出的文字太长：最多 100000 个字符。", "The template writes too much: 100,000 characters at most.")  # fmt: skip


def size(value: Any) -> int:
    """What it costs to look at all of a value."""
    if isinstance(value, list | tuple):
        return 1 + sum(map(size, value))
    if isinstance(value, dict):
        return 1 + sum(map(size, value.values()))
    return 1 + len(value) // 32 if isinstance(value, str) else 1


class Rendering:
    """One pass over a template."""

    def __init__(self, names: dict[str, Any], budget: Budget) -> None:
        self.names = names
        self.budget = budget
        self.written: list[str] = []

    def value(self, node: nodes.Node) -> Any:
        self.budget.spend(steps=1)
        return VALUES[type(node)](self, node)

    def write(self, statements: Iterable[nodes.Node]) -> None:
        for node in statements:
            self.budget.spend(steps=1)
            STATEMENTS[type(node)](self, node)

    def put(self, value: Any) -> None:
        if not isinstance(value, str):
            self.budget.spend(steps=size(value))
            value = str(value)
        self.budget.spend(length=len(value))
        self.written.append(value)

    def output(self, node: nodes.Output) -> None:
        for part in node.nodes:
            self.put(part.data if isinstance(part, nodes.TemplateData) else self.value(part))

    def condition(self, node: nodes.If) -> None:
        for branch in (node, *node.elif_):
            if self.value(branch.test):
                self.write(branch.body)
                return
        self.write(node.else_)

    def loop(self, node: nodes.For) -> None:
        values, target = self.value(node.iter), node.target.name  # type: ignore[attr-defined]
        outer = {name: self.names[name] for name in [target] if name in self.names}
        if not isinstance(values, list | tuple):
            raise Faulty("{% for %} 只能遍历列表。", "A {% for %} runs over a list.")
        taken = 0
        for entry in values:
            self.budget.spend(turns=1)
            self.names[target] = entry
            if node.test is None or self.value(node.test):
                taken += 1
                self.write(node.body)
        self.names.pop(target, None)
        self.names |= outer
        if not taken:
            self.write(node.else_)

    def name(self, node: nodes.Name) -> Any:
        if node.name not in self.names:
            known = [name for name in self.names if name.isidentifier()][:30]
            raise Unknown(
                f"没有给出“{node.name}”；"
                + (f"给出的有：{'、'.join(known)}。" if known else "什么数都没有给出。"),
                f"“{node.name}” is not given; "
                + (f"given are: {', '.join(known)}." if known else "nothing is."),
            )
        return self.names[node.name]

    def entry(self, node: nodes.Getitem) -> Any:
        target = self.value(node.node)
        if isinstance(node.arg, nodes.Slice):
            bounds = (node.arg.start, node.arg.stop, node.arg.step)
            start, stop, step = (None if bound is None else self.value(bound) for bound in bounds)
            key: Any = slice(start, stop, step)
        else:
            key = self.value(node.arg)
        if not isinstance(target, list | tuple | dict | str):
            raise Faulty("[ ] 只能用于列表和带名字的项。", "Only lists and named fields have entries in [ ].")
        try:
            found = target[key]
        except (TypeError, ValueError, LookupError):
            known = "、".join(map(str, list(target)[:20])) if isinstance(target, dict) else str(len(target))
            written = str(key)[:40]
            raise Unknown(
                f"没有第 [{written}] 项；" + (f"有的是：{known}。" if isinstance(target, dict) else f"共 {known} 项，从 0 数起。"),
                f"There is no entry [{written}]; there are " + (known.replace("、", ", ") if isinstance(target, dict) else f"{known}, counted from 0") + ".",
            ) from None  # fmt: skip
        if isinstance(key, slice):
            self.budget.spend(steps=len(found))
        return found

    def filtered(self, node: nodes.Filter) -> Any:
        value = self.value(node.node)  # type: ignore[arg-type]
        arguments = [self.value(argument) for argument in node.args]
        self.budget.spend(steps=size(value) * max([1, *map(size, arguments)]))
        try:
            found = FILTERS[node.name](value, *arguments)
        except OverflowError:
            raise too_large() from None
        except MISUSED:
            raise Faulty(f"“{node.name}”不能用在这里的值上。", f"“{node.name}” cannot be used on this value.") from None  # fmt: skip
        self.budget.spend(steps=size(found))
        return found

    def tested(self, node: nodes.Test) -> bool:
        if node.name in ("defined", "undefined"):
            try:
                self.value(node.node)
            except Unknown:
                return node.name == "undefined"
            return node.name == "defined"
        return TESTS[node.name](self.value(node.node))

    def compared(self, node: nodes.Compare) -> bool:
        left = self.value(node.expr)
        for operand in node.ops:
            right = self.value(operand.expr)
            self.budget.spend(steps=size(left) + size(right))
            try:
                if not COMPARISONS[operand.op](left, right):
                    return False
            except TypeError:
                raise Faulty("这两个值不能相比。", "These two values cannot be compared.") from None
            left = right
        return True

    def chosen(self, node: nodes.CondExpr) -> Any:
        if self.value(node.test):
            return self.value(node.expr1)
        return self.value(node.expr2) if node.expr2 else ""

    def computed(self, sign: str, rule: Callable[..., Any], *values: Any) -> Any:
        try:
            return rule(*values)
        except ZeroDivisionError:
            raise Faulty("不能除以 0。", "Division by 0 is impossible.") from None
        except OverflowError:
            raise too_large() from None
        except ValueError:
            raise Faulty(f"“{sign}”在这里没有值。", f"“{sign}” has no value here.") from None
        except TypeError:
            raise Faulty(f"“{sign}”只能用于数。", f"“{sign}” is for numbers only.") from None

    def binary(self, node: Any) -> Any:
        left, right = self.value(node.left), self.value(node.right)
        return self.computed(node.operator, ARITHMETIC[node.operator], left, right)

    def unary(self, node: Any) -> Any:
        return self.computed(node.operator, SIGNED[node.operator], self.value(node.node))


def too_large() -> Faulty:
    return Faulty("算出的数太大了：绝对值不能超过 10^15。", "A number becomes too large: 10^15 is the most.")


Rule = Callable[[Rendering, Any], Any]
STATEMENTS: dict[type[nodes.Node], Rule] = {
    nodes.Output: Rendering.output,
    nodes.If: Rendering.condition,
    nodes.For: Rendering.loop,
}
VALUES: dict[type[nodes.Node], Rule] = {
    nodes.Name: Rendering.name,
    nodes.Const: lambda run, node: node.value,
    nodes.List: lambda run, node: [run.value(item) for item in node.items],
    nodes.Getitem: Rendering.entry,
    nodes.Filter: Rendering.filtered,
    nodes.Test: Rendering.tested,
    nodes.Compare: Rendering.compared,
    nodes.And: lambda run, node: run.value(node.left) and run.value(node.right),
    nodes.Or: lambda run, node: run.value(node.left) or run.value(node.right),
    nodes.Not: lambda run, node: not run.value(node.node),
    nodes.CondExpr: Rendering.chosen,
    **dict.fromkeys(
        (nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Pow), Rendering.binary
    ),
    **dict.fromkeys((nodes.Neg, nodes.Pos), Rendering.unary),
}
