"""What experiments look for is found in every kind of model, and another model runs on the same tokens."""

from __future__ import annotations

import numpy as np
import pytest

from tests.lessons.checks import CHAPTER, GIRL, STORY
from tests.lessons.labs import Free, lab
from tutor.engine.live import LiveTrace
from tutor.engine.weights import random_weights
from tutor.engine_process import EngineProcess
from tutor.lessons import finding
from tutor.work import Request

GAP = "One day,<|mask|> met Lily."
EVERY = [("storyteller", STORY), ("article", CHAPTER), ("translator", GIRL), ("gap-filler", GAP)]


@pytest.mark.parametrize(("model", "text"), EVERY)
@pytest.mark.parametrize("norm", ["pre", "post"])
def test_a_random_decoder_is_the_one_that_would_be_run_by_itself(model: str, text: str, norm: str) -> None:
    """Whatever program and sentences the run on screen has."""
    trace = lab(model, text, text).trace if model != "translator" else lab(model, text).trace
    made = finding.random_decoder(trace, 0, 3, 11, norm)
    alone = LiveTrace(made.program, trace.spec, random_weights(made.program, 11), made.batch, "cpu")
    for name in finding.stream(made.program):
        assert np.array_equal(made[name], alone[name]), name
    assert made.batch.n_rows == 1 and len(finding.stream(made.program)) == 4


@pytest.mark.parametrize(
    ("model", "text", "kinds"),
    [("storyteller", STORY, ["causal"] * 4), ("gap-filler", GAP, ["self"] * 4), ("article", CHAPTER, ["causal"]),
     ("translator", GIRL, ["self", "self", "causal", "cross", "causal", "cross"])],
)  # fmt: skip
def test_attentions_by_what_they_look_at(model: str, text: str, kinds: list[str]) -> None:
    trace = lab(model, text).trace
    assert list(finding.spans(trace.program, trace.shapes).values()) == kinds


def test_the_stream_is_what_blocks_hand_on() -> None:
    assert finding.stream(lab("article", CHAPTER).trace.program) == ("blocks.0.resid_pre", "blocks.0.resid_post")
    found = finding.stream(lab("translator", GIRL).trace.program)
    assert found == ("decoder.blocks.0.resid_pre", "decoder.blocks.0.resid_post", "decoder.blocks.1.resid_post")


def test_pads_are_left_out() -> None:
    trace = lab("storyteller", STORY, "The cat sat.").trace
    short = int(trace.batch.lengths[1])
    assert finding.real(trace, "blocks.0.attn.pattern", 1).shape == (4, short, short)
    assert finding.labels(trace.batch, 1)[-1] == "."


def test_keys_are_the_ones_before_heads_are_shared() -> None:
    program = lab("storyteller", STORY).trace.program
    assert finding.keys_of(program, "blocks.1.attn") == ("blocks.1.attn.k", "blocks.1.attn.v")


def test_another_model_runs_in_the_engines_own_process_too() -> None:
    """The same bits, although streams, lengths and steps are others than those of the run it is asked of."""
    engine = EngineProcess()
    engine.start()
    try:
        asked = Request((GIRL,), "translator", device="cpu")
        far = finding.random_decoder(engine.run(asked, Free()).trace, 0, 2, 5)
        near = finding.random_decoder(lab("translator", GIRL).trace, 0, 2, 5)
        assert far.program == near.program
        assert all(np.array_equal(far[name], near[name]) for name in (*finding.stream(far.program), "logits"))
        bare = finding.without_norms(far)
        assert np.array_equal(bare["logits"], finding.without_norms(near)["logits"])
    finally:
        engine.close()
