"""The working of any cell of a model as wide as GPT-2 small is there at once: 50 ms, for a vocabulary's softmax 100."""

from __future__ import annotations

import time
from functools import lru_cache

import numpy as np
import pytest

from tutor.engine import families
from tutor.engine.live import LiveTrace
from tutor.engine.spec import ModelSpec
from tutor.engine.tokens import batch_of_ids
from tutor.engine.trace import Trace
from tutor.engine.weights import random_weights
from tutor.views import explanation, theme
from tutor.views.inspector import Inspector

SPEC = ModelSpec(
    "wide", "gpt2", d_model=768, n_heads=12, d_head=64, n_layers=1, d_mlp=3072, d_vocab=50257, n_ctx=256,
    norm="pre", positions="learned", activation="gelu_tanh", bias=True, tied=True,
)  # fmt: skip
LIMIT_MS, VOCABULARY_MS = 50.0, 100.0
CELLS = 20


@lru_cache(maxsize=1)
def wide() -> Trace:
    program = families.program(SPEC)
    ids = np.random.default_rng(0).integers(0, SPEC.d_vocab, 128).tolist()
    batch = batch_of_ids(None, [ids], SPEC.n_ctx, SPEC.d_vocab)
    return LiveTrace(program, SPEC, random_weights(program, 0), batch, "cpu")


STEPS = [step.name for step in families.program(SPEC).steps]


@pytest.fixture
def pane(qtbot) -> Inspector:
    one = Inspector(theme.LIGHT)
    qtbot.addWidget(one)
    one.resize(296, 800)
    return one


@pytest.mark.parametrize("name", STEPS)
def test_a_working_comes_at_once(pane: Inspector, name: str) -> None:
    trace = wide()
    assert trace[name].size  # computed: what is measured is the working alone
    rng = np.random.default_rng(1)
    taken = []
    for _ in range(CELLS + 1):
        index = tuple(int(rng.integers(axis.size)) for axis in trace.shapes[name])
        begun = time.perf_counter()
        working = trace.explain(name, index)
        pane.set_explanation(explanation.explanation(trace, working))
        taken.append(1000 * (time.perf_counter() - begun))
        assert working.agrees
    limit = VOCABULARY_MS if name == "probs" else LIMIT_MS
    # The first has the fonts and the pages of the weights to fetch.
    assert np.percentile(taken[1:], 95) < limit, f"{name}: {', '.join(f'{one:.1f}' for one in taken)} ms"
