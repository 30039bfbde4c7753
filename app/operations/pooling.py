"""Max and average pooling."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

import numpy as np
from numpy.random import Generator
from pydantic import model_validator

from app.operations.arrays import Array, numbers_like
from app.operations.operation import (
    Inputs,
    Mistake,
    Operation,
    Picture,
    Solution,
    Step,
    Value,
    number,
    refuse,
    signed,
)
from app.operations.windows import (
    CEIL_FOR_FLOOR,
    FLOOR_FOR_CEIL,
    SHOWN,
    Both,
    Image,
    Pair,
    RimPair,
    both,
    grids,
    places,
    places_formula,
    plain,
    volume,
    whole_output,
)
from app.text import text

Kind = Literal["max", "average"]
LARGEST = 15  # siblings draw entries up to this


class PoolingInputs(Inputs):
    image: Image
    size: Pair
    stride: Pair | None = None
    padding: RimPair = 0
    kind: Kind = "max"
    ceil: bool = False

    @model_validator(mode="after")
    def the_window_fits(self) -> "PoolingInputs":
        slide = slide_of(self)
        if any(p >= k for p, k in zip(slide.padding, slide.size, strict=True)):
            raise refuse(
                "填充要小于窗口的边长，否则有的窗口里全是填充。",
                "Padding must be smaller than the window, or some window holds nothing but padding.",
            )
        if min(sides(volume(self.image), slide)) < 1:
            raise refuse(
                "池化窗口比填充后的图像还大，放不下。", "The pooling window is larger than the padded image."
            )
        return self


class Slide(NamedTuple):
    """Which windows there are, in rows and columns."""

    size: Both
    stride: Both
    padding: Both
    ceil: bool


AVERAGE_FOR_MAX = Mistake(
    "average_for_max",
    text("按平均池化算了", "average in place of maximum"),
    text("题目约定的是哪一种池化？", "Which kind of pooling is declared?"),
)
MAX_FOR_AVERAGE = Mistake(
    "max_for_average",
    text("按最大池化算了", "maximum in place of average"),
    text("题目约定的是哪一种池化？", "Which kind of pooling is declared?"),
)
NOT_DIVIDED = Mistake(
    "not_divided",
    text("求和之后没有除", "summed but not divided"),
    text("平均数不会超过窗口里最大的数。", "A mean never exceeds the largest number in its window."),
)
OVERLAPPING_WINDOWS = Mistake(
    "overlapping_windows",
    text("步幅按 1 算了", "stride taken as 1"),
    text("窗口每次移动几格？", "How far does the window move each time?"),
)
DISJOINT_WINDOWS = Mistake(
    "disjoint_windows",
    text("步幅按窗口大小算了", "stride taken as the window's size"),
    text(
        "这里的步幅小于窗口：相邻两个窗口会共用一部分元素。",
        "The stride is smaller than the window here, so neighbouring windows share entries.",
    ),
)
PADDING_IGNORED = Mistake(
    "padding_ignored",
    text("没有填充", "padding ignored"),
    text("第一个窗口从哪里开始？", "Where does the first window begin?"),
)
PADDING_COUNTED = Mistake(
    "padding_counted",
    text("把填充的 0 也算进了平均", "padded zeros counted in the mean"),
    text(
        "按约定，平均只对图像中的元素取：边上的窗口里有几个？",
        "By convention only entries of the image are averaged: how many are in a window at the edge?",
    ),
)


class Pooling(Operation[PoolingInputs]):
    r"""Max or average pooling, channel by channel.

    $O_{c,i,j} = \max_{u,v} I_{c,\, i s + u - p,\, j s + v - p}$ with $0 \le u, v < k$, or the mean of those;
    $H' = \lfloor \frac{H + 2p - k}{s} \rfloor + 1$, likewise $W'$. Padding takes no part: it is never the
    maximum, and padded zeros are not counted in a mean. With `ceil` sizes are rounded up and the
    incomplete windows at the edge count too, unless they would begin beyond the image.
    `image`: H×W or C×H×W; `size`: $k$; `stride`: $s$, the size where none is given; `padding`: $p < k$;
    each one number or [rows, columns]; `kind`: max or average.
    Results: `output` (H'×W' or C×H'×W').
    """

    name = "pooling"
    title = text("池化", "Pooling")
    Inputs = PoolingInputs
    example = {
        "image": [[-12, 4, 8, 9], [-14, 5, -3, 6], [-2, -14, -8, -5], [24, -9, -1, 4]],
        "size": 2,
        "stride": 2,
        "kind": "max",
    }

    def solve(self, given: PoolingInputs) -> Solution:
        output = pool(volume(given.image), slide_of(given), given.kind)
        return Solution({"output": shaped(given, output)}, tuple(working(given, output)))

    def draw(self, like: PoolingInputs, rng: Generator) -> PoolingInputs:
        low = -LARGEST if np.min(like.image) < 0 else 0
        return like.model_copy(update={"image": numbers_like(like.image, low, LARGEST, rng)}, deep=True)

    def mistakes(self, given: PoolingInputs) -> Iterable[Mistake]:
        image, slide = volume(given.image), slide_of(given)
        if slide.size != (1, 1):
            if given.kind == "max":
                yield led(AVERAGE_FOR_MAX, given, pool(image, slide, "average"))
            else:
                yield led(MAX_FOR_AVERAGE, given, pool(image, slide, "max"))
                yield led(NOT_DIVIDED, given, sums(image, slide))
        for mistake, wrong in other_slides(image, slide):
            yield led(mistake, given, pool(image, wrong, given.kind))
        if given.kind == "average" and any(slide.padding):
            yield led(PADDING_COUNTED, given, sums(image, slide) / np.prod(slide.size))

    def picture(self, given: PoolingInputs) -> Picture:
        shown = grids(given.image, text("输入", "input"))
        window = slide_of(given)._asdict()
        return Picture("grids", text("待池化的输入", "The input to pool"), {"grids": shown, "window": window})


def led(mistake: Mistake, given: PoolingInputs, output: Array) -> Mistake:
    return mistake.leads_to(output=shaped(given, output))


def shaped(given: PoolingInputs, output: Array) -> Value:
    """The output with a channel axis only where the image has one."""
    values: Value = plain(output if np.ndim(given.image) == 3 else output[0])
    return values


def slide_of(given: PoolingInputs) -> Slide:
    size = both(given.size)
    return Slide(size, both(given.stride) if given.stride else size, both(given.padding), given.ceil)


def sides(image: Array, slide: Slide) -> Both:
    """Rows and columns of the output."""
    rows, columns = (
        places(n, k, s, p, ceil=slide.ceil) for n, k, s, p in zip(image.shape[1:], *slide[:3], strict=True)
    )
    return rows, columns


def windows(image: Array, slide: Slide) -> tuple[list[slice], list[slice]]:
    """The rows and the columns that the windows cover, cut at the image's edge."""
    rows, columns = (
        [slice(max(0, i * s - p), min(n, i * s - p + k)) for i in range(count)]
        for n, count, k, s, p in zip(image.shape[1:], sides(image, slide), *slide[:3], strict=True)
    )
    return rows, columns


def pool(image: Array, slide: Slide, kind: Kind) -> Array:
    """C×H'×W' from an image C×H×W."""
    if kind == "average":
        return sums(image, slide) / sums(np.ones_like(image), slide)
    rows, columns = windows(image, slide)
    bands = np.stack([image[:, band].max(axis=1) for band in rows], axis=1)
    return np.stack([bands[:, :, band].max(axis=2) for band in columns], axis=2)


def sums(image: Array, slide: Slide) -> Array:
    rows, columns = windows(image, slide)
    bands = np.stack([image[:, band].sum(axis=1) for band in rows], axis=1)
    return np.stack([bands[:, :, band].sum(axis=2) for band in columns], axis=2)


def other_slides(image: Array, slide: Slide) -> Iterable[tuple[Mistake, Slide]]:
    """The wrong windows that lead to an output of another shape, or shifted, here."""
    rounding = FLOOR_FOR_CEIL if slide.ceil else CEIL_FOR_FLOOR
    possible = [(OVERLAPPING_WINDOWS, slide._replace(stride=(1, 1)))]
    if any(s < k for s, k in zip(slide.stride, slide.size, strict=True)):
        possible.append((DISJOINT_WINDOWS, slide._replace(stride=slide.size)))
    possible.append((rounding, slide._replace(ceil=not slide.ceil)))
    for mistake, wrong in possible:
        if sides(image, wrong) != sides(image, slide):
            yield mistake, wrong
    unpadded = slide._replace(padding=(0, 0))
    if slide != unpadded and min(sides(image, unpadded)) > 0:
        yield PADDING_IGNORED, unpadded


def working(given: PoolingInputs, output: Array) -> Iterable[Step]:
    image, slide = volume(given.image), slide_of(given)
    rule = (
        text("向上取整，但窗口不能从图像之外开始。", "Rounded up, but no window begins beyond the image.")
        if given.ceil
        else text("不足一个窗口的边角舍去。", "An edge too narrow for a window is dropped.")
    )
    size = text(
        f"输出的大小：{output.shape[1]}×{output.shape[2]}。",
        f"Size of the output: {output.shape[1]}×{output.shape[2]}.",
    )
    yield Step(places_formula(image.shape[1:], *slide[:3], ceil=given.ceil), size + rule)
    rows, columns = windows(image, slide)
    for c, i, j in list(np.ndindex(output.shape))[:SHOWN]:
        window = image[c, rows[i], columns[j]].ravel().tolist()
        zh, en = (f"第 {c + 1} 通道", f"Channel {c + 1}, window") if len(output) > 1 else ("", "Window")
        yield Step(
            f"{summary(window, given.kind)} = {number(output[c, i, j].item())}",
            text(
                f"{zh}第 {i + 1} 行第 {j + 1} 个窗口，含 {len(window)} 个数。",
                f"{en} {j + 1} of row {i + 1}, with {len(window)} numbers.",
            ),
        )
    yield from whole_output(output)


def summary(window: list[float], kind: Kind) -> str:
    """The maximum or the mean of a window, before it is worked out."""
    shown, more = window[:SHOWN], len(window) > SHOWN
    if kind == "max":
        entries = [*map(number, shown), *([r"\ldots"] if more else [])]
        return rf"\max({', '.join(entries)})"
    terms = [number(shown[0]), *map(signed, shown[1:]), *([r"\cdots"] if more else [])]
    return rf"\frac{{{' + '.join(terms)}}}{{{len(window)}}}"
