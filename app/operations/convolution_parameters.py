"""Parameters of a convolution layer."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from numpy.random import Generator
from pydantic import Field, model_validator

from app.operations.operation import RIGHT, Inputs, Mistake, Operation, Results, Step, Way, refuse
from app.operations.windows import Both, Pair, both
from app.text import text

Count = Annotated[int, Field(ge=1, le=65_536)]
CHANNELS = (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)  # what siblings draw
KERNELS = (3, 5, 7)
GROUPS = (2, 3, 4)


class ConvolutionLayerInputs(Inputs):
    """What fixes the weights of a convolution layer."""

    in_channels: Count
    out_channels: Count
    kernel: Pair
    groups: Count = 1

    @model_validator(mode="after")
    def the_groups_divide(self) -> "ConvolutionLayerInputs":
        if self.in_channels % self.groups or self.out_channels % self.groups:
            raise refuse(
                "分组数要能整除输入通道数和输出通道数。",
                "The groups must divide both the input channels and the output channels.",
            )
        return self


class ConvolutionParametersInputs(ConvolutionLayerInputs):
    bias: bool = True


Biases = Literal["kernel", "none", "input", "plane", "weight"]  # what there is one bias of

BIAS_FORGOTTEN = Mistake(
    "bias_forgotten",
    text("漏了偏置", "biases forgotten"),
    text("每个卷积核除了权重，还有什么？", "What does every kernel have besides its weights?"),
)
BIAS_ADDED = Mistake(
    "bias_added",
    text("多算了偏置", "biases counted that are not there"),
    text("题目说这一层没有偏置。", "This layer is declared to have no bias."),
)
BIAS_PER_CHANNEL = Mistake(
    "bias_per_input_channel",
    text("每个核在每个输入通道上都算了一个偏置", "one bias per input channel of every kernel"),
    text(
        "偏置在各通道相加之后才加：一个卷积核有几个？",
        "A bias comes after the channels are summed: how many per kernel?",
    ),
)
BIAS_PER_INPUT = Mistake(
    "bias_per_input",
    text("偏置按输入通道数算了", "as many biases as input channels"),
    text("偏置属于卷积核：有几个卷积核？", "A bias belongs to a kernel: how many kernels are there?"),
)
BIAS_PER_WEIGHT = Mistake(
    "bias_per_weight",
    text("每个权重都配了一个偏置", "one bias per weight"),
    text(
        "一个卷积核把所有加权输入加起来，再加几个偏置？",
        "A kernel adds up all its weighted inputs: how many biases come on top?",
    ),
)
CHANNELS_DROPPED = Mistake(
    "channels_dropped",
    text("漏乘了输入通道数", "input channels forgotten"),
    text(
        "卷积核有多深？它要覆盖输入的所有通道。", "How deep is a kernel? It covers all channels of its input."
    ),
)
KERNEL_NOT_SQUARED = Mistake(
    "kernel_not_squared",
    text("只乘了卷积核的一条边", "only one side of the kernel"),
    text("卷积核在每个通道上是一个平面，有两条边。", "On each channel a kernel is a plane, with two sides."),
)
KERNEL_SIDES_ADDED = Mistake(
    "kernel_sides_added",
    text("卷积核的两条边相加，没有相乘", "kernel sides added, not multiplied"),
    text(
        "卷积核在每个通道上是一个平面：它有几格？",
        "On each channel a kernel is a plane: how many places has it?",
    ),
)
ADDED = Mistake(
    "added_not_multiplied",
    text("输入、输出通道数相加，没有相乘", "channels added, not multiplied"),
    text("每个输出通道与几个输入通道相连？", "How many input channels does each output channel draw on?"),
)
KERNELS_FORGOTTEN = Mistake(
    "kernels_forgotten",
    text("只算了一个卷积核", "a single kernel counted"),
    text("每个输出通道都有自己的卷积核。", "Every output channel has a kernel of its own."),
)
GROUPS_IGNORED = Mistake(
    "groups_ignored",
    text("忽略了分组", "groups ignored"),
    text(
        "分组之后，一个卷积核看得到多少个输入通道？",
        "With groups, how many input channels does a kernel see?",
    ),
)


class ConvolutionParameters(Operation[ConvolutionParametersInputs]):
    r"""Weights and biases of a convolution layer.

    $P = C' \cdot \frac{C}{g} \cdot k_h \cdot k_w + C'$ (without the last term where there is no bias).
    `in_channels`: $C$; `out_channels`: $C'$, the number of kernels; `kernel`: one side, or
    [$k_h$, $k_w$]; `groups`: $g$, divides both; `bias`: one per kernel.
    Results: `weights`, `biases`, `total`.
    """

    name = "convolution_parameters"
    title = text("卷积层的参数量", "Parameters of a convolution layer")
    Inputs = ConvolutionParametersInputs
    example = {"in_channels": 3, "out_channels": 16, "kernel": [5, 5], "groups": 1, "bias": True}

    def compute(self, given: ConvolutionParametersInputs, way: Way = RIGHT) -> Results:
        depth, kernels = given.in_channels // given.groups, way("kernels", given.out_channels)
        count = way.keep(
            "weights", weights(given.in_channels, given.out_channels, given.kernel, given.groups, way)
        )
        each = {"kernel": kernels, "none": 0, "input": given.in_channels, "plane": kernels * depth}
        right: Biases = "kernel" if given.bias else "none"
        biases = way.keep("biases", (each | {"weight": count})[way("biases", right)])
        return {"weights": count, "biases": biases, "total": count + biases}

    def steps(self, given: ConvolutionParametersInputs, results: Results) -> Iterable[Step]:
        (h, w), n_out = both(given.kernel), given.out_channels
        depth = given.in_channels // given.groups
        yield from group_step(given)
        yield Step(
            rf"{depth} \times {h} \times {w} = {depth * h * w}",
            text("一个卷积核的权重：通道 × 高 × 宽。", "Weights of one kernel: channels × height × width."),
        )
        yield Step(
            rf"{n_out} \times {depth * h * w} = {results['weights']}",
            text(
                f"共 {n_out} 个卷积核，每个输出通道一个。",
                f"There are {n_out} kernels, one per output channel.",
            ),
        )
        yield Step(
            rf"{results['weights']} + {results['biases']} = {results['total']}",
            text(f"加上 {n_out} 个偏置，每个卷积核一个。", f"Add {n_out} biases, one per kernel.")
            if given.bias
            else text("没有偏置。", "There are no biases."),
        )

    def draw(self, like: ConvolutionParametersInputs, rng: Generator) -> ConvolutionParametersInputs:
        return like.model_copy(update=layer_like(like, rng))

    def mistakes(self, given: ConvolutionParametersInputs) -> Iterable[Mistake]:
        yield from wrong_biases(given)
        yield from wrong_weights(given)


def layer_like(like: ConvolutionLayerInputs, rng: Generator) -> dict[str, int | list[int]]:
    """Other channels and another kernel; one input channel, a side of 1 and a depthwise layer stay such."""
    sides = [like_one(KERNELS, side + 2, rng) if side > 1 else 1 for side in both(like.kernel)]
    if alike(both(like.kernel)):
        sides = [sides[0]] * 2
    if like.groups == 1:
        n_in, n_out = (like_one(CHANNELS, max(8, 2 * n), rng) for n in (like.in_channels, like.out_channels))
        n_in, groups = (1 if like.in_channels == 1 else n_in), 1
    else:
        deep, wide = rng.integers(2, 9, size=2).tolist()
        depthwise = like.in_channels == like.groups
        groups = rng.choice(CHANNELS if depthwise else GROUPS).item()
        n_in, n_out = (groups if depthwise else groups * deep), groups * wide
        if like.out_channels == like.groups:
            n_out = groups
    return {
        "in_channels": n_in,
        "out_channels": n_out,
        "kernel": sides[0] if isinstance(like.kernel, int) else sides,
        "groups": groups,
    }


def like_one(numbers: Sequence[int], most: int, rng: Generator) -> int:
    """One of `numbers`, not above `most` where that leaves any."""
    return int(rng.choice([n for n in numbers if n <= most] or numbers[:1]))


def alike(pair: Both) -> bool:
    return pair[0] == pair[1]


def weights(
    in_channels: int, out_channels: int, kernel: int | list[int], groups: int, way: Way = RIGHT
) -> int:
    (h, w), kernels = both(kernel), way("kernels", out_channels)
    depth = way("depth", in_channels // way("groups", groups))
    channels = kernels + depth if way("added", False) else kernels * depth
    return int(channels * way("area", h * w))


def wrong_biases(given: ConvolutionParametersInputs) -> Iterable[Mistake]:
    yield BIAS_FORGOTTEN.by(biases="none") if given.bias else BIAS_ADDED.by(biases="kernel")
    if given.bias:
        (h, w), n_in, n_out = both(given.kernel), given.in_channels, given.out_channels
        planes = n_out * n_in // given.groups
        if planes > n_out:
            yield BIAS_PER_CHANNEL.by(biases="plane")
        if n_in > 1 and n_in not in (n_out, planes):
            yield BIAS_PER_INPUT.by(biases="input")
        if h * w > 1:
            yield BIAS_PER_WEIGHT.by(biases="weight")


def wrong_weights(given: ConvolutionLayerInputs) -> Iterable[Mistake]:
    """What goes wrong when the weights of a convolution layer are counted."""
    (h, w), depth, n_out = both(given.kernel), given.in_channels // given.groups, given.out_channels
    if depth > 1:
        yield CHANNELS_DROPPED.by(depth=1)
    if w > 1:
        yield KERNEL_NOT_SQUARED.by(area=h)
    if n_out > 1:
        yield KERNELS_FORGOTTEN.by(kernels=1)
    if given.groups > 1:
        yield GROUPS_IGNORED.by(groups=1)
    if min(h, w) > 1 and h * w != h + w:
        yield KERNEL_SIDES_ADDED.by(area=h + w)
    if min(depth, n_out) > 1 and depth * n_out != depth + n_out:
        yield ADDED.by(added=True)


def group_step(given: ConvolutionLayerInputs) -> Iterable[Step]:
    """How many channels a kernel sees, where there are groups."""
    if given.groups > 1:
        depth = given.in_channels // given.groups
        yield Step(
            rf"\frac{{{given.in_channels}}}{{{given.groups}}} = {depth}",
            text(
                f"分成 {given.groups} 组，一个卷积核只看 {depth} 个输入通道。",
                f"With {given.groups} groups, a kernel sees {depth} of the input channels.",
            ),
        )
