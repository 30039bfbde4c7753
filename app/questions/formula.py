"""The formula language: what a student types, read into a tree. No `eval`; every text is read or refused."""

from collections.abc import Callable
from itertools import product

from app.questions.names import CONSTANTS
from app.questions.sides import right_side
from app.questions.stream import OPENING, misread, number, refuse
from app.questions.sums import Sums
from app.questions.symbols import Symbols
from app.questions.tokens import FormulaError, Token
from app.questions.tree import (
    OTHERWISE,
    Call,
    Cases,
    Compare,
    Divide,
    Negative,
    Node,
    Number,
    Plus,
    Power,
    Times,
)
from app.text import text

MANY = {"max", "min"}
BEGINNINGS = {"name", "number", "function", "sum", "mean", "frac", "begin", "(", "[", "{"}


def parse(source: str, symbols: Symbols, wide_sums: bool = False, wide_calls: bool = False) -> Node:
    """The tree of a formula; what stands before its equals sign is dropped.

    A sum takes one term (with `wide_sums` all that follows), a function without brackets one factor (with
    `wide_calls` the whole product). FormulaError says what cannot be read, and where.
    """
    return Parser(right_side(symbols.tokens(source), symbols), symbols, wide_sums, wide_calls).formula()


def readings(source: str, symbols: Symbols) -> list[Node]:
    """The trees a formula may stand for, the usual one first: `log p/q` is ln(p)/q or ln(p/q)."""
    tokens = right_side(symbols.tokens(source), symbols)
    found: list[Node] = []
    problem: FormulaError | None = None
    for wide_sums, wide_calls in product((False, True), repeat=2):
        try:
            found.append(Parser(tokens, symbols, wide_sums, wide_calls).formula())
        except FormulaError as error:
            problem = problem or error
    if not found and problem:
        raise problem
    return list(dict.fromkeys(found))


class Parser(Sums):
    """Recursive descent; one method a rule of the grammar."""

    def __init__(self, tokens: list[Token], symbols: Symbols, wide_sums: bool, wide_calls: bool) -> None:
        super().__init__(tokens, symbols, wide_sums)
        self.wide_calls = wide_calls
        self.bars = 0  # how many |…| are open

    # --- formula, cases, conditions ------------------------------------------------------------------------

    def formula(self) -> Node:
        if self.next.kind == "end":
            raise misread(self.next)
        node = self.whole("end")
        if self.next.kind != "end":
            raise misread(self.next)
        if isinstance(node, Compare):
            raise FormulaError(text("这是一个条件，不是公式。", "This is a condition, not a formula."))
        return node

    def whole(self, closing: str) -> Node:
        """All up to a closing sign; TeX's `a \\over b` divides all before it by all behind."""
        node = self.cases(closing)
        return Divide(node, self.cases(closing)) if self.accept("over") else node

    def cases(self, closing: str) -> Node:
        """An expression, or values with their conditions: `0, x<0; x, x>=0`, `x if x>0 else 0`."""
        with self.deeper():
            start = self.next
            self.separators()
            items = [self.side()]
            while self.separators() or self.next.kind == "else" or items[-1] is OTHERWISE:
                if self.next.kind == closing:
                    break
                items.append(self.side())
        if len(items) == 1 and items[0] is not OTHERWISE:
            return items[0]
        if not any(isinstance(item, Compare) and item.sides for item in items):
            items = [piece for item in items for piece in parted(item)]
        last = len(items) - 2  # an earlier “else” opens another condition
        items = [item for at, item in enumerate(items) if at >= last or item is not OTHERWISE]
        branches: list[tuple[Node, Compare]] = []
        while len(items) > 1:
            one, other = items.pop(0), items.pop(0)
            if isinstance(one, Compare) and not isinstance(other, Compare):
                one, other = other, one
            if not isinstance(other, Compare) or isinstance(one, Compare):
                raise refuse(
                    start, "分段写法里每个值要配一个条件。", "in cases, each value needs a condition."
                )
            branches.append((one, other))
        if items and isinstance(items[0], Compare):
            raise refuse(start, "最后一个条件没有值。", "the last condition has no value.")
        return Cases((*branches, *((value, OTHERWISE) for value in items)))

    def separators(self) -> bool:
        start = self.at
        while self.accept(",", "separator"):
            pass
        return self.at > start

    def side(self) -> Node:
        """An expression or a condition."""
        if self.accept("else"):
            return OTHERWISE
        signs, sides = [], [self.expression()]
        while sign := self.accept("compare", "="):
            signs.append(sign.text)
            sides.append(self.expression())
        return Compare(tuple(signs), tuple(sides)) if signs else sides[0]

    # --- arithmetic ----------------------------------------------------------------------------------------

    def expression(self) -> Node:
        with self.deeper():
            terms = [self.term()]
            dots = None
            while sign := self.accept("+", "-"):
                dots = self.accept("dots") or dots
                if dots and self.tokens[self.at - 1] is dots:
                    continue
                term = Negative(self.term()) if sign.kind == "-" else self.term()
                if dots:
                    terms = [self.progression(terms, term, dots)]
                    dots = None
                else:
                    terms.append(term)
            if dots:
                raise misread(dots)
            return terms[0] if len(terms) == 1 else Plus(tuple(terms))

    def term(self) -> Node:
        if self.accept("-"):
            with self.deeper():
                return Negative(self.term())
        if self.accept("+"):
            with self.deeper():
                return self.term()
        return self.product(self.power())

    def product(self, first: Node) -> Node:
        factors = [first]
        depth = self.depth
        while True:
            if self.accept("*"):
                factors.append(self.signed())
            elif self.accept("/"):
                self.depth += 1  # a/b/c/… nests in the tree
                factors = [Divide(times(factors), self.signed())]
            elif self.next.kind in BEGINNINGS or (self.next.kind == "|" and not self.bars):
                factors.append(self.power())
            else:
                self.depth = depth
                return times(factors)

    def signed(self) -> Node:
        with self.deeper():
            return Negative(self.signed()) if self.accept("-") else self.power()

    def power(self) -> Node:
        base = self.atom()
        return Power(base, self.superscript()) if self.accept("^") else base

    def superscript(self) -> Node:
        with self.deeper():
            if self.accept("-"):
                return Negative(self.superscript())
            self.accept("+")
            exponent = self.atom()
            return Power(exponent, self.superscript()) if self.accept("^") else exponent

    # --- atoms -----------------------------------------------------------------------------------------------

    def atom(self) -> Node:
        token = self.take()
        if token.kind in OPENING:
            return self.group(token)
        if token.text == "sigma" and self.next.kind == "(" and not self.symbols.symbol("sigma"):
            token = token._replace(kind="function", text="sigmoid")
        if token.text == "1" and self.next.kind == "_":
            return self.indicator(token)
        if token.text == "I" and self.next.kind in ("(", "[", "_") and not self.symbols.symbol("I"):
            return self.indicator(token)
        rules: dict[str, Callable[[Token], Node]] = {
            "number": number,
            "name": self.name,
            "function": self.call,
            "sum": self.sum,
            "mean": self.mean,
            "frac": self.fraction,
            "|": self.absolute,
        }
        if token.kind not in rules:
            raise misread(token)
        return rules[token.kind](token)

    def group(self, opening: Token) -> Node:
        bars, self.bars = self.bars, 0
        node = self.whole(OPENING[opening.kind])
        self.need(OPENING[opening.kind])
        self.bars = bars
        return node

    def indicator(self, sign: Token) -> Node:
        """1_{x>0}, I(x>0): worth 1 where the condition holds, else 0."""
        self.accept("_")
        opening = self.accept("(", "[", "{")
        condition = self.group(opening) if opening else None
        if not isinstance(condition, Compare):
            raise refuse(sign, "后面要写一个条件。", "a condition must follow.")
        return condition

    def absolute(self, opening: Token) -> Node:
        self.bars += 1
        node = self.expression()
        self.need("|")
        self.bars -= 1
        if self.accept("_"):  # every norm of one number is its absolute value
            self.need("number")
        return Call("abs", (node,))

    def fraction(self, command: Token) -> Node:
        with self.deeper():
            return Divide(self.digit(), self.digit())

    def digit(self) -> Node:
        """An argument of a LaTeX command: a group or a single sign, so that \\frac12 is one half."""
        token = self.next
        if token.kind == "number" and len(token.text) > 1 and token.text.isdigit():
            self.tokens[self.at] = token._replace(text=token.text[1:], start=token.start + 1)
            return number(token._replace(text=token.text[0]))
        return self.atom()

    def call(self, function: Token) -> Node:
        """A function: log(x), \\log x, log_2 x, tanh^2 x, max{0, x}."""
        name = "ln" if function.text in ("log", "lg") else function.text
        base: Node | None = Number(10, "10") if function.text == "lg" else None
        base = base or (self.log_base(function) if name == "ln" else None)
        exponent = self.superscript() if self.accept("^") else None
        if exponent and name == "exp":
            return Power(CONSTANTS["e"], exponent)  # exp^x, for e^x
        if opening := self.accept("(", "[", "{"):
            arguments = self.arguments(OPENING[opening.kind])
        else:
            with self.deeper():
                argument = self.signed()
                arguments = [self.product(argument) if self.wide_calls else argument]
        if len(arguments) < 2 if name in MANY else len(arguments) != 1:
            raise refuse(function, f"{name} 的自变量个数不对。", f"{name} has the wrong number of arguments.")
        value: Node = Call(name, tuple(arguments))
        if name == "exp":
            value = Power(CONSTANTS["e"], arguments[0])
        if base:
            value = Divide(value, Call("ln", (base,)))
        return Power(value, exponent) if exponent else value

    def log_base(self, function: Token) -> Node | None:
        """The base of log_2; that of log2( or log10(, where the digits are no factor."""
        base, after = self.next, self.tokens[min(self.at + 1, len(self.tokens) - 1)]
        attached = function.text == "log" and base.start == function.start + 3
        if self.accept("_") or (attached and base.text in ("2", "10") and after.kind == "("):
            return self.atom()
        return None

    def arguments(self, closing: str) -> list[Node]:
        bars, self.bars = self.bars, 0
        found = [self.expression()]
        while self.accept(","):
            found.append(self.expression())
        self.need(closing)
        self.bars = bars
        return found


def parted(item: Node) -> list[Node]:
    """A value with its condition in brackets, `x (x>0)`, as the two."""
    if isinstance(item, Times) and isinstance(item.factors[-1], Compare):
        return [times(list(item.factors[:-1])), item.factors[-1]]
    return [item]


def times(factors: list[Node]) -> Node:
    return factors[0] if len(factors) == 1 else Times(tuple(factors))


__all__ = ["FormulaError", "Symbols", "parse", "readings"]
