"""Parameters of a fully connected network, against counting every connection one by one."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.operations import OPERATIONS
from app.operations.operation import Way, named_mistakes
from tests.operations.asking import mistakes_of

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


def test_mistakes_lead_where_their_formulas_lead() -> None:
    named = mistakes_of("dense_parameters", widths=[3, 5, 2])
    assert named["bias_per_input"] == {"per_layer": [18, 15], "total": 33}
    assert named["bias_per_weight"] == {"per_layer": [30, 20], "total": 50}
    assert named["bias_per_layer"] == {"per_layer": [16, 11], "total": 27}
    assert named["input_layer_counted"] == {"total": 3 + 20 + 12}
    assert named["added_not_multiplied"] == {"per_layer": [13, 9], "total": 22}
    assert named["widths_multiplied"] == {"total": 30}
    unbiased = mistakes_of("dense_parameters", widths=[3, 5, 2], bias=False)
    assert unbiased["bias_added"] == {"per_layer": [20, 12], "total": 32}
    assert "bias_forgotten" not in unbiased


def test_a_mistake_in_one_layer_changes_that_layer_alone() -> None:
    given = DENSE.Inputs(widths=[2, 4, 4, 4, 3])
    for mistake in DENSE.local_mistakes(given):
        ((place, _),) = mistake.otherwise
        per_layer = DENSE.compute(given, Way(mistake.otherwise))["per_layer"]
        assert [n for i, n in enumerate(per_layer) if i != place] == [
            n for i, n in enumerate([12, 20, 20, 15]) if i != place
        ]
    left_out = [m for m in DENSE.local_mistakes(given) if m.name == "layer_left_out"]
    assert [DENSE.compute(given, Way(m.otherwise))["total"] for m in left_out] == [55, 47, 47, 52]


def test_the_total_follows_from_the_learners_own_layers() -> None:
    given = DENSE.Inputs(widths=[2, 4, 4, 4, 3])
    assert DENSE.compute(given, Way(own={"per_layer": [8, None, 21]}))["total"] == 8 + 20 + 21 + 15
