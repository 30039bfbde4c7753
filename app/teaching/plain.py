"""Texts without the conditions that are always met, or never, for an author to whom templates are new."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.questions.template import TemplateError, calculate
from app.text import LANGUAGES

TAG = re.compile(r"(\{%-?\s*(?:if|elif|else|endif)\b.*?%\})", re.S)
KIND = re.compile(r"\{%-?\s*(\w+)\s*(.*?)-?%\}", re.S)
Givens = Sequence[Mapping[str, Any]]


@dataclass
class Choice:
    """An `{% if %}` with its branches: the tag of each, its condition (none for `else`), and what stands in it."""

    branches: list[tuple[str, str, list["str | Choice"]]] = field(default_factory=list)
    end: str = ""


def plainly(content: Any, givens: Givens) -> Any:
    """The content of a question, its texts without the conditions that come out alike for all these numbers."""
    if isinstance(content, dict):
        if content and set(content) <= set(LANGUAGES):
            return {language: plain(words, givens) for language, words in content.items()}
        return {name: plainly(value, givens) for name, value in content.items()}
    return [plainly(value, givens) for value in content] if isinstance(content, list) else content


def plain(source: str, givens: Givens) -> str:
    return "".join(written(nodes_of(iter(TAG.split(source))), givens))


def nodes_of(pieces: Iterator[str], opened: Choice | None = None) -> list[str | Choice]:
    """The pieces up to the end of the text, or of the branch that is open."""
    nodes: list[str | Choice] = []
    for piece in pieces:
        tag = KIND.match(piece) if TAG.fullmatch(piece) else None
        if tag is None:
            nodes.append(piece)
        elif tag[1] == "if":
            choice = Choice([(piece, tag[2], [])])
            choice.branches[0][2].extend(nodes_of(pieces, choice))
            nodes.append(choice)
        elif opened is None or tag[1] == "endif":
            if opened:
                opened.end = piece
            return nodes
        else:
            opened.branches.append((piece, tag[2], inside := []))
            inside.extend(nodes_of(pieces, opened))
            return nodes
    return nodes


def written(nodes: list[str | Choice], givens: Givens) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, str):
            yield node
        elif (taken := decided(node, givens)) is not None:
            yield from written(taken, givens)
        else:
            for tag, _, inside in node.branches:
                yield tag
                yield from written(inside, givens)
            yield node.end


def decided(choice: Choice, givens: Givens) -> list[str | Choice] | None:
    """What is shown for all the numbers alike; None where that differs, or cannot be told from the numbers alone."""
    for _, condition, inside in choice.branches:
        outcomes = {True} if not condition else {holds(condition, given) for given in givens}
        if outcomes == {True}:
            return inside
        if outcomes != {False}:
            return None
    return []


def holds(condition: str, given: Mapping[str, Any]) -> bool | None:
    try:
        return bool(calculate(f"{{{{ {condition} }}}}", given))
    except TemplateError:
        return None
