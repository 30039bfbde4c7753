"""The formula language, against the same formulas written in Python."""

import math
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.questions.evaluation import MAX_TERMS, Budget, Domain, Point, Undefined, equivalent, evaluate
from app.questions.formula import FormulaError, Symbols, parse, readings
from app.questions.part import FormulaAnswer
from app.questions.tokens import MAX_CHARACTERS

ONE = FormulaAnswer(formula="x", variables={"x": (-4, 4)})
ENTRIES = FormulaAnswer(
    formula="z_i",
    variables={"a": (0.5, 2)},
    vectors={"z": (-2, 2), "yhat": (0.1, 0.9)},
    length="N",
    index="i",
    aliases={"N": ["n"], "yhat": ["q"]},
)
UPDATE = FormulaAnswer(
    formula="w - eta g",
    variables={"w": (-3, 3), "eta": (0.01, 1), "g": (-3, 3)},
    aliases={
        "w": ["w_t", "w_i", "w^{(t)}", "w_i^{(t)}", "w_{i,t}"],
        "eta": ["alpha", "lr"],
        "g": [
            r"\nabla J(w)",
            r"\nabla J",
            r"\nabla_w J",
            "∂J/∂w",
            r"\frac{\partial J}{\partial w}",
            "dJ/dw",
            "J'(w)",
        ],
    },
)
CORPUS = [ONE, ENTRIES, UPDATE]


def read(source: str, answer: FormulaAnswer = ONE) -> Callable[[Point], float]:
    tree = parse(source, Symbols.of(answer))
    return lambda point: evaluate(tree, point, Budget())


def at(x: float) -> Point:
    return Point({"x": x})


def refusal(source: str, answer: FormulaAnswer = ONE) -> FormulaError:
    with pytest.raises(FormulaError) as problem:
        readings(source, Symbols.of(answer))
    return problem.value


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


SCALAR: list[tuple[str, Callable[[float], float]]] = [
    ("2x", lambda x: 2 * x),
    ("x(1-x)", lambda x: x * (1 - x)),
    ("x²+3x+1", lambda x: x**2 + 3 * x + 1),
    ("-x^2", lambda x: -(x**2)),
    ("(-x)^2", lambda x: x**2),
    ("2^3^2", lambda x: 512),
    ("x-2-3", lambda x: x - 5),
    ("x/2/4", lambda x: x / 8),
    ("1/2x", lambda x: x / 2),
    ("2*-x", lambda x: -2 * x),
    ("--x", lambda x: x),
    (r"\frac12x", lambda x: x / 2),
    (r"\frac{x}{2}+\dfrac1{4}", lambda x: x / 2 + 0.25),
    (r"\frac123", lambda x: 1.5),
    ("½x", lambda x: x / 2),
    ("（１＋ｘ）＊２．５÷５", lambda x: (1 + x) / 2),
    ("x × 3 · 2", lambda x: 6 * x),
    ("e^x", math.exp),
    ("e^-x", lambda x: math.exp(-x)),
    ("e⁻ˣ", lambda x: math.exp(-x)),
    ("e^{-x}x", lambda x: math.exp(-x) * x),
    (r"\exp(-x)", lambda x: math.exp(-x)),
    (r"\mathrm{e}^{x}", math.exp),
    ("exp(x)^2", lambda x: math.exp(x) ** 2),
    (r"\log(x^2+1)", lambda x: math.log(x**2 + 1)),
    ("ln(x^2+1)", lambda x: math.log(x**2 + 1)),
    ("log_2(x^2+1)", lambda x: math.log2(x**2 + 1)),
    ("log2(x^2+1)", lambda x: math.log2(x**2 + 1)),
    (r"\log_{10}(x^2+1)", lambda x: math.log10(x**2 + 1)),
    ("lnexp(x)", lambda x: x),
    (r"\log e^x + 1", lambda x: x + 1),
    ("tanh^2 x", lambda x: math.tanh(x) ** 2),
    ("√(x^2)", abs),
    (r"\sqrt{x^2+1}", lambda x: math.hypot(x, 1)),
    ("|x|", abs),
    ("2|x||x-1|", lambda x: 2 * abs(x) * abs(x - 1)),
    ("|x-|x||", lambda x: abs(x - abs(x))),
    (r"\lvert x\rvert", abs),
    ("max(0,x)", lambda x: max(0, x)),
    ("max{0，x}", lambda x: max(0, x)),
    (r"\max\left\{0, x\right\}", lambda x: max(0, x)),
    ("min(x,1,2)", lambda x: min(x, 1, 2)),
    ("relu(x)+ReLU(-x)", abs),
    (r"\operatorname{sigmoid}(x)", sigmoid),
    ("σ(x)", sigmoid),
    (r"\left(1+x\right)\,x", lambda x: (1 + x) * x),
    ("$2x$", lambda x: 2 * x),
    ("y = 2x", lambda x: 2 * x),
    ("y = f(x) = 2x", lambda x: 2 * x),
    (r"D_{KL}(P\|Q) \gets x", lambda x: x),
    ("2πx", lambda x: 2 * math.pi * x),
    (r"\begin{cases} 0, & x \le 0 \\ x, & x > 0 \end{cases}", lambda x: max(0, x)),
    (r"\left\{\begin{array}{ll} x & \text{if } x>0 \\ 0 & \text{otherwise} \end{array}\right.", lambda x: max(0, x)),
    ("{0, x<=0; x, x>0}", lambda x: max(0, x)),
    ("{x≤0: 0; x>0: x}", lambda x: max(0, x)),
    ("x if x>0 else 0", lambda x: max(0, x)),
    ("x if x>1 else 1 if x>0 else -1", lambda x: x if x > 1 else 1 if x > 0 else -1),
    ("x>0时为x，否则为0", lambda x: max(0, x)),
    ("当x>0时取x；否则0", lambda x: max(0, x)),
    ("x > 0 ? x : 0", lambda x: max(0, x)),
    ("x*(x>0)", lambda x: max(0, x)),
    ("x (x>0), 0 (x<=0)", lambda x: max(0, x)),
    ("当x>0时，f(x)=x；当x≤0时，f(x)=0", lambda x: max(0, x)),
    ("x>0, y=x; x<0, y=0; x=0, y=0", lambda x: max(0, x)),
    ("x大于0时等于x，x小于或等于0时等于0", lambda x: max(0, x)),
    ("x > 0 → x, x ≤ 0 → 0", lambda x: max(0, x)),
    (r"x \cdot \mathbf{1}_{\{x>0\}} + x·I(x≤0)", lambda x: x),
    (r"{1 \over 1+x^2}", lambda x: 1 / (1 + x**2)),
    ("np.maximum(0,x) + math.exp(x)", lambda x: max(0, x) + math.exp(x)),
    ("2.71828^x", math.exp),
    ("lg(x^2+1)", lambda x: math.log10(x**2 + 1)),
    (r"\lVert x\rVert_2^2", lambda x: x**2),
    ("x -= 2x, x∈R", lambda x: -x),
    ("x·1[x>=0]", lambda x: max(0, x)),
    ("1[0<x<=1]", lambda x: float(0 < x <= 1)),
    ("sum(k=1..4, k x)", lambda x: 10 * x),
    (r"\sum_{k=1}^{3} k^2 + x", lambda x: 14 + x),
]  # fmt: skip


@pytest.mark.parametrize(("source", "meaning"), SCALAR, ids=[source for source, _ in SCALAR])
def test_a_formula_has_the_value_of_the_same_formula_in_python(
    source: str, meaning: Callable[[float], float]
) -> None:
    formula = read(source)
    for x in (-3.7, -1.0, -0.25, 0.0, 0.3, 1.0, 2.9):
        assert formula(at(x)) == pytest.approx(meaning(x), rel=1e-12, abs=1e-12)


def softmax_bottom(z: list[float]) -> float:
    return sum(math.exp(v) for v in z)


VECTOR: list[tuple[str, Callable[[list[float], list[float], int], float]]] = [
    ("z_i", lambda z, y, i: z[i]),
    ("zᵢ", lambda z, y, i: z[i]),
    ("zi", lambda z, y, i: z[i]),
    ("{z}_{i}+z(x_1)+zn", lambda z, y, i: z[i] + z[0] + z[-1]),
    ("z_i, i=1,2,…,N", lambda z, y, i: z[i]),
    (r"\Sigma_{1\le j\le N} e^{z_j}", lambda z, y, i: softmax_bottom(z)),
    (r"\sum_{j\in\{1,\ldots,N\}} e^{z_j}", lambda z, y, i: softmax_bottom(z)),
    ("sum(j=1 to N) exp(z_j)", lambda z, y, i: softmax_bottom(z)),
    ("Σ e^zi", lambda z, y, i: softmax_bottom(z)),
    ("Σ e^zn", lambda z, y, i: softmax_bottom(z)),
    ("N mean(exp(z))", lambda z, y, i: softmax_bottom(z)),
    ("z(i)", lambda z, y, i: z[i]),
    ("z[i]", lambda z, y, i: z[i]),
    ("z^{(i)}", lambda z, y, i: z[i]),
    ("z1+z_2+z_{1}+z₂", lambda z, y, i: 2 * (z[0] + z[1])),
    ("z_N", lambda z, y, i: z[-1]),
    ("z_{n-1}", lambda z, y, i: z[-2]),
    ("ŷ_i", lambda z, y, i: y[i]),
    ("y\u0302_i", lambda z, y, i: y[i]),
    ("yhat_i + y_hat_i", lambda z, y, i: 2 * y[i]),
    (r"\hat{y}_i \hat y_i \hat{y_i} \widehat{y}^{(i)}", lambda z, y, i: y[i] ** 4),
    ("q_i", lambda z, y, i: y[i]),
    (r"\sum_{j=1}^{N} e^{z_j}", lambda z, y, i: softmax_bottom(z)),
    (r"\sum\limits_{j=1}^N\exp(z_j)", lambda z, y, i: softmax_bottom(z)),
    (r"\sum^{N}_{j=1} e^{z_j}", lambda z, y, i: softmax_bottom(z)),
    ("Σ_j e^{z_j}", lambda z, y, i: softmax_bottom(z)),
    ("Σe^zj", lambda z, y, i: softmax_bottom(z)),
    ("sum(exp(z))", lambda z, y, i: softmax_bottom(z)),
    ("sum_j=1^n exp(zj)", lambda z, y, i: softmax_bottom(z)),
    ("sum(j=1..N, exp(z_j))", lambda z, y, i: softmax_bottom(z)),
    ("sum(exp(z_j), j=1:N)", lambda z, y, i: softmax_bottom(z)),
    ("sum(exp(z_j), j, 1, N)", lambda z, y, i: softmax_bottom(z)),
    ("sum(exp(z_j), j)/2", lambda z, y, i: softmax_bottom(z) / 2),
    ("e^{z_1}+e^{z_2}+…+e^{z_N}", lambda z, y, i: softmax_bottom(z)),
    (r"e^{z_1}+\cdots+e^{z_N}", lambda z, y, i: softmax_bottom(z)),
    (r"\sum_{x\in\mathcal{X}} z(x) ŷ(x)", lambda z, y, i: sum(a * b for a, b in zip(z, y, strict=True))),
    (r"\sum_j \sum_k z_j z_k", lambda z, y, i: sum(z) ** 2),
    ("1/N Σ (z_j-ŷ_j)^2", lambda z, y, i: sum((a - b) ** 2 for a, b in zip(z, y, strict=True)) / len(z)),
    (r"\sum_j z_j \log ŷ_j + a", lambda z, y, i: sum(a * math.log(b) for a, b in zip(z, y, strict=True)) + 1.5),
    (r"\sum_i z_i - z_i", lambda z, y, i: sum(z) - z[i]),
]  # fmt: skip


@pytest.mark.parametrize(("source", "meaning"), VECTOR, ids=[source for source, _ in VECTOR])
def test_indices_and_sums_mean_what_they_mean_in_python(
    source: str, meaning: Callable[[list[float], list[float], int], float]
) -> None:
    rng = Random(3)
    for length in (2, 3, 5):
        z = [rng.uniform(-2, 2) for _ in range(length)]
        y = [rng.uniform(0.1, 0.9) for _ in range(length)]
        i = rng.randrange(length)
        point = Point({"a": 1.5, "N": length}, {"z": tuple(z), "yhat": tuple(y)}, length, {"i": i + 1})
        assert read(source, ENTRIES)(point) == pytest.approx(meaning(z, y, i), rel=1e-12)


@pytest.mark.parametrize(
    "source",
    [
        "w - eta*g",
        "w-ηg",
        "w - lr * dJ/dw",
        r"w_i^{(t)} - \eta \frac{\partial J}{\partial w_i}",
        r"w_{t+1} = w_t - \eta \nabla J(w_t)",
        r"w_{i,t} - \alpha \nabla_w J",
        "w ← w − η ∂J/∂w_i^{(t)}",
        "w := w - alpha J'(w)",
        "w_{i} - η∇J",
    ],
)
def test_other_writings_of_a_symbol_are_replaced_before_reading(source: str) -> None:
    point = Point({"w": 0.7, "eta": 0.1, "g": -2.5})
    assert read(source, UPDATE)(point) == pytest.approx(0.7 + 0.25)


def test_a_sum_and_a_function_without_brackets_can_each_be_read_in_two_ways() -> None:
    point = Point({"a": 1.5, "N": 2}, {"z": (1.0, 3.0), "yhat": (0.5, 0.2)}, 2, {"i": 1})
    sums = [evaluate(tree, point, Budget()) for tree in readings(r"\sum_j z_j + a", Symbols.of(ENTRIES))]
    assert sums == [4 + 1.5, 4 + 2 * 1.5]
    halves = [evaluate(tree, at(2.0), Budget()) for tree in readings("tanh x/2", Symbols.of(ONE))]
    assert halves == pytest.approx([math.tanh(2) / 2, math.tanh(1)])
    assert len(readings("tanh(x)/2", Symbols.of(ONE))) == 1


@pytest.mark.parametrize(
    ("source", "answer", "position", "said"),
    [
        ("1+x+@", ONE, 4, "第 5 个字符“@”看不懂。"),
        ("（1＋x", ONE, 4, "第 5 个字符：少了“)”。"),
        ("(1+x))", ONE, 5, "第 6 个字符“)”放在这里读不通。"),
        ("x+", ONE, 2, "公式没有写完。"),
        ("y =", ONE, 0, "公式没有写完。"),
        ("1+X", ONE, 2, "这里的变量写成了 X，题目用的是 x。"),
        ("Z_i", ENTRIES, 0, "这里的变量写成了 Z，题目用的是 z。"),
        (r"\sum_{j=1}^{K} z_j", ENTRIES, 12, "第 13 个字符：不认识“K”，题目用的符号是 a、ŷ、z、N、i。"),
        ("z_k", ENTRIES, 2, "第 3 个字符：下标写成了 k，题目用的是 i。"),
        ("z + 1", ENTRIES, 0, "第 1 个字符：z 要写下标。"),
        ("a_1", ENTRIES, 1, "第 2 个字符：a 在这里没有下标。"),
        ("softmax(x)", ONE, 0, "第 1 个字符：不认识“softmax”，题目用的符号是 x。"),
        ("x + 10^{9999999999999}", ONE, 8, "第 9 个字符：数太大了。"),
        (r"x + \foo", ONE, 4, r"第 5 个字符“\foo”看不懂。"),
        ("x > 0", ONE, 0, "这是一个条件，不是公式。"),
        ("{x, 0}", ONE, 1, "第 2 个字符：分段写法里每个值要配一个条件。"),
        ("x·I(x)", ONE, 2, "第 3 个字符：后面要写一个条件。"),
        ("ŷ_i - q_i", ENTRIES, 6, "第 7 个字符：ŷ 和 q 会读成同一个量，请用题目的符号 ŷ、z。"),
        ("z_i - z^i", ENTRIES, 7, "第 8 个字符：上标 i 的意思不清楚：下标请写 z_i，戴帽的量请写 hat。"),
        ("mean(x)", ONE, 0, "第 1 个字符：不认识“mean”，题目用的符号是 x。"),
        ("max(x)", ONE, 0, "第 1 个字符：max 的自变量个数不对。"),
        ("z_1 + a + … + z_N", ENTRIES, 10, "第 11 个字符：省略号前后的项看不出规律。"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(
    source: str, answer: FormulaAnswer, position: int, said: str
) -> None:
    problem = refusal(source, answer)
    assert (problem.message.zh, problem.position) == (said, position)
    assert problem.message.en


@pytest.mark.parametrize(
    "source",
    ["x" * (MAX_CHARACTERS + 1), "1+" * 200 + "1", "(" * 60 + "x" + ")" * 60, "e^" * 90 + "x", "-" * 90 + "x", "x/" * 90 + "x"],
)  # fmt: skip
def test_long_and_deep_formulas_are_refused(source: str) -> None:
    assert refusal(source)


@pytest.mark.parametrize(
    "source", ["9^9^9^9", "1/(x-x)", "ln(-1)", "sqrt(-1)", "(-2)^0.5", "e^e^9", "{1, x>5}", "max(1,2)^9999"]
)
def test_a_formula_without_a_real_value_is_undefined_and_never_hangs(source: str) -> None:
    with pytest.raises(Undefined):
        read(source)(at(1.0))


def test_work_is_bounded_by_a_budget() -> None:
    nested = read(r"\sum_{j=1}^{64} \sum_{k=1}^{64} \sum_{m=1}^{64} x")
    with pytest.raises(FormulaError, match="too much computing"):
        nested(at(1.0))
    assert read(rf"\sum_{{j=1}}^{{{MAX_TERMS}}} 1")(at(1.0)) == MAX_TERMS
    with pytest.raises(FormulaError, match="64 terms"):
        read(rf"\sum_{{j=1}}^{{{MAX_TERMS + 1}}} 1")(at(1.0))
    spent = Budget(5)
    evaluate(parse("x+1", Symbols.of(ONE)), at(1.0), spent)
    assert spent.steps == 2  # the sum and its two terms


@given(st.text(max_size=80), st.sampled_from(CORPUS))
@example("\\", ONE)
@example("\\hat{", ENTRIES)
@example("Σ" * 30, ENTRIES)
@example("z_ⅷ^̂", ENTRIES)
def test_any_text_is_read_or_refused(source: str, answer: FormulaAnswer) -> None:
    read_or_refused(source, answer)


PIECES = [*"0123.+-*/^_(){}[]|,;=<xzwijNne &'≤²ᵢŷΣη，", "\\frac", "\\sum", "\\hat", "ln", "max", "sum(", " if ", " else "]  # fmt: skip
PIECES += [
    "\\begin{cases}",
    "\\end{cases}",
    "\\\\",
    "\\left",
    "\\right",
    "\\text{",
    "z_i",
    "e^{",
    "_{j=1}",
    "…",
    "∇J",
]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join), st.sampled_from(CORPUS))
def test_any_heap_of_tokens_is_read_or_refused(source: str, answer: FormulaAnswer) -> None:
    read_or_refused(source, answer)


def read_or_refused(source: str, answer: FormulaAnswer) -> None:
    try:
        trees = readings(source, Symbols.of(answer))
    except FormulaError as problem:
        assert 0 <= problem.position <= len(source) or len(source) > MAX_CHARACTERS
        assert problem.message.zh and problem.message.en
        return
    point = Domain.of(answer).point(Random(0))
    for tree in trees:
        try:
            assert math.isfinite(evaluate(tree, point, Budget()))
        except (Undefined, FormulaError):
            continue


@given(st.integers(0, 10_000))
def test_equal_formulas_are_equal_and_near_misses_are_not_for_any_seed(seed: int) -> None:
    def same(one: str, other: str) -> bool:
        symbols = Symbols.of(ONE)
        return equivalent(parse(one, symbols), parse(other, symbols), Domain.of(ONE), seed)

    assert same("(x+1)^3", "x^3+3x^2+3x+1")
    assert same("max(0,x)", "(x+|x|)/2")
    assert not same("max(0,x)", "x")
    assert not same("x", "x + 1e-6".replace("1e-6", "0.000001"))
    assert not same("max(0,x)", "x if x > 0.01 else 0")  # differs on a hundredth of the domain
    assert not same("max(0,x)", "{x, x>0; 0, x<0}")  # undefined at 0
    assert not same("|x|", "x^2/x")
    assert not same("sqrt(x^2)", "sqrt(x)^2")
    assert not same("ln(-x^2)", "ln(-x^2)")  # nothing to compare


def test_points_are_real_lie_in_the_domain_and_lengths_run_from_2_to_5() -> None:
    points = [Domain.of(ENTRIES).point(Random(seed)) for seed in range(200)]
    assert {point.length for point in points} == {2, 3, 4, 5}
    for point in points:
        assert all(-2 <= v <= 2 and v != round(v) for v in point.vectors["z"])
        assert 1 <= point.indices["i"] <= point.length == len(point.vectors["yhat"])
        assert point.scalars["N"] == point.length


def test_without_a_length_symbol_the_vector_ends_at_the_highest_entry_of_the_formula() -> None:
    answer = FormulaAnswer(formula="z_1/(z_1+z_2+z_3)", vectors={"z": (1, 2)})
    assert Domain.of(answer).lengths == (3, 3)


def test_a_sum_from_0_counts_the_entries_from_0() -> None:
    symbols, domain = Symbols.of(ENTRIES), Domain.of(ENTRIES)
    expected = parse(r"\sum_{j=1}^{N} z_j", symbols)
    assert equivalent(expected, parse(r"\sum_{j=0}^{N-1} z_j", symbols), domain)
    assert not equivalent(expected, parse(r"\sum_{j=0}^{N} z_j", symbols), domain)
