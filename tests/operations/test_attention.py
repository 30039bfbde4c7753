"""Scaled dot-product attention, against the formula in plain loops."""

from math import exp, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.operations import OPERATIONS
from tests.operations.asking import mistakes_of, refusal, results_of

Rows = list[list[float]]


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
        row = st.lists(st.floats(-4, 4), min_size=width, max_size=width)
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
