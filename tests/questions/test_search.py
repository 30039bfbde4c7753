"""Search: in titles, prompts, parts and topics, in either language, without rendering anything."""

import pytest

from app.questions import template
from app.questions.bank import Bank
from app.questions.search import haystack, matching
from app.questions.variant import ByRevision


def test_words_of_the_text_are_found_in_either_language(bank: Bank) -> None:
    for query in ("全连接 参数", "fully CONNECTED neurons", "第9题", "９", "fcn-parameter-count"):
        assert "fcn-parameter-count" in [question.slug for question in matching(bank.listed, query)]


def test_nothing_is_rendered(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(source: str) -> None:
        raise AssertionError(source)

    monkeypatch.setattr(template, "compiled", never)
    haystack.cache_clear()
    for question in bank:
        words = haystack(ByRevision(question))
        assert "{{" not in words and "{%" not in words and "widths" not in words


def test_the_listed_questions_are_listed_once(bank: Bank) -> None:
    assert bank.listed is bank.listed
