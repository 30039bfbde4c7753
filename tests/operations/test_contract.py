"""What holds for every operation in the catalogue."""

import math
from typing import Any

import numpy as np
import pytest
from latex2mathml.converter import convert
from pydantic import ValidationError

from app.operations import OPERATIONS
from app.operations.operation import Operation, is_tidy, same, sibling
from app.questions.bank import Bank
from app.questions.variant import variant
from app.text import LANGUAGES

every_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)


def plain(value: Any) -> bool:
    if isinstance(value, list):
        return all(plain(v) for v in value)
    return type(value) in (int, float) and math.isfinite(value)


@every_operation
def test_the_example_is_solved_with_steps_in_both_languages(operation: Operation[Any]) -> None:
    solution = operation.solve(operation.Inputs(**operation.example))
    assert solution.results and all(plain(value) for value in solution.results.values())
    assert solution.steps
    for step in solution.steps:
        assert "<math" in convert(step.formula)
        assert all(step.text[language].strip() for language in LANGUAGES)


@every_operation
def test_the_docstring_states_the_formula_and_the_results(operation: Operation[Any]) -> None:
    doc = type(operation).__doc__ or ""
    assert "$" in doc and "Results:" in doc
    for name in operation.solve(operation.Inputs(**operation.example)).results:
        assert f"`{name}`" in doc


@every_operation
def test_siblings_differ_are_reproducible_and_keep_mistakes_apart(operation: Operation[Any]) -> None:
    like = operation.Inputs(**operation.example)
    drawn = [sibling(operation, like, np.random.default_rng(seed)) for seed in range(60)]
    assert drawn == [sibling(operation, like, np.random.default_rng(seed)) for seed in range(60)]
    assert len({given.model_dump_json() for given in drawn}) > 30
    assert all(is_tidy(operation, given) for given in drawn)


@every_operation
def test_mistakes_are_wrong_named_and_shaped_like_results(operation: Operation[Any]) -> None:
    like = operation.Inputs(**operation.example)
    for seed in range(20):
        given = sibling(operation, like, np.random.default_rng(seed))
        truth = operation.solve(given).results
        for mistake in operation.led(given):
            assert mistake.results and set(mistake.results) <= set(truth)
            assert any(not same(value, truth[name]) for name, value in mistake.results.items())
            assert mistake.name.isidentifier()
            assert all(mistake.title[x] and mistake.hint[x] for x in LANGUAGES)


@every_operation
def test_unknown_inputs_are_refused(operation: Operation[Any]) -> None:
    with pytest.raises(ValidationError):
        operation.Inputs(**operation.example, surprise=1)


@every_operation
def test_an_exam_question_can_go_wrong_in_six_known_ways(bank: Bank, operation: Operation[Any]) -> None:
    exam = bank.drills[operation.name][1]
    for number in range(10):
        answers = variant(exam, number).answers.values()
        assert len({wrong.mistake.name for answer in answers for wrong in answer.wrong}) >= 6
