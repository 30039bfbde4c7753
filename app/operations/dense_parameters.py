"""Parameters of a fully connected network."""

from collections.abc import Iterable
from itertools import pairwise
from math import prod
from typing import Annotated, Any, Literal

from numpy.random import Generator
from pydantic import Field

from app.operations.operation import RIGHT, Inputs, Mistake, Operation, Picture, Results, Step, Way
from app.text import Text, text

Width = Annotated[int, Field(ge=1, le=1_000_000)]


class DenseInputs(Inputs):
    widths: Annotated[list[Width], Field(min_length=2, max_length=50)]
    bias: bool = True


Biases = Literal["neuron", "none", "input", "weight", "layer"]  # what there is one bias of

BIAS_FORGOTTEN = Mistake(
    "bias_forgotten",
    text("漏了偏置", "biases forgotten"),
    text(
        "每个神经元除了权重，还有一个自己的偏置。",
        "Besides its weights, every neuron has one bias of its own.",
    ),
)
BIAS_ADDED = Mistake(
    "bias_added",
    text("多算了偏置", "biases counted that are not there"),
    text("题目说这些神经元没有偏置。", "These neurons are declared to have no bias."),
)
BIAS_PER_INPUT = Mistake(
    "bias_per_input",
    text("偏置按上一层的神经元数算了", "one bias per input instead of per neuron"),
    text(
        "偏置属于接收信号的那一层：那一层有几个神经元？",
        "A bias belongs to the receiving layer: how many neurons has it?",
    ),
)
BIAS_PER_WEIGHT = Mistake(
    "bias_per_weight",
    text("每个权重都配了一个偏置", "one bias per weight"),
    text(
        "一个神经元把所有加权输入加起来，再加几个偏置？",
        "A neuron adds up all its weighted inputs: how many biases come on top?",
    ),
)
BIAS_PER_LAYER = Mistake(
    "bias_per_layer",
    text("每层只算了一个偏置", "one bias per layer"),
    text("同一层的神经元共用一个偏置吗？", "Do the neurons of a layer share one bias?"),
)
INPUT_LAYER_COUNTED = Mistake(
    "input_layer_counted",
    text("给输入层也算了偏置", "biases of the input layer counted"),
    text("输入层只把数据送进来，它有参数吗？", "The input layer only hands the data on: has it parameters?"),
)
ADDED = Mistake(
    "added_not_multiplied",
    text("两层的神经元数相加，没有相乘", "widths added, not multiplied"),
    text("两层之间，每个神经元与对面的几个相连？", "How many partners has each neuron in the next layer?"),
)
WIDTHS_MULTIPLIED = Mistake(
    "widths_multiplied",
    text("把各层的神经元数全部连乘了", "all widths multiplied together"),
    text("只有相邻两层之间才有连接。", "Only neighbouring layers are connected."),
)
LAYER_LEFT_OUT = Mistake(
    "layer_left_out",
    text("这一层没有计入总数", "this layer left out of the total"),
    text("总数里有几项？相邻的层有几对？", "How many terms has the total, and how many pairs of layers?"),
)


class DenseParameters(Operation[DenseInputs]):
    r"""Weights and biases between neighbouring layers.

    $P_l = n_{l-1} n_l + n_l$ (without the last term where there is no bias), $P = \sum_l P_l$.
    `widths`: neurons per layer, input first (at least two layers).
    Results: `per_layer` (one count per pair of layers), `total`.
    """

    name = "dense_parameters"
    title = text("全连接网络的参数量", "Parameters of a fully connected network")
    Inputs = DenseInputs
    example = {"widths": [2, 4, 4, 4, 3], "bias": True}

    def compute(self, given: DenseInputs, way: Way = RIGHT) -> Results:
        right: Biases = "neuron" if given.bias else "none"
        counts: list[int] = []
        for layer, (n_in, n_out) in enumerate(pairwise(given.widths)):
            weights = n_in + n_out if way("added", False, layer) else n_in * n_out
            each = {"neuron": n_out, "none": 0, "input": n_in, "weight": weights, "layer": 1}
            counts.append(way.keep("per_layer", weights + each[way("biases", right, layer)], layer))
        total = sum(count for layer, count in enumerate(counts) if way("counted", True, layer))
        if way("input_counted", False):
            total += given.widths[0]
        return {"per_layer": counts, "total": prod(given.widths) if way("multiplied", False) else total}

    def steps(self, given: DenseInputs, results: Results) -> Iterable[Step]:
        counts: Any = results["per_layer"]
        for layer, ((n_in, n_out), count) in enumerate(zip(pairwise(given.widths), counts, strict=True)):
            biases = f" + {n_out}" if given.bias else ""
            weights = text(f"权重 {n_in}×{n_out}", f"{n_in}×{n_out} weights")
            yield Step(
                rf"{n_in} \times {n_out}{biases} = {count}",
                where(layer)
                + weights
                + (
                    text(f"，偏置 {n_out}。", f"and {n_out} biases.")
                    if given.bias
                    else text("，没有偏置。", "and no bias.")
                ),
            )
        yield Step(
            " + ".join(map(str, counts)) + f" = {sum(counts)}",
            text("各层相加就是总数。", "The layers add up to the total."),
        )

    def draw(self, like: DenseInputs, rng: Generator) -> DenseInputs:
        return DenseInputs(widths=[width_like(n, rng) for n in like.widths], bias=like.bias)

    def mistakes(self, given: DenseInputs) -> Iterable[Mistake]:
        yield from wrong_biases(given.bias)
        if given.bias:
            yield INPUT_LAYER_COUNTED.by(input_counted=True)
        yield ADDED.by(added=True)
        if len(given.widths) > 2:
            yield WIDTHS_MULTIPLIED.by(multiplied=True)

    def local_mistakes(self, given: DenseInputs) -> Iterable[Mistake]:
        for layer in range(len(given.widths) - 1):
            alone = LAYER_LEFT_OUT.by(counted=False), ADDED.by(added=True), *wrong_biases(given.bias)
            yield from (mistake.at(layer, where(layer)) for mistake in alone)

    def picture(self, given: DenseInputs) -> Picture:
        return Picture(
            "network",
            text(
                "全连接网络：" + " → ".join(map(str, given.widths)),
                "Fully connected: " + " → ".join(map(str, given.widths)),
            ),
            {"widths": given.widths},
        )


def width_like(width: int, rng: Generator) -> int:
    """Small widths are drawn freely, large ones as round as they are."""
    if width <= 10:
        return int(rng.integers(2, 10))
    return int(rng.choice([width // 2, width, 2 * width, width + 10, width + 20]))


def wrong_biases(bias: bool) -> Iterable[Mistake]:
    yield BIAS_FORGOTTEN.by(biases="none") if bias else BIAS_ADDED.by(biases="neuron")
    if bias:
        yield BIAS_PER_INPUT.by(biases="input")
        yield BIAS_PER_WEIGHT.by(biases="weight")
        yield BIAS_PER_LAYER.by(biases="layer")


def where(layer: int) -> Text:
    return text(f"第 {layer + 1} 层到第 {layer + 2} 层：", f"Layer {layer + 1} to layer {layer + 2}:")
