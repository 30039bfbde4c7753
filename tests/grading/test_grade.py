"""From response to verdict: truth, the printed key's errors, named mistakes, what is carried forward."""

from typing import Any

import pytest

from app.errors import Invalid
from app.grading.check import check, right_response
from app.grading.grade import grade, grade_all
from app.grading.key_points import self_marked
from app.grading.verdict import Verdict
from app.questions.bank import Bank, load
from app.questions.part import TextPart
from app.questions.variant import Variant, variant
from tests.conftest import ROOT

CONVOLUTION = [
    ["-12", "4", "8", "9"],
    ["-14", "5", "-3", "6"],
    ["-2", "-14", "-8", "-5"],
    ["24", "-9", "-1", "4"],
]
SLUGS = list(load(ROOT / "questions").questions)


def judged(shown: Variant, part_id: str, response: Any, **earlier: Any) -> Verdict:
    part = shown.question.part(part_id)
    assert part
    return grade(shown, part, response, earlier)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_question_works(bank: Bank, slug: str) -> None:
    assert list(check(bank.questions[slug], 12)) == []


@pytest.fixture
def nine(bank: Bank) -> Variant:
    return variant(bank.questions["fcn-parameter-count"])


@pytest.mark.parametrize(
    "typed", ["67", "６７", " 67 ", "=67", "67 个参数", "67个", "67 params", "+67", "67.0", "12+20+20+15=67"]
)
def test_67_as_people_type_it(nine: Variant, typed: str) -> None:
    assert judged(nine, "total", typed).verdict == "correct"


@pytest.mark.parametrize(
    ("typed", "mistake"),
    [
        ("52", "bias_forgotten"),
        ("66", "bias_per_input"),
        ("104", "bias_per_weight"),
        ("68", None),
        ("67.4", None),
    ],
)
def test_wrong_totals(nine: Variant, typed: str, mistake: str | None) -> None:
    said = judged(nine, "total", typed)
    assert (said.verdict, said.score, said.mistake) == ("incorrect", 0.0, mistake)
    assert "67" not in said.feedback.zh and "67" not in said.feedback.en


def test_rows_are_judged_with_their_working(nine: Variant) -> None:
    rows = ["2×4+4=12", "4 * 4 + 0 = 16", "4×4+4=21", "15"]
    said = judged(nine, "layers", rows)
    assert said.cells == ["correct", "incorrect", "incorrect", "correct"]
    assert said.working == [["correct"] * 3, ["correct", "correct", "incorrect"], ["correct"] * 3, None]
    assert said.score == pytest.approx((1 + 0 + 0.5 + 1) / 4)


def test_factors_may_stand_in_either_order(nine: Variant) -> None:
    said = judged(nine, "layers", ["4×2+4=12", "20", "20", "3×4+3=15"])
    assert said.verdict == "correct" and said.working and said.working[0] == ["correct"] * 3


def test_a_blank_row_is_neither_right_nor_wrong(nine: Variant) -> None:
    said = judged(nine, "layers", ["12", "", "20", "15"])
    assert said.cells == ["correct", None, "correct", "correct"] and said.verdict == "partly"


def test_one_unreadable_box_is_named_and_the_others_are_judged(nine: Variant, bank: Bank) -> None:
    said = judged(nine, "layers", ["12", "1/0", "21", ""])
    assert (said.verdict, said.score) == ("unreadable", None)
    assert said.cells == ["correct", "unreadable", "incorrect", None]
    shown = variant(bank.questions["convolve-and-pool"])
    grid = [["-12", "??", "8", "9"], *CONVOLUTION[1:]]
    cells = judged(shown, "convolution", grid).cells
    assert cells and cells[0] == ["correct", "unreadable", "correct", "correct"]


def test_the_score_is_the_mean_of_what_was_answered(nine: Variant) -> None:
    assert grade_all(nine, {"total": "67"}).score == 1.0
    assert grade_all(nine, {"total": "1", "layers": ["12", "20", "20", "15"]}).score == 0.75
    assert grade_all(nine, {"total": "?"}).score is None
    assert grade_all(nine, {}).score is None
    with pytest.raises(Invalid):
        grade_all(nine, {"nope": "1"})


def test_a_slip_is_carried_forward_and_an_easy_start_is_not(bank: Bank) -> None:
    shown = variant(bank.questions["convolve-and-pool"])
    slip = [[*CONVOLUTION[0]], ["-14", "7", "-3", "6"], *CONVOLUTION[2:]]
    said = judged(shown, "pooling", "7 9; 24 4", convolution=slip)
    assert (said.verdict, said.score, said.followed) == ("correct", 1.0, True)
    assert judged(shown, "pooling", "7 9; 24 4", convolution=CONVOLUTION).followed is False
    zeros = [["0"] * 4] * 4
    assert judged(shown, "pooling", "0 0; 0 0", convolution=zeros).verdict == "incorrect"
    assert judged(shown, "pooling", "7 9; 24 4", convolution="unreadable !").verdict == "partly"


def test_nothing_is_carried_forward_from_a_value_with_an_empty_box(bank: Bank) -> None:
    shown = variant(bank.questions["convolve-and-pool"])
    gap = [["", *CONVOLUTION[0][1:]], *CONVOLUTION[1:]]
    assert judged(shown, "pooling", "9 9; 24 4", convolution=gap).verdict == "partly"


def test_the_printed_keys_errors_are_recognised_on_the_printed_numbers_only(bank: Bank) -> None:
    question = bank.questions["feature-map-sizes"]
    assert judged(variant(question), "pool1", "32×12×12").mistake == "printed_key"
    assert judged(variant(question), "flatten", "512").mistake == "printed_key"
    assert judged(variant(question, 1), "flatten", "512").mistake != "printed_key"


def test_sizes_follow_the_students_own_chain(bank: Bank) -> None:
    shown = variant(bank.questions["feature-map-sizes"])
    own = {"conv1": "32×28×28", "pool1": "32×14×14", "conv2": "32×12×12"}
    for part_id, earlier in (("pool1", ("conv1",)), ("conv2", ("conv1", "pool1"))):
        said = judged(shown, part_id, own[part_id], **{name: own[name] for name in earlier})
        assert said.followed and said.score == 1.0, part_id


def test_any_whole_number_of_neurons_will_do(bank: Bank) -> None:
    shown = variant(bank.questions["feature-map-sizes"])
    assert [judged(shown, "neurons", n).verdict for n in ("1", "128", "0", "2.5", "-3")] == [
        "correct", "correct", "incorrect", "incorrect", "incorrect",
    ]  # fmt: skip


def test_right_answers_to_everything_score_one(bank: Bank) -> None:
    for question in bank:
        shown = variant(question)
        responses = {
            part.id: right_response(shown, part) for part in question.parts if not isinstance(part, TextPart)
        }
        if responses:
            assert grade_all(shown, responses).score == 1.0, question.slug


@pytest.mark.parametrize(
    ("typed", "verdict"),
    [("写了。", None), ("", "unreadable"), (["x"], "unreadable"), ("长" * 10_001, "unreadable")],
)
def test_only_a_text_is_left_to_its_writer(bank: Bank, typed: Any, verdict: str | None) -> None:
    shown = variant(bank.questions["why-gradient-descent"])
    assert judged(shown, shown.question.parts[0].id, typed).verdict == verdict


def test_own_marks_are_a_share_of_the_points(bank: Bank) -> None:
    part = bank.questions["why-gradient-descent"].parts[0]
    assert isinstance(part, TextPart)
    ids = [point.id for point in part.key_points]
    assert self_marked(part, {}) == 0
    assert self_marked(part, dict.fromkeys(ids, 1)) == 1
    assert self_marked(part, {ids[0]: 1}) == pytest.approx(
        part.key_points[0].marks / sum(p.marks for p in part.key_points)
    )
    essay = bank.questions["essay"].parts[0]
    assert isinstance(essay, TextPart)
    top = {point.id: len(point.levels) - 1 for point in essay.key_points}
    assert self_marked(essay, top) == 1
    assert 0 < self_marked(essay, dict.fromkeys(top, 1)) < 1
    assert self_marked(essay, dict.fromkeys(top, 99)) == 1
