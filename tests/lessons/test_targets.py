"""What the words of a lesson stand for on a run: its tensors, tokens and numbers."""

from __future__ import annotations

import numpy as np
import pytest

from tests.lessons.labs import lab
from tutor.lessons import targets
from tutor.lessons.markdown import FACTS

TEXT = "One day, Tom met Lily."


@pytest.mark.parametrize(
    ("model", "section", "target", "found"),
    [
        ("storyteller", "blocks.1", "attn.scores", "blocks.1.attn.scores"),
        ("storyteller", "input", "attn.scores", "blocks.0.attn.scores"),
        ("storyteller", "output", "attn.scores", "blocks.3.attn.scores"),
        ("storyteller", "output", "resid_mid", "blocks.3.resid_mid"),
        ("storyteller", "blocks.2", "logits", "logits"),
        ("storyteller", "blocks.2", "blocks.0.attn.q", "blocks.0.attn.q"),
        ("storyteller", "blocks.1", "attn.W_Q", "blocks.1.attn.W_Q"),
        ("storyteller", "blocks.1", "cross_attn.pattern", ""),
        ("storyteller", "blocks.1", "no_such", ""),
        ("article", "blocks.0", "embed_scaled", ""),
        ("translator", "encoder.blocks.1", "attn.scores", "encoder.blocks.1.attn.scores"),
        ("translator", "encoder.blocks.1", "cross_attn.pattern", "decoder.blocks.1.cross_attn.pattern"),
        ("translator", "decoder.blocks.0", "attn.scores", "decoder.blocks.0.attn.scores"),
        ("translator", "decoder.input", "embed_scaled", "decoder.embed_scaled"),
        ("translator", "encoder.blocks.0", "embed_scaled", "encoder.embed_scaled"),
        ("translator", "output", "embed_scaled", "decoder.embed_scaled"),
        ("translator", "output", "attn.scores", "decoder.blocks.1.attn.scores"),
        ("translator", "decoder.blocks.0", "encoder.blocks.1.attn.q", "encoder.blocks.1.attn.q"),
        ("translator", "encoder.blocks.0", "blocks.1.attn.q", "encoder.blocks.1.attn.q"),
        ("translator", "output", "logits", "logits"),
    ],
)
def test_tensors(model: str, section: str, target: str, found: str) -> None:
    assert targets.tensor(lab(model, TEXT).trace.program, section, target) == found


def test_tokens() -> None:
    trace = lab("storyteller", TEXT, "Tom").trace
    stream = trace.program.streams[0]
    last = [int(one) - 1 for one in trace.batches[stream].lengths]
    assert last[1] < last[0]
    for row in (0, 1):
        assert targets.token(trace, stream, row, "first", 3) == 0
        assert targets.token(trace, stream, row, "last", 3) == last[row]
    assert targets.token(trace, stream, 0, "followed", 3) == 3
    assert targets.token(trace, stream, 0, "4", 3) == 4
    assert targets.token(trace, stream, 1, str(last[0]), 0) is None


@pytest.mark.parametrize("model", ["storyteller", "translator", "article"])
def test_numbers_are_those_of_the_run(model: str) -> None:
    trace = lab(model, TEXT).trace
    section = trace.program.sections[-2].name
    found = targets.facts(trace, section, 0, 2)
    assert set(found) == set(FACTS)
    assert found["head"] == "2"
    assert section.endswith(found["block"])
    queries = next(name for name in trace.shapes if name.endswith("attn.q"))
    assert trace[queries].shape[-1] == int(found["d_head"])
    assert float(found["sqrt_d_head"]) == pytest.approx(np.sqrt(trace[queries].shape[-1]), rel=1e-3)
    counted = sum(trace[weight.name].size for weight in trace.program.weights)
    assert found["params"] == f"{counted:,}"
    assert found["model"] == trace.spec.name
