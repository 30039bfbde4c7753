"""Scaled dot-product attention, against the formula in plain loops."""

from math import exp, sqrt

import numpy as np
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st

from app.operations import OPERATIONS
from app.operations.operation import Inputs, Way
from tests.operations.asking import mistakes_of, refusal, results_of

ATTENTION = OPERATIONS["attention"]
Rows = list[list[float]]


def inputs_of(case: tuple[Rows, Rows, Rows]) -> Inputs:
    inputs: Inputs = ATTENTION.Inputs(queries=case[0], keys=case[1], values=case[2])
    return inputs


def attend(queries: Rows, keys: Rows, values: Rows) -> dict[str, Rows]:
    scores, weights, output = [], [], []
    for q in queries:
        scores.append([sum(a * b for a, b in zip(q, k, strict=True)) / sqrt(len(q)) for k in keys])
        powers = [exp(s) for s in scores[-1]]
        weights.append([p / sum(powers) for p in powers])
        output.append(
            [sum(w * v[j] for w, v in zip(weights[-1], values, strict=True)) for j in range(len(values[0]))]
        )
    return {"scores": scores, "weights": weights, "output": output}


@st.composite
def cases(draw: st.DrawFn) -> tuple[Rows, Rows, Rows]:
    n, m, d, v = (draw(st.integers(1, 5)) for _ in range(4))

    def rows(count: int, width: int) -> st.SearchStrategy[Rows]:
        # to the thousandth: what differs by less than rounding error has no largest
        entry = st.floats(-4, 4).map(lambda x: round(x, 3))
        row = st.lists(entry, min_size=width, max_size=width)
        return st.lists(row, min_size=count, max_size=count)

    return draw(rows(n, d)), draw(rows(m, d)), draw(rows(m, v))


@given(cases())
def test_agrees_with_plain_loops(case: tuple[Rows, Rows, Rows]) -> None:
    got = results_of("attention", queries=case[0], keys=case[1], values=case[2])
    for name, expected in attend(*case).items():
        assert np.allclose(got[name], expected, rtol=1e-9, atol=1e-12)


def test_a_query_far_from_all_keys_but_one_copies_that_value() -> None:
    got = results_of("attention", queries=[[1e3]], keys=[[1e3], [0]], values=[[7, 8], [9, 9]])
    assert got["output"] == [[7, 8]]


def test_mistakes_scale_and_normalise_wrongly() -> None:
    Q, K, V = [[1, 0], [0, 2]], [[1, 1], [0, 1]], [[1, 0], [0, 1]]
    named = mistakes_of("attention", queries=Q, keys=K, values=V)
    assert named["unscaled"]["scores"] == [[1, 0], [2, 2]]
    assert np.allclose(named["scaled_by_d"]["scores"], [[0.5, 0], [1, 1]])
    assert np.allclose(named["keys_not_transposed"]["scores"], np.array([[1, 1], [0, 2]]) / sqrt(2))
    scores = np.array([[1, 0], [2, 2]]) / sqrt(2)
    assert np.allclose(named["unnormalised"]["weights"], np.exp(scores))
    assert np.allclose(named["softmax_over_columns"]["weights"], np.exp(scores) / np.exp(scores).sum(axis=0))
    assert np.allclose(named["softmax_skipped"]["output"], scores)
    assert named["unscaled"]["output"] == named["unscaled"]["weights"]  # V is the identity


def test_mistakes_take_one_matrix_for_another() -> None:
    Q, K, V = [[1, 0], [0, 2]], [[1, 1], [0, 1]], [[1, 0], [3, 5]]
    named = mistakes_of("attention", queries=Q, keys=K, values=V)
    weights = np.array(attend(Q, K, V)["weights"])
    for name, value in named["queries_and_keys_swapped"].items():
        assert np.allclose(value, attend(K, Q, V)[name])
    assert set(named["keys_for_values"]) == {"output"}
    assert np.allclose(named["keys_for_values"]["output"], weights @ K)
    assert set(named["weights_transposed"]) == {"output"}
    assert np.allclose(named["weights_transposed"]["output"], weights.T @ V)
    assert named["largest_only"] == {"output": [[1, 0], [1, 0]]}
    assert np.allclose(np.array(named["softmax_over_all"]["weights"]).sum(), 1)
    assert np.allclose(named["linear"]["weights"], [[1, 0], [0.5, 0.5]])  # of scores [1, 0] and [2, 2]
    assert "scaled_by_count" not in named  # two keys, of two entries each


@given(cases())
def test_every_mistake_agrees_with_its_formula(case: tuple[Rows, Rows, Rows]) -> None:
    Q, K, V = map(np.array, case)
    n, m, d = len(Q), len(K), Q.shape[1]
    S = Q @ K.T / sqrt(d)
    E = np.exp(S)

    def soft(scores: np.ndarray, axis: int | None = 1) -> np.ndarray:
        return scipy.special.softmax(scores, axis=axis)

    def swapped() -> tuple[np.ndarray, np.ndarray]:
        return S.T, soft(S.T)

    formulas = {  # scores, weights, output
        "unscaled": lambda: (S * sqrt(d), soft(S * sqrt(d)), soft(S * sqrt(d)) @ V),
        "scaled_by_d": lambda: (S / sqrt(d), soft(S / sqrt(d)), soft(S / sqrt(d)) @ V),
        "scaled_by_count": lambda: (Q @ K.T / sqrt(m), soft(Q @ K.T / sqrt(m)), soft(Q @ K.T / sqrt(m)) @ V),
        "keys_not_transposed": lambda: (Q @ K / sqrt(d), soft(Q @ K / sqrt(d)), soft(Q @ K / sqrt(d)) @ V),
        "queries_and_keys_swapped": lambda: (*swapped(), swapped()[1] @ V),
        "softmax_over_columns": lambda: (S, soft(S, 0), soft(S, 0) @ V),
        "softmax_over_all": lambda: (S, soft(S, None), soft(S, None) @ V),
        "unnormalised": lambda: (S, E, E @ V),
        "linear": lambda: (S, S / S.sum(axis=1)[:, None], (S / S.sum(axis=1)[:, None]) @ V),
        "softmax_skipped": lambda: (S, S, S @ V),
        "keys_for_values": lambda: (S, soft(S), soft(S) @ K),
        "weights_transposed": lambda: (S, soft(S), soft(S).T @ V),
        "largest_only": lambda: (
            S,
            soft(S),
            np.array([V[max(range(m), key=row.__getitem__)] for row in soft(S)]),
        ),
    }
    led = {m.name: m.results for m in ATTENTION.led(inputs_of(case))}
    assert ("keys_not_transposed" in led) == (m == d > 1 and not np.array_equal(K, K.T))
    assert n == m or not {"weights_transposed", "queries_and_keys_swapped"} & set(led)
    for name, results in led.items():
        for got, expected in zip(results.values(), formulas[name](), strict=True):
            assert np.allclose(got, expected, rtol=1e-7, atol=1e-9)


@given(cases(), st.integers(0, 10**6))
def test_a_learner_s_own_values_are_followed(case: tuple[Rows, Rows, Rows], seed: int) -> None:
    inputs, rng, V = inputs_of(case), np.random.default_rng(seed), np.array(case[2])
    own = rng.normal(size=(len(case[0]), len(case[1])))
    followed = ATTENTION.compute(inputs, Way(own={"scores": own.tolist()}))
    weights = scipy.special.softmax(own, axis=1)
    assert np.allclose(followed["weights"], weights)
    assert np.allclose(followed["output"], weights @ V)
    followed = ATTENTION.compute(inputs, Way(own={"weights": own.tolist()}))
    assert np.allclose(followed["output"], own @ V)
    unscaled_before = ATTENTION.compute(inputs, Way({"divisor": 1}, own={"weights": own.tolist()}))
    assert np.allclose(unscaled_before["output"], own @ V)


@given(cases())
def test_a_mistake_at_one_query_changes_its_row_alone(case: tuple[Rows, Rows, Rows]) -> None:
    inputs = inputs_of(case)
    right = ATTENTION.compute(inputs)
    everywhere = {m.name: m.results for m in ATTENTION.led(inputs)}
    local = list(ATTENTION.local_mistakes(inputs))
    rows = [next(iter(mistake.otherwise))[0] for mistake in local]
    assert set(rows) == (set(range(len(case[0]))) if 2 <= len(case[0]) <= 4 else set())
    for row, mistake in zip(rows, local, strict=True):
        with np.errstate(all="ignore"):
            results = ATTENTION.compute(inputs, Way(mistake.otherwise))
        if mistake.name in everywhere:
            for name, value in results.items():
                for i, (got, truth) in enumerate(zip(value, right[name], strict=True)):
                    assert np.allclose(got, everywhere[mistake.name][name][i] if i == row else truth)


def test_early_rounding_rounds_what_is_used_later_and_not_the_output() -> None:
    inputs = ATTENTION.Inputs(queries=[[1, 0]], keys=[[1, 1], [0, 1]], values=[[1], [3]])
    got = ATTENTION.compute(inputs, Way(rounding=lambda value: np.round(value, 1)))
    assert got["scores"] == [[0.7, 0]]  # 1 / 1.4 = 0.714…
    assert np.allclose(got["weights"], [[0.7, 0.3]])  # 2.0 / 3.0 and 1 / 3.0
    assert np.allclose(got["output"], [[0.7 * 1 + 0.3 * 3]])


def test_any_cell_shows_its_own_row_and_column() -> None:
    inputs = ATTENTION.Inputs(**ATTENTION.example)
    score = ATTENTION.cell(inputs, "scores", (1, 2))
    assert score is not None
    assert score.formula == r"S_{2,3} = \frac{0 \times 2 + 2 \times 0}{\sqrt{2}} = 0"
    weight = ATTENTION.cell(inputs, "weights", (1, 2))
    assert weight is not None
    e = exp(sqrt(2))  # both other scores are 2 / √2
    assert weight.formula == rf"A_{{2,3}} = \frac{{1}}{{{e:.6g} + {e:.6g} + 1}} = {1 / (2 * e + 1):.6g}"
    output = ATTENTION.cell(inputs, "output", (1, 0))
    assert output is not None
    w = [e / (2 * e + 1), e / (2 * e + 1), 1 / (2 * e + 1)]
    working = rf"{w[0]:.6g} \times 1 + {w[1]:.6g} \times 0 + {w[2]:.6g} \times 2"
    assert output.formula == f"O_{{2,1}} = {working} = {w[0] + 2 * w[2]:.6g}"


def test_shapes_that_do_not_fit_are_refused_in_both_languages() -> None:
    zh, en = refusal("attention", queries=[[1, 2]], keys=[[1]], values=[[1]])
    assert "列数" in zh
    assert "same number of columns" in en
    zh, en = refusal("attention", queries=[[1]], keys=[[1]], values=[[1], [2]])
    assert "行数" in zh
    assert "rows" in en
    zh, en = refusal("attention", queries=[[1, 2], [1]], keys=[[1, 2]], values=[[1]])
    assert "每一行" in zh
    assert "equally long" in en


def test_the_picture_shows_what_is_given_and_no_more() -> None:
    attention = OPERATIONS["attention"]
    picture = attention.picture(attention.Inputs(**attention.example))
    assert picture is not None
    assert [grid["rows"] for grid in picture.data["grids"]] == list(attention.example.values())


def test_large_scores_do_not_overflow() -> None:
    got = results_of("attention", queries=[[1e6]], keys=[[1e6], [-1e6]], values=[[1], [2]])
    assert got["weights"] == [[1, 0]]
    assert got["scores"] == [[pytest.approx(1e12), pytest.approx(-1e12)]]


def test_siblings_have_something_to_attend_to() -> None:
    attention = OPERATIONS["attention"]
    like = attention.Inputs(**attention.example)
    for seed in range(100):
        drawn = attention.draw(like, np.random.default_rng(seed))
        for rows in (drawn.queries, drawn.keys, drawn.values):
            assert all(any(row) for row in rows) and len({tuple(row) for row in rows}) == len(rows)
