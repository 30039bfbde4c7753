"""What goes wrong when an image is pooled."""

from collections.abc import Iterable

from app.operations.operation import Mistake
from app.operations.windows import Both
from app.text import text

AVERAGE_FOR_MAX = Mistake(
    "average_for_max",
    text("按平均池化算了", "average in place of maximum"),
    text("题目约定的是哪一种池化？", "Which kind of pooling is declared?"),
)
MAX_FOR_AVERAGE = Mistake(
    "max_for_average",
    text("按最大池化算了", "maximum in place of average"),
    text("题目约定的是哪一种池化？", "Which kind of pooling is declared?"),
)
MINIMUM_FOR_MAX = Mistake(
    "minimum_for_max",
    text("取了最小值", "minimum in place of maximum"),
    text("最大池化留下窗口里的哪个数？", "Which number of a window does max pooling keep?"),
)
MAGNITUDE_FOR_MAX = Mistake(
    "magnitude_for_max",
    text("按绝对值比大小了", "compared by absolute value"),
    text("−9 和 4 哪个大？", "Which is larger, −9 or 4?"),
)
SUM_FOR_MAX = Mistake(
    "sum_for_max",
    text("把窗口里的数加起来了", "window summed in place of its maximum"),
    text("最大池化留下窗口里的哪个数？", "Which number of a window does max pooling keep?"),
)
NOT_DIVIDED = Mistake(
    "not_divided",
    text("求和之后没有除", "summed but not divided"),
    text("平均数不会超过窗口里最大的数。", "A mean never exceeds the largest number in its window."),
)
DIVIDED_BY_SIDE = Mistake(
    "divided_by_side",
    text("只除以了窗口的边长", "divided by the window's side only"),
    text("一个窗口里有几个数？", "How many numbers are in a window?"),
)
OVERLAPPING_WINDOWS = Mistake(
    "overlapping_windows",
    text("步幅按 1 算了", "stride taken as 1"),
    text("窗口每次移动几格？", "How far does the window move each time?"),
)
STRIDE_FOR_SIZE = Mistake(
    "stride_for_size",
    text("窗口大小按步幅算了", "window taken as large as the stride"),
    text("这里窗口有多大，步幅是多少？", "How large is the window here, and what is the stride?"),
)
ONE_DIRECTION = Mistake(
    "one_direction",
    text("只在每一行里做了池化", "pooled along the rows only"),
    text("一个窗口有几行？", "How many rows has a window?"),
)
PADDING_IGNORED = Mistake(
    "padding_ignored",
    text("没有填充", "padding ignored"),
    text("第一个窗口从哪里开始？", "Where does the first window begin?"),
)
PADDING_COUNTED = Mistake(
    "padding_counted",
    text("把填充的 0 也算进去了", "padded zeros counted"),
    text(
        "按约定，填充不参与池化：边上的窗口里有几个图像中的数？",
        "By convention padding takes no part: how many numbers of the image are in a window at the edge?",
    ),
)


def wrong_summaries(kind: str, size: Both) -> Iterable[Mistake]:
    """What else a window might be summed up as."""
    if size == (1, 1):
        return
    if kind == "max":
        yield AVERAGE_FOR_MAX.by(kind="average")
        yield MINIMUM_FOR_MAX.by(kind="min")
        yield SUM_FOR_MAX.by(kind="sum")
    else:
        yield MAX_FOR_AVERAGE.by(kind="max")
        yield NOT_DIVIDED.by(kind="sum")
        if size[0] == size[1]:
            yield DIVIDED_BY_SIDE.by(kind="side")
