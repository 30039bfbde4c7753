"""Parameters of a fully connected network, against counting every connection one by one."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.operations import OPERATIONS
from app.operations.operation import named_mistakes

DENSE = OPERATIONS["dense_parameters"]
widths = st.lists(st.integers(1, 12), min_size=2, max_size=6)


def count_one_by_one(widths: list[int], bias: bool) -> list[int]:
    return [
        sum(1 for _ in range(n_out) for _ in range(n_in)) + sum(1 for _ in range(n_out) if bias)
        for n_in, n_out in pairwise(widths)
    ]


@given(widths, st.booleans())
def test_counts_every_connection(widths: list[int], bias: bool) -> None:
    results = DENSE.solve(DENSE.Inputs(widths=widths, bias=bias)).results
    assert results["per_layer"] == count_one_by_one(widths, bias)
    assert results["total"] == sum(count_one_by_one(widths, bias))


def test_the_printed_network_has_67_and_forgetting_biases_gives_52() -> None:
    printed = DENSE.Inputs(widths=[2, 4, 4, 4, 3])
    truth = DENSE.solve(printed).results
    assert truth == {"per_layer": [12, 20, 20, 15], "total": 67}
    named = {mistake.name: mistake.results for mistake in named_mistakes(DENSE, printed, truth)}
    assert named["bias_forgotten"] == {"per_layer": [8, 16, 16, 12], "total": 52}
