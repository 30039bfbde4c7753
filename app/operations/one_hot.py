"""One-hot codes of class labels."""

from collections.abc import Iterable
from typing import Annotated

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from pydantic import Field, model_validator

from app.operations.operation import Inputs, Mistake, Operation, Solution, Step, matrix, refuse
from app.text import text

SHOWN = 16  # labels worked one by one
Codes = NDArray[np.int64]
Label = Annotated[int, Field(ge=0)]


class OneHotInputs(Inputs):
    labels: Annotated[list[Label], Field(min_length=1, max_length=64)]
    classes: Annotated[int, Field(ge=1, le=64)]

    @model_validator(mode="after")
    def labels_are_classes(self) -> "OneHotInputs":
        for label in self.labels:
            if label >= self.classes:
                raise refuse(
                    f"标签 {label} 超出范围：{self.classes} 个类别的标签是 0 到 {self.classes - 1}。",
                    f"Label {label} is out of range: {self.classes} classes have the labels "
                    f"0 to {self.classes - 1}.",
                )
        return self


COUNTED_FROM_ONE = Mistake(
    "counted_from_one",
    text("标签从 1 数起了", "labels counted from one"),
    text("题目约定标签从 0 开始编号。", "Labels are declared to start at 0."),
)
TRANSPOSED = Mistake(
    "transposed",
    text("行列颠倒了", "rows and columns swapped"),
    text("每一行是一个样本的编码，每一列对应一个类别。", "A row is a sample's code; a column is a class."),
)
COMPLEMENTED = Mistake(
    "complemented",
    text("0 和 1 写反了", "zeros and ones swapped"),
    text("“独热”是说一行里有几个 1？", "“One-hot”: how many ones are there in a row?"),
)


class OneHot(Operation[OneHotInputs]):
    r"""One row per label: a one in the label's column, zeros elsewhere.

    $Y_{ij} = 1$ if $j = y_i$, else $0$; columns, like labels, count from 0.
    `labels`: N whole numbers from 0 to K − 1; `classes`: K.
    Results: `matrix` (N × K, rows in the order of the labels).
    """

    name = "one_hot"
    title = text("独热编码", "One-hot encoding")
    Inputs = OneHotInputs
    example = {"labels": [2, 0, 1, 3, 1], "classes": 4}

    def solve(self, given: OneHotInputs) -> Solution:
        codes = one_hot(given.labels, given.classes)
        return Solution({"matrix": codes.tolist()}, tuple(working(given, codes)))

    def draw(self, like: OneHotInputs, rng: Generator) -> OneHotInputs:
        n, classes = len(like.labels), like.classes
        if sorted(like.labels) == list(range(classes)):  # every class once: vary how many there are
            classes = min(64, classes + int(rng.integers(0, 3)))
        repeated = len(set(like.labels)) < n
        labels = rng.choice(classes, size=n, replace=repeated).tolist()
        return OneHotInputs(labels=labels, classes=classes)

    def mistakes(self, given: OneHotInputs) -> Iterable[Mistake]:
        codes = one_hot(given.labels, given.classes)
        if min(given.labels) > 0:
            shifted = [label - 1 for label in given.labels]
            yield COUNTED_FROM_ONE.leads_to(matrix=one_hot(shifted, given.classes).tolist())
        yield TRANSPOSED.leads_to(matrix=codes.T.tolist())
        yield COMPLEMENTED.leads_to(matrix=(1 - codes).tolist())


def one_hot(labels: list[int], classes: int) -> Codes:
    codes: Codes = np.eye(classes, dtype=np.int64)[labels]
    return codes


def working(given: OneHotInputs, codes: Codes) -> Iterable[Step]:
    rows = codes.tolist()
    for i, (label, row) in enumerate(zip(given.labels[:SHOWN], rows[:SHOWN], strict=True), start=1):
        yield Step(
            rf"y_{{{i}}} = {label} \quad\to\quad {matrix(row)}",
            text(
                f"标签 {label}：从 0 数起的第 {label} 列写 1，其余 {given.classes - 1} 列写 0。",
                f"Label {label}: a 1 in column {label}, counting from 0; "
                f"zeros in the other {given.classes - 1}.",
            ),
        )
    yield Step(
        matrix(rows),
        text("按标签的顺序把各行叠起来。", "Stack the rows in the order of the labels."),
    )
