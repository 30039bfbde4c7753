"""What goes wrong when the shapes and parameters of a network are worked out."""

from collections.abc import Callable
from typing import Any

from app.operations.layers import (
    BatchNormLayer,
    ConvolutionLayer,
    DenseLayer,
    FlattenLayer,
    Layer,
    Misfit,
    PoolingLayer,
    Shape,
)
from app.operations.operation import Mistake
from app.operations.windows import CEIL_FOR_FLOOR, FLOOR_FOR_CEIL, both
from app.text import text

Output = Callable[[Layer, Shape], Shape]
Parameters = Callable[[Layer, Shape], int]

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
    text("多算了偏置", "biases counted"),
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


def right_output(layer: Layer, shape: Shape) -> Shape:
    return layer.output(shape)


def right_parameters(layer: Layer, shape: Shape) -> int:
    return layer.parameters(shape)


def altered(layer: Layer, kinds: type[Layer] | tuple[type[Layer], ...], **change: Any) -> Layer:
    return layer.model_copy(update=change) if isinstance(layer, kinds) else layer


def output_of(*kinds: type[Layer], **change: Any) -> Output:
    """The output where layers of these kinds are read with other settings."""
    return lambda layer, shape: altered(layer, kinds, **change).output(shape)


def parameters_of(*kinds: type[Layer], **change: Any) -> Parameters:
    return lambda layer, shape: altered(layer, kinds, **change).parameters(shape)


def one_short(kind: type[Layer]) -> Output:
    """The + 1 forgotten."""

    def output(layer: Layer, shape: Shape) -> Shape:
        after = layer.output(shape)
        if not isinstance(layer, kind):
            return after
        if min(after[1:]) < 2:
            raise Misfit(text("没有输出。", "nothing is left."))
        return [after[0], *(side - 1 for side in after[1:])]

    return output


def rounded_up(layer: Layer, shape: Shape) -> Shape:
    if isinstance(layer, ConvolutionLayer):
        return layer.output(shape, ceil=True)
    return altered(layer, PoolingLayer, ceil=True).output(shape)


def channels_kept(layer: Layer, shape: Shape) -> Shape:
    return altered(layer, ConvolutionLayer, out_channels=shape[0]).output(shape)


def flattened_one_channel(layer: Layer, shape: Shape) -> Shape:
    one = shape[1:] if isinstance(layer, FlattenLayer) and len(shape) == 3 else shape
    return layer.output(one)


def channels_dropped(layer: Layer, shape: Shape) -> int:
    seen = [layer.groups, *shape[1:]] if isinstance(layer, ConvolutionLayer) else shape
    return layer.parameters(seen)


def kernel_not_squared(layer: Layer, shape: Shape) -> int:
    if isinstance(layer, ConvolutionLayer):
        layer = layer.model_copy(update={"kernel": [both(layer.kernel)[0], 1]})
    return layer.parameters(shape)


def statistics_counted(layer: Layer, shape: Shape) -> int:
    return layer.parameters(shape) * (2 if isinstance(layer, BatchNormLayer) else 1)


# a wrong way to find a layer's output, and to count its parameters; the likelier first
WRONG_WAYS: tuple[tuple[Mistake, Output, Parameters], ...] = (
    (CEIL_FOR_FLOOR, rounded_up, right_parameters),
    (FLOOR_FOR_CEIL, output_of(PoolingLayer, ceil=False), right_parameters),
    (PADDING_IGNORED, output_of(ConvolutionLayer, PoolingLayer, padding=0), right_parameters),
    (STRIDE_IGNORED, output_of(ConvolutionLayer, PoolingLayer, stride=1), right_parameters),
    (POOLING_IGNORED, output_of(PoolingLayer, size=1, stride=1, padding=0), right_parameters),
    (KERNEL_FORGOTTEN, output_of(ConvolutionLayer, kernel=1), right_parameters),
    (OFF_BY_ONE, one_short(ConvolutionLayer), right_parameters),
    (POOLING_OFF_BY_ONE, one_short(PoolingLayer), right_parameters),
    (CHANNELS_KEPT, channels_kept, right_parameters),
    (FLATTENED_ONE_CHANNEL, flattened_one_channel, right_parameters),
    (BIAS_FORGOTTEN, right_output, parameters_of(ConvolutionLayer, DenseLayer, bias=False)),
    (BIAS_ADDED, right_output, parameters_of(ConvolutionLayer, DenseLayer, bias=True)),
    (CHANNELS_DROPPED, right_output, channels_dropped),
    (KERNEL_NOT_SQUARED, right_output, kernel_not_squared),
    (STATISTICS_COUNTED, right_output, statistics_counted),
)
