"""What goes wrong with activation functions."""

from app.operations.operation import Mistake
from app.text import text

TANH_FOR_SIGMOID = Mistake(
    "tanh_for_sigmoid",
    text("把 sigmoid 算成了 tanh", "tanh in place of sigmoid"),
    text("sigmoid 的输出在 0 和 1 之间。", "The outputs of sigmoid lie between 0 and 1."),
)
SIGMOID_FOR_TANH = Mistake(
    "sigmoid_for_tanh",
    text("把 tanh 算成了 sigmoid", "sigmoid in place of tanh"),
    text("tanh 的输出在 −1 和 1 之间。", "The outputs of tanh lie between −1 and 1."),
)
SIGMOID_FOR_RELU = Mistake(
    "sigmoid_for_relu",
    text("把 ReLU 算成了 sigmoid", "sigmoid in place of ReLU"),
    text("ReLU 对正的输入输出什么？", "What does ReLU output for a positive input?"),
)
EXPONENT_SIGN = Mistake(
    "exponent_sign",
    text("指数漏了负号", "minus missing in the exponent"),
    text("sigmoid 随 x 增大而增大，还是减小？", "Does sigmoid rise or fall as x grows?"),
)
FACTOR_FORGOTTEN = Mistake(
    "factor_forgotten",
    text("导数漏了第二个因子", "second factor of the derivative forgotten"),
    text("sigmoid 的导数是两个因子的乘积。", "The derivative of sigmoid is a product of two factors."),
)
SQUARE_FORGOTTEN = Mistake(
    "square_forgotten",
    text("导数里漏了平方", "square forgotten in the derivative"),
    text("再看一遍 tanh 的导数公式。", "Look at the derivative of tanh once more."),
)
POINT_FOR_VALUE = Mistake(
    "point_for_value",
    text("求导时代入了 x 而不是函数值", "the point used in place of the value"),
    text(
        "用函数值表示的导数公式，代入的应是函数值。",
        "A derivative written in terms of the value takes the value.",
    ),
)
IDENTITY = Mistake(
    "identity",
    text("负数原样通过了", "negative inputs passed unchanged"),
    text("负的输入和正的输入，处理方式相同吗？", "Are negative inputs treated like positive ones?"),
)
ABSOLUTE = Mistake(
    "absolute_value",
    text("取了绝对值", "absolute value taken"),
    text("ReLU 不会把负数变成正数。", "ReLU does not turn a negative number positive."),
)
SLOPE_FORGOTTEN = Mistake(
    "relu_for_leaky",
    text("按普通 ReLU 算了", "plain ReLU computed"),
    text("负半轴上还有一个小斜率。", "There is a small slope on the negative side."),
)
SLOPE_SIGN = Mistake(
    "slope_sign",
    text("负半轴的斜率反号了", "sign of the negative side's slope flipped"),
    text(
        "负的输入乘以斜率，结果的符号由谁决定？",
        "A negative input times the slope: which sign has the product?",
    ),
)
VALUE_FOR_DERIVATIVE = Mistake(
    "value_for_derivative",
    text("把函数值当成了导数", "value given as the derivative"),
    text("导数是函数图像的斜率。", "The derivative is the slope of the graph."),
)
ONE_FORGOTTEN = Mistake(
    "one_forgotten",
    text("分母漏了 1", "the one in the denominator forgotten"),
    text("sigmoid 的值会超过 1 吗？", "Can sigmoid exceed 1?"),
)
OTHER_DERIVATIVE = Mistake(
    "derivative_of_the_other",
    text("sigmoid 与 tanh 的导数公式混了", "derivative formulas of sigmoid and tanh mixed up"),
    text(
        "x = 0 处，sigmoid 的斜率是多少，tanh 呢？",
        "What is the slope of sigmoid at x = 0, and that of tanh?",
    ),
)
PLUS_FOR_MINUS = Mistake(
    "plus_for_minus",
    text("导数公式里的减号写成了加号", "plus in place of minus in the derivative"),
    text(
        "x 很大时曲线几乎是平的：导数应当趋于多少？",
        "Far out the curve is flat: where should the derivative go?",
    ),
)
DENOMINATOR_FORGOTTEN = Mistake(
    "denominator_forgotten",
    text("漏了分母", "denominator forgotten"),
    text("tanh 的值会超过 1 吗？", "Can tanh exceed 1?"),
)
INVERTED = Mistake(
    "quotient_inverted",
    text("分子分母颠倒了", "numerator and denominator swapped"),
    text("tanh 在 x = 0 处等于多少？", "What is tanh at x = 0?"),
)
HALF_ARGUMENT = Mistake(
    "half_argument",
    text("算成了 2σ(x) − 1", "2σ(x) − 1 computed"),
    text(
        "tanh 与 sigmoid 的关系里，x 还要放大几倍？", "Tanh is a scaled sigmoid: by how much is x scaled too?"
    ),
)
DERIVATIVE_FOR_VALUE = Mistake(
    "derivative_for_value",
    text("把导数当成了函数值", "derivative given as the value"),
    text("这里要的是函数本身的值。", "The value of the function itself is asked for."),
)
SIDES_SWAPPED = Mistake(
    "sides_swapped",
    text("正负两边弄反了", "positive and negative side swapped"),
    text("哪一边的输入原样通过？", "Which side passes unchanged?"),
)
LEAKY_FOR_RELU = Mistake(
    "leaky_for_relu",
    text("按斜率 0.01 的 Leaky ReLU 算了", "leaky ReLU with slope 0.01 computed"),
    text("普通 ReLU 的负半轴有斜率吗？", "Has plain ReLU a slope on the negative side?"),
)
ONE_AT_ZERO = Mistake(
    "one_at_zero",
    text("0 处的导数取了右边的", "derivative of the positive side taken at 0"),
    text("这里约定 0 处的导数取哪一边的？", "Which side gives the derivative at 0 by convention here?"),
)
SLOPE_EVERYWHERE = Mistake(
    "slope_everywhere",
    text("正数也乘了斜率", "positive inputs multiplied by the slope too"),
    text("斜率作用在哪一边？", "On which side does the slope act?"),
)
SLOPE_ADDED = Mistake(
    "slope_added",
    text("加上了斜率，没有相乘", "slope added, not multiplied"),
    text("过原点、斜率为 α 的直线，方程是什么？", "What is the line of slope α through the origin?"),
)
SLOPE_INVERTED = Mistake(
    "slope_inverted",
    text("除以了斜率", "divided by the slope"),
    text("负的输入应当被缩小还是放大？", "Should a negative input shrink or grow?"),
)
