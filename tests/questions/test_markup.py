"""Markdown and formulas to safe HTML."""

import re
import time
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from app.questions.markup import block, formula, images, inline, spoken

IMAGE = f"/images/{'0a' * 32}"


class Tags(HTMLParser):
    """The elements and attributes of a page, as a browser finds them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "[x](javascript:alert(1))",
        "![x](http://a/b.png)",
    ],
)
def test_nothing_runs(hostile: str) -> None:
    html = block(hostile)
    assert "<script" not in html and "<img" not in html and 'href="javascript' not in html


def test_formulas_become_mathml() -> None:
    assert "<mfrac>" in inline(r"$\frac{a}{b}$") and 'display="block"' in block("$$x^2$$")


def test_a_formula_that_cannot_be_rendered_is_shown_as_it_is() -> None:
    assert "<code>" in formula(r"\begin{") or "<math" in formula(r"\begin{")


def test_a_line_broken_between_chinese_characters_leaves_no_space() -> None:
    assert inline("输入层，\n隐藏层") == "输入层，隐藏层"
    assert inline("two\nwords") == "two\nwords"


def test_labels_have_no_markup() -> None:
    assert spoken(r"求 $\sigma(x)$ 的**值**") == "求 sigma(x) 的值"


def test_a_named_function_stands_apart_from_its_neighbours() -> None:
    assert formula(r"0.5 \ln 0.2").count("<mspace") == 2
    assert formula(r"\ln(2)").count("<mspace") == 0


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<b onclick=alert(1)>x</b>",
        "<svg/onload=alert(1)>",
        "<iframe srcdoc='<script>alert(1)</script>'>",
        "a\n\n<div onmouseover='alert(1)'>\n\nb",
        "<javascript:alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](  javascript:alert(1))",
        "[x](<java\tscript:alert(1)>)",
        "[x](&#106;avascript:alert(1))",
        "[x](&Tab;javascript:alert(1))",
        "[x](vbscript:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "[x](data:image/png;base64,AAAA)",
        "[x](file:///etc/passwd)",
        "[x]\n\n[x]: javascript:alert(1)",
        "[x](/a 'b\" onclick=\"alert(1)')",
        '[x](/a"onclick="alert(1))',
        "![x](javascript:alert(1))",
        "![x](data:image/png;base64,AAAA)",
        r"$\text{<script>alert(1)</script>}$",
        r"$\text{<img src=x onerror=alert(1)>}$",
        r"$\text{&lt;script&gt;}$ $\text{&amp;lt;script&amp;gt;}$ $\text{&#60;script&#62;}$",
        r"$\mbox{</math><script>alert(1)</script>}$",
        r"$\href{javascript:alert(1)}{x}$",
        r"$\href{https://example.com}{x}$",
        r"$\class{go\" onclick=\"alert(1)}{x}$",
        r"$\style{position:fixed;inset:0}{x}$",
        r"$\color{red\" onclick=\"alert(1)}{x}$",
        r"$\colorbox{red\" onclick=\"alert(1)}{x}$",
        r"$\tag{<script>alert(1)</script>}x$",
        r"$\operatorname{<script>}$ $\mathrm{<b>}$ $<i>$",
        "$$</math><script>alert(1)</script>$$",
        "$\\begin{<script>alert(1)</script>$",
        "`<script>alert(1)</script>`",
    ],
)
def test_script_in_markdown_and_formulas_comes_out_harmless(hostile: str) -> None:
    for html in (block(hostile), inline(hostile)):
        for tag, attributes in Tags(html).found:
            assert tag in ("p", "a", "code", "span", "div") or re.fullmatch("m[a-z]+", tag), html
            assert not [
                name for name in attributes if name.startswith("on") or name in ("style", "srcdoc", "id")
            ]
            assert attributes.get("href", "/").startswith("/")  # type: ignore[union-attr]
            assert tag == "a" or "href" not in attributes


def test_links_lead_to_pages_and_mail() -> None:
    for address in (
        "https://example.com/a:b",
        "mailto:a@example.com",
        "/questions/a",
        "#part",
        "?a=b:c",
        "a/b",
    ):
        assert Tags(inline(f"[x]({address})")).found == [("a", {"href": address})]


def test_an_image_of_ours_is_shown_with_its_text() -> None:
    shown = {"src": IMAGE, "alt": 'a "net" of $3$', "loading": "lazy"}
    assert Tags(inline(f'![a "net" of \\$3\\$]({IMAGE} "t")')).found == [
        ("img", shown | {"alt": 'a "net" of 3'})
    ]
    assert Tags(inline(f"![<script>]({IMAGE})")).found == [("img", shown | {"alt": "<script>"})]


@pytest.mark.parametrize(
    "address",
    [
        "http://a/b.png",
        f"//evil{IMAGE}",
        f"{IMAGE}?a",
        f"{IMAGE}0",
        IMAGE.upper(),
        "/images/a",
        f"https://a{IMAGE}",
        f"/x/..{IMAGE}",
    ],
)
def test_any_other_image_is_shown_as_its_text(address: str) -> None:
    assert inline(f"![a *net*]({address})") == "a net"
    assert images(f"![a]({address})") == []


def test_an_image_without_text_is_not_shown() -> None:
    assert Tags(inline(f"![]({IMAGE})")).found == Tags(inline(f"![  ]({IMAGE})")).found == []


def test_the_images_of_a_text_are_listed() -> None:
    text = f"![a]({IMAGE}) `![b]({IMAGE})`\n\n- [![]({IMAGE})](/x)\n\n![c][d]\n\n[d]: {IMAGE}"
    assert images(text) == [(IMAGE, "a"), (IMAGE, ""), (IMAGE, "c")]


def doubling(macro: str) -> str:
    """A formula of macros, each of which is the one before it twice."""
    letters = "abcdefghijklmnopqrstuvwxy"
    return r"$\def\ma{x}" + "".join(macro % (b, a, a) for a, b in pairwise(letters)) + r"\my$"


@pytest.mark.parametrize(
    "costly",
    [
        "[" * 20_000, "![" * 10_000, "*a " * 6_000, "`" * 20_000, ">" * 20_000, "- " * 10_000, "[a](<" * 4_000,
        "|a" * 5_000 + "\n" + "|-" * 5_000, "$" + "{" * 19_000 + "$", "$" + "x^{" * 1_600 + "1" + "}" * 1_600 + "$",
        "$" + r"\frac{1}{" * 400 + "2" + "}" * 400 + "$", "$" + r"\left(" * 800 + "$", "$" + "a+" * 10_000 + "b$",
        doubling(r"\newcommand{\m%s}{{\m%s}{\m%s}}"),
        doubling(r"\def\m%s{{\m%s}{\m%s}}"),
    ],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_no_text_takes_long(costly: str) -> None:
    start = time.process_time()
    assert block(costly)
    assert time.process_time() - start < 2  # a loose backstop
