"""Numbers, vectors and matrices as inputs: limited in size, never ragged, whole numbers kept whole."""

from typing import Annotated, Any

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray
from pydantic import AfterValidator, Discriminator, Field, Tag, WithJsonSchema

from app.operations.operation import Way, refuse

Array = NDArray[np.float64]
LIMIT = 1_000_000

Number = Annotated[
    Annotated[int, Tag("whole")] | Annotated[float, Tag("real")],
    Discriminator(lambda value: "whole" if isinstance(value, int) else "real"),
    Field(ge=-LIMIT, le=LIMIT),
    WithJsonSchema({"type": "number", "minimum": -LIMIT, "maximum": LIMIT}),
]


def rectangular(rows: list[list[int | float]]) -> list[list[int | float]]:
    if len({len(row) for row in rows}) > 1:
        raise refuse("矩阵每一行的数要一样多。", "The rows of a matrix must be equally long.")
    return rows


Vector = Annotated[list[Number], Field(min_length=1, max_length=100)]
Row = Annotated[list[Number], Field(min_length=1, max_length=16)]
Matrix = Annotated[list[Row], Field(min_length=1, max_length=16), AfterValidator(rectangular)]


def vector_or_matrix(values: Any) -> str:
    return "matrix" if isinstance(values, list) and values and isinstance(values[0], list) else "vector"


VectorOrMatrix = Annotated[
    Annotated[Vector, Tag("vector")] | Annotated[Matrix, Tag("matrix")], Discriminator(vector_or_matrix)
]


def array(values: ArrayLike) -> Array:
    return np.asarray(values, dtype=np.float64)


def require_same_shape(a: ArrayLike, b: ArrayLike) -> None:
    if np.shape(a) != np.shape(b):
        raise refuse("两组数的形状要相同。", "Both groups of numbers must have the same shape.")


def each(way: Way, setting: str, right: float, count: int) -> Array:
    """A numeric setting at each of `count` places."""
    return array([way(setting, right, place) for place in range(count)])


def rows_of(values: Any) -> list[list[float]]:
    """The rows of a matrix; a vector is one row."""
    return values if isinstance(values[0], list) else [values]


def numbers_like(values: ArrayLike, low: int, high: int, rng: Generator) -> Any:
    """Fresh numbers in the shape of `values`: whole if all of those are whole, else with one decimal."""
    like = array(values)
    if np.all(like == np.rint(like)):
        return rng.integers(low, high + 1, size=like.shape).tolist()
    return (rng.integers(10 * low, 10 * high + 1, size=like.shape) / 10).tolist()
