"""The text of a question keeps to the letter what does not change."""

import difflib
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from app.questions.source import BankError
from app.teaching.changes import copied
from app.teaching.merge import merged
from app.teaching.written import content_of, rewritten, same

FILES = sorted((Path(__file__).parents[2] / "questions").glob("*.yaml"))
Path_ = tuple[Any, ...]


def leaves(value: Any, path: Path_ = ()) -> Iterator[Path_]:
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    )
    if entries is None:
        yield path
    for key, entry in entries or ():
        yield from leaves(entry, (*path, key))


def changed(content: Any, path: Path_, value: Any) -> Any:
    content = copied(content)
    inner = content
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return content


def at(content: Any, path: Path_) -> Any:
    for step in path:
        content = content[step]
    return content


def other(value: Any, rng: random.Random) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + rng.choice([1, 0.5, 1e-7])
    return rng.choice(
        [f"{value} 改：# x", f"{value}\n\n两行 yes", "yes", "1e3", "a: b", "12:30", f"{value} 很长" * 20]
    )


def commented(source: str) -> str:
    """With a comment above every field of the question, and one at the end of a line."""
    lines = [f"# about {line}\n{line}" if line[:1].isalpha() else line for line in source.split("\n")]
    return (
        "\n".join(lines).replace("\nmarks: ", "\nmarks:   ").replace("\nminutes: 1", "\nminutes: 1  # short")
    )


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_one_changed_value_changes_nothing_else_and_keeps_comments(path: Path) -> None:
    source = commented(path.read_text("utf-8"))
    content, rng = content_of(source), random.Random(path.stem)
    assert rewritten(source, copied(content)) == source
    for place in rng.sample(list(leaves(content)), 3):
        wanted = changed(content, place, other(at(content, place), rng))
        text = rewritten(source, wanted)
        assert same(content_of(text), wanted), place
        lost = [line[2:] for line in difflib.ndiff(source.split("\n"), text.split("\n")) if line[:2] == "- "]
        assert [line for line in lost if "#" in line and "about" in line] == []
        # a scalar may have been on several lines, a list between brackets too; nothing before or after it moves
        assert len(lost) <= 40
        if "\n" not in str(at(content, place)) and path.stem not in ("three-steps", "gradient-descent"):
            assert len(lost) <= 4, (place, lost)


SOURCE = """\
# A question of mine
title: {zh: 标题, en: "Title"}   # the title
topics: [training]
marks: 2
minutes: 3.0
prompt:
  zh: >-
    一行
    两行
  en: |-
    Text
parts:
- id: a   # first
  response: choice
  options:
  - {id: x, text: {zh: 甲, en: A}, right: true}
  # the wrong one
  - {id: y, text: {zh: 乙, en: B}}
"""


def test_what_stays_keeps_quotes_comments_and_spaces() -> None:
    content = content_of(SOURCE)
    content["marks"] = 5
    content["title"]["en"] = "Other"
    expected = SOURCE.replace("marks: 2", "marks: 5").replace('"Title"', '"Other"')
    assert rewritten(SOURCE, content) == expected


def test_new_fields_take_their_place_and_the_style_of_the_house() -> None:
    content = content_of(SOURCE)
    content["given"] = {"image": [[1, 2], [3, 4]], "rate": 1e-5}
    content["parts"][0]["options"].append({"id": "z", "text": {"zh": "丙", "en": "C: third"}})
    content["hints"] = [{"zh": "短", "en": "short"}, {"zh": "长" * 150, "en": "long"}]
    expected = (
        SOURCE.replace("prompt:\n", "given: {image: [[1, 2], [3, 4]], rate: 1.0e-05}\nprompt:\n")
        + '  - {id: z, text: {zh: 丙, en: "C: third"}}\n'
        + f"hints:\n- {{zh: 短, en: short}}\n- zh: |-\n    {'长' * 150}\n  en: long\n"
    )
    assert rewritten(SOURCE, content) == expected


def test_a_removed_and_a_moved_entry_leave_the_others_as_they_are() -> None:
    content = content_of(SOURCE)
    content["parts"][0]["options"].reverse()
    swapped = rewritten(SOURCE, content)
    assert same(content_of(swapped), content) and "{id: y, text: {zh: 乙, en: B}}" in swapped
    del content["parts"][0]["options"][0]
    del content["minutes"]
    text = rewritten(SOURCE, content)
    assert same(content_of(text), content) and "minutes" not in text and "# the title" in text


def test_a_new_text_is_written_in_the_order_of_the_house() -> None:
    content = {
        "parts": [{"response": "text", "ask": {"zh": "问", "en": "Q"}, "id": "a"}],
        "marks": 1,
        "title": {"en": "T", "zh": "题"},
        "extra": "yes",
    }
    text = 'title: {zh: 题, en: T}\nmarks: 1\nparts:\n  - id: a\n    ask: {zh: 问, en: Q}\n    response: text\nextra: "yes"\n'
    assert rewritten("", content) == text


def test_a_text_that_cannot_be_read_is_not_written_over() -> None:
    with pytest.raises(BankError):
        rewritten("title: [", {"title": "x"})


LARGEST = 10**15  # as the format allows
LETTERS = st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")
words = st.text(LETTERS | st.just("\n"), max_size=30)
names = st.text(LETTERS, max_size=5)
scalars = st.one_of(
    words,
    st.integers(-LARGEST, LARGEST),
    st.floats(-LARGEST, LARGEST, allow_nan=False),
    st.booleans(),
    st.none(),
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=8
)  # fmt: skip


@settings(max_examples=150)
@given(st.dictionaries(names, values, min_size=1, max_size=4), values)
def test_anything_can_be_written_and_is_read_back(content: dict[str, Any], value: Any) -> None:
    source = rewritten("", content)
    assert same(content_of(source), content)
    edited = {**content, next(iter(content)): value}
    assert same(content_of(rewritten(source, edited)), edited)


@given(st.lists(st.sampled_from("abcd\n"), max_size=12), st.lists(st.sampled_from("abcd\n"), max_size=12))
def test_a_merge_without_differences_of_our_own_is_the_change(base: list[str], theirs: list[str]) -> None:
    one, other = "\n".join(base), "\n".join(theirs)
    assert merged(one, one, other) == other
    assert merged(other, one, one) == other


def test_our_own_differences_stay_beside_a_change() -> None:
    assert merged("a \nb\nc\n", "a\nb\nc\n", "a\nb\nd\n") == "a \nb\nd\n"
    assert merged("a \nb\nc\n", "a\nb\nc\n", "x\nb\nc\n") == "x\nb\nc\n"
    assert merged("a\n# kept\nb\n", "a\nb\n", "a\nb\nc\n") == "a\n# kept\nb\nc\n"


def test_every_file_of_the_bank_can_be_read_by_yaml_after_a_rewriting() -> None:
    for path in FILES[:3]:
        source = path.read_text("utf-8")
        content = {**content_of(source), "minutes": 7}
        assert yaml.safe_load(rewritten(source, content))["minutes"] == 7
