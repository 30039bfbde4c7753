"""Images, and how a window slides over them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided
from pydantic import AfterValidator, Discriminator, Field, Tag

from app.operations.arrays import Array, Number, array, rectangular
from app.operations.operation import Mistake, Step, matrix, number, refuse
from app.text import Text, text

SHOWN = 16  # windows worked one by one; rows and columns of a matrix shown in a step
Both = tuple[int, int]  # rows, columns

RELU_APPLIED = Mistake(
    "relu_applied",
    text("把负的结果改成了 0", "negative results set to 0"),
    text("题目要求再经过激活函数吗？", "Is an activation asked for?"),
)
CEIL_FOR_FLOOR = Mistake(
    "ceil_for_floor",
    text("除不尽时向上取整了", "rounded up"),
    text("放不下一个完整窗口的边角怎么处理？", "What becomes of the edge where no whole window fits?"),
)
FLOOR_FOR_CEIL = Mistake(
    "floor_for_ceil",
    text("除不尽时向下取整了", "rounded down"),
    text("题目约定边上不完整的窗口也算。", "Incomplete windows at the edge are declared to count."),
)
OFF_BY_ONE = Mistake(
    "off_by_one",
    text("少了最后一行和最后一列", "last row and last column missing"),
    text("数窗口时，起点的那一个算了吗？", "Was the window at the very start counted?"),
)
DISJOINT_WINDOWS = Mistake(
    "disjoint_windows",
    text("步幅按窗口大小算了", "stride taken as the window's size"),
    text(
        "这里的步幅小于窗口：相邻两个窗口会共用一部分元素。",
        "The stride is smaller than the window here, so neighbouring windows share entries.",
    ),
)
STRIDE_TWICE = Mistake(
    "stride_twice",
    text("步幅用了两次", "stride applied twice"),
    text("窗口每次移动几格？", "How far does the window move each time?"),
)


def one_or_both(value: Any) -> str:
    return "both" if isinstance(value, (list, tuple)) else "one"


Side = Annotated[int, Field(ge=1, le=64)]
Rim = Annotated[int, Field(ge=0, le=16)]
Pair = Annotated[
    Annotated[Side, Tag("one")]
    | Annotated[Annotated[list[Side], Field(min_length=2, max_length=2)], Tag("both")],
    Discriminator(one_or_both),
]
RimPair = Annotated[
    Annotated[Rim, Tag("one")]
    | Annotated[Annotated[list[Rim], Field(min_length=2, max_length=2)], Tag("both")],
    Discriminator(one_or_both),
]


def both(value: int | list[int]) -> Both:
    """One number stands for both directions."""
    return (value, value) if isinstance(value, int) else (value[0], value[1])


def plane_or_channels(values: Any) -> str:
    try:
        return "channels" if isinstance(values[0][0], list) else "plane"
    except (IndexError, KeyError, TypeError):
        return "plane"


def equal_channels(planes: list[list[list[int | float]]]) -> list[list[list[int | float]]]:
    if len({(len(plane), len(plane[0])) for plane in planes}) > 1:
        raise refuse("各通道的大小要相同。", "All channels must have the same size.")
    return planes


Row = Annotated[list[Number], Field(min_length=1, max_length=64)]
Plane = Annotated[list[Row], Field(min_length=1, max_length=64), AfterValidator(rectangular)]
Channels = Annotated[list[Plane], Field(min_length=1, max_length=4), AfterValidator(equal_channels)]
Image = Annotated[
    Annotated[Plane, Tag("plane")] | Annotated[Channels, Tag("channels")], Discriminator(plane_or_channels)
]


def volume(image: Any) -> Array:
    """C×H×W; an H×W image is one channel."""
    values = array(image)
    return values if values.ndim == 3 else values[None]


def plain(values: Array) -> Any:
    """Nested lists; whole numbers without a point when all of them are whole."""
    whole = np.rint(values)
    return whole.astype(np.int64).tolist() if np.array_equal(values, whole) else (values + 0.0).tolist()


def places(
    size: int, window: int, stride: int = 1, padding: int = 0, dilation: int = 1, ceil: bool = False
) -> int:
    r"""In how many places a window fits along a side: $\lfloor (n + 2p - d(k - 1) - 1) / s \rfloor + 1$.

    0 where it does not fit. Rounded up with `ceil`, but no incomplete window begins beyond the image.
    """
    room = size + 2 * padding - reach(window, dilation)
    if room < 0:
        return 0
    count = (-(-room // stride) if ceil else room // stride) + 1
    return count - 1 if ceil and room % stride and (count - 1) * stride >= size + padding else count


def reach(window: int, dilation: int = 1) -> int:
    """Length of a window whose entries lie `dilation` apart."""
    return dilation * (window - 1) + 1


class Slide(NamedTuple):
    """Which windows there are, in rows and columns."""

    size: Both
    stride: Both
    padding: Both
    dilation: Both = (1, 1)
    ceil: bool = False
    short: int = 0  # so many windows are missing at the end of each side

    def sides(self, image: Array) -> Both:
        """Rows and columns of the output; below 1 where no window fits."""
        rows, columns = (
            places(n, k, s, p, d, self.ceil) - self.short
            for n, k, s, p, d in zip(image.shape[1:], *self[:4], strict=True)
        )
        return rows, columns

    def moves(self, image: Array) -> tuple[Both, ...]:
        """Along each side: how many windows, and how far apart where that matters."""
        return tuple((n, s if n > 1 else 0) for n, s in zip(self.sides(image), self.stride, strict=True))


def surrounded(image: Array, slide: Slide, edge: bool = False) -> Array:
    """The image (C×H×W) with its padding (zeros, or its edge again), as far as the last windows reach."""
    (c, *sides), (p, q) = image.shape, slide.padding
    high, wide = (
        max(n + 2 * p, (count - 1) * s + reach(k, d))
        for n, count, k, s, p, d in zip(sides, slide.sides(image), *slide[:4], strict=True)
    )
    if edge:
        return np.pad(image, ((0, 0), (p, high - sides[0] - p), (q, wide - sides[1] - q)), mode="edge")
    canvas = np.zeros((c, high, wide))
    canvas[:, p : p + sides[0], q : q + sides[1]] = image
    return canvas


def windows(image: Array, slide: Slide, edge: bool = False) -> Array:
    """What every window holds: H'×W'×C×kh×kw, a view of the surrounded image (C×H×W)."""
    canvas = surrounded(image, slide, edge)
    channel, down, right = canvas.strides
    (s, t), (d, e) = slide.stride, slide.dilation
    return as_strided(
        canvas,
        (*slide.sides(image), len(image), *slide.size),
        (s * down, t * right, channel, d * down, e * right),
        writeable=False,
    )


def moving_otherwise(ways: Iterable[tuple[Mistake, Slide]], right: Slide, image: Array) -> Iterator[Mistake]:
    """The mistakes that lead to other windows here; of those that lead to the same ones the first."""
    seen = {right.moves(image)}
    for mistake, slide in ways:
        moves = slide.moves(image)
        if moves not in seen and min(slide.sides(image)) > 0:
            seen.add(moves)
            yield mistake


def places_formula(
    sides: Sequence[int],
    window: Both,
    stride: Both,
    padding: Both = (0, 0),
    dilation: Both = (1, 1),
    ceil: bool = False,
) -> str:
    """LaTeX of `places` along each side, once where both sides are alike."""
    low, high = (r"\lceil", r"\rceil") if ceil else (r"\lfloor", r"\rfloor")
    formulas = []
    for n, k, s, p, d in zip(sides, window, stride, padding, dilation, strict=True):
        count, room = places(n, k, s, p, d, ceil), n + 2 * p - reach(k, d)
        top = f"{n} + 2 \\times {p} - {reach(k, d)}" if p else f"{n} - {reach(k, d)}"
        formula = top if s == 1 else rf"\left{low} \frac{{{top}}}{{{s}}} \right{high}"
        formula += rf" + 1 = \left{low} {number(room / s)} \right{high}" if room % s else ""
        rounded = (-(-room // s) if ceil else room // s) + 1
        formulas.append(f"{formula} + 1 = {rounded}" + (rf" \to {count}" if count < rounded else ""))
    return r",\quad ".join(dict.fromkeys(formulas))


def whole_output(output: Array) -> Iterable[Step]:
    """The output (C×H×W), one step a channel; the top left part of a large one."""
    cut = max(output.shape[1:]) > SHOWN
    zh, en = ("输出的左上角部分", "Top left part of the output") if cut else ("全部输出", "The whole output")
    for c, plane in enumerate(output, start=1):
        several = len(output) > 1
        yield Step(
            matrix(plain(plane[:SHOWN, :SHOWN])),
            text(f"{zh}（第 {c} 通道）。", f"{en} (channel {c}).") if several else text(f"{zh}。", f"{en}."),
        )


def grids(image: Any, name: Text, **role: str) -> list[dict[str, Any]]:
    """What a picture of kind "grids" shows of an image or kernel: one grid a channel."""
    if not isinstance(image[0][0], list):
        return [{"label": name, "rows": image, **role}]
    return [
        {"label": name + text(f"第 {c} 通道", f"channel {c}"), "rows": plane, **role}
        for c, plane in enumerate(image, start=1)
    ]
