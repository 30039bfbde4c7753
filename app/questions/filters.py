"""What a template may do with the given numbers: filters, tests and arithmetic, all with bounded results."""

import math
import operator
import re
from collections.abc import Callable
from typing import Any

from app.operations.operation import matrix, number, polynomial
from app.questions.document import MAX_NUMBER

MAX_PLACES = 15
WRITTEN = re.compile(r"\s*[-+]?[0-9]{1,15}\s*")
Number = int | float


def is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def bounded(value: Number) -> Number:
    """The value itself; OverflowError when it is too large or no number."""
    if not abs(value) <= MAX_NUMBER:  # also NaN
        raise OverflowError
    return value


def numbers(*values: Any) -> None:
    if not all(map(is_number, values)):
        raise TypeError


def power(base: Number, exponent: Number) -> Number:
    bounded(math.pow(base, exponent))  # floats overflow at once instead of growing
    return base**exponent


def arithmetic(compute: Callable[..., Number]) -> Callable[..., Number]:
    def checked(*values: Any) -> Number:
        numbers(*values)
        return bounded(compute(*values))

    return checked


def total(values: Any) -> Number:
    numbers(*sequence(values))
    return bounded(sum(values))


def sequence(values: Any) -> list[Any]:
    if not isinstance(values, list | tuple):
        raise TypeError
    return list(values)


def extreme(choose: Callable[..., Any]) -> Callable[[Any], Number]:
    def chosen(values: Any) -> Number:
        numbers(*sequence(values))
        return choose(values)  # type: ignore[no-any-return]

    return chosen


def rounded(value: Any, places: Any = 0, method: str = "common") -> Number:
    numbers(value, places)
    if abs(places) > MAX_PLACES:
        raise OverflowError
    if method == "common":
        return round(value, places)  # type: ignore[no-any-return]
    step = {"ceil": math.ceil, "floor": math.floor}[method]
    return step(value * 10**places) / 10**places  # type: ignore[no-any-return]


def whole(value: Any) -> int:
    if isinstance(value, str) and not WRITTEN.fullmatch(value):
        raise ValueError
    numbers(value) if not isinstance(value, str) else None
    return int(value)


def polynomial_of(coefficients: Any, variable: str) -> str:
    numbers(*sequence(coefficients))
    return polynomial(coefficients, variable)


FILTERS: dict[str, Callable[..., Any]] = {
    "length": len,
    "first": lambda values: sequence(values)[0],
    "last": lambda values: sequence(values)[-1],
    "sum": total,
    "join": lambda values, between="": between.join(map(str, sequence(values))),
    "min": extreme(min),
    "max": extreme(max),
    "round": rounded,
    "int": whole,
    "matrix": matrix,  # LaTeX
    "number": number,  # LaTeX
    "polynomial": polynomial_of,  # LaTeX
    "times": lambda shape: "×".join(map(str, sequence(shape))),
}
TESTS: dict[str, Callable[[Any], bool]] = {
    "number": is_number,
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "float": lambda value: isinstance(value, float),
    "boolean": lambda value: isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "sequence": lambda value: isinstance(value, list | tuple | str),
    "mapping": lambda value: isinstance(value, dict),
    "none": lambda value: value is None,
    "true": lambda value: value is True,
    "false": lambda value: value is False,
    "even": lambda value: bool(value % 2 == 0) if is_number(value) else False,
    "odd": lambda value: bool(value % 2 == 1) if is_number(value) else False,
}
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq, "ne": operator.ne, "lt": operator.lt, "lteq": operator.le, "gt": operator.gt,
    "gteq": operator.ge, "in": lambda a, b: a in b, "notin": lambda a, b: a not in b,
}  # fmt: skip
ARITHMETIC: dict[str, Callable[..., Number]] = {
    sign: arithmetic(compute)
    for sign, compute in {
        "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv,
        "%": operator.mod, "**": power,
    }.items()
}  # fmt: skip
SIGNED: dict[str, Callable[..., Number]] = {"-": arithmetic(operator.neg), "+": arithmetic(operator.pos)}
