"""Responses in words, for whoever reads them later."""

from typing import Any

import pytest

from app.questions.bank import Bank
from app.questions.shown import response_shown

RESPONSES: list[Any] = [
    "67",
    ["1", "2"],
    [["1", "2"], ["3", "4"]],
    {"a": "b"},
    [{"kind": "dense"}],
    ["x"],
    [],
    None,
]


def part_of(bank: Bank, response: str) -> Any:
    return next(part for question in bank for part in question.parts if part.response == response)


def test_what_was_typed_and_what_was_chosen(bank: Bank) -> None:
    assert response_shown(part_of(bank, "number"), "67").zh == "67"
    assert response_shown(part_of(bank, "numbers"), ["12", "", "20"]).en == "12, , 20"
    assert response_shown(part_of(bank, "matrix"), [["1", "2"], ["3", "4"]]).en == "1, 2; 3, 4"
    choice, order, match = (part_of(bank, kind) for kind in ("choice", "order", "match"))
    assert response_shown(choice, choice.options[0].id) == choice.options[0].text
    first, second = order.items[:2]
    assert response_shown(order, [second.id, first.id]).zh == f"{second.text.zh} → {first.text.zh}"
    pair, right = match.left[0], match.right[1]
    assert response_shown(match, {pair.id: right.id}).en == f"{pair.text.en} → {right.text.en}"
    assert (
        response_shown(part_of(bank, "layers"), [{"kind": "dense"}, {"kind": "softmax"}]).zh
        == "全连接 → Softmax"
    )


@pytest.mark.parametrize("response", RESPONSES)
def test_a_part_may_have_been_changed_since(bank: Bank, response: Any) -> None:
    for part in [None, *(part for question in bank for part in question.parts)]:
        said = response_shown(part, response)
        assert isinstance(said.zh, str) and isinstance(said.en, str)
