"""A text in both languages of the interface."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")


class Text(BaseModel):
    """The same words in Chinese and English."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zh: str
    en: str

    def __getitem__(self, language: Language) -> str:
        return self.en if language == "en" else self.zh

    def __add__(self, other: "Text") -> "Text":
        space = "" if other.en[:1] in (".", ",", ":", ";") else " "
        return Text(zh=self.zh + other.zh, en=f"{self.en}{space}{other.en}".strip())

    def format(self, **values: object) -> "Text":
        return Text(zh=self.zh.format(**values), en=self.en.format(**values))


def text(zh: str, en: str) -> Text:
    return Text(zh=zh, en=en)
