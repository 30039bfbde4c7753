"""Which symbols a formula may use, and by which other names a student may call them."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from app.questions.part import FormulaAnswer
from app.questions.tokens import GREEK, Token, tokens

BRACES = ("{", "}")
Writing = tuple[str, tuple[Token, ...]]  # a symbol, and the tokens that stand for it


@dataclass(frozen=True)
class Symbols:
    """Names are as `tokens` spells them: eta for η, yhat for ŷ."""

    scalars: frozenset[str] = frozenset()
    vectors: frozenset[str] = frozenset()
    length: str | None = None
    index: str | None = None
    names: tuple[tuple[str, str], ...] = ()  # (alias of one token, symbol)
    writings: tuple[Writing, ...] = ()  # aliases of several tokens, in the order they are applied

    @classmethod
    def of(cls, answer: FormulaAnswer) -> "Symbols":
        """The symbols that an answer declares."""
        aliases = tuple((symbol, tuple(names)) for symbol, names in answer.aliases.items())
        return declared(tuple(answer.variables), tuple(answer.vectors), answer.length, answer.index, aliases)

    @property
    def declared(self) -> list[str]:
        return sorted(self.scalars | self.vectors) + [s for s in (self.length, self.index) if s]

    def tokens(self, source: str) -> list[Token]:
        """The tokens of a source, with every alias of several tokens replaced by its symbol."""
        known = [*self.declared, *(alias for alias, _ in self.names)]
        read = tokens(source, [name for name in known if name.isalpha()])
        parts = {token.text for _, writing in self.writings for token in writing}
        # A scalar goes by its declared name, so that writings of it need one spelling only: ∂L/∂θ is ∂J/∂w.
        called = {alias: name for alias, name in self.names if name in self.scalars and alias not in parts}
        read = [t._replace(text=called.get(t.text, t.text)) if t.kind == "name" else t for t in read]
        return rewritten(read, self.writings)

    def symbol(self, name: str) -> str | None:
        """The declared symbol of a name."""
        if name in self.scalars or name in self.vectors or name in (self.length, self.index):
            return name
        return dict(self.names).get(name)


@lru_cache(maxsize=256)
def declared(
    scalars: tuple[str, ...],
    vectors: tuple[str, ...],
    length: str | None,
    index: str | None,
    aliases: tuple[tuple[str, tuple[str, ...]], ...],
) -> Symbols:
    others = (name for _, names in aliases for name in names)
    words = [
        w
        for w in chain(scalars, vectors, filter(None, (length, index)), others)
        if w.isalpha() and w.isascii()
    ]
    one: list[tuple[str, str]] = []
    several: list[Writing] = []
    for symbol, names in aliases:
        read = [tuple(rewritten(tokens(name, words), several)) for name in names]
        one += [(alias[0].text, spelling(symbol)) for alias in read if len(alias) == 1]
        long = [tuple(t for t in alias if t.kind not in BRACES) for alias in read if len(alias) > 1]
        several += [(spelling(symbol), alias) for alias in sorted(long, key=len, reverse=True)]
    return Symbols(
        frozenset(map(spelling, scalars)),
        frozenset(map(spelling, vectors)),
        length and spelling(length),
        index and spelling(index),
        tuple(one),
        tuple(several),
    )


def spelling(symbol: str) -> str:
    """A declared symbol as `tokens` spells it."""
    read = tokens(symbol, [symbol] if symbol.isalpha() and symbol.isascii() else ())
    return "".join(t.text for t in read if t.kind in ("name", "number"))


def shown(name: str) -> str:
    """A symbol as it is shown in a sentence."""
    base = name.removesuffix("hat") or name
    letter = GREEK.get(base, base)
    return unicodedata.normalize("NFC", letter + "\u0302") if base != name else letter


def rewritten(source: list[Token], writings: Sequence[Writing]) -> list[Token]:
    """Replace each writing by its symbol, in order, as often as it occurs: an alias of w first, then one
    of ∂J/∂w, so that the second need not be written for every alias of the first. Braces do not count."""
    for symbol, writing in writings:
        if not {token.text for token in writing} <= {token.text for token in source}:
            continue
        at = 0
        while at < len(source):
            stop = matched(source, at, writing)
            if stop:
                source = [
                    *source[:at], Token("name", symbol, source[at].start, source[stop - 1].end), *source[stop:]
                ]  # fmt: skip
            at += 1
    return source


def matched(source: list[Token], at: int, writing: tuple[Token, ...]) -> int | None:
    """Where a writing that starts `at` ends; None when it is not there or its braces do not balance."""
    if source[at].kind in BRACES:
        return None
    depth = 0
    expected = list(writing)
    while expected or depth:
        if at == len(source):
            return None
        token = source[at]
        if token.kind in BRACES:
            depth += 1 if token.kind == "{" else -1
        elif expected and (token.kind, token.text) == expected[0][:2]:
            expected.pop(0)
        else:
            return None
        if depth < 0:
            return None
        at += 1
    return at
