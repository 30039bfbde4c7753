"""Parameters of recurrent layers, against building every array and counting its entries."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.operations import OPERATIONS
from app.operations.operation import Way
from tests.operations.asking import mistakes_of, results_of

BLOCKS = {
    "rnn": ["state"],
    "gru": ["update", "reset", "candidate"],
    "lstm": ["input", "forget", "output", "candidate"],
}
RECURRENT = OPERATIONS["recurrent_parameters"]
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
        "input_weights_forgotten": 4 * (5 * 5 + 5),
        "recurrent_weights_not_squared": 4 * (5 * 3 + 5 + 5),
        "biases_once": 4 * 5 * 8 + 5,
        "bias_per_block": 4 * (5 * 8 + 1),
        "sizes_swapped": 4 * (3 * 8 + 3),
        "peepholes_added": 4 * (5 * 8 + 5) + 3 * 5,
    }


def test_a_gru_counted_as_an_lstm_keeps_its_two_biases() -> None:
    named = mistakes_of("recurrent_parameters", cell="gru", inputs=3, hidden=5, biases=2)
    assert named["gates_added"] == {"total": 4 * (5 * 8 + 10)}
    assert named["candidate_forgotten"] == {"total": 2 * (5 * 8 + 10)}
    assert named["biases_once"] == {"total": 3 * 5 * 8 + 10}
    assert "peepholes_added" not in named


@given(st.sampled_from(["gru", "lstm"]), width, width, st.sampled_from([1, 2]))
def test_one_block_alone_can_lack_an_array(cell: str, n: int, h: int, biases: int) -> None:
    inputs = RECURRENT.Inputs(cell=cell, inputs=n, hidden=h, biases=biases)
    total = RECURRENT.compute(inputs)["total"]
    lacking = {m.name: RECURRENT.compute(inputs, Way(m.otherwise)) for m in RECURRENT.local_mistakes(inputs)}
    assert lacking == {
        "bias_forgotten": {"total": total - biases * h},
        "recurrent_weights_forgotten": {"total": total - h * h},
        "input_weights_forgotten": {"total": total - n * h},
    }
    assert not list(RECURRENT.local_mistakes(inputs.model_copy(update={"cell": "rnn"})))


def test_two_mistakes_at_once_unite() -> None:
    both = Way({"blocks": 3, "biases": 0})
    given = RECURRENT.Inputs(cell="lstm", inputs=3, hidden=5)
    assert RECURRENT.compute(given, both) == {"total": 3 * 5 * 8}


def test_a_plain_rnn_has_no_gates_to_forget_and_two_biases_can_be_one_short() -> None:
    named = mistakes_of("recurrent_parameters", cell="rnn", inputs=3, hidden=5, biases=2)
    assert set(named) == {
        "gates_added", "bias_forgotten", "bias_halved", "recurrent_weights_forgotten",
        "input_weights_forgotten", "recurrent_weights_not_squared", "bias_per_block", "sizes_swapped",
    }  # fmt: skip
    assert named["gates_added"] == {"total": 4 * (5 * 8 + 10)}
    assert named["bias_halved"] == {"total": 45}


@pytest.mark.parametrize("change", [{"cell": "cnn"}, {"biases": 3}, {"hidden": 0}])
def test_impossible_inputs_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        OPERATIONS["recurrent_parameters"].Inputs(**({"cell": "gru", "inputs": 3, "hidden": 4} | change))
