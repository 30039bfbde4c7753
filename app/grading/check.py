"""Whether a question works: its answers, typed back as a student would, are right; its mistakes are named."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.grading import expression
from app.grading.carried import Judged
from app.grading.grade import judge
from app.questions.markup import block
from app.questions.part import (
    ChoicePart,
    Computed,
    ExpressionPart,
    LayersPart,
    MatchPart,
    NamesPart,
    NumberPart,
    OrderPart,
    Part,
    TextPart,
    computed,
    precision,
)
from app.questions.problem import dotted
from app.questions.question import Question
from app.questions.shown import part_shown
from app.questions.template import Faulty
from app.questions.texts import texts
from app.questions.variant import Variant, distinct_as_asked, variant
from app.text import LANGUAGES, Text, text


def check(question: Question, variants: int = 200) -> Iterator[Text]:
    """Everything that is wrong with a question, over its first variants."""
    for part in question.parts:
        if isinstance(part, ExpressionPart):
            yield from (in_part(part, problem) for problem in expression.check(part))
    if question.erratum:
        yield from check_erratum(question)
    for number in range(variants if question.varies else 1):
        where = f"变式 {number}：", f"variant {number}: "
        try:
            for problem in check_variant(variant(question, number)):
                yield text(where[0] + problem.zh, where[1] + problem.en)
        except Faulty as fault:
            yield text(where[0] + fault.sentence.zh, where[1] + fault.sentence.en)
        except (ValueError, ArithmeticError, LookupError, TypeError) as error:
            yield text(f"{where[0]}算不出来（{error!r}）。", f"{where[1]}cannot be computed ({error!r}).")


def in_part(part: Part, problem: Text) -> Text:
    return text(f"小题 {part.id}：{problem.zh}", f"part {part.id}: {problem.en}")


def check_variant(shown: Variant) -> Iterator[Text]:
    yield from check_texts(shown)
    responses = {part.id: right_response(shown, part) for part in shown.question.parts}
    known: dict[str, Judged] = {}
    for part in shown.question.parts:
        part_shown(shown, part)
        if computed(part):
            yield from (in_part(part, problem) for problem in check_mistakes(shown, part, known))
        if not isinstance(part, TextPart):
            known[part.id] = judge(shown, part, responses[part.id], known)
            verdict = known[part.id].verdict
            if verdict.verdict != "correct":
                typed = responses[part.id]
                yield in_part(
                    part,
                    text(
                        f"答案 {typed!r} 被判为 {verdict.verdict}：{verdict.feedback.zh}",
                        f"{typed!r} is the answer, but is judged {verdict.verdict}: {verdict.feedback.en}",
                    ),
                )


def check_mistakes(shown: Variant, part: Part, earlier: Mapping[str, Judged]) -> Iterator[Text]:
    answer = shown.answers[part.id]
    if shown.number and not distinct_as_asked(part, answer):
        yield text(
            "两种错误，或一种错误与答案，得到同样的结果。",
            "Two mistakes, or a mistake and the answer, coincide.",
        )
    printed = shown.question.erratum.answers if shown.question.erratum and shown.number == 0 else {}
    for wrong in answer.wrong:
        typed = as_typed(wrong.value, part)
        verdict = judge(shown, part, typed, earlier).verdict
        known = {w.mistake.name for w in answer.wrong if as_typed(w.value, part) == typed}
        known |= {"printed_key"} if printed.get(part.id) == typed else set()
        if verdict.verdict != "incorrect" or verdict.mistake not in known:
            name = wrong.mistake.name
            yield text(
                f"错误 {name} 的结果 {typed!r} 被判为 {verdict.verdict}，错误名为 {verdict.mistake}。",
                f"{typed!r} ({name}) is judged {verdict.verdict}, named {verdict.mistake}.",
            )


def check_texts(shown: Variant) -> Iterator[Text]:
    """Every text of the question, filled in and rendered, in both languages."""
    for location, words in texts(shown.question):
        if shown.number and location[0] == "erratum":
            continue
        filled = shown.text(words)
        for language in LANGUAGES:
            field, html = dotted([*location, language]), block(filled[language])
            if not html.strip():
                yield text(f"{field} 是空的。", f"{field} is empty.")
            if "<code>\\" in html:
                start = filled[language][:60]
                yield text(
                    f"{field} 里的公式无法显示：“{start}”",
                    f"{field}: a formula cannot be rendered in “{start}”",
                )


def check_erratum(question: Question) -> Iterator[Text]:
    """The printed key's wrong answers must be recognised by name."""
    shown = variant(question)
    for part_id, typed in question.erratum.answers.items() if question.erratum else ():
        part = question.part(part_id)
        verdict = part and judge(shown, part, typed, {}).verdict
        if not verdict or verdict.mistake != "printed_key":
            yield text(
                f"勘误：小题 {part_id} 的印刷答案 {typed!r} 认不出来。",
                f"erratum: the printed answer {typed!r} of part {part_id} is not recognised.",
            )


def right_response(shown: Variant, part: Part) -> Any:
    """A right answer, typed as a student would."""
    if isinstance(part, NumberPart) and not isinstance(part.answer, Computed):
        return str(part.answer.minimum)
    if computed(part):
        return as_typed(shown.answers[part.id].value, part)
    if isinstance(part, ExpressionPart):
        return part.answer.formula
    if isinstance(part, ChoicePart):
        right = [option.id for option in part.options if option.right]
        return right if part.several else right[0]
    if isinstance(part, OrderPart):
        return [item.id for item in part.items]
    if isinstance(part, MatchPart):
        return {pair.id: pair.match for pair in part.left}
    if isinstance(part, NamesPart):
        return [group.names[0] for group in part.groups[: part.at_least]]
    if isinstance(part, LayersPart):
        return [{"kind": kind} for kind in part.example]
    return ""


def as_typed(value: Any, part: Part) -> Any:
    """A value as it is typed: rounded as declared, a shape with crosses, a matrix by rows."""
    if part.response == "shape":
        return "×".join(str(n) for n in value)
    if isinstance(value, list):
        return [as_typed(v, part) for v in value]
    if (rounded := precision(part).rounded(value)) is not None:
        return rounded
    return str(int(value)) if float(value).is_integer() else repr(float(value))
