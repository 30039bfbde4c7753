"""Question files from anyone: whatever is in them, the answer is questions or problems, and comes soon."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from app.grading.check import check
from app.questions.bank import unfit
from app.questions.document import MAX_DEPTH, MAX_LENGTH, MAX_VALUES, mapping
from app.questions.problem import Problem
from app.questions.source import BankError, parse
from tests.conftest import ROOT
from tests.questions.test_bank import GOOD

FILES = sorted((ROOT / "questions").glob("*.yaml"))
SOURCES = [path.read_text(encoding="utf-8") for path in FILES]
DRILLS = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "questions/drills").glob("*.yaml"))]


@contextmanager
def soon(seconds: float = 2) -> Iterator[None]:
    """A loose backstop: nothing here may hang."""
    start = time.process_time()
    yield
    assert time.process_time() - start < seconds


def problems(source: str) -> list[Problem]:
    try:
        return [
            problem
            for question in parse(source, "q", "q.yaml")
            for problem in unfit(question, "q.yaml", source)
        ]
    except BankError as error:
        assert error.problems
        return error.problems


def only(source: str) -> Problem:
    with soon():
        (problem,) = problems(source)
    assert re.search("[\u4e00-\u9fff]", problem.sentence.zh) and problem.sentence.en.isprintable()
    return problem


def test_every_file_of_the_bank_reads_as_any_yaml_reader_reads_it() -> None:
    for source in [*SOURCES, *DRILLS]:
        assert mapping(source, "q.yaml") == named(yaml.load(source, Loader=yaml.CSafeLoader))


def named(content: object) -> object:
    """A YAML reader takes the names `yes` and `no` for truth values."""
    if isinstance(content, dict):
        return {{True: "yes", False: "no"}.get(key, key): named(value) for key, value in content.items()}
    return [named(value) for value in content] if isinstance(content, list) else content


def test_the_billion_laughs_are_refused_at_their_first_line() -> None:
    laughs = "\n".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 30))
    with soon():
        found = problems(f"{GOOD}a0: &a0 [lol]\n{laughs}\n")
    assert (found[0].line, found[0].field) == (GOOD.count("\n") + 1, "a0")
    assert "References" in found[0].sentence.en and "引用" in found[0].sentence.zh


@pytest.mark.parametrize(
    ("opening", "said"),
    [
        ("[", "Nested too deeply"),
        ("{a: ", "Nested too deeply"),
        ("- ", "Nested too deeply"),
        ("[{a: ", "Nested too deeply"),
        ("? ", "must be a word"),
        ("&a [", "References"),
        ("!x [", "Tags"),
    ],
)
def test_nesting_without_end_is_refused(opening: str, said: str) -> None:
    with soon():
        found = problems(GOOD + "deep:\n  " + opening * ((MAX_LENGTH - 1000) // len(opening)))
    assert said in found[0].sentence.en and found[0].line == GOOD.count("\n") + 2


def test_nesting_by_indentation_is_refused() -> None:
    assert "Nested too deeply" in only("".join(f"{' ' * i}a:\n" for i in range(500))).sentence.en
    assert "Nested" not in only(GOOD + f"x: {'[' * (MAX_DEPTH - 1)}{']' * (MAX_DEPTH - 1)}\n").sentence.en
    assert "Nested" in only(GOOD + f"x: {'[' * MAX_DEPTH}{']' * MAX_DEPTH}\n").sentence.en


def test_a_file_that_is_too_long_is_refused() -> None:
    assert "Too long" in only(GOOD + "#" * MAX_LENGTH).sentence.en


def test_too_many_values_are_refused() -> None:
    many = ", ".join(["1"] * (MAX_VALUES + 1))
    assert "values at most" in only(GOOD.replace("[2, 3]", f"[{many}]")).sentence.en


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("9" * 5000, "too large"),
        ("-" + "9" * 5000, "too large"),
        ("9.5e999", "too large"),
        (".inf", "finite"),
        ("-.INF", "finite"),
        (".nan", "finite"),
        ("!!python/object/apply:os.system [ls]", "Tags"),
        ("!!python/name:os.system x", "Tags"),
        ("!!binary aGVsbG8=", "Tags"),
        ("!!int '5'", "Tags"),
        ("!!timestamp 2020-01-01", "Tags"),
        ('"a\\0b"', "invisible"),
        ('"$\\frac{1}{2}$"', "invisible"),
        ('"\\uD800"', "In double quotes"),
        ("*nowhere", "References"),
    ],
)
def test_a_value_that_is_no_plain_one_is_refused_at_its_field(value: str, said: str) -> None:
    problem = only(GOOD.replace("[2, 3]", f"[2, {value}]"))
    assert problem.line == 6 and said in problem.sentence.en
    assert problem.field in ("given.widths.1", "")


@pytest.mark.parametrize("character", ["\0", "\x1b", "\x7f", "\ud800", "\udfff", "\ufffe", "\uffff"])
def test_an_invisible_character_is_told_with_its_line(character: str) -> None:
    problem = only(GOOD.replace("题", f"题{character}"))
    assert problem.line == 2 and f"U+{ord(character):04X}" in problem.sentence.zh


def test_a_date_is_words() -> None:
    (question,) = parse(GOOD.replace("en: Question", "en: 2020-01-01"), "q", "q.yaml")
    assert question.title.en == "2020-01-01"


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        ("title: x: y", 1, "No colon"),
        ("a: 1\n\tb: 2", 2, "spaces"),
        ("a:\n\t- 1", 2, "spaces"),
        ("a: 1\nbcd\ne: 1", 2, "lacks its colon"),
        ("title: 'abc\nmore: 1\n", 1, "quote that begins here"),
        ('title: "abc\nmore: 1\n', 1, "quote that begins here"),
        ("title: {zh: a\nb: 1", 1, "The { that begins here"),
        ("a: 1\nb: [1, 2\nc: 3", 2, "The [ that begins here"),
        ("a:\n  b: 1\n c: 2", 3, "indentation"),
        ("parts:\n  - id: a\n   response: b", 3, "indentation"),
        ("a: 'it's'", 1, "closing quote"),
        ('a: "\\d"', 1, "single quotes"),
        ("a: @x", 1, "begin with “@”"),
        ("a: [1,,2]", 1, "value is missing"),
        ("a: | b", 1, "line of its own"),
        ("a: 1\nb: 2\na: 3", 3, "“a” is given twice"),
        ("a: {b: 1, b: 2}", 1, "“b” is given twice"),
        ("a: 1\n--- \nb: 1", 2, "something else begins"),
        ("? [a, b]\n: c", 1, "must be a word"),
        ("{[a]: b}", 1, "must be a word"),
        ("%YAML 3.0\n---\na: 1", 1, "incompatible"),
        ("- just\n- a list", 1, "holds fields"),
        ("", 1, "holds fields"),
        ("5", 1, "holds fields"),
        ("a" * 90 + ": 1", 1, "80 characters"),
    ],
)
def test_yaml_that_cannot_be_read_is_told_with_its_line(source: str, line: int, said: str) -> None:
    problem = only(source)
    assert problem.line == line and said in problem.sentence.en, problem


@pytest.mark.parametrize("name", ["1", "1.5", "null", "true", "2020-01-01", "~", "<<", "="])
def test_names_are_words_whatever_they_look_like(name: str) -> None:
    problem = only(GOOD + f"{name}: {{b: 1}}\n")
    assert (problem.field, problem.sentence.en) == (name, f"There is no “{name}” here.")


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("answer: {operation: dense_parameters, result: total}", "answer: 5", "parts.0.answer"),
        ("answer: {operation: dense_parameters, result: total}", "answer: minimum", "parts.0.answer"),
        ("result: total}", "result: per_layer, index: 9}", "parts.0.answer.index"),
        ("result: total}", "result: total, index: [0, 0]}", "parts.0.answer.index"),
        ("result: total}", "result: total, index: x}", "parts.0.answer.index"),
        ("result: total}", "result: total, inputs: {widths: '{{ width }}'}}", "parts.0.answer.inputs.widths"),
        ("result: total}", "result: total, inputs: {widths: '{{ 1 / 0 }}'}}", "parts.0.answer.inputs.widths"),
        ("result: total}", "result: total, inputs: {widths: [1, 0]}}", "parts.0.answer.inputs.widths.1"),
        ("result: total}", "result: total, inputs: {depth: 1}}", "parts.0.answer.inputs.depth"),
        ("given: {widths: [2, 3]}", "given: {widths: 5}", "given.widths"),
        ("given: {widths: [2, 3]}", "given: {widths: [2]}", "given.widths"),
        ('{zh: "{{ widths[0] }} 个输入"', '{zh: ""', "prompt.zh"),
        ("title: {zh: 题, en: Question}", "title: 题", "title"),
        ("title: {zh: 题, en: Question}", "title: {zh: 题, en: a, b}", "title.b"),
        ("topics: [parameters]", "topics: []", "topics"),
        ("topics: [parameters]", "topics: [A b]", "topics.0"),
        ("marks: 1", "marks: 0", "marks"),
        ("response: number", "response: 5", "parts.0.response"),
        ("    response: number\n", "", "parts.0.response"),
        ("id: total", "id: total\n    ask: {zh: 问}", "parts.0.ask.en"),
        ("id: total", "id: total\n    decimals: 1\n    figures: 2", "parts.0"),
        ("id: total", "id: total\n    ask: {zh: '{{ x }}', en: y}", "parts.0.ask.zh"),
    ],
)
def test_a_problem_is_told_at_its_field(old: str, new: str, field: str) -> None:
    assert old in GOOD
    fields = [problem.field for problem in problems(GOOD.replace(old, new))]
    assert field in fields and len(fields) == len(set(fields)), fields


def test_what_many_texts_cost_is_bounded_together() -> None:
    loop = "'{% for a in widths %}{% for b in widths %}{% endfor %}{% endfor %}x'"
    hints = "".join(f"  - {{zh: {loop}, en: x}}\n" for _ in range(2000))
    source = GOOD.replace("[2, 3]", str([2] * 50)) + f"hints:\n{hints}"
    with soon(20):
        assert "turns of loops" in problems(source)[0].sentence.en


CHARACTERS = "[]{}:\"'&*!|>-%@`#\n\t \\$,.0159en題\0\ud800"
VALUES = [
    "5",
    "[]",
    "{}",
    "null",
    "''",
    "[1, 2]",
    "{a: 1}",
    "-1",
    "yes",
    "'@total'",
    "'{{ widths }}'",
    "1e9",
    "[[1]]",
]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A file of the bank with a few lines and characters deleted, doubled, moved or replaced."""
    lines = draw(st.sampled_from(SOURCES)).split("\n")
    for _ in range(draw(st.integers(1, 4))):
        at, other = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        kind = draw(st.sampled_from(["delete", "double", "swap", "value", "character", "characters"]))
        line = lines[at]
        if kind == "delete" and len(lines) > 1:
            del lines[at]
        elif kind == "double":
            lines.insert(at, lines[other])
        elif kind == "swap":
            lines[at], lines[other] = lines[other], line
        elif kind == "value":
            lines[at] = line[: line.find(":") + 1] + " " + draw(st.sampled_from(VALUES))
        else:
            place = draw(st.integers(0, len(line)))
            put = draw(st.text(st.sampled_from(CHARACTERS), max_size=2))
            lines[at] = line[:place] + put + line[place + (kind == "character") :]
    return "\n".join(lines)


@settings(max_examples=300)
@given(mutated())
def test_any_text_is_questions_or_problems(source: str) -> None:
    problems(source)


@settings(max_examples=100)
@given(st.text(max_size=200))
def test_nonsense_is_a_problem(source: str) -> None:
    assert problems(source)


FORMULA = """\
title: {zh: 题, en: Question}
topics: [activations]
marks: 1
minutes: 1
prompt: {zh: 题, en: Question}
parts:
  - id: f
    response: expression
    left: f(x)
    answer:
      formula: x^2
      variables: {x: [-2, 2]}
      mistakes:
        - {name: typo, title: {zh: 错, en: wrong}, hint: {zh: 想, en: think}, formula: 2x}
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "field"),
    [
        ("x^2", "(x", 11, "parts.0.answer.formula"),
        ("x^2", "x + y", 11, "parts.0.answer.formula"),
        ("2x", "1/(1+", 14, "parts.0.answer.mistakes.0.formula"),
        ("x^2", "x^2\n      accept: [x x, y]", 12, "parts.0.answer.accept.1"),
    ],
)
def test_a_formula_that_cannot_be_read_is_told_at_its_field(
    old: str, new: str, line: int, field: str
) -> None:
    problem = only(FORMULA.replace(old, new))
    assert (problem.line, problem.field) == (line, field)


def test_a_formula_of_endless_sums_is_given_up() -> None:
    sums = "".join(f"sum_{{{index}=1}}^{{64}} " for index in "ijklm")
    (question,) = parse(FORMULA.replace("x^2", sums + "x"), "q", "q.yaml")
    with soon(20):
        assert any("too much computing" in problem.en for problem in check(question))
