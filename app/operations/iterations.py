"""Iterations of mini-batch training."""

from collections.abc import Iterable
from typing import Annotated

from numpy.random import Generator
from pydantic import Field, model_validator

from app.operations.operation import RIGHT, Inputs, Mistake, Operation, Results, Step, Way, number, refuse
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
    text("批数没有取整", "number of batches not rounded"),
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
    text("一个样本算成了一次迭代", "one iteration per sample"),
    text("一次迭代同时用多少个样本？", "How many samples does one iteration use at once?"),
)
EPOCH_FOR_ITERATION = Mistake(
    "epoch_for_iteration",
    text("把一轮当成了一次迭代", "a whole epoch taken for one iteration"),
    text(
        "参数是看完全部样本才更新，还是每批更新一次？",
        "Is there one update for all samples, or one for every batch?",
    ),
)
SIZE_FOR_COUNT = Mistake(
    "size_for_count",
    text("把批的大小当成了批的个数", "size of a batch taken for the number of batches"),
    text(
        "题目给的是一批有几个样本，还是一轮有几批？",
        "Does the question give the samples of a batch, or the batches of an epoch?",
    ),
)
SWAPPED = Mistake(
    "epochs_and_batch_swapped",
    text("轮数和批的大小弄反了", "epochs and batch size swapped"),
    text(
        "哪个数用来分批，哪个数是重复的遍数？", "Which number cuts the samples, and which one repeats that?"
    ),
)
REST_ONCE = Mistake(
    "rest_counted_once",
    text("不满的一批总共只算了一次", "the partial batch counted only once in all"),
    text("剩下的样本只在最后一轮才训练吗？", "Are the samples left over trained on in the last epoch alone?"),
)
ONE_OVER = Mistake(
    "one_batch_over",
    text("每轮多算了一批", "one batch too many per epoch"),
    text(
        "把每一批有几个样本写出来：加得到总数吗？",
        "Write down the size of every batch: what do they add up to?",
    ),
)
ONE_SHORT = Mistake(
    "one_batch_short",
    text("每轮少算了一批", "one batch short per epoch"),
    text("第一批的编号是 0 还是 1？", "Is the first batch number 0 or number 1?"),
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

    def compute(self, given: IterationsInputs, way: Way = RIGHT) -> Results:
        read = way.read(given)
        per_epoch = way.keep("per_epoch", batches(read.samples, read, way))
        total = per_epoch * read.epochs
        if way("epochs_joined", False):
            total = batches(read.samples * read.epochs, read, way)
        if way("rest_once", False):
            total = (per_epoch - 1) * read.epochs + 1
        return {"per_epoch": per_epoch, "total": total}

    def steps(self, given: IterationsInputs, results: Results) -> Iterable[Step]:
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
            rf"\l{bracket} {ratio} \r{bracket} = {number(results['per_epoch'])}",
            text("最后不满的一批丢弃：向下取整。", "The partial batch is dropped: round down.")
            if given.drop_last
            else text("最后不满的一批也算一次：向上取整。", "A partial batch counts as one: round up."),
        )
        yield Step(
            rf"{results['per_epoch']} \times {given.epochs} = {results['total']}",
            text(f"共训练 {given.epochs} 轮。", f"Epochs trained: {given.epochs}."),
        )

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
        epochs, drop, rest = given.epochs, given.drop_last, given.samples % given.batch_size
        if rest:
            yield (COUNTED_FOR_DROPPED if drop else DROPPED_FOR_COUNTED).by(drop_last=not drop)
            yield NOT_ROUNDED.by(rounded=False)
        if epochs > 1:
            yield EPOCHS_FORGOTTEN.by(epochs=1)
            if rest:
                yield EPOCHS_JOINED.by(epochs_joined=True)
            if rest and not drop:
                yield REST_ONCE.by(rest_once=True)
        yield from self.wrong_batches(given)

    def wrong_batches(self, given: IterationsInputs) -> Iterable[Mistake]:
        size, epochs, drop = given.batch_size, given.epochs, given.drop_last
        full, rest = divmod(given.samples, size)
        if size > 1:
            yield BATCH_FORGOTTEN.by(batch_size=1)
        if size < given.samples:
            yield EPOCH_FOR_ITERATION.by(batch_size=given.samples)
        if 1 < size < given.samples:
            yield SIZE_FOR_COUNT.by(size_for_count=True)
        if epochs > 1 and epochs != size:
            yield SWAPPED.by(batch_size=epochs, epochs=size)
        if not (rest and drop):  # then it is the partial batch, which has a name of its own
            yield ONE_OVER.by(more=1)
        if full > 1 and (drop or not rest):
            yield ONE_SHORT.by(more=-1)


def batches(samples: int, read: IterationsInputs, way: Way) -> float:
    """A whole number, but where it is left unrounded."""
    if way("size_for_count", False):
        return read.batch_size
    if not way("rounded", True):
        return samples / read.batch_size
    full, rest = divmod(samples, read.batch_size)
    return full + (1 if rest and not read.drop_last else 0) + int(way("more", 0))
