"""Parameters of a recurrent layer."""

from collections.abc import Iterable
from typing import Annotated, Literal

from numpy.random import Generator
from pydantic import Field

from app.operations.operation import Inputs, Mistake, Operation, Solution, Step
from app.text import text

Cell = Literal["rnn", "gru", "lstm"]
Width = Annotated[int, Field(ge=1, le=1_000_000)]
BLOCKS: dict[Cell, int] = {"rnn": 1, "gru": 3, "lstm": 4}  # gates, and the candidate state
CELL_TEXT = {
    "rnn": text("普通 RNN 只有 1 组参数。", "A plain RNN has a single block."),
    "gru": text(
        "GRU 有 3 组：更新门、重置门、候选状态。",
        "A GRU has 3 blocks: update gate, reset gate, candidate state.",
    ),
    "lstm": text(
        "LSTM 有 4 组：输入门、遗忘门、输出门、候选记忆。",
        "An LSTM has 4 blocks: input, forget and output gates, candidate memory.",
    ),
}


class RecurrentInputs(Inputs):
    cell: Cell
    inputs: Width
    hidden: Width
    biases: Literal[1, 2] = 1


GATES_FORGOTTEN = Mistake(
    "gates_forgotten",
    text("按普通 RNN 算了", "counted as a plain RNN"),
    text("每个门都有自己的一组权重和偏置。", "Every gate has weights and biases of its own."),
)
CANDIDATE_FORGOTTEN = Mistake(
    "candidate_forgotten",
    text("只数了门，少了一组", "only the gates counted: one block short"),
    text(
        "除了各个门，还有一组参数产生什么？",
        "Besides the gates, one more block has parameters: what does it produce?",
    ),
)
GATES_ADDED = Mistake(
    "gates_added",
    text("按 LSTM 算了", "counted as an LSTM"),
    text("题目问的是哪一种单元？它有几组参数？", "Which cell is asked about, and how many blocks has it?"),
)
BIAS_FORGOTTEN = Mistake(
    "bias_forgotten",
    text("漏了偏置", "biases forgotten"),
    text("每组参数除了两个权重矩阵还有什么？", "What does each block have besides its two weight matrices?"),
)
BIAS_DOUBLED = Mistake(
    "bias_doubled",
    text("偏置向量多算了一份", "a second bias vector counted"),
    text("看清题目约定每组有几个偏置向量。", "Check how many bias vectors each block is declared to have."),
)
BIAS_HALVED = Mistake(
    "bias_halved",
    text("偏置向量少算了一份", "one bias vector short"),
    text("看清题目约定每组有几个偏置向量。", "Check how many bias vectors each block is declared to have."),
)
RECURRENT_FORGOTTEN = Mistake(
    "recurrent_weights_forgotten",
    text("漏了隐藏状态到自身的权重", "recurrent weights forgotten"),
    text(
        "循环层除了当前输入，还接收什么？",
        "Besides the present input, what else does a recurrent layer receive?",
    ),
)


class RecurrentParameters(Operation[RecurrentInputs]):
    r"""Weights and biases of one RNN, GRU or LSTM layer.

    $P = g \left( h (n + h) + b h \right)$ with $g = 1$ (RNN), $3$ (GRU) or $4$ (LSTM) blocks.
    `inputs`: $n$, features per time step; `hidden`: $h$, size of the hidden state;
    `biases`: $b$, bias vectors per block (1 in textbooks; 2 in libraries that keep one for each matrix).
    Results: `total`.
    """

    name = "recurrent_parameters"
    title = text("循环层的参数量", "Parameters of a recurrent layer")
    Inputs = RecurrentInputs
    example = {"cell": "lstm", "inputs": 10, "hidden": 20, "biases": 1}

    def solve(self, given: RecurrentInputs) -> Solution:
        total = parameters(BLOCKS[given.cell], given.inputs, given.hidden, given.biases)
        return Solution({"total": total}, tuple(working(given, total)))

    def draw(self, like: RecurrentInputs, rng: Generator) -> RecurrentInputs:
        high = max(9, like.inputs, like.hidden)
        inputs, hidden = (int(n) for n in rng.integers(2, high + 1, size=2))
        return RecurrentInputs(cell=like.cell, inputs=inputs, hidden=hidden, biases=like.biases)

    def mistakes(self, given: RecurrentInputs) -> Iterable[Mistake]:
        g, n, h, b = BLOCKS[given.cell], given.inputs, given.hidden, given.biases
        if g > 1:
            yield GATES_FORGOTTEN.leads_to(total=parameters(1, n, h, b))
            yield CANDIDATE_FORGOTTEN.leads_to(total=parameters(g - 1, n, h, b))
        if g < 4:
            yield GATES_ADDED.leads_to(total=parameters(4, n, h, b))
        yield BIAS_FORGOTTEN.leads_to(total=parameters(g, n, h, 0))
        other = BIAS_DOUBLED if b == 1 else BIAS_HALVED
        yield other.leads_to(total=parameters(g, n, h, 3 - b))
        yield RECURRENT_FORGOTTEN.leads_to(total=parameters(g, n, h, b, recurrent=False))


def parameters(blocks: int, inputs: int, hidden: int, biases: int, recurrent: bool = True) -> int:
    received = inputs + hidden if recurrent else inputs
    return blocks * (hidden * received + biases * hidden)


def working(given: RecurrentInputs, total: int) -> Iterable[Step]:
    g, n, h, b = BLOCKS[given.cell], given.inputs, given.hidden, given.biases
    block = total // g
    yield Step(
        rf"{h} \times {n} + {h} \times {h} = {h * (n + h)}",
        text(
            f"一组权重：输入到隐藏 {h}×{n}，隐藏到隐藏 {h}×{h}。",
            f"Weights of one block: input to hidden {h}×{n}, hidden to hidden {h}×{h}.",
        ),
    )
    yield Step(
        rf"{h * (n + h)} + {b} \times {h} = {block}",
        text(
            f"加上 {b} 个长度为 {h} 的偏置向量。",
            f"Add the biases: {b} × {h}.",
        ),
    )
    yield Step(rf"{g} \times {block} = {total}", CELL_TEXT[given.cell])
