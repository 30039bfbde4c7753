"""Iterations of mini-batch training."""

from collections.abc import Iterable
from typing import Annotated

from numpy.random import Generator
from pydantic import Field, model_validator

from app.operations.operation import Inputs, Mistake, Operation, Solution, Step, number, refuse
from app.text import text

Count = Annotated[int, Field(ge=1, le=1_000_000_000)]


class IterationsInputs(Inputs):
    samples: Count
    batch_size: Count
    epochs: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    drop_last: bool = False

    @model_validator(mode="after")
    def some_batch_is_left(self) -> "IterationsInputs":
        if self.drop_last and self.batch_size > self.samples:
            raise refuse(
                f"{self.samples} 个样本凑不满一个 {self.batch_size} 的批次，丢弃后什么也不剩。",
                f"{self.samples} samples do not fill one batch of {self.batch_size}; "
                "dropping it leaves nothing to train on.",
            )
        return self


DROPPED_FOR_COUNTED = Mistake(
    "dropped_for_counted",
    text("丢掉了最后不满的一批", "the last, partial batch dropped"),
    text("题目约定最后不满的一批也要训练。", "The last, partial batch is declared to be trained on too."),
)
COUNTED_FOR_DROPPED = Mistake(
    "counted_for_dropped",
    text("多算了最后不满的一批", "the last, partial batch counted"),
    text("题目约定丢弃最后不满的一批。", "The last, partial batch is declared to be dropped."),
)
NOT_ROUNDED = Mistake(
    "not_rounded",
    text("批次数没有取整", "batches not rounded"),
    text("一次迭代用一批，批数可以是小数吗？", "One iteration takes one batch: can half a batch count?"),
)
EPOCHS_JOINED = Mistake(
    "epochs_joined",
    text("把所有轮的样本连在一起分批", "batches cut across epochs"),
    text("每一轮都重新分批：先算一轮，再算总数。", "Every epoch is cut into batches anew: count one first."),
)
EPOCHS_FORGOTTEN = Mistake(
    "epochs_forgotten",
    text("只算了一轮", "only one epoch counted"),
    text("总共要训练几轮？", "How many epochs are trained in all?"),
)
BATCH_FORGOTTEN = Mistake(
    "batch_forgotten",
    text("按每个样本一次迭代算了", "one iteration per sample"),
    text("一次迭代同时用多少个样本？", "How many samples does one iteration use at once?"),
)


class Iterations(Operation[IterationsInputs]):
    r"""Parameter updates of mini-batch training.

    $n = \lceil N / B \rceil$ per epoch ($\lfloor N / B \rfloor$ where `drop_last`), $n E$ in all.
    `samples`: $N$; `batch_size`: $B$; `epochs`: $E$; every epoch is cut into batches anew.
    Results: `per_epoch`, `total`.
    """

    name = "iterations"
    title = text("迭代次数", "Iterations of training")
    Inputs = IterationsInputs
    example = {"samples": 1000, "batch_size": 64, "epochs": 10, "drop_last": False}

    def solve(self, given: IterationsInputs) -> Solution:
        per_epoch = batches(given.samples, given.batch_size, given.drop_last)
        results = {"per_epoch": per_epoch, "total": per_epoch * given.epochs}
        return Solution(results, tuple(working(given, per_epoch)))

    def draw(self, like: IterationsInputs, rng: Generator) -> IterationsInputs:
        size = like.batch_size
        unit = 10 ** min(6, max(0, len(str(like.samples)) - 2))
        samples = unit * int(rng.integers(10, 100))
        batch_size = min(max(2, int(rng.choice([size // 2, size, 2 * size]))), 10 * unit - 1)
        if samples % batch_size == 0:  # a partial batch is the point of the question
            samples += int(rng.integers(1, batch_size))
        epochs = 1 if like.epochs == 1 else int(rng.integers(2, 21))
        return IterationsInputs(
            samples=samples,
            batch_size=batch_size,
            epochs=epochs,
            drop_last=like.drop_last,
        )

    def mistakes(self, given: IterationsInputs) -> Iterable[Mistake]:
        n, size, epochs, drop = given.samples, given.batch_size, given.epochs, given.drop_last
        per_epoch = batches(n, size, drop)
        if n % size:
            other = COUNTED_FOR_DROPPED if drop else DROPPED_FOR_COUNTED
            yield trained(other, batches(n, size, not drop), epochs)
            yield trained(NOT_ROUNDED, n / size, epochs)
            if epochs > 1:
                yield EPOCHS_JOINED.leads_to(total=batches(n * epochs, size, drop))
        if epochs > 1:
            yield EPOCHS_FORGOTTEN.leads_to(total=per_epoch)
        if size > 1:
            yield trained(BATCH_FORGOTTEN, batches(n, 1, drop), epochs)


def batches(samples: int, batch_size: int, drop_last: bool) -> int:
    full, rest = divmod(samples, batch_size)
    return full + (1 if rest and not drop_last else 0)


def trained(mistake: Mistake, per_epoch: float, epochs: int) -> Mistake:
    return mistake.leads_to(per_epoch=per_epoch, total=per_epoch * epochs)


def working(given: IterationsInputs, per_epoch: int) -> Iterable[Step]:
    full, rest = divmod(given.samples, given.batch_size)
    yield Step(
        rf"{given.samples} = {given.batch_size} \times {full} + {rest}",
        text(
            f"{full} 个满批，剩 {rest} 个样本。",
            f"{full} full batches, and {rest} samples over.",
        ),
    )
    bracket = "floor" if given.drop_last else "ceil"
    ratio = rf"\frac{{{given.samples}}}{{{given.batch_size}}}"
    yield Step(
        rf"\l{bracket} {ratio} \r{bracket} = {number(per_epoch)}",
        text("最后不满的一批丢弃：向下取整。", "The partial batch is dropped: round down.")
        if given.drop_last
        else text("最后不满的一批也算一次：向上取整。", "A partial batch counts as one: round up."),
    )
    yield Step(
        rf"{per_epoch} \times {given.epochs} = {per_epoch * given.epochs}",
        text(f"共训练 {given.epochs} 轮。", f"Epochs trained: {given.epochs}."),
    )
