"""Ask an operation: its results, its mistakes, or why it refuses."""

from typing import Any

import pytest
from pydantic import ValidationError

from app.operations import OPERATIONS
from app.operations.operation import named_mistakes


def refusal(name: str, **inputs: Any) -> tuple[str, str]:
    """The Chinese and the English sentence with which an operation refuses `inputs`."""
    with pytest.raises(ValidationError) as caught:
        OPERATIONS[name].Inputs(**inputs)
    (error,) = caught.value.errors()
    assert error["type"] == "invalid_inputs"
    return error["ctx"]["zh"], error["msg"]


def mistakes_of(name: str, **inputs: Any) -> dict[str, Any]:
    """The results of every mistake that shows, by the mistake's name."""
    operation = OPERATIONS[name]
    given = operation.Inputs(**inputs)
    return {m.name: m.results for m in named_mistakes(operation, given, operation.solve(given).results)}


def results_of(name: str, **inputs: Any) -> dict[str, Any]:
    operation = OPERATIONS[name]
    return dict(operation.solve(operation.Inputs(**inputs)).results)
