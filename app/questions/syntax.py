"""What is wrong with YAML that cannot be read, as a sentence in both languages; libyaml's own words for the rest."""

import yaml

from app.text import Text, text

TAB = text("用空格缩进，不能用制表符（Tab）。", "Indent with spaces, not with tabs.")
COLON = text(
    "这里不能有冒号：含“: ”的文字请加引号，或检查缩进。",
    "No colon can stand here: quote a text that contains “: ”, or check the indentation.",
)
INDENTATION = text(
    "这一行与前面对不上：请检查缩进；若前一行的引号后面还有文字，请把整段文字放进引号。",
    "This line does not fit those before it: check the indentation, and that nothing follows a closing quote.",
)
STARTS = text("文字不能以“{character}”开头，请加引号。", "A text cannot begin with “{character}”; quote it.")
ESCAPE = text(
    "双引号里的 \\ 有特殊含义；公式请用单引号，或把 \\ 写成 \\\\。",
    "In double quotes \\ has a meaning of its own; use single quotes for formulas, or write \\\\ for \\.",
)
QUOTE = text("这里开始的引号没有结束。", "The quote that begins here is never closed.")
SQUARE = text("这里开始的 [ 没有结束，或两项之间少了逗号。", "The [ that begins here is not closed, or a comma is missing in it.")  # fmt: skip
CURLY = text(
    "这里开始的 { 没有结束，或两项之间少了逗号，或有文字要加引号。",
    "The { that begins here is not closed, a comma is missing in it, or a text in it needs quotes.",
)
NO_COLON = text("这一行缺少冒号：应写成“名字: 内容”。", "This line lacks its colon: write “name: content”.")
NO_VALUE = text("这里缺少一个值，或多了一个符号。", "A value is missing here, or there is a sign too many.")
REFERENCE = text("文字以 & 或 * 开头时请加引号。", "Quote a text that begins with & or *.")
BLOCK = text("| 或 > 之后要换行再写文字。", "After | or > the text begins on a line of its own.")
TAG = text(
    "不能用标签（!）；文字以 ! 开头时请加引号。", "Tags (!) are not allowed; quote a text that begins with !."
)

PROBLEMS: dict[str, Text] = {
    "found a tab character that violates indentation": TAB,
    "found a tab character where an indentation space is expected": TAB,
    "mapping values are not allowed in this context": COLON,
    "block sequence entries are not allowed in this context": INDENTATION,
    "block mapping keys are not allowed in this context": INDENTATION,
    "did not find expected key": INDENTATION,
    "did not find expected '-' indicator": INDENTATION,
    "did not find expected <document start>": INDENTATION,
    "did not find expected node content": NO_VALUE,
    "did not find expected alphabetic or numeric character": REFERENCE,
    "did not find expected comment or line break": BLOCK,
    "found undefined tag handle": TAG,
    "found unknown escape character": ESCAPE,
    "did not find expected hexdecimal number": ESCAPE,
    "found invalid Unicode character escape code": ESCAPE,
}
BEGUN: dict[str, Text] = {  # told at the line where it begins
    "found unexpected end of stream": QUOTE,
    "found unexpected document indicator": QUOTE,
    "did not find expected ',' or ']'": SQUARE,
    "did not find expected ',' or '}'": CURLY,
    "could not find expected ':'": NO_COLON,
}
NOT_A_START = "found character that cannot start any token"


def misread(error: yaml.YAMLError, source: str) -> tuple[int | None, Text]:
    """The line, counted from 1, and what is wrong there."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return None, unknown(str(error))
    line, said = error.problem_mark.line + 1, error.problem or str(error)
    if said == NOT_A_START:
        character = source[error.problem_mark.index : error.problem_mark.index + 1]
        return line, TAB if character == "\t" else STARTS.format(character=character)
    if said in BEGUN and error.context_mark is not None:
        return error.context_mark.line + 1, BEGUN[said]
    return line, PROBLEMS.get(said) or unknown(said)


def unknown(said: str) -> Text:
    return text(f"YAML 读不懂这里（{said}）。", f"YAML cannot be read here ({said}).")
