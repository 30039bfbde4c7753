"""Search: in titles, prompts, parts and topics, in either language, without rendering anything."""

import pytest

from app.questions import template
from app.questions.bank import Bank, parse
from app.questions.search import haystack, matching
from app.questions.variant import ByRevision, variant


def test_words_of_the_text_are_found_in_either_language(bank: Bank) -> None:
    for query in ("全连接 参数", "fully CONNECTED neurons", "第9题", "９", "fcn-parameter-count"):
        assert "fcn-parameter-count" in [question.slug for question in matching(bank, query)]


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


def test_of_two_questions_with_one_text_each_is_found_by_its_address(bank: Bank) -> None:
    source = bank.sources["one-hot"]
    twins = bank.changed(
        {slug: (source, parse(source, slug, slug)) for slug in ("first-twin", "second-twin")}
    )
    for slug in ("first-twin", "second-twin"):
        assert slug in [question.slug for question in matching(twins, slug)]
        assert variant(twins.questions[slug]).question.slug == slug


def test_what_is_no_longer_in_the_bank_is_not_found(bank: Bank) -> None:
    assert [question.slug for question in matching(bank, "fcn-parameter-count")] == ["fcn-parameter-count"]
    assert matching(bank.changed({"fcn-parameter-count": None}), "fcn-parameter-count") == []
