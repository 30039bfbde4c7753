"""Error carried forward: through the parts of one computation, inside a list, and never from an easy wrong start."""

from typing import Any

import pytest

from app.grading.check import as_typed
from app.grading.grade import grade_all
from app.operations.operation import Way
from app.questions.bank import Bank
from app.questions.part import computed
from app.questions.variant import Variant, variant


def typed(shown: Variant, way: Way) -> dict[str, Any]:
    """What someone who computes this way hands in, every part of it."""
    responses = {}
    for part in shown.question.parts:
        if computed(part):
            value = shown.answers[part.id].done(way)
            assert value is not None
            responses[part.id] = as_typed(value, part)
    return responses


@pytest.fixture
def passes(bank: Bank) -> Variant:
    """A forward and backward pass, part by part."""
    return variant(bank.questions["forward-and-backward-drill"], 1)


def test_a_slip_in_the_forward_pass_costs_its_own_part_only(passes: Variant) -> None:
    z1 = [value * 1.2 for value in passes.answers["z1"].value]  # type: ignore[union-attr, operator]
    grade = grade_all(passes, typed(passes, Way(own={"z1": z1})))
    assert grade.parts["z1"].verdict == "incorrect"
    for part_id, verdict in grade.parts.items():
        if part_id != "z1":
            assert verdict.score == 1.0, part_id
            assert verdict.followed or verdict.verdict == "correct"
    assert grade.parts["a1"].followed and grade.parts["prediction"].followed


def test_a_rounded_earlier_value_is_carried_forward_too(passes: Variant) -> None:
    z1 = [round(value, 4) for value in passes.answers["z1"].value]  # type: ignore[union-attr, arg-type]
    grade = grade_all(passes, typed(passes, Way(own={"z1": z1})))
    assert all(verdict.score == 1.0 for verdict in grade.parts.values())


def test_zeros_are_no_start(passes: Variant) -> None:
    responses = typed(passes, Way(own={"z1": [0, 0]}))
    grade = grade_all(passes, responses)
    assert grade.parts["a1"].followed is False and grade.parts["a1"].score == 0


def test_a_path_goes_on_from_a_wrong_point_and_says_where(bank: Bank) -> None:
    shown = variant(bank.questions["drill-gradient-descent-2"])  # 0, 0.4, 0.72, 0.976
    said = grade_all(shown, {"path": ["0", "0.4", "0.8", "1.04"]}).parts["path"]
    assert (said.score, said.followed, said.cells) == (
        0.75,
        True,
        ["correct", "correct", "incorrect", "correct"],
    )
    assert "第 3 个数起出错" in said.feedback.zh and "goes wrong at number 3" in said.feedback.en
    far = grade_all(shown, {"path": ["0", "0.4", "50", "40.4"]}).parts["path"]
    assert (far.score, far.followed) == (0.5, False)
    gap = grade_all(shown, {"path": ["0", "0.5", "", "1.04"]}).parts["path"]
    assert gap.score == 0.25


def test_the_total_of_ones_own_layers_counts(bank: Bank) -> None:
    shown = variant(bank.questions["fcn-parameter-count"])
    grade = grade_all(shown, {"layers": ["12", "20", "21", "15"], "total": "68"})
    assert grade.parts["total"].followed and grade.parts["total"].score == 1.0


@pytest.mark.parametrize("own", [["9" * 39] * 4, ["-1", "2", "3", "4"], ["0.5", "20", "20", "15"]])
def test_absurd_earlier_values_do_no_harm(bank: Bank, own: list[str]) -> None:
    shown = variant(bank.questions["fcn-parameter-count"])
    assert grade_all(shown, {"layers": own, "total": "1"}).parts["total"].verdict in ("incorrect", "correct")


def test_absurd_earlier_shapes_do_no_harm(bank: Bank) -> None:
    shown = variant(bank.questions["feature-map-sizes"])
    for absurd in ("1", "1×1×1", "32×1×1", "9999999999×26×26", "26×26×32×2", "800"):
        for part_id in ("pool1", "conv2", "flatten"):
            said = grade_all(
                shown,
                {
                    "conv1": absurd,
                    "pool1": absurd,
                    "pool2": absurd,
                    part_id: "7" if part_id == "flatten" else "7×7×7",
                },
            )
            assert said.parts[part_id].verdict in ("incorrect", "partly")


def test_repeating_the_minimum_step_after_step_earns_nothing(bank: Bank) -> None:
    question = bank.questions["gradient-descent-drill"]
    tried = 0
    for number in range(1, 40):
        shown = variant(question, number)
        a, b, _ = shown.given["coefficients"]
        lowest = str(-b / a / 2)
        grade = grade_all(shown, dict.fromkeys(("w1", "w2", "w3"), lowest))
        if grade.parts["w1"].verdict == "incorrect":
            tried += 1
            assert not grade.parts["w2"].followed and not grade.parts["w3"].followed
    assert tried > 20


def test_one_number_everywhere_is_no_start_to_follow(bank: Bank) -> None:
    shown = variant(bank.questions["drill-attention-2"])
    grade = grade_all(shown, {"weights": "0.5 0.5; 0.5 0.5", "output": "1.5 1.5; 1.5 1.5"})
    assert not grade.parts["output"].followed
