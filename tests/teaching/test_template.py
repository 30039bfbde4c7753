"""The form as HTML: what a browser posts of it, and how its fields are called."""

import re

import pytest

from app.questions.part import RESPONSES
from app.questions.source import Problem
from app.teaching.blanks import blank
from app.teaching.form import form_of
from app.teaching.nodes import walk
from app.teaching.posted import content_from
from app.teaching.written import same
from app.text import LANGUAGES, Language
from app.web.rendering import ENVIRONMENTS
from tests.teaching.browser import Page
from tests.teaching.test_form import CONTENTS


def drawn(content: dict[str, object], language: Language = "zh", problems: list[Problem] | None = None, at: str = "") -> str:  # fmt: skip
    page = ENVIRONMENTS[language].from_string(
        '{% from "teach/_form.html" import fields %}{{ fields(tree, at) }}'
    )
    return page.render(tree=form_of(content, problems or []), at=at)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CONTENTS)
def test_a_browser_posts_what_is_shown(name: str, language: Language) -> None:
    content = CONTENTS[name]
    assert same(content_from(Page(drawn(content, language)).fields, content), content)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("response", RESPONSES)
def test_every_field_has_a_name_and_every_button_says_what_it_does(response: str, language: Language) -> None:
    page = Page(drawn(blank(response), language))
    assert len(page.ids) == len(set(page.ids))
    for control in page.controls:
        if control.get("type") == "hidden":
            continue
        labelled = (
            page.labels.get(control.get("id", ""))
            or control.get("aria-label")
            or "label" in control["within"]
        )
        assert labelled, control
    said = [button.get("aria-label") or button["text"] for button in page.buttons]
    assert all(said)
    assert page.buttons[0]["value"] == "save"
    for button in page.buttons:
        if language == "zh" and button["value"].startswith("remove:parts.0."):
            assert button["aria-label"].startswith("删去")


def test_an_english_form_has_no_chinese_but_what_was_typed() -> None:
    content = blank("text")
    html = drawn({name: content[name] for name in ("topics", "marks", "minutes")} | {"parts": [{"id": "a", "response": r} for r in RESPONSES]}, "en")  # fmt: skip
    assert re.findall(r"[\u3400-\u9fff]+", html) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_problems_and_help_belong_to_their_field(language: Language) -> None:
    content = blank("number")
    paths = [node.path for node in walk(form_of(content))]
    problems = [Problem("made.yaml", 1, path, f"wrong <at> {path}") for path in paths]
    html = drawn(content, language, problems)
    page = Page(html)
    assert html.count('class="problem"') == len(problems) and "<at>" not in html
    for control in page.controls:
        if control.get("type") == "hidden" or control.get("name") == "topics":
            continue
        assert control["aria-invalid"] == "true"
        assert control["aria-describedby"] in page.ids


def test_a_fold_is_open_when_something_in_it_is_wrong_or_was_just_added() -> None:
    content = blank("text")
    assert "<details" in drawn(content) and "open>" not in drawn(content)
    assert drawn(content, problems=[Problem("f", 1, "erratum.why", "no")]).count(" open>") == 1
    assert drawn(content, at="parts.0.key_points.0.accept").count(" open>") >= 1


def test_what_is_typed_cannot_break_out_of_its_field() -> None:
    content = blank("text") | {"title": {"zh": '"><script>', "en": "\n</textarea><b>"}, "<b>": "<i>"}
    html = drawn(content)
    assert "<script" not in html and "<b>" not in html and "<i>" not in html
    assert same(content_from(Page(html).fields, content), content)
