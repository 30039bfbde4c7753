"""What is wrong with a question that is well formed: its texts, and its printed numbers."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from pydantic import ValidationError

from app.operations import OPERATIONS
from app.operations.operation import LeadsNowhere, Value, is_finite
from app.questions.formula import FormulaError, Symbols, parse
from app.questions.markup import images
from app.questions.part import Computed, ExpressionPart, NumbersPart, computed
from app.questions.problem import Location, Problem, dotted
from app.questions.question import Question
from app.questions.sentences import sentence
from app.questions.source import in_file, line_in
from app.questions.template import Budget, Faulty, fill
from app.questions.texts import languages, texts
from app.questions.variant import Done, inputs_of, resolve, solve, variant
from app.text import Text, text

MAX_TEXT = 20_000  # characters
FAILURES = (ArithmeticError, AttributeError, Faulty, LeadsNowhere, LookupError, TypeError, ValueError)
DEPTHS = {"number": 0, "numbers": 1, "shape": 1, "matrix": 2}
KINDS = (
    text("一个数", "one number"),
    text("一列数", "a list of numbers"),
    text("一个矩阵", "a matrix"),
    text("更复杂的一组数", "something more complex"),
)
Fault = tuple[Location, Text]

EMPTY = text("不能为空。", "This is empty.")
TOO_LONG = text(f"最多 {MAX_TEXT} 个字符。", f"{MAX_TEXT} characters at most.")
NO_ALT = text(
    "图片要有替代文字，说出图里有什么：![替代文字](/images/…)。",
    "An image needs a text that says what it shows: ![text](/images/…).",
)
NO_INDEX = text("结果里没有这一项。", "The result has no such entry.")
NO_ANSWER = text("由所给的数算不出答案。", "The given numbers lead to no answer.")
NOT_FINITE = text("算出的结果不是有限的数。", "The result is not a finite number.")


def unfit(question: Question, file: str, source: str) -> Iterator[Problem]:
    """Every problem at its field; nothing a file may hold raises anything."""
    for location, said in [*text_faults(question), *formula_faults(question), *answer_faults(question)]:
        yield Problem(file, line_in(question, source, location), dotted(location), said)


def text_faults(question: Question) -> Iterator[Fault]:
    budget = Budget()  # one for all, so that a page of many texts is bounded too
    for location, words in texts(question):
        for language in languages(question, words):
            if fault := text_fault(words[language], question.given, budget):
                yield [*location, language], fault
    for i, part in enumerate(question.parts):
        if isinstance(part, NumbersPart) and part.rows is not None:
            try:
                for row in range(len(part.labels)):
                    fill(part.rows, question.given, budget, i=row)
            except Faulty as fault:
                yield ["parts", i, "rows"], fault.sentence


def text_fault(words: str, given: Mapping[str, Any], budget: Budget) -> Text | None:
    if not words.strip():
        return EMPTY
    if len(words) > MAX_TEXT:
        return TOO_LONG
    if not all(alt for _, alt in images(words)):
        return NO_ALT
    try:
        fill(words, given, budget)
    except Faulty as fault:
        return fault.sentence
    return None


def formula_faults(question: Question) -> Iterator[Fault]:
    for i, part in enumerate(question.parts):
        if not isinstance(part, ExpressionPart):
            continue
        answer = part.answer
        formulas: list[tuple[list[str | int], str]] = [(["formula"], answer.formula)]
        formulas += [(["accept", j], formula) for j, formula in enumerate(answer.accept)]
        formulas += [(["mistakes", j, "formula"], m.formula) for j, m in enumerate(answer.mistakes)]
        for location, formula in formulas:
            try:
                parse(formula, Symbols.of(answer))
            except FormulaError as error:
                yield ["parts", i, "answer", *location], error.message
            except FAILURES:
                yield ["parts", i, "answer"], text("符号声明得不对。", "The symbols are not well declared.")


def answer_faults(question: Question) -> Iterator[Fault]:
    """Of the first part whose answer cannot be computed; later ones may build on it."""
    known: dict[str, Value] = {}
    try:
        with np.errstate(all="ignore"):
            answers = variant(question).answers
            finite = all(is_finite(answer.value) for answer in answers.values())
    except FAILURES:
        finite = False
    if finite:
        yield from misshapen(question, {part_id: answer.value for part_id, answer in answers.items()})
        return
    done: list[Done] = []
    for i, part in enumerate(question.parts):
        at: list[str | int] = ["parts", i, "answer"]
        if not (answer := computed(part)):
            continue
        try:
            with np.errstate(all="ignore"):
                known[part.id] = solve(answer, question.given, known, done).value
                if not is_finite(known[part.id]):
                    yield at, NOT_FINITE
                    return
        except FAILURES as error:
            yield from located(error, answer, question.given, known, at)
            return


def misshapen(question: Question, values: Mapping[str, Value]) -> Iterator[Fault]:
    """Answers that are not of the form that their parts ask for."""
    for i, part in enumerate(question.parts):
        if part.id not in values:
            continue
        wanted, found = DEPTHS[part.response], depth(values[part.id])
        if found != wanted:
            kinds = KINDS[found], KINDS[wanted]
            yield (
                ["parts", i, "response"],
                text(
                    f"结果是{kinds[0].zh}，这种题型要{kinds[1].zh}；请换题型，或用 index 取其中一个。",
                    f"The result is {kinds[0].en}, but this response type takes {kinds[1].en}; choose another, or pick an entry with index.",
                ),
            )
        elif isinstance(part, NumbersPart) and len(part.labels) != len(np.asarray(values[part.id])):
            count, named = len(np.asarray(values[part.id])), len(part.labels)
            yield (
                ["parts", i, "labels"],
                text(
                    f"结果有 {count} 个数，标签有 {named} 个。",
                    f"The result has {count} numbers, and there are {named} labels.",
                ),
            )


def depth(value: Value) -> int:
    """0 for a number, 1 for a list of them, 2 for a matrix; 3 for whatever else."""
    try:
        return min(np.asarray(value, dtype=float).ndim, 3)
    except ValueError:  # rows of different lengths
        return 3


def located(
    error: Exception,
    answer: Computed,
    given: Mapping[str, Any],
    known: Mapping[str, Value],
    at: list[str | int],
) -> Iterator[Fault]:
    """Which field of an answer made it fail."""
    for name, value in answer.inputs.items():
        try:
            resolve(value, given, known)
        except Faulty as fault:
            yield [*at, "inputs", name], fault.sentence
            return
        except FAILURES:
            yield [*at, "inputs", name], text("这个输入算不出来。", "This input cannot be computed.")
            return
    if isinstance(error, ValidationError):
        yield from misfits(error, answer, given, at)
        return
    try:
        results = list(OPERATIONS[answer.operation].compute(inputs_of(answer, given, known)))
    except FAILURES:
        yield at, NO_ANSWER
        return
    if answer.result in results:
        yield [*at, "index"], NO_INDEX
    else:
        yield (
            [*at, "result"],
            text(
                f"没有“{answer.result}”这个结果；可用的有：{'、'.join(results)}。",
                f"There is no result “{answer.result}”; there are: {', '.join(results)}.",
            ),
        )


def misfits(
    error: ValidationError, answer: Computed, given: Mapping[str, Any], at: list[str | int]
) -> Iterator[Fault]:
    """The given numbers and inputs that do not fit the operation."""
    for detail in error.errors():
        first = detail["loc"][0] if detail["loc"] else None
        if first in answer.inputs:
            yield [*at, "inputs", *in_file(detail, answer.inputs)], sentence(detail)
        elif first in given:
            yield ["given", *in_file(detail, given)], sentence(detail)
        elif detail["type"] == "missing":
            yield (
                at,
                text(
                    f"这个运算还需要“{first}”，请写在 given 或 inputs 里。",
                    f"The operation also needs “{first}”, in given or in inputs.",
                ),
            )
        else:
            yield (["given"] if given else at), sentence(detail)
