"""Tied, the scores turn symmetric; unscaled, a dot product outgrows an additive score, and ÷ √d it does not."""

from __future__ import annotations

import numpy as np
import pytest

from tests.lessons.cases import CASES, both, do
from tests.lessons.labs import lab
from tutor.lessons.experiment import Bars, Curves, Map
from tutor.lessons.experiments.scores import additive, counted, exponent


@pytest.mark.parametrize("case", CASES)
def test_one_matrix_makes_the_scores_symmetric(case: tuple[str, str]) -> None:
    tied, own = both("tied_qk", case)
    assert tied.claim and tied.fact("after") < 1e-5 < tied.fact("before")
    assert not own.claim and own.fact("after") == own.fact("before") > 0.5


def test_two_biases_leave_something(case: tuple[str, str] = CASES[0]) -> None:
    """The engine's what-if ties the matrices; the storyteller's biases are still two, and the article has none."""
    biased = do("tied_qk", lab(*case), tie="weights")
    assert not biased.claim and 1e-3 < biased.fact("after") < biased.fact("before")
    assert [note.key for note in biased.notes] == ["diagonal", "biases"]
    plain = do("tied_qk", lab(*CASES[2]), tie="weights")
    assert plain.claim and [note.key for note in plain.notes] == ["diagonal"]


def test_the_scores_drawn_are_the_runs() -> None:
    of = lab(*CASES[2])
    found = do("tied_qk", of, head=2, tie="no")
    scores = next(plot for plot in found.plots if isinstance(plot, Map))
    assert np.allclose(scores.values, of.trace["blocks.0.attn.scores"][0, 2])
    tied = do("tied_qk", of, head=2, tie="weights")
    shown = next(plot for plot in tied.plots if isinstance(plot, Map))
    assert np.allclose(shown.values, of.change("W_Q=W_K")["blocks.0.attn.scores"][0, 2], atol=1e-5)
    assert isinstance(tied.plots[2], Bars) and len(tied.plots[2].series[0].y) == 4


@pytest.mark.parametrize("seed", [7, 8])
@pytest.mark.parametrize("vectors", ["model", "drawn"])
@pytest.mark.parametrize("case", CASES)
def test_unscaled_falls_behind_and_scaling_closes_the_gap(case: tuple[str, str], vectors: str, seed: int) -> None:
    of = lab(*case)
    outgrows = do("additive_scores", of, vectors=vectors, seed=seed)
    closes = do("additive_scores", of, vectors=vectors, seed=seed, scaled=True)
    assert outgrows.claim and outgrows.verdict.key == "outgrows" and outgrows.fact("power") > 0.25
    assert not closes.claim and closes.verdict.key == "closes"
    # The division takes √d away, no more and no less.
    assert outgrows.fact("power") - closes.fact("power") == pytest.approx(0.5)


def test_spread_of_all_features_is_the_scores_own() -> None:
    """At the largest d nothing is left to choose: the standard deviation of the heads' scores added up."""
    of = lab(*CASES[2])
    found = do("additive_scores", of)
    assert found.fact("dot") == pytest.approx(float(of.trace["blocks.0.attn.scores"][0].sum(0).std()), rel=1e-5)
    curves = found.plots[0]
    assert isinstance(curves, Curves) and curves.x.tolist() == [1, 2, 4, 8, 16, 32, 64] and curves.mark == 16


def test_the_additive_score_is_bahdanaus() -> None:
    """Redone pair by pair with the same weights."""
    draw = np.random.default_rng(3)
    q, k = draw.standard_normal((3, 4)), draw.standard_normal((2, 4))
    found = additive(q, k, np.random.default_rng(9))
    again = np.random.default_rng(9)
    w_q, w_k = (again.standard_normal((4, 4)) * (1 / 4) ** 0.5 for _ in range(2))
    v = again.standard_normal(4) * (2 / 5) ** 0.5
    assert found == pytest.approx(np.array([[v @ np.tanh(a @ w_q + b @ w_k) for b in k] for a in q]))
    assert np.abs(found).max() <= np.abs(v).sum()  # tanh keeps it within Σ|v|, however large q and k are
    assert np.abs(additive(q * 1e6, k, np.random.default_rng(9))).max() <= np.abs(v).sum() + 1e-9


def test_costs_are_counted() -> None:
    costs = counted(10, 7, np.array([1.0, 16.0]))
    assert costs["dot"].tolist() == [70, 1120] and costs["tanh"].tolist() == [70, 1120]
    assert costs["additive"].tolist() == [17 + 70, 17 * 256 + 1120]
    of = lab(*CASES[2])
    macs = of.trace.program.costs(of.trace.shapes)["blocks.0.attn.scores"].macs
    assert macs == 4 * counted(10, 10, np.array(16))["dot"]


def test_exponent() -> None:
    x = 2.0 ** np.arange(6)
    assert exponent(x, 3 * x**0.5) == pytest.approx(0.5) and exponent(x[:1], x[:1]) == 0
