"""Shrinking: held against a plain loop over bins, for every kind of number; a pyramid shows what the matrix holds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as of

from tutor.engine import pooling
from tutor.engine.pooling import Pyramid, edges, largest_size, pool

ODD = st.sampled_from([0.0, -0.0, -np.inf, np.inf, np.nan, -2.5, 2.5, 1e-40, -7.0])


def plainly(values: np.ndarray) -> float:
    """The number furthest from zero of a bin, by the rule as it is written."""
    flat = values.ravel()
    if np.isnan(flat).any():
        return np.nan
    kept = flat[flat != -np.inf]
    return float(kept[np.abs(kept).argmax()]) if kept.size else -np.inf


def same_size(found: float, wanted: float) -> bool:
    """Equal up to the sign where a bin holds both x and −x."""
    if np.isnan(wanted) or np.isneginf(wanted):
        return bool(np.isnan(found)) if np.isnan(wanted) else bool(np.isneginf(found))
    return abs(found) == abs(wanted)


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.float16])
@given(data=st.data())
def test_a_bin_keeps_the_number_furthest_from_zero(kind: type, data: st.DataObject) -> None:
    shape = data.draw(st.tuples(st.integers(1, 9), st.integers(1, 9)))
    values = data.draw(of.arrays(kind, shape, elements=ODD.map(kind)))
    rows, cols = data.draw(st.integers(1, shape[0])), data.draw(st.integers(1, shape[1]))
    small = pool(values, rows, cols)
    assert small.dtype == values.dtype and small.shape == (rows, cols)
    down, across = edges(shape[0], rows), edges(shape[1], cols)
    for row in range(rows):
        for col in range(cols):
            bin_ = values[down[row] : down[row + 1], across[col] : across[col + 1]]
            assert same_size(float(small[row, col]), plainly(bin_)), bin_
            assert np.isnan(small[row, col]) or small[row, col] in bin_


@pytest.fixture
def easily_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits so low that small matrices have pyramids of every kind."""
    for name, value in (("LARGE", 40), ("BIG", 1500), ("_SMALLEST", 4), ("_CHUNK", 70)):
        monkeypatch.setattr(pooling, name, value)


@pytest.mark.usefixtures("easily_large")
@pytest.mark.parametrize("shape", [(9, 7), (5, 200), (200, 5), (33, 100), (64, 65), (1, 3000), (30, 1)])
def test_any_part_of_a_pyramid_is_the_part_of_the_matrix(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(1)
    values = rng.standard_normal(shape).astype(np.float32)
    values[rng.random(shape) < 0.2] = -np.inf
    values[0, 0] = np.nan
    values.flat[-1] = np.inf
    masked = rng.random(shape) < 0.1
    pyramid = Pyramid.of(values, masked)
    seen = np.where(masked, -np.inf, values)
    for turned in (False, True):
        if turned:
            pyramid, seen, shape = pyramid.T, seen.T, shape[::-1]
        for _ in range(40):
            rows, cols = (tuple(sorted(rng.choice(size + 1, 2, replace=False))) for size in shape)
            shown = pyramid.window(rows, cols, int(rng.integers(1, 20)), int(rng.integers(1, 20)))
            assert shown.values.shape == (len(shown.rows) - 1, len(shown.cols) - 1)
            assert shown.rows[0] <= rows[0] < shown.rows[1] and shown.rows[-2] < rows[1] <= shown.rows[-1]
            assert shown.cols[0] <= cols[0] < shown.cols[1] and shown.cols[-2] < cols[1] <= shown.cols[-1]
            for row, col in np.ndindex(*shown.values.shape):
                bin_ = seen[shown.rows[row] : shown.rows[row + 1], shown.cols[col] : shown.cols[col + 1]]
                assert same_size(float(shown.values[row, col]), plainly(bin_))


def test_a_part_no_larger_than_the_screen_is_the_numbers_themselves() -> None:
    values = np.random.default_rng(0).standard_normal((300, 900)).astype(np.float32)
    shown = Pyramid.of(values).window((20, 40), (100, 160), 50, 60)
    assert np.array_equal(shown.values, values[20:40, 100:160])
    assert shown.rows.tolist() == list(range(20, 41)) and shown.cols.tolist() == list(range(100, 161))


@pytest.mark.usefixtures("easily_large")
def test_the_largest_is_found_from_the_top() -> None:
    rng = np.random.default_rng(2)
    for shape in ((40, 60), (7, 500), (90, 3)):
        values = rng.standard_normal(shape)
        values[0] = -np.inf
        place = tuple(int(rng.integers(1, size)) for size in shape)
        values[place] = -50.0
        assert Pyramid.of(values).largest() == place
    assert Pyramid.of(np.full((9, 9), -np.inf)).largest() is None
    values[5, 1] = np.nan
    assert Pyramid.of(values).largest() is None


def test_one_hidden_in_a_vocabulary_stays_at_every_size() -> None:
    values = np.zeros((1024, 50257), np.float32)
    values[700, 31415] = 1.0
    pyramid = Pyramid.of(values)
    assert pyramid.largest() == (700, 31415)
    assert pyramid.nbytes < values.nbytes / 3
    for high, wide in ((1, 1), (3, 7), (200, 300), (777, 1921), (1024, 4000)):
        shown = pyramid.window((0, 1024), (0, 50257), high, wide)
        assert shown.values.shape == (high, wide) and np.count_nonzero(shown.values) == 1
        row, col = np.argwhere(shown.values)[0]
        assert shown.rows[row] <= 700 < shown.rows[row + 1] and shown.cols[col] <= 31415 < shown.cols[col + 1]


def test_making_it_can_be_stopped() -> None:
    asked: list[int] = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 2

    values = np.zeros((2048, 4096), np.float32)
    assert len(Pyramid.of(values, cancelled=cancelled).levels) == 1
    assert len(asked) == 3


def test_the_largest_size_is_of_what_is_finite() -> None:
    assert largest_size(np.array([[1.0, -3.0], [np.inf, np.nan]])) == 3.0
    assert largest_size(np.array([[-np.inf, np.nan]])) == 0.0
    assert largest_size(np.zeros((0, 4))) == 0.0
