"""Images, and how a window slides over them."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import numpy as np
from pydantic import AfterValidator, Discriminator, Field, Tag

from app.operations.arrays import Array, Number, array, rectangular
from app.operations.operation import Mistake, Step, matrix, number, refuse
from app.text import Text, text

SHOWN = 16  # windows worked one by one; rows and columns of a matrix shown in a step
Both = tuple[int, int]  # rows, columns

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

    0 where it does not fit. Rounded up with `ceil`, but no window begins beyond the image.
    """
    room = size + 2 * padding - reach(window, dilation)
    if room < 0:
        return 0
    count = (-(-room // stride) if ceil else room // stride) + 1
    return count - 1 if ceil and (count - 1) * stride >= size + padding else count


def reach(window: int, dilation: int = 1) -> int:
    """Length of a window whose entries lie `dilation` apart."""
    return dilation * (window - 1) + 1


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
