"""Distributions for tests."""

from hypothesis import strategies as st

Rows = list[list[float]]


def normalised(parts: list[int]) -> list[float]:
    return [part / sum(parts) for part in parts]


@st.composite
def two_groups(draw: st.DrawFn, most: int = 1) -> tuple[Rows, Rows]:
    """Rows of distributions; the first group may contain zeros."""
    samples, classes = draw(st.integers(1, most)), draw(st.integers(2, 6))
    weights = st.lists(st.integers(0, 20), min_size=classes, max_size=classes).filter(any)
    positive = st.lists(st.integers(1, 20), min_size=classes, max_size=classes)
    return (
        [normalised(draw(weights)) for _ in range(samples)],
        [normalised(draw(positive)) for _ in range(samples)],
    )
