"""Targets of encoder–decoder models: given ones begin with the start token, missing ones are decoded greedily."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from tutor.engine.program import Program
from tutor.engine.token_bytes import Token
from tutor.engine.tokens import Batch
from tutor.engine.trace import Cancelled, Trace

#: How many tokens are decoded where nobody says: more than a sentence has.
MOST = 64


def begun(batch: Batch, start: Token) -> Batch:
    """Every row with the start token in front, as a decoder reads it (Vaswani et al. 2017: shifted right)."""
    first = Token(start.id, start.data, 0, 0, special=True)
    rows = tuple((first, *row) for row in batch.rows)
    merges = {**batch.merges, start.id: ()} if batch.merges else {}
    return replace(batch, rows=rows, merges=merges)


def logits_of(program: Program) -> str:
    """The name of the tensor that decoding reads: the last with one number for each vocabulary entry before softmax.

    Raises ValueError for a model without an output over its vocabulary.
    """
    for step in reversed(program.steps):
        if step.op.scale_kind == "probability" and step.inputs:
            return step.inputs[0]
    raise ValueError("This model has no output over its vocabulary to decode from.")


def greedy(
    run: Callable[[list[list[int]]], Trace],
    n_rows: int,
    start: int,
    end: int,
    most: int = MOST,
    progress: Callable[[float], None] = lambda done: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[list[int]]:
    """The most probable next token, again and again, for every row until `end` or `most` tokens.

    `run` runs the model on rows of target ids (it may share what does not depend on them). The rows begin with
    `start` and leave `end` out: the last position is the one that predicts it. Raises whatever `run` raises, and
    Cancelled.
    """
    rows = [[start] for _ in range(n_rows)]
    open_rows = set(range(n_rows))
    for made in range(most):
        if cancelled():
            raise Cancelled
        trace = run(rows)
        name = logits_of(trace.program)
        for row in sorted(open_rows):
            best = int(np.argmax(trace.read(name, (row, len(rows[row]) - 1, slice(None)))))
            if best == end:
                open_rows.discard(row)
            else:
                rows[row].append(best)
        progress((made + 1) / most)
        if not open_rows:
            break
    return rows
