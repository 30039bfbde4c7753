"""Formulas as students type them for the exam questions, and texts that nobody should wait for."""

import time
from pathlib import Path

import pytest
import yaml

from app.grading import expression
from app.grading.verdict import Unreadable
from app.questions.bank import Bank
from app.questions.part import ExpressionPart

TYPED = yaml.safe_load(Path(__file__).with_name("typed_formulas.yaml").read_text())
RIGHT = [(where, text) for where, typed in TYPED.items() for text in typed["right"]]
WRONG = [(where, text, name) for where, typed in TYPED.items() for text, name in typed["wrong"]]
TOLD = [(where, text) for where, typed in TYPED.items() for text in typed["told"]]

HOSTILE = [
    "9^9^9^9", "9^" * 200 + "9", "(" * 60 + "x" + ")" * 60, "x" * 5000, "nan", "inf", "1/0", "1/(x-x)", "\\frac" * 80,
    "\\begin{cases}" * 30, "+".join("x" * 140), "+".join(["sum_j (x)"] * 20), "\\hat{" * 100, "w_" * 150, "\\text{" * 60,
    "max(" * 50 + "x", "\\sum_i\\sum_j\\sum_k\\sum_l\\sum_m\\sum_n x", "Σ" * 29 + "1", "sum(i=1..64, sum(j=1..64, x))",
    "\\partial J/" * 40, "else " * 90, "|" * 90 + "x", "mean(" * 50 + "x", "1_{" * 60, "I(" * 60 + "x>0", "w=" * 140 + "x",
    "{x}_{i}" * 60, "\\over" * 60, "1,x>0;" * 60, "x=" * 100 + "0, x>0",
]  # fmt: skip


def asked(bank: Bank, where: str) -> ExpressionPart:
    slug, name = where.split("/")
    part = next(
        part for question in bank if question.slug == slug for part in question.parts if part.id == name
    )
    assert isinstance(part, ExpressionPart)
    return part


@pytest.mark.parametrize(("where", "typed"), RIGHT)
def test_the_right_formula_is_right_and_shown_however_it_is_typed(bank: Bank, where: str, typed: str) -> None:
    part = asked(bank, where)
    verdict = expression.grade(part, typed)
    assert verdict.verdict == "correct", verdict.feedback.en
    assert expression.understood(part, typed).startswith("<math")


@pytest.mark.parametrize(("where", "typed", "name"), WRONG)
def test_a_wrong_formula_is_wrong_by_its_own_mistake(
    bank: Bank, where: str, typed: str, name: str | None
) -> None:
    verdict = expression.grade(asked(bank, where), typed)
    assert (verdict.verdict, verdict.mistake) == ("incorrect", name)


@pytest.mark.parametrize(("where", "typed"), TOLD)
def test_another_variable_or_a_strange_sign_is_told_and_costs_nothing(
    bank: Bank, where: str, typed: str
) -> None:
    verdict = expression.grade(asked(bank, where), typed)
    assert (verdict.verdict, verdict.score) == ("unreadable", None)
    assert verdict.feedback.zh and verdict.feedback.en
    with pytest.raises(Unreadable):
        expression.understood(asked(bank, where), typed)


@pytest.mark.parametrize("where", TYPED)
def test_hostile_texts_take_bounded_work(bank: Bank, where: str) -> None:
    part, symbol = asked(bank, where), {"update": "w", "mse": "y", "cross_entropy": "y", "kl": "p"}
    letter = symbol.get(where.split("/")[1], "x")
    expression.grade(part, letter)
    for typed in (text.replace("x", letter) for text in HOSTILE):
        assert expression.grade(part, typed).verdict != "correct"
        assert seconds(part, typed) < 1, typed[:60]  # `make bench` says how long


def seconds(part: ExpressionPart, typed: str) -> float:
    start = time.process_time()
    expression.grade(part, typed)
    return time.process_time() - start


@pytest.mark.parametrize(
    ("where", "typed", "plain"),
    [
        ("activation-formulas/sigmoid", r"{1 \over 1+\exp(-x)}", r"\frac{1}{1+e^{-x}}"),
        ("activation-formulas/sigmoid", "σ(x) = 1/(1+np.exp(-x)), x∈R", r"\frac{1}{1+e^{-x}}"),
        ("activation-formulas/relu", "当x>0时，f(x)=x；当x≤0时，f(x)=0", "x, x>0; 0, x≤0"),
        ("activation-formulas/relu", "x (x>0), 0 (x<=0)", "x, x>0; 0, x≤0"),
        ("activation-formulas/relu", "x大于0时等于x，否则等于0", "x if x>0 else 0"),
        ("activation-formulas/relu", r"x \cdot \mathbf{1}_{\{x>0\}}", "x*I(x>0)"),
        ("activation-formulas/softmax", r"\frac{e^{z_i}}{\sum_{1\le j\le K}e^{{z}_{j}}}", r"\frac{e^{z_i}}{\sum_{j=1}^K e^{z_j}}"),
        ("activation-formulas/softmax", "e^zi/sum(j=1 to K)e^zj, i=1,2,…,K", r"\frac{e^{z_i}}{\sum_{j=1}^K e^{z_j}}"),
        ("gradient-descent/update", r"\theta_j := \theta_j - \alpha \frac{\partial}{\partial \theta_j} L(\theta)", "w - η g"),
        ("gradient-descent/update", "w -= lr * grad", "w - η g"),
        ("loss-functions/mse", "mean((y_true-y_pred)^2)", r"\frac{\sum_i (y_i-\hat{y}_i)^2}{N}"),
        ("loss-functions/kl", r"\sum_i P(x_i)\log\frac{P(x_i)}{Q(x_i)}", r"\sum_i p_i \ln(\frac{p_i}{q_i})"),
    ],
)  # fmt: skip
def test_the_preview_shows_what_was_meant(bank: Bank, where: str, typed: str, plain: str) -> None:
    part = asked(bank, where)
    shown = expression.understood(part, typed)
    assert plain_text(shown) == plain_text(expression.understood(part, plain))


def plain_text(mathml: str) -> str:
    """Without the signs of products, which are written or not."""
    return mathml.replace("<mo>·</mo>", "").replace("<mo>\u2062</mo>", "")
