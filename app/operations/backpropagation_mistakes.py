"""What goes wrong in a forward and backward pass."""

from app.operations.operation import Mistake
from app.text import text

BIASES_FORGOTTEN = Mistake(
    "biases_forgotten",
    text("前向传播漏了偏置", "biases forgotten in the forward pass"),
    text("加权和之后还要加什么？", "What is added to the weighted sum?"),
)
ACTIVATION_FORGOTTEN = Mistake(
    "activation_forgotten",
    text("隐藏层没有用激活函数", "hidden layer left linear"),
    text("隐藏层的输出是激活之后的值。", "The hidden layer puts out its values after the activation."),
)
OUTPUT_SLOPE_FORGOTTEN = Mistake(
    "output_derivative_forgotten",
    text("输出层误差漏了激活函数的导数", "derivative of the output's activation forgotten"),
    text(
        "损失对 z2 求导，要经过输出层的激活函数。",
        "From the loss to z2, the derivative passes through an activation.",
    ),
)
OUTPUT_SLOPE_ADDED = Mistake(
    "output_derivative_added",
    text("输出层误差多乘了激活函数的导数", "derivative of the output's activation not cancelled"),
    text(
        "sigmoid 配交叉熵时，有一个因子会约掉。",
        "With sigmoid and cross-entropy, one factor cancels.",
    ),
)
HIDDEN_SLOPE_FORGOTTEN = Mistake(
    "hidden_derivative_forgotten",
    text("隐藏层误差漏了激活函数的导数", "derivative of the hidden activation forgotten"),
    text(
        "误差传回 z1 时，还要经过隐藏层的激活函数。", "On its way back to z1 the error passes an activation."
    ),
)
NOT_TRANSPOSED = Mistake(
    "weights_not_transposed",
    text("反向传播时 W2 没有转置", "W2 not transposed on the way back"),
    text(
        "误差沿连接反向走：一个隐藏神经元连到哪些输出？",
        "Errors go back along the connections: which outputs does a hidden neuron feed?",
    ),
)
SIGN_FLIPPED = Mistake(
    "sign_flipped",
    text("误差的符号反了", "sign of the error flipped"),
    text(
        "损失对预测求导，预测值前面是什么符号？",
        "In the derivative of the loss, which sign has the prediction?",
    ),
)
HALF_FORGOTTEN = Mistake(
    "half_forgotten",
    text("漏了损失里的 1/2", "the ½ of the loss forgotten"),
    text("损失前面有一个系数。", "The loss has a factor in front."),
)
TWO_FORGOTTEN = Mistake(
    "two_forgotten",
    text("求导漏了系数 2", "factor 2 of the derivative forgotten"),
    text("平方的导数是什么？", "What is the derivative of a square?"),
)
OUTPUT_ACTIVATION_FORGOTTEN = Mistake(
    "output_activation_forgotten",
    text("输出层没有用激活函数", "output layer left linear"),
    text("预测值是 z2，还是 f(z2)？", "Is the prediction z2 or f(z2)?"),
)
READ_BY_COLUMNS = Mistake(
    "weights_read_by_columns",
    text("加权和按列取了权重", "weights read by columns in the weighted sum"),
    text(
        "列向量记法里，W 的一行属于哪个神经元？",
        "With column vectors, to which neuron does a row of W belong?",
    ),
)
SLOPE_AT_ACTIVATION = Mistake(
    "derivative_at_activation",
    text("导数取在 f(z) 处，多套了一层 f", "derivative taken at f(z), not at z"),
    text("f' 的自变量是激活之前还是之后的值？", "Does f' take the value before or after the activation?"),
)
POINT_FOR_VALUE = Mistake(
    "point_for_value",
    text("导数公式里代入了 z 而不是 f(z)", "z used in a formula that takes f(z)"),
    text(
        "用函数值表示的导数公式，代入的应是函数值。",
        "A derivative written in terms of the value takes the value.",
    ),
)
FACTOR_FORGOTTEN = Mistake(
    "factor_forgotten",
    text("sigmoid 的导数漏了第二个因子", "second factor of sigmoid's derivative forgotten"),
    text("sigmoid 的导数是两个因子的乘积。", "The derivative of sigmoid is a product of two factors."),
)
SQUARE_FORGOTTEN = Mistake(
    "square_forgotten",
    text("tanh 的导数里漏了平方", "square forgotten in the derivative of tanh"),
    text("再看一遍 tanh 的导数公式。", "Look at the derivative of tanh once more."),
)
WEIGHTS_SKIPPED = Mistake(
    "weights_skipped",
    text("误差传回时没有乘 W2", "error passed back without W2"),
    text(
        "一个隐藏神经元对输出的影响，由什么决定？",
        "What decides how much a hidden neuron matters to an output?",
    ),
)
THROUGH_FIRST_WEIGHTS = Mistake(
    "wrong_weights",
    text("误差传回时用了 W1", "error passed back through W1"),
    text("哪个矩阵连着隐藏层和输出层？", "Which matrix joins the hidden layer to the output?"),
)
SUM_FOR_GRADIENT = Mistake(
    "weighted_sum_for_activation",
    text("W2 的梯度用了 z1", "z1 used in the gradient of W2"),
    text("W2 乘的是哪个量？", "What does W2 multiply?"),
)
INPUT_FOR_GRADIENT = Mistake(
    "input_for_activation",
    text("W2 的梯度用了 x", "x used in the gradient of W2"),
    text("W2 乘的是哪个量？", "What does W2 multiply?"),
)
GRADIENT_TRANSPOSED = Mistake(
    "gradient_transposed",
    text("权重的梯度转置了", "gradient of the weights transposed"),
    text("dW 的形状应当与谁相同？", "Which matrix has the same shape as dW?"),
)
MEAN_FORGOTTEN = Mistake(
    "sum_for_mean",
    text("求了和，没有取平均", "sum in place of the mean"),
    text("损失要对所有输出取平均。", "The loss is an average over the outputs."),
)
NOT_SQUARED = Mistake(
    "not_squared",
    text("损失里的误差没有平方", "errors not squared in the loss"),
    text("正负误差不能互相抵消。", "Positive and negative errors must not cancel."),
)
ONE_MINUS_FORGOTTEN = Mistake(
    "one_minus_forgotten",
    text("交叉熵漏了 (1 − t) 的项", "the terms with 1 − t forgotten in the cross-entropy"),
    text("目标为 0 的输出也有损失。", "An output whose target is 0 has a loss too."),
)
