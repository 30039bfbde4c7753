"""Microseconds a graded part by response type, beside the bare computation of its answer in the same run."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

from app.grading.check import as_typed, right_response
from app.grading.grade import judge
from app.questions.bank import Bank, load
from app.questions.part import RESPONSES, Part, computed
from app.questions.variant import Variant, variant

PIECES = ("9^", "(", "[", "1,", "x+", "e^", "\\frac{", "max(", "1e9*", "=1", "²", "\\sum_{", "-1+", " ", "½")
ROUNDS = 30
MOST = 60  # parts of each type
TEXT = "梯度下降沿负梯度方向更新参数，使损失函数逐步减小；参数太多，没有解析解，只能迭代。" * 6


def parts_of(bank: Bank, response: str) -> Iterator[tuple[Variant, Part]]:
    found = ((variant(q), part) for q in bank for part in q.parts if part.response == response)
    yield from (pair for _, pair in zip(range(MOST), found, strict=False))


def wrong(shown: Variant, part: Part) -> tuple[Any, Any]:
    """An answer that is a known mistake, and one that nothing explains."""
    answer = shown.answers[part.id]
    known = as_typed(answer.wrong[0].value, part) if answer.wrong else None
    return known, moved(as_typed(answer.value, part))


def moved(typed: Any) -> Any:
    """Every entry off by an odd amount."""
    if isinstance(typed, list):
        return [moved(entry) for entry in typed]
    return (
        "×".join(str(int(n) + 977) for n in typed.split("×"))
        if "×" in typed
        else f"{float(typed) + 977.0131:g}"
    )


def microseconds(what: Callable[..., object], *given: Any) -> float:
    times = []
    for _ in range(ROUNDS):
        begin = time.process_time_ns()
        what(*given)
        times.append((time.process_time_ns() - begin) / 1000)
    return median(times)


def measured(shown: Variant, part: Part) -> list[float | None]:
    right = TEXT if part.response == "text" else right_response(shown, part)
    row: list[float | None] = [microseconds(judge, shown, part, right, {}), None, None, None]
    if computed(part):
        answer, (known, odd) = shown.answers[part.id], wrong(shown, part)
        row[1] = microseconds(judge, shown, part, known, {}) if known is not None else None
        row[2] = microseconds(judge, shown, part, odd, {})
        row[3] = microseconds(answer.operation.compute, answer.inputs)
    return row


def worst(bank: Bank) -> None:
    """The longest that a hostile text takes, of each type in which one is typed: none may take 50 ms."""
    pairs = [(a + b) * 350 for a in PIECES for b in PIECES]
    for response, most in (("number", 200), ("shape", 200), ("matrix", 5000), ("expression", 700)):
        shown, part = next(parts_of(bank, response))
        longest = max(best(judge, shown, part, typed[:most], {}) for typed in pairs)
        print(f"worst {response:12}{longest / 1000:10.1f} ms")


def best(what: Callable[..., object], *given: Any) -> float:
    """Microseconds, the better of two: the machine may be collecting garbage."""
    times = []
    for _ in range(2):
        begin = time.process_time_ns()
        what(*given)
        times.append((time.process_time_ns() - begin) / 1000)
    return min(times)


def main() -> None:
    bank = load(Path("questions"))
    print(f"{'µs a part':12}{'right':>10}{'mistake':>10}{'searched':>10}{'bare':>10}{'right/bare':>12}")
    for response in RESPONSES:
        rows = [measured(shown, part) for shown, part in parts_of(bank, response)]
        columns = [[v for v in column if v is not None] for column in zip(*rows, strict=True)]
        middle = [median(column) if column else None for column in columns]
        ratio = f"{middle[0] / middle[3]:.1f}" if middle[0] and middle[3] else "–"
        shown_row = "".join(f"{v:10.0f}" if v is not None else f"{'–':>10}" for v in middle)
        print(f"{response:12}{shown_row}{ratio:>12}")
    worst(bank)
