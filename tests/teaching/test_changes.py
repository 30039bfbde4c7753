"""What one begins with is a question that works, and so it stays when a button adds something."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import NotFound
from app.grading.check import check
from app.operations import OPERATIONS
from app.questions.bank import unfit
from app.questions.part import RESPONSES
from app.questions.source import parse
from app.teaching.blanks import blank, from_operation
from app.teaching.changes import changed
from app.teaching.form import form_of
from app.teaching.nodes import walk
from app.teaching.written import rewritten, same

DRILLS = Path(__file__).parents[2] / "questions/drills"


def wrong(content: dict[str, Any]) -> Iterator[str]:
    source = rewritten("", content)
    for question in parse(source, "made", "made.yaml"):
        yield from map(str, unfit(question, "made.yaml", source))
        yield from check(question, 20)


def buttons(content: dict[str, Any]) -> list[str]:
    return [button.do for node in walk(form_of(content)) for button in node.buttons]


@pytest.mark.parametrize("response", RESPONSES)
def test_a_blank_of_every_response_type_works(response: str) -> None:
    content = blank(response)
    assert list(wrong(content)) == []
    assert [part["response"] for part in content["parts"]] == [response]
    assert content is not blank(response) and content["parts"] is not blank(response)["parts"]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_question_from_every_operation_works(operation: str) -> None:
    source = (DRILLS / f"{operation.replace('_', '-')}.yaml").read_text("utf-8")
    content = from_operation(operation, source)
    assert list(wrong(content)) == []
    assert "levels" not in content and content["marks"] == 1
    assert any(part["answer"]["operation"] == operation for part in content["parts"])


def test_there_is_no_blank_of_an_unknown_type_or_operation() -> None:
    with pytest.raises(NotFound):
        blank("unheard")
    with pytest.raises(NotFound):
        from_operation("unheard", "title: x")


@pytest.mark.parametrize("response", RESPONSES)
def test_what_is_added_leaves_a_question_that_works(response: str) -> None:
    content = blank(response)
    adding = [do for do in buttons(content) if do.startswith(("add:", "turn:", "fill:"))]
    assert {f"add:parts:{other}" for other in RESPONSES} <= set(adding)
    for do in adding:
        if do == "add:parts.0.labels":  # one more name wants one more number
            continue
        assert list(wrong(changed(content, do))) == [], do


def test_many_things_may_be_added_one_after_another() -> None:
    content = blank("number")
    for response in RESPONSES * 2:
        content = changed(content, f"add:parts:{response}")
    content = changed(content, "add:hints")
    ids = [part["id"] for part in content["parts"]]
    assert len(ids) == len(set(ids)) == 23 and ids[:3] == ["part1", "part2", "part3"]
    assert list(wrong(content)) == []
    assert list(wrong(changed(content, "add:drill"))) == []
    assert set(content["given"]) >= {"widths", "layers", "image"}


def test_new_entries_have_ids_of_their_own() -> None:
    content = changed(changed(blank("choice"), "add:parts.0.options"), "remove:parts.0.options.0")
    content = changed(content, "add:parts.0.options")
    assert [option["id"] for option in content["parts"][0]["options"]] == ["b", "c", "d"]
    for _ in range(30):
        content = changed(content, "add:parts.0.options")
    ids = [option["id"] for option in content["parts"][0]["options"]]
    assert len(ids) == len(set(ids))


def test_entries_move_and_go() -> None:
    content = blank("order")
    ids = lambda c: [item["id"] for item in c["parts"][0]["items"]]  # noqa: E731
    assert ids(changed(content, "up:parts.0.items.2")) == ["a", "c", "b"]
    assert ids(changed(content, "down:parts.0.items.0")) == ["b", "a", "c"]
    assert ids(changed(content, "remove:parts.0.items.1")) == ["a", "c"]
    assert ids(content) == ["a", "b", "c"]
    assert changed(blank("matrix"), "remove:given.1")["given"].keys() == {"image", "stride", "padding"}


def test_an_answer_turns_into_another_kind_and_back() -> None:
    free = changed(blank("number"), "turn:parts.0.answer:free")
    assert free["parts"][0]["answer"] == {"minimum": 1}
    back = changed(free, "turn:parts.0.answer:computed")
    assert back["parts"][0]["answer"]["operation"] == "dense_parameters"


def test_the_numbers_of_a_chosen_operation_are_filled_in() -> None:
    content = blank("number")
    content["parts"][0]["answer"] = {"operation": "iterations", "result": "nothing"}
    filled = changed(content, "fill:parts.0.answer")
    assert filled["given"] == {"widths": [3, 4, 2], **OPERATIONS["iterations"].example}
    assert filled["parts"][0]["answer"]["result"] == "total"
    assert list(wrong(filled)) == []


@given(
    st.sampled_from(RESPONSES),
    st.sampled_from(["add", "remove", "up", "down", "turn", "fill", "other"]),
    st.data(),
)
def test_a_strange_action_changes_nothing_or_something_sensible(
    response: str, verb: str, data: st.DataObject
) -> None:
    content = blank(response)
    known = [node.path for node in walk(form_of(content))]
    path = data.draw(st.sampled_from(known) | st.text(alphabet="parts.0123-hints:answer", max_size=20))
    what = data.draw(st.sampled_from(["", "number", "unheard", "free", "computed"]))
    after = changed(content, f"{verb}:{path}:{what}")
    assert isinstance(after, dict) and same(content, blank(response))
    form_of(after)


@pytest.mark.parametrize("action", ["", "save", "remove", "remove:", "add:parts", "add:parts:unheard", "up:parts.0", "remove:parts.9"])  # fmt: skip
def test_what_is_not_there_is_not_changed(action: str) -> None:
    assert changed(blank("text"), action) == blank("text")
