"""What a form is made of: fields, groups of them, and entries of which there may be any number."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from app.questions.source import Problem
from app.teaching.options import Options
from app.text import Text


@dataclass
class Button:
    """What `changed` is to do."""

    do: str
    said: Text
    short: Text | None = None  # what is written on it, if less

    @property
    def glyph(self) -> str | None:
        return {"up": "↑", "down": "↓", "remove": "×"}.get(self.do.split(":")[0])


@dataclass
class Node:
    draws: ClassVar[str]
    path: str  # the name of the field in the form, and its place in the content
    label: Text
    help: Text | None
    seldom: bool = field(default=False, kw_only=True)
    problems: list[Problem] = field(default_factory=list, kw_only=True)
    buttons: list[Button] = field(default_factory=list, kw_only=True)
    also: str | None = field(default=None, kw_only=True)  # the path by which problems know it, if another

    def inside(self) -> Sequence["Node"]:
        return ()

    @property
    def wrong(self) -> bool:
        return any(node.problems for node in walk(self))


@dataclass
class Input(Node):
    """One field. `kind`: line, prose, number, yes_no, choice, ticks, lines, hidden; others are a value on one line."""

    draws = "input"
    kind: str
    typed: str
    options: Options = field(default_factory=list)  # of a choice, and of ticks
    chosen: Sequence[str] = ()

    @property
    def rows(self) -> int:
        """Lines of a text field that holds it; Chinese characters are twice as wide."""
        widths = [sum(1 + (ord(c) > 0x2E7F) for c in line) for line in self.typed.split("\n")]
        line = 34 if self.kind == "prose" else 64
        return min(18, max(3 if self.kind == "lines" else 1, sum(1 + width // line for width in widths)))


@dataclass
class Texts(Node):
    """The same words in Chinese and English."""

    draws = "texts"
    zh: Input
    en: Input

    def inside(self) -> Sequence[Node]:
        return self.zh, self.en


@dataclass
class Row(Node):
    """A value and the name that its author gives it."""

    draws = "row"
    name: Input
    value: Input

    def inside(self) -> Sequence[Node]:
        return self.name, self.value


@dataclass
class Group(Node):
    draws = "group"
    nodes: Sequence[Node]

    def inside(self) -> Sequence[Node]:
        return self.nodes


@dataclass
class Entries(Node):
    """Groups, texts or rows, as many as there are; the buttons add one."""

    draws = "entries"
    entries: Sequence[Node]

    def inside(self) -> Sequence[Node]:
        return self.entries


def walk(node: Node) -> Iterator[Node]:
    yield node
    for inner in node.inside():
        yield from walk(inner)
