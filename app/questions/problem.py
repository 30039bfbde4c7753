"""What is wrong in a question file, and where."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.text import Text


@dataclass(frozen=True)
class Problem:
    """`field` is the dotted path to the field, such as `parts.0.ask.zh`; empty where the file as a whole is meant."""

    file: str
    line: int | None
    field: str
    sentence: Text

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.field}: {self.sentence.en}" if self.field else f"{where}: {self.sentence.en}"


class BankError(Exception):
    """The bank cannot be used; `problems` lists everything that is wrong, not the first only."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))


Location = Sequence[str | int]


def dotted(location: Location) -> str:
    return ".".join(map(str, location))
