"""Runs without numbers: what the Session needs of a trace is its program and its shapes, so torch stays away."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tutor.engine.axes import Slices
from tutor.engine.ops import Add, Identity, Tokens
from tutor.engine.program import Program, Stage, Step
from tutor.engine.spec import ModelSpec
from tutor.engine.tokens import batch_of_ids
from tutor.engine.trace import Trace, TraceError

SPEC = ModelSpec(
    "tiny", "decoder_only", d_model=8, n_heads=2, d_head=4, n_layers=2, d_mlp=12, d_vocab=11, n_ctx=16, norm="post",
    final_norm=False, positions="sinusoidal", activation="relu", bias=False,
)  # fmt: skip


class Shapes(Trace):
    """A trace whose numbers nobody asks for."""

    def read(self, name: str, slices: Slices) -> np.ndarray:
        raise TraceError(f"Nobody should read {name}.")

    def with_override(self, name: str, values: np.ndarray) -> Trace:
        raise TraceError("Nobody should override.")

    @property
    def where(self) -> str:
        return "nowhere"


def trace_of(program: Program, lengths: Sequence[int] = (5, 3)) -> Shapes:
    return Shapes(program, SPEC, batch_of_ids(None, [[1] * n for n in lengths], SPEC.n_ctx, SPEC.d_vocab))


def chain(stages: Sequence[tuple[str, str, int]], reach: Sequence[int] = ()) -> Program:
    """A program of stages (key, section, number of steps). `reach` says how far back each step reads, so that a
    stage can hand on several results; a step that reads twice the same tensor is an Add."""
    steps = [Step("tokens", Tokens(), (), (), Stage("tokenize", "Tokenize"), "input")]
    for at, (key, section, count) in enumerate(stages):
        for number in range(count):
            back = reach[len(steps) % len(reach)] if reach else 1
            source = steps[max(0, len(steps) - back)].name
            op, inputs = (Add(), (source, source)) if back % 2 == 0 else (Identity(), (source,))
            stage = Stage(f"{key}{at}", key)
            steps.append(Step(f"{section}.{at}.{number}", op, inputs, (), stage, section))
    return Program(tuple(steps), ())
