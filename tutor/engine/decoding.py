"""Making texts longer, token by token; and targets of encoder–decoder models, which begin with the start token."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

import numpy as np

from tutor.engine.program import Program
from tutor.engine.sampling import Rules, choose
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


def extend(
    run: Callable[[list[list[int]]], Trace],
    rows: Sequence[Sequence[int]],
    which: Sequence[int],
    rules: Rules,
    end: int = -1,
    most: int = MOST,
    progress: Callable[[float], None] = lambda done: None,
    cancelled: Callable[[], bool] = lambda: False,
    never: Collection[int] = (),
) -> list[list[int]]:
    """Choose next tokens by `rules` and append them, for the rows `which`, until `end` is chosen or `most` are.

    `run` runs the model on rows of ids (it may share what does not depend on them). `end` itself is left out: the
    last position is the one that predicts it. The ids in `never` are passed over, as the pad that also begins a target.
    Returns the rows. Raises whatever `run` raises, SamplingError, and Cancelled.
    """
    made = [list(row) for row in rows]
    still = set(range(len(which)))
    for number in range(most):
        if cancelled():
            raise Cancelled
        trace = run(made)
        name = logits_of(trace.program)
        for at in sorted(still):
            row = made[which[at]]
            logits = np.array(trace.read(name, (which[at], len(row) - 1, slice(None))))
            logits[list(never)] = -np.inf
            choice = choose(logits, rules, len(row))
            if choice.token == end:
                still.discard(at)
            else:
                row.append(choice.token)
        progress((number + 1) / most)
        if not still:
            break
    return made


def greedy(
    run: Callable[[list[list[int]]], Trace],
    n_rows: int,
    start: int,
    end: int,
    most: int = MOST,
    progress: Callable[[float], None] = lambda done: None,
    cancelled: Callable[[], bool] = lambda: False,
    never: Collection[int] = (),
) -> list[list[int]]:
    """The likeliest next token, again and again, for every row from `start` until `end`, as `extend`."""
    rows = [[start] for _ in range(n_rows)]
    return extend(run, rows, range(n_rows), Rules(), end, most, progress, cancelled, never)
