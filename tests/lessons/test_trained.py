"""A sentence of the kind that a model learned gets likelier through training."""

from __future__ import annotations

import numpy as np
import pytest

from tests.lessons.checks import COW, GIRL, STORY, STORY_2, THINKING, both, run
from tests.lessons.labs import lab
from tutor.engine import lens
from tutor.lessons.experiment import Curves, Unfit
from tutor.lessons.experiments import every


@pytest.mark.parametrize(
    ("model", "text"),
    [("storyteller", STORY), ("storyteller", STORY_2), ("translator", GIRL), ("translator", COW),
     ("gap-filler", "One day,<|mask|> met Lily."), ("gap-filler", "The<|mask|> ran away.")],
)  # fmt: skip
def test_the_loss_falls_from_random_to_trained(model: str, text: str) -> None:
    learned, first = both("checkpoints", model, text)
    assert learned.claim and not first.claim
    assert abs(learned.fact("loss_first") - learned.fact("chance")) < 2, "random weights guess"


def test_the_losses_are_those_of_each_checkpoint() -> None:
    made = run("checkpoints", lab("storyteller", STORY))
    losses = next(plot for plot in made.plots if plot.key == "loss")
    assert isinstance(losses, Curves)
    assert losses.x.tolist() == [0, 250, 1000, 2000, 4000, 9000]
    for step, loss in zip(losses.x.tolist(), losses.series[0].y):
        trace = lab(f"storyteller@{int(step)}", STORY).trace
        assert loss == pytest.approx(lens.surprise(trace, 0).mean, rel=1e-4)
    assert made.verdict.numbers["token"] == "·Tom"


def test_another_kind_of_sentence_may_be_worse_for_it() -> None:
    made = run("checkpoints", lab("storyteller", "Once upon a time there was a small cat."))
    assert made.claim == (made.fact("loss_last") < made.fact("loss_first") - 0.5)


def test_the_head_is_the_one_asked_for() -> None:
    one = lab("storyteller", STORY)
    found = [run("checkpoints", one, attention="blocks.1.attn", head=head).fact("entropy_last") for head in range(4)]
    pattern = one.trace["blocks.1.attn.pattern"][0].astype(np.float64)
    logs = np.log2(pattern, where=pattern > 0, out=np.zeros_like(pattern))
    assert found == pytest.approx(list(-(pattern * logs).sum(-1).mean(-1)), rel=1e-4)


def test_a_model_without_checkpoints_is_told_so() -> None:
    with pytest.raises(Unfit, match="no_steps"):
        every()["checkpoints"].controls(lab("article", THINKING))
