"""Var(q·k) = d_k for independent components alone; large scores make the gradient of softmax vanish."""

from __future__ import annotations

import numpy as np
import pytest

from tests.lessons.cases import CASES, both, do
from tests.lessons.labs import lab
from tutor.lessons import looking
from tutor.lessons.experiment import Bars, Curves, Map
from tutor.lessons.experiments.scaling import drawn, jacobian_size


@pytest.mark.parametrize("case", CASES)
def test_the_variance_is_d_where_components_are_independent(case: tuple[str, str]) -> None:
    grows, faster = both("qk_variance", case)
    assert grows.claim and grows.verdict.key == "grows" and grows.fact("scaled") == pytest.approx(1, rel=0.2)
    assert not faster.claim and faster.verdict.key == "grows_faster" and faster.fact("scaled") > 2
    theory = faster.verdict.numbers["theory"]
    assert faster.fact("plain") == pytest.approx(theory, rel=0.25)


@pytest.mark.parametrize("seed", range(12))
def test_no_seed_makes_another_claim(seed: int) -> None:
    of = lab(*CASES[2])
    assert do("qk_variance", of, seed=seed).claim
    assert not do("qk_variance", of, seed=seed, correlation=0.3).claim


def test_the_diamond_is_the_models_own_head() -> None:
    of = lab(*CASES[0])
    found = do("qk_variance", of, attention="blocks.1.attn", head=2)
    scores = of.trace["blocks.1.attn.scores"][0, 2].astype(np.float64)
    assert found.fact("found") == pytest.approx(float(scores[np.tri(16, dtype=bool)].var()), rel=1e-5)
    assert found.fact("var_q") == pytest.approx(float(of.trace["blocks.1.attn.q"][0, 2].var()), rel=1e-5)
    variance = found.plots[0]
    assert isinstance(variance, Curves)
    model = variance.series[2].y
    assert np.isfinite(model).sum() == 1 and variance.x[np.isfinite(model)] == 32
    assert [note.key for note in found.notes] == ["pairs", "above", "dependent"]


def test_a_drawn_model_lies_above_only_because_its_numbers_are_larger() -> None:
    """The article's random q and k are nearly independent, so d · Var(q) · Var(k) explains its diamond."""
    notes = do("qk_variance", lab(*CASES[2])).notes
    assert [note.key for note in notes] == ["pairs", "above"]
    assert notes[1].numbers["found"] == pytest.approx(notes[1].numbers["simple"], rel=0.25)


def test_drawn_components_are_what_they_should_be() -> None:
    for rho in (0.0, 0.5, 1.0):
        found = drawn(np.random.default_rng(0), 40_000, 3, rho)
        assert np.corrcoef(found.T)[0, 1] == pytest.approx(rho, abs=0.02)
        assert found.var() == pytest.approx(1, rel=0.03) and abs(found.mean()) < 0.03


@pytest.mark.parametrize("case", CASES)
def test_the_gradient_vanishes_without_scaling(case: tuple[str, str]) -> None:
    saturated, calm = both("softmax_gradient", case)
    assert saturated.claim and saturated.fact("raw") < saturated.fact("divided")
    assert saturated.fact("bits_raw") < saturated.fact("bits_divided")
    # Scores that have variance 1 as they are need no mending.
    assert not calm.claim and calm.fact("spread") == pytest.approx(1)
    theory = do("softmax_gradient", lab(*case), rows="theory")
    assert theory.fact("raw") < theory.fact("divided")
    # With 16 features scores of variance d_k are not yet large enough to matter much; with 32 they are.
    assert theory.claim is (case[0] != "article")


def test_the_jacobian_by_finite_differences() -> None:
    draw = np.random.default_rng(1)
    scores = draw.standard_normal((3, 7)) * 2
    p, step = looking.softmax(scores), 1e-6
    for line in range(3):
        moved = scores[line] + step * np.eye(7)
        by_difference = (looking.softmax(moved) - looking.softmax(scores[line] - step * np.eye(7))).T / (2 * step)
        exact = np.diag(p[line]) - np.outer(p[line], p[line])
        assert by_difference == pytest.approx(exact, abs=1e-8)
        assert jacobian_size(p)[line] == pytest.approx(float(np.linalg.norm(by_difference)), rel=1e-6)


def test_rows_are_the_runs_own() -> None:
    of = lab(*CASES[0])
    found = do("softmax_gradient", of, attention="blocks.1.attn", head=2, query="9 .")
    bars = next(plot for plot in found.plots if isinstance(plot, Bars))
    assert bars.series[1].y == pytest.approx(of.trace["blocks.1.attn.pattern"][0, 2, 9, :10], abs=1e-6)
    jacobian = next(plot for plot in found.plots if isinstance(plot, Map))
    assert jacobian.values.sum(0) == pytest.approx(np.zeros(10), abs=1e-12)  # probabilities go on summing to 1
    p = of.trace["blocks.1.attn.pattern"][0, 2].astype(np.float64)
    assert found.fact("divided") == pytest.approx(float(jacobian_size(p[3:]).mean()), rel=1e-4)
