"""Whatever pydantic finds wrong is a sentence in both languages."""

import re

import pytest
from pydantic import ValidationError

from app.questions.question import QuestionFile
from app.questions.sentences import SENTENCES, sentence

PART = {"id": "a", "response": "number", "answer": {"operation": "dense_parameters", "result": "total"}}
WHOLE = {
    "title": {"zh": "题", "en": "Q"}, "topics": ["a"], "marks": 1, "minutes": 1, "prompt": {"zh": "题", "en": "Q"},
    "given": {}, "parts": [PART],
}  # fmt: skip


def test_every_sentence_is_in_both_languages() -> None:
    for said in SENTENCES.values():
        assert re.search("[\u4e00-\u9fff]", said.zh) and not re.search("[\u4e00-\u9fff]", said.en)
        assert set(re.findall(r"\{\w+\}", said.zh)) == set(re.findall(r"\{\w+\}", said.en))


@pytest.mark.parametrize(
    ("changed", "zh", "en"),
    [
        ({"marks": "lots"}, "应是数。", "A number is needed."),
        ({"marks": 101}, "不能大于 100.0。", "It must be at most 100.0."),
        ({"minutes": None}, "应是数。", "A number is needed."),
        ({"number": 1.5}, "应是整数。", "A whole number is needed."),
        ({"topics": []}, "至少要有 1 项，现在有 0 项。", "At least 1 entries are needed; there are 0."),
        ({"topics": "a"}, "应是一个列表。", "A list is needed."),
        ({"topics": ["a" * 81]}, "最多 80 个字符。", "At most 80 characters are allowed."),
        ({"given": []}, "应是一组带名字的项。", "Named fields are needed here."),
        ({"drill": 5}, "应是一组带名字的项。", "Named fields are needed here."),
        ({"picture": 5}, "应是一段文字。", "A text is needed."),
        ({"language": "fr"}, "只能是 zh、en 之一。", "It must be one of zh or en."),
        ({"nope": 1}, "没有“nope”这一项。", "There is no “nope” here."),
        ({"parts": [{**PART, "id": "a" * 41}]}, None, "It begins with a lower-case letter"),
        ({"parts": [PART, PART]}, "有两个小题都叫“a”。", "Two parts are called “a”."),
        ({"parts": [{"id": "a"}]}, "缺少 response。", "The response is missing."),
        ({"parts": [{**PART, "response": "x"}]}, "没有“x”这一种；可用的有 number、numbers", "There is no kind “x”; there are number, numbers"),
    ],
)  # fmt: skip
def test_the_usual_errors(changed: dict[str, object], zh: str | None, en: str) -> None:
    with pytest.raises(ValidationError) as error:
        QuestionFile.model_validate(WHOLE | changed)
    (said,) = map(sentence, error.value.errors())
    assert en in said.en and (zh is None or zh in said.zh)
    assert re.search("[\u4e00-\u9fff]", said.zh)


def test_an_error_nobody_thought_of_is_told_in_pydantics_words() -> None:
    said = sentence({"type": "url_parsing", "loc": ("a",), "msg": "no URL", "input": 1})
    assert (said.zh, said.en) == ("这一项不合要求（no URL）。", "no URL")
