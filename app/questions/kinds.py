"""The kinds of question that a learner or an instructor chooses by, from the response types of the parts."""

from app.questions.part import Part
from app.questions.question import Question
from app.text import Text, text

KINDS: dict[str, Text] = {
    "numeric": text("计算", "Numeric"),
    "formula": text("公式", "Formula"),
    "choice": text("选择、排序、连线", "Choice, order, match"),
    "text": text("简答", "Text"),
}
KIND_OF_RESPONSE = {
    "number": "numeric", "numbers": "numeric", "shape": "numeric", "matrix": "numeric", "expression": "formula",
    "text": "text",
}  # fmt: skip


def kind_of(part: Part) -> str:
    return KIND_OF_RESPONSE.get(part.response, "choice")


def kinds_of(question: Question) -> list[str]:
    found = {kind_of(part) for part in question.parts}
    return [name for name in KINDS if name in found]
