"""Parameters of recurrent layers, against building every array and counting its entries."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.operations import OPERATIONS
from tests.operations.asking import mistakes_of, results_of

BLOCKS = {
    "rnn": ["state"],
    "gru": ["update", "reset", "candidate"],
    "lstm": ["input", "forget", "output", "candidate"],
}
cells = st.sampled_from(sorted(BLOCKS))
width = st.integers(1, 40)


@given(cells, width, width, st.sampled_from([1, 2]))
def test_counts_the_entries_of_every_array(cell: str, n: int, h: int, biases: int) -> None:
    arrays = []
    for _ in BLOCKS[cell]:
        arrays += [np.empty((h, n)), np.empty((h, h)), *(np.empty(h) for _ in range(biases))]
    results = results_of("recurrent_parameters", cell=cell, inputs=n, hidden=h, biases=biases)
    assert results == {"total": sum(a.size for a in arrays)}


def test_mistakes_of_an_lstm() -> None:
    named = mistakes_of("recurrent_parameters", cell="lstm", inputs=3, hidden=5)
    assert {name: results["total"] for name, results in named.items()} == {
        "gates_forgotten": 5 * 8 + 5,
        "candidate_forgotten": 3 * (5 * 8 + 5),
        "bias_forgotten": 4 * 5 * 8,
        "bias_doubled": 4 * (5 * 8 + 10),
        "recurrent_weights_forgotten": 4 * (5 * 3 + 5),
    }


def test_a_plain_rnn_has_no_gates_to_forget_and_two_biases_can_be_one_short() -> None:
    named = mistakes_of("recurrent_parameters", cell="rnn", inputs=3, hidden=5, biases=2)
    assert set(named) == {"gates_added", "bias_forgotten", "bias_halved", "recurrent_weights_forgotten"}
    assert named["gates_added"] == {"total": 4 * (5 * 8 + 10)}
    assert named["bias_halved"] == {"total": 45}


@pytest.mark.parametrize("change", [{"cell": "cnn"}, {"biases": 3}, {"hidden": 0}])
def test_impossible_inputs_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        OPERATIONS["recurrent_parameters"].Inputs(**({"cell": "gru", "inputs": 3, "hidden": 4} | change))
