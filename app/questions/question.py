"""The file format of a question, and what a loaded question is."""

from typing import Any

from pydantic import Field, model_validator

from app.operations.operation import refuse
from app.questions.fields import Id, Share, Slug, Strict, Words
from app.questions.part import Part, computed, repeated_ids, used_parts
from app.text import Language


class Erratum(Strict):
    """Where the printed key is wrong; `answers` holds its values as a student would type them."""

    printed: Words
    right: Words
    why: Words
    answers: dict[Id, str | list[str]] = {}


class Exercise(Strict):
    """What a question and its drill have in common."""

    title: Words
    minutes: float = Field(gt=0, le=180)
    given: dict[str, Any] = {}
    prompt: Words
    conventions: Words | None = None
    picture: str = "auto"  # "auto", "none", a part's id, or a figure of its own
    parts: list[Part] = Field(min_length=1, max_length=50)
    hints: list[Words] = []

    @model_validator(mode="after")
    def consistent_parts(self) -> "Exercise":
        seen: set[str] = set()
        for part in self.parts:
            if part.id in seen:
                raise refuse(f"有两个小题都叫“{part.id}”。", f"Two parts are called “{part.id}”.")
            for earlier in used_parts(part):
                if earlier not in seen:
                    raise refuse(
                        f"小题“{part.id}”用到了“@{earlier}”，可它前面没有这个小题。",
                        f"Part “{part.id}” uses “@{earlier}”, which is not an earlier part.",
                    )
            for ids in repeated_ids(part):
                raise refuse(
                    f"小题“{part.id}”里有两项都叫“{ids}”。",
                    f"Part “{part.id}” has two entries called “{ids}”.",
                )
            seen.add(part.id)
        return self


class Drill(Exercise):
    """More practice of the same skill; never counts against the printed item."""


class QuestionFile(Exercise):
    """One YAML file of the bank."""

    language: Language | None = None  # the only one it is written in
    number: int | None = Field(None, ge=1)
    topics: list[Slug] = Field(min_length=1)
    marks: Share
    erratum: Erratum | None = None
    drill: Drill | None = None


class LevelFile(Exercise):
    """One level of a file of drills: the fields of the file, with those of the level in their place."""

    language: Language | None = None  # the only one it is written in
    topics: list[Slug] = Field(min_length=1)


class Question(Exercise):
    """A loaded question. A drill is one too: of a question (`{slug}-drill`), or of an operation at some level."""

    slug: Slug
    file: Slug  # the file it was read from, without the ending
    number: int | None = None
    topics: list[Slug]
    marks: Share
    language: Language | None = None
    erratum: Erratum | None = None
    drill: Slug | None = None
    drill_of: Slug | None = None
    operation: str | None = None  # what a drill by level practises
    level: int | None = None  # 1 to 3
    revision: str  # hash of the text it was read from

    def part(self, part_id: str) -> Part | None:
        return next((part for part in self.parts if part.id == part_id), None)

    @property
    def varies(self) -> bool:
        return any(computed(part) for part in self.parts)
