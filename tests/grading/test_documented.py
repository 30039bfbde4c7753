"""docs/grading.md is what grading does: every row of its tables is run, and every refusal stands there."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from app.grading import arithmetic, notation, number, reading
from app.grading.grade import grade
from app.grading.verdict import Unreadable
from app.questions.bank import Bank, load
from app.questions.part import RESPONSES, NumberPart, Part
from app.questions.variant import variant
from tests.conftest import ROOT

PAGE = (ROOT / "docs/grading.md").read_text(encoding="utf-8")
READING = ("typed", "as", "read as")
COMPARISON = ("truth", "asked", "typed", "verdict")
GRADED = ("question", "part", "typed", "verdict", "mistake")
FOLLOWED = ("question", "part", "earlier", "typed", "verdict", "mistake")


@dataclass(frozen=True)
class Row:
    """A line of a table; in graded tables an empty question or part is that of the line above."""

    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def __str__(self) -> str:
        return f"line {self.line}"


def tables() -> Iterator[tuple[tuple[str, ...], list[Row]]]:
    lines = PAGE.splitlines()
    for i, line in enumerate(lines):
        if re.fullmatch(r"\|(-+\|)+", line):
            header, above, rows = tuple(split(lines[i - 1])), dict[str, str](), []
            for at in range(i + 1, len(lines)):
                if not lines[at].startswith("|"):
                    break
                cells = dict(zip(header, split(lines[at]), strict=True))
                above = cells | {c: cells[c] or above[c] for c in ("question", "part") if c in header}
                rows.append(Row(at + 1, above))
            yield header, rows


def split(line: str) -> list[str]:
    return [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def documented(*headers: tuple[str, ...]) -> list[Row]:
    return [row for header, rows in tables() if header in headers for row in rows]


def code(cell: str) -> list[str]:
    """What stands in code; ⏎ is a new line and ⇥ a tab."""
    return [found.replace("⏎", "\n").replace("⇥", "\t") for found in re.findall("`([^`]+)`", cell)]


def boxes(cell: str) -> Any:
    """One piece of code is one box, several are a row of boxes, and <br> begins a new row."""
    rows = [code(row) for row in cell.split("<br>")]
    assert rows[0], cell
    return rows if len(rows) > 1 else rows[0] if len(rows[0]) > 1 else rows[0][0]


def alternatives(cell: str) -> list[Any]:
    return [boxes(one) for one in cell.split(" or ")]


def test_every_table_is_of_a_known_kind() -> None:
    kinds = [header for header, _ in tables()]
    assert set(kinds) == {READING, COMPARISON, GRADED, FOLLOWED}
    assert len(kinds) == len(re.findall(r"^\|-", PAGE, re.M))


# --- reading -----------------------------------------------------------------------------------------------

READ: dict[str, Any] = {
    "number": reading.read_number, "list": reading.read_vector,
    "matrix": reading.read_matrix, "shape": reading.read_shape,
}  # fmt: skip


def as_documented(kind: str, value: Any) -> str:
    if isinstance(value, list):
        mark = "×" if kind == "shape" else "; " if isinstance(value[0], list) else ", "
        return mark.join(as_documented(kind, entry) for entry in value)
    return "empty" if value is None else str(value)


@pytest.mark.parametrize("row", documented(READING), ids=str)
def test_what_is_typed_is_read_or_refused_as_documented(row: Row) -> None:
    for typed in alternatives(row["typed"]):
        try:
            said = f"`{as_documented(row['as'], READ[row['as']](typed))}`"
        except Unreadable as problem:
            said = problem.message.en
        assert said == row["read as"], typed


def sentences(module: Any) -> Iterator[str]:
    """The English sentences of a module as patterns, without its docstrings."""
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    inner = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    inner |= {id(v) for n in ast.walk(tree) if isinstance(n, ast.JoinedStr) for v in n.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr | ast.Constant) and id(node) not in inner:
            parts = node.values if isinstance(node, ast.JoinedStr) else [node]
            words = "".join(str(p.value) if isinstance(p, ast.Constant) else "\0" for p in parts)
            if re.fullmatch(r"[\0 -~“”×]*[a-z][\0 -~“”]*\.", words):
                yield ".+".join(map(re.escape, words.split("\0")))


@pytest.mark.parametrize("module", [arithmetic, notation, reading], ids=lambda module: module.__name__)
def test_every_refusal_is_documented(module: Any) -> None:
    found = list(sentences(module))
    assert found
    assert [pattern for pattern in found if not re.search(pattern, PAGE)] == []


# --- comparing ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", documented(COMPARISON), ids=str)
def test_a_number_is_compared_as_documented(row: Row) -> None:
    asked = re.fullmatch(r"exactly|(\d+) (decimal|figure)s?", row["asked"])
    assert asked
    declared = {f"{asked[2]}s": int(asked[1])} if asked[1] else {}
    answer = {"operation": "dense_parameters", "result": "total"}
    part = NumberPart.model_validate({"id": "n", "response": "number", "answer": answer, **declared})
    (written,) = code(row["truth"])
    truth = int(written) if written.lstrip("-").isdigit() else float(Fraction(written))
    for typed in alternatives(row["typed"]):
        found = number.compare(part, number.read(part, typed), truth)
        verdict = "right" if found.right else "close" if found.feedback else "wrong"
        assert (typed, verdict) == (typed, row["verdict"])


# --- grading -----------------------------------------------------------------------------------------------

VERDICTS = {"correct": "right", "incorrect": "wrong", "unreadable": "unreadable", None: "left to the writer"}


def response(part: Part, typed: Any) -> Any:
    """What the boxes send: a list for a list, pairs for `left → right`, layers by their kind."""
    if part.response == "match":
        return dict(pair.split(" → ") for pair in typed)
    if part.response in ("choice", "order", "names", "layers"):
        typed = [typed] if isinstance(typed, str) else typed
        return [{"kind": kind} for kind in typed] if part.response == "layers" else typed
    return typed


@pytest.mark.parametrize("row", documented(GRADED, FOLLOWED), ids=str)
def test_a_response_is_graded_as_documented(row: Row, bank: Bank) -> None:
    (slug,), (part_id,) = code(row["question"]), code(row["part"])
    shown = variant(bank.questions[slug])
    part = shown.question.part(part_id)
    assert part
    earlier = dict(re.findall("(\\w+) `([^`]+)`", row.cells.get("earlier", "")))
    for typed in alternatives(row["typed"]):
        found = grade(shown, part, response(part, typed), earlier)
        verdict = VERDICTS.get(found.verdict) or f"partly {Fraction(found.score or 0).limit_denominator(50)}"
        verdict += ", followed" if found.followed else ""
        assert (typed, verdict) == (typed, row["verdict"])
        assert [found.mistake] == (code(row["mistake"]) or [None])
        assert re.sub("`[^`]*`", "", row["mistake"]).strip() in found.feedback.en


def test_every_response_type_is_graded_in_some_row() -> None:
    questions = load(ROOT / "questions").questions
    graded = {
        part.response
        for row in documented(GRADED, FOLLOWED)
        for part in questions[code(row["question"])[0]].parts
        if part.id == code(row["part"])[0]
    }
    assert graded == set(RESPONSES)
