"""Temperature sharpens or flattens and never reorders; a key's weight is not what hiding it changes."""

from __future__ import annotations

import numpy as np
import pytest

from tests.lessons.cases import CASES, OF, both, do
from tests.lessons.labs import lab
from tutor.lessons.experiment import Bars, Curves
from tutor.lessons.experiments import every
from tutor.lessons.experiments.answers import clearly_first


@pytest.mark.parametrize("case", CASES)
def test_below_one_sharper_above_one_flatter(case: tuple[str, str]) -> None:
    sharper, flatter = both("temperature", case)
    assert sharper.claim and sharper.fact("now") > sharper.fact("plain")
    assert not flatter.claim and flatter.verdict.key == "flatter"
    assert flatter.fact("bits_now") > flatter.fact("bits_plain")
    assert sharper.fact("same_order") == flatter.fact("same_order") == 1


def test_one_is_the_models_own_answer() -> None:
    of = lab(*CASES[1])
    found = do("temperature", of, temperature=1.0)
    probs = of.trace["probs"][0, -1].astype(np.float64)
    assert not found.claim and found.verdict.key == "same"
    assert found.fact("now") == found.fact("plain") == pytest.approx(float(probs.max()), rel=1e-5)
    assert found.fact("bits_plain") == pytest.approx(float(-(probs * np.log2(probs)).sum()), rel=1e-4)
    bars = next(plot for plot in found.plots if isinstance(plot, Bars))
    assert bars.series[0].y == pytest.approx(np.sort(probs)[::-1][:10], rel=1e-5)


def test_between_certain_and_even() -> None:
    curves = next(plot for plot in do("temperature", lab(*CASES[1])).plots if isinstance(plot, Curves))
    entropy, even = (series.y for series in curves.series)
    assert (np.diff(entropy) > 0).all() and (entropy < even).all() and even[0] == pytest.approx(np.log2(1280))


def test_a_gap_is_where_it_begins() -> None:
    assert str(every()["temperature"].defaults(lab(*OF["gap-filler"][0]))["token"]).split(" ")[1] == "<|mask|>"


@pytest.mark.parametrize("case", [OF["storyteller"][1], *OF["article"], *OF["gap-filler"]])
def test_weight_is_not_influence(case: tuple[str, str]) -> None:
    differ, weights = both("weights_and_influence", case)
    assert differ.claim and differ.fact("turned") > 0
    numbers = differ.verdict.numbers
    assert numbers["heavy_weight"] > numbers["strong_weight"]
    assert numbers["heavy_influence"] < numbers["strong_influence"]
    # What is moved of the weights themselves is the weight, by definition, so there the order must agree.
    assert not weights.claim and weights.fact("turned") == 0
    assert weights.fact("influence") == pytest.approx(weights.fact("weight"), rel=1e-4)


def test_where_they_agree_it_says_so() -> None:
    """In block 0 the last token of this sentence looks at few keys, and their order is that of their influence."""
    found = do("weights_and_influence", lab(*OF["storyteller"][0]))
    assert not found.claim and found.verdict.key == "agree"


@pytest.mark.parametrize("measure", ["answer", "result", "weights"])
def test_influence_is_what_the_changed_run_says(measure: str) -> None:
    of = lab(*CASES[2])
    found = do("weights_and_influence", of, scope="head", head=1, measure=measure, query="6 port")
    after = of.change("blocks.0.attn.masked[0,1,6,3]=-inf")
    p, q = (run["probs"][0, 6].astype(np.float64) for run in (of.trace, after))
    z = after["blocks.0.attn.z"][0, 1, 6] - of.trace["blocks.0.attn.z"][0, 1, 6]
    expected = {"answer": float((p * np.log2(p / q)).sum()), "result": float(np.linalg.norm(z)),
                "weights": float(of.trace["blocks.0.attn.pattern"][0, 1, 6, 3])}[measure]  # fmt: skip
    scatter = next(plot for plot in found.plots if isinstance(plot, Curves))
    weight = float(of.trace["blocks.0.attn.pattern"][0, 1, 6, 3])
    at = int(np.argmin(np.abs(scatter.x - weight)))
    assert scatter.series[0].y[at] == pytest.approx(expected, rel=2e-3, abs=1e-7)
    assert len(scatter.x) == 7


def test_clearly_first() -> None:
    first = clearly_first(np.array([1.0, 0.95, 0.5, 1e-9, 1e-12]))
    assert first.tolist() == [
        [False, False, True, True, True], [False, False, True, True, True], [False, False, False, True, True],
        [False] * 5, [False] * 5,
    ]  # fmt: skip
