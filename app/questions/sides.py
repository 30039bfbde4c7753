"""Which tokens of a typed formula are its right side: left sides and a remark on the index are dropped."""

from collections.abc import Iterator
from itertools import pairwise

from app.questions.stream import OPENING
from app.questions.symbols import Symbols
from app.questions.tokens import Token

DELIMITERS = (",", "separator", "else")


def right_side(tokens: list[Token], symbols: Symbols) -> list[Token]:
    """What follows the last equals sign outside brackets; in cases, what follows that of each clause."""
    tokens = without_remark(tokens, symbols)
    if not any(token.kind == "compare" for _, token in outside(tokens)):
        return after_equals(tokens)
    cuts = [at for at, token in outside(tokens) if token.kind in DELIMITERS]
    starts = sorted({0, len(tokens), *cuts, *(at + 1 for at in cuts)})
    clauses = [tokens[start:stop] for start, stop in pairwise(starts)]
    return [
        token for clause in clauses for token in (clause if tests(clause, symbols) else after_equals(clause))
    ]


def outside(tokens: list[Token]) -> Iterator[tuple[int, Token]]:
    """The tokens outside brackets, each with its place."""
    depth = 0
    for at, token in enumerate(tokens):
        depth += (token.kind in OPENING) - (token.kind in OPENING.values())
        if depth == 0:
            yield at, token


def after_equals(tokens: list[Token]) -> list[Token]:
    """That of `sum_i=1` belongs to the sum."""
    cut = 0
    for at, token in outside(tokens):
        bound = at > 2 and [t.kind for t in tokens[at - 3 : at]] == ["sum", "_", "name"]
        if token.kind == "=" and not bound:
            cut = at + 1
    return tokens[cut:]


def tests(clause: list[Token], symbols: Symbols) -> bool:
    """Whether a clause is a condition such as `x = 0`, not a value such as `y = 0`."""
    return len(clause) > 1 and clause[1].kind == "=" and symbols.symbol(clause[0].text) is not None


def without_remark(tokens: list[Token], symbols: Symbols) -> list[Token]:
    """Without `, i = 1, …, K` or `, x ∈ R` at the end."""
    for at, token in outside(tokens):
        kinds = [t.kind for t in tokens[at + 1 : at + 5]]
        listed = kinds[:3] == ["name", "=", "number"] and kinds[3:] in ([","], ["dots"])
        listed = listed and symbols.symbol(tokens[at + 1].text) not in symbols.scalars
        if at and token.kind in (",", "separator") and (listed or kinds[:2] == ["name", "in"]):
            return tokens[:at]
    return tokens
