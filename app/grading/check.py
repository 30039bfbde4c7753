"""Whether a question works: its answers, typed back as a student would, are right; its mistakes are named."""

from collections.abc import Iterator, Mapping
from typing import Any

from jinja2 import TemplateError

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
from app.questions.question import Question
from app.questions.shown import part_shown
from app.questions.variant import Variant, distinct_as_asked, variant
from app.text import LANGUAGES, Text


def check(question: Question, variants: int = 200) -> Iterator[str]:
    """Everything that is wrong with a question, over its first variants."""
    for part in question.parts:
        if isinstance(part, ExpressionPart):
            yield from (f"part {part.id}: {problem}" for problem in expression.check(part))
    if question.erratum:
        yield from check_erratum(question)
    for number in range(variants if question.varies else 1):
        try:
            yield from (
                f"variant {number}: {problem}" for problem in check_variant(variant(question, number))
            )
        except (ValueError, KeyError, IndexError, TemplateError) as error:
            yield f"variant {number}: {error!r}"


def check_variant(shown: Variant) -> Iterator[str]:
    yield from check_texts(shown)
    responses = {part.id: right_response(shown, part) for part in shown.question.parts}
    known: dict[str, Judged] = {}
    for part in shown.question.parts:
        part_shown(shown, part)
        if computed(part):
            yield from check_mistakes(shown, part, known)
        if not isinstance(part, TextPart):
            known[part.id] = judge(shown, part, responses[part.id], known)
            verdict = known[part.id].verdict
            if verdict.verdict != "correct":
                yield f"part {part.id}: {responses[part.id]!r} is the answer, but is judged {verdict.verdict}: {verdict.feedback.en}"


def check_mistakes(shown: Variant, part: Part, earlier: Mapping[str, Judged]) -> Iterator[str]:
    answer = shown.answers[part.id]
    if shown.number and not distinct_as_asked(part, answer):
        yield f"part {part.id}: two mistakes, or a mistake and the answer, coincide"
    printed = shown.question.erratum.answers if shown.question.erratum and shown.number == 0 else {}
    for wrong in answer.wrong:
        typed = as_typed(wrong.value, part)
        verdict = judge(shown, part, typed, earlier).verdict
        known = {w.mistake.name for w in answer.wrong if as_typed(w.value, part) == typed}
        known |= {"printed_key"} if printed.get(part.id) == typed else set()
        if verdict.verdict != "incorrect" or verdict.mistake not in known:
            yield (
                f"part {part.id}: {typed!r} ({wrong.mistake.name}) is judged {verdict.verdict}, named {verdict.mistake}"
            )


def check_texts(shown: Variant) -> Iterator[str]:
    """Every text of the question, filled in and rendered, in both languages."""
    for words in texts_of(shown.question.model_dump(exclude={"erratum"} if shown.number else set())):
        filled = shown.text(words)
        for language in LANGUAGES:
            html = block(filled[language])
            if not html.strip():
                yield f"an empty text ({language}) beside “{words.zh or words.en}”"
            if "<code>\\" in html:
                yield f"a formula cannot be rendered ({language}) in “{filled[language][:60]}”"


def texts_of(content: Any) -> Iterator[Text]:
    if isinstance(content, dict):
        if set(content) == set(LANGUAGES):
            yield Text(**content)
        else:
            for value in content.values():
                yield from texts_of(value)
    elif isinstance(content, list):
        for value in content:
            yield from texts_of(value)


def check_erratum(question: Question) -> Iterator[str]:
    """The printed key's wrong answers must be recognised by name."""
    shown = variant(question)
    for part_id, typed in question.erratum.answers.items() if question.erratum else ():
        part = question.part(part_id)
        verdict = part and judge(shown, part, typed, {}).verdict
        if not verdict or verdict.mistake != "printed_key":
            yield f"erratum: the printed answer {typed!r} of part {part_id} is not recognised"


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
