"""The layers of a network: the shape each hands on, and its parameters."""

from collections.abc import Iterable, Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from app.operations.convolution_parameters import weights
from app.operations.operation import Inputs, Step
from app.operations.windows import Both, Pair, RimPair, both, places, places_formula
from app.text import Text, text

Shape = list[int]  # [channels, height, width] or [length]
Count = Annotated[int, Field(ge=1, le=65_536)]


class Misfit(Exception):
    """A layer cannot take the shape it is handed; says why."""

    def __init__(self, why: Text) -> None:
        super().__init__(why.en)
        self.why = why


class Layer(Inputs):
    """Passes its input on in the same shape and learns nothing, unless a kind says otherwise."""

    title: ClassVar[Text]
    kind: str

    def output(self, shape: Shape) -> Shape:
        """The shape handed on. Misfit where the layer cannot take `shape`."""
        return shape

    def parameters(self, shape: Shape) -> int:
        """How many numbers the layer learns on inputs of `shape`."""
        return 0

    @property
    def label(self) -> Text:
        """What is given of the layer, for a picture."""
        return text("", "")

    def working(self, shape: Shape) -> Iterable[Step]:
        yield Step(times(shape), text("形状不变，没有参数。", "The shape stays the same; no parameters."))


class ConvolutionLayer(Layer):
    title = text("卷积", "convolution")
    kind: Literal["convolution"]
    out_channels: Count
    kernel: Pair
    stride: Pair = 1
    padding: RimPair = 0
    dilation: Pair = 1
    groups: Count = 1
    bias: bool = True

    @property
    def slide(self) -> tuple[Both, Both, Both, Both]:
        return both(self.kernel), both(self.stride), both(self.padding), both(self.dilation)

    def output(self, shape: Shape, ceil: bool = False) -> Shape:
        channels, sides = volume(shape)
        if channels % self.groups or self.out_channels % self.groups:
            raise Misfit(
                text(
                    f"分组数 {self.groups} 不能同时整除输入通道数 {channels} 和输出通道数 {self.out_channels}。",
                    f"{self.groups} groups do not divide {channels} input channels and "
                    f"{self.out_channels} output channels.",
                )
            )
        return [self.out_channels, *slide(sides, *self.slide, ceil=ceil)]

    def parameters(self, shape: Shape) -> int:
        count = weights(shape[0], self.out_channels, self.kernel, self.groups)
        return count + self.out_channels if self.bias else count

    @property
    def label(self) -> Text:
        size = times(both(self.kernel), "×")
        extras = text(f"步幅 {pair(self.stride)}", f"stride {pair(self.stride)}")
        if any(both(self.padding)):
            extras += text(f"，填充 {pair(self.padding)}", f"· padding {pair(self.padding)}")
        if both(self.dilation) != (1, 1):
            extras += text(f"，空洞 {pair(self.dilation)}", f"· dilation {pair(self.dilation)}")
        if self.groups > 1:
            extras += text(f"，分 {self.groups} 组", f"· {self.groups} groups")
        kernels = text(f"{self.out_channels} 个 {size} 的核，", f"{self.out_channels} kernels {size} ·")
        return kernels + extras

    def working(self, shape: Shape) -> Iterable[Step]:
        shown = times(self.output(shape), "×")
        yield Step(
            places_formula(shape[1:], *self.slide),
            text(
                f"每条边的长度；通道数等于卷积核的个数 {self.out_channels}，输出 {shown}。",
                f"Length of each side; there are as many channels as kernels, {self.out_channels}: {shown}.",
            ),
        )
        kernel = times([shape[0] // self.groups, *both(self.kernel)])
        biases = f" + {self.out_channels}" if self.bias else ""
        yield Step(
            rf"{self.out_channels} \times ({kernel}){biases} = {self.parameters(shape)}",
            text("参数量：核数 × 每个核的权重", "Parameters: kernels × weights of a kernel")
            + (text("，再加偏置。", "plus the biases.") if self.bias else text("。", "(no biases).")),
        )


class PoolingLayer(Layer):
    title = text("池化", "pooling")
    kind: Literal["pooling"]
    size: Pair
    stride: Pair | None = None
    padding: RimPair = 0
    ceil: bool = False
    mode: Literal["max", "average"] = "max"

    @property
    def slide(self) -> tuple[Both, Both, Both, Both]:
        stride = both(self.stride or self.size)
        return both(self.size), stride, both(self.padding), (1, 1)

    def output(self, shape: Shape) -> Shape:
        channels, sides = volume(shape)
        if any(p >= k for p, k in zip(both(self.padding), both(self.size), strict=True)):
            raise Misfit(text("填充要小于窗口的边长。", "the padding must be smaller than the window."))
        return [channels, *slide(sides, *self.slide, ceil=self.ceil)]

    @property
    def label(self) -> Text:
        size, stride = times(both(self.size), "×"), pair(self.stride or self.size)
        extras = text(f"步幅 {stride}", f"stride {stride}")
        if any(both(self.padding)):
            extras += text(f"，填充 {pair(self.padding)}", f"· padding {pair(self.padding)}")
        if self.ceil:
            extras += text("，向上取整", "· rounded up")
        kind = text(f"最大 {size}，", f"max {size} ·") if self.mode == "max" else None
        return (kind or text(f"平均 {size}，", f"average {size} ·")) + extras

    def working(self, shape: Shape) -> Iterable[Step]:
        shown = times(self.output(shape), "×")
        yield Step(
            places_formula(shape[1:], *self.slide, ceil=self.ceil),
            text(
                f"每条边的长度；逐通道进行，通道数不变，输出 {shown}；没有参数。",
                f"Length of each side; every channel is pooled by itself: {shown}; no parameters.",
            ),
        )


class ActivationLayer(Layer):
    title = text("激活", "activation")
    kind: Literal["activation"]
    function: Literal["sigmoid", "tanh", "relu", "leaky_relu"] = "relu"

    @property
    def label(self) -> Text:
        return text(self.function, self.function)


class BatchNormLayer(Layer):
    title = text("批归一化", "batch norm")
    kind: Literal["batch_norm"]

    def parameters(self, shape: Shape) -> int:
        return 2 * shape[0]

    def working(self, shape: Shape) -> Iterable[Step]:
        yield Step(
            rf"2 \times {shape[0]} = {self.parameters(shape)}",
            text(
                "形状不变；每个通道（特征）学两个数：缩放和平移。",
                "The shape stays; each channel or feature learns two numbers, a scale and a shift.",
            ),
        )


class DropoutLayer(Layer):
    title = text("Dropout", "dropout")
    kind: Literal["dropout"]
    rate: Annotated[float, Field(ge=0, lt=1)] = 0.5

    @property
    def label(self) -> Text:
        return text(f"丢弃率 {self.rate:g}", f"rate {self.rate:g}")


class FlattenLayer(Layer):
    title = text("展平", "flatten")
    kind: Literal["flatten"]

    def output(self, shape: Shape) -> Shape:
        length = 1
        for side in shape:
            length *= side
        return [length]

    def working(self, shape: Shape) -> Iterable[Step]:
        yield Step(
            f"{times(shape)} = {self.output(shape)[0]}" if len(shape) > 1 else str(shape[0]),
            text("所有数值排成一个向量；没有参数。", "All values in one vector; no parameters."),
        )


class DenseLayer(Layer):
    title = text("全连接", "dense")
    kind: Literal["dense"]
    units: Annotated[int, Field(ge=1, le=1_000_000)]
    bias: bool = True

    def output(self, shape: Shape) -> Shape:
        if len(shape) > 1:
            raise Misfit(
                text(
                    f"输入是 {times(shape, '×')} 的特征图，全连接层要一个向量，请先展平。",
                    f"a dense layer takes a vector, but the input is {times(shape, '×')}: flatten first.",
                )
            )
        return [self.units]

    def parameters(self, shape: Shape) -> int:
        return shape[0] * self.units + (self.units if self.bias else 0)

    @property
    def label(self) -> Text:
        return text(f"{self.units} 个神经元", f"{self.units} neurons")

    def working(self, shape: Shape) -> Iterable[Step]:
        biases = f" + {self.units}" if self.bias else ""
        yield Step(
            rf"{shape[0]} \times {self.units}{biases} = {self.parameters(shape)}",
            text(
                f"输出 {self.units} 个数。参数量：输入 × 神经元",
                f"{self.units} outputs. Parameters: inputs × neurons",
            )
            + (text("，再加偏置。", "plus the biases.") if self.bias else text("。", "(no biases).")),
        )


class SoftmaxLayer(Layer):
    title = text("Softmax", "softmax")
    kind: Literal["softmax"]


AnyLayer = Annotated[
    ConvolutionLayer
    | PoolingLayer
    | ActivationLayer
    | BatchNormLayer
    | DropoutLayer
    | FlattenLayer
    | DenseLayer
    | SoftmaxLayer,
    Field(discriminator="kind"),
]


def volume(shape: Shape) -> tuple[int, Shape]:
    """Channels and sides."""
    if len(shape) != 3:
        raise Misfit(
            text(
                "这一层要特征图（通道×高×宽），输入却是一个向量。",
                "this layer takes feature maps (channels × height × width), but the input is a vector.",
            )
        )
    return shape[0], shape[1:]


def slide(sides: Shape, window: Both, stride: Both, padding: Both, dilation: Both, ceil: bool) -> Shape:
    """Sides of the output of a window that slides over `sides`."""
    found = [
        places(n, k, s, p, d, ceil)
        for n, k, s, p, d in zip(sides, window, stride, padding, dilation, strict=True)
    ]
    if min(found) < 1:
        size = times(sides, "×")
        raise Misfit(
            text(
                f"窗口比（填充后的）输入还大，{size} 的特征图放不下它。",
                f"the window is larger than the (padded) {size} input.",
            )
        )
    return found


def times(numbers: Sequence[int], sign: str = r" \times ") -> str:
    return sign.join(map(str, numbers))


def pair(value: int | list[int]) -> str:
    return times(dict.fromkeys(both(value)), "×")  # type: ignore[arg-type]
