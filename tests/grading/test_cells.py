"""Wrong cells opened after an attempt: their arithmetic, without what the learner has not found yet."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest

from app.grading.cells import MOST, opened, unfinished
from app.grading.grade import grade_all
from app.operations.operation import Step, number
from app.questions.bank import Bank
from app.questions.part import Part
from app.questions.variant import Variant, variant

TRUTH = "-12 4 8 9\n-14 5 -3 6\n-2 -14 -8 -5\n24 -9 -1 4"
OWN = "-12 4 8 9\n-14 7 -3 6\n-2 -14 -8 -5\n24 30 -1 4"  # 7 for 5, 30 for -9


def matrices(bank: Bank) -> Iterator[tuple[Variant, Part]]:
    for question in bank.questions.values():
        for at in range(3 if question.varies else 1):
            shown = variant(question, at)
            yield from ((shown, part) for part in question.parts if part.response == "matrix")


def typed(value: Any) -> Any:
    return [typed(entry) for entry in value] if isinstance(value, list) else repr(value)


def all_right(shown: Variant) -> dict[str, Any]:
    right = {part_id: typed(answer.value) for part_id, answer in shown.answers.items()}
    return {i: "×".join(r) if shown.question.part(i).response == "shape" else r for i, r in right.items()}  # type: ignore[union-attr]


def help_for(
    shown: Variant, part_id: str, responses: Mapping[str, Any], whole: bool = False
) -> dict[tuple[int, int], Step]:
    part = shown.question.part(part_id)
    assert part
    return opened(shown, part, responses, grade_all(shown, responses).parts, whole)


def test_every_wrong_cell_of_every_matrix_comes_to_the_right_value_or_to_a_question_mark(bank: Bank) -> None:
    seen = set()
    for shown, part in matrices(bank):
        answer = shown.answers[part.id]
        truth = np.array(answer.value)
        wrong = {part.id: typed((truth + 1000).tolist())}
        whole = help_for(shown, part.id, all_right(shown) | wrong, whole=True)
        asked = help_for(shown, part.id, all_right(shown) | wrong)
        assert list(whole) == list(np.ndindex(truth.shape))[:MOST]
        for place, step in whole.items():
            assert step.formula.endswith(f" {number(truth[place].item())}")
            assert asked[place].text == step.text
            working = (
                step.formula.removesuffix(number(truth[place].item())).strip().removesuffix(r"\;").strip()
            )
            assert asked[place].formula == f"{working} ?"
        seen.add(answer.operation.name)
    assert seen == {"convolution", "pooling", "attention", "one_hot", "backpropagation", "dropout"}


def test_nothing_is_opened_but_a_matrix_that_was_marked(bank: Bank) -> None:
    shown = variant(bank.questions["convolve-and-pool"])
    part = shown.question.parts[0]
    assert opened(shown, part, {}, {}) == {}
    assert help_for(shown, "convolution", {"convolution": TRUTH}) == {}
    assert help_for(shown, "convolution", {"convolution": "1 2\n3 4"}) == {}  # of another shape
    assert help_for(shown, "convolution", {"convolution": "1 2\n3"}) == {}
    widths = variant(bank.questions["fcn-parameter-count"])
    assert help_for(widths, "layers", {"layers": ["1", "2", "3", "4"]}) == {}


def test_what_is_empty_or_unreadable_is_not_opened(bank: Bank) -> None:
    shown = variant(bank.questions["convolve-and-pool"])
    grid = [row.split() for row in TRUTH.split("\n")]
    grid[0][0], grid[1][1], grid[2][2] = "", "?", "1"
    assert list(help_for(shown, "convolution", {"convolution": grid})) == [(2, 2)]


@pytest.mark.parametrize("earlier", [{}, {"convolution": "0 0 0 0\n" * 4}], ids=["not answered", "wrong"])
def test_an_earlier_result_not_found_yet_is_not_given_away(bank: Bank, earlier: dict[str, str]) -> None:
    shown = variant(bank.questions["convolve-and-pool"])
    responses = {**earlier, "pooling": "5 8\n24 4"}
    (step,) = help_for(shown, "pooling", responses).values()
    assert (step.formula, step.text.en) == ("", "Window 2 of row 1, with 4 numbers.")
    (step,) = help_for(shown, "pooling", responses, whole=True).values()
    assert step.formula == r"\max(8, 9, -3, 6) = 9"
    (step,) = help_for(shown, "pooling", responses | {"convolution": TRUTH}).values()
    assert step.formula == r"\max(8, 9, -3, 6) = ?"


def test_what_follows_from_an_own_earlier_part_is_explained_by_it(bank: Bank) -> None:
    shown = variant(bank.questions["convolve-and-pool"])
    responses = {"convolution": OWN, "pooling": "8 9\n30 4"}
    assert grade_all(shown, responses).parts["pooling"].followed
    assert help_for(shown, "pooling", responses)[0, 0].formula == r"\max(-12, 4, -14, 7) = ?"
    assert help_for(shown, "pooling", responses, whole=True)[0, 0].formula == r"\max(-12, 4, -14, 7) = 7"


def test_what_follows_from_an_own_earlier_result_is_explained_by_it(bank: Bank) -> None:
    shown = variant(bank.questions["drill-attention-2"])
    inputs: Any = shown.answers["output"].inputs
    responses = all_right(shown)
    weights = [[float(entry) for entry in row] for row in responses["weights"]]
    weights[0] = [0.9, 0.4]  # do not sum to 1
    output = np.array(weights) @ np.array(inputs.values)
    output[0, 1] += 1
    responses |= {"weights": typed(weights), "output": typed(output.tolist())}
    assert grade_all(shown, responses).parts["output"].followed
    (step,) = help_for(shown, "output", responses).values()
    column = [row[1] for row in inputs.values]
    assert step.formula == rf"O_{{1,2}} = 0.9 \times {column[0]} + 0.4 \times {column[1]} = ?"
    del responses["scores"]  # not known to be found: what the weights came from
    assert [step.formula for step in help_for(shown, "output", responses).values()] == [""]


def test_gradients_take_their_factors_from_the_learners_own_errors(bank: Bank) -> None:
    shown = variant(bank.questions["forward-and-backward-drill"])
    inputs: Any = shown.answers["d_w1"].inputs
    responses = all_right(shown)
    own = [0.123, *map(float, responses["d_b1"][1:])]
    gradient = np.outer(own, inputs.x)
    gradient[0, 1] += 1
    responses |= {"d_b1": typed(own), "d_w1": typed(gradient.tolist())}
    assert grade_all(shown, responses).parts["d_w1"].followed
    (step,) = help_for(shown, "d_w1", responses).values()
    assert step.formula == rf"(dW_1)_{{1,2}} = 0.123 \times {number(inputs.x[1])} = ?"


def test_a_formula_without_an_end_is_not_shown() -> None:
    assert unfinished(r"a + b") == ""
    assert unfinished(r"y = a + b = 3") == "y = a + b = ?"
