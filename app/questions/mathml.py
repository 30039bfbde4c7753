"""A formula as presentation MathML, to show what was understood."""

from collections.abc import Callable
from html import escape
from typing import Any

from app.questions.symbols import shown
from app.questions.tree import (
    OTHERWISE,
    Call,
    Cases,
    Compare,
    Divide,
    Entry,
    Index,
    Negative,
    Node,
    Number,
    Plus,
    Power,
    Sum,
    Times,
    Variable,
)

# How tightly each binds; an operand that binds less tightly than its place asks for is bracketed.
LOOSE, SUMMAND, FACTOR, DIVISION, TIGHT = range(5)
BINDING: dict[type[Node], int] = {
    Compare: LOOSE,
    Cases: LOOSE,
    Plus: SUMMAND,
    Negative: SUMMAND,
    Sum: FACTOR,
    Times: FACTOR,
    Divide: DIVISION,
    Power: DIVISION,
}


def mathml(node: Node) -> str:
    """A complete block of MathML."""
    return f'<math display="block">{markup(node)}</math>'


def markup(node: Any) -> str:
    return WRITERS[type(node)](node)


def row(*parts: str) -> str:
    return f"<mrow>{''.join(parts)}</mrow>"


def sign(character: str) -> str:
    return f"<mo>{escape(character)}</mo>"


def bracketed(inner: str) -> str:
    return row(sign("("), inner, sign(")"))


def within(node: Node, place: int) -> str:
    inner = markup(node)
    return bracketed(inner) if BINDING.get(type(node), TIGHT) < place else inner


def symbol(name: str) -> str:
    """A letter, with its hat or its number: yhat, eta, z1."""
    base = name.removesuffix("hat") or name
    letter = base.rstrip("0123456789")
    written = f"<mi>{escape(shown(letter))}</mi>"
    if base != name:
        return f'<mover accent="true">{written}<mo stretchy="false">^</mo></mover>'
    return f"<msub>{written}<mn>{base[len(letter) :]}</mn></msub>" if letter != base else written


def number(node: Number) -> str:
    tag = "mi" if node.text in ("e", "π") else "mn"
    return f"<{tag}>{escape(node.text)}</{tag}>"


def entry(node: Entry) -> str:
    return f"<msub>{symbol(node.vector)}{row(markup(node.index))}</msub>"


def plus(node: Plus) -> str:
    written = within(node.terms[0], SUMMAND)
    for term in node.terms[1:]:
        of = term.of if isinstance(term, Negative) else term
        written += sign("−" if isinstance(term, Negative) else "+") + within(of, FACTOR)
    return row(written)


def times(node: Times) -> str:
    *front, last = node.factors
    written = [*(bracketed(markup(f)) if isinstance(f, Sum) else within(f, FACTOR) for f in front)]
    written.append(within(last, FACTOR))
    for at, factor in reversed(list(enumerate(node.factors))):
        if at:
            written.insert(at, sign("·" if starts_with_digit(factor) else "\u2062"))
    return row(*written)


def starts_with_digit(node: Node) -> bool:
    while isinstance(node, Power | Times):
        node = node.base if isinstance(node, Power) else node.factors[0]
    return isinstance(node, Number)


def power(node: Power) -> str:
    return f"<msup>{within(node.base, TIGHT)}{row(markup(node.exponent))}</msup>"


def call(node: Call) -> str:
    arguments = sign(",").join(map(markup, node.arguments))
    if node.function == "abs":
        return row('<mo form="prefix">|</mo>', arguments, '<mo form="postfix">|</mo>')
    if node.function == "sqrt":
        return f"<msqrt>{arguments}</msqrt>"
    return row(f"<mi>{escape(node.function)}</mi>", sign("\u2061"), bracketed(arguments))


def total(node: Sum) -> str:
    low = markup_of_bound(node.index, node.low)
    if node.high is None:
        above = f"<munder>{sign('∑')}{low}</munder>"
    else:
        above = f"<munderover>{sign('∑')}{low}{row(markup(node.high))}</munderover>"
    return row(above, within(node.body, FACTOR))


def markup_of_bound(index: str, low: Node | None) -> str:
    return row(symbol(index), *((sign("="), markup(low)) if low else ()))


def compare(node: Compare) -> str:
    written = markup(node.sides[0])
    for relation, side in zip(node.signs, node.sides[1:], strict=True):
        written += sign(relation) + markup(side)
    return row(written)


def cases(node: Cases) -> str:
    rows = "".join(
        f"<mtr><mtd>{markup(value)}</mtd><mtd>{condition(when)}</mtd></mtr>" for value, when in node.branches
    )
    return row('<mo form="prefix">{</mo>', f'<mtable columnalign="left">{rows}</mtable>')


def condition(when: Compare) -> str:
    return "<mtext>—</mtext>" if when == OTHERWISE else markup(when)


WRITERS: dict[type[Node], Callable[[Any], str]] = {
    Number: number,
    Variable: lambda node: symbol(node.name),
    Index: lambda node: symbol(node.name),
    Entry: entry,
    Plus: plus,
    Negative: lambda node: row(sign("−"), within(node.of, FACTOR)),
    Times: times,
    Divide: lambda node: f"<mfrac>{row(markup(node.top))}{row(markup(node.bottom))}</mfrac>",
    Power: power,
    Call: call,
    Sum: total,
    Compare: compare,
    Cases: cases,
}
