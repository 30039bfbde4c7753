"""Sums in a formula, in every way they are typed."""

from abc import abstractmethod
from collections.abc import Callable

from app.questions.names import Names
from app.questions.stream import OPENING, misread, number, refuse
from app.questions.symbols import Symbols
from app.questions.tokens import Token
from app.questions.tree import Divide, Entry, Index, Node, Number, Sum, Variable, swapped, walk


class Sums(Names):
    def __init__(self, tokens: list[Token], symbols: Symbols, wide_sums: bool) -> None:
        super().__init__(tokens, symbols)
        self.wide_sums = wide_sums

    @abstractmethod
    def expression(self) -> Node: ...

    @abstractmethod
    def term(self) -> Node: ...

    @abstractmethod
    def group(self, opening: Token) -> Node: ...

    def sum(self, token: Token) -> Node:
        r"""\sum_{i=1}^{N} z_i, \sum_i z_i, Σ z_i, sum(i=1..N, z_i), sum(z_i, i, 1, N)."""
        with self.deeper():
            if listed := self.listed_sum():
                return listed
            index, low, high = None, None, None
            if self.next.kind == "(" and [t.kind for t in self.tokens[self.at + 1 : self.at + 3]] == [
                "name",
                "=",
            ]:
                index, low, high = self.range()
            while bound := self.accept("_", "^"):
                if bound.kind == "_":
                    index, low, upper = self.range()
                    high = high or upper
                else:
                    high = self.bound()
            return self.over(index, low, high, self.expression if self.wide_sums else self.term)

    def mean(self, token: Token) -> Node:
        """mean(…): the sum over all entries, divided by their number."""
        if not self.symbols.length:
            raise self.unknown(token)
        with self.deeper():
            total = self.over(None, None, None, lambda: self.group(self.need("(")))
        return Divide(total, Variable(self.symbols.length))

    def over(self, index: str | None, low: Node | None, high: Node | None, read: Callable[[], Node]) -> Node:
        start = self.next
        self.scope.append(index)
        self.sums += 1
        body = read()
        self.sums -= 1
        found = self.scope.pop()
        if found is None and Index(self.symbols.index or "") in walk(body):
            found = self.symbols.index  # Σ e^{z_i}: the free index again
        if found is None:
            raise refuse(start, "看不出对什么求和。", "it is not clear what is summed over.")
        return Sum(found, low, high, body)

    def range(self) -> tuple[str, Node | None, Node | None]:
        """The index and its bounds below a sum: i, {i=1}, {i=1..N}, {1 ≤ i ≤ N}, {i ∈ I}."""
        low: Node | None = None
        high: Node | None = None
        opening = self.accept("{", "(")
        if opening and self.next.kind == "number":
            low = number(self.take())
            self.no_less()
            index = self.need("name").text
            self.no_less()
            high = self.expression()
        else:
            index = self.need("name").text
            if self.accept("="):
                low = self.expression() if opening else self.bound()
                high = self.expression() if opening and self.accept("dots") else None
            elif opening and self.accept("in"):
                self.skip_set()
        if opening:
            self.need(OPENING[opening.kind])
        return index, low, high

    def no_less(self) -> None:
        if self.next.text != "≤":
            raise misread(self.next)
        self.take()

    def skip_set(self) -> None:
        """A set is that of all entries, whatever it is called."""
        depth = 0
        while self.next.kind != "end" and (depth or self.next.kind not in OPENING.values()):
            kind = self.take().kind
            depth += (kind in OPENING) - (kind in OPENING.values())

    def bound(self) -> Node:
        """A bound without brackets is one number or name, so that \\sum^N_i reads."""
        if opening := self.accept("{", "("):
            return self.group(opening)
        token = self.take()
        if token.kind == "number":
            return number(token)
        symbol = self.symbols.symbol(token.text) if token.kind == "name" else None
        if symbol is None or symbol in self.symbols.vectors:
            raise self.unknown(token) if token.kind == "name" else misread(token)
        return Variable(symbol)

    def listed_sum(self) -> Node | None:
        """sum(i=1..N, body) or sum(body, i, 1, N) or sum(body, i): the range may stand first or last."""
        starts = self.argument_starts()
        if len(starts) < 2:
            return None
        named = [self.tokens[s].kind == "name" and self.tokens[s + 1].kind in ("=", ",", ")") for s in starts]
        body, ranged = (starts[1], starts[0]) if named[0] and len(starts) == 2 else (starts[0], starts[1])
        self.at = ranged
        index, low, high = self.need("name").text, None, None
        if self.accept("="):
            low = self.expression()
            if not self.accept("dots"):
                self.need("separator")
            high = self.expression()
        elif len(starts) == 4:
            self.need(",")
            low = self.expression()
            self.need(",")
            high = self.expression()
        after_range = self.at
        self.at = body
        node = self.over(index, low, high, self.expression)
        self.at = max(self.at, after_range)
        self.need(")")
        return node

    def argument_starts(self) -> list[int]:
        """Where the arguments of a bracket that opens here start; nothing if none opens or it never closes."""
        if self.next.kind != "(":
            return []
        depth, starts = 0, [self.at + 1]
        for at in range(self.at, len(self.tokens)):
            kind = self.tokens[at].kind
            depth += (kind in OPENING) - (kind in OPENING.values())
            if depth == 0:
                return starts
            if kind == "," and depth == 1:
                starts.append(at + 1)
        return []

    def progression(self, terms: list[Node], last: Node, dots: Token) -> Node:
        """The sum meant by `z_1 + z_2 + … + z_K`."""
        name = self.fresh()
        body = swapped(terms[0], Number(1, "1"), Index(name))
        high = next((node.index for node in walk(last) if isinstance(node, Entry)), None)
        expected = [swapped(body, Index(name), Number(n, f"{n}")) for n in range(1, len(terms) + 1)]
        if high is None or terms != expected or last != swapped(body, Index(name), high):
            raise refuse(dots, "省略号前后的项看不出规律。", "the terms around the dots follow no pattern.")
        return Sum(name, Number(1, "1"), high, body)
