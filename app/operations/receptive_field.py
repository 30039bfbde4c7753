"""The receptive field of stacked layers."""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from math import prod
from typing import Annotated, Any

from numpy.random import Generator
from pydantic import Field, model_validator

from app.operations.operation import Inputs, Mistake, Operation, Solution, Step, refuse
from app.text import text

LARGEST = 1_000_000
KERNELS = (2, 3, 5, 7)  # what siblings draw
STRIDES = (2, 3)


class SlidingLayer(Inputs):
    """A convolution or pooling layer; both sides of its window are alike."""

    kernel: Annotated[int, Field(ge=1, le=64)]
    stride: Annotated[int, Field(ge=1, le=64)] = 1


class ReceptiveFieldInputs(Inputs):
    layers: Annotated[list[SlidingLayer], Field(min_length=1, max_length=32)]

    @model_validator(mode="after")
    def not_beyond_every_image(self) -> "ReceptiveFieldInputs":
        if prod(layer.stride for layer in self.layers) > LARGEST or sizes(self.layers)[-1] > LARGEST:
            raise refuse(
                f"步幅的乘积和感受野最多为 {LARGEST}。",
                f"The strides' product and the receptive field are at most {LARGEST}.",
            )
        return self


STRIDES_IGNORED = Mistake(
    "strides_ignored",
    text("忽略了步幅", "strides ignored"),
    text(
        "前面的层移动几格，后面的一格就对应输入的几格。",
        "One step of a later layer covers as much of the input as the strides before it make.",
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
KERNELS_ADDED = Mistake(
    "kernels_added",
    text("直接把核的边长相加", "kernel sides simply added"),
    text(
        "相邻窗口有重叠：每一层使感受野多出几格？", "Windows overlap: by how much does each layer widen it?"
    ),
)
KERNELS_MULTIPLIED = Mistake(
    "kernels_multiplied",
    text("把核的边长相乘", "kernel sides multiplied"),
    text(
        "相邻窗口有重叠：每一层使感受野多出几格？", "Windows overlap: by how much does each layer widen it?"
    ),
)
ONE_NOT_SUBTRACTED = Mistake(
    "one_not_subtracted",
    text("没有减 1", "one not subtracted"),
    text("窗口里有一格是原来就看得到的。", "One place of the window was in sight already."),
)
OWN_KERNEL_ONLY = Mistake(
    "own_kernel_only",
    text("只看了本层的核", "only the layer's own kernel"),
    text(
        "感受野是在最初的输入上量的，不是在上一层的输出上。",
        "A receptive field is measured on the first input, not on the layer before.",
    ),
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

    def solve(self, given: ReceptiveFieldInputs) -> Solution:
        return Solution({"sizes": sizes(given.layers)}, tuple(working(given.layers)))

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
        truth = sizes(given.layers)
        kernels: list[Any] = [layer.kernel for layer in given.layers]
        possible = (
            (STRIDES_IGNORED, sizes([layer.model_copy(update={"stride": 1}) for layer in given.layers])),
            (JUMP_TOO_EARLY, sizes(given.layers, early=True)),
            (KERNELS_ADDED, list(accumulate(kernels))),
            (KERNELS_MULTIPLIED, list(accumulate(kernels, lambda a, b: a * b))),
            (ONE_NOT_SUBTRACTED, sizes(given.layers, less=0)),
            (OWN_KERNEL_ONLY, kernels),
        )
        for mistake, wrong in possible:
            if wrong != truth:
                yield mistake.leads_to(sizes=wrong)


def sizes(layers: Sequence[SlidingLayer], early: bool = False, less: int = 1) -> list[Any]:
    """The recursion above; `early` and `less` are for what goes wrong in it."""
    size, found = 1, []
    for layer, jump in zip(layers, jumps(layers), strict=True):
        size += (layer.kernel - less) * (jump * layer.stride if early else jump)
        found.append(size)
    return found


def jumps(layers: Sequence[SlidingLayer]) -> list[int]:
    """How far apart on the input the entries lie that each layer reads."""
    return list(accumulate((layer.stride for layer in layers[:-1]), lambda a, b: a * b, initial=1))


def working(layers: Sequence[SlidingLayer]) -> Iterable[Step]:
    size = 1
    for i, (layer, jump, after) in enumerate(zip(layers, jumps(layers), sizes(layers), strict=True), start=1):
        yield Step(
            rf"r_{{{i}}} = {size} + ({layer.kernel} - 1) \times {jump} = {after}",
            text(
                f"第 {i} 层：核 {layer.kernel}，此前步幅之积为 {jump}。",
                f"Layer {i}: kernel {layer.kernel}; the strides before it multiply to {jump}.",
            ),
        )
        size = after
