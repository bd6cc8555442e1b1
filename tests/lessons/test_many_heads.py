"""Every head is missed unless all are silent already; several heads hold several views, one head holds one."""

from __future__ import annotations

import numpy as np
import pytest

from tests.lessons.cases import CASES, OF, both, do
from tests.lessons.labs import lab
from tutor.lessons import looking
from tutor.lessons.experiment import Bars, Curves, Map
from tutor.lessons.experiments.manyheads import _apart

TRAINED = (*OF["storyteller"], *OF["article"], *OF["gap-filler"])


@pytest.mark.parametrize("case", TRAINED)
def test_every_head_is_missed_unless_it_is_silent_already(case: tuple[str, str]) -> None:
    missed, silent = both("ablate_heads", case)
    assert missed.claim and missed.fact("large") > missed.fact("small") > 1e-6
    assert not silent.claim and silent.fact("large") == 0


@pytest.mark.parametrize("case", OF["translator"])
def test_a_head_that_is_not_missed_is_named(case: tuple[str, str]) -> None:
    """The translator is so sure that some heads change nothing at its last token: then the claim does not hold."""
    of = lab(*case)
    last = looking.place_control(of, "decoder.tokens", "token").default
    found = do("ablate_heads", of, token=last)
    assert not found.claim and found.verdict.key == "not_missed" and found.fact("small") < 1e-6


def test_bits_are_the_divergence_of_the_two_runs() -> None:
    of = lab(*CASES[0])
    found = do("ablate_heads", of, attention="blocks.1.attn", token="3 ·Tom")
    before, after = of.trace["probs"], of.change("head=1.2:zero")["probs"]
    p, q = (probs[0, 3].astype(np.float64) for probs in (before, after))
    bars = next(plot for plot in found.plots if isinstance(plot, Bars) and plot.key == "bits")
    assert bars.series[0].y[2] == pytest.approx(float((p * np.log2(p / q)).sum()), rel=1e-3)
    grid = next(plot for plot in found.plots if isinstance(plot, Map))
    assert grid.values.shape == (4, 4) and grid.values[1, 2] == bars.series[0].y[2]


@pytest.mark.parametrize("case", CASES)
def test_several_heads_hold_several_views(case: tuple[str, str]) -> None:
    several, single = both("one_head", case)
    assert several.claim and several.fact("apart") > 0.1 and several.fact("off") < 1e-5
    assert not single.claim and single.fact("apart") == 0
    assert (several.fact("params"), several.fact("macs")) == (single.fact("params"), single.fact("macs"))


def test_parameters_are_those_of_the_attention() -> None:
    of = lab(*CASES[0])
    costs = of.trace.program.costs(of.trace.shapes)
    whole = sum(cost.params for name, cost in costs.items() if name.startswith("blocks.0.attn"))
    assert do("one_head", of).fact("params") == whole
    macs = costs["blocks.0.attn.scores"].macs + costs["blocks.0.attn.z"].macs
    assert do("one_head", of).fact("macs") == macs


def test_cuts_halve_and_double_the_models_own() -> None:
    found = do("one_head", lab(*CASES[0]))
    curves = next(plot for plot in found.plots if isinstance(plot, Curves))
    assert curves.x.tolist() == [1, 2, 4, 8, 16, 32] and curves.mark == 4


def test_how_far_heads_are_apart() -> None:
    """The mean over pairs, as it is defined, beside the sum over sorted values."""
    rows = np.random.default_rng(0).dirichlet(np.ones(5), size=(4, 6))
    pairs = [np.abs(rows[a] - rows[b]).sum(-1).mean() / 2 for a in range(4) for b in range(a)]
    assert _apart(rows) == pytest.approx(float(np.mean(pairs)))
    assert _apart(rows[:1]) == 0 and _apart(np.stack([rows[0]] * 3)) == 0
