"""The same answer is marked once: answers to one part of one question, grouped where they say the same in the same words."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from unicodedata import decomposition, normalize

from app.quizzes.quiz import Item

END = " .。,、;"  # neither "?" nor "!": a doubt is another answer, and so is a factorial
IDEOGRAPH = r"[\u3040-\u30ff\u3400-\u9fff]"
SPACE_BESIDE_IDEOGRAPH = re.compile(rf" (?={IDEOGRAPH})|(?<={IDEOGRAPH}) ")
RAISED = {"<super>": "^", "<sub>": "_"}  # x² is not x2


@dataclass(frozen=True)
class Given:
    """One answer to a text part: where it is, which question it answers, and how it is marked so far."""

    sitting_id: int
    place: int
    item: Item
    text: str
    verdict: Mapping[str, Any]
    levels: Mapping[str, int] | None


@dataclass(frozen=True)
class Group:
    """Answers that are the same; `name` says nothing of who gave them."""

    name: str
    answers: tuple[Given, ...]

    @property
    def shown(self) -> Given:
        """The answer in the form that most of them have."""
        forms = Counter(each.text for each in self.answers)
        best = min(forms, key=lambda form: (-forms[form], form))
        return next(each for each in self.answers if each.text == best)

    @property
    def marked(self) -> int:
        return sum(each.levels is not None for each in self.answers)

    @property
    def is_open(self) -> bool:
        """Whether any of them is still to be marked; a later one may be handed in after the others were."""
        return self.marked < len(self.answers)

    @property
    def levels(self) -> Mapping[str, int] | None:
        """How they are marked; None where none is yet."""
        return next((each.levels for each in self.answers if each.levels is not None), None)


def plain(answer: str) -> str:
    """What two answers must have in common to be the same.

    Width and form of characters (NFKC), case, how much space, any space beside Chinese, and stops at the end do
    not count; raised and lowered characters are told from plain ones."""
    signed = "".join(RAISED.get(decomposition(c).partition(" ")[0], "") + c for c in answer)
    folded = normalize("NFKC", normalize("NFKC", signed).casefold())
    return SPACE_BESIDE_IDEOGRAPH.sub("", " ".join(folded.split())).rstrip(END)


def grouped(answers: Iterable[Given]) -> list[Group]:
    """The largest group first, then in an order that has nothing to do with who handed in when.

    Answers are apart where the question has another text or other numbers: there the same words may be wrong."""
    found: defaultdict[str, list[Given]] = defaultdict(list)
    for each in answers:
        asked = f"{each.item.slug}:{each.item.revision_id}:{each.item.variant}"
        found[sha256(f"{asked}:{plain(each.text)}".encode()).hexdigest()[:16]].append(each)
    groups = [Group(name, tuple(members)) for name, members in found.items()]
    return sorted(groups, key=lambda group: (-len(group.answers), group.name))
