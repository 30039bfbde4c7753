"""One-hot codes of class labels."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from numpy.random import Generator
from pydantic import Field, model_validator

from app.operations.operation import (
    RIGHT,
    Inputs,
    Mistake,
    Operation,
    Place,
    Results,
    Step,
    Way,
    matrix,
    refuse,
)
from app.text import Text, text

SHOWN = 16  # labels worked one by one
Code = Literal["one-hot", "one-cold", "cumulative", "binary", "label"]
Rows = Literal["samples", "sorted", "classes"]  # what there is a row of
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


CUMULATIVE = Mistake(
    "cumulative",
    text("本类之前的位置也写了 1", "ones up to the class, not only at it"),
    text("“独热”是说一行里有几个 1？", "“One-hot”: how many ones are there in a row?"),
)
BINARY_CODE = Mistake(
    "binary_code",
    text("写成了标签的二进制", "label written in binary"),
    text("每个类别在编码里各占几个位置？", "How many places of a code belong to each class?"),
)
LABEL_FOR_ONE = Mistake(
    "label_for_one",
    text("填了标签的值，没有填 1", "label in place of the one"),
    text("标签决定位置，那个位置上写什么？", "The label decides the place: what is written there?"),
)
REVERSED = Mistake(
    "classes_reversed",
    text("类别从右往左排了", "classes counted from the right"),
    text("第一列对应哪一个类别？", "Which class does the first column belong to?"),
)
COLUMN_TOO_FAR = Mistake(
    "column_too_far",
    text("往右错了一列", "one column too far to the right"),
    text("标签 0 对应第几列？", "Which column belongs to label 0?"),
)
SORTED = Mistake(
    "rows_sorted",
    text("各行按类别排了序", "rows sorted by class"),
    text("各行应当按什么顺序排列？", "In which order do the rows stand?"),
)
ROW_PER_CLASS = Mistake(
    "row_per_class",
    text("每个类别写了一行，不是每个样本一行", "one row per class, not per sample"),
    text("一行对应一个样本，还是一个类别？", "Does a row belong to a sample or to a class?"),
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

    def compute(self, given: OneHotInputs, way: Way = RIGHT) -> Results:
        kind: Rows = way("rows", "samples")
        labels = {"samples": given.labels, "sorted": sorted(given.labels), "classes": range(given.classes)}[
            kind
        ]
        rows = [code(label, given.classes, way, i) for i, label in enumerate(labels)]
        return {
            "matrix": [list(column) for column in zip(*rows, strict=True)]
            if way("transposed", False)
            else rows
        }

    def steps(self, given: OneHotInputs, results: Results) -> Iterable[Step]:
        rows: Any = results["matrix"]
        for i, (label, row) in enumerate(zip(given.labels[:SHOWN], rows, strict=False), start=1):
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

    def draw(self, like: OneHotInputs, rng: Generator) -> OneHotInputs:
        n, classes = len(like.labels), like.classes
        if sorted(like.labels) == list(range(classes)):  # every class once: vary how many there are
            classes = min(64, classes + int(rng.integers(0, 3)))
        repeated = len(set(like.labels)) < n
        labels = rng.choice(classes, size=n, replace=repeated).tolist()
        return OneHotInputs(labels=labels, classes=classes)

    def mistakes(self, given: OneHotInputs) -> Iterable[Mistake]:
        labels = given.labels
        if max(labels) > 0:
            yield COUNTED_FROM_ONE.by(shift=-1)
        yield TRANSPOSED.by(transposed=True)
        yield COMPLEMENTED.by(code="one-cold")
        if max(labels) > 0:
            yield CUMULATIVE.by(code="cumulative")
        if labels != sorted(labels):
            yield SORTED.by(rows="sorted")
        if sorted(labels) != list(range(given.classes)):  # else the same as the sorted rows
            yield ROW_PER_CLASS.by(rows="classes")
        if given.classes > 1:
            yield REVERSED.by(reversed=True)
            yield COLUMN_TOO_FAR.by(shift=1)
            yield BINARY_CODE.by(code="binary")
        if set(labels) != {1}:
            yield LABEL_FOR_ONE.by(code="label")

    def local_mistakes(self, given: OneHotInputs) -> Iterable[Mistake]:
        for i, label in enumerate(given.labels if len(given.labels) <= SHOWN else ()):
            if label > 0:
                yield COUNTED_FROM_ONE.by(shift=-1).at(i, where(i))
            if given.classes > 1:
                yield COLUMN_TOO_FAR.by(shift=1).at(i, where(i))

    def cell(self, given: OneHotInputs, result: str, place: tuple[int, int], way: Way = RIGHT) -> Step:
        row, column = place
        label = given.labels[row]
        hit = label == column
        sign = "=" if hit else r"\ne"
        return Step(
            rf"y_{{{row + 1}}} = {label} {sign} {column} \;\Rightarrow\; {int(hit)}",
            where(row)
            + text(
                f"标签是 {label}，第 {column + 1} 列对应标签 {column}。",
                f"its label is {label}, and column {column + 1} belongs to label {column}.",
            ),
        )


def code(label: int, classes: int, way: Way, row: Place) -> list[int]:
    """The code of one label; a column outside leaves it without its one."""
    hot = label + way("shift", 0, row)
    kind: Code = way("code", "one-hot")
    entries = {
        "one-hot": [int(j == hot) for j in range(classes)],
        "one-cold": [int(j != hot) for j in range(classes)],
        "cumulative": [int(j <= hot) for j in range(classes)],
        "binary": [max(0, hot) >> j & 1 for j in reversed(range(classes))],
        "label": [label * (j == hot) for j in range(classes)],
    }[kind]
    return entries[::-1] if way("reversed", False) else entries


def where(row: int) -> Text:
    return text(f"第 {row + 1} 行：", f"Row {row + 1}:")
