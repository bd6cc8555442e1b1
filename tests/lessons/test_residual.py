"""Without norms, residual connections carry the gradient; with norms, they keep tokens apart."""

from __future__ import annotations

import numpy as np
import pytest

from tests.lessons.checks import CHAPTER, COW, GIRL, STORY, STORY_2, THINKING, both, run
from tests.lessons.labs import lab
from tutor.engine.goals import logit
from tutor.lessons import finding
from tutor.lessons.experiment import Curves
from tutor.lessons.experiments.residual import sizes
from tutor.lessons.finding import size

CASES = [("storyteller", STORY), ("storyteller", STORY_2), ("translator", GIRL), ("translator", COW),
         ("article", CHAPTER), ("article", THINKING)]  # fmt: skip


@pytest.mark.parametrize(("model", "text"), CASES)
def test_the_gradient_reaches_the_first_block_with_residuals_alone(model: str, text: str) -> None:
    reaches, vanishes = both("residual_gradient", model, text, seed=len(text))
    assert reaches.claim and not vanishes.claim
    assert reaches.fact("ratio_with") > 100 * reaches.fact("ratio_without")


@pytest.mark.parametrize("norm", ["pre", "post"])
@pytest.mark.parametrize(("model", "text"), CASES[:4])
def test_norms_keep_gradients_and_residuals_keep_tokens_apart(model: str, text: str, norm: str) -> None:
    made = run("residual_gradient", lab(model, text), norm=norm, residual=False, layers=6)
    assert made.claim, "the size of the gradient is no argument where there are norms"
    assert made.fact("alike_without") > 0.99 and made.fact("alike_without") > made.fact("alike_with")


def test_deeper_is_less_without() -> None:
    one = lab("storyteller", STORY)
    left = [run("residual_gradient", one, layers=layers).fact("ratio_without") for layers in (4, 8, 16, 24)]
    assert left == sorted(left, reverse=True) and left[0] > 500 * left[-1]


def test_it_is_the_engines_gradient_by_finite_differences() -> None:
    """Move the whole stream before a block a little along its gradient: the logit rises by the gradient's square."""
    trace = lab("storyteller", STORY).trace
    ids = trace.batch.real_ids[0]
    at = (0, len(ids) - 2, ids[-1])
    name = finding.stream(trace.program)[2]
    gradient = trace.backward(logit(at))[name].astype(np.float64)
    step = 1e-2 / np.linalg.norm(gradient)
    up, down = (trace.with_override(name, (trace[name] + way * step * gradient).astype(np.float32)) for way in (1, -1))
    slope = (float(up["logits"][at]) - float(down["logits"][at])) / (2 * step)
    assert slope == pytest.approx(float((gradient**2).sum()), rel=0.02)
    assert sizes(trace, 0)[2] == pytest.approx(np.sqrt((gradient**2).mean()), rel=1e-5)


def test_the_models_own_curve_has_its_own_blocks() -> None:
    made = run("residual_gradient", lab("storyteller", STORY), layers=8)
    drawn = made.plots[0]
    assert isinstance(drawn, Curves)
    assert [int(np.isfinite(one.y).sum()) for one in drawn.series] == [9, 9, 5, 5]


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (0.0344, "0.0344"), (8350.4, "8,350"), (1.84e-4, "1.8·10⁻⁴"), (3.2e7, "3.2·10⁷")]
)
def test_numbers_of_any_size_can_stand_in_a_sentence(value: float, text: str) -> None:
    assert size(value) == text
