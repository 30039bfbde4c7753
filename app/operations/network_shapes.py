"""Shapes and parameters along a network."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

from numpy.random import Generator
from pydantic import Field, ValidationError, model_validator

from app.operations.layers import AnyLayer, ConvolutionLayer, DenseLayer, Layer, Misfit, Shape
from app.operations.network_mistakes import WRONG_WAYS, Output, Parameters, right_output, right_parameters
from app.operations.operation import Inputs, Mistake, Operation, Picture, Solution, Step, refuse
from app.operations.windows import both
from app.text import text

Size = Annotated[int, Field(ge=1, le=1_000_000)]
TRIES = 200
OUT_CHANNELS = (4, 6, 8, 16, 32)  # what siblings draw
KERNELS = (3, 5)
UNITS = (16, 32, 64, 84, 100, 120, 128)


class NetworkInputs(Inputs):
    input: Annotated[list[Size], Field(min_length=1, max_length=3)]
    layers: Annotated[list[AnyLayer], Field(min_length=1, max_length=64)]

    @model_validator(mode="after")
    def every_layer_fits(self) -> "NetworkInputs":
        if len(self.input) == 2:
            raise refuse(
                "输入的形状写成 [通道, 高, 宽]，向量写成 [长度]。",
                "Write the input's shape as [channels, height, width], or [length] for a vector.",
            )
        try:
            chain(self)
        except Misfit as misfit:
            raise refuse(misfit.why.zh, misfit.why.en) from None
        return self


class NetworkShapes(Operation[NetworkInputs]):
    r"""The shape after every layer, and the parameters of every layer.

    A side becomes $\lfloor \frac{n + 2p - d(k - 1) - 1}{s} \rfloor + 1$ in a convolution (rounded up in
    pooling with `ceil`). A convolution learns $C' \cdot \frac{C}{g} \cdot k_h k_w + C'$ numbers, a dense
    layer $n n' + n'$ (without the last term where `bias` is false), batch norm 2 per channel or feature.
    `input`: [channels, height, width], or [length]; `layers`, first layer first, by `kind`:
    convolution (`out_channels`, `kernel`, `stride`, `padding`, `dilation`, `groups`, `bias`),
    pooling (`size`, `stride`, `padding`, `ceil`, `mode`), activation (`function`), batch_norm,
    dropout (`rate`), flatten, dense (`units`, `bias`), softmax.
    Results: `shapes` and `parameters` (one entry a layer), `total_parameters`.
    """

    name = "network_shapes"
    title = text("网络各层的形状与参数", "Shapes and parameters of a network")
    Inputs = NetworkInputs
    example = {
        "input": [1, 28, 28],
        "layers": [
            {"kind": "convolution", "out_channels": 32, "kernel": 3},
            {"kind": "pooling", "size": 2, "stride": 2},
            {"kind": "convolution", "out_channels": 32, "kernel": 3},
            {"kind": "pooling", "size": 2, "stride": 2},
            {"kind": "flatten"},
            {"kind": "dense", "units": 10},
        ],
    }

    def solve(self, given: NetworkInputs) -> Solution:
        results = chain(given)
        return Solution(results, tuple(working(given, results)))

    def draw(self, like: NetworkInputs, rng: Generator) -> NetworkInputs:
        for _ in range(TRIES):
            try:
                return NetworkInputs(input=input_like(like.input, rng), layers=layers_like(like.layers, rng))
            except ValidationError:  # the drawn layers do not fit one another
                continue
        return like

    def mistakes(self, given: NetworkInputs) -> Iterable[Mistake]:
        truth, found = chain(given), list(wrong_chains(given))
        for mistake, wrong in found:
            alone = [other["parameters"] for _, other in found].count(wrong["parameters"]) == 1
            if alone or wrong["shapes"] == truth["shapes"]:
                yield mistake.leads_to(**wrong)
            else:  # its counts would not tell it from another mistake
                yield mistake.leads_to(shapes=wrong["shapes"])

    def picture(self, given: NetworkInputs) -> Picture:
        layers = [{"kind": layer.kind, "label": layer.label} for layer in given.layers]
        return Picture(
            "chain",
            text(f"{len(layers)} 层的网络", f"A network of {len(layers)} layers"),
            {"input": given.input, "layers": layers},
        )


def chain(
    given: NetworkInputs, output: Output = right_output, parameters: Parameters = right_parameters
) -> dict[str, Any]:
    """All results; Misfit names the first layer that cannot take its input."""
    shape, shapes, counts = given.input, [], []
    for i, layer in enumerate(given.layers, start=1):
        try:
            after = output(layer, shape)
        except Misfit as misfit:
            where = text(f"第 {i} 层（{layer.title.zh}）：", f"Layer {i} ({layer.title.en}):")
            raise Misfit(where + misfit.why) from None
        counts.append(parameters(layer, shape))
        shapes.append(shape := after)
    return {"shapes": shapes, "parameters": counts, "total_parameters": sum(counts)}


def wrong_chains(given: NetworkInputs) -> Iterable[tuple[Mistake, dict[str, Any]]]:
    """What goes wrong here; of two mistakes that lead to the same shapes only the first."""
    truth = chain(given)
    seen = []
    for mistake, output, parameters in WRONG_WAYS:
        try:
            wrong = chain(given, output, parameters)
        except Misfit:  # this mistake leads nowhere here
            continue
        if wrong == truth or wrong["shapes"] in seen:
            continue
        if wrong["shapes"] != truth["shapes"]:
            seen.append(wrong["shapes"])
        yield mistake, wrong


def input_like(like: Shape, rng: Generator) -> Shape:
    """Sides from 20 to 40 where the like has 28, in proportion elsewhere; a square stays a square."""
    channels, sides = like[:-2], like[-2:]
    drawn = [rng.integers(n * 5 // 7, n * 10 // 7 + 1).item() or 1 for n in sides]
    if channels:
        channels = [rng.choice((1, 3)).item() if channels[0] in (1, 3) else rng.choice(OUT_CHANNELS).item()]
        drawn = [drawn[0]] * 2 if sides[0] == sides[1] else drawn
    return [*channels, *drawn]


def layers_like(like: Sequence[Layer], rng: Generator) -> list[Layer]:
    """Layers that are alike stay alike; the last dense layer keeps its classes."""
    dense = [layer for layer in like if isinstance(layer, DenseLayer)]
    kept: dict[str, Layer] = {layer.model_dump_json(): layer for layer in dense[-1:]}
    for layer in like:
        kept.setdefault(layer.model_dump_json(), layer_like(layer, rng))
    return [kept[layer.model_dump_json()] for layer in like]


def layer_like(layer: Layer, rng: Generator) -> Layer:
    if isinstance(layer, DenseLayer):
        return layer.model_copy(update={"units": rng.choice(UNITS).item()})
    if not isinstance(layer, ConvolutionLayer):
        return layer
    change: dict[str, Any] = {"out_channels": rng.choice(OUT_CHANNELS).item()}
    if both(layer.kernel) != (1, 1):
        side = rng.choice(KERNELS).item()
        change["kernel"] = side if isinstance(layer.kernel, int) else [side, side]
    if "padding" in layer.model_fields_set:  # where none is declared, a prompt may say there is none
        change["padding"] = rng.integers(0, 2).item()
    return layer.model_copy(update=change)


def working(given: NetworkInputs, results: dict[str, Any]) -> Iterable[Step]:
    shapes = [given.input, *results["shapes"]]
    for i, (layer, shape) in enumerate(zip(given.layers, shapes, strict=False), start=1):
        where = text(f"第 {i} 层（{layer.title.zh}）：", f"Layer {i} ({layer.title.en}):")
        for step in layer.working(shape):
            yield Step(step.formula, where + step.text)
    counts = [str(count) for count in results["parameters"] if count]
    yield Step(
        " + ".join(counts or ["0"]) + (f" = {results['total_parameters']}" if len(counts) > 1 else ""),
        text("有参数的层相加，就是总参数量。", "The layers with parameters add up to the total."),
    )
