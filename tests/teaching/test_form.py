"""A form shows all that a question file can hold, and what is posted is what was shown."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from app.operations import OPERATIONS
from app.questions.document import MAX_LENGTH, MAX_NAME, UNPRINTED
from app.questions.part import RESPONSES
from app.questions.source import BankError, Problem, parse
from app.teaching import labels
from app.teaching.blanks import blank
from app.teaching.changes import copied
from app.teaching.form import form_of, nodes_of
from app.teaching.nodes import Entries, Group, Input, Node, Row, Texts, walk
from app.teaching.options import results_of
from app.teaching.posted import content_from
from app.teaching.shapes import QUESTION, OneOf, Record, Repeated, fields_of
from app.teaching.typed import as_value, read, read_value, typed
from app.teaching.written import content_of, rewritten, same
from app.text import Text, text
from tests.teaching.browser import posted

FILES = sorted((Path(__file__).parents[2] / "questions").glob("*.yaml"))
CONTENTS = {path.stem: content_of(path.read_text("utf-8")) for path in FILES} | {
    r: blank(r) for r in RESPONSES
}


def models(model: type[BaseModel]) -> set[type[BaseModel]]:
    found = {model}
    for field in fields_of(model).values():
        shape = field.shape.entry if isinstance(field.shape, Repeated) else field.shape
        inner = [shape.model] if isinstance(shape, Record) else list(shape.models.values()) if isinstance(shape, OneOf) else []  # fmt: skip
        for other in inner:
            found |= models(other)
    return found


def bilingual(words: Text | None) -> bool:
    return words is None or (
        bool(words.zh) and bool(words.en) and not re.search(r"[\u3000-\u9fff]", words.en)
    )


def place(form: Group, path: str) -> Node:
    return next(node for node in walk(form) if node.path == path)


def problems_of(content: dict[str, Any]) -> list[Problem]:
    try:
        parse(rewritten("", content), "made", "made.yaml")
    except BankError as error:
        return error.problems
    return []


def test_every_field_has_a_label_and_help_in_both_languages() -> None:
    used = set()
    for model in models(QUESTION.model):
        for name, field in fields_of(model).items():
            assert f"{field.model}.{name}" in labels.LABELS or name in labels.LABELS, (model.__name__, name)
            used.add(f"{field.model}.{name}" if f"{field.model}.{name}" in labels.LABELS else name)
            if isinstance(field.shape, Repeated):
                assert name in labels.ENTRIES
            shape = field.shape.entry if isinstance(field.shape, Repeated) else field.shape
            if isinstance(shape, OneOf):
                assert shape.models.keys() <= labels.VARIANTS.keys()
    assert used == labels.LABELS.keys()
    assert all(bilingual(label) and bilingual(told) for label, told in labels.LABELS.values())
    others = [*labels.ENTRIES.values(), *labels.VARIANTS.values(), *labels.RESULTS.values()]
    assert all(map(bilingual, others))


def test_every_result_has_a_title() -> None:
    assert {name for operation in OPERATIONS for name in results_of(operation)} == labels.RESULTS.keys()


def test_a_new_field_appears_by_itself() -> None:
    class Inner(BaseModel):
        shade: bool = False

    class New(BaseModel):
        colour: Text
        depth: int | None = None
        inner: list[Inner] = []

    colour, depth, inner = nodes_of(Record(New), "", {"colour": {"zh": "红", "en": "red"}, "inner": [{}]}, ())
    assert isinstance(colour, Texts) and colour.en.typed == "red" and colour.label == text("colour", "colour")
    assert isinstance(depth, Input) and depth.kind == "number"
    assert isinstance(inner, Entries) and [n.path for n in walk(inner)][-1] == "inner.0.shade"


@pytest.mark.parametrize("name", CONTENTS)
def test_posting_what_is_shown_changes_nothing(name: str) -> None:
    content = CONTENTS[name]
    form = form_of(content)
    assert same(content_from(posted(form), content), content)
    paths = [node.path for node in walk(form)]
    assert len(paths) == len(set(paths))


@pytest.mark.parametrize("name", CONTENTS)
def test_every_value_of_a_question_is_shown(name: str) -> None:
    said = "\n".join(value for _, value in posted(form_of(CONTENTS[name]))).replace("\r\n", "\n")

    def leaves(value: Any) -> list[Any]:
        if isinstance(value, dict):
            return [leaf for entry in value.values() for leaf in leaves(entry)]
        return [leaf for entry in value for leaf in leaves(entry)] if isinstance(value, list) else [value]

    shown = {name: value for name, value in CONTENTS[name].items() if name not in ("number", "given")}
    for leaf in leaves(shown):
        assert isinstance(leaf, bool) or str(leaf) in said or as_value(leaf)[1:-1] in said, leaf


def test_what_is_typed_becomes_what_it_says() -> None:
    before = blank("number")
    typed_in = {
        "marks": "２．５", "minutes": "4", "title.en": "Other", "given.0.value": "4，5，6", "given.1.name": "image",
        "given.1.value": "1 2\r\n3 4", "parts.0.decimals": "", "parts.0.figures": "3", "parts.0.unit.zh": "个",
        "parts.0.answer.index": "0", "hints.0.zh": "想一想", "hints.0.en": "Think", "conventions.zh": " ",
    }  # fmt: skip
    after = content_from(typed_in.items(), before)
    assert (after["marks"], after["minutes"], after["title"]) == (2.5, 4, {"zh": "新题目", "en": "Other"})
    assert after["given"] == {"widths": [4, 5, 6], "image": [[1, 2], [3, 4]]}
    assert after["parts"][0]["figures"] == 3 and "decimals" not in after["parts"][0]
    assert after["parts"][0]["unit"] == {"zh": "个"} and after["parts"][0]["answer"]["index"] == 0
    assert after["hints"] == [{"zh": "想一想", "en": "Think"}] and "conventions" not in after


def test_what_cannot_be_read_stays_as_typed_and_is_shown_again_with_its_problem() -> None:
    before = blank("number")
    fields = dict(posted(form_of(before))) | {
        "marks": "很多",
        "given.0.value": "[[1, 2",
        "parts.0.decimals": "2 位",
    }
    after = content_from(fields.items(), before)
    problems = problems_of(after)
    form = form_of(after, problems)
    for path in ("marks", "given.0.value", "parts.0.decimals"):
        node = place(form, path)
        assert isinstance(node, Input) and node.typed == fields[path]
    for path in ("marks", "parts.0.decimals"):
        assert place(form, path).problems, path
    assert same(content_from(posted(form), after), after)


@pytest.mark.parametrize(
    ("field", "path"),
    [
        ("marks", "marks"),
        ("prompt.en", "prompt.en"),
        ("parts.0.answer.operation", "parts.0.answer.operation"),
        ("parts.0.answer", "parts.0.answer"),
        ("parts.0.answer.index.list[int].0", "parts.0.answer.index"),
        ("given: ('widths', 0)", "given.0"),
        ("given.other", "given"),
        ("parts.7.ask", "parts"),
        ("answer", ""),
        ("", ""),
    ],
)
def test_a_problem_stands_at_its_field_or_at_the_nearest_group_around(field: str, path: str) -> None:
    problem = Problem("made.yaml", 1, field, "is wrong")
    form = form_of(blank("number"), [problem])
    assert [node.path for node in walk(form) if node.problems == [problem]] == [path]
    assert form.wrong


def test_no_problem_is_lost() -> None:
    content = copied(blank("choice")) | {"marks": "x", "extra": [1, {"a": "b: c"}], "minutes": None}
    content["parts"] += [{"id": "b", "response": "unheard"}, "not a part", {"id": "c", "response": "number", "answer": 5}]  # fmt: skip
    problems = problems_of(content)
    form = form_of(content, problems)
    shown = [problem for node in walk(form) for problem in node.problems]
    assert sorted(map(str, shown)) == sorted(map(str, problems)) and len(problems) >= 5
    assert same(content_from(posted(form), content), content)


def test_what_the_form_does_not_show_stays() -> None:
    content = {**blank("text"), "number": 3, "mine": {"a": [1]}}
    assert same(content_from([("marks", "1")], content), content)
    assert same(content_from([], content), content)
    cleared = content_from([("mine", "")], content)
    assert "mine" not in cleared


def test_entries_that_are_posted_but_unknown_are_taken() -> None:
    content = CONTENTS["fcn-parameter-count"]
    again = content_from(posted(form_of(content)), {})
    assert same(again, content)


def test_rows_are_renamed_dropped_and_never_lost() -> None:
    before = {"given": {"a": 1, "b": 2, "c": 3}}
    rows = [("given.0.name", "b"), ("given.0.value", "1"), ("given.2.name", " "), ("given.2.value", "")]
    assert content_from(rows, before)["given"] == {"b": 1, "b_2": 2}


def test_choices_name_what_there_is() -> None:
    form = form_of(CONTENTS["convolve-and-pool"])
    operation, result = place(form, "parts.0.answer.operation"), place(form, "parts.0.answer.result")
    assert isinstance(operation, Input) and [name for name, _ in operation.options] == list(OPERATIONS)
    assert isinstance(result, Input) and dict(result.options) == {"output": text("输出", "Output")}
    picture, match = place(form, "picture"), place(form_of(blank("match")), "parts.0.left.0.match")
    assert isinstance(picture, Input) and [n for n, _ in picture.options][-2:] == ["convolution", "pooling"]
    assert isinstance(match, Input) and match.options[1] == ("b", text("写上右边第二项", "Write the second item of the right here"))  # fmt: skip


def test_topics_keep_their_order_and_new_ones_come_last() -> None:
    before = {"topics": ["parameters", "own", "convolution"]}
    ticked = [("topics", name) for name in ("", "losses", "convolution", "parameters")]
    assert content_from(ticked, before)["topics"] == ["parameters", "convolution", "losses"]
    node = place(form_of(before), "topics")
    assert isinstance(node, Input) and "own" in dict(node.options)


def test_rows_have_their_names_and_may_be_removed() -> None:
    rows = place(form_of(blank("matrix")), "given")
    assert isinstance(rows, Entries) and all(isinstance(row, Row) for row in rows.entries)
    assert [row.name.typed for row in rows.entries if isinstance(row, Row)] == [
        "image",
        "kernel",
        "stride",
        "padding",
    ]
    assert rows.entries[1].buttons[0].do == "remove:given.1"


TYPED = st.one_of(
    st.text(max_size=20),
    st.text(alphabet="[]{},:@\"'#-0123456789eE.yn \n，【】", max_size=20),
    st.sampled_from(
        ["[" * 200_000, "9" * 5000, "1e999", "2024-99-99", "*a", "&a b", "!!python/name:x y", "{{ a", "@"]
    ),
)


def names_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from names_in(inner)


SHORT = sorted(name for name, content in CONTENTS.items() if len(str(content)) < 6000)


@settings(max_examples=150)
@given(st.sampled_from(SHORT), st.data())
def test_whatever_is_typed_never_fails_and_is_shown_again(name: str, data: st.DataObject) -> None:
    content = CONTENTS[name]
    fields = posted(form_of(content))
    edits = data.draw(st.dictionaries(st.integers(0, len(fields) - 1), TYPED, min_size=1, max_size=5))
    fields = [(path, edits.get(i, value)) for i, (path, value) in enumerate(fields)]
    after = content_from(fields, content)
    form = form_of(after, [Problem("f", None, path, "no") for path, _ in fields[:3]])
    assert same(content_from(posted(form), after), after)
    source = rewritten("", after)
    if len(source) > MAX_LENGTH or any(
        len(name) > MAX_NAME or UNPRINTED.search(name) for name in names_in(after)
    ):
        with pytest.raises(BankError):
            content_of(source)
    else:
        assert same(content_of(source), after)


def test_what_no_key_types_is_left_out() -> None:
    fields = [
        ("title.zh", "卷\x1f积\t一"),
        ("title.en", "a\x07"),
        ("given.0.name", "x"),
        ("given.0.value", "1\t2"),
    ]
    content = content_from(fields, {})
    assert content["title"] == {"zh": "卷积 一", "en": "a"}
    assert content_of(rewritten("", content)) == content


plain = st.recursive(
    st.one_of(
        st.text(max_size=12), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.booleans()
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=500)
@given(plain)
def test_a_value_is_typed_so_that_it_is_read_back(value: Any) -> None:
    assert same(read_value(as_value(value)), value)


@given(st.text(max_size=9) | st.lists(st.text(max_size=9)))
def test_words_are_typed_so_that_they_are_read_back(value: Any) -> None:
    assert same(read("words", typed("words", value)), value)


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("3", 3), ("１．５", 1.5), ("-2e-3", -0.002), ("[3, 3]", [3, 3]), ("【1，2】", [1, 2]), ("2, 4, 4", [2, 4, 4]),
        ("1 2 3\n4 5 6", [[1, 2, 3], [4, 5, 6]]), ("1\t-2\n0\t.5", [[1, -2], [0, 0.5]]), ("true", True), ("max", "max"),
        ("{{ window }}", "{{ window }}"), ("@first", "@first"), ("{kind: max}", {"kind": "max"}), ("[[1, 2]", "[[1, 2]"),
        ("- 1", "- 1"), ("a # b", "a # b"), ('"1"', "1"), ("null", "null"),
    ],
)  # fmt: skip
def test_values_are_read_as_people_type_them(said: str, value: Any) -> None:
    assert same(read_value(said), value)
