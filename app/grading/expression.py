"""Expressions: right when equal to the declared formula over its domain, however they are written."""

from itertools import combinations

from app.grading.verdict import CORRECT, EMPTY, INCORRECT, Unreadable, Verdict, scored, unreadable
from app.questions.evaluation import Budget, Domain, equivalent
from app.questions.formula import FormulaError, Symbols, parse, readings
from app.questions.mathml import mathml
from app.questions.part import ExpressionPart, NamedFormula
from app.questions.tree import Call, Node, walk
from app.text import Text, text

# Functions that are themselves asked for: naming one is no formula, unless the declared formula does so too.
NAMED = {"sigmoid", "relu"}


def read(part: ExpressionPart, response: object) -> list[Node]:
    """What the response may stand for, the usual reading first; Unreadable when it is no formula."""
    if not isinstance(response, str):
        raise Unreadable(text("这里要填一个公式。", "A formula is wanted here."))
    if not response.strip():
        raise Unreadable(EMPTY)
    symbols = Symbols.of(part.answer)
    try:
        found = readings(response, symbols)
    except FormulaError as problem:
        raise Unreadable(problem.message, problem.position) from problem
    named = functions(found[0]) & NAMED
    if named and not any(named <= functions(parse(formula, symbols)) for formula in right_formulas(part)):
        name = min(named)
        raise Unreadable(
            text(f"请写出公式本身，不要只用函数名 {name}。", f"Write the formula out instead of {name}.")
        )
    return found


def understood(part: ExpressionPart, response: object) -> str:
    """MathML of what was read; Unreadable when nothing can be."""
    return mathml(read(part, response)[0])


def grade(part: ExpressionPart, response: object) -> Verdict:
    """Right when any reading equals the formula or an accepted one; a known mistake is named."""
    symbols, domain, budget = Symbols.of(part.answer), Domain.of(part.answer), Budget()

    def equals(formula: str) -> bool:
        expected = parse(formula, symbols)
        return any(equivalent(expected, reading, domain, budget=budget) for reading in found)

    try:
        found = read(part, response)
        if any(map(equals, right_formulas(part))):
            return scored(1, CORRECT)
        for mistake in part.answer.mistakes:
            if equals(mistake.formula):
                return scored(0, said(mistake), mistake.name)
    except Unreadable as problem:
        return unreadable(problem)
    except FormulaError as problem:
        return unreadable(Unreadable(problem.message, problem.position))
    return scored(0, INCORRECT)


def check(part: ExpressionPart) -> list[Text]:
    """What is wrong with the formulas of the file itself."""
    try:
        return faults(part)
    except FormulaError as problem:
        said = problem.message
        return [text(f"有公式读不懂：{said.zh}", f"a formula cannot be read: {said.en}")]


def faults(part: ExpressionPart) -> list[Text]:
    mistakes = part.answer.mistakes
    symbols, domain = Symbols.of(part.answer), Domain.of(part.answer)
    read = {f: readings(f, symbols) for f in [*right_formulas(part), *(m.formula for m in mistakes)]}

    def equal(one: str, other: str) -> bool:
        return equivalent(read[one][0], read[other][0], domain)

    problems = [
        text(f"“{f}”在定义域的大部分没有值。", f"“{f}” has no value in most of its domain")
        for f in read
        if not equal(f, f)
    ]
    problems += [
        text(f"“{f}”有两种读法，请加括号。", f"“{f}” can be read in two ways; add brackets")
        for f, (first, *others) in read.items()
        if not all(equivalent(first, other, domain) for other in others)
    ]
    problems += [
        text(f"accept 里的“{f}”与公式不相等。", f"“{f}” is accepted, but does not equal the formula")
        for f in part.answer.accept
        if not equal(part.answer.formula, f)
    ]
    problems += [
        text(f"错误“{m.name}”的公式其实是对的。", f"the mistake “{m.name}” equals a right formula")
        for m in mistakes
        if any(equal(formula, m.formula) for formula in right_formulas(part))
    ]
    return problems + [
        text(
            f"错误“{one.name}”与“{other.name}”相等。",
            f"the mistakes “{one.name}” and “{other.name}” are equal",
        )
        for one, other in combinations(mistakes, 2)
        if equal(one.formula, other.formula)
    ]


def right_formulas(part: ExpressionPart) -> list[str]:
    return [part.answer.formula, *part.answer.accept]


def functions(tree: Node) -> set[str]:
    return {node.function for node in walk(tree) if isinstance(node, Call)}


def said(mistake: NamedFormula) -> Text:
    title, hint = mistake.title, mistake.hint
    return text(f"{title.zh}。{hint.zh}", f"{title.en[:1].upper()}{title.en[1:]}. {hint.en}")
