"""Markdown and formulas to safe HTML: raw HTML is shown as text, formulas become MathML."""

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import Any

from latex2mathml.converter import Converter
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

# A line broken in the file between two Chinese characters must not become a space on the page.
CJK = r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]"
BROKEN_LINE = re.compile(rf"(?<={CJK})[ \t]*\n[ \t]*(?={CJK})|(?<=[，。；：？！、）]) +")


# a minus that opens a number belongs to it: MathML would space it as a difference
SIGN = re.compile(
    r"(<mo(?: [^>]*)?>(?:=|,|≈|&#x02248;|&#x0003D;|&#x00028;|\(|\[|&#x0005B;|&#x000D7;|&#x022C5;|&#x0002C;)</mo>)<mo>(&#x02212;|−|-)"
)
# a named function stands a little apart from what it meets, but not from its bracket
NAMED = "(<mi>(?:ln|log|exp|tanh|sin|cos)</mi>)"
FUNCTION_BEFORE, FUNCTION_AFTER = re.compile(rf"(?<=</m[in]>){NAMED}"), re.compile(rf"{NAMED}(?=<m[in]>)")
THIN = '<mspace width="0.17em"></mspace>'


MAX_FORMULA = 5_000  # characters
# a formula of its own commands may grow without bound
MACRO = re.compile(r"\\(?:def|(?:re)?new(?:command|environment)|DeclareMathOperator)")
# all that MathML is drawn with; \href, \style and \class would let a formula link, or look like something else
ATTRIBUTES = frozenset(
    ("xmlns", "display", "mathvariant", "mathsize", "mathcolor", "mathbackground", "stretchy", "fence", "form",
     "separator", "accent", "lspace", "rspace", "width", "height", "depth", "voffset", "minsize", "maxsize",
     "linethickness", "notation", "displaystyle", "scriptlevel", "movablelimits", "linebreak", "columnalign",
     "columnlines", "columnspacing", "rowlines", "rowspacing")
)  # fmt: skip


def mathml(latex: str, block: bool) -> str:
    """What the converter makes of it, which leaves < and > in texts as they are typed."""
    if len(latex) > MAX_FORMULA or MACRO.search(latex):
        raise ValueError
    converter = Converter(display="block" if block else "inline")
    tree = converter.convert_to_element(latex)
    for node in tree.iter():
        node.attrib = {name: value for name, value in node.attrib.items() if name in ATTRIBUTES}
        node.text, node.tail = (
            part and part.replace("<", "&lt;").replace(">", "&gt;") for part in (node.text, node.tail)
        )
    return str(converter._convert(tree))


@lru_cache(maxsize=8192)
def formula(latex: str, block: bool = False) -> str:
    """MathML of a LaTeX formula; the source itself where it cannot be rendered."""
    try:
        signed = SIGN.sub(r'\1<mo form="prefix">\2', mathml(latex, block))
        return FUNCTION_AFTER.sub(rf"\1{THIN}", FUNCTION_BEFORE.sub(rf"{THIN}\1", signed))
    except Exception:  # the converter has no common error, and a page must not fail over one formula
        return f"<code>{escape(latex)}</code>"


MARKDOWN = (
    MarkdownIt("commonmark", {"html": False, "linkify": False})
    .enable("table")
    .use(
        dollarmath_plugin,
        allow_space=True,
        renderer=lambda latex, options: formula(latex, options["display_mode"]),
    )
)
IMAGE = re.compile(r"/images/[0-9a-f]{64}")
ADDRESS = re.compile(r"https?:|mailto:|[^:]*$|[^:]*[/?#]", re.I)  # no other scheme


def image(renderer: Any, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    """An image of ours that says what it shows; any other is shown as its text."""
    address, alt = str(tokens[at].attrs["src"]), spoken(tokens[at].content)
    if IMAGE.fullmatch(address) and alt:
        return f'<img src="{address}" alt="{escape(alt)}" loading="lazy">'
    return escape(alt or address)


MARKDOWN.validateLink = lambda url: bool(ADDRESS.match(url.strip()))  # type: ignore[method-assign]
MARKDOWN.add_render_rule("image", image)


@lru_cache(maxsize=8192)
def block(source: str) -> str:
    """Paragraphs, lists and tables."""
    return str(MARKDOWN.render(BROKEN_LINE.sub("", source)))


@lru_cache(maxsize=8192)
def inline(source: str) -> str:
    """One line, without the paragraph around it."""
    return str(MARKDOWN.renderInline(BROKEN_LINE.sub("", source)))


def images(source: str) -> list[tuple[str, str]]:
    """The images of ours in a text: address and alternative text."""
    if "](/images/" not in source.replace(" ", ""):
        return []
    inner = [token for line in MARKDOWN.parse(source) for token in line.children or ()]
    found = [(str(t.attrs["src"]), spoken(t.content)) for t in within(inner) if t.type == "image"]
    return [(address, alt) for address, alt in found if IMAGE.fullmatch(address)]


def within(tokens: Sequence[Token]) -> list[Token]:
    return [found for token in tokens for found in (token, *within(token.children or ()))]


FRACTION = re.compile(r"\\frac\{([^{}]*)\}\{([^{}]*)\}")
COMMANDS = re.compile(r"\\(?:mathrm|text|operatorname|hat|left|right)\b|[${}*`]")


@lru_cache(maxsize=8192)
def spoken(source: str) -> str:
    """Plain words for labels and options, where no markup can stand: formulas without their commands."""
    bare = COMMANDS.sub("", FRACTION.sub(r"\1/\2", BROKEN_LINE.sub("", source)))
    bare = re.sub(r"\\partial\s*", "∂", re.sub(r"\\(?:times|cdot)\b", "×", bare))
    return bare.replace("\\", "").strip()
