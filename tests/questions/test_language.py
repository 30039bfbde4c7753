"""Questions in one language, and texts of a question with their places."""

import pytest

from app.grading.check import check
from app.questions.bank import unfit
from app.questions.question import Question
from app.questions.source import BankError, parse, parse_levels
from app.questions.texts import texts
from tests.conftest import ROOT

ENGLISH = """\
language: en
title: Parameters
topics: [parameters]
marks: 1
minutes: 1
given: {widths: [2, 3, 1]}
prompt: {en: "{{ widths[0] }} inputs"}
parts:
  - id: layers
    ask: How many parameters?
    response: numbers
    labels: [First, {en: Second}]
    answer: {operation: dense_parameters, result: per_layer}
  - id: kind
    response: choice
    options:
      - {id: a, text: Yes it is, right: true}
      - {id: b, text: {zh: 不, en: No it is not}}
hints: [Think, {en: Count}]
drill:
  title: More
  minutes: 1
  given: {widths: [2, 3, 4]}
  prompt: Count them
  parts: [{id: total, response: number, answer: {operation: dense_parameters, result: total}}]
"""
IMAGE = f"/images/{'0a' * 32}"


def test_words_of_one_language_stand_for_both() -> None:
    source = ENGLISH
    question, drill = parse(source, "q", "q.yaml")
    assert question.language == drill.language == "en"
    said = {words.zh: words.en for _, words in texts(question)}
    assert said.pop("不") == "No it is not"
    assert {"Parameters", "Second", "Yes it is", "Think", "{{ widths[0] }} inputs"} <= set(said)
    assert all(zh == en for zh, en in said.items())
    assert (drill.title.zh, drill.prompt.zh) == ("More", "Count them")
    for each in (question, drill):
        assert list(unfit(each, "q.yaml", source)) == list(check(each, 5)) == []


def test_a_missing_language_is_told_with_the_way_out() -> None:
    with pytest.raises(BankError) as error:
        parse(ENGLISH.replace("language: en\n", ""), "q", "q.yaml")
    told = {problem.field: problem.sentence for problem in error.value.problems}
    assert "language: en" in told["prompt.zh"].en and "language: en" in told["prompt.zh"].zh
    assert "language: zh" in told["title"].en and {
        "parts.0.labels.0",
        "parts.0.labels.1.zh",
        "hints.1.zh",
    } <= set(told)


def test_the_language_named_is_the_one_that_must_be_there() -> None:
    with pytest.raises(BankError) as error:
        parse(ENGLISH.replace("language: en", "language: zh"), "q", "q.yaml")
    assert ("prompt.zh", 7) in [(problem.field, problem.line) for problem in error.value.problems]
    with pytest.raises(BankError) as error:
        parse(ENGLISH.replace("language: en", "language: fr"), "q", "q.yaml")
    told = {problem.field: problem.sentence for problem in error.value.problems}
    assert (told["language"].zh, told["language"].en) == (
        "只能是 zh、en 之一。",
        "It must be one of zh or en.",
    )


def test_a_fault_is_told_once_in_the_language_of_the_question() -> None:
    source = ENGLISH.replace("widths[0]", "width")
    (question, _) = parse(source, "q", "q.yaml")
    assert [problem.field for problem in unfit(question, "q.yaml", source)] == ["prompt.en"]


def test_drills_by_level_may_have_one_language() -> None:
    source = """\
language: zh
title: 迭代
topics: [training]
minutes: 1
prompt: 多少次？
parts: [{id: total, response: number, answer: {operation: iterations, result: total}}]
levels:
  - given: {samples: 95, batch_size: 10, epochs: 1}
  - {given: {samples: 100, batch_size: 10, epochs: 2}, prompt: {zh: 几次？}}
  - given: {samples: 950, batch_size: 10, epochs: 3}
"""
    levels = parse_levels(source, "iterations", "drills/iterations.yaml")
    assert [level.prompt.en for level in levels] == ["多少次？", "几次？", "多少次？"]
    assert {level.language for level in levels} == {"zh"}


def question_with(prompt: str) -> tuple[Question, str]:
    source = ENGLISH.replace('{en: "{{ widths[0] }} inputs"}', f"'{prompt}'")
    return parse(source, "q", "q.yaml")[0], source


def test_an_image_with_a_text_is_no_problem() -> None:
    question, source = question_with(f"See ![a net]({IMAGE}) and ![it again]({IMAGE}).")
    assert list(unfit(question, "q.yaml", source)) == []


def test_an_image_without_a_text_is_a_problem_at_its_field() -> None:
    question, source = question_with(f"See ![]({IMAGE}).")
    (problem,) = unfit(question, "q.yaml", source)
    assert (problem.field, problem.line) == ("prompt.en", 7) and "image" in problem.sentence.en


def test_the_bank_has_its_texts_in_both_languages() -> None:
    for path in (ROOT / "questions").glob("*.yaml"):
        for question in parse(path.read_text("utf-8"), path.stem, path.name):
            assert question.language is None
