"""Key points suggested for a text answer."""

import json
import string
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.grading.phrases import OPPOSITES, SYNONYMS, phrasing
from app.grading.pinyin import FIRST_OF_SYLLABLE, SAME_SOUND
from app.grading.suggestions import Suggestion, suggest
from app.questions.bank import load
from app.questions.part import KeyPoint, TextPart
from app.questions.question import Question
from app.text import Text, text

BANK = load(Path(__file__).parents[2] / "questions")


def text_parts() -> Iterator[tuple[Question, TextPart]]:
    for question in BANK:
        for part in question.parts:
            if isinstance(part, TextPart) and any(point.accept for point in part.key_points):
                yield question, part


PARTS = [pytest.param(q, p, id=f"{q.slug}/{p.id}") for q, p in text_parts()]
POINTS = [
    pytest.param(q, p, k, id=f"{q.slug}/{p.id}/{k.id}")
    for q, p in text_parts()
    for k in p.key_points
    if k.accept
]


def made(**points: list[str] | tuple[list[str], list[str]]) -> TextPart:
    """A part whose key points have the given phrasings, or phrasings and contradictions."""
    both = {name: lines if isinstance(lines, tuple) else (lines, []) for name, lines in points.items()}
    return TextPart.model_validate(
        {
            "id": "p",
            "response": "text",
            "model": text("答案", "answer"),
            "key_points": [
                {"id": name, "text": text("要点", "point"), "accept": accept, "reject": reject}
                for name, (accept, reject) in both.items()
            ],
        }
    )


def only(part: TextPart, answer: str, prompt: Text | None = None) -> Suggestion:
    (suggestion,) = suggest(part, answer, prompt)
    return suggestion


def state(lines: list[str], answer: str, reject: list[str] | None = None) -> str:
    return only(made(point=(lines, reject or [])), answer).state


def evidence(lines: list[str], answer: str) -> list[str]:
    return [answer[start:end] for start, end in only(made(point=lines), answer).evidence]


# --- the bank -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("question", "part", "point"), POINTS)
def test_answers_that_say_it_are_found(question: Question, part: TextPart, point: KeyPoint) -> None:
    for answer in point.yes:
        (made_of,) = (s for s in suggest(part, answer, question.prompt) if s.id == point.id)
        assert made_of.state == "found", answer


@pytest.mark.parametrize(("question", "part", "point"), POINTS)
def test_answers_that_do_not_say_it_are_not_found(
    question: Question, part: TextPart, point: KeyPoint
) -> None:
    for answer in point.no:
        (made_of,) = (s for s in suggest(part, answer, question.prompt) if s.id == point.id)
        assert made_of.state != "found", (answer, [answer[a:b] for a, b in made_of.evidence])


@pytest.mark.parametrize(("question", "part", "point"), POINTS)
def test_a_key_point_in_its_own_words_is_found(question: Question, part: TextPart, point: KeyPoint) -> None:
    for answer in (point.text.zh, point.text.en):
        (made_of,) = (s for s in suggest(part, answer, question.prompt) if s.id == point.id)
        assert made_of.state == "found", answer


@pytest.mark.parametrize(("question", "part"), PARTS)
def test_the_model_answer_makes_every_point_in_both_languages(question: Question, part: TextPart) -> None:
    for answer in (part.model.zh, part.model.en):
        states = {s.id: s.state for s in suggest(part, answer, question.prompt)}
        assert set(states.values()) == {"found"}, states


@pytest.mark.parametrize(("question", "part"), PARTS)
def test_an_empty_answer_or_the_prompt_makes_no_point(question: Question, part: TextPart) -> None:
    asked = part.ask or question.prompt
    for answer in ("", " \n", question.prompt.zh, question.prompt.en, asked.zh, asked.en):
        assert "found" not in {s.state for s in suggest(part, answer, question.prompt)}, answer


@pytest.mark.parametrize(("question", "part", "point"), POINTS)
def test_phrasings_have_words_and_known_subjects(question: Question, part: TextPart, point: KeyPoint) -> None:
    for line in [*point.accept, *point.reject]:
        read = phrasing(line)
        assert read.groups, line
        assert ("：" in line) == (read.subject is not None), line


@pytest.mark.parametrize(("question", "part", "point"), POINTS)
def test_a_key_point_with_phrasings_is_known_in_many_words(
    question: Question, part: TextPart, point: KeyPoint
) -> None:
    assert len(set(point.accept)) >= 8
    assert len(set(point.yes)) >= 3
    assert len(set(point.no)) >= 3


# --- whole answers, labelled by hand --------------------------------------------------------------------

LABELLED = json.loads(Path(__file__).with_name("labelled_answers.json").read_text(encoding="utf-8"))


def made_by(question: Question, answer: str) -> set[str]:
    """The key points of all parts that an answer to the whole question seems to make."""
    parts = (part for part in question.parts if isinstance(part, TextPart))
    made = (s for part in parts for s in suggest(part, answer, question.prompt))
    return {s.id for s in made if s.state == "found"}


def test_ticks_on_labelled_answers_are_right_and_few_are_missing() -> None:
    numbered = {question.number: question for question in BANK}
    right = ticked = labelled = 0
    for item in LABELLED:
        question = numbered[int(item["id"].removeprefix("q"))]
        for answer in item["answers"]:
            found, covered = made_by(question, answer["text"]), set(answer["covered"])
            right += len(found & covered)
            ticked += len(found)
            labelled += len(covered)
    assert right / ticked >= 0.95
    assert right / labelled >= 0.90


@pytest.mark.parametrize("item", LABELLED, ids=lambda item: item["id"])
def test_the_labels_are_key_points_of_the_question(item: dict[str, list[dict[str, str]]]) -> None:
    question = next(q for q in BANK if f"q{q.number or 0:02d}" == item["id"])
    ids = {k.id for part in question.parts if isinstance(part, TextPart) for k in part.key_points}
    assert {k["id"] for k in item["keypoints"]} == ids
    assert {label for answer in item["answers"] for label in answer["covered"]} <= ids


# --- phrasings ----------------------------------------------------------------------------------------


def test_a_phrasing_needs_every_group_in_one_sentence_and_near() -> None:
    lines = ["苹果|梨 & 甜"]
    assert state(lines, "这个梨很甜。") == "found"
    assert state(lines, "甜的是苹果。") == "found"
    assert state(lines, "这个梨很大。") == "missing"
    assert state(lines, "这个梨很大。糖很甜。") == "missing"
    assert state(lines, "这个梨" + "很" * 50 + "甜") == "missing"


def test_groups_do_not_share_a_place() -> None:
    assert state(["苹果 & 果"], "苹果很甜") == "missing"
    assert state(["苹果 & 果"], "苹果是水果") == "found"


def test_a_gap_is_short_and_keeps_the_order_and_the_clause() -> None:
    lines = ["苹果…甜"]
    assert state(lines, "苹果真的很甜") == "found"
    assert state(lines, "甜的苹果") == "missing"
    assert state(lines, "有苹果，很甜") == "missing"
    assert state(lines, "苹果" + "很" * 20 + "甜") == "missing"


def test_any_alternative_of_each_step_will_do() -> None:
    assert [state(["苹果|梨…甜|脆"], f"{fruit}很{taste}") for fruit in "梨桃" for taste in "甜脆酸"] == [
        "found", "found", "missing", "missing", "missing", "missing",
    ]  # fmt: skip


def test_a_word_brings_its_synonyms() -> None:
    for line in SYNONYMS:
        chinese = [word for word in line if not word.isascii()]
        for word in chinese[1:]:
            assert state([chinese[0] + " & 苹果"], f"{word}：苹果") in ("found", "check"), (chinese[0], word)


def test_latin_words_are_whole_unless_a_star_ends_them() -> None:
    assert state(["rate"], "the rates differ") == "found"
    assert state(["rate"], "generate") == "missing"
    assert state(["rate"], "rated") == "missing"
    assert state(["gener*"], "Generating 数据") == "found"
    assert state(["weight decay"], "用Weight-decay方法") == "found"


def test_longer_words_are_not_cut() -> None:
    assert state(["降低 & 苹果"], "梯度下降 苹果") == "missing"
    assert state(["不…苹果"], "不同的苹果") == "missing"


# --- evidence -----------------------------------------------------------------------------------------


def test_evidence_covers_the_words_of_the_phrasing() -> None:
    assert evidence(["损失 & 减小"], "训练让ＬＯＳＳ越来越小。") == ["ＬＯＳＳ", "越来越小"]
    assert evidence(["不…苹果"], "我不太想吃苹果") == ["不太想吃苹果"]


@given(st.text(alphabet="甲乙①Ａ…ﬁ½𝒙😀 a1", max_size=30), st.sampled_from(PARTS))
def test_evidence_moves_with_the_text(before: str, case: object) -> None:
    part: TextPart = case.values[1]  # type: ignore[attr-defined]
    answer = part.model.zh
    moved = before + "。\n"
    plain, shifted = suggest(part, answer), suggest(part, moved + answer)
    for a, b in zip(plain, shifted, strict=True):
        assert [(start + len(moved), end + len(moved)) for start, end in a.evidence] == b.evidence


# --- guards -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("它能缓解梯度消失", "found"),
        ("它不能缓解梯度消失", "check"),
        ("它没有办法缓解梯度消失", "check"),
        ("It does not prevent vanishing gradients", "check"),
        ("它缓解梯度消失是错误的", "check"),
        ("加正则项来缓解梯度消失", "found"),
        ("它不仅缓解梯度消失，还更快", "found"),
        ("它不断缓解梯度消失", "found"),
        ("虽然不便宜，但它缓解梯度消失", "found"),
        ("如果没有它，就无法缓解梯度消失", "found"),
        ("否则没法缓解梯度消失", "found"),
        ("这种智能不能缓解梯度消失", "check"),
        ("看看它能不能缓解梯度消失", "found"),
        ("梯度消失不会因为它而得到缓解", "check"),
        ("它缓解不了梯度消失", "check"),
        ("它对梯度消失的缓解没有任何帮助", "check"),
        ("效果不够好，缓解了梯度消失", "found"),
    ],
)
def test_a_negation_flags_and_never_rejects(answer: str, expected: str) -> None:
    assert state(["缓解 & 梯度消失|vanish*"], answer) == expected


def test_a_negation_that_belongs_to_the_phrasing_is_right() -> None:
    assert state(["不…移动元素"], "链表不需要移动元素") == "found"
    assert state(["不…移动元素"], "链表需要移动元素") == "missing"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("训练时更新参数", "found"),
        ("测试时更新参数", "check"),
        ("测试：先算损失，再更新参数", "check"),
        ("测试很快。训练时，先前向，再更新参数", "found"),
        ("更新参数", "found"),
        ("与测试不同，训练更新参数", "found"),
        ("训练和测试：前者更新参数", "found"),
        ("训练和测试：后者更新参数", "check"),
        ("测试使用训练好的模型并更新参数", "check"),
    ],
)
def test_what_is_said_of_the_opposite_needs_a_look(answer: str, expected: str) -> None:
    assert state(["训练：参数 & 更新"], answer) == expected


def test_a_sentence_that_turned_to_the_opposite_leaves_the_next_open() -> None:
    assert state(["LSTM：参数…更多"], "LSTM 有门，而 RNN 没有。代价是参数更多") == "found"
    assert state(["LSTM：参数…更多"], "LSTM 有门。RNN 没有，参数更多") == "check"


def test_what_is_compared_with_is_not_the_subject() -> None:
    assert state(["LSTM：参数…更多"], "LSTM 有门。它比 RNN 参数更多") == "found"
    assert state(["LSTM：参数…更多"], "RNN 比 LSTM 参数更多") == "check"
    assert state(["LSTM：缓解 & 梯度消失"], "LSTM 有门，缓解了传统 RNN 的梯度消失") == "found"


def test_a_contradiction_anywhere_needs_a_look_unless_it_is_negated() -> None:
    lines, reject = ["参数 & 更新"], ["正方向"]
    assert state(lines, "更新参数。沿梯度的正方向。", reject) == "check"
    assert state(lines, "更新参数。不是沿梯度的正方向。", reject) == "found"
    assert state(lines, "沿梯度的正方向。", reject) == "missing"


def test_what_is_only_compared_with_contradicts_nothing() -> None:
    assert state(["取一份"], "取一份。与每次用全部数据相比更省", ["每次…全部"]) == "found"
    assert state(["取一份"], "取一份。每次用全部数据更省", ["每次…全部"]) == "check"


def test_an_answer_that_mostly_says_the_contrary_needs_a_look() -> None:
    part = made(loss=["损失 & 减小"], direction=["指出方向"], automatic=["自动"])
    states = {s.id: s.state for s in suggest(part, "不能减小损失，也不会指出方向，自动运行")}
    assert states == {"loss": "check", "direction": "check", "automatic": "check"}
    states = {s.id: s.state for s in suggest(part, "减小损失，指出方向，不是自动的")}
    assert states == {"loss": "found", "direction": "found", "automatic": "check"}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("没有激活函数，网络照样能拟合曲线", "check"),
        ("没有激活函数，网络就不能拟合曲线", "found"),
        ("没有激活函数，网络只能拟合直线；加了它才拟合曲线", "found"),
        ("有没有激活函数，网络都拟合曲线", "check"),
        ("用不用都一样拟合曲线", "check"),
        ("Without an activation function the network can still fit any curve", "check"),
    ],
)
def test_what_is_so_without_the_thing_asked_about_is_none_of_its_merits(answer: str, expected: str) -> None:
    prompt = text("激活函数有什么用？", "What is an activation function for?")
    assert only(made(point=["拟合|fit & 曲线|curve"]), answer, prompt).state == expected


def test_a_thing_defined_as_something_else_needs_a_look() -> None:
    prompt = text("什么是激活函数？", "What is an activation function?")
    part = made(point=["变化快"])
    assert only(part, "激活函数就是学习率，所以变化快", prompt).state == "check"
    assert only(part, "激活函数是一种函数，所以变化快", prompt).state == "found"


def test_a_rule_is_no_then() -> None:
    assert state(["缓解 & 梯度消失"], "没有链式法则，不缓解梯度消失") == "check"


def test_a_negation_inside_a_phrasing_or_its_target_turns_it_round() -> None:
    assert state(["参数…更新"], "参数不再更新") == "check"
    assert state(["不…过拟合"], "它不会过拟合") == "found"
    assert state(["不…过拟合"], "它不能防止过拟合") == "check"
    assert state(["有标签"], "数据没有标签") == "check"


def test_a_contradiction_that_is_only_supposed_is_none() -> None:
    assert state(["非线性"], "引入非线性。如果没有它，网络就保持线性", ["保持线性"]) == "found"
    assert state(["非线性"], "引入非线性。网络保持线性", ["保持线性"]) == "check"


def test_a_long_word_may_be_a_slip_where_another_point_is_made() -> None:
    part = made(one=["梯度消失"], other=["更新参数"])
    assert [s.state for s in suggest(part, "会出现剃度消失，要更新参数")] == ["found", "found"]


def test_words_read_the_same_with_and_without_a_space_between_scripts() -> None:
    assert state(["置为0"], "把输出置为 0") == "found"
    assert state(["k 折"], "用k折验证") == "found"


def test_a_synonym_after_a_tilde_is_accepted_and_brings_no_others() -> None:
    assert state(["防止 & 苹果"], "减少苹果") == "found"
    assert state(["减少 & 苹果"], "防止苹果") == "missing"


def test_a_slip_of_the_input_method_alone_needs_a_look() -> None:
    assert state(["梯度消失"], "会出现剃度消失") == "check"
    assert state(["梯度消失 & 避免"], "避免剃度消失") == "found"
    assert evidence(["梯度消失"], "会出现剃度消失") == ["剃度消失"]


def test_one_wrong_character_is_another_word() -> None:
    assert state(["反向传播"], "先做前向传播") == "missing"
    assert state(["输入门"], "有输出门") == "missing"
    assert state(["梯度"], "剃度") == "missing"  # short words sound like too many others


def test_a_heap_of_keywords_needs_a_look() -> None:
    lines = ["反向传播", "更新"]
    assert state(lines, "训练 测试 标签 损失 梯度 参数 更新 反向传播 准确率 评估") == "check"
    assert state(lines, "训练、测试、标签、损失、梯度、参数、更新、反向传播、准确率、评估") == "check"
    assert state(lines, "gates cell state memory loss backpropagation update sequence parameters") == "check"
    english = "gate, cell state, long-term, end-to-end, loss, backpropagation, update, sequence, parameters"
    assert state(["backprop*"], english) == "check"
    assert (
        state(["backprop*"], "before one step all layers use backpropagation which means every one moves")
        == "found"
    )
    assert state(lines, "训练，测试，标签，损失，梯度，参数，偏置，反向传播，准确率") == "check"
    assert state(lines, "训练：前向 + 反向传播，更新权重，计算量大。") == "found"
    assert state(lines, "1 反向传播 2 更新权重 3 看准确率 4 调学习率 5 早停") == "found"


def test_a_copy_of_the_prompt_needs_a_look() -> None:
    part = made(point=["更新参数"])
    prompt = text("为什么训练的时候要不断更新参数呢？", "Why update?")
    assert only(part, "为什么训练的时候要不断更新参数呢？因为要。", prompt).state == "check"
    assert only(part, "为什么训练的时候要不断更新参数呢？更新参数是为了减小误差。", prompt).state == "found"
    assert only(part, "更新参数是为了减小误差。", prompt).state == "found"


def test_a_sentence_about_something_else_needs_a_look() -> None:
    lines = ["长距离依赖"]
    assert state(lines, "Transformer 能捕捉长距离依赖。") == "check"
    assert state(lines, "Transformer 用注意力。它能捕捉长距离依赖。") == "check"
    assert state([*lines, "transformer"], "Transformer 能捕捉长距离依赖。") == "found"


def test_the_same_answer_gives_the_same_suggestions() -> None:
    for _, part in text_parts():
        assert suggest(part, part.model.zh) == suggest(part, part.model.zh)


# --- any text -----------------------------------------------------------------------------------------

WORDS = sorted(
    {word for line in SYNONYMS for word in line} | {n for pair in OPPOSITES for side in pair for n in side}
)
PIECES = st.sampled_from(
    [*WORDS, *"，。；：（）、①\n 不没的1.…", "如果没有", "just", "而", "比", "前者", "(1)"]
)


@given(st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=60).map("".join)), st.sampled_from(PARTS))
def test_any_text_gets_suggestions_with_evidence_inside_it(answer: str, case: object) -> None:
    question, part = case.values  # type: ignore[attr-defined]
    suggestions = suggest(part, answer, question.prompt)
    assert [s.id for s in suggestions] == [k.id for k in part.key_points]
    for s in suggestions:
        assert (s.state == "missing") == (not s.evidence)
        assert s.evidence == sorted(s.evidence)
        assert all(0 <= start < end <= len(answer) for start, end in s.evidence)


@given(st.lists(st.text(alphabet="苹果|&…：: *训练a", max_size=20), max_size=5), st.text(max_size=50))
def test_any_line_may_be_a_phrasing(lines: list[str], answer: str) -> None:
    assert only(made(point=(lines, lines)), answer).state in ("found", "check", "missing")


@pytest.mark.parametrize(
    "piece",
    ["不", "a", "1.", " ", "如果没有", "参数更新损失测试训练不只门", "LSTM比RNN", "没有，就", "，", "\n"],
)
def test_very_long_texts_take_bounded_work(piece: str) -> None:
    question, part = next((q, p) for q, p in text_parts() if q.slug == "training-vs-testing")
    answer = (piece * 20_000)[:20_000]
    started = time.process_time()
    suggest(part, answer, question.prompt)
    assert time.process_time() - started < 1


# --- sounds -------------------------------------------------------------------------------------------


def test_the_table_of_sounds_covers_the_common_characters_in_order() -> None:
    entries = FIRST_OF_SYLLABLE.split()
    codes = [entry[-1].encode("gb2312") for entry in entries]
    assert codes == sorted(set(codes))
    assert codes[0] == b"\xb0\xa1"
    assert all(set(entry[:-1]) <= set(string.ascii_lowercase) for entry in entries)
    assert len(SAME_SOUND) == 3755


@pytest.mark.parametrize(
    "alike",
    [
        "梯提题剃",
        "度渡杜肚",
        "新心欣薪星",
        "传船穿串",
        "绿律率",
        "空控孔",
        "炼练连恋",
        "像向象相",
        "数书树苏",
    ],
)
def test_characters_that_sound_alike_are_one(alike: str) -> None:
    assert len(set(alike.translate(SAME_SOUND))) == 1


@pytest.mark.parametrize("unlike", ["前反", "入出", "消爆", "过欠", "低高", "女怒", "略乱"])
def test_characters_that_sound_otherwise_are_two(unlike: str) -> None:
    first, second = unlike.translate(SAME_SOUND)
    assert first != second
