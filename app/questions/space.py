"""The variants of a question that differ: which one comes next."""

import json
from functools import lru_cache
from threading import Lock

from app.questions.question import Question
from app.questions.variant import MOST_VARIANTS, ByRevision, Variant, variant

ENOUGH = 300  # draws in a row that bring nothing new: the space is used up


class Space:
    """The numbers of the variants in order, each with given numbers that none before it has; found as far as asked."""

    def __init__(self, question: Question, focus: str = "") -> None:
        self.focus = focus
        self.lock = Lock()
        self.question = question
        self.numbers = [0]
        self.seen = {self.fingerprint(0)}
        self.looked = 0
        self.used_up = not question.varies

    def fingerprint(self, number: int) -> int:
        return hash(json.dumps(variant(self.question, number).given, sort_keys=True, default=str))

    def after(self, number: int) -> int | None:
        """The first new variant after this number; None when there is none."""
        with self.lock:
            while not self.used_up and self.numbers[-1] <= number:
                self.look_on()
        return next((n for n in self.numbers if n > number), None)

    def fits(self, number: int) -> bool:
        return not self.focus or can_be_made(variant(self.question, number), self.focus)

    def look_on(self) -> None:
        for candidate in range(self.looked + 1, min(self.looked + ENOUGH, MOST_VARIANTS) + 1):
            self.looked = candidate
            found = self.fingerprint(candidate)
            if found not in self.seen and self.fits(candidate):
                self.seen.add(found)
                self.numbers.append(candidate)
                return
        self.used_up = True


@lru_cache(maxsize=4096)
def space_of(entry: ByRevision, slug: str, focus: str) -> Space:
    return Space(entry.question, focus)


def another(question: Question, number: int, most: int, focus: str = "") -> int:
    """The variant to show after `number` to someone who has got as far as `most`.

    One with numbers not shown yet as long as there is one; after that they come round again. With a focus, one in
    which this mistake can be made.
    """
    space = space_of(ByRevision(question), question.slug, focus)
    fresh = space.after(max(number, most))
    if fresh is None:
        fresh = space.after(number)
    return next(iter(space.numbers[1:]), 0) if fresh is None else fresh


def can_be_made(shown: Variant, mistake: str) -> bool:
    """Whether a mistake leads to a wrong value in some part, or can be made in some place."""
    return any(
        mistake in (wrong.mistake.name for wrong in answer.wrong)
        or mistake in (local.name for local in answer.operation.local_mistakes(answer.inputs))
        for answer in shown.answers.values()
    )
