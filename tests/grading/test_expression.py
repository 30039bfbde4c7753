"""Expressions as students type them: right, wrong, or unreadable."""

import pytest

from app.grading import expression
from app.grading.verdict import EMPTY, Unreadable
from app.questions.part import ExpressionPart, FormulaAnswer, NamedFormula
from app.text import text


def part(**answer: object) -> ExpressionPart:
    return ExpressionPart(
        id="formula", response="expression", left="y", answer=FormulaAnswer.model_validate(answer)
    )


def mistake(name: str, formula: str) -> NamedFormula:
    return NamedFormula(
        name=name,
        title=text("写法有误", "slip"),
        hint=text("再看一看。", "Look again."),
        formula=formula,
    )


SIGMOID = part(
    formula=r"\frac{1}{1+e^{-x}}",
    variables={"x": (-6, 6)},
    mistakes=[mistake("minus_forgotten", "1/(1+e^x)"), mistake("tanh", "tanh(x)")],
)
RELU = part(formula="max(0, x)", variables={"x": (-6, 6)}, mistakes=[mistake("min", "min(0, x)")])
SOFTMAX = part(
    formula=r"\frac{e^{z_i}}{\sum_{j=1}^{K} e^{z_j}}",
    vectors={"z": (-3, 3)},
    length="K",
    index="i",
    mistakes=[
        mistake("sum_forgotten", "e^{z_i}/e^{z_i + 0 z_1}"),
        mistake("exponent_of_the_sum", r"e^{z_i}/e^{\sum_{j=1}^{K} z_j}"),
        mistake("exponent_forgotten", r"z_i/\sum_{j=1}^{K} z_j"),
    ],
)
FIRST = part(
    formula="e^{z_1}/(e^{z_1}+e^{z_2}+e^{z_3})",
    vectors={"z": (-3, 3)},
    mistakes=[mistake("exponent_of_the_whole", "e^{z_1/(z_1+z_2+z_3)}")],
)
UPDATE = part(
    formula=r"w - \eta g",
    variables={"w": (-3, 3), "eta": (0.01, 1), "g": (-3, 3)},
    aliases={
        "w": ["w_t", "w_i", "w^{(t)}", "w_i^{(t)}", "w_{i,t}"],
        "eta": ["alpha", "lr"],
        "g": [r"\nabla J(w)", r"\nabla_w J(w)", r"\nabla_w J", r"\nabla J", r"\frac{\partial J}{\partial w}", "∂J/∂w", "dJ/dw", "J'(w)"],
    },
    mistakes=[mistake("ascent", r"w + \eta g"), mistake("rate_forgotten", "w - g")],
)  # fmt: skip
ERRORS = {"vectors": {"y": (-3, 3), "yhat": (-3, 3)}, "length": "N", "aliases": {"N": ["n"]}}
PROBABILITIES = {"vectors": {"y": (0.05, 0.95), "yhat": (0.05, 0.95)}, "length": "N", "aliases": {"N": ["n"]}}
MSE = part(
    formula=r"\frac{1}{N} \sum_{i=1}^{N} (y_i - \hat{y}_i)^2",
    mistakes=[mistake("sum_for_mean", r"\sum_{i=1}^{N} (y_i - \hat{y}_i)^2")],
    **ERRORS,
)
CROSS_ENTROPY = part(
    formula=r"-\frac{1}{N} \sum_{i=1}^{N} (y_i \ln(\hat{y}_i) + (1 - y_i) \ln(1 - \hat{y}_i))",
    mistakes=[
        mistake(
            "minus_forgotten",
            r"\frac{1}{N} \sum_{i=1}^{N} (y_i \ln(\hat{y}_i) + (1 - y_i) \ln(1 - \hat{y}_i))",
        )
    ],
    **PROBABILITIES,
)
KL = part(
    formula=r"\sum_{i=1}^{N} p_i \ln(\frac{p_i}{q_i})",
    vectors={"p": (0.05, 0.95), "q": (0.05, 0.95)},
    length="N",
    aliases={"p": ["P"], "q": ["Q"]},
    mistakes=[mistake("arguments_swapped", r"\sum_{i=1}^{N} q_i \ln(\frac{q_i}{p_i})")],
)
PARTS = [SIGMOID, RELU, SOFTMAX, FIRST, UPDATE, MSE, CROSS_ENTROPY, KL]

RIGHT = [
    (SIGMOID, [
        "1/(1+e^{-x})", "1/(1+e^-x)", "1 / (1 + exp(-x))", "e^x/(1+e^x)", r"\frac{1}{1+\exp(-x)}",
        "(1+tanh(x/2))/2", "½(1+tanh x/2)", r"\sigma(x)=\frac1{1+\mathrm{e}^{-x}}", "σ(x) = 1/(1+e⁻ˣ)",
        "１／（１＋ｅ＾（－ｘ））", "1÷(1+exp(−x))", r"\left(1+e^{-x}\right)^{-1}", "(1+e**(-x))^-1",
        "f(x)=1/(1+e^-x)=e^x/(e^x+1)", r"$\dfrac{1}{1+e^{-x}}$.", "1-1/(1+e^x)", "1/(1+1/e^x)",
    ]),
    (RELU, [
        "max(0,x)", "max(x, 0)", "max{0,x}", r"\max\{0, x\}", "f(x) = max（0，x）", "(x+|x|)/2",
        r"\frac{x+\lvert x\rvert}{2}", "x*(x>0)", "x·1[x>0]", "{0, x<=0; x, x>0}", "x if x>0 else 0",
        r"\begin{cases} 0, & x \le 0 \\ x, & x > 0 \end{cases}", "x>0时为x，否则为0", "x, x>=0; 0, x<0",
        r"\begin{cases} x & x>0 \\ 0 & \text{其他} \end{cases}", "x>0 ? x : 0", "(x+sqrt(x^2))/2",
    ]),
    (SOFTMAX, [
        r"\frac{e^{z_i}}{\sum_{j=1}^{K} e^{z_j}}", "exp(z_i)/sum_j exp(z_j)", "e^zi/Σ_k e^zk", "e^{zᵢ}/∑ⱼe^{zⱼ}",
        "exp(z[i])/sum_{k=1}^K exp(z[k])", "exp(z_i)/sum(j=1..K, exp(z_j))", "1/sum_j e^(z_j-z_i)",
        r"\frac{e^{z_i}}{e^{z_1}+e^{z_2}+\cdots+e^{z_K}}", "exp(z_i)/sum(exp(z))", "e^{z_i}/sum_{j=0}^{K-1} e^{z_j}",
        r"y_i=\frac{\exp(z_i)}{\sum\limits_{j=1}^K\exp(z_j)}", "e^{z_i}/∑_{j=1}^{K}e^{z_j}",
    ]),
    (FIRST, [
        "e^{z_1}/(e^{z_1}+e^{z_2}+e^{z_3})", "e^z1/(e^z1+e^z2+e^z3)", "1/(1+e^(z2-z1)+e^(z3-z1))",
        r"\frac{e^{z_1}}{\sum_{j=1}^3 e^{z_j}}", "exp(z₁)/(exp(z₁)+exp(z₂)+exp(z₃))", "y1 = exp(z1)/sum(exp(z))",
    ]),
    (UPDATE, [
        "w - eta*g", r"w_i^{(t)} - \eta \frac{\partial J}{\partial w_i}", r"w_{t+1} = w_t - \eta\nabla J(w_t)",
        "w ← w − η ∂J/∂w", "w := w - lr*J'(w)", "w-α*dJ/dw", r"w_{i,t} - \eta \nabla_w J", "-η∇J+w",
    ]),
    (MSE, [
        r"\frac1N\sum_{i=1}^N (y_i-\hat y_i)^2", "1/N*sum_{i=1}^N (y_i-yhat_i)^2", "1/n Σ(yi-ŷi)²",
        "MSE = 1/N ∑_{i=1}^{N}（y_i－ŷ_i）²", r"\frac{\sum(\hat{y}^{(i)}-y^{(i)})^2}{N}", "sum((y-yhat)^2)/N",
        "1/N Σ_i |y_i-y_hat_i|^2", "1/N sum_i (y_i^2 - 2 y_i yhat_i + yhat_i^2)",
    ]),
    (CROSS_ENTROPY, [
        r"-\frac1N \sum_{i=1}^{N}[y_i \log \hat y_i + (1-y_i)\log(1-\hat y_i)]",
        r"-\frac1N \sum_{i=1}^{N} y_i \log \hat y_i + (1-y_i)\log(1-\hat y_i)",
        "-1/N Σ(y ln ŷ + (1-y) ln(1-ŷ))", "-(1/N)*sum_i(y_i*log(yhat_i)+(1-y_i)*log(1-yhat_i))",
        "1/N Σ_i [-y_i ln ŷ_i - (1-y_i) ln(1-ŷ_i)]", "−1／N ∑ᵢ［yᵢ ln ŷᵢ＋（1－yᵢ）ln（1－ŷᵢ）］",
    ]),
    (KL, [
        r"\sum_i P(i)\log\frac{P(i)}{Q(i)}", "sum_i p_i log(p_i/q_i)", "Σ p_i log p_i/q_i", "-Σ p_i ln(q_i/p_i)",
        r"KL(P||Q)=\sum_x P(x)\log P(x) - P(x)\log Q(x)", "Σ pi(log pi - log qi)",
        r"D_{KL}(P\parallel Q)=\sum_{x\in X} p(x)\ln\frac{p(x)}{q(x)}", r"\sum_i p_i\log p_i - \sum_i p_i\log q_i",
    ]),
]  # fmt: skip

WRONG = [
    (SIGMOID, "1/(1+e^x)", "minus_forgotten"),
    (SIGMOID, "tanh(x)", "tanh"),
    (SIGMOID, "(e^x-e^-x)/(e^x+e^-x)", "tanh"),
    (SIGMOID, "1/1+e^-x", None),
    (SIGMOID, "e^{1/(1-x)}", None),
    (SIGMOID, "9^9^9^9", None),
    (RELU, "min(0,x)", "min"),
    (RELU, "x", None),
    (RELU, "|x|", None),
    (RELU, "max(0.01x, x)", None),
    (RELU, "{x, x>0; 0, x<0}", None),
    (RELU, "x if x>0.01 else 0", None),
    (SOFTMAX, "e^{z_i}/e^{z_i}", "sum_forgotten"),
    (SOFTMAX, "e^{z_i}/e^{sum_j z_j}", "exponent_of_the_sum"),
    (SOFTMAX, "z_i/sum_j z_j", "exponent_forgotten"),
    (SOFTMAX, "e^{z_i}", None),
    (SOFTMAX, "e^{z_i}/(e^{z_1}+e^{z_2}+e^{z_3})", None),
    (SOFTMAX, "sum_j e^{z_j}/e^{z_i}", None),
    (FIRST, "e^{z_1/(z_1+z_2+z_3)}", "exponent_of_the_whole"),
    (FIRST, "e^{z_2}/(e^{z_1}+e^{z_2}+e^{z_3})", None),
    (FIRST, "e^z1/e^z1+e^z2+e^z3", None),
    (FIRST, "e^z1/(e^z1+e^z2+e^z4)", None),
    (UPDATE, "w + η∇J", "ascent"),
    (UPDATE, "w - ∂J/∂w", "rate_forgotten"),
    (UPDATE, "η dJ/dw", None),
    (MSE, "Σ(yi-ŷi)²", "sum_for_mean"),
    (MSE, "1/N Σ|yi-ŷi|", None),
    (CROSS_ENTROPY, "1/N Σ(yi ln ŷi + (1-yi) ln(1-ŷi))", "minus_forgotten"),
    (CROSS_ENTROPY, "-1/N Σ yi log_2 ŷi + (1-yi) log_2(1-ŷi)", None),
    (KL, "Σ q_i log(q_i/p_i)", "arguments_swapped"),
    (KL, "Σ p_i log(q_i/p_i)", None),
    (KL, "Σ log(p_i/q_i)", None),
]

UNREADABLE = [
    (SIGMOID, "1/(1+e^-X)", "X，题目用的是 x"),
    (SIGMOID, "1/(1+e^-z)", "不认识“z”"),
    (SIGMOID, "1/(1+e^-x", "少了“)”"),
    (SIGMOID, "1/(1+e^-x))", "第 11 个字符“)”"),
    (SIGMOID, "1/(1+e^@x)", "第 8 个字符“@”看不懂"),
    (SIGMOID, "sigmoid(x)", "请写出公式本身"),
    (SIGMOID, "σ(x)", "请写出公式本身"),
    (SIGMOID, "σ(x) =", "没有写完"),
    (SIGMOID, "逻辑函数", "看不懂"),
    (SIGMOID, r"\sum_{i=1}^{64}\sum_{j=1}^{64}\sum_{k=1}^{64} x", "计算量太大"),
    (RELU, "relu(x)", "请写出公式本身"),
    (RELU, "max(0, X)", "X，题目用的是 x"),
    (RELU, "x>0", "这是一个条件"),
    (RELU, "max(x)", "自变量个数"),
    (SOFTMAX, "e^{Z_i}/sum_j e^{Z_j}", "Z，题目用的是 z"),
    (SOFTMAX, "e^{z_k}/sum_j e^{z_j}", "下标写成了 k，题目用的是 i"),
    (SOFTMAX, "e^{z_i}/sum_{j=1}^k e^{z_j}", "k，题目用的是 K"),
    (SOFTMAX, "e^{z_i}/sum_j e^z_m", "下标写成了 m"),
    (FIRST, "e^x1/(e^x1+e^x2+e^x3)", "不认识“x”"),
    (FIRST, "e^{z}/(e^{z_1}+e^{z_2})", "z 要写下标"),
    (UPDATE, "w - eta*L", "不认识“L”"),
    (MSE, "mse(y, yhat)", "不认识“mse”"),
    (KL, "p_i log(p_i/q_i)", "没有对它求和"),
]


@pytest.mark.parametrize(
    ("asked", "typed"), [(asked, typed) for asked, all_typed in RIGHT for typed in all_typed]
)
def test_every_way_of_writing_the_right_formula_is_right(asked: ExpressionPart, typed: str) -> None:
    verdict = expression.grade(asked, typed)
    assert (verdict.verdict, verdict.score, verdict.mistake) == ("correct", 1, None), verdict.feedback.en
    assert expression.understood(asked, typed).startswith("<math")


@pytest.mark.parametrize(("asked", "typed", "name"), WRONG)
def test_a_wrong_formula_is_wrong_and_a_known_mistake_is_named(
    asked: ExpressionPart, typed: str, name: str | None
) -> None:
    verdict = expression.grade(asked, typed)
    assert (verdict.verdict, verdict.score, verdict.mistake) == ("incorrect", 0, name)
    assert ("写法有误。再看一看。" in verdict.feedback.zh) == (name is not None)
    assert ("Slip. Look again." in verdict.feedback.en) == (name is not None)


@pytest.mark.parametrize(("asked", "typed", "said"), UNREADABLE)
def test_what_cannot_be_read_costs_nothing_and_is_said(asked: ExpressionPart, typed: str, said: str) -> None:
    verdict = expression.grade(asked, typed)
    assert (verdict.verdict, verdict.score) == ("unreadable", None)
    assert said in verdict.feedback.zh and verdict.feedback.en


@pytest.mark.parametrize("response", ["", " \u3000", None, 3, ["x"], {"formula": "x"}])
def test_nothing_and_what_is_not_text_is_unreadable(response: object) -> None:
    verdict = expression.grade(SIGMOID, response)
    assert (verdict.verdict, verdict.score) == ("unreadable", None)
    assert (verdict.feedback == EMPTY) == isinstance(response, str)
    with pytest.raises(Unreadable):
        expression.understood(SIGMOID, response)


def test_an_accepted_formula_is_right_too() -> None:
    halved = part(formula="x^2", accept=["x^2/2"], variables={"x": (-2, 2)})
    assert expression.grade(halved, "0.5x²").score == 1
    assert expression.grade(halved, "x²/3").score == 0


def test_a_function_may_be_named_where_the_formula_itself_names_it() -> None:
    derivative = part(formula="sigmoid(x)(1-sigmoid(x))", variables={"x": (-4, 4)})
    assert expression.grade(derivative, "σ(x)(1-σ(x))").score == 1
    assert expression.grade(derivative, "e^-x/(1+e^-x)^2").score == 1


@pytest.mark.parametrize("good", PARTS)
def test_the_files_own_formulas_have_no_problem(good: ExpressionPart) -> None:
    assert expression.check(good) == []


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"formula": "1/(1+e^-t"}, "cannot be read"),
        ({"mistakes": [mistake("typo", "1/(1+")]}, "cannot be read"),
        ({"formula": "ln(-1-x^2)"}, "has no value"),
        ({"formula": "tanh x/2"}, "two ways"),
        ({"accept": ["x+1"]}, "does not equal"),
        ({"mistakes": [mistake("same", "x*1")]}, "“same” equals a right formula"),
        ({"mistakes": [mistake("one", "2x"), mistake("two", "x+x")]}, "“one” and “two” are equal"),
    ],
)
def test_a_slip_in_the_file_is_reported(changed: dict[str, object], problem: str) -> None:
    found = expression.check(part(**{"formula": "x", "variables": {"x": (-2, 2)}, **changed}))
    assert len(found) == 1
    assert problem in found[0].en
