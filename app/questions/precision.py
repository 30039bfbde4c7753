"""How exactly a number is asked for: to so many decimals, to so many significant figures, or exactly."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from app.operations.operation import Value, same
from app.text import Text, text

Real = int | float | Fraction

HAIR = Fraction(1, 10**12)  # rounding errors of a computed real; a smaller one is 0


@dataclass(frozen=True)
class Precision:
    """At most one of the two is given; with neither, the value is asked for exactly."""

    decimals: int | None = None
    figures: int | None = None

    def units(self, truth: Real) -> Sequence[Fraction]:
        """What one counts in each place asked for, the last place first; none where `truth` is wanted exactly.

        Figures are counted from the first digit of the truth that is not 0, so 0 has none and is exact.
        """
        if self.decimals is not None:
            return powers_of_ten(-self.decimals, max(0, 1 - self.decimals))
        if self.figures is None or -HAIR <= truth <= HAIR:
            return ()
        first = Decimal(float(truth)).adjusted()
        return powers_of_ten(first - self.figures + 1, first + 1)

    def plainly_differ(self, value: float, truth: float) -> bool:
        """Whether floats are enough to see that a value is not the truth: the common case, and the fast one."""
        size = abs(truth)
        if self.figures is not None:
            unit = size * 10.0 ** (1 - self.figures)
        else:
            unit = 10.0**-self.decimals if self.decimals is not None else 0.0
        return abs(value - truth) > unit + 1e-6 * size + 1e-9

    def rounded(self, value: float) -> str | None:
        """With just the digits asked for, the last ones also where they are 0: 0.500, 2.51e+04; None where exact."""
        if self.decimals is not None:
            return f"{value:z.{self.decimals}f}"
        if self.figures is not None:
            return f"{value:#.{self.figures}g}".rstrip(".") if abs(value) > HAIR else "0"
        return None

    def hides(self, a: Value, b: Value) -> bool:
        """Whether two values could be taken for each other when both are rounded as asked."""
        if isinstance(a, list) and isinstance(b, list):
            return len(a) == len(b) and all(map(self.hides, a, b))
        if isinstance(a, list) or isinstance(b, list):
            return False
        last = max((float(unit) for x in (a, b) for unit in self.units(x)[:1]), default=None)
        return same(a, b, None if last is None else 2 * last + min(last, 1e-9))

    @property
    def wish(self) -> Text:
        if self.figures is not None:
            s = "" if self.figures == 1 else "s"
            return text(f"保留 {self.figures} 位有效数字", f"round to {self.figures} significant figure{s}")
        if not self.decimals:
            return text("四舍五入到整数", "round to a whole number")
        s = "" if self.decimals == 1 else "s"
        return text(f"四舍五入到 {self.decimals} 位小数", f"round to {self.decimals} decimal{s}")


EXACT = Precision()


@lru_cache(maxsize=512)
def powers_of_ten(lowest: int, end: int) -> Sequence[Fraction]:
    return tuple(Fraction(10) ** power for power in range(lowest, end))
