"""Max and average pooling."""

from collections.abc import Iterable
from typing import Literal

import numpy as np
from numpy.random import Generator
from pydantic import model_validator

from app.operations.arrays import Array, numbers_like
from app.operations.operation import (
    RIGHT,
    Inputs,
    LeadsNowhere,
    Mistake,
    Operation,
    Picture,
    Results,
    Step,
    Value,
    Way,
    number,
    refuse,
    signed,
)
from app.operations.pooling_mistakes import (
    MAGNITUDE_FOR_MAX,
    ONE_DIRECTION,
    OVERLAPPING_WINDOWS,
    PADDING_COUNTED,
    PADDING_IGNORED,
    STRIDE_FOR_SIZE,
    wrong_summaries,
)
from app.operations.windows import (
    CEIL_FOR_FLOOR,
    DISJOINT_WINDOWS,
    FLOOR_FOR_CEIL,
    OFF_BY_ONE,
    RELU_APPLIED,
    SHOWN,
    STRIDE_TWICE,
    Image,
    Pair,
    RimPair,
    Slide,
    both,
    grids,
    moving_otherwise,
    places_formula,
    plain,
    surrounded,
    volume,
    whole_output,
)
from app.text import text

Kind = Literal["max", "average"]
AnyKind = Kind | Literal["min", "sum", "side", "magnitude"]
ENTRIES = 5, 15  # siblings draw entries up to the largest given one, but within these


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
        if min(slide.sides(volume(self.image))) < 1:
            raise refuse(
                "池化窗口比填充后的图像还大，放不下。", "The pooling window is larger than the padded image."
            )
        return self


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

    def compute(self, given: PoolingInputs, way: Way = RIGHT) -> Results:
        given = way.read(given)
        image, slide = volume(given.image), slide_of(given, way)
        if min(slide.sides(image)) < 1 or any(p >= k for p, k in zip(slide.padding, slide.size, strict=True)):
            raise LeadsNowhere
        if way("zeros", False):
            image, slide = surrounded(image, slide), slide._replace(padding=(0, 0), ceil=False)
        output = pool(image, slide, given.kind)
        return {"output": shaped(given, np.maximum(output, 0) if way("relu", False) else output)}

    def steps(self, given: PoolingInputs, results: Results) -> Iterable[Step]:
        image, slide = volume(given.image), slide_of(given)
        rows, columns = slide.sides(image)
        size = text(f"输出的大小：{rows}×{columns}。", f"Size of the output: {rows}×{columns}.")
        rule = (
            text("向上取整，但窗口不能从图像之外开始。", "Rounded up, but no window begins beyond the image.")
            if given.ceil
            else text("不足一个窗口的边角舍去。", "An edge too narrow for a window is dropped.")
        )
        yield Step(places_formula(image.shape[1:], *slide[:5]), size + rule)
        output = volume(results["output"])
        for c, i, j in list(np.ndindex(output.shape))[:SHOWN]:
            yield one_output(given, c, i, j, output[c, i, j].item())
        yield from whole_output(output)

    def cell(
        self, given: PoolingInputs, result: str, place: tuple[int, int], way: Way = RIGHT
    ) -> Step | None:
        if np.ndim(given.image) == 3:
            return None
        i, j = place
        return one_output(given, 0, i, j, self.compute(given, way)["output"][i][j])

    def draw(self, like: PoolingInputs, rng: Generator) -> PoolingInputs:
        high = int(np.clip(np.max(np.abs(like.image)), *ENTRIES))
        low = -high if np.min(like.image) < 0 else 0
        return like.model_copy(update={"image": numbers_like(like.image, low, high, rng)}, deep=True)

    def mistakes(self, given: PoolingInputs) -> Iterable[Mistake]:
        slide, truth = slide_of(given), self.compute(given)
        yield from wrong_summaries(given.kind, slide.size)
        yield from wrong_slides(given)
        depends = [MAGNITUDE_FOR_MAX.by(kind="magnitude")] if given.kind == "max" else []
        depends += [PADDING_COUNTED.by(zeros=True)] if any(slide.padding) else []
        depends += [RELU_APPLIED.by(relu=True)]
        yield from (each for each in depends if self.compute(given, Way(each.otherwise)) != truth)

    def picture(self, given: PoolingInputs) -> Picture:
        shown = grids(given.image, text("输入", "input"))
        window = slide_of(given)._asdict()
        return Picture("grids", text("待池化的输入", "The input to pool"), {"grids": shown, "window": window})


def shaped(given: PoolingInputs, output: Array) -> Value:
    """The output with a channel axis only where the image has one."""
    values: Value = plain(output if np.ndim(given.image) == 3 else output[0])
    return values


def slide_of(given: PoolingInputs, way: Way = RIGHT) -> Slide:
    size = both(given.size)
    stride = both(given.stride) if given.stride else size
    slide = Slide(size, stride, both(given.padding), ceil=given.ceil, short=way("short", 0))
    if way("rows_only", False):
        slide = slide._replace(size=(1, size[1]), stride=(1, stride[1]), padding=(0, slide.padding[1]))
    return slide._replace(size=way("window", slide.size))


def parts(image: Array, slide: Slide) -> tuple[list[slice], list[slice]]:
    """The rows and the columns that the windows cover, cut at the image's edge."""
    rows, columns = (
        [slice(max(0, i * s - p), min(n, i * s - p + k)) for i in range(count)]
        for n, count, k, s, p in zip(image.shape[1:], slide.sides(image), *slide[:3], strict=True)
    )
    return rows, columns


def pool(image: Array, slide: Slide, kind: AnyKind) -> Array:
    """C×H'×W' from an image C×H×W."""
    if kind == "average":
        return pool(image, slide, "sum") / pool(np.ones_like(image), slide, "sum")
    if kind == "side":
        return pool(image, slide, "sum") / slide.size[0]
    if kind == "magnitude":
        high, low = pool(image, slide, "max"), pool(image, slide, "min")
        return np.where(-low > high, low, high)
    reduce = {"max": np.maximum, "min": np.minimum, "sum": np.add}[kind].reduce
    rows, columns = parts(image, slide)
    bands = np.stack([reduce(image[:, band], axis=1) for band in rows], axis=1)
    return np.stack([reduce(bands[:, :, band], axis=2) for band in columns], axis=2)


def wrong_slides(given: PoolingInputs) -> Iterable[Mistake]:
    """Other windows that lead to an output here."""
    image, right = volume(given.image), slide_of(given)
    (k, m), (s, t), (p, q) = right[:3]
    moving = [OVERLAPPING_WINDOWS.by(stride=1)]
    moving += [DISJOINT_WINDOWS.by(stride=[k, m])] if s < k or t < m else []
    moving += [(FLOOR_FOR_CEIL if given.ceil else CEIL_FOR_FLOOR).by(ceil=not given.ceil)]
    moving += [OFF_BY_ONE.by(short=1), STRIDE_TWICE.by(stride=[s * s, t * t])]
    ways = ((each, Way(each.otherwise)) for each in moving)
    yield from moving_otherwise(((m, slide_of(way.read(given), way)) for m, way in ways), right, image)
    if (p or q) and min(right._replace(padding=(0, 0)).sides(image)) > 0:
        yield PADDING_IGNORED.by(padding=0)
    if k > 1 and image.shape[1] > 1:
        yield ONE_DIRECTION.by(rows_only=True)
    if (s, t) != (k, m) and p < s and q < t:
        yield STRIDE_FOR_SIZE.by(window=(s, t))


def one_output(given: PoolingInputs, c: int, i: int, j: int, value: float) -> Step:
    """How the output in channel c, row i, column j comes about, counted from 0."""
    image = volume(given.image)
    rows, columns = parts(image, slide_of(given))
    window = image[c, rows[i], columns[j]].ravel().tolist()
    zh, en = (f"第 {c + 1} 通道", f"Channel {c + 1}, window") if len(image) > 1 else ("", "Window")
    return Step(
        f"{summary(window, given.kind)} = {number(value)}",
        text(
            f"{zh}第 {i + 1} 行第 {j + 1} 个窗口，含 {len(window)} 个数。",
            f"{en} {j + 1} of row {i + 1}, with {len(window)} numbers.",
        ),
    )


def summary(window: list[float], kind: Kind) -> str:
    """The maximum or the mean of a window, before it is worked out."""
    shown, more = window[:SHOWN], len(window) > SHOWN
    if kind == "max":
        entries = [*map(number, shown), *([r"\ldots"] if more else [])]
        return rf"\max({', '.join(entries)})"
    terms = [number(shown[0]), *map(signed, shown[1:]), *([r"\cdots"] if more else [])]
    return rf"\frac{{{' + '.join(terms)}}}{{{len(window)}}}"
