"""Arithmetic as it is typed: numbers, signs, brackets and powers, evaluated exactly and within limits."""

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction

from app.grading.verdict import Unreadable
from app.text import text

MOST_DIGITS = 40
MOST_DEPTH = 20
MOST_EXPONENT = 400
MOST_BITS = 1400  # of a numerator or denominator: 1e-400 still fits

# Every sign is replaced by one character, so that positions stay those of what was typed.
SAME = {chr(code + 0xFEE0): chr(code) for code in range(0x21, 0x7F)}
SAME |= dict.fromkeys("−–—―‐‑‒﹣˗⁃ー➖", "-") | dict.fromkeys("·∙⋅•×✕✖⨯∗﹡", "*") | dict.fromkeys("÷∕⁄", "/")
SAME |= dict.fromkeys("\u3000\u00a0\u2002\u2003\u2009\u200a\u202f\u200b\ufeff", " ") | {"\r": "\n", "$": " "}
SAME |= dict(zip("﹢﹐﹒﹔﹕﹙﹚﹛﹜﹦﹪【】≒≅", "+,.;:(){}=%[]≈≈", strict=True))
SIGNS = str.maketrans(SAME)

SUPERSCRIPTS = str.maketrans("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+-0123456789")
WHOLE = r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?![0-9])|[0-9]+"
TOKEN = re.compile(
    rf"""(?P<space>(?:\s|\\left|\\right|\\[,;!\ ])+)
    | (?P<number>(?:(?:{WHOLE})(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<fraction>[¼-¾⅐-⅞])
    | (?P<raised>[⁺⁻]?[⁰¹²³⁴-⁹]+)
    | (?P<sign>\*\*|\\times|\\cdot|\\div|\\[dt]?frac|\\%|[xX](?![^\W\d_])|[-+*/^%()\[\]{{}}])
    | (?P<word>[^\W\d_]+)
    | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
ONE_SIGN = {"**": "^", "\\times": "*", "\\cdot": "*", "\\div": "/", "x": "*", "X": "*"}
ONE_SIGN |= {"\\dfrac": "\\frac", "\\tfrac": "\\frac", "\\%": "%"}
CLOSING = {"(": ")", "[": "]", "{": "}"}
# Words after a number that change its value, or stand for one, are not units.
NO_UNIT = re.compile(
    r"[0-9¼-¾⅐-⅞⁰¹²³⁴-⁹一二三四五六七八九十百千万亿兆半]|hundred|thousand|million|billion|trillion|dozen|half|percent"
    r"|^(?:[a-zα-ω]|pi|ln|log|exp|sqrt|sin|cos|tan|inf|infinity|nan|none|null)(?![a-zα-ω])",
    re.IGNORECASE,
)
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def normalise(typed: str) -> str:
    """Full-width forms and every variant of a sign as one ASCII character each; length is kept."""
    return typed.translate(SIGNS)


def evaluate(source: str) -> Fraction:
    """The exact value of normalised arithmetic; a unit after it is dropped. Unreadable otherwise."""
    return Reader(source).read()


def quoted(piece: str) -> str:
    return f"“{as_written(piece[:20])}{'…' if len(piece) > 20 else ''}”"


def as_written(source: str) -> str:
    """Normalised arithmetic as people write it."""
    return source.replace("**", "^").replace("*", "×")


class Reader:
    """Recursive descent; each method reads one level of precedence."""

    def __init__(self, source: str) -> None:
        found = (Token(str(m.lastgroup), m.group(), m.start()) for m in TOKEN.finditer(source))
        self.source = source
        self.tokens = [token for token in found if token.kind != "space"]
        self.at = 0
        self.depth = 0

    def read(self) -> Fraction:
        value = self.sum()
        if (token := self.token) and not self.is_unit(token):
            raise self.left_over(token)
        return value

    @property
    def token(self) -> Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def take(self, *signs: str) -> str | None:
        """The next token as one of these signs, if it is one."""
        token = self.token
        sign = ONE_SIGN.get(token.text, token.text) if token and token.kind == "sign" else None
        if sign not in signs:
            return None
        self.at += 1
        return sign

    def refuse(self, zh: str, en: str, token: Token | None = None) -> Unreadable:
        return Unreadable(text(zh, en), token.start if token else len(self.source))

    def sum(self) -> Fraction:
        value = self.product()
        while sign := self.take("+", "-"):
            following = self.token
            if self.take("+", "-"):
                raise self.two_signs(following)
            right = self.product()
            value = self.limited(value + right if sign == "+" else value - right)
        return value

    def product(self) -> Fraction:
        value = self.signed()
        while sign := self.take("*", "/"):
            right = self.signed()
            value = self.limited(value * right if sign == "*" else self.divide(value, right))
        return value

    def signed(self) -> Fraction:
        sign, following = self.take("+", "-"), self.token
        if sign and self.take("+", "-"):
            raise self.two_signs(following)
        return -self.power() if sign == "-" else self.power()

    def power(self) -> Fraction:
        base = self.atom()
        if (token := self.token) and token.kind == "raised":
            self.at += 1
            return self.raised(base, Fraction(token.text.translate(SUPERSCRIPTS)))
        if self.take("^"):
            self.deeper()
            base = self.raised(base, self.signed())
            self.depth -= 1
        return base

    def atom(self) -> Fraction:
        token = self.token
        if token is None:
            raise self.refuse("算式没有写完。", "The expression is not finished.")
        if token.kind in ("number", "fraction"):
            self.at += 1
            value = self.literal(token) if token.kind == "number" else simple_fraction(token.text)
        elif self.take("\\frac"):
            value = self.bracket(token)
            value = self.limited(self.divide(value, self.bracket(token)))
        elif token.text in CLOSING:
            value = self.bracket(token)
        else:
            raise self.unexpected(token)
        return value / 100 if self.take("%") else value

    def bracket(self, before: Token) -> Fraction:
        opening = self.take(*CLOSING)
        if not opening:
            raise self.unexpected(before)
        self.deeper()
        value = self.sum()
        if not self.take(CLOSING[opening]):
            if self.token:
                raise self.left_over(self.token)
            raise self.refuse("括号没有配对。", "A bracket is not closed.")
        self.depth -= 1
        return value

    def literal(self, token: Token) -> Fraction:
        mantissa, _, exponent = token.text.replace(",", "").lower().partition("e")
        if sum(c.isdigit() for c in mantissa) > MOST_DIGITS:
            zh, en = f"这个数超过 {MOST_DIGITS} 位。", f"This number has more than {MOST_DIGITS} digits."
            raise self.refuse(zh, en, token)
        if exponent and (len(exponent) > 5 or abs(int(exponent)) > MOST_EXPONENT):
            raise self.too_large(token)
        return self.limited(Fraction(f"{mantissa.rstrip('.')}e{exponent or 0}"), token)

    def raised(self, base: Fraction, exponent: Fraction) -> Fraction:
        """A power, its size estimated before it is computed."""
        if exponent.denominator != 1:
            raise self.refuse("只能读整数次幂。", "Only whole powers can be read.", self.tokens[self.at - 1])
        power = abs(exponent.numerator)
        if power > MOST_EXPONENT or bits(base) * power > MOST_BITS:
            raise self.too_large(self.tokens[self.at - 1])
        value = base**power
        return self.limited(self.divide(Fraction(1), value) if exponent < 0 else value)

    def divide(self, value: Fraction, by: Fraction) -> Fraction:
        if by == 0:
            raise self.refuse("不能除以 0。", "Division by 0 is impossible.", self.tokens[self.at - 1])
        return value / by

    def limited(self, value: Fraction, token: Token | None = None) -> Fraction:
        if abs(value) >= 10**MOST_DIGITS or bits(value) > MOST_BITS:
            raise self.too_large(token or self.tokens[self.at - 1])
        return value

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise self.refuse(
                "括号或乘方的层数太多。", "Too many nested brackets or powers.", self.tokens[self.at - 1]
            )

    def is_unit(self, token: Token) -> bool:
        """Whether what is left is a unit, such as 个参数 or (个), and not another number or a factor."""
        rest = self.source[token.start :].lstrip("( ")
        return (
            rest[:1].isalpha() and token.text in ("(", rest[: len(token.text)]) and not NO_UNIT.search(rest)
        )

    def two_signs(self, token: Token | None) -> Unreadable:
        return self.refuse(
            "两个正负号连在一起，请加括号，例如 5-(-3)。",
            "Two signs in a row; use brackets, as in 5-(-3).",
            token,
        )

    def too_large(self, token: Token) -> Unreadable:
        return self.refuse(
            f"{quoted(token.text)}太大或太小，读不了。",
            f"{quoted(token.text)} is too large or too small to read.",
            token,
        )

    def unexpected(self, token: Token) -> Unreadable:
        piece = quoted(token.text)
        if CHINESE.match(token.text):
            return self.refuse(f"读不懂{piece}，请用数字写。", f"{piece} cannot be read; use digits.", token)
        if token.kind == "sign":
            return self.refuse(f"{piece}这里缺一个数。", f"A number is missing at {piece}.", token)
        return self.refuse(
            f"读不懂{piece}，这里应是一个数。", f"{piece} cannot be read; a number belongs here.", token
        )

    def left_over(self, token: Token) -> Unreadable:
        """Names what stands after a complete number."""
        before, piece = self.tokens[self.at - 1], quoted(token.text)
        both = quoted(self.source[before.start : token.end])
        if token.kind == "number" and token.start == before.end and before.kind == "number":
            return self.refuse(f"{both}里有两个小数点。", f"{both} has two decimal points.", token)
        after = [t.text for t in self.tokens[self.at + 1 : self.at + 3]]
        if token.kind == "fraction" or (token.kind == "number" and after[:1] == ["/"]):
            both = quoted(self.source[before.start : token.end] + "".join(after))
            return self.refuse(
                f"{both}有歧义：带分数请写成假分数或小数，如 3/2。",
                f"{both} is ambiguous: write a mixed number as a fraction or a decimal, such as 3/2.",
                token,
            )
        if token.kind == "number":
            return self.refuse(
                f"这里只填一个数，却有几个：{both}。",
                f"One number belongs here; there are several: {both}.",
                token,
            )
        if token.text in (",", "、", ";", "，"):
            return self.refuse(
                f"{piece}有歧义：小数点请写“.”；这里只填一个数。",
                f"{piece} is ambiguous: write a decimal point as “.”; one number belongs here.",
                token,
            )
        if token.text in CLOSING.values():
            return self.refuse(f"多了一个{piece}。", f"There is one {piece} too many.", token)
        if token.kind in ("sign", "raised"):
            return self.refuse(
                f"{piece}前面缺一个运算符。", f"A sign such as × is missing before {piece}.", token
            )
        if token.kind == "word":
            return self.refuse(
                f"读不懂{piece}：请写出完整的数。",
                f"{piece} cannot be read: write the number in full.",
                token,
            )
        return self.refuse(f"读不懂{piece}。", f"{piece} cannot be read.", token)


def bits(value: Fraction) -> int:
    return max(abs(value.numerator).bit_length(), value.denominator.bit_length()) if abs(value) != 1 else 0


def simple_fraction(character: str) -> Fraction:
    return Fraction(unicodedata.numeric(character)).limit_denominator(10)
