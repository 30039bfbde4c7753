"""Every interface text in both languages, and templates that keep to the Content-Security-Policy."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from jinja2 import nodes

from app.locale import translations
from app.web.rendering import ENVIRONMENTS

ROOT = Path(__file__).parents[2]
JINJA = ENVIRONMENTS["zh"]
TEMPLATES = JINJA.list_templates(["html"])
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]+")
# the seal, the way back to Chinese, the fold line in the margin
NOT_TRANSLATED = {"base.html": ["拾", "中文", "密", "封", "线"]}


def catalogue() -> dict[str, str]:
    with (ROOT / "app/locale/en.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file, "en") if message.id}


def asked_for() -> set[str]:
    """Every message that a template or a module asks for."""
    methods = [("**.html", "jinja2.ext:babel_extract"), ("**.py", "python")]
    options = {"**.html": {"extensions": "jinja2.ext.do", "silent": "false"}}
    return {
        str(message)
        for folder in ("templates", "app")
        for _, _, message, _, _ in extract_from_dir(ROOT / folder, methods, options, {"_": None})
    }


def source(template: str) -> str:
    return (ROOT / "templates" / template).read_text("utf-8")


class Named(dict[str, int]):
    """Formats a message as at run time, remembering the variables it names."""

    def __missing__(self, name: str) -> int:
        return self.setdefault(name, 1)


def variables(message: str) -> set[str]:
    named = Named()
    assert message % named
    return set(named)


def badly_asked(template: str) -> list[str]:
    """Messages that are not one literal in `_`, or are passed other variables than they name."""
    found = []
    for call in JINJA.parse(template).find_all(nodes.Call):
        if not isinstance(call.node, nodes.Name) or call.node.name not in ("_", "gettext", "ngettext"):
            continue
        match call.node.name, call.args:
            case "_", [nodes.Const(value=str(message))] if variables(message) == {p.key for p in call.kwargs}:
                continue
        found.append(f"line {call.lineno}")
    return found


def untranslated(template: str) -> list[str]:
    """Chinese that is neither in `_('…')` nor in a comment."""
    tokens = [(kind, text) for _, kind, text in JINJA.lex(template) if kind not in ("whitespace", "comment")]
    found = []
    for i, (kind, text) in enumerate(tokens):
        if kind != "string" or tokens[i - 2 : i] != [("name", "_"), ("operator", "(")]:
            found += CHINESE.findall(text)
    return found


class Inline(HTMLParser):
    """Collects what the browser would refuse: inline styles, scripts and handlers."""

    def __init__(self, template: str) -> None:
        super().__init__()
        self.refused: list[str] = []
        self.inside = ""
        shown = {"data", "variable_begin"}
        pieces = [(kind, text) for _, kind, text in JINJA.lex(template) if kind in shown]
        self.feed("".join(text if kind == "data" else "x" for kind, text in pieces))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag
        for name, value in attrs:
            scripted = (value or "").strip().lower().startswith(("javascript:", "js:"))
            if name == "style" or name.startswith(("on", "hx-on")) or scripted:
                self.refused.append(f"{tag} {name}")

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside in ("script", "style") and data.strip():
            self.refused.append(self.inside)


def test_every_message_has_an_english_text_at_run_time() -> None:
    english, kept = translations("en"), catalogue()
    assert [m for m in sorted(asked_for()) if not kept.get(m) or english.gettext(m) != kept[m]] == []
    assert [m for m, said in kept.items() if CHINESE.search(said)] == []


def test_no_english_text_is_left_over_from_a_message_nobody_asks_for() -> None:
    assert sorted(catalogue().keys() - asked_for()) == []


def test_chinese_and_english_name_the_same_variables() -> None:
    assert [m for m, english in catalogue().items() if variables(m) != variables(english)] == []


@pytest.mark.parametrize("template", TEMPLATES)
def test_messages_are_whole_and_given_the_variables_they_name(template: str) -> None:
    assert badly_asked(source(template)) == []


@pytest.mark.parametrize("template", TEMPLATES)
def test_no_chinese_stands_in_a_template_untranslated(template: str) -> None:
    assert untranslated(source(template)) == NOT_TRANSLATED.get(template, [])


@pytest.mark.parametrize("template", TEMPLATES)
def test_templates_have_no_inline_style_script_or_handler(template: str) -> None:
    assert Inline(source(template)).refused == []


@pytest.mark.parametrize(
    "template",
    [
        "<p>题</p>",
        "{{ '题' }}",
        "{{ _(x ~ '题') }}",
        "<p title='题'>",
        "{% set a = {'a': '题'} %}",
        "<!-- 题 -->",
    ],
)
def test_chinese_outside_a_message_is_noticed(template: str) -> None:
    assert untranslated(template) == ["题"]
    assert untranslated("{# 题 #}{{ _('题') }}{{ {'a': _('题')}[x] }}") == []


@pytest.mark.parametrize(
    "template",
    [
        "{{ _(x) }}",
        "{{ _('a' ~ x) }}",
        "{{ ngettext('a', 'b', 2) }}",
        "{{ _('%(n)s') }}",
        "{{ _('a', n=1) }}",
    ],
)
def test_a_badly_asked_message_is_noticed(template: str) -> None:
    assert badly_asked(template) == ["line 1"]


@pytest.mark.parametrize(
    "template",
    [
        "<p{% if x %} style='color: red'{% endif %}>",
        "<rect STYLE = '{{ x }}'/>",
        "<script>{{ x }}</script>",
        "<script src='a'>run()</script>",
        "<style>p { color: red }</style>",
        "<a\nonclick='run()'>",
        "<a hx-on:click='run()'>",
        "<a href=' JavaScript:run()'>",
    ],
)
def test_what_the_policy_refuses_is_noticed(template: str) -> None:
    assert len(Inline(template).refused) == 1
