"""What a wrong value comes from: the computation done some other way, if exactly one way leads to it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb, log10
from time import thread_time
from typing import Any

import numpy as np

from app.grading.comparison import agrees
from app.operations.operation import Mistake, Value, Way, same
from app.questions.part import Part, precision
from app.questions.precision import Precision
from app.questions.variant import Answer
from app.text import Text, text

SECONDS = 0.02  # for what several ways lead to
# A value is told to come from one place, or from two mistakes, only where a wrong value hits one of these by
# chance less than once in so many times.
RARE = 100

EARLY = "rounded_early"
ROUNDED_EARLY = text(
    "方法对了，但舍入太早：中间结果多保留几位，最后再舍入。",
    "The method is right, but you rounded too early: keep more digits in between and round at the end.",
)
TWO = text("两处错误合在一起：", "Two mistakes at once:")
EITHER = text("可能是下面两种错误之一：", "This comes from one of two mistakes:")


@dataclass(frozen=True)
class Diagnosis:
    """The names of the mistakes, and what is said of them; `throughout` where no part of the method was right."""

    name: str
    feedback: Text
    throughout: bool = False


def diagnose(part: Part, answer: Answer, value: Any) -> Diagnosis | None:
    """A mistake made throughout; else the only one of the right shape; else rounding too early."""
    if fitting := [wrong.mistake for wrong in answer.wrong if leads(part, wrong.value, value)]:
        return told(*fitting[:2], throughout=True, lead=EITHER)
    shaped = [wrong for wrong in answer.wrong if np.shape(wrong.value) == np.shape(value)]
    other = np.shape(value) != np.shape(answer.value) and len(shaped) == 1
    if other and not contradicted(part, answer.value, shaped[0].value, value):
        return told(shaped[0].mistake, throughout=True)
    return Diagnosis(EARLY, ROUNDED_EARLY) if rounded_early(part, answer, value) else None


def contradicted(part: Part, truth: Any, reached: Any, value: Any) -> bool:
    """Whether a mistake only takes rows and columns away, or adds some, but most of the other cells are not so."""
    if np.ndim(truth) != 2:
        return False
    both = [cells for rows in zip(truth, reached, value, strict=False) for cells in zip(*rows, strict=False)]
    alike = sum(agrees(v, r, precision(part)) for _, r, v in both)
    return all(same(t, r) for t, r, _ in both) and 2 * alike < len(both)


def search(
    part: Part, answer: Answer, value: Any, clock: Callable[[], float] = thread_time
) -> Diagnosis | None:
    """The only mistake at one place, or else the only two mistakes, that lead to `value`; None where not sure."""
    if not any(flat(value)):
        return None  # nothing but zeros comes from anywhere
    end = clock() + SECONDS
    local = answer.operation.local_mistakes(answer.inputs)
    every = ((m, done(answer, m)) for m in (*answer.operation.mistakes(answer.inputs), *local))
    single: list[tuple[Mistake, Value | None]] = []
    for mistake, reached in every:
        # at the only place where it can be made, a mistake is the one made throughout
        told_already = any(mistake.name == m.name and reached == r for m, r in single)
        if reached not in (None, answer.value) and not told_already:
            single.append((mistake, reached))
    if fitting := [mistake for mistake, reached in single if leads(part, reached, value)]:
        return told(*fitting) if len(fitting) == 1 and rare(part, answer, len(single)) else None
    if not rare(part, answer, comb(len(single), 2)):
        return None
    both: list[tuple[Mistake, Mistake]] = []
    for two in pairs(part, answer, value, single):
        if clock() > end:
            return None
        if leads(part, done(answer, *two), value):
            both.append(two)
    return told(*both[0]) if len(both) == 1 else None


def pairs(
    part: Part, answer: Answer, value: Any, single: Sequence[tuple[Mistake, Value | None]]
) -> Iterator[tuple[Mistake, Mistake]]:
    """Two mistakes that can be made at once. Of a list, one of them must explain the first wrong entry by itself."""
    asked, entries, truth = precision(part), flat(value), flat(answer.value)
    wrong = next(
        (i for i, (v, t) in enumerate(zip(entries, truth, strict=False)) if not agrees(v, t, asked)), 0
    )
    first = [flat(reached)[wrong : wrong + 1] for _, reached in single]
    explains = [len(entries) == 1 or (e != [] and agrees(entries[wrong], e[0], asked)) for e in first]
    for (a, one), (b, other) in combinations([(m, e) for (m, _), e in zip(single, explains, strict=True)], 2):
        if (one or other) and not a.otherwise.keys() & b.otherwise.keys():
            yield a, b


def flat(value: Any) -> list[Any]:
    return [entry for v in value for entry in flat(v)] if isinstance(value, list) else [value]


def done(answer: Answer, *mistakes: Mistake) -> Value | None:
    return answer.done(Way({setting: v for mistake in mistakes for setting, v in mistake.otherwise.items()}))


def told(*mistakes: Mistake, throughout: bool = False, lead: Text = TWO) -> Diagnosis:
    """One mistake, or two: both at once, or one of the two, which counts as the likelier one."""
    said = [sentence(mistake.told) + mistake.hint for mistake in mistakes]
    feedback = said[0] if len(said) == 1 else lead + said[0] + said[1]
    names = dict.fromkeys(m.name for m in (mistakes if lead is TWO else mistakes[:1]))
    return Diagnosis("+".join(names), feedback, throughout)


def sentence(words: Text) -> Text:
    """A title as a sentence; a first letter that is a variable stays small."""
    en = words.en[:1].upper() + words.en[1:] if words.en[:2].isalpha() else words.en
    return text(words.zh + "。", en + ".")


def leads(part: Part, reached: Value | None, value: Any) -> bool:
    """Whether what a way leads to is the value that was read, as exactly as the part asks."""
    if isinstance(reached, list):
        return (
            isinstance(value, list)
            and len(value) == len(reached)
            and all(leads(part, r, v) for r, v in zip(reached, value, strict=True))
        )
    return reached is not None and not isinstance(value, list) and agrees(value, reached, precision(part))


def rounded_early(part: Part, answer: Answer, value: Any) -> bool:
    """Whether rounding what is used later, to some number of places, leads to the value."""
    asked = precision(part)
    places = asked.decimals if asked.figures is None else asked.figures
    if places is None or not telling(value, answer.value):
        return False
    return any(
        leads(part, answer.done(Way(rounding=rounding(asked, few))), value) for few in range(1, places + 2)
    )


def telling(value: Any, truth: Value) -> bool:
    """Whether a value has decimals enough to tell where it comes from: 0.2 could come from anywhere."""
    decimals = next((d for d in range(12) if all(not v or v * 10**d % 1 == 0 for v in flat(value))), 12)
    return room(Precision(decimals=decimals), truth) >= log10(RARE)


def rounding(asked: Precision, places: int) -> Callable[[Any], Any]:
    """To so many decimals, or figures where figures are asked for; a half is rounded up."""

    def to(value: Any) -> Any:
        values = np.asarray(value, dtype=np.float64)
        scale: Any = 10.0**places
        if asked.figures is not None:
            size = np.where(values == 0, 1.0, np.abs(values))
            scale = 10.0 ** (places - 1 - np.floor(np.log10(size)))
        rounded = np.sign(values) * np.floor(np.abs(values) * scale + 0.5 + 1e-9) / scale
        return rounded if isinstance(value, np.ndarray) else rounded.item()

    return to


def rare(part: Part, answer: Answer, explained: int) -> bool:
    """Whether so many explained values are few among all that could be guessed."""
    return explained * RARE <= 10 ** min(room(precision(part), answer.value), 300)


def room(asked: Precision, truth: Value) -> float:
    """Powers of ten of the values a guess could take: in every entry up to twice the truth, to the last place."""
    if isinstance(truth, list):
        return sum(room(asked, entry) for entry in truth)
    units = asked.units(truth)
    size = max(abs(float(truth)), 1.0 if isinstance(truth, int) else float(units[-1]) if units else 1.0)
    return log10(2 * size / (float(units[0]) if units else 1.0)) if units or isinstance(truth, int) else 9.0
