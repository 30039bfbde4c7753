"""Inverted dropout with a given mask."""

from collections.abc import Iterable
from typing import Annotated

import numpy as np
from numpy.random import Generator
from pydantic import Field, model_validator

from app.operations.arrays import (
    Array,
    Number,
    VectorOrMatrix,
    array,
    numbers_like,
    require_same_shape,
    rows_of,
)
from app.operations.operation import (
    Inputs,
    Mistake,
    Operation,
    Picture,
    Solution,
    Step,
    matrix,
    number,
    redraw,
    refuse,
    signed,
)
from app.text import text

SHOWN = 16  # entries worked one by one


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

    def solve(self, given: DropoutInputs) -> Solution:
        output = dropped(given, array(given.mask))
        return Solution({"output": output.tolist()}, tuple(working(given, output)))

    def draw(self, like: DropoutInputs, rng: Generator) -> DropoutInputs:
        values = redraw(lambda: numbers_like(like.values, -6, 9, rng), lambda drawn: bool(np.all(drawn)))
        mask = np.array(like.mask, dtype=int)
        rate = rng.choice([0.2, 0.5, 0.6, 0.75, 0.8]).item() if like.rate else 0
        return DropoutInputs(
            values=values, mask=rng.permutation(mask.ravel()).reshape(mask.shape).tolist(), rate=rate
        )

    def mistakes(self, given: DropoutInputs) -> Iterable[Mistake]:
        mask = array(given.mask)
        if given.rate and np.any(mask):
            truth = dropped(given, mask)
            yield UNSCALED.leads_to(output=(truth * (1 - given.rate)).tolist())
            yield SCALED_DOWN.leads_to(output=(truth * (1 - given.rate) ** 2).tolist())
            if given.rate != 0.5:
                yield DIVIDED_BY_RATE.leads_to(output=(truth * (1 - given.rate) / given.rate).tolist())
        yield MASK_INVERTED.leads_to(output=dropped(given, 1 - mask).tolist())
        if np.any(mask) and not np.all(mask):  # with nothing kept, ignored and inverted are one
            yield MASK_IGNORED.leads_to(output=dropped(given, np.ones_like(mask)).tolist())

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


def dropped(given: DropoutInputs, mask: Array) -> Array:
    return np.where(mask == 1, array(given.values) / (1 - given.rate), 0.0)


def working(given: DropoutInputs, output: Array) -> Iterable[Step]:
    keep = 1 - given.rate
    yield Step(
        rf"\frac{{1}}{{1 - p}} = \frac{{1}}{{1 - {number(given.rate)}}} = {number(1 / keep)}",
        text("保留下来的值放大这么多倍。", "Kept values are multiplied by this."),
    )
    entries = zip(array(given.values).flat, array(given.mask).flat, output.flat, strict=True)
    for i, (x, m, y) in enumerate(list(entries)[:SHOWN], start=1):
        yield Step(
            rf"y_{{{i}}} = \frac{{{number(m)} \times {signed(x)}}}{{{number(keep)}}} = {number(y)}",
            text(f"第 {i} 个值保留，并放大。", f"Value {i} is kept and scaled up.")
            if m
            else text(f"第 {i} 个值被丢弃，置 0。", f"Value {i} is dropped: zero."),
        )
    yield Step(matrix(output.tolist()), text("全部输出。", "The whole output."))
