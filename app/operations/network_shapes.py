"""Shapes and parameters along a network."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

from numpy.random import Generator
from pydantic import Field, ValidationError, model_validator

from app.operations.layers import AnyLayer, ConvolutionLayer, DenseLayer, Layer, Misfit, Shape
from app.operations.network_mistakes import MISTAKES, of_layer, output_of, parameters_of
from app.operations.operation import (
    RIGHT,
    Inputs,
    LeadsNowhere,
    Mistake,
    Operation,
    Picture,
    Results,
    Step,
    Way,
    leading,
    refuse,
)
from app.operations.windows import both
from app.text import Text, text

Size = Annotated[int, Field(ge=1, le=1_000_000)]
TRIES = 200
FEW = 12  # layers, for mistakes to be looked for in one of them alone
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

    def compute(self, given: NetworkInputs, way: Way = RIGHT) -> Results:
        try:
            return chain(given, way)
        except Misfit:
            raise LeadsNowhere from None

    def steps(self, given: NetworkInputs, results: Results) -> Iterable[Step]:
        shapes = [given.input, *results["shapes"]]
        for i, (layer, shape) in enumerate(zip(given.layers, shapes, strict=False)):
            for step in layer.working(shape):
                yield Step(step.formula, where(i, layer) + step.text)
        counts = [str(count) for count in results["parameters"] if count]
        yield Step(
            " + ".join(counts or ["0"]) + (f" = {results['total_parameters']}" if len(counts) > 1 else ""),
            text("有参数的层相加，就是总参数量。", "The layers with parameters add up to the total."),
        )

    def draw(self, like: NetworkInputs, rng: Generator) -> NetworkInputs:
        for _ in range(TRIES):
            try:
                return NetworkInputs(input=input_like(like.input, rng), layers=layers_like(like.layers, rng))
            except ValidationError:  # the drawn layers do not fit one another
                continue
        return like

    def mistakes(self, given: NetworkInputs) -> Iterable[Mistake]:
        kinds = {f"{layer.kind}." for layer in given.layers}
        for mistake in MISTAKES:
            if any(name.startswith(kind) for name in mistake.otherwise for kind in kinds):
                yield mistake

    def local_mistakes(self, given: NetworkInputs) -> Iterable[Mistake]:
        for i, layer in enumerate(given.layers if len(given.layers) <= FEW else ()):
            alone = (of_layer(mistake, layer) for mistake in MISTAKES)
            yield from (mistake.at(i, where(i, layer)) for mistake in alone if mistake)

    def led(self, given: NetworkInputs) -> tuple[Mistake, ...]:
        """Of two mistakes that lead to the same shapes the likelier; counts only where they tell mistakes apart."""
        truth, found, seen = chain(given), [], []
        for mistake in leading(self, given, self.mistakes(given)):
            shapes = mistake.results["shapes"]
            if mistake.results == truth or shapes in seen:
                continue
            if shapes != truth["shapes"]:
                seen.append(shapes)
            found.append(mistake)
        counts = [mistake.results["parameters"] for mistake in found]
        return tuple(
            mistake
            if counts.count(mistake.results["parameters"]) == 1
            or mistake.results["shapes"] == truth["shapes"]
            else mistake.leads_to(shapes=mistake.results["shapes"])
            for mistake in found
        )

    def picture(self, given: NetworkInputs) -> Picture:
        layers = [{"kind": layer.kind, "label": layer.label} for layer in given.layers]
        return Picture(
            "chain",
            text(f"{len(layers)} 层的网络", f"A network of {len(layers)} layers"),
            {"input": given.input, "layers": layers},
        )


def chain(given: NetworkInputs, way: Way = RIGHT) -> dict[str, Any]:
    """All results; Misfit names the first layer that cannot take its input."""
    shape, shapes, counts = given.input, [], []
    for i, layer in enumerate(given.layers):
        try:
            after = output_of(layer, shape, i, way)
        except Misfit as misfit:
            raise Misfit(where(i, layer) + misfit.why) from None
        counts.append(way.keep("parameters", parameters_of(layer, shape, i, way), i))
        shapes.append(shape := way.keep("shapes", after, i))
    return {"shapes": shapes, "parameters": counts, "total_parameters": sum(counts)}


def where(i: int, layer: Layer) -> Text:
    return text(f"第 {i + 1} 层（{layer.title.zh}）：", f"Layer {i + 1} ({layer.title.en}):")


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
