"""What a formula is once it has been read: a tree of frozen nodes."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Node:
    """One operation of a formula; its fields hold its operands."""


@dataclass(frozen=True, slots=True)
class Number(Node):
    value: float
    text: str = field(compare=False)  # as it was typed; "e" and "π" for the constants


@dataclass(frozen=True, slots=True)
class Variable(Node):
    """A declared scalar, or the length of the vectors."""

    name: str


@dataclass(frozen=True, slots=True)
class Index(Node):
    """The index of a sum around it, or the free index of the question."""

    name: str


@dataclass(frozen=True, slots=True)
class Entry(Node):
    """One entry of a vector, counted from 1."""

    vector: str
    index: Node


@dataclass(frozen=True, slots=True)
class Plus(Node):
    terms: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Negative(Node):
    of: Node


@dataclass(frozen=True, slots=True)
class Times(Node):
    factors: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Divide(Node):
    top: Node
    bottom: Node


@dataclass(frozen=True, slots=True)
class Power(Node):
    base: Node
    exponent: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Sum(Node):
    """Over `index` from `low` to `high`; a bound left out is the first or last entry of the vectors."""

    index: str
    low: Node | None
    high: Node | None
    body: Node


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """A chain such as 0 < x ≤ 1; worth 1 where it holds, else 0. Without sides it always holds."""

    signs: tuple[str, ...] = ()  # of < > ≤ ≥ =
    sides: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Cases(Node):
    """The value of the first branch whose condition holds."""

    branches: tuple[tuple[Node, Compare], ...]


OTHERWISE = Compare()


def walk(part: Any) -> Iterator[Node]:
    """Every node of a tree, the root first."""
    if isinstance(part, Node):
        yield part
        for child in fields(part):
            yield from walk(getattr(part, child.name))
    elif isinstance(part, tuple):
        for child in part:
            yield from walk(child)


def swapped(part: Any, old: Node, new: Node) -> Any:
    """The tree with every vector entry indexed by `old` indexed by `new`."""
    if isinstance(part, Entry):
        return Entry(part.vector, new) if part.index == old else part
    if isinstance(part, Node):
        return type(part)(*(swapped(getattr(part, child.name), old, new) for child in fields(part)))
    return tuple(swapped(child, old, new) for child in part) if isinstance(part, tuple) else part
