"""Convolution of an image with a kernel, as deep learning means it."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.random import Generator
from pydantic import model_validator

from app.operations.arrays import Array, Number
from app.operations.convolution_mistakes import (
    AVERAGED,
    CHANNEL_LEFT_OUT,
    DILATION_AS_GAP,
    DILATION_IGNORED,
    PADDED_WITH_EDGE,
    PADDING_IGNORED,
    SAME_FOR_VALID,
    STRIDE_IGNORED,
    wrong_biases,
    wrong_channels,
    wrong_kernels,
)
from app.operations.operation import (
    RIGHT,
    Inputs,
    LeadsNowhere,
    Mistake,
    Operation,
    Picture,
    Results,
    Step,
    Way,
    matrix,
    number,
    refuse,
    signed,
)
from app.operations.windows import (
    CEIL_FOR_FLOOR,
    DISJOINT_WINDOWS,
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
    reach,
    surrounded,
    volume,
    whole_output,
    windows,
)
from app.text import text

LARGEST_KERNEL = 11
TERMS = 32  # products shown of one window
PIXELS = 5, 15  # siblings draw pixels up to the largest given one, but within these
WEIGHTS = (-1, -1, -1, 1, 1, 2, 3, 4)  # siblings draw the kernel's other entries from these


class ConvolutionInputs(Inputs):
    image: Image
    kernel: Image
    stride: Pair = 1
    padding: RimPair = 0
    dilation: Pair = 1
    bias: Number = 0
    flip: bool = False

    @model_validator(mode="after")
    def the_kernel_fits(self) -> "ConvolutionInputs":
        image, kernel = np.shape(self.image), np.shape(self.kernel)
        if image[:-2] != kernel[:-2]:
            raise refuse(
                "卷积核的通道数要与图像相同。", "The kernel must have as many channels as the image."
            )
        if max(kernel[-2:]) > LARGEST_KERNEL:
            raise refuse(
                f"卷积核的边长最多为 {LARGEST_KERNEL}。", f"A kernel's side is at most {LARGEST_KERNEL}."
            )
        if min(slide_of(self).sides(volume(self.image))) < 1:
            raise refuse(
                "卷积核（连同空洞）比填充后的图像还大，放不下。",
                "The kernel, with its dilation, is larger than the padded image.",
            )
        return self


class Convolution(Operation[ConvolutionInputs]):
    r"""Convolution as taught in deep learning: cross-correlation, the kernel is not flipped.

    $O_{i,j} = b + \sum_c \sum_u \sum_v K_{c,u,v} \, I_{c,\, i s + u d - p,\, j s + v d - p}$,
    zero outside the image; $H' = \lfloor \frac{H + 2p - d(k - 1) - 1}{s} \rfloor + 1$, likewise $W'$.
    `image`: H×W or C×H×W; `kernel`: kh×kw or C×kh×kw, at most 11×11; `stride`: $s$, `padding`: $p$ and
    `dilation`: $d$, one number or [rows, columns]; `bias`: $b$, added to every output;
    `flip`: rotate the kernel by 180° first, as signal processing does.
    Results: `output` (H'×W', summed over the channels; whole numbers from whole numbers).
    """

    name = "convolution"
    title = text("卷积", "Convolution")
    Inputs = ConvolutionInputs
    example = {
        "image": [
            [1, 3, 6, 8, 6, 3],
            [15, 4, 7, 9, 8, 1],
            [13, 3, 5, 5, 7, 4],
            [3, 4, 0, 2, 5, 7],
            [6, 12, 3, 6, 9, 7],
            [9, 11, 3, 11, 14, 13],
        ],
        "kernel": [[0, -1, 0], [-1, 4, -1], [0, -1, 0]],
    }

    def compute(self, given: ConvolutionInputs, way: Way = RIGHT) -> Results:
        given = way.read(given)
        image, kernel, slide = volume(given.image), laid(given, way), slide_of(given, way)
        if min(slide.sides(image)) < 1:
            raise LeadsNowhere
        seen = windows(image[: len(kernel)], slide, way("edge", False))
        output = np.einsum("ijcuv,cuv->ij", seen, kernel) / way("divisor", 1) + given.bias
        return {"output": plain(np.maximum(output, 0) if way("relu", False) else output)}

    def steps(self, given: ConvolutionInputs, results: Results) -> Iterable[Step]:
        image, kernel, slide = volume(given.image), laid(given), slide_of(given)
        rows, columns = slide.sides(image)
        yield Step(
            places_formula(image.shape[1:], *slide[:4]),
            text(f"输出的大小：{rows}×{columns}。", f"Size of the output: {rows}×{columns}."),
        )
        if given.flip:
            for plane in kernel:
                yield Step(
                    matrix(plain(plane)), text("旋转 180° 后的卷积核。", "The kernel rotated by 180°.")
                )
        padded = surrounded(image, slide)
        if any(slide.padding) and max(padded.shape[1:]) <= SHOWN:
            for plane in padded:
                yield Step(
                    matrix(plain(plane)), text("四周补 0 之后的图像。", "The image surrounded by zeros.")
                )
        for i, j in list(np.ndindex(rows, columns))[:SHOWN]:
            yield one_output(given, i, j, results["output"][i][j])
        yield from whole_output(np.array([results["output"]]))

    def cell(
        self, given: ConvolutionInputs, result: str, place: tuple[int, int], way: Way = RIGHT
    ) -> Step | None:
        i, j = place
        return one_output(given, i, j, self.compute(given, way)["output"][i][j])

    def draw(self, like: ConvolutionInputs, rng: Generator) -> ConvolutionInputs:
        used = np.array(like.kernel) != 0
        places_used = rng.permutation(used.ravel()).reshape(used.shape)
        kernel = np.where(places_used, rng.choice(WEIGHTS, size=used.shape), 0)
        image = rng.integers(
            0, np.clip(np.max(like.image), *PIXELS), size=np.shape(like.image), endpoint=True
        )
        bias = rng.choice([-3, -2, -1, 1, 2, 3]).item() if like.bias else 0
        return like.model_copy(
            update={"image": image.tolist(), "kernel": kernel.tolist(), "bias": bias}, deep=True
        )

    def mistakes(self, given: ConvolutionInputs) -> Iterable[Mistake]:
        kernel = volume(given.kernel)
        yield from wrong_kernels(kernel, given.flip)
        yield from wrong_slides(given)
        yield from wrong_channels(kernel)
        yield from wrong_biases(given.bias, len(kernel))
        if kernel[0].size > 1 and np.any(kernel):
            yield AVERAGED.by(divisor=kernel.size)
        if np.min(self.compute(given)["output"]) < 0:
            yield RELU_APPLIED.by(relu=True)

    def local_mistakes(self, given: ConvolutionInputs) -> Iterable[Mistake]:
        kernel = volume(given.kernel)
        for c, plane in enumerate(kernel if len(kernel) > 1 else ()):
            alone = [*wrong_kernels(plane[None], given.flip)]
            if (c, len(kernel)) != (1, 2) and np.any(plane):  # there only the first channel is left
                alone.append(CHANNEL_LEFT_OUT.by(weights="none"))
            yield from (mistake.at(c, text(f"第 {c + 1} 通道：", f"Channel {c + 1}:")) for mistake in alone)

    def picture(self, given: ConvolutionInputs) -> Picture:
        image = grids(given.image, text("图像", "image"))
        image[-1]["operator"] = "∗"
        kernel = grids(given.kernel, text("卷积核", "kernel"), role="kernel")
        window = slide_of(given)._asdict()
        return Picture(
            "grids", text("图像与卷积核", "Image and kernel"), {"grids": image + kernel, "window": window}
        )


def laid(given: ConvolutionInputs, way: Way = RIGHT) -> Array:
    """The kernel (C×kh×kw) as it is laid on the window: flipped where that is asked for."""
    kernel, planes = volume(given.kernel), []
    for c in range(way("channels", len(kernel))):
        plane = kernel[0 if way("shared", False) else c]
        plane = plane[::-1, ::-1] if way("flip", given.flip, c) else plane
        plane = plane.T if way("transposed", False, c) else plane
        ways = {"right": plane, "absolute": np.abs(plane), "ones": np.ones_like(plane), "none": 0 * plane}
        planes.append(ways[way("weights", "right", c)])
    return np.array(planes)


def slide_of(given: ConvolutionInputs, way: Way = RIGHT) -> Slide:
    high, wide = np.shape(given.kernel)[-2:]
    stride, padding, dilation = both(given.stride), both(given.padding), both(given.dilation)
    return Slide((high, wide), stride, padding, dilation, way("ceil", False), way("short", 0))


def wrong_slides(given: ConvolutionInputs) -> Iterable[Mistake]:
    """Other ways to move the kernel that lead to an output here."""
    image, right = volume(given.image), slide_of(given)

    def fits(**otherwise: Any) -> bool:
        return min(right._replace(**otherwise).sides(image)) > 0

    if any(right.padding):
        if fits(padding=(0, 0)):
            yield PADDING_IGNORED.by(padding=0)
        yield PADDED_WITH_EDGE.by(edge=True)
    else:
        rims = [reach(k, d) - 1 for k, d in zip(right.size, right.dilation, strict=True)]
        if any(rims) and all(rim % 2 == 0 for rim in rims):
            yield SAME_FOR_VALID.by(padding=[rim // 2 for rim in rims])
    (s, t), (k, m) = right.stride, right.size
    moving = [STRIDE_IGNORED.by(stride=1), CEIL_FOR_FLOOR.by(ceil=True), OFF_BY_ONE.by(short=1)]
    moving += [DISJOINT_WINDOWS.by(stride=[k, m])] if s < k or t < m else []
    moving += [STRIDE_TWICE.by(stride=[s * s, t * t])]
    ways = ((each, Way(each.otherwise)) for each in moving)
    yield from moving_otherwise(((m, slide_of(way.read(given), way)) for m, way in ways), right, image)
    if any(d > 1 and k > 1 for k, d in zip(right.size, right.dilation, strict=True)):
        yield DILATION_IGNORED.by(dilation=1)
        gap = [d + 1 if d > 1 else 1 for d in right.dilation]
        if fits(dilation=gap):
            yield DILATION_AS_GAP.by(dilation=gap)


def one_output(given: ConvolutionInputs, i: int, j: int, value: float) -> Step:
    """How the output in row i, column j comes about, counted from 0."""
    slide, kernel = slide_of(given), laid(given)
    window = windows(volume(given.image), slide)[i, j]
    top, left = i * slide.stride[0], j * slide.stride[1]
    where = text("填充后图像", "of the padded image") if any(slide.padding) else text("图像", "of the image")
    return Step(
        f"{weighted_sum(kernel, window, given.bias)} = {number(value)}",
        text(
            f"输出第 {i + 1} 行第 {j + 1} 列：窗口左上角在{where.zh}的第 {top + 1} 行第 {left + 1} 列。",
            f"Output row {i + 1}, column {j + 1}: the window's top left corner is at row {top + 1}, "
            f"column {left + 1} {where.en}.",
        ),
    )


def weighted_sum(kernel: Array, window: Array, bias: float) -> str:
    """Such as "4 \\cdot 4 - 3 - 15": positive weights first, zero weights left out, ±1 not written."""
    pairs = [(w, x) for w, x in zip(kernel.ravel().tolist(), window.ravel().tolist(), strict=True) if w]
    pairs.sort(key=lambda pair: pair[0] < 0)
    terms: list[Any] = []
    for weight, pixel in pairs[:TERMS]:
        size = abs(weight)
        product = signed(pixel) if size == 1 else rf"{number(size)} \cdot {signed(pixel)}"
        terms += ["-" if weight < 0 else "+", product]
    if len(pairs) > TERMS:
        terms += ["+", r"\cdots"]
    if bias:
        terms += ["-" if bias < 0 else "+", number(abs(bias))]
    if not terms:
        return "0"
    lead = "-" if terms[0] == "-" else ""
    return lead + " ".join(terms[1:])
