"""Parameters of a fully connected network."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Annotated, Any

from numpy.random import Generator
from pydantic import Field

from app.operations.operation import Inputs, Mistake, Operation, Picture, Solution, Step
from app.text import text

Width = Annotated[int, Field(ge=1, le=1_000_000)]


class DenseInputs(Inputs):
    widths: Annotated[list[Width], Field(min_length=2, max_length=50)]
    bias: bool = True


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
    text("多算了偏置", "biases counted"),
    text("题目说这些神经元没有偏置。", "These neurons are declared to have no bias."),
)
BIAS_PER_WEIGHT = Mistake(
    "bias_per_weight",
    text("偏置按上一层的神经元数算了", "one bias per input instead of per neuron"),
    text(
        "偏置属于接收信号的那一层：那一层有几个神经元？",
        "A bias belongs to the receiving layer: how many neurons has it?",
    ),
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

    def solve(self, given: DenseInputs) -> Solution:
        counts = per_layer(given.widths, given.bias)
        return Solution(counted(counts), tuple(working(given, counts)))

    def draw(self, like: DenseInputs, rng: Generator) -> DenseInputs:
        high = max(9, max(like.widths))
        widths = [int(n) for n in rng.integers(2, high + 1, size=len(like.widths))]
        return DenseInputs(widths=widths, bias=like.bias)

    def mistakes(self, given: DenseInputs) -> Iterable[Mistake]:
        swapped = BIAS_FORGOTTEN if given.bias else BIAS_ADDED
        yield swapped.leads_to(**counted(per_layer(given.widths, not given.bias)))
        if given.bias:
            wrong = [n_in * n_out + n_in for n_in, n_out in pairs(given.widths)]
            yield BIAS_PER_WEIGHT.leads_to(**counted(wrong))

    def picture(self, given: DenseInputs) -> Picture:
        return Picture(
            "network",
            text(
                "全连接网络：" + " → ".join(map(str, given.widths)),
                "Fully connected: " + " → ".join(map(str, given.widths)),
            ),
            {"widths": given.widths},
        )


def pairs(widths: Sequence[int]) -> list[tuple[int, int]]:
    return list(pairwise(widths))


def per_layer(widths: Sequence[int], bias: bool) -> list[int]:
    return [n_in * n_out + (n_out if bias else 0) for n_in, n_out in pairs(widths)]


def counted(counts: list[int]) -> dict[str, Any]:
    return {"per_layer": counts, "total": sum(counts)}


def working(given: DenseInputs, counts: list[int]) -> Iterable[Step]:
    for i, ((n_in, n_out), count) in enumerate(zip(pairs(given.widths), counts, strict=True), start=1):
        biases = f" + {n_out}" if given.bias else ""
        yield Step(
            rf"{n_in} \times {n_out}{biases} = {count}",
            text(
                f"第 {i} 层到第 {i + 1} 层：权重 {n_in}×{n_out}",
                f"Layer {i} to layer {i + 1}: {n_in}×{n_out} weights",
            )
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
