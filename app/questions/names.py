"""Names and subscripts in a formula: which symbol a letter is, and which index is meant."""

import math
from string import ascii_lowercase

from app.questions.stream import OPENING, Stream, misread, number, refuse
from app.questions.symbols import Symbols, shown
from app.questions.tokens import FormulaError, Token
from app.questions.tree import Entry, Index, Negative, Node, Number, Plus, Variable
from app.text import Text, text

CONSTANTS = {"e": Number(math.e, "e"), "pi": Number(math.pi, "π")}


class Names(Stream):
    def __init__(self, tokens: list[Token], symbols: Symbols) -> None:
        super().__init__(tokens)
        self.symbols = symbols
        # The indices in force, innermost last; None for a sum whose index is yet to be seen in its body.
        self.scope: list[str | None] = [symbols.index] if symbols.index else []
        self.typed: dict[str, str] = {}  # how each vector was called first
        self.sums = 0  # how many sums are open

    def name(self, token: Token) -> Node:
        if token.text in self.scope:
            return Index(token.text)
        symbol = self.symbols.symbol(token.text)
        if symbol in self.symbols.vectors:
            self.one_name(symbol, token)
            return Entry(symbol, self.index(token))
        if numbered := self.numbered(symbol or token.text):
            return numbered
        if symbol:
            if self.next.kind == "_":
                raise refuse(
                    self.next, f"{shown(symbol)} 在这里没有下标。", f"{shown(symbol)} has no subscript here."
                )
            return Variable(symbol)
        if token.text in CONSTANTS:
            return CONSTANTS[token.text]
        raise self.unknown(token)

    def one_name(self, symbol: str, token: Token) -> None:
        """Two letters for one vector mean two things to who types them: in (t-y)^2 the y is no target."""
        first = self.typed.setdefault(symbol, token.text)
        if first.casefold() == token.text.casefold():
            return
        both = f"{shown(first)}", f"{shown(token.text)}"
        known = [shown(name) for name in sorted(self.symbols.vectors)]
        raise refuse(
            token,
            f"{both[0]} 和 {both[1]} 会读成同一个量，请用题目的符号 {'、'.join(known)}。",
            f"{both[0]} and {both[1]} would be read as the same; use the symbols of the question: {', '.join(known)}.",
        )

    def numbered(self, base: str) -> Node | None:
        """A scalar called by a letter and a number: z1, z_1, z_{1}."""
        start = self.at
        braced = self.accept("_") and self.accept("{")
        digits = self.accept("number")
        if digits and base + digits.text in self.symbols.scalars and (not braced or self.accept("}")):
            return Variable(base + digits.text)
        self.at = start
        return None

    def index(self, vector: Token) -> Node:
        """The index after a vector: z_i, z_{i}, z1, zi, z(i), z[i], z^{(i)}; left out, that of the sum around."""
        if self.accept("_"):
            return self.subscript()
        if self.next.kind == "number" and self.next.text.isdigit():
            return number(self.take())
        if self.next.kind in ("(", "["):
            return self.subscript()
        raised = [t.kind for t in self.tokens[self.at : self.at + 3]]
        if raised[:2] == ["^", "("] or raised == ["^", "{", "("]:
            self.take()
            return self.subscript()
        if raised[:1] == ["^"]:
            self.no_power(vector)
        if self.next.kind == "name" and self.next.start == vector.end and self.is_index(self.next):
            return self.position()
        if self.sums:
            self.scope[-1] = index = self.scope[-1] or self.fresh()
            return Index(index)
        name = shown(self.symbols.symbol(vector.text) or vector.text)
        raise refuse(vector, f"{name} 要写下标。", f"{name} needs a subscript.")

    def no_power(self, vector: Token) -> None:
        """y^i may be entry i, or a hat that could not be typed."""
        at = self.at + 1 + (self.tokens[self.at + 1].kind == "{")
        token = self.tokens[at]
        if token.kind == "name" and self.is_index(token) and self.tokens[at + 1].kind not in "_([":
            name, written = shown(self.symbols.symbol(vector.text) or vector.text), token.text
            raise refuse(
                self.next,
                f"上标 {written} 的意思不清楚：下标请写 {name}_{written}，戴帽的量请写 hat。",
                f"the superscript {written} is unclear: write {name}_{written} for a subscript, “hat” for a hat.",
            )

    def subscript(self) -> Node:
        """An index, perhaps in brackets."""
        if opening := self.accept("(", "[", "{"):
            with self.deeper():
                position = self.subscript()
                while sign := self.accept("+", "-"):
                    step = self.position()
                    position = Plus((position, Negative(step) if sign.kind == "-" else step))
            self.need(OPENING[opening.kind])
            return position
        return self.position()

    def position(self) -> Node:
        token = self.take()
        if token.kind == "number":
            return number(token)
        if token.kind != "name":
            raise misread(token)
        if token.text in self.scope:
            return Index(token.text)
        if self.next.kind == "_":  # P(x_i)
            self.take()
            return self.subscript()
        if self.scope and self.scope[-1] is None and token.text != self.symbols.length:
            self.scope[-1] = token.text
            return Index(token.text)
        if self.is_length(token):
            return Variable(self.symbols.length or "")
        wanted = self.symbols.index
        raise refuse(
            token,
            f"下标写成了 {shown(token.text)}，" + (f"题目用的是 {wanted}。" if wanted else "没有对它求和。"),
            f"the subscript is {shown(token.text)}, "
            + (f"the question uses {wanted}." if wanted else "which nothing sums over."),
        )

    def fresh(self) -> str:
        """A letter for an index that was left out."""
        for letter in "ijk" + ascii_lowercase:
            if letter not in self.scope and not self.symbols.symbol(letter):
                return letter
        raise misread(self.next)

    def is_index(self, token: Token) -> bool:
        known = self.symbols.symbol(token.text) is not None
        free = bool(self.scope) and self.scope[-1] is None and not known
        return free or token.text in self.scope or self.is_length(token)

    def is_length(self, token: Token) -> bool:
        length = self.symbols.length
        return length is not None and self.symbols.symbol(token.text) == length

    def unknown(self, token: Token) -> FormulaError:
        typed = shown(token.text)
        names = [n for n in self.symbols.declared if n.casefold() == token.text.casefold()]
        known = "、".join(map(shown, names or self.symbols.declared))
        if names:
            said: Text = text(
                f"这里的变量写成了 {typed}，题目用的是 {known}。",
                f"The variable is written {typed} here; the question uses {known}.",
            )
        else:
            said = text(
                f"第 {token.start + 1} 个字符：不认识“{typed}”，题目用的符号是 {known}。",
                f"Character {token.start + 1}: “{typed}” is not known; the question uses {known.replace('、', ', ')}.",
            )
        return FormulaError(said, token.start)
