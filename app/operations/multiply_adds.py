"""Multiply-adds of a convolution layer."""

from collections.abc import Iterable
from typing import Annotated

from numpy.random import Generator
from pydantic import Discriminator, Field, Tag

from app.operations.convolution_parameters import ConvolutionLayerInputs, alike, layer_like, weights
from app.operations.operation import Mistake, Operation, Solution, Step
from app.operations.windows import both, one_or_both
from app.text import text

Length = Annotated[int, Field(ge=1, le=65_536)]
Lengths = Annotated[
    Annotated[Length, Tag("one")]
    | Annotated[Annotated[list[Length], Field(min_length=2, max_length=2)], Tag("both")],
    Discriminator(one_or_both),
]
OUTPUTS = (6, 8, 10, 12, 14, 16, 20, 24, 28, 32)  # sides that siblings draw


class MultiplyAddsInputs(ConvolutionLayerInputs):
    output: Lengths


CHANNELS_DROPPED = Mistake(
    "channels_dropped",
    text("漏乘了输入通道数", "input channels forgotten"),
    text("算一个输出值时，卷积核要覆盖几个通道？", "How many channels does a kernel cover for one output?"),
)
KERNELS_FORGOTTEN = Mistake(
    "kernels_forgotten",
    text("只算了一个输出通道", "a single output channel counted"),
    text("每个输出通道都要算一遍。", "The work is done once for every output channel."),
)
KERNEL_NOT_SQUARED = Mistake(
    "kernel_not_squared",
    text("只乘了卷积核的一条边", "only one side of the kernel"),
    text("卷积核在每个通道上有多少个权重？", "How many weights has the kernel on each channel?"),
)
POSITIONS_FORGOTTEN = Mistake(
    "positions_forgotten",
    text("没有乘输出的位置数", "positions of the output forgotten"),
    text("这样数出的是权重；每个权重要用多少次？", "This counts weights: how many times is each one used?"),
)
OUTPUT_NOT_SQUARED = Mistake(
    "output_not_squared",
    text("只乘了输出的一条边", "only one side of the output"),
    text("输出是一个平面：共有多少个位置？", "The output is a plane: how many positions has it?"),
)
COUNTED_TWICE = Mistake(
    "counted_twice",
    text("乘法和加法分开数了", "multiplications and additions counted apart"),
    text(
        "一次乘加包含一次乘法和一次加法。",
        "One multiply-add is one multiplication and one addition together.",
    ),
)
GROUPS_IGNORED = Mistake(
    "groups_ignored",
    text("忽略了分组", "groups ignored"),
    text(
        "分组之后，一个卷积核看得到多少个输入通道？",
        "With groups, how many input channels does a kernel see?",
    ),
)


class MultiplyAdds(Operation[MultiplyAddsInputs]):
    r"""Multiply-adds of one forward pass of a convolution layer over one input, biases left out.

    $M = H' W' \cdot C' \cdot \frac{C}{g} \cdot k_h \cdot k_w$: every weight is used once per position.
    `in_channels`: $C$; `out_channels`: $C'$; `kernel`: one side, or [$k_h$, $k_w$];
    `output`: one side, or [$H'$, $W'$]; `groups`: $g$, divides both numbers of channels.
    Results: `total`.
    """

    name = "multiply_adds"
    title = text("卷积层的乘加次数", "Multiply-adds of a convolution layer")
    Inputs = MultiplyAddsInputs
    example = {"in_channels": 3, "out_channels": 8, "kernel": [5, 5], "output": [16, 16], "groups": 1}

    def solve(self, given: MultiplyAddsInputs) -> Solution:
        return Solution({"total": total(given)}, tuple(working(given)))

    def draw(self, like: MultiplyAddsInputs, rng: Generator) -> MultiplyAddsInputs:
        output: int | list[int] = rng.choice(OUTPUTS, size=2).tolist()
        if alike(both(like.output)):
            side = both(output)[0]
            output = side if isinstance(like.output, int) else [side, side]
        return like.model_copy(update={**layer_like(like, rng), "output": output})

    def mistakes(self, given: MultiplyAddsInputs) -> Iterable[Mistake]:
        (kernel, across), (h, w) = both(given.kernel), both(given.output)
        yield COUNTED_TWICE.leads_to(total=2 * total(given))
        if given.in_channels > given.groups:
            yield CHANNELS_DROPPED.leads_to(total=total(given, in_channels=given.groups))
        if given.out_channels > 1:
            yield KERNELS_FORGOTTEN.leads_to(total=total(given) // given.out_channels)
        if across > 1:
            yield KERNEL_NOT_SQUARED.leads_to(total=total(given, kernel=[kernel, 1]))
        if h * w > 1:
            yield POSITIONS_FORGOTTEN.leads_to(total=total(given, output=1))
        if min(h, w) > 1:
            yield OUTPUT_NOT_SQUARED.leads_to(total=total(given, output=[h, 1]))
        if given.groups > 1:
            yield GROUPS_IGNORED.leads_to(total=total(given, groups=1))


def total(given: MultiplyAddsInputs, **changed: int | list[int]) -> int:
    """The count, with some of the inputs changed."""
    given = given.model_copy(update=changed)
    h, w = both(given.output)
    return h * w * weights(given.in_channels, given.out_channels, given.kernel, given.groups)


def working(given: MultiplyAddsInputs) -> Iterable[Step]:
    (kh, kw), (h, w) = both(given.kernel), both(given.output)
    depth, n_out = given.in_channels // given.groups, given.out_channels
    one, plane = depth * kh * kw, h * w * n_out
    if given.groups > 1:
        yield Step(
            rf"\frac{{{given.in_channels}}}{{{given.groups}}} = {depth}",
            text(
                f"分成 {given.groups} 组，一个卷积核只看 {depth} 个输入通道。",
                f"With {given.groups} groups, a kernel sees {depth} of the input channels.",
            ),
        )
    yield Step(
        rf"{depth} \times {kh} \times {kw} = {one}",
        text(
            "算一个输出值：卷积核的每个权重乘加一次。",
            "For one output: one multiply-add for every weight of the kernel.",
        ),
    )
    yield Step(
        rf"{h} \times {w} \times {n_out} = {plane}",
        text("输出值的个数：高 × 宽 × 输出通道。", "Outputs there are: height × width × output channels."),
    )
    yield Step(
        rf"{plane} \times {one} = {plane * one}",
        text("两者相乘就是乘加的总次数。", "Their product is the number of multiply-adds."),
    )
