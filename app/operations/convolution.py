"""Convolution of an image with a kernel, as deep learning means it."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.random import Generator
from pydantic import model_validator

from app.operations.arrays import Array, Number
from app.operations.operation import (
    Inputs,
    Mistake,
    Operation,
    Picture,
    Solution,
    Step,
    matrix,
    number,
    refuse,
    signed,
)
from app.operations.windows import (
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
    reach,
    volume,
    whole_output,
)
from app.text import text

LARGEST_KERNEL = 11
TERMS = 32  # products shown of one window
PIXELS = 16  # siblings draw pixels below this
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
        if not fits(volume(self.image), volume(self.kernel), slide_of(self)):
            raise refuse(
                "卷积核（连同空洞）比填充后的图像还大，放不下。",
                "The kernel, with its dilation, is larger than the padded image.",
            )
        return self


class Slide(NamedTuple):
    """How the kernel moves, in rows and columns."""

    stride: Both
    padding: Both
    dilation: Both


KERNEL_FLIPPED = Mistake(
    "kernel_flipped",
    text("卷积核翻转了", "kernel flipped"),
    text(
        "按约定，卷积核不旋转，直接盖在窗口上。",
        "By convention the kernel is laid on the window as it is, not rotated.",
    ),
)
KERNEL_NOT_FLIPPED = Mistake(
    "kernel_not_flipped",
    text("卷积核没有翻转", "kernel not flipped"),
    text("题目要求先把卷积核旋转 180°。", "Here the kernel is to be rotated by 180° first."),
)
PADDING_IGNORED = Mistake(
    "padding_ignored",
    text("没有填充", "padding ignored"),
    text("先在图像四周补上 0，再滑动窗口。", "Surround the image with zeros before the window slides."),
)
SAME_FOR_VALID = Mistake(
    "same_for_valid",
    text("填充了图像", "image padded"),
    text(
        "题目没有要求填充：窗口能伸到图像外面吗？",
        "No padding is asked for: may the window reach beyond the image?",
    ),
)
STRIDE_IGNORED = Mistake(
    "stride_ignored",
    text("步幅按 1 算了", "stride taken as 1"),
    text("窗口每次移动几格？", "How far does the window move each time?"),
)
DILATION_IGNORED = Mistake(
    "dilation_ignored",
    text("忽略了空洞", "dilation ignored"),
    text("卷积核相邻两个权重在图像上相隔几格？", "How far apart on the image are neighbouring weights?"),
)
CHANNELS_DROPPED = Mistake(
    "channels_dropped",
    text("只算了第一个通道", "only the first channel"),
    text("各个通道的结果要怎样合成一个？", "How do the channels combine into one output?"),
)
BIAS_FORGOTTEN = Mistake(
    "bias_forgotten",
    text("漏了偏置", "bias forgotten"),
    text("加权求和之后还要加什么？", "What is added after the weighted sum?"),
)
BIAS_PER_CHANNEL = Mistake(
    "bias_per_channel",
    text("每个通道都加了一次偏置", "bias added once per channel"),
    text("偏置属于一个卷积核，还是一个通道？", "Does a bias belong to a kernel or to a channel?"),
)


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

    def solve(self, given: ConvolutionInputs) -> Solution:
        output = convolve(volume(given.image), kernel_of(given), slide_of(given), given.bias)
        return Solution({"output": plain(output)}, tuple(working(given, output)))

    def draw(self, like: ConvolutionInputs, rng: Generator) -> ConvolutionInputs:
        used = np.array(like.kernel) != 0
        places_used = rng.permutation(used.ravel()).reshape(used.shape)
        kernel = np.where(places_used, rng.choice(WEIGHTS, size=used.shape), 0)
        image = rng.integers(0, PIXELS, size=np.shape(like.image))
        bias = rng.choice([-3, -2, -1, 1, 2, 3]).item() if like.bias else 0
        return like.model_copy(
            update={"image": image.tolist(), "kernel": kernel.tolist(), "bias": bias}, deep=True
        )

    def mistakes(self, given: ConvolutionInputs) -> Iterable[Mistake]:
        image, kernel, slide = volume(given.image), kernel_of(given), slide_of(given)
        flipped = kernel[:, ::-1, ::-1]
        if not np.array_equal(flipped, kernel):
            other = KERNEL_NOT_FLIPPED if given.flip else KERNEL_FLIPPED
            yield led(other, convolve(image, flipped, slide, given.bias))
        for mistake, wrong in other_slides(image, kernel, slide):
            yield led(mistake, convolve(image, kernel, wrong, given.bias))
        if len(image) > 1:
            yield led(CHANNELS_DROPPED, convolve(image[:1], kernel[:1], slide, given.bias))
        if given.bias:
            yield led(BIAS_FORGOTTEN, convolve(image, kernel, slide))
            if len(image) > 1:
                yield led(BIAS_PER_CHANNEL, convolve(image, kernel, slide, len(image) * given.bias))

    def picture(self, given: ConvolutionInputs) -> Picture:
        image = grids(given.image, text("图像", "image"))
        image[-1]["operator"] = "∗"
        kernel = grids(given.kernel, text("卷积核", "kernel"), role="kernel")
        window = {"size": np.shape(given.kernel)[-2:], **slide_of(given)._asdict()}
        return Picture(
            "grids", text("图像与卷积核", "Image and kernel"), {"grids": image + kernel, "window": window}
        )


def led(mistake: Mistake, output: Array) -> Mistake:
    return mistake.leads_to(output=plain(output))


def slide_of(given: ConvolutionInputs) -> Slide:
    return Slide(both(given.stride), both(given.padding), both(given.dilation))


def kernel_of(given: ConvolutionInputs) -> Array:
    """C×kh×kw, already flipped where that is asked for."""
    kernel = volume(given.kernel)
    return kernel[:, ::-1, ::-1] if given.flip else kernel


def sides(image: Array, kernel: Array, slide: Slide) -> Both:
    """Rows and columns of the output."""
    rows, columns = (
        places(n, k, s, p, d) for n, k, s, p, d in zip(image.shape[1:], kernel.shape[1:], *slide, strict=True)
    )
    return rows, columns


def fits(image: Array, kernel: Array, slide: Slide) -> bool:
    return min(sides(image, kernel, slide)) > 0


def padded(image: Array, padding: Both) -> Array:
    return np.pad(image, ((0, 0), *((p, p) for p in padding)))


def convolve(image: Array, kernel: Array, slide: Slide, bias: float = 0) -> Array:
    """H'×W' from an image C×H×W and a kernel C×kh×kw, which is not flipped."""
    rows, columns = sides(image, kernel, slide)
    (s, t), (d, e) = slide.stride, slide.dilation
    image = padded(image, slide.padding)
    output = np.full((rows, columns), float(bias))
    for c, u, v in np.ndindex(kernel.shape):
        seen = image[c, u * d :: s, v * e :: t]  # what this weight meets in each of the windows
        output += kernel[c, u, v] * seen[:rows, :columns]
    return output


def other_slides(image: Array, kernel: Array, slide: Slide) -> Iterable[tuple[Mistake, Slide]]:
    """The wrong ways to move the kernel that lead to an output here."""
    shape = sides(image, kernel, slide)
    unpadded = slide._replace(padding=(0, 0))
    if slide != unpadded:
        if fits(image, kernel, unpadded):
            yield PADDING_IGNORED, unpadded
    else:
        rims = [reach(k, d) - 1 for k, d in zip(kernel.shape[1:], slide.dilation, strict=True)]
        same = slide._replace(padding=(rims[0] // 2, rims[1] // 2))
        if all(rim % 2 == 0 for rim in rims) and sides(image, kernel, same) != shape:
            yield SAME_FOR_VALID, same
    by_one = slide._replace(stride=(1, 1))
    if sides(image, kernel, by_one) != shape:
        yield STRIDE_IGNORED, by_one
    close = slide._replace(dilation=(1, 1))
    if any(d > 1 and k > 1 for k, d in zip(kernel.shape[1:], slide.dilation, strict=True)):
        yield DILATION_IGNORED, close


def working(given: ConvolutionInputs, output: Array) -> Iterable[Step]:
    image, kernel, slide = volume(given.image), kernel_of(given), slide_of(given)
    size = (kernel.shape[1], kernel.shape[2])
    yield Step(
        places_formula(image.shape[1:], size, *slide),
        text(
            f"输出的大小：{output.shape[0]}×{output.shape[1]}。",
            f"Size of the output: {output.shape[0]}×{output.shape[1]}.",
        ),
    )
    if given.flip:
        for plane in kernel:
            yield Step(matrix(plain(plane)), text("旋转 180° 后的卷积核。", "The kernel rotated by 180°."))
    image = padded(image, slide.padding)
    if any(slide.padding) and max(image.shape[1:]) <= SHOWN:
        for plane in image:
            yield Step(matrix(plain(plane)), text("四周补 0 之后的图像。", "The image surrounded by zeros."))
    yield from cells(image, kernel, slide, given.bias, output)
    yield from whole_output(output[None])


def cells(image: Array, kernel: Array, slide: Slide, bias: float, output: Array) -> Iterable[Step]:
    """The first outputs one by one; `image` is already padded."""
    where = text("填充后图像", "of the padded image") if any(slide.padding) else text("图像", "of the image")
    for i, j in list(np.ndindex(output.shape))[:SHOWN]:
        top, left = i * slide.stride[0], j * slide.stride[1]
        rows, columns = (
            slice(at, at + reach(k, d), d)
            for at, k, d in zip((top, left), kernel.shape[1:], slide.dilation, strict=True)
        )
        products = weighted_sum(kernel, image[:, rows, columns], bias)
        yield Step(
            f"{products} = {number(output[i, j].item())}",
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
