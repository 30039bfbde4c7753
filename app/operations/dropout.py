"""Inverted dropout with a given mask."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

import numpy as np
from numpy.random import Generator
from pydantic import Field, model_validator

from app.operations.arrays import (
    Number,
    VectorOrMatrix,
    array,
    numbers_like,
    require_same_shape,
    rows_of,
)
from app.operations.operation import (
    RIGHT,
    Inputs,
    Mistake,
    Operation,
    Picture,
    Place,
    Results,
    Step,
    Way,
    matrix,
    number,
    redraw,
    refuse,
    signed,
)
from app.text import Text, text

SHOWN = 16  # entries worked one by one
Mask = Literal["right", "inverted", "ignored"]


class DropoutInputs(Inputs):
    values: VectorOrMatrix
    mask: VectorOrMatrix
    rate: Annotated[Number, Field(ge=0)]

    @model_validator(mode="after")
    def the_mask_fits(self) -> "DropoutInputs":
        require_same_shape(self.values, self.mask)
        if not np.all(np.isin(array(self.mask), (0, 1))):
            raise refuse("掩码只能由 0 和 1 组成。", "A mask consists of zeros and ones.")
        if self.rate >= 1:
            raise refuse("丢弃率必须小于 1。", "The dropout rate must be below 1.")
        return self


UNSCALED = Mistake(
    "unscaled",
    text("没有放大保留的值", "kept values not scaled"),
    text(
        "训练时丢弃了一部分，怎样让期望保持不变？",
        "Some values are dropped in training: what keeps the expected value the same?",
    ),
)
SCALED_DOWN = Mistake(
    "scaled_by_keep_rate",
    text("乘了保留率", "multiplied by the keep rate"),
    text(
        "保留下来的值应当变大还是变小，期望才不变？",
        "Must the kept values grow or shrink for the expected value to stay the same?",
    ),
)
DIVIDED_BY_RATE = Mistake(
    "divided_by_rate",
    text("除以了丢弃率", "divided by the dropout rate"),
    text("缩放用的是保留的比例，还是丢弃的比例？", "Is it the share kept or the share dropped that scales?"),
)
MASK_INVERTED = Mistake(
    "mask_inverted",
    text("掩码用反了", "mask inverted"),
    text("掩码里的 1 表示保留还是丢弃？", "Does a one in the mask mean kept or dropped?"),
)
MASK_IGNORED = Mistake(
    "mask_ignored",
    text("没有用掩码", "mask ignored"),
    text("有些神经元这一次不参与计算。", "Some neurons take no part this time."),
)


MULTIPLIED_BY_RATE = Mistake(
    "multiplied_by_rate",
    text("乘了丢弃率", "multiplied by the dropout rate"),
    text("缩放用的是保留的比例，还是丢弃的比例？", "Is it the share kept or the share dropped that scales?"),
)
RATE_ADDED = Mistake(
    "scaled_by_one_plus_rate",
    text("乘了 1 加丢弃率", "multiplied by one plus the rate"),
    text(
        "丢弃一半时，保留的值要变成几倍，期望才不变？",
        "With half of the values dropped, how many times larger must the others be?",
    ),
)
SCALED_BY_COUNT = Mistake(
    "scaled_by_count",
    text("按掩码里 1 的比例缩放了", "scaled by the share of ones in the mask"),
    text(
        "放大的倍数由丢弃率决定，还是由这一次的掩码决定？",
        "Is the factor set by the dropout rate, or by the mask of this one time?",
    ),
)
DROPPED_LEFT = Mistake(
    "dropped_left",
    text("丢弃的值原样留下了", "dropped values left as they are"),
    text("被丢弃的神经元输出什么？", "What does a dropped neuron put out?"),
)
VALUES_FORGOTTEN = Mistake(
    "values_forgotten",
    text("只缩放了掩码，漏乘了数值", "mask scaled, values forgotten"),
    text("保留下来的神经元输出什么？", "What does a kept neuron put out?"),
)


class Dropout(Operation[DropoutInputs]):
    r"""Inverted dropout, as in training.

    $y_i = \frac{m_i x_i}{1 - p}$.
    `values`: $x$, a vector or a matrix; `mask`: $m$, same shape, 1 = kept, 0 = dropped;
    `rate`: $p$, the share dropped, $0 \le p < 1$.
    Results: `output` (the shape of `values`).
    """

    name = "dropout"
    title = text("Dropout", "Dropout")
    Inputs = DropoutInputs
    example = {"values": [2, -1, 4, 3, -5], "mask": [1, 0, 1, 1, 0], "rate": 0.5}

    def compute(self, given: DropoutInputs, way: Way = RIGHT) -> Results:
        x, mask = array(given.values), array(given.mask)
        scale = way.keep("scale", way("scale", 1 / (1 - given.rate)))
        entries = enumerate(zip(x.flat, mask.flat, strict=True))
        output = [entry(float(v), int(m), scale, way, i) for i, (v, m) in entries]
        return {"output": np.reshape(output, x.shape).tolist()}

    def steps(self, given: DropoutInputs, results: Results) -> Iterable[Step]:
        yield Step(
            rf"\frac{{1}}{{1 - p}} = \frac{{1}}{{1 - {number(given.rate)}}} = {number(1 / (1 - given.rate))}",
            text("保留下来的值放大这么多倍。", "Kept values are multiplied by this."),
        )
        output: Any = results["output"]
        rows = rows_of(output)
        places = [(r, c) for r in range(len(rows)) for c in range(len(rows[0]))]
        for place in places[:SHOWN]:
            yield self.cell(given, "output", place)
        yield Step(matrix(output), text("全部输出。", "The whole output."))

    def draw(self, like: DropoutInputs, rng: Generator) -> DropoutInputs:
        values = redraw(lambda: numbers_like(like.values, -6, 9, rng), lambda drawn: bool(np.all(drawn)))
        mask = np.array(like.mask, dtype=int)
        rate = rng.choice([0.2, 0.5, 0.6, 0.75, 0.8]).item() if like.rate else 0
        return DropoutInputs(
            values=values, mask=rng.permutation(mask.ravel()).reshape(mask.shape).tolist(), rate=rate
        )

    def mistakes(self, given: DropoutInputs) -> Iterable[Mistake]:
        mask = array(given.mask)
        kept = mask.mean()
        if given.rate and kept:
            yield from wrong_scales(given.rate)
            if not np.any(np.isclose(kept, (1, given.rate, 1 - given.rate))):
                yield SCALED_BY_COUNT.by(scale=1 / kept)
        yield MASK_INVERTED.by(mask="inverted")
        if 0 < kept < 1:  # with nothing kept, ignored and inverted are one
            yield MASK_IGNORED.by(mask="ignored")
        if given.rate and kept < 1:
            yield DROPPED_LEFT.by(dropped_left=True)
        if kept:
            yield VALUES_FORGOTTEN.by(values=False)

    def local_mistakes(self, given: DropoutInputs) -> Iterable[Mistake]:
        mask = array(given.mask)
        if mask.size > SHOWN:
            return
        for i, (r, c) in enumerate(np.ndindex(np.atleast_2d(mask).shape)):
            where = at(r, c) if mask.ndim == 2 else at(c)
            yield MASK_INVERTED.by(mask="inverted").at(i, where)
            if given.rate and mask.flat[i]:
                yield UNSCALED.by(scaled=False).at(i, where)

    def cell(self, given: DropoutInputs, result: str, place: tuple[int, int], way: Way = RIGHT) -> Step:
        r, c = place
        x, m = rows_of(given.values)[r][c], rows_of(given.mask)[r][c]
        matrix = isinstance(given.values[0], list)
        y, where = (f"{r + 1},{c + 1}", at(r, c)) if matrix else (c + 1, at(c))
        kept = 1 - given.rate
        return Step(
            rf"y_{{{y}}} = \frac{{{number(m)} \times {signed(x)}}}{{{number(kept)}}} = {number(m * x / kept)}",
            where + text("保留，并放大。", "kept and scaled up.")
            if m
            else where + text("掩码为 0，被丢弃。", "dropped: its mask is 0."),
        )

    def picture(self, given: DropoutInputs) -> Picture:
        return Picture(
            "grids",
            text("数值与掩码（1 保留，0 丢弃）", "Values and mask (1 kept, 0 dropped)"),
            {
                "grids": [
                    {"label": text("数值", "values"), "rows": rows_of(given.values)},
                    {"label": text("掩码", "mask"), "rows": rows_of(given.mask)},
                ]
            },
        )


def wrong_scales(rate: float) -> Iterable[Mistake]:
    yield UNSCALED.by(scale=1)
    yield SCALED_DOWN.by(scale=1 - rate)
    if rate != 0.5:  # else the right scale, and the share kept
        yield DIVIDED_BY_RATE.by(scale=1 / rate)
        yield MULTIPLIED_BY_RATE.by(scale=rate)
    yield RATE_ADDED.by(scale=1 + rate)


def entry(value: float, mask: int, scale: float, way: Way, place: Place) -> float:
    kind: Mask = way("mask", "right", place)
    kept = {"right": mask, "inverted": 1 - mask, "ignored": 1}[kind]
    if not kept:
        left: bool = way("dropped_left", False)
        return value if left else 0.0
    scaled: bool = way("scaled", True, place)
    return (value if way("values", True) else 1.0) * (scale if scaled else 1.0)


def at(*indices: int) -> Text:
    if len(indices) == 1:
        return text(f"第 {indices[0] + 1} 个值：", f"Value {indices[0] + 1}:")
    row, column = indices
    return text(f"第 {row + 1} 行第 {column + 1} 列：", f"Row {row + 1}, column {column + 1}:")
