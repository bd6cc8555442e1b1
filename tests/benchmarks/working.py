"""How long the working of a cell takes, step by step, on a model as wide as GPT-2 small.

    python -m tests.benchmarks.working

Twenty random cells of every step: worked out from the stored operands and put into the inspector, painting left out.
95 of 100 are no longer than what is printed; exit status 1 where one is longer than 50 ms (100 for the softmax over the
vocabulary). `redraw` measures some of them in the real window, to the end of painting.
"""

from __future__ import annotations

import os
import sys
import time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtWidgets import QApplication

from tutor.engine import axes as ax
from tutor.engine import families
from tutor.engine.live import LiveTrace
from tutor.engine.ops import Softmax
from tutor.engine.spec import ModelSpec
from tutor.engine.tokens import batch_of_ids
from tutor.engine.weights import random_weights
from tutor.views import explanation, theme
from tutor.views.inspector import Inspector

SPEC = ModelSpec(
    "wide", "gpt2", d_model=768, n_heads=12, d_head=64, n_layers=1, d_mlp=3072, d_vocab=50257, n_ctx=256,
    norm="pre", positions="learned", activation="gelu_tanh", bias=True, tied=True,
)  # fmt: skip
LIMIT_MS, VOCABULARY_MS = 50.0, 100.0
CELLS = 20


def main() -> int:
    app = QApplication.instance() or QApplication(sys.argv[:1])
    pane = Inspector(theme.LIGHT)
    pane.resize(296, 800)
    program = families.program(SPEC)
    ids = np.random.default_rng(0).integers(0, SPEC.d_vocab, 128).tolist()
    batch = batch_of_ids(None, [ids], SPEC.n_ctx, SPEC.d_vocab)
    trace = LiveTrace(program, SPEC, random_weights(program, 0), batch, "cpu")
    rng, late = np.random.default_rng(1), 0
    for step in program.steps:
        trace.read(step.name, (slice(None),) * len(trace.shapes[step.name]))  # computed: not what is measured
        taken = []
        for _ in range(CELLS + 1):
            index = tuple(int(rng.integers(axis.size)) for axis in trace.shapes[step.name])
            begun = time.perf_counter()
            pane.set_explanation(explanation.explanation(trace, trace.explain(step.name, index)))
            taken.append(1000 * (time.perf_counter() - begun))
        wide = isinstance(step.op, Softmax) and trace.shapes[step.name][-1].name == ax.D_VOCAB
        limit = VOCABULARY_MS if wide else LIMIT_MS
        # The first has the fonts and the pages of the weights to fetch.
        slowest = float(np.percentile(taken[1:], 95))
        late += slowest > limit
        print(f"{step.name:<28} {slowest:7.1f} ms   budget {limit:.0f} ms")
    del app
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
