"""What goes wrong when the shapes and parameters of a network are worked out."""

from typing import Any

from app.operations.layers import (
    ConvolutionLayer,
    DenseLayer,
    FlattenLayer,
    Layer,
    Misfit,
    PoolingLayer,
    Shape,
)
from app.operations.operation import Mistake, Way
from app.operations.windows import CEIL_FOR_FLOOR, FLOOR_FOR_CEIL, both
from app.text import text

KERNEL_FORGOTTEN = Mistake(
    "kernel_forgotten",
    text("卷积没有减去核的大小", "kernel size not subtracted"),
    text(
        "窗口不能伸出图像：最后一个窗口从哪里开始？",
        "The window stays inside: where does the last one begin?",
    ),
)
OFF_BY_ONE = Mistake(
    "off_by_one",
    text("卷积的边长少了 1", "one short in the convolution"),
    text("数窗口时，起点的那一个算了吗？", "Was the window at the very start counted?"),
)
POOLING_OFF_BY_ONE = Mistake(
    "pooling_off_by_one",
    text("池化的边长少了 1", "one short in the pooling"),
    text("数窗口时，起点的那一个算了吗？", "Was the window at the very start counted?"),
)
PADDING_IGNORED = Mistake(
    "padding_ignored",
    text("没有填充", "padding ignored"),
    text("填充在每条边的两端都加了几格？", "How much does padding add at both ends of a side?"),
)
STRIDE_IGNORED = Mistake(
    "stride_ignored",
    text("步幅按 1 算了", "stride taken as 1"),
    text("窗口每次移动几格？", "How far does the window move each time?"),
)
POOLING_IGNORED = Mistake(
    "pooling_ignored",
    text("池化没有改变大小", "size unchanged by pooling"),
    text("池化把一块区域变成几个数？", "Into how many numbers does pooling turn a block?"),
)
CHANNELS_KEPT = Mistake(
    "channels_kept",
    text("卷积没有改变通道数", "channels unchanged by the convolution"),
    text("每个卷积核产生一个输出通道。", "Every kernel makes one output channel."),
)
FLATTENED_ONE_CHANNEL = Mistake(
    "flattened_one_channel",
    text("展平时漏了通道数", "channels forgotten when flattening"),
    text("展平时，各个通道的数值都要排进去。", "The values of all channels go into the vector."),
)
BIAS_FORGOTTEN = Mistake(
    "bias_forgotten",
    text("漏了偏置", "biases forgotten"),
    text("每个卷积核、每个神经元还有一个什么？", "What else does every kernel and every neuron have?"),
)
BIAS_ADDED = Mistake(
    "bias_added",
    text("多算了偏置", "biases counted that are not there"),
    text("题目说有的层没有偏置。", "Some layers are declared to have no bias."),
)
CHANNELS_DROPPED = Mistake(
    "channels_dropped",
    text("卷积核的权重漏乘了输入通道数", "input channels forgotten in the kernels"),
    text(
        "卷积核有多深？它要覆盖输入的所有通道。", "How deep is a kernel? It covers all channels of its input."
    ),
)
KERNEL_NOT_SQUARED = Mistake(
    "kernel_not_squared",
    text("只乘了卷积核的一条边", "only one side of the kernel"),
    text("卷积核在每个通道上是一个平面，有两条边。", "On each channel a kernel is a plane, with two sides."),
)
STATISTICS_COUNTED = Mistake(
    "statistics_counted",
    text("把批归一化的均值和方差也算作参数", "mean and variance of batch norm counted"),
    text("均值和方差是统计出来的，不是学出来的。", "Mean and variance are measured, not learned."),
)
PADDING_ONE_SIDE = Mistake(
    "padding_one_side",
    text("填充只加了一边", "padding added at one end only"),
    text("填充在每条边的两端都加了几格？", "How much does padding add at both ends of a side?"),
)
STRIDE_TWICE = Mistake(
    "stride_applied_twice",
    text("步幅除了两次", "divided by the stride twice"),
    text("步幅在公式里出现几次？", "How often does the stride occur in the formula?"),
)
POOLING_COUNTED = Mistake(
    "pooling_counted",
    text("给池化也算了参数", "parameters counted for pooling"),
    text(
        "池化取最大或平均：有什么要学的吗？", "Pooling takes a maximum or a mean: is there anything to learn?"
    ),
)
BIAS_PER_WEIGHT = Mistake(
    "bias_per_weight",
    text("每个权重都配了一个偏置", "one bias per weight"),
    text("一个卷积核、一个神经元各有几个偏置？", "How many biases has a kernel, and how many a neuron?"),
)


# the likelier first; a setting is named after the kind of layer that it changes
MISTAKES: tuple[Mistake, ...] = tuple(
    mistake.by(**settings)
    for mistake, settings in (
        (CEIL_FOR_FLOOR, {"convolution.ceil": True, "pooling.ceil": True}),
        (FLOOR_FOR_CEIL, {"pooling.ceil": False}),
        (PADDING_IGNORED, {"convolution.padding": 0, "pooling.padding": 0}),
        (STRIDE_IGNORED, {"convolution.stride": 1, "pooling.stride": 1}),
        (POOLING_IGNORED, {"pooling.ignored": True}),
        (KERNEL_FORGOTTEN, {"convolution.window": 1}),
        (OFF_BY_ONE, {"convolution.short": True}),
        (POOLING_OFF_BY_ONE, {"pooling.short": True}),
        (PADDING_ONE_SIDE, {"convolution.one_side": True}),
        (STRIDE_TWICE, {"convolution.twice": True}),
        (CHANNELS_KEPT, {"convolution.channels_kept": True}),
        (FLATTENED_ONE_CHANNEL, {"flatten.one_channel": True}),
        (BIAS_FORGOTTEN, {"convolution.biased": False, "dense.biased": False}),
        (BIAS_ADDED, {"convolution.biased": True, "dense.biased": True}),
        (BIAS_PER_WEIGHT, {"convolution.doubled": True, "dense.doubled": True}),
        (CHANNELS_DROPPED, {"convolution.flat": True}),
        (KERNEL_NOT_SQUARED, {"convolution.one_side_of_kernel": True}),
        (STATISTICS_COUNTED, {"batch_norm.statistics": True}),
        (POOLING_COUNTED, {"pooling.counted": True}),
    )
)


def of_layer(mistake: Mistake, layer: Layer) -> Mistake | None:
    """The mistake as it can be made in this layer alone; None where it cannot."""
    own = {name: v for name, v in mistake.otherwise.items() if name.startswith(f"{layer.kind}.")}
    return mistake.by(**own) if own else None


def output_of(layer: Layer, shape: Shape, i: int, way: Way) -> Shape:
    """The shape that layer i hands on, done this way. Misfit where there is none."""
    if isinstance(layer, ConvolutionLayer):
        return convolved(layer, shape, i, way)
    if isinstance(layer, PoolingLayer):
        return shape if way("pooling.ignored", False, i) else pooled(layer, shape, i, way)
    if isinstance(layer, FlattenLayer) and len(shape) == 3 and way("flatten.one_channel", False, i):
        return layer.output(shape[1:])
    return layer.output(shape)


def convolved(layer: ConvolutionLayer, shape: Shape, i: int, way: Way) -> Shape:
    slid = altered(layer, i, way, "stride", "padding")
    window = way("convolution.window", layer.kernel, i)
    slid = slid.model_copy(update={"kernel": window}) if window != layer.kernel else slid
    if way("convolution.one_side", False, i) and len(shape) == 3:
        shape = [shape[0], *(n - p for n, p in zip(shape[1:], both(layer.padding), strict=True))]
    after = slid.output(shape, ceil=way("convolution.ceil", False, i))
    if way("convolution.twice", False, i):
        after = [after[0], *(max(1, n // s) for n, s in zip(after[1:], both(layer.stride), strict=True))]
    if way("convolution.channels_kept", False, i):
        after = [shape[0], *after[1:]]
    return shortened(after) if way("convolution.short", False, i) else after


def pooled(layer: PoolingLayer, shape: Shape, i: int, way: Way) -> Shape:
    after = altered(layer, i, way, "stride", "padding", "ceil").output(shape)
    return shortened(after) if way("pooling.short", False, i) else after


def altered(layer: Any, i: int, way: Way, *names: str) -> Any:
    right = {name: getattr(layer, name) for name in names}
    done = {name: way(f"{layer.kind}.{name}", value, i) for name, value in right.items()}
    return layer if done == right else layer.model_copy(update=done)


def shortened(shape: Shape) -> Shape:
    """The + 1 forgotten."""
    if min(shape[1:]) < 2:
        raise Misfit(text("没有输出。", "nothing is left."))
    return [shape[0], *(side - 1 for side in shape[1:])]


def parameters_of(layer: Layer, shape: Shape, i: int, way: Way) -> int:
    """What layer i learns on inputs of `shape`, counted this way."""
    seen, counted = shape, layer
    if isinstance(layer, ConvolutionLayer | DenseLayer):
        biased = way(f"{layer.kind}.biased", layer.bias, i)
        counted = layer if biased == layer.bias else layer.model_copy(update={"bias": biased})
    if isinstance(counted, ConvolutionLayer):
        if way("convolution.flat", False, i):
            seen = [counted.groups, *shape[1:]]
        if way("convolution.one_side_of_kernel", False, i):
            counted = counted.model_copy(update={"kernel": [both(counted.kernel)[0], 1]})
    if isinstance(counted, ConvolutionLayer | DenseLayer) and way(f"{layer.kind}.doubled", False, i):
        return 2 * counted.model_copy(update={"bias": False}).parameters(seen)
    if isinstance(layer, PoolingLayer) and way("pooling.counted", False, i):
        rows, columns = both(layer.size)
        return rows * columns
    return counted.parameters(seen) * (2 if way(f"{layer.kind}.statistics", False, i) else 1)
