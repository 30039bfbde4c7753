"""What a quiz is made from: which questions, how many, how long; and the paper that a seed makes of it."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from random import Random
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.errors import Invalid
from app.questions.bank import Bank
from app.questions.kinds import kinds_of
from app.questions.question import Question
from app.text import Text, text

Kind = Literal["paper", "mock", "sprint", "own", "chosen"]
Feedback = Literal["at_once", "after", "closing"]
Variants = Literal[
    "printed", "same", "each"
]  # of the numbers: as printed, drawn once, drawn for each sitting
MOST_QUESTIONS, MOST_MINUTES = 200, 600
MOST_DRAWN = 10_000  # numbers of variants
MOST_CANDIDATES = 500  # of a large bank
DRAFTS, FEW = 20, 4  # papers drafted, of which the best is taken; questions weighed for each of their places
TITLES: dict[str, Text] = {
    "paper": text("整卷模拟", "The whole paper"),
    "mock": text("短模拟", "Short mock"),
    "sprint": text("计算冲刺", "Numeric sprint"),
    "own": text("自选小测", "A quiz of one's own"),
    "chosen": text("小测", "Quiz"),
}
NOTHING_FITS = text(
    "没有符合条件的题：放宽主题或题型再试。", "No question fits: choose more topics or kinds and try again."
)
TOO_SHORT = text("没有一道题能在这么短的时间里做完。", "No question can be done in so few minutes.")


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Blueprint(Frozen):
    """What a quiz is made from. `minutes` 0: as long as its questions say."""

    kind: Kind
    topics: tuple[str, ...] = ()  # none: every topic
    kinds: tuple[str, ...] = ()  # none: every kind
    count: Annotated[int, Field(ge=0, le=MOST_QUESTIONS)] = 0  # 0: as many as the minutes allow
    minutes: Annotated[float, Field(ge=0, le=MOST_MINUTES)] = 0
    slugs: tuple[str, ...] = ()  # the questions of a chosen one, in order


class Rules(Frozen):
    """How a quiz is sat."""

    feedback: Feedback = "after"
    attempts: Annotated[int, Field(ge=0, le=20)] = 0  # 0: as often as one likes
    shuffled: bool = False
    pass_mark: Annotated[int, Field(ge=0, le=100)] = 60  # percent
    variants: Variants = "same"


READY: Mapping[str, tuple[Blueprint, Rules]] = {
    "paper": (Blueprint(kind="paper", minutes=120), Rules(variants="printed")),
    "mock": (Blueprint(kind="mock", minutes=60), Rules()),
    "sprint": (Blueprint(kind="sprint", count=10), Rules()),
}


def chosen(blueprint: Blueprint, bank: Bank, seed: str) -> list[Question]:
    """The questions of a paper; the same seed and bank give the same. Invalid where none fits."""
    chance = Random(seed)
    if blueprint.kind == "paper":
        found = [question for question in bank.listed if question.number]
    elif blueprint.kind == "chosen":
        found = [bank.questions[slug] for slug in blueprint.slugs if slug in bank.questions]
    elif blueprint.kind == "sprint":
        found = sprint(bank, blueprint.count, chance)
    else:
        found = balanced(pool(blueprint, bank), blueprint, chance)
    if not found:
        raise Invalid(NOTHING_FITS, "topics")
    return found


def sprint(bank: Bank, count: int, chance: Random) -> list[Question]:
    """Drills at exam level of different operations, all of them once before one comes again."""
    levels = [drills[min(1, len(drills) - 1)] for drills in bank.drills.values()]
    found: list[Question] = []
    while levels and len(found) < count:
        found += chance.sample(levels, min(len(levels), count - len(found)))
    return found


def pool(blueprint: Blueprint, bank: Bank) -> list[Question]:
    """What may be chosen: the listed questions, and drills only where those are too few."""

    def fitting(questions: Iterable[Question]) -> list[Question]:
        topics, kinds = set(blueprint.topics), set(blueprint.kinds)
        return [
            question
            for question in questions
            if (not topics or topics & set(question.topics))
            and (not kinds or kinds & set(kinds_of(question)))
        ]

    found = fitting(bank.listed)
    if len(found) < blueprint.count:
        found += fitting(question for question in bank if question.drill_of or question.level)
    return found


def balanced(candidates: Sequence[Question], blueprint: Blueprint, chance: Random) -> list[Question]:
    """Questions up to the count or the minutes, their topics and kinds as frequent as among the candidates."""
    candidates = chance.sample(candidates, min(len(candidates), MOST_CANDIDATES))
    total = sum(question.minutes for question in candidates)
    minutes = blueprint.minutes or min(total, MOST_MINUTES)
    count, room = MOST_QUESTIONS, minutes
    if blueprint.count and candidates:
        count, room = blueprint.count, math.inf
        minutes = total * min(1.0, count / len(candidates))
    wanted = {name: minutes * w / total for name, w in weights(candidates).items()}
    drafts = [draft(candidates, wanted, count, room, chance) for _ in range(DRAFTS)]
    best = min(drafts, key=lambda questions: unlike(questions, wanted))
    if candidates and not best:
        raise Invalid(TOO_SHORT, "minutes")
    return sorted(best, key=lambda q: (q.number or math.inf, q.slug))


def draft(
    candidates: Sequence[Question], wanted: Mapping[str, float], count: int, room: float, chance: Random
) -> list[Question]:
    """Up to `count` questions within `room` minutes, each of a few by chance the one that is wanted most."""
    left, found = list(candidates), list[Question]()
    lacking = dict(wanted)
    while len(found) < count and (fitting := [q for q in left if q.minutes <= room]):
        few = chance.sample(fitting, min(FEW, len(fitting)))
        picked = min(few, key=lambda q: sum(w * w - 2 * w * lacking[n] for n, w in weight(q)) / q.minutes)
        left.remove(picked)
        found.append(picked)
        room -= picked.minutes
        for name, w in weight(picked):
            lacking[name] -= w
    return found


def unlike(questions: Sequence[Question], wanted: Mapping[str, float]) -> float:
    """How far a draft is from the minutes wanted by topic and kind; what is missing altogether weighs most."""
    have, minutes = weights(questions), sum(wanted.values())
    return sum(((have[name] - w) / minutes) ** 2 + (name not in have) for name, w in wanted.items())


def weight(question: Question) -> list[tuple[str, float]]:
    """The minutes of a question shared out to its topics, and again to its kinds."""
    topics, kinds = dict.fromkeys(question.topics), kinds_of(question)
    return [(f"topic:{slug}", question.minutes / len(topics)) for slug in topics] + [
        (f"kind:{kind}", question.minutes / len(kinds)) for kind in kinds
    ]


def weights(questions: Iterable[Question]) -> Counter[str]:
    found: Counter[str] = Counter()
    for question in questions:
        found.update(dict(weight(question)))
    return found


def drawn(questions: Sequence[Question], variants: Variants, seed: str) -> list[int]:
    """The variant of each question: as printed, else by the seed; a drill never shows its first numbers."""
    chance = Random(f"{seed}:variants")
    numbers = [chance.randrange(1, MOST_DRAWN) for _ in questions]
    return [
        number if question.varies and (variants != "printed" or question.drill_of or question.level) else 0
        for question, number in zip(questions, numbers, strict=True)
    ]
