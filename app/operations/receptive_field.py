"""The receptive field of stacked layers."""

from collections.abc import Iterable
from math import prod
from typing import Annotated

from numpy.random import Generator
from pydantic import Field, model_validator

from app.operations.operation import RIGHT, Inputs, Mistake, Operation, Results, Step, Way, refuse
from app.text import text

LARGEST = 1_000_000
KERNELS = (2, 3, 5, 7)  # what siblings draw
STRIDES = (2, 3)
FEW = 10  # layers of which each may be the one that went wrong


class SlidingLayer(Inputs):
    """A convolution or pooling layer; both sides of its window are alike."""

    kernel: Annotated[int, Field(ge=1, le=64)]
    stride: Annotated[int, Field(ge=1, le=64)] = 1


class ReceptiveFieldInputs(Inputs):
    layers: Annotated[list[SlidingLayer], Field(min_length=1, max_length=32)]

    @model_validator(mode="after")
    def not_beyond_every_image(self) -> "ReceptiveFieldInputs":
        if prod(layer.stride for layer in self.layers) > LARGEST or sizes(self)[-1] > LARGEST:
            raise refuse(
                f"步幅的乘积和感受野最多为 {LARGEST}。",
                f"The strides' product and the receptive field are at most {LARGEST}.",
            )
        return self


STRIDES_IGNORED = Mistake(
    "strides_ignored",
    text("忽略了步幅", "strides ignored"),
    text(
        "前面的层每次移动好几格时，后面一层的一格是输入的几格？",
        "Where earlier layers move several places at a time, how much of the input is one step?",
    ),
)
JUMP_TOO_EARLY = Mistake(
    "jump_too_early",
    text("提前乘了本层的步幅", "a layer's own stride used too early"),
    text(
        "一层的步幅影响自己的窗口，还是后面各层的窗口？",
        "Does a stride act on the layer's own window or on later ones?",
    ),
)
JUMP_TOO_LATE = Mistake(
    "jump_too_late",
    text("漏乘了前一层的步幅", "the stride of the layer before left out"),
    text(
        "一层读到的相邻两格，在输入上相隔几格？前一层算在内吗？",
        "How far apart on the input lie the places a layer reads? Does the layer before count?",
    ),
)
LAST_STRIDE_ONLY = Mistake(
    "last_stride_only",
    text("只乘了前一层的步幅", "only the stride of the layer before used"),
    text("更前面的层的步幅还起作用吗？", "Do the strides of still earlier layers matter?"),
)
STRIDES_ADDED = Mistake(
    "strides_added",
    text("把前面的步幅相加了", "strides added, not multiplied"),
    text(
        "两层步幅都是 2：再下一层移动一格，相当于输入的几格？",
        "Two layers of stride 2: how much of the input is one step of the next layer?",
    ),
)
KERNELS_ADDED = Mistake(
    "kernels_added",
    text("直接把核的边长相加", "kernel sides simply added"),
    text(
        "相邻窗口有重叠：每一层使感受野多出几格？",
        "Windows overlap: by how much does each layer widen it?",
    ),
)
KERNELS_MULTIPLIED = Mistake(
    "kernels_multiplied", text("把核的边长相乘", "kernel sides multiplied"), KERNELS_ADDED.hint
)
ONE_NOT_SUBTRACTED = Mistake(
    "one_not_subtracted",
    text("没有减 1", "one not subtracted"),
    text("窗口里有一格是原来就看得到的。", "One place of the window was in sight already."),
)
ONE_NOT_SUBTRACTED_LATER = Mistake(
    "one_not_subtracted_later",
    text("从第 2 层起没有减 1", "one not subtracted from layer 2 on"),
    ONE_NOT_SUBTRACTED.hint,
)
START_AT_ZERO = Mistake(
    "start_at_zero",
    text("从 0 算起了", "started from 0"),
    text("一个像素自己看得到几个像素？", "How many pixels does a pixel itself see?"),
)
OWN_KERNEL_ONLY = Mistake(
    "own_kernel_only",
    text("只看了本层的核", "only the layer's own kernel"),
    text(
        "感受野是在最初的输入上量的，不是在上一层的输出上。",
        "A receptive field is measured on the first input, not on the layer before.",
    ),
)
ORDER_REVERSED = Mistake(
    "order_reversed",
    text("层的顺序颠倒了", "layers taken in reverse"),
    text("先从离输入最近的一层算起。", "Begin with the layer next to the input."),
)


class ReceptiveField(Operation[ReceptiveFieldInputs]):
    r"""How many input pixels along a side one output of each layer can see.

    $r_l = r_{l-1} + (k_l - 1) \, j_{l-1}$ and $j_l = j_{l-1} s_l$, from $r_0 = j_0 = 1$; $j$, the jump,
    is how far apart on the input two neighbouring outputs lie.
    `layers`: `kernel` $k$ and `stride` $s$ of each convolution or pooling, first layer first.
    Results: `sizes` (pixels along a side, after each layer).
    """

    name = "receptive_field"
    title = text("感受野", "Receptive field")
    Inputs = ReceptiveFieldInputs
    example = {
        "layers": [
            {"kernel": 5, "stride": 1},
            {"kernel": 2, "stride": 2},
            {"kernel": 5, "stride": 1},
            {"kernel": 2, "stride": 2},
        ]
    }

    def compute(self, given: ReceptiveFieldInputs, way: Way = RIGHT) -> Results:
        return {"sizes": sizes(given, way)}

    def steps(self, given: ReceptiveFieldInputs, results: Results) -> Iterable[Step]:
        size, jump = 1, 1
        for i, (layer, after) in enumerate(zip(given.layers, results["sizes"], strict=True), start=1):
            yield Step(
                rf"r_{{{i}}} = {size} + ({layer.kernel} - 1) \times {jump} = {after}",
                text(
                    f"第 {i} 层：核 {layer.kernel}，此前步幅之积为 {jump}。",
                    f"Layer {i}: kernel {layer.kernel}; the strides before it multiply to {jump}.",
                ),
            )
            size, jump = after, jump * layer.stride

    def draw(self, like: ReceptiveFieldInputs, rng: Generator) -> ReceptiveFieldInputs:
        layers = [
            SlidingLayer(
                kernel=rng.choice(KERNELS).item() if layer.kernel > 1 else 1,
                stride=rng.choice(STRIDES).item() if layer.stride > 1 else 1,
            )
            for layer in like.layers
        ]
        return like.model_copy(update={"layers": layers})

    def mistakes(self, given: ReceptiveFieldInputs) -> Iterable[Mistake]:
        seen = [sizes(given)]
        for mistake in wrong_ways(given):
            wrong = sizes(given, Way(mistake.otherwise))
            if wrong not in seen:  # with few layers or strides many ways are one
                seen.append(wrong)
                yield mistake

    def local_mistakes(self, given: ReceptiveFieldInputs) -> Iterable[Mistake]:
        truth = sizes(given)
        for i in range(min(len(given.layers), FEW)):
            for mistake in wrong_layers():
                local = mistake.at(i, text(f"第 {i + 1} 层：", f"Layer {i + 1}:"))
                if sizes(given, Way(local.otherwise)) != truth:
                    yield local


def sizes(given: ReceptiveFieldInputs, way: Way = RIGHT) -> list[int]:
    """The recursion above, layer by layer."""
    layers = given.layers[::-1] if way("reversed", False) else given.layers
    strides: list[int] = [way("stride", layer.stride, i) for i, layer in enumerate(layers)]
    size, found = way("start", 1), []
    for i, layer in enumerate(layers):
        before = strides[:i]
        jumps = {"right": prod(before), "early": prod(strides[: i + 1]), "late": prod(before[:-1])}
        jumps |= {"last": prod(before[-1:]), "sum": sum(before) or 1}
        wider = size + (layer.kernel - way("less", 1, i)) * jumps[way("jump", "right", i)]
        ways = {"right": wider, "product": size * layer.kernel, "own": layer.kernel}
        size = way.keep("sizes", ways[way("growth", "right", i)], i)
        found.append(size)
    return found


def wrong_layers() -> Iterable[Mistake]:
    """What can go wrong in one layer."""
    yield STRIDES_IGNORED.by(stride=1)
    yield JUMP_TOO_EARLY.by(jump="early")
    yield ONE_NOT_SUBTRACTED.by(less=0)


def wrong_ways(given: ReceptiveFieldInputs) -> Iterable[Mistake]:
    yield from wrong_layers()
    yield KERNELS_ADDED.by(start=0, less=0, stride=1)
    yield ONE_NOT_SUBTRACTED_LATER.by(start=0, less=0)
    yield JUMP_TOO_LATE.by(jump="late")
    yield LAST_STRIDE_ONLY.by(jump="last")
    if any(layer.stride > 1 for layer in given.layers[:-1]):
        yield STRIDES_ADDED.by(jump="sum")
    yield KERNELS_MULTIPLIED.by(growth="product")
    yield OWN_KERNEL_ONLY.by(growth="own")
    yield START_AT_ZERO.by(start=0)
    yield ORDER_REVERSED.by(reversed=True)
