"""Multiply-adds of a convolution layer."""

from collections.abc import Iterable
from typing import Annotated

from numpy.random import Generator
from pydantic import Discriminator, Field, Tag

from app.operations.convolution_parameters import (
    ConvolutionLayerInputs,
    alike,
    group_step,
    layer_like,
    like_one,
    weights,
    wrong_weights,
)
from app.operations.operation import RIGHT, Mistake, Operation, Results, Step, Way
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
    text("乘法和加法分开数了", "multiplications and additions counted separately"),
    text(
        "一次乘加包含一次乘法和一次加法。",
        "One multiply-add is one multiplication and one addition together.",
    ),
)
BIAS_ADDED = Mistake(
    "bias_added",
    text("把加偏置也算了进去", "adding the bias counted too"),
    text("加一个偏置要做乘法吗？", "Does adding a bias take a multiplication?"),
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

    def compute(self, given: MultiplyAddsInputs, way: Way = RIGHT) -> Results:
        h, w = both(given.output)
        each = weights(given.in_channels, given.out_channels, given.kernel, given.groups, way)
        biases = way("biases", 0) and way("kernels", given.out_channels)
        total = way("positions", h * w) * (each + biases)
        return {"total": total * way("operations", 1)}

    def steps(self, given: MultiplyAddsInputs, results: Results) -> Iterable[Step]:
        (kh, kw), (h, w) = both(given.kernel), both(given.output)
        depth, n_out = given.in_channels // given.groups, given.out_channels
        one, plane = depth * kh * kw, h * w * n_out
        yield from group_step(given)
        yield Step(
            rf"{depth} \times {kh} \times {kw} = {one}",
            text(
                "算一个输出值：卷积核的每个权重乘加一次。",
                "For one output: one multiply-add for every weight of the kernel.",
            ),
        )
        yield Step(
            rf"{h} \times {w} \times {n_out} = {plane}",
            text(
                "输出值的个数：高 × 宽 × 输出通道。", "Outputs there are: height × width × output channels."
            ),
        )
        yield Step(
            rf"{plane} \times {one} = {results['total']}",
            text("两者相乘就是乘加的总次数。", "Their product is the number of multiply-adds."),
        )

    def draw(self, like: MultiplyAddsInputs, rng: Generator) -> MultiplyAddsInputs:
        sides = [like_one(OUTPUTS, 2 * side, rng) for side in both(like.output)]
        if alike(both(like.output)):
            sides = [sides[0]] * 2
        output = sides[0] if isinstance(like.output, int) else sides
        return like.model_copy(update={**layer_like(like, rng), "output": output})

    def mistakes(self, given: MultiplyAddsInputs) -> Iterable[Mistake]:
        h, w = both(given.output)
        yield COUNTED_TWICE.by(operations=2)
        yield from wrong_weights(given)
        if h * w > 1:
            yield POSITIONS_FORGOTTEN.by(positions=1)
        if min(h, w) > 1:
            yield OUTPUT_NOT_SQUARED.by(positions=h)
        if self.compute(given)["total"] > h * w * given.out_channels:
            yield BIAS_ADDED.by(biases=1)
