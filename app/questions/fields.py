"""What the fields of a question file are made of."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo

from app.text import LANGUAGES, Text

ID, SLUG = r"^[a-z][a-z0-9_]{0,39}$", r"^[a-z0-9]+(-[a-z0-9]+)*$"
Id = Annotated[str, Field(pattern=ID)]
Slug = Annotated[str, Field(pattern=SLUG, max_length=80)]
Share = Annotated[float, Field(gt=0, le=100)]


def in_both(value: Any, info: ValidationInfo) -> Any:
    """In a question of one language, whose `language` is the context, its words stand for the other language too."""
    language = info.context and info.context.get("language")
    if language in LANGUAGES:
        if isinstance(value, str):
            return dict.fromkeys(LANGUAGES, value)
        if isinstance(value, dict) and set(value) == {language}:
            return dict.fromkeys(LANGUAGES, value[language])
    return value


Words = Annotated[Text, BeforeValidator(in_both)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
