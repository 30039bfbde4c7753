"""Texts and inputs of a question that mention its given numbers: Jinja2, sandboxed, no attributes."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.environment import TemplateExpression
from jinja2.sandbox import ImmutableSandboxedEnvironment

from app.operations.operation import matrix, number, polynomial
from app.text import Text


class NumbersOnly(ImmutableSandboxedEnvironment):
    """A question's template may look at numbers and call filters, nothing else."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return False

    def is_safe_callable(self, obj: Any) -> bool:
        return False


ENVIRONMENT = NumbersOnly(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False)
ENVIRONMENT.globals.clear()
ENVIRONMENT.filters = {
    name: ENVIRONMENT.filters[name]
    for name in ("length", "first", "last", "sum", "join", "min", "max", "round", "int")
}
ENVIRONMENT.filters["matrix"] = matrix  # LaTeX
ENVIRONMENT.filters["number"] = number  # LaTeX
ENVIRONMENT.filters["polynomial"] = polynomial  # LaTeX
ENVIRONMENT.filters["times"] = lambda shape: "×".join(map(str, shape))


@lru_cache(maxsize=4096)
def compiled(source: str) -> Template:
    return ENVIRONMENT.from_string(source)


@lru_cache(maxsize=4096)
def expression(source: str) -> TemplateExpression:
    return ENVIRONMENT.compile_expression(source.strip()[2:-2], undefined_to_none=False)


def fill(source: str, given: Mapping[str, Any], **more: Any) -> str:
    """The text with the given numbers in it; TemplateError when it asks for what is not given."""
    return compiled(source).render(**given, **more)


def fill_text(source: Text, given: Mapping[str, Any]) -> Text:
    return Text(zh=fill(source.zh, given), en=fill(source.en, given))


def calculate(source: str, given: Mapping[str, Any]) -> Any:
    """The value of "{{ expression }}" over the given numbers."""
    return expression(source)(**given)


__all__ = ["TemplateError", "calculate", "fill", "fill_text"]
