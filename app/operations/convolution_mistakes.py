"""What goes wrong when an image is convolved."""

from collections.abc import Iterable

import numpy as np

from app.operations.arrays import Array
from app.operations.operation import Mistake
from app.text import text

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
KERNEL_TRANSPOSED = Mistake(
    "kernel_transposed",
    text("卷积核的行和列颠倒了", "rows and columns of the kernel swapped"),
    text("卷积核的第 1 行对着窗口的哪一行？", "Which row of the window does the kernel's first row meet?"),
)
SIGNS_IGNORED = Mistake(
    "signs_ignored",
    text("负的权重当成正的了", "negative weights taken as positive"),
    text("卷积核里哪些权重是负的？", "Which weights of the kernel are negative?"),
)
WEIGHTS_IGNORED = Mistake(
    "weights_ignored",
    text("只把窗口里的数相加，没有乘权重", "window summed without the weights"),
    text("窗口里的每个数，相加之前还要做什么？", "What happens to every number of the window before adding?"),
)
AVERAGED = Mistake(
    "averaged",
    text("求和之后除以了权重的个数", "sum divided by the number of weights"),
    text("卷积是加权和，还是平均？", "Is a convolution a weighted sum or a mean?"),
)
PADDING_IGNORED = Mistake(
    "padding_ignored",
    text("没有填充", "padding ignored"),
    text("先在图像四周补上 0，再滑动窗口。", "Surround the image with zeros before the window slides."),
)
PADDED_WITH_EDGE = Mistake(
    "padded_with_edge",
    text("用边上的像素填充了，不是 0", "padded with the pixels at the edge, not with 0"),
    text("填充的格子里是什么数？", "Which number is in the padded places?"),
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
DILATION_AS_GAP = Mistake(
    "dilation_as_gap",
    text("把空洞率当成了中间空出的格数", "dilation taken as the number of places between"),
    text(
        "空洞率为 1 时就是普通卷积：这时相邻两个权重之间空几格？",
        "Dilation 1 is the ordinary convolution: how many places lie between neighbouring weights then?",
    ),
)
CHANNELS_DROPPED = Mistake(
    "channels_dropped",
    text("只算了第一个通道", "only the first channel"),
    text("各个通道的结果要怎样合成一个？", "How do the channels combine into one output?"),
)
CHANNEL_LEFT_OUT = Mistake(
    "channel_left_out",
    text("这个通道没有加进去", "this channel left out of the sum"),
    text("各个通道的结果要怎样合成一个？", "How do the channels combine into one output?"),
)
CHANNELS_AVERAGED = Mistake(
    "channels_averaged",
    text("各通道的结果取了平均", "channels averaged"),
    text("各个通道的结果要怎样合成一个？", "How do the channels combine into one output?"),
)
KERNEL_SHARED = Mistake(
    "kernel_shared",
    text("各通道都用了第一个通道的核", "the first channel's kernel used for every channel"),
    text("卷积核在每个通道上的权重都一样吗？", "Has the kernel the same weights on every channel?"),
)
BIAS_FORGOTTEN = Mistake(
    "bias_forgotten",
    text("漏了偏置", "bias forgotten"),
    text("加权求和之后还要加什么？", "What is added after the weighted sum?"),
)
BIAS_SUBTRACTED = Mistake(
    "bias_subtracted",
    text("减去了偏置", "bias subtracted"),
    text("偏置是加上还是减去？", "Is a bias added or subtracted?"),
)
BIAS_PER_CHANNEL = Mistake(
    "bias_per_channel",
    text("每个通道都加了一次偏置", "bias added once per channel"),
    text("偏置属于一个卷积核，还是一个通道？", "Does a bias belong to a kernel or to a channel?"),
)


def wrong_kernels(kernel: Array, flip: bool) -> Iterable[Mistake]:
    """Other ways to lay the kernel (C×kh×kw, or one of its planes 1×kh×kw) on the window."""
    if not np.array_equal(kernel, kernel[:, ::-1, ::-1]):
        yield (KERNEL_NOT_FLIPPED if flip else KERNEL_FLIPPED).by(flip=not flip)
    if np.min(kernel) < 0:
        yield SIGNS_IGNORED.by(weights="absolute")
    if np.any(np.abs(kernel) != 1):
        yield WEIGHTS_IGNORED.by(weights="ones")
    turned = kernel.transpose(0, 2, 1)
    if turned.shape == kernel.shape and not np.array_equal(turned, kernel):
        yield KERNEL_TRANSPOSED.by(transposed=True)


def wrong_channels(kernel: Array) -> Iterable[Mistake]:
    """Other ways to bring several channels together."""
    if len(kernel) > 1:
        yield CHANNELS_DROPPED.by(channels=1)
        yield CHANNELS_AVERAGED.by(divisor=len(kernel))
        if np.any(kernel != kernel[:1]):
            yield KERNEL_SHARED.by(shared=True)


def wrong_biases(bias: float, channels: int) -> Iterable[Mistake]:
    if bias:
        yield BIAS_FORGOTTEN.by(bias=0)
        yield BIAS_SUBTRACTED.by(bias=-bias)
        if channels > 1:
            yield BIAS_PER_CHANNEL.by(bias=channels * bias)
