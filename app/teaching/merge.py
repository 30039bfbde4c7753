"""Three versions of a text, line by line: what changed between two of them, done to the third."""

from collections.abc import Sequence
from difflib import SequenceMatcher

Opcodes = Sequence[tuple[str, int, int, int, int]]


def merged(ours: str, base: str, theirs: str) -> str:
    """Our text with the change from `base` to `theirs`; where it meets our own differences, it is theirs."""
    if ours == base:
        return theirs
    lines, normal = ours.splitlines(keepends=True), base.splitlines(keepends=True)
    changed = Changed(normal, theirs.splitlines(keepends=True))
    result: list[str] = []
    for tag, a1, a2, b1, b2 in opcodes(normal, lines):
        if tag == "equal" or changed.touches(a1, a2):
            result += [line for i in range(a1, a2) for line in changed.at(i)]
        else:
            result += changed.before.get(a1, []) if a1 < a2 else []
            result += lines[b1:b2]
    return "".join(result + changed.before.get(len(normal), []))


class Changed:
    """A change of lines: what is put before a line, and which lines are left out."""

    def __init__(self, base: list[str], theirs: list[str]) -> None:
        self.base = base
        self.before: dict[int, list[str]] = {}
        self.gone: set[int] = set()
        for tag, i1, i2, j1, j2 in opcodes(base, theirs):
            if tag != "equal":
                self.before[i1] = theirs[j1:j2]
                self.gone |= set(range(i1, i2))

    def touches(self, start: int, end: int) -> bool:
        return any(i in self.gone or (i > start and i in self.before) for i in range(start, end))

    def at(self, i: int) -> list[str]:
        return self.before.get(i, []) + ([] if i in self.gone else [self.base[i]])


def opcodes(a: list[str], b: list[str]) -> Opcodes:
    return SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
