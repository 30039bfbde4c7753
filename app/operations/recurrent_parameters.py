"""Parameters of a recurrent layer."""

from collections.abc import Iterable
from typing import Annotated, Literal

from numpy.random import Generator
from pydantic import Field

from app.operations.operation import RIGHT, Inputs, Mistake, Operation, Place, Results, Step, Way
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
INPUT_FORGOTTEN = Mistake(
    "input_weights_forgotten",
    text("漏了输入到隐藏状态的权重", "input weights forgotten"),
    text(
        "循环层除了上一步的隐藏状态，还接收什么？",
        "Besides the last hidden state, what else does a recurrent layer receive?",
    ),
)
NOT_SQUARED = Mistake(
    "recurrent_weights_not_squared",
    text("隐藏状态只与自己的同一个分量相连", "each hidden unit connected to itself alone"),
    text(
        "隐藏状态的一个分量，看得到上一步的几个分量？",
        "How many units of the last hidden state does one unit see?",
    ),
)
BIASES_ONCE = Mistake(
    "biases_once",
    text("偏置只算了一组，没有乘组数", "biases counted for one block only"),
    text("各组参数共用偏置吗？", "Do the blocks share their biases?"),
)
BIAS_PER_BLOCK = Mistake(
    "bias_per_block",
    text("每组只算了一个偏置", "a single bias per block"),
    text(
        "一组参数产生一个向量：它的每个分量各有几个偏置？",
        "A block makes a vector: how many biases has each entry?",
    ),
)
SIZES_SWAPPED = Mistake(
    "sizes_swapped",
    text("输入维度和隐藏维度弄反了", "input size and hidden size swapped"),
    text("哪个维度与自己相连？", "Which of the two is connected to itself?"),
)
PEEPHOLES_ADDED = Mistake(
    "peepholes_added",
    text("多算了窥视连接", "peephole connections counted"),
    text("标准 LSTM 的门看得到记忆单元吗？", "Do the gates of a standard LSTM see the memory cell?"),
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

    def compute(self, given: RecurrentInputs, way: Way = RIGHT) -> Results:
        read = way.read(given)
        blocks = way("blocks", BLOCKS[given.cell])
        peepholes = 3 * read.hidden if way("peepholes", False) else 0
        return {"total": sum(parameters(read, block, way) for block in range(blocks)) + peepholes}

    def steps(self, given: RecurrentInputs, results: Results) -> Iterable[Step]:
        g, n, h, b = BLOCKS[given.cell], given.inputs, given.hidden, given.biases
        block = parameters(given, 0, RIGHT)
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
        yield Step(rf"{g} \times {block} = {results['total']}", CELL_TEXT[given.cell])

    def draw(self, like: RecurrentInputs, rng: Generator) -> RecurrentInputs:
        high = max(9, like.inputs, like.hidden)
        inputs, hidden = (int(n) for n in rng.integers(2, high + 1, size=2))
        return RecurrentInputs(cell=like.cell, inputs=inputs, hidden=hidden, biases=like.biases)

    def mistakes(self, given: RecurrentInputs) -> Iterable[Mistake]:
        g, n, h, b = BLOCKS[given.cell], given.inputs, given.hidden, given.biases
        if g > 1:
            yield GATES_FORGOTTEN.by(blocks=1)
            yield CANDIDATE_FORGOTTEN.by(blocks=g - 1)
        if g < 4:
            yield GATES_ADDED.by(blocks=4)
        yield (BIAS_DOUBLED if b == 1 else BIAS_HALVED).by(biases=3 - b)
        yield from weights_or_biases_forgotten()
        if g > 1:
            yield BIASES_ONCE.by(blocks_with_biases=1)
        if h > 1:
            yield NOT_SQUARED.by(received="own unit")
            yield BIAS_PER_BLOCK.by(bias_length=1)
        if n != h:
            yield SIZES_SWAPPED.by(inputs=h, hidden=n)
        if given.cell == "lstm":
            yield PEEPHOLES_ADDED.by(peepholes=True)

    def local_mistakes(self, given: RecurrentInputs) -> Iterable[Mistake]:
        if BLOCKS[given.cell] > 1:  # the blocks are alike: which one it was does not show
            for mistake in weights_or_biases_forgotten():
                yield mistake.at(0, text("有一组参数：", "In one block:"))


def weights_or_biases_forgotten() -> Iterable[Mistake]:
    yield BIAS_FORGOTTEN.by(biases=0)
    yield RECURRENT_FORGOTTEN.by(received="input")
    yield INPUT_FORGOTTEN.by(received="state")


def parameters(read: RecurrentInputs, block: Place, way: Way) -> int:
    """Weights and biases of one block."""
    n, h = read.inputs, read.hidden
    received = {"both": n + h, "input": n, "state": h, "own unit": n + 1}[way("received", "both", block)]
    biases: int = way("biases", read.biases, block) * way("bias_length", h)
    return h * received + (biases if block < way("blocks_with_biases", block + 1) else 0)
