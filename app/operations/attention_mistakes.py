"""What goes wrong when attention is computed."""

from app.operations.operation import Mistake
from app.text import text

UNSCALED = Mistake(
    "unscaled",
    text(r"没有除以 $\sqrt{d}$", r"not divided by $\sqrt{d}$"),
    text("点积随维度变大，要先缩放。", "Dot products grow with the dimension: scale them first."),
)
SCALED_BY_D = Mistake(
    "scaled_by_d",
    text(r"除以了 $d$ 而不是 $\sqrt{d}$", r"divided by $d$, not by $\sqrt{d}$"),
    text("缩放因子让点积的标准差回到 1。", "The factor brings the standard deviation of a dot product to 1."),
)
KEYS_NOT_TRANSPOSED = Mistake(
    "keys_not_transposed",
    text("K 没有转置", "K not transposed"),
    text("每个得分是一个查询与一个键的点积。", "A score is the dot product of one query and one key."),
)
SOFTMAX_OVER_COLUMNS = Mistake(
    "softmax_over_columns",
    text("softmax 按列做了", "softmax over columns"),
    text("对一个查询来说，谁的权重之和为 1？", "For one query, which weights add up to 1?"),
)
UNNORMALISED = Mistake(
    "unnormalised",
    text("权重没有归一化", "weights not normalised"),
    text("每个查询的权重之和应当是多少？", "What should the weights of one query add up to?"),
)
SOFTMAX_SKIPPED = Mistake(
    "softmax_skipped",
    text("漏了 softmax", "softmax skipped"),
    text("得分要先变成权重，才能对值加权。", "Scores become weights before they weigh the values."),
)


SCALED_BY_COUNT = Mistake(
    "scaled_by_count",
    text("按键的个数缩放了", "scaled by the number of keys"),
    text(r"$d$ 是什么的长度？", r"$d$ is the length of what?"),
)
QUERIES_AND_KEYS_SWAPPED = Mistake(
    "queries_and_keys_swapped",
    text("查询和键弄反了", "queries and keys swapped"),
    text("得分的一行属于一个查询，还是一个键？", "Does a row of scores belong to a query or to a key?"),
)
SOFTMAX_OVER_ALL = Mistake(
    "softmax_over_all",
    text("对整个矩阵做了一次 softmax", "one softmax over the whole matrix"),
    text(
        "每个查询各自分配权重：哪些权重之和为 1？",
        "Every query shares out its own weights: which of them add up to 1?",
    ),
)
LINEAR = Mistake(
    "linear",
    text("没有取指数就归一化", "normalised without exponentials"),
    text("归一化之前，先对每个得分做什么？", "What is done to each score before normalising?"),
)
KEYS_FOR_VALUES = Mistake(
    "keys_for_values",
    text("把键当成了值", "keys taken for the values"),
    text("键用来算得分；加权求和的是什么？", "The keys serve the scores: what is weighed and added up?"),
)
WEIGHTS_TRANSPOSED = Mistake(
    "weights_transposed",
    text("对值加权时，权重的行列弄反了", "weights transposed before weighing the values"),
    text("一个查询的权重排在一行，还是一列？", "Are the weights of one query a row or a column?"),
)
LARGEST_ONLY = Mistake(
    "largest_only",
    text("只取了权重最大的值", "only the value with the largest weight taken"),
    text("权重小的值对输出有贡献吗？", "Do values of small weight contribute to the output?"),
)
