"""Loading the bank: everything that is wrong is named, with file, line and field."""

from pathlib import Path

import pytest

from app.questions.bank import Bank, load
from app.questions.question import Question
from app.questions.source import BankError, parse

GOOD = """\
number: 1
title: {zh: 题, en: Question}
topics: [parameters]
marks: 1
minutes: 1
given: {widths: [2, 3]}
prompt: {zh: "{{ widths[0] }} 个输入", en: "{{ widths[0] }} inputs"}
parts:
  - id: total
    response: number
    answer: {operation: dense_parameters, result: total}
"""


def problems(folder: Path) -> list[str]:
    with pytest.raises(BankError) as error:
        load(folder)
    return [str(problem) for problem in error.value.problems]


def test_the_bank_is_the_thirty_in_order(bank: Bank) -> None:
    assert [question.number for question in bank.listed] == list(range(1, 31))
    assert sum(question.marks for question in bank.listed) == 100
    assert sum(question.minutes for question in bank.listed) == 120


def test_drills_are_questions_of_their_own(bank: Bank) -> None:
    for question in bank:
        if question.drill:
            drill = bank.questions[question.drill]
            assert (drill.drill_of, drill.number) == (question.slug, None)


def test_the_fixed_ids_of_the_agreement(bank: Bank) -> None:
    def ids(slug: str) -> list[str]:
        return [part.id for part in bank.questions[slug].parts]

    def points(slug: str) -> list[str]:
        return [point.id for part in bank.questions[slug].parts for point in getattr(part, "key_points", ())]

    assert ids("activation-formulas") == ["sigmoid", "relu", "softmax"]
    assert ids("fcn-parameter-count") == ["layers", "total"]
    assert ids("softmax-outputs") == ["y1", "y2", "y3"]
    assert ids("one-hot") == ["codes"] and ids("platforms") == ["platforms"]
    assert ids("convolve-and-pool") == ["convolution", "pooling"]
    thirty = ["conv1", "pool1", "conv2", "pool2", "flatten", "neurons", "classes"]
    assert set(thirty) <= set(ids("feature-map-sizes"))
    assert points("why-gradient-descent") == [
        "params",
        "minloss",
        "highdim",
        "efficiency",
        "auto",
        "nonconvex",
    ]
    assert points("why-activations") == ["nonlinear", "layers", "capacity", "gradient"]
    assert points("mini-batch") == [
        "definition",
        "efficiency",
        "stability",
        "memory",
        "converge",
        "regularise",
    ]
    assert points("training-vs-testing") == [
        "traindata",
        "trainupdate",
        "testdata",
        "testforward",
        "evaluate",
        "cost",
    ]
    assert points("poor-on-test-data") == ["crossval", "distribution", "structure", "transfer", "earlystop"]
    assert points("why-cnn-for-images") == ["local", "shift", "hierarchy", "sharing", "endtoend", "channels"]
    assert points("dropout") == ["definition", "overfit", "robust", "codepend"]
    assert points("lstm-vs-rnn") == ["structure", "gradient", "flow", "cost", "performance"]


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("marks: 1\n", "", "1", "marks"),
        ("marks: 1\n", "marks: lots\n", "4", "marks"),
        ("marks: 1\n", "marks: 1\nnope: 2\n", "5", "nope: There is no “nope” here."),
        ("response: number", "response: numbr", "10", "parts.0.response: There is no kind “numbr”"),
        ("result: total", "result: totl", "11", "parts.0.answer.result: There is no result “totl”"),
        ("dense_parameters", "dens", "11", "parts.0.answer: There is no operation “dens”"),
        ("[2, 3]", "[2, 0]", "6", "given.widths.1: It must be at least 1."),
        (
            "{{ widths[0] }} inputs",
            "{{ width[0] }} inputs",
            "7",
            "prompt.en: “width” is not given; given are: widths.",
        ),
        ("{{ widths[0] }} inputs", "{{ widths[0 }} inputs", "7", "prompt.en"),
        ("{{ widths[0] }} inputs", "{{ ''.__class__ }}", "7", "prompt.en: Templates know no “.name”"),
        (
            "zh: 题,",
            "",
            "2",
            "title.zh: The Chinese is missing; a question in English only says `language: en`.",
        ),
        ("id: total", "id: Total!", "9", "parts.0.id: It begins with a lower-case letter"),
    ],
)
def test_a_fault_is_named_with_its_line(tmp_path: Path, old: str, new: str, line: str, said: str) -> None:
    assert old in GOOD
    (tmp_path / "faulty.yaml").write_text(GOOD.replace(old, new), encoding="utf-8")
    found = problems(tmp_path)
    assert any(said in problem and problem.startswith(f"faulty.yaml:{line}:") for problem in found), found


def test_all_faults_of_all_files_are_listed(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        GOOD.replace("marks: 1\n", "").replace("minutes: 1\n", ""), encoding="utf-8"
    )
    (tmp_path / "b.yaml").write_text("- just\n- a list\n", encoding="utf-8")
    (tmp_path / "c.yaml").write_text("title: {zh: [\n", encoding="utf-8")
    (tmp_path / "good.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "same.yaml").write_text(GOOD, encoding="utf-8")
    found = "\n".join(problems(tmp_path))
    for said in ("a.yaml:1: marks", "a.yaml:1: minutes", "b.yaml:1", "c.yaml:", "same.yaml:1: number"):
        assert said in found


def test_an_empty_or_missing_folder_is_said(tmp_path: Path) -> None:
    assert "no question file" in problems(tmp_path)[0]
    assert "no such folder" in problems(tmp_path / "nowhere")[0]


def test_a_part_may_only_use_an_earlier_part() -> None:
    late = GOOD.replace("result: total}", 'result: total, inputs: {widths: "@later"}}')
    with pytest.raises(BankError, match="not an earlier part"):
        parse(late, "late", "late.yaml")


def test_yes_and_no_are_fields_also_without_quotes() -> None:
    text = GOOD.replace(
        "response: number\n    answer: {operation: dense_parameters, result: total}",
        """response: text
    model: {zh: 答, en: answer}
    key_points: [{id: k, text: {zh: 点, en: point}, accept: [a], yes: [a], no: [b]}]""",
    )
    part = parse(text, "q", "q.yaml")[0].parts[0]
    assert (part.key_points[0].yes, part.key_points[0].no) == (["a"], ["b"])  # type: ignore[union-attr]


def test_the_revision_changes_with_the_text() -> None:
    def revision(source: str) -> str:
        question: Question = parse(source, "q", "q.yaml")[0]
        return question.revision

    assert revision(GOOD) == revision(GOOD) != revision(GOOD + "\n")
