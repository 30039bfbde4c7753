"""Where a wrong value comes from: one mistake, one at one place, two at once, rounding too early; or nothing is said."""

from itertools import count
from typing import Any

import numpy as np
import pytest

from app.grading.diagnosis import RARE, diagnose, room, search
from app.grading.grade import grade
from app.operations import OPERATIONS
from app.operations.operation import Way
from app.questions.bank import Bank
from app.questions.part import Part, computed, precision
from app.questions.precision import EXACT, Precision
from app.questions.variant import Variant, variant


@pytest.fixture
def nine(bank: Bank) -> Variant:
    return variant(bank.questions["fcn-parameter-count"])


def judged(shown: Variant, part_id: str, response: Any, **earlier: Any) -> Any:
    part = shown.question.part(part_id)
    assert part
    return grade(shown, part, response, earlier)


def test_a_mistake_in_one_layer_is_named_with_its_place(nine: Variant) -> None:
    said = judged(nine, "layers", ["12", "20", "16", "15"])
    assert (said.mistake, said.score) == ("bias_forgotten", 0.75)
    assert "第 3 层到第 4 层：漏了偏置。" in said.feedback.zh
    assert "Layer 3 to layer 4: biases forgotten." in said.feedback.en


def test_two_mistakes_are_named_with_their_places(bank: Bank) -> None:
    shown = variant(bank.questions["feature-map-sizes-drill"])
    given = shown.answers["parameters"].inputs
    network = OPERATIONS["network_shapes"]
    two = {(0, "convolution.biased"): False, (5, "dense.doubled"): True}
    wrong = network.compute(given, Way(two))["parameters"]
    said = judged(shown, "parameters", [str(n) for n in wrong])
    assert said.mistake == "bias_forgotten+bias_per_weight"
    assert "第 1 层（卷积）：漏了偏置" in said.feedback.zh
    assert "Layer 6 (dense): one bias per weight" in said.feedback.en


def test_nothing_is_said_where_two_explanations_fit(nine: Variant) -> None:
    said = judged(
        nine, "layers", ["12", "20", "24", "15"]
    )  # two layers of four neurons added would be 12, not 24
    assert said.mistake is None
    # layer 2 to 3 and 3 to 4 are alike, but stand at different places: each is told apart
    assert judged(nine, "layers", ["12", "16", "20", "15"]).mistake == "bias_forgotten"


def test_a_small_count_is_never_explained_by_a_place_or_a_pair(nine: Variant) -> None:
    named = {str(w.value) for w in nine.answers["total"].wrong}
    for typed in map(str, range(1, 150)):
        said = judged(nine, "total", typed)
        assert (said.mistake is not None) == (typed in named)


def test_a_search_that_runs_out_of_time_says_nothing(nine: Variant) -> None:
    part, answer = nine.question.part("layers"), nine.answers["layers"]
    assert part
    slow = count(step=1)
    assert search(part, answer, [12, 16, 20, 16]) is not None
    assert search(part, answer, [12, 16, 20, 16], clock=lambda: float(next(slow))) is None


def test_the_shape_of_one_mistake_is_enough_to_name_it(bank: Bank) -> None:
    shown = variant(bank.questions["convolve-and-pool"])
    padded = "\n".join(" ".join("123456") for _ in range(6))
    assert judged(shown, "convolution", padded).mistake == "same_for_valid"
    assert judged(shown, "convolution", "1 2\n3 4").mistake == "disjoint_windows"
    assert judged(shown, "convolution", "1 2\n3 4\n5 6").mistake is None


def test_rounding_too_early_is_told_and_earns_half(bank: Bank) -> None:
    shown = variant(bank.questions["drill-gradient-descent-3"])
    part, answer = shown.question.part("path"), shown.answers["path"]
    assert part
    found = diagnose(part, answer, [-1.5, 0.3, 0.7, 0.7])
    assert found and found.name == "rounded_early"
    said = judged(shown, "path", ["-1.5", "0.3", "0.7", "0.7"])
    assert (said.verdict, said.score) == ("partly", 0.75)


def test_room_counts_the_values_that_could_be_guessed() -> None:
    assert 10 ** room(EXACT, 50) == pytest.approx(100)
    assert 10 ** room(EXACT, [50, 5]) == pytest.approx(1000)
    assert 10 ** room(Precision(decimals=2), 0.5) == pytest.approx(100)  # 0.00 to 0.99
    assert 10 ** room(Precision(figures=3), 0.5) == pytest.approx(1000)


@pytest.mark.parametrize("name", OPERATIONS)
def test_random_wrong_numbers_are_seldom_diagnosed(bank: Bank, name: str) -> None:
    """A thousand wrong answers, every entry up to ten times its truth, at least up to 100."""
    rng = np.random.default_rng(7)
    drills = bank.drills[name]
    diagnosed = tried = 0
    while tried < 1000:
        shown = variant(drills[tried % 3], 1 + tried % 20)
        parts = [part for part in shown.question.parts if computed(part)]
        part = parts[int(rng.integers(len(parts)))]
        answer = shown.answers[part.id]
        said = grade(shown, part, guessed(part, answer.value, rng))
        assert said.verdict != "unreadable"
        diagnosed += said.mistake is not None
        tried += 1
    assert diagnosed < 20, f"{diagnosed} of {tried}"
    assert RARE == 100


def guessed(part: Part, truth: Any, rng: np.random.Generator) -> Any:
    if part.response == "shape":
        return "×".join(guess(part, n, rng) for n in truth)
    if isinstance(truth, list):
        return [guessed(part, entry, rng) for entry in truth]
    return guess(part, truth, rng)


def guess(part: Part, truth: float, rng: np.random.Generator) -> str:
    size = 10 * max(abs(truth), 10)
    if isinstance(truth, int):
        return str(int(rng.integers(1, size)))
    return f"{rng.uniform(-size, size):.{precision(part).decimals or 4}f}"
