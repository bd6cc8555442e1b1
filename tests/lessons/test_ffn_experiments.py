"""Silent units are counted by the model's own numbers."""

from __future__ import annotations

import numpy as np
import pytest

from tests.lessons.checks import CHAPTER, COW, GIRL, STORY, STORY_2, THINKING, both, run
from tests.lessons.labs import lab


@pytest.mark.parametrize(
    ("model", "text"),
    [("storyteller", STORY), ("storyteller", STORY_2), ("translator", GIRL), ("translator", COW), ("article", CHAPTER),
     ("article", THINKING)],
)  # fmt: skip
def test_the_activation_makes_units_silent(model: str, text: str) -> None:
    after, before = both("ffn_silence", model, text)
    assert after.claim and not before.claim


def test_relu_is_silent_where_its_input_is_not_above_0() -> None:
    one = lab("article", CHAPTER)
    made = run("ffn_silence", one)
    assert made.fact("zeros") == pytest.approx(100 * float((one.trace["blocks.0.mlp.pre"] <= 0).mean()))
    assert made.verdict.numbers["threshold"] == 0 and made.notes[0].key == "relu"
    assert (made.fact("width"), made.fact("units"), made.fact("widening")) == (64, 256, 4)


def test_gelu_is_hardly_ever_exactly_0() -> None:
    one = lab("storyteller", STORY)
    made = run("ffn_silence", one, layer="blocks.2.mlp.post", threshold=0.2)
    values = np.abs(one.trace["blocks.2.mlp.post"][0])
    assert made.verdict.numbers["share"] == pytest.approx(100 * float((values <= 0.2).mean()))
    assert made.fact("zeros") < 5 and made.notes[0].key == "smooth"


def test_the_ffn_has_two_thirds_of_a_plain_block() -> None:
    """4 d² for attention and 8 d² for an FFN of 4 d, biases and norms aside."""
    assert run("ffn_silence", lab("article", CHAPTER)).fact("ffn_share") == pytest.approx(200 / 3, abs=0.5)
