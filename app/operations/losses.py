"""What the losses share: the mean over samples, and how it goes wrong."""

from app.operations.operation import Mistake, number, signed
from app.text import Text, text

SHOWN = 16  # terms of a sum, or samples, worked one by one

SUM_FOR_MEAN = Mistake(
    "sum_for_mean",
    text("求了和，没有取平均", "sum in place of the mean"),
    text("这是所有样本的平均损失。", "The loss is an average over the samples."),
)
SAMPLE_LEFT_OUT = Mistake(
    "sample_left_out",
    text("这个样本没有计入", "this sample left out"),
    text("和里一共有几项？每个样本都在里面吗？", "How many terms has the sum? Is every sample in it?"),
)


def mean_formula(terms: list[float]) -> str:
    return (
        rf"\frac{{1}}{{{len(terms)}}} \left( {sum_formula(terms)} \right) = {number(sum(terms) / len(terms))}"
    )


def sum_formula(terms: list[float]) -> str:
    return " + ".join(signed(v) for v in terms[:SHOWN]) + (r" + \cdots" if len(terms) > SHOWN else "")


def sample(n: int) -> Text:
    return text(f"样本 {n + 1}：", f"Sample {n + 1}:")
