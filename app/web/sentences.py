"""What pydantic finds wrong with an input, as a sentence in both languages."""

from typing import Any

from app.text import Text, text

SENTENCES: dict[str, Text] = {
    "missing": text("缺少这一项。", "This is missing."),
    "extra_forbidden": text("没有这一项输入。", "There is no such input."),
    "int_type": text("应是整数。", "A whole number is needed."),
    "int_parsing": text("应是整数。", "A whole number is needed."),
    "int_from_float": text("应是整数。", "A whole number is needed."),
    "int_parsing_size": text("这个整数太大了。", "This whole number is too large."),
    "float_type": text("应是数。", "A number is needed."),
    "float_parsing": text("应是数。", "A number is needed."),
    "finite_number": text("应是有限的数，不能是 NaN 或无穷。", "A finite number is needed, not NaN or infinity."),
    "bool_parsing": text("应是 true 或 false。", "true or false is needed."),
    "bool_type": text("应是 true 或 false。", "true or false is needed."),
    "string_type": text("应是一段文字。", "A text is needed."),
    "list_type": text("应是一个列表。", "A list is needed."),
    "dict_type": text("应是一个 JSON 对象。", "A JSON object is needed."),
    "model_attributes_type": text("应是一个 JSON 对象。", "A JSON object is needed."),
    "json_invalid": text("这不是合法的 JSON。", "This is not valid JSON."),
    "greater_than": text("应大于 {gt}。", "It must be greater than {gt}."),
    "greater_than_equal": text("不能小于 {ge}。", "It must be at least {ge}."),
    "less_than": text("应小于 {lt}。", "It must be less than {lt}."),
    "less_than_equal": text("不能大于 {le}。", "It must be at most {le}."),
    "too_short": text("至少要有 {min_length} 项，现在有 {actual_length} 项。", "At least {min_length} entries are needed; there are {actual_length}."),
    "too_long": text("最多 {max_length} 项。", "At most {max_length} entries are allowed."),
    "string_too_long": text("最多 {max_length} 个字符。", "At most {max_length} characters are allowed."),
    "literal_error": text("只能是 {expected} 之一。", "It must be one of {expected}."),
    "union_tag_invalid": text("没有“{tag}”这一种；可用的有 {expected_tags}。", "There is no kind “{tag}”; there are {expected_tags}."),
    "union_tag_not_found": text("缺少 kind。", "The kind is missing."),
}  # fmt: skip


def sentence(detail: Any) -> Text:
    """`detail` is one entry of `ValidationError.errors()`; operations bring their Chinese in its context."""
    context = detail.get("ctx") or {}
    if "zh" in context:
        return text(context["zh"], detail["msg"])
    if known := SENTENCES.get(detail["type"]):
        try:
            return known.format(**context)
        except KeyError:
            pass
    return text(f"这一项不合要求（{detail['msg']}）。", detail["msg"])
