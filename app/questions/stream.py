"""Tokens as a parser takes them, one after another, and the errors it raises about them."""

import math
from collections.abc import Iterator
from contextlib import contextmanager

from app.questions.tokens import FormulaError, Token
from app.questions.tree import Number
from app.text import text

MAX_DEPTH = 40
MAX_NUMBER = 1e12
OPENING = {"(": ")", "[": "]", "{": "}", "begin": "finish"}


class Stream:
    def __init__(self, tokens: list[Token]) -> None:
        end = tokens[-1].end if tokens else 0
        self.tokens = [*tokens, Token("end", "", end, end)]
        self.at = 0
        self.depth = 0

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        token = self.next
        self.at += token.kind != "end"
        return token

    def accept(self, *kinds: str) -> Token | None:
        return self.take() if self.next.kind in kinds else None

    def need(self, kind: str) -> Token:
        if token := self.accept(kind):
            return token
        if self.next.kind == "end" and kind in OPENING.values():
            raise refuse(self.next, f"少了“{kind}”。", f"“{kind}” is missing.")
        raise misread(self.next)

    @contextmanager
    def deeper(self) -> Iterator[None]:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise refuse(self.next, "嵌套太深了。", "nested too deeply.")
        yield
        self.depth -= 1


def misread(token: Token) -> FormulaError:
    if token.kind == "end":
        return FormulaError(text("公式没有写完。", "The formula is not finished."), token.start)
    zh = "看不懂" if token.kind == "unknown" else "放在这里读不通"
    en = "cannot be read" if token.kind == "unknown" else "makes no sense here"
    written = token.text.strip() or "&"
    return FormulaError(
        text(
            f"第 {token.start + 1} 个字符“{written}”{zh}。",
            f"“{written}” at character {token.start + 1} {en}.",
        ),
        token.start,
    )


def refuse(token: Token, zh: str, en: str) -> FormulaError:
    at = token.start + 1
    return FormulaError(text(f"第 {at} 个字符：{zh}", f"Character {at}: {en}"), token.start)


def number(token: Token) -> Number:
    value = float(token.text)
    if value > MAX_NUMBER:
        raise refuse(token, "数太大了。", "the number is too large.")
    if len(token.text) > 4 and repr(math.e).startswith(token.text):
        value = math.e  # 2.718 typed for e
    return Number(value, token.text)
