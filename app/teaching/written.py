"""The text of a question when its content changes: what stays is kept to the letter, comments too."""

import io
import re
from collections.abc import Callable, Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.representer import RoundTripRepresenter

from app.questions.document import mapping
from app.questions.source import BankError
from app.teaching.house import on_a_line, rank, styled
from app.teaching.merge import merged

UNBROKEN = 10**6  # lines are broken where their author breaks them


def content_of(source: str) -> dict[str, Any]:
    """What a text says; nothing, where there is none. BankError where it cannot be read."""
    return mapping(source, "") if source.strip() else {}


def rewritten(source: str, content: Mapping[str, Any]) -> str:
    """The text of a question with this content: only what differs is written anew, in the style of the house.

    BankError where the source cannot be read.
    """
    before = content_of(source)
    if same(before, content):
        return source
    try:
        yaml = editor(source)
        tree = yaml.load(source)
        normal = dump(yaml, tree)
        edited = dump(yaml, updated(tree, before, content))
    except (
        YAMLError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
    ):  # read otherwise by the two, such as `<<`
        edited = normal = ""
    for text in (merged(source, normal, edited), edited):
        if text and says(text, content):
            return text
    return dump(editor(""), styled(content))


def says(text: str, content: Mapping[str, Any]) -> bool:
    try:
        return same(content_of(text), content)
    except BankError:
        return False


def same(a: Any, b: Any) -> bool:
    """Equal, and of the same kind: 1 is not `true`. The order of fields says nothing."""
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    return isinstance(a, bool) == isinstance(b, bool) and bool(a == b)


# --- the tree of the text ----------------------------------------------------------------------------


class Representer(RoundTripRepresenter):
    """Writes reals as YAML 1.1 reads them: 1.0e-05."""


def real(representer: RoundTripRepresenter, value: float) -> ScalarNode:
    node: ScalarNode = representer.represent_scalar("tag:yaml.org,2002:float", shown(value))
    return node


Representer.add_representer(float, real)


def shown(value: float) -> str:
    text = repr(value)
    return text.replace("e", ".0e") if "e" in text and "." not in text else text


def editor(source: str) -> YAML:
    yaml = YAML()
    yaml.Representer = Representer
    yaml.preserve_quotes = True
    yaml.allow_duplicate_keys = True
    yaml.width = UNBROKEN
    entry = re.search(r"^( *)[^\s#][^\n]*:\n( *)- ", source, re.M)
    offset = max(0, len(entry[2]) - len(entry[1])) if entry else 2
    yaml.indent(mapping=2, sequence=offset + 2, offset=offset)
    return yaml


def dump(yaml: YAML, tree: Any) -> str:
    text = io.StringIO()
    if isinstance(tree, CommentedMap):
        tree.fa.set_block_style()
    yaml.dump(tree, text)
    return text.getvalue()


def updated(node: Any, before: Any, after: Any) -> Any:
    """The node with what is after; the node itself where nothing differs."""
    if same(before, after):
        return node
    if isinstance(node, CommentedMap) and isinstance(after, Mapping):
        return updated_fields(node, before, after)
    if isinstance(node, CommentedSeq) and isinstance(after, list):
        return updated_entries(node, before, after)
    return styled(after, node)


def updated_fields(node: CommentedMap, before: Mapping[str, Any], after: Mapping[str, Any]) -> CommentedMap:
    for key in [key for key in node if name_of(key) not in after]:
        del node[key]
    known = {name_of(key): key for key in node}
    for name, value in after.items():
        if name in known:
            if not same(before[name], value):
                node[known[name]] = updated(node[known[name]], before[name], value)
        else:
            later = (i for i, key in enumerate(node) if rank(str(key)) > rank(str(name)))
            node.insert(next(later, len(node)), styled(name), styled(value))
    return node


def name_of(key: Any) -> Any:
    return {True: "yes", False: "no"}[key] if isinstance(key, bool) else key


def updated_entries(node: CommentedSeq, before: list[Any], after: list[Any]) -> CommentedSeq:
    """The entries in their new order; each keeps its comments when it moves."""
    origins = origins_of(before, after)
    entries = [
        styled(entry, flow=brief(node, entry)) if i is None else updated(node[i], before[i], entry)
        for entry, i in zip(after, origins, strict=True)
    ]
    result = CommentedSeq(entries)
    if node.fa.flow_style() is not None:
        result.fa._flow_style = node.fa.flow_style()
    result.ca.comment, result.ca.end = node.ca.comment, node.ca.end
    for j, i in enumerate(origins):
        if i is not None and i in node.ca.items:
            result.ca.items[j] = node.ca.items[i]
    return result


def brief(node: CommentedSeq, entry: Any) -> bool:
    """Whether an entry is written in brackets, as its neighbours are."""
    return bool(node) and all(hasattr(n, "fa") and n.fa.flow_style() for n in node) and on_a_line(entry)


def origins_of(before: list[Any], after: list[Any]) -> list[int | None]:
    """For each entry, which it was before: the same one, else the one of its id, else the one in its place."""
    origins: list[int | None] = [None] * len(after)
    free = set(range(len(before)))

    def settle(matches: Callable[[int, int], bool]) -> None:
        for j, origin in enumerate(origins):
            found = [i for i in sorted(free, key=lambda i: abs(i - j)) if origin is None and matches(i, j)]
            if found:
                origins[j] = found[0]
                free.discard(found[0])

    def ids(i: int, j: int) -> bool:
        pair = before[i], after[j]
        return all(isinstance(x, Mapping) and "id" in x for x in pair) and pair[0]["id"] == pair[1]["id"]

    settle(lambda i, j: same(before[i], after[j]))
    settle(ids)
    settle(lambda i, j: i == j)
    return origins
