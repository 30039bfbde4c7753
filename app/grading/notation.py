"""How rows and columns are written: brackets, separators, Python, MATLAB, LaTeX, a spreadsheet's block."""

import re
from dataclasses import dataclass

from app.grading.verdict import Unreadable
from app.text import text

# Before a value: "total = 67", "答：67", "w_1 = 67", "P(A) = 0.5", "dL/dw = 67"
NAME = re.compile(r"\s*∂?[^\W\d_][\w{}]*(?:[ /]∂?[^\W\d_][\w{}]*)*(?:\([^()=:]*\))?\s*[=:≈]")
COMMA = r"[,、]"
BETWEEN = r"[,、;\s]"
BLANKS = r"[;\s]+(?![;\s\u4e00-\u9fff]|[A-Za-z]+$)"  # but not before a unit
ROW_END, LATEX_ROW_END = r"[;\n]", r"\\\\(?:\[[^\]]*\])?"
WRAPPED = re.compile(
    r"(?:\w+\.)?(?:array|asarray|[mM]atrix|[tT]ensor|Size)\s*\("
    r"(.*?)(?:,\s*(?:dtype|device|grad_fn|requires_grad)\s*=[^\[\]]*)?\)",
    re.DOTALL,
)
LATEX = re.compile(
    r"(?:\\left\s*[\[(|.]\s*)?\\begin\{([a-zA-Z]*matrix|array)\}(?:\{[^{}]*\})?(.*)\\end\{\1\}"
    r"(?:\s*\\right\s*[\])|.])?",
    re.DOTALL,
)
CLOSING = {"[": "]", "(": ")", "{": "}"}


@dataclass(frozen=True)
class Piece:
    """A stretch of what was typed, normalised; `start` is its position there."""

    text: str
    start: int = 0

    def part(self, start: int, end: int) -> "Piece":
        """From `start` to `end` without the blanks around."""
        inside = self.text[start:end]
        blanks = len(inside) - len(inside.lstrip())
        return Piece(inside.strip(), self.start + start + blanks)

    @property
    def inside(self) -> "Piece":
        return self.part(1, len(self.text) - 1)


def rows_of(whole: Piece) -> list[list[Piece]]:
    """The cells of each row, whatever the notation."""
    body = balanced(unwrapped(whole))
    groups = split(body, BETWEEN)
    if groups and all(is_group(group) for group in groups):
        return [cells_of(group.inside) for group in groups]
    rows = split(body, LATEX_ROW_END if r"\\" in body.text else ROW_END)
    return [cells for row in rows if (cells := cells_of(row))]


def unwrapped(piece: Piece) -> Piece:
    """Without a name before it, array(…), LaTeX's environment, or brackets around it all."""
    piece = piece.part(0, len(piece.text.rstrip(" \n\t。;")))
    if (name := NAME.match(piece.text)) and piece.text[name.end() :].lstrip()[:1] in ("[", "(", "{", "\\"):
        piece = piece.part(name.end(), len(piece.text))
    if wrapped := WRAPPED.fullmatch(piece.text):
        piece = piece.part(*wrapped.span(1))
    if latex := LATEX.fullmatch(piece.text):
        return piece.part(*latex.span(2))
    if enclosed(piece) and (piece.text[0] != "(" or re.search(rf"{BETWEEN}|&", piece.inside.text)):
        inner = piece.inside
        deeper = LATEX.fullmatch(inner.text) or (enclosed(inner) and inner.inside.text[:1] in ("[", "{"))
        return unwrapped(inner) if deeper else inner
    return piece


def is_group(piece: Piece) -> bool:
    """A row in brackets of its own; round ones may also belong to a number, as in (1+2)."""
    return enclosed(piece) and (piece.text[0] != "(" or bool(re.search(COMMA, piece.text)))


def enclosed(piece: Piece) -> bool:
    """Whether the first character is a bracket that the last one closes."""
    return bool(piece.text) and piece.text[0] in CLOSING and pairs(piece).get(0) == len(piece.text) - 1


def balanced(piece: Piece) -> Piece:
    pairs(piece)
    return piece


def pairs(piece: Piece) -> dict[int, int]:
    """Where each bracket is closed; Unreadable when one is not."""
    closed: dict[int, int] = {}
    opened: list[int] = []
    for i, c in enumerate(piece.text):
        if c in CLOSING:
            opened.append(i)
        elif c in CLOSING.values():
            if not opened or CLOSING[piece.text[opened[-1]]] != c:
                raise unpaired(piece, i)
            closed[opened.pop()] = i
    if opened:
        raise unpaired(piece, opened[-1])
    return closed


def cells_of(row: Piece) -> list[Piece]:
    """The cells of one row: divided by &, else tabs, else commas, else blanks; a last comma is no cell."""
    for mark, separator in (("&", "&"), ("\t", rf"{COMMA}?\t"), (COMMA, COMMA)):
        if re.search(mark, row.text):
            found = split(row, separator, keep_empty=True)
            return found if found[-1].text or mark == "&" else found[:-1]
    return split(row, BLANKS)


def split(piece: Piece, separator: str, keep_empty: bool = False) -> list[Piece]:
    """The pieces between separators outside brackets."""
    found, depth, start = [], 0, 0
    for match in re.finditer(rf"(?P<open>[\[({{])|(?P<close>[\])}}])|(?:{separator})", piece.text):
        if match["open"] or match["close"]:
            depth += 1 if match["open"] else -1
        elif depth <= 0:
            found.append(piece.part(start, match.start()))
            start = match.end()
    found.append(piece.part(start, len(piece.text)))
    return found if keep_empty else [part for part in found if part.text]


def unpaired(piece: Piece, i: int) -> Unreadable:
    c = piece.text[i]
    return Unreadable(text(f"括号“{c}”没有配对。", f"The bracket “{c}” has no partner."), piece.start + i)
