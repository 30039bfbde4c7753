"""What pydantic finds wrong with an input or a field of a file, as a sentence in both languages."""

from collections.abc import Mapping
from typing import Any

from app.questions.fields import ID, SLUG
from app.text import Text, text

WHOLE = text("应是整数。", "A whole number is needed.")
NUMBER = text("应是数。", "A number is needed.")
TRUTH = text("应是 true 或 false。", "true or false is needed.")
LIST = text("应是一个列表。", "A list is needed.")
FIELDS = text("应是一组带名字的项。", "Named fields are needed here.")

SENTENCES: dict[str, Text] = {
    "missing": text("缺少这一项。", "This is missing."),
    "extra_forbidden": text("没有“{name}”这一项。", "There is no “{name}” here."),
    "int_type": WHOLE,
    "int_parsing": WHOLE,
    "int_from_float": WHOLE,
    "int_parsing_size": text("这个整数太大了。", "This whole number is too large."),
    "float_type": NUMBER,
    "float_parsing": NUMBER,
    "finite_number": text("应是有限的数，不能是 NaN 或无穷。", "A finite number is needed, not NaN or infinity."),
    "bool_parsing": TRUTH,
    "bool_type": TRUTH,
    "string_type": text("应是一段文字。", "A text is needed."),
    "string_too_long": text("最多 {max_length} 个字符。", "At most {max_length} characters are allowed."),
    "string_too_short": text("至少要有 {min_length} 个字符。", "At least {min_length} characters are needed."),
    "list_type": LIST,
    "tuple_type": LIST,
    "dict_type": FIELDS,
    "model_type": FIELDS,
    "model_attributes_type": FIELDS,
    "json_invalid": text("这不是合法的 JSON。", "This is not valid JSON."),
    "greater_than": text("应大于 {gt}。", "It must be greater than {gt}."),
    "greater_than_equal": text("不能小于 {ge}。", "It must be at least {ge}."),
    "less_than": text("应小于 {lt}。", "It must be less than {lt}."),
    "less_than_equal": text("不能大于 {le}。", "It must be at most {le}."),
    "too_short": text("至少要有 {min_length} 项，现在有 {actual_length} 项。", "At least {min_length} entries are needed; there are {actual_length}."),
    "too_long": text("最多 {max_length} 项。", "At most {max_length} entries are allowed."),
    "literal_error": text("只能是 {expected} 之一。", "It must be one of {expected}."),
    "union_tag_invalid": text("没有“{tag}”这一种；可用的有 {expected}。", "There is no kind “{tag}”; there are {expected}."),
    "union_tag_not_found": text("缺少 {discriminator}。", "The {discriminator} is missing."),
}  # fmt: skip

PATTERNS: dict[str, Text] = {
    ID: text(
        "应以小写字母开头，只含小写字母、数字和下划线，最多 40 个字符。",
        "It begins with a lower-case letter and holds lower-case letters, digits and underscores, 40 at most.",
    ),
    SLUG: text(
        "只能含小写字母和数字，中间可用连字符，例如 fully-connected。",
        "It holds lower-case letters and digits, joined by hyphens, such as fully-connected.",
    ),
}
NO_TEXT = text(
    "应写中英两种文字，例如 {{zh: 题目, en: Question}}；只用一种语言的题目，请加上 `language: zh` 或 `language: en`。",
    "Chinese and English are needed, as in {{zh: 题目, en: Question}}; a question in one language says `language: zh` or `language: en`.",
)
ONE_MISSING = {
    "zh": text(
        "缺少中文；只用英文的题目，请加上 `language: en`。",
        "The Chinese is missing; a question in English only says `language: en`.",
    ),
    "en": text(
        "缺少英文；只用中文的题目，请加上 `language: zh`。",
        "The English is missing; a question in Chinese only says `language: zh`.",
    ),
}
COMMA = text(
    "没有“{name}”这一项；{{…}} 里含逗号的文字请加引号。",
    "There is no “{name}” here; quote a text with a comma in {{…}}.",
)


def sentence(detail: Any) -> Text:
    """`detail` is one entry of `ValidationError.errors()`; validators of ours bring their Chinese in its context."""
    context = detail.get("ctx") or {}
    if "zh" in context:
        return text(context["zh"], detail["msg"])
    if known := special(detail, context) or SENTENCES.get(detail["type"]):
        expected = str(context.get("expected") or context.get("expected_tags") or "").replace("'", "")
        listed = {"expected": expected, "discriminator": str(context.get("discriminator")).strip("'")}
        values = {"name": detail["loc"][-1] if detail["loc"] else ""} | context | listed
        try:
            said = known.format(**values)
        except KeyError:
            pass
        else:
            return text(said.zh.replace(expected, listing(expected)) if expected else said.zh, said.en)
    return text(f"这一项不合要求（{detail['msg']}）。", detail["msg"])


def listing(expected: str) -> str:
    return expected.replace(" or ", "、").replace(", ", "、")


def special(detail: Any, context: Mapping[str, Any]) -> Text | None:
    """What needs more than the type of the error."""
    kind, last = detail["type"], detail["loc"][-1] if detail["loc"] else ""
    if kind == "string_pattern_mismatch":
        return PATTERNS.get(context["pattern"])
    if kind == "model_type" and context.get("class_name") == Text.__name__:
        return NO_TEXT
    if kind == "missing" and last in ONE_MISSING:
        return ONE_MISSING[last]
    if kind == "extra_forbidden" and detail["input"] is None:
        return COMMA
    return None
