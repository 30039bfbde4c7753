"""The YAML of a question file as plain values: texts, numbers, truth values, lists and mappings, nothing else.

Read event by event, so that no file, however nested, costs more than its length.
"""

import re
from math import inf
from typing import Any

import yaml
from yaml import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from app.questions.problem import BankError, Location, Problem, dotted
from app.questions.syntax import misread
from app.text import text

MAX_LENGTH = 200_000  # characters
MAX_DEPTH = 30
MAX_VALUES = 20_000
MAX_NAME = 80
MAX_NUMBER = 10**15
MAX_PROBLEMS = 20
MAX_DIGITS = 18

BEGINNINGS = frozenset("0123456789+-.")
WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
REAL = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?")
NOT_FINITE = re.compile(r"[-+]?\.(?:inf|nan)", re.I)
WORDS: dict[str, bool | None] = {
    spelled: value
    for word, value in {
        "true": True, "yes": True, "on": True, "false": False, "no": False, "off": False, "null": None,
    }.items()
    for spelled in (word, word.capitalize(), word.upper())
} | {"": None, "~": None}  # fmt: skip
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
UNPRINTED = re.compile("[\x00-\x1f\x7f]")
ESCAPED = re.compile("[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def decoded(data: bytes, file: str) -> str:
    """The text of a file. BankError with the line that is not UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise refusal(file, line, "不是 UTF-8 文本，请另存为 UTF-8。", "This is not UTF-8 text; save it as UTF-8.") from None  # fmt: skip


def mapping(source: str, file: str, aliases: bool = False) -> dict[str, Any]:
    """The fields of a file. BankError with the line of all that no question file may hold."""
    if len(source) > MAX_LENGTH:
        raise refusal(file, None, f"太长了：最多 {MAX_LENGTH} 个字符。", f"Too long: {MAX_LENGTH} characters at most.")  # fmt: skip
    if unseen := UNSEEN.search(source):
        line, code = source.count("\n", 0, unseen.start()) + 1, f"U+{ord(unseen[0]):04X}"
        raise refusal(file, line, f"有看不见的字符 {code}，请删去。", f"There is an invisible character {code}; delete it.")  # fmt: skip
    document = Document(file, aliases)
    try:
        for event in yaml.parse(source, Loader=yaml.CSafeLoader):
            document.take(event)
    except yaml.YAMLError as error:
        at, sentence = misread(error, source)
        document.problems.append(Problem(file, at, "", sentence))
    if document.problems:
        raise BankError(document.problems)
    if not isinstance(document.root, dict):
        raise refusal(file, 1, "题目文件由各项组成，例如 `title:`。", "A question file holds fields, such as `title:`.")  # fmt: skip
    return document.root


def refusal(file: str, line: int | None, zh: str, en: str) -> BankError:
    return BankError([Problem(file, line, "", text(zh, en))])


class Document:
    """What has been read so far: the open lists and mappings, and for each mapping the field that is read."""

    def __init__(self, file: str, aliases: bool) -> None:
        self.file, self.aliases = file, aliases
        self.root: Any = None
        self.open: list[Any] = []
        self.names: list[str | None] = []
        self.anchored: dict[str, Any] = {}
        self.values = self.documents = 0
        self.problems: list[Problem] = []

    def location(self) -> Location:
        """Of the node that is read; it is not yet in the innermost of what is open."""
        steps: list[str | int] = []
        for at, (into, name) in enumerate(zip(self.open, self.names, strict=True), 1):
            if isinstance(into, list):
                steps.append(len(into) - (at < len(self.open)))
            elif name is not None:
                steps.append(name)
        return steps

    def say(self, event: Event, zh: str, en: str, last: bool = False) -> None:
        line, field = (event.start_mark.line if event.start_mark else 0) + 1, dotted(self.location())
        self.problems.append(Problem(self.file, line, field, text(zh, en)))
        if last or len(self.problems) >= MAX_PROBLEMS:
            raise BankError(self.problems)

    def take(self, event: Event) -> None:
        if isinstance(event, ScalarEvent):
            self.scalar(event)
        elif isinstance(event, MappingStartEvent):
            self.start(event, {})
        elif isinstance(event, SequenceStartEvent):
            self.start(event, [])
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self.open.pop()
            self.names.pop()
            self.done()
        elif isinstance(event, AliasEvent):
            if not self.aliases:
                self.no_alias(event)
            self.put(event, self.anchored.get(event.anchor or ""))
            self.done()
        elif isinstance(event, DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self.say(event, "`---` 之后又开始了一份；一个文件只放一道题。", "At `---` something else begins; a file holds one question.", last=True)  # fmt: skip

    def scalar(self, event: ScalarEvent) -> None:
        if self.open and isinstance(self.open[-1], dict) and self.names[-1] is None:
            self.name(event)
            return
        self.node(event, event.value)
        if event.style == '"' and ESCAPED.search(event.value):
            self.say(event, "双引号里的 \\ 会和后面的字母合成一个看不见的字符；公式请用单引号，或把 \\ 写成 \\\\。", "In double quotes \\ and the letter after it make an invisible character; use single quotes for formulas, or write \\\\ for \\.")  # fmt: skip
        self.put(event, event.value if event.style else self.plain(event))
        self.done()

    def start(self, event: ScalarEvent | CollectionStartEvent, made: Any) -> None:
        self.node(event, made)
        if len(self.open) == MAX_DEPTH:
            self.say(event, f"嵌套太深：最多 {MAX_DEPTH} 层。", f"Nested too deeply: {MAX_DEPTH} levels at most.", last=True)  # fmt: skip
        self.put(event, made)
        self.open.append(made)
        self.names.append(None)

    def node(self, event: ScalarEvent | CollectionStartEvent, value: Any) -> None:
        """What every node counts for, and may have: an anchor, a tag."""
        self.values += 1
        if self.values > MAX_VALUES:
            self.say(event, f"内容太多：最多 {MAX_VALUES} 个值。", f"Too much: {MAX_VALUES} values at most.", last=True)  # fmt: skip
        if event.anchor and self.aliases:
            self.anchored[event.anchor] = value
        elif event.anchor:
            self.no_alias(event)
        if event.tag is not None:
            self.say(event, f"不能用标签 `{event.tag[:40]}`；文字以 ! 开头时请加引号。", f"Tags such as `{event.tag[:40]}` are not allowed; quote a text that begins with !.")  # fmt: skip

    def no_alias(self, event: NodeEvent) -> None:
        name = (event.anchor or "")[:40]
        self.say(event, f"不能引用别处（`&{name}`、`*{name}`），请把内容再写一遍；文字以 & 或 * 开头时请加引号。", f"References (`&{name}`, `*{name}`) are not allowed: write the content again. Quote a text that begins with & or *.")  # fmt: skip

    def name(self, event: ScalarEvent) -> None:
        """The name of a field is what is written: `yes` is a word here, and no truth value."""
        self.node(event, event.value)
        self.names[-1] = name = event.value[:MAX_NAME]
        if name != event.value or UNPRINTED.search(name):
            self.say(event, f"名字只能是一个词，最多 {MAX_NAME} 个字符。", f"A name is a word of {MAX_NAME} characters at most.")  # fmt: skip
        if name in self.open[-1]:
            self.say(
                event, f"“{name}”写了两次，只能有一个。", f"“{name}” is given twice; only one is possible."
            )

    def plain(self, event: ScalarEvent) -> Any:
        written: str = event.value
        if written[:1] not in BEGINNINGS:
            return WORDS.get(written, written)
        if NOT_FINITE.fullmatch(written):
            self.say(
                event, "应是有限的数，不能是 NaN 或无穷。", "A finite number is needed, not NaN or infinity."
            )
            return 0
        if WHOLE.fullmatch(written):
            value = int(written) if len(written) < MAX_DIGITS else inf
        elif REAL.fullmatch(written):
            value = float(written)
        else:
            return WORDS.get(written, written)
        if abs(value) > MAX_NUMBER:
            self.say(event, "数太大了：绝对值不能超过 10^15。", "The number is too large: 10^15 is the most.")
            return 0
        return value

    def put(self, event: Event, value: Any) -> None:
        if not self.open:
            self.root = value
        elif isinstance(into := self.open[-1], list):
            into.append(value)
        elif self.names[-1] is None:
            self.say(event, "一项的名字应是一个词。", "The name of a field must be a word.", last=True)
        else:
            into[self.names[-1]] = value

    def done(self) -> None:
        if self.names:
            self.names[-1] = None
