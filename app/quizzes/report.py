"""What a sitting came to: marks by place, topic and kind, time against marks, mistakes, what to practise."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from app.questions.kinds import KINDS
from app.questions.question import Question
from app.questions.topics import TOPICS
from app.quizzes.marking import PartMarks, parts_of
from app.quizzes.quiz import Item
from app.quizzes.sitting import Answer

State = Literal["correct", "partly", "wrong", "empty", "open"]
STATES: tuple[State, ...] = ("correct", "partly", "wrong", "empty", "open")
TINY = 1e-9  # of a mark
MOST_PRACTISED = 10


@dataclass(frozen=True)
class Tally:
    """Marks out of how many, those earned, and those that a person still has to give; over `count` places or parts."""

    out_of: float = 0.0
    earned: float = 0.0
    open: float = 0.0
    count: int = 0
    seconds: float = 0.0
    minutes: float = 0.0  # as declared

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.out_of + other.out_of, self.earned + other.earned, self.open + other.open,
            self.count + other.count, self.seconds + other.seconds, self.minutes + other.minutes,
        )  # fmt: skip

    @property
    def lost(self) -> float:
        return max(0.0, self.out_of - self.earned - self.open)

    @property
    def share(self) -> float:
        """Of all marks, those earned."""
        return self.earned / self.out_of if self.out_of else 0.0

    @property
    def complete(self) -> bool:
        return self.open < TINY

    def passed(self, percent: float) -> bool | None:
        """None where it depends on marks that are still to be given."""
        wanted = self.out_of * percent / 100 - TINY
        if self.earned >= wanted:
            return True
        return None if self.earned + self.open >= wanted else False


@dataclass(frozen=True)
class Place:
    """One question of a paper with what it earned."""

    number: int
    item: Item
    question: Question | None  # None where its text can no longer be read
    parts: Sequence[PartMarks]
    tally: Tally
    answered: bool

    @property
    def state(self) -> State:
        if not self.tally.complete:
            return "open"
        if self.tally.lost < TINY:
            return "correct"
        if self.tally.earned > TINY:
            return "partly"
        return "wrong" if self.answered else "empty"

    @property
    def mistakes(self) -> list[str]:
        return list(dict.fromkeys(name for part in self.parts for name in part.mistakes))


@dataclass(frozen=True)
class Report:
    places: Sequence[Place]
    pass_mark: int  # percent; 0: none

    @cached_property
    def total(self) -> Tally:
        return sum((place.tally for place in self.places), Tally())

    @property
    def passed(self) -> bool | None:
        return self.total.passed(self.pass_mark)

    @cached_property
    def topics(self) -> Mapping[str, Tally]:
        """A question of several topics counts in each."""
        found = added((topic, p.tally) for p in self.places if p.question for topic in set(p.question.topics))
        return {slug: found[slug] for slug in [*TOPICS, *sorted(found.keys() - TOPICS)] if slug in found}

    @cached_property
    def kinds(self) -> Mapping[str, Tally]:
        found = added((part.kind, tally_of(part)) for place in self.places for part in place.parts)
        return {kind: found[kind] for kind in KINDS if kind in found}

    @cached_property
    def states(self) -> Mapping[State, int]:
        """How many places there are of each."""
        found = dict.fromkeys(STATES, 0)
        for place in self.places:
            found[place.state] += 1
        return found

    @cached_property
    def mistakes(self) -> Mapping[str, list[Place]]:
        """By name, the places where each was made, the commonest first."""
        found: dict[str, list[Place]] = {}
        for place in self.places:
            for name in place.mistakes:
                found.setdefault(name, []).append(place)
        return dict(sorted(found.items(), key=lambda entry: -len(entry[1])))

    @cached_property
    def to_mark(self) -> list[int]:
        """The place of each part that is still to be marked."""
        return [place.number for place in self.places for part in place.parts if part.earned is None]

    def next_to_mark(self, after: int) -> int | None:
        """The next place with something to be marked; from the beginning again after the last."""
        later = (number for number in self.to_mark if number > after)
        return next(later, next((number for number in self.to_mark if number != after), None))

    @cached_property
    def practise(self) -> list[Place]:
        """Where most marks were lost."""
        lost = [place for place in self.places if place.tally.lost > TINY]
        return sorted(lost, key=lambda place: -place.tally.lost)[:MOST_PRACTISED]


def report(
    items: Sequence[Item], questions: Sequence[Question | None], answers: Sequence[Answer], pass_mark: int,
    share_then: Callable[[int], float | None] = lambda place: None,
) -> Report:  # fmt: skip
    """`share_then`: what a place earned, as it was kept elsewhere, where its question can no longer be read."""
    return Report(
        [
            place_of(item, question, answer, None if question else share_then(answer.place))
            for item, question, answer in zip(items, questions, answers, strict=True)
        ],
        pass_mark,
    )


def place_of(item: Item, question: Question | None, answer: Answer, share: float | None) -> Place:
    parts = parts_of(question, answer) if question else []
    known = item.marks * (share or 0.0) if question is None else sum(part.earned or 0.0 for part in parts)
    still = sum(part.marks for part in parts if part.earned is None)
    worth = question.marks if question else item.marks
    tally = Tally(worth, known, still, 1, answer.seconds, item.minutes)
    return Place(answer.place, item, question, parts, tally, bool(answer.responses))


def tally_of(part: PartMarks) -> Tally:
    return Tally(part.marks, part.earned or 0.0, part.marks if part.earned is None else 0.0, 1)


def added(tallies: Iterable[tuple[str, Tally]]) -> dict[str, Tally]:
    found: dict[str, Tally] = {}
    for name, tally in tallies:
        found[name] = found.get(name, Tally()) + tally
    return found


@dataclass(frozen=True)
class Comparison:
    """The share of marks beside those of earlier sittings that are marked to the end."""

    count: int
    last: float
    best: float
    mean: float


def compare(earlier: Sequence[Tally]) -> Comparison | None:
    """`earlier`: the newest first."""
    shares = [tally.share for tally in earlier if tally.complete and tally.out_of]
    if not shares:
        return None
    return Comparison(len(shares), shares[0], max(shares), sum(shares) / len(shares))
