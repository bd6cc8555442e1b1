"""What a norm does to each row is what layer norm does; and where it stands decides whether the stream grows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.lessons.checks import CHAPTER, COW, GIRL, STORY, STORY_2, THINKING, both, run
from tests.lessons.labs import Free, engine, lab
from tutor.engine import families
from tutor.engine.spec import ModelSpec
from tutor.engine.weights import random_weights, save_model
from tutor.lab import RunLab
from tutor.lessons.experiment import Curves, Focus
from tutor.lessons.finding import norms
from tutor.work import Request

CASES = [("storyteller", STORY), ("storyteller", STORY_2), ("translator", GIRL), ("translator", COW),
         ("article", CHAPTER)]  # fmt: skip


def rms_lab(folder: Path) -> RunLab:
    """A random model with RMSNorm, in a folder of its own."""
    spec = ModelSpec(
        name="rms", family="decoder_only", d_model=32, n_heads=2, d_head=16, n_layers=2, d_mlp=64, d_vocab=50, n_ctx=16,
        norm_kind="rms", positions="sinusoidal", bias=False, seed=5,
    )  # fmt: skip
    save_model(folder, spec, random_weights(families.program(spec), 5, spread=True))
    request = Request((), str(folder), ids=((3, 7, 9, 4),), device="cpu")
    return RunLab(engine().run(request, Free()).trace, request, Focus(), engine().run, Free())


@pytest.mark.parametrize(("model", "text"), CASES)
def test_rows_have_mean_0_and_variance_1(model: str, text: str) -> None:
    holds, before = both("norm_moments", model, text)
    assert holds.claim and not before.claim
    assert before.verdict.numbers["low"] == before.verdict.numbers["before_low"]


def test_the_numbers_are_those_of_the_formula() -> None:
    one = lab("storyteller", STORY)
    step = norms(one.trace.program)[2]
    made = run("norm_moments", one, norm=step.name, place="after")
    x = one.trace[step.inputs[0]][0].astype(np.float64)
    gamma, beta = (one.trace[name].astype(np.float64) for name in ("blocks.1.ln1.w", "blocks.1.ln1.b"))
    y = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + one.trace.spec.eps) * gamma + beta
    spread = next(plot for plot in made.plots if plot.key == "spread")
    assert isinstance(spread, Curves)
    assert np.allclose(spread.series[2].y, y.var(-1), rtol=1e-4)
    assert made.claim is False and made.verdict.key == "layer_after"
    assert made.fact("gamma_high") == pytest.approx(gamma.max())


def test_rms_norm_keeps_its_mean(tmp_path: Path) -> None:
    one = rms_lab(tmp_path)
    made, before = run("norm_moments", one), run("norm_moments", one, place="before")
    assert made.claim and made.verdict.key == "rms_holds" and not before.claim
    assert float(str(made.verdict.numbers["mean"])) > 0.01, "RMSNorm takes no mean away"
    assert [plot.key for plot in made.plots] == ["square"]


@pytest.mark.parametrize(("model", "text"), [*CASES, ("article", THINKING)])
@pytest.mark.parametrize("seed", [1, 7])
def test_pre_norm_lets_the_stream_grow_and_post_norm_does_not(model: str, text: str, seed: int) -> None:
    pre, post = both("norm_place", model, text, seed=seed)
    assert pre.claim and not post.claim
    assert post.verdict.numbers["grown"] == pytest.approx(1, abs=0.01)


def test_deeper_is_larger_and_the_seed_counts() -> None:
    one = lab("storyteller", STORY)
    grown = [run("norm_place", one, layers=layers).verdict.numbers["grown"] for layers in (4, 8, 16)]
    assert grown == sorted(grown)
    assert run("norm_place", one, seed=8).fact("pre_last") != run("norm_place", one, seed=9).fact("pre_last")


def test_the_models_own_curve_is_its_own_stream() -> None:
    one = lab("storyteller", STORY)
    made = run("norm_place", one)
    last = one.trace["blocks.3.resid_post"].astype(np.float64)
    assert made.fact("own_last") == pytest.approx(np.sqrt((last**2).mean()))
