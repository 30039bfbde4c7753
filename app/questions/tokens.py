"""The tokens of a typed formula: LaTeX, calculator and full-width writing become one alphabet."""

import re
import unicodedata
from collections.abc import Callable, Collection
from functools import lru_cache
from typing import NamedTuple

from app.text import Text, text

MAX_CHARACTERS = 600
MAX_TOKENS = 300


class FormulaError(ValueError):
    """A formula that cannot be read. `position` counts characters from 0."""

    def __init__(self, message: Text, position: int = 0) -> None:
        self.message = message
        self.position = position
        super().__init__(message.en)


class Token(NamedTuple):
    """`kind` is name, number, function, sum, mean, frac, over, dots, compare, separator, else, begin, finish, unknown,
    or the sign itself: + - * / ^ _ = ( ) [ ] { } | , ' in."""

    kind: str
    text: str
    start: int
    end: int


FUNCTIONS = {"exp", "log", "ln", "lg", "tanh", "sinh", "cosh", "sqrt", "abs", "max", "min", "sigmoid", "relu"}
GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π",
    "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Delta": "Δ",
    "nabla": "∇", "partial": "∂",
}  # fmt: skip
LETTERS = {letter: name for name, letter in GREEK.items()} | {"ϵ": "epsilon", "ϕ": "phi", "ϑ": "theta"}

WORDS = dict.fromkeys(FUNCTIONS, "function") | dict.fromkeys(GREEK, "name") | {"sum": "sum", "mean": "mean"}
WORDS |= dict.fromkeys(("maximum", "minimum"), "function")
WORDS |= dict.fromkeys(("if", "when", "then", "where", "for"), "separator")
WORDS |= dict.fromkeys(("else", "otherwise"), "else")
COMMANDS = {
    "cdot": "*", "times": "*", "ast": "*", "div": "/", "le": "≤", "leq": "≤", "leqslant": "≤", "ge": "≥",
    "geq": "≥", "geqslant": "≥", "lt": "<", "gt": ">", "lvert": "|", "rvert": "|", "vert": "|", "mid": "|", "lVert": "|", "rVert": "|", "Vert": "|",
    "lbrace": "{", "rbrace": "}", "prime": "'", "leftarrow": "=", "gets": "=", "in": "in",
    "frac": "frac", "dfrac": "frac", "tfrac": "frac", "cfrac": "frac", "over": "over",
    "to": "separator", "rightarrow": "separator", "Sigma": "sum",
    "varepsilon": "epsilon", "varphi": "phi", "vartheta": "theta",
}  # fmt: skip
SIGNS = {
    "**": "^", "<=": "≤", "=<": "≤", ">=": "≥", "=>": "≥", "==": "==", ":=": "=", "←": "=", "-=": "-", "+=": "+", "->": "→", "\\{": "{", "\\}": "}",
    "\\|": "|", "≦": "≤", "⩽": "≤", "≧": "≥", "⩾": "≥", "√": "sqrt", "Σ": "sum", "∑": "sum", "∈": "in",
    "大于等于": "≥", "大于或等于": "≥", "不小于": "≥", "小于等于": "≤", "小于或等于": "≤", "不大于": "≤",
    "大于": ">", "小于": "<", "等于": "=",
}  # fmt: skip
SEPARATORS = {";", "&", "\\\\", ":", "?", "→", "当", "若", "如果", "时", "则", "为", "取"}
OTHERS = {"否则", "其他", "其它", "其余"}

LONG_SIGNS = sorted((s for s in (*SIGNS, *SEPARATORS, *OTHERS) if len(s) > 1), key=len, reverse=True)

LOOKALIKES = {
    c: sign
    for sign, cs in {
        "-": "−–—‐",
        "*": "⋅·•∙✕×∗",
        "/": "÷∕⁄",
        "|": "∣",
        "'": "′’‘",
        "[": "【",
        "]": "】",
        ",": "、",
        ".": "。",
    }.items()
    for c in cs
}
RAISED, LOWERED = (
    "".join(
        re.escape(c) for c in map(chr, range(0x80, 0x2D80)) if unicodedata.decomposition(c).startswith(mark)
    )
    for mark in ("<super>", "<sub>")
)
HATTED = "âĉêĝĥîĵôŝûŵŷẑ"
FONTS = (
    "mathrm|mathbf|mathit|mathsf|mathcal|mathbb|boldsymbol|bm|text(?:rm|bf|it|normal)?|operatorname\\*?|mbox"
)

PATTERN = re.compile(
    rf"""
    (?P<skip> \s+ | \\[,;:!>\ ()\[\]] | [$~] | \{{\}} | \\(?:left|right)\s*\.(?:\s*\\\\)?
        | (?:\\left\s*)?\\\{{\s*(?=\\begin)
        | \\(?:left|right|middle|[bB]igg?[lr]?|displaystyle|textstyle|(?:no)?limits|q?quad|rm)(?![A-Za-z])
        | [.,;]\s*(?:$|(?=\\end)) | (?<![A-Za-z])(?:np|numpy|math|torch|tf)\s*\.(?=\s*[A-Za-z]) )
  | \\(?:{FONTS})(?![A-Za-z])\s*(?P<font>\{{?)
  | \\begin\s*\{{[a-z]+\*?\}}(?P<begin>\s*(?:\{{[lcr|\ ]*\}})?)
  | \\end\s*\{{[a-z]+\*?(?P<finish>\}})
  | (?P<dots> \.\.+ | … | ⋯ | \\[lc]?dots(?![A-Za-z]) )
  | (?P<number> [0-9]+(?:\.[0-9]+)? | \.[0-9]+ )
  | (?P<fraction> [½¼¾⅓⅔] )
  | (?P<raised> [{RAISED}]+ )
  | (?P<lowered> [{LOWERED}]+ )
  | \\(?:wide)?hat(?![A-Za-z])\s*(?: \{{\s*(?P<over>\\?[A-Za-z]+|{"[" + "".join(LETTERS) + "]"})\s*\}}
        | (?P<brace>\{{)?\s*(?P<above>\\[A-Za-z]+|[A-Za-z]) )
  | (?P<hatted> [A-Za-z]\u0302 | [{HATTED}{HATTED.upper()}] | [A-Za-z](?=_hat|_\{{hat\}})(?:_hat|_\{{hat\}}) )
  | \\(?P<command> [A-Za-z]+ )
  | (?P<letters> [A-Za-z]+(?!\u0302|_hat|_\{{hat) )
  | (?P<greek> [{"".join(LETTERS)}] )
  | (?P<sign> {"|".join(map(re.escape, LONG_SIGNS))} | . )
    """,
    re.VERBOSE | re.DOTALL,
)


def tokens(source: str, names: Collection[str] = ()) -> list[Token]:
    """The tokens of a formula. `names` are the words of several letters that stand for one symbol."""
    if len(source) > MAX_CHARACTERS:
        raise FormulaError(
            text(
                f"公式太长了，最多 {MAX_CHARACTERS} 个字符。",
                f"The formula is too long; {MAX_CHARACTERS} characters at most.",
            ),
            MAX_CHARACTERS,
        )
    found = unbraced(Lexer(names).read("".join(map(plain, source))))
    if len(found) > MAX_TOKENS:
        raise FormulaError(
            text("公式太长了，请写得简洁些。", "The formula is too long; write it more briefly.")
        )
    return found


def unbraced(read: list[Token]) -> list[Token]:
    """Without the braces that some editors put around a letter before its subscript: {z}_{i}."""
    at = 0
    while at + 3 < len(read):
        kinds = [token.kind for token in read[at : at + 4]]
        if kinds == ["{", "name", "}", "_"] and (not at or read[at - 1].kind not in "_^"):
            read = [*read[:at], read[at + 1], *read[at + 3 :]]
        at += 1
    return read


@lru_cache(maxsize=1024)
def plain(character: str) -> str:
    """One character for one, so that positions stay true; raised and lowered ones keep their meaning."""
    if character.isascii():
        return character
    kind = unicodedata.decomposition(character)
    folded = unicodedata.normalize("NFKC", character)
    if len(folded) != 1 or kind.startswith(("<super>", "<sub>")):
        folded = character
    return LOOKALIKES.get(folded, folded)


class Lexer:
    def __init__(self, names: Collection[str]) -> None:
        self.names = set(names)
        self.words = sorted({*names, *WORDS}, key=len, reverse=True)
        self.tokens: list[Token] = []

    def read(self, source: str, offset: int = 0) -> list[Token]:
        closing: set[int] = set()  # braces of a font command, which mean nothing
        at = 0
        while at < len(source):
            match = PATTERN.match(source, at)
            if match is None or at in closing:
                at += 1
                continue
            kind = match.lastgroup or "skip"
            if kind == "font" and match["font"]:
                closing.add(closing_brace(source, match.end()))
            elif kind not in ("skip", "font"):
                read: Callable[[re.Match[str], int, int], None] = getattr(
                    self, f"read_{kind}", self.read_plain
                )
                read(match, offset + match.start(kind), offset + match.end())
            at = match.end()
        return self.tokens

    def add(self, kind: str, text: str, start: int, end: int) -> None:
        self.tokens.append(Token(kind, text, start, end))

    def read_plain(self, match: re.Match[str], start: int, end: int) -> None:
        kind = match.lastgroup or ""
        self.add(kind, match[kind], start, end)

    def read_fraction(self, match: re.Match[str], start: int, end: int) -> None:
        self.add("number", repr(unicodedata.numeric(match["fraction"])), start, end)

    def read_raised(self, match: re.Match[str], start: int, end: int) -> None:
        self.add("^", "^", start, start)
        self.read_small(match["raised"], start, end)

    def read_lowered(self, match: re.Match[str], start: int, end: int) -> None:
        self.add("_", "_", start, start)
        self.read_small(match["lowered"], start, end)

    def read_small(self, small: str, start: int, end: int) -> None:
        self.add("{", "{", start, start)
        self.read("".join(plain(unicodedata.normalize("NFKC", c)) for c in small), start)
        self.add("}", "}", end, end)

    def read_over(self, match: re.Match[str], start: int, end: int) -> None:
        self.add("name", letter(match["over"]) + "hat", start, end)

    def read_above(self, match: re.Match[str], start: int, end: int) -> None:
        if match["brace"]:
            self.add("{", "{", start, start)
        self.add("name", letter(match["above"]) + "hat", start, end)

    def read_hatted(self, match: re.Match[str], start: int, end: int) -> None:
        self.add("name", unicodedata.normalize("NFD", match["hatted"])[0] + "hat", start, end)

    def read_greek(self, match: re.Match[str], start: int, end: int) -> None:
        self.add("name", LETTERS[match["greek"]], start, end)

    def read_command(self, match: re.Match[str], start: int, end: int) -> None:
        word = match["command"]
        meaning = COMMANDS.get(word, word)
        if meaning in "≤≥<>":
            self.add("compare", meaning, start - 1, end)
        elif meaning in WORDS and WORDS[meaning] in ("function", "name", "sum", "mean"):
            self.add(WORDS[meaning], meaning, start - 1, end)
        else:
            kind = meaning if word in COMMANDS else "unknown"
            self.add(kind, "\\" + (meaning if kind == "frac" else word), start - 1, end)

    def read_letters(self, match: re.Match[str], start: int, end: int) -> None:
        """Split a run of letters into known words and single letters: `explog` but also `Nlog`, `yi`."""
        run = match["letters"]
        if run == "to":  # i = 1 to N
            self.add("dots", run, start, end)
            return
        pieces: list[tuple[str, str]] = []
        at = strange = 0
        while at < len(run):
            kind, word = self.word(run, at)
            strange = 0 if kind != "letter" or word in self.names else strange + 1
            if strange == 3:
                self.add("name", run, start, end)
                return
            pieces.append(("name" if kind == "letter" else kind, word))
            at += len(word)
        for kind, word in pieces:
            self.add(kind, called(word) if kind == "function" else word, start, start + len(word))
            start += len(word)

    def word(self, run: str, at: int) -> tuple[str, str]:
        for word in self.words:
            if run.startswith(word, at):
                if word in self.names:
                    return "name", word
                if not (len(word) == 2 and word[0] in self.names and WORDS[word] == "name"):  # p_i, not π
                    return WORDS[word], word
            elif word in FUNCTIONS and run[at : at + len(word)].lower() == word:
                return "function", run[at : at + len(word)]
        return "letter", run[at]

    def read_sign(self, match: re.Match[str], start: int, end: int) -> None:
        sign = SIGNS.get(match["sign"], match["sign"])
        if sign == "sqrt":
            self.add("function", sign, start, end)
        elif sign in "≤≥<>" or sign == "==":
            self.add("compare", sign[0], start, end)
        elif sign in SEPARATORS or sign in OTHERS:
            self.add("separator" if sign in SEPARATORS else "else", sign, start, end)
        else:
            known = sign in ("sum", "in") or sign in "+-*/^_=()[]{}|,'"
            self.add(sign if known else "unknown", sign, start, end)


def called(function: str) -> str:
    """The name of a function however it is written: MAX, maximum."""
    return function.lower().replace("imum", "")


def letter(written: str) -> str:
    """The name of a letter written as itself or as a command."""
    bare = written.lstrip("\\")
    return LETTERS.get(bare, COMMANDS.get(bare, bare))


def closing_brace(source: str, at: int) -> int:
    """Where the group that was opened before `at` closes."""
    depth = 1
    for position in range(at, len(source)):
        depth += {"{": 1, "}": -1}.get(source[position], 0)
        if depth == 0:
            return position
    return -1
