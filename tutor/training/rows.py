"""Rows for a model that predicts the next token: texts one after another, and random segments repeated."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from tutor.engine.program import LENGTHS, TOKENS
from tutor.training.tasks import TrainBatch

#: How many rows of how many tokens a step may have, and how often each shape comes: always 1,024 tokens.
SHAPES = ((16, 64), (8, 128), (4, 256))
SHARES = (0.7, 0.2, 0.1)
#: How many rows repeat a random segment. They teach heads to copy (Olsson et al. 2022, induction heads).
REPEATED = 0.35


def pick_shape(rng: np.random.Generator, n_ctx: int) -> tuple[int, int]:
    """Rows and tokens of a batch, within the model's context."""
    number = rng.random()
    rows, length = SHAPES[int(np.searchsorted(np.cumsum(SHARES)[:-1], number, side="right"))]
    return (rows, length) if length <= n_ctx else (1024 // n_ctx, n_ctx)


def repeated(
    rng: np.random.Generator, length: int, n_ordinary: int, first: int, some: Callable[[], list[int]]
) -> tuple[np.ndarray, np.ndarray]:
    """`first`, then a random segment again and again: ids [length] and which of them can be foreseen [length].

    The segment has 2 tokens to half the row, short ones as often as long ones: copying from just before is learned
    first and helps the rest. Its tokens are any ids, or in half of the rows those of `some` text, shuffled. Its first
    copy is chance, and so is where the second begins.
    """
    size = int(2 * np.exp(rng.random() * np.log(length / 4)))
    if rng.random() < 0.5:
        ids: list[int] = []
        while len(ids) < size:
            ids += some()
        segment = rng.permutation(np.array(ids))[:size]
    else:
        segment = rng.integers(0, n_ordinary, size)
    row = np.concatenate([[first], np.resize(segment, length - 1)])
    return row, (np.arange(length) > size + 1).astype(np.float32)


def next_token_batch(rows: Sequence[tuple[np.ndarray, np.ndarray]]) -> TrainBatch:
    """Rows of ids [length + 1] and what counts [length + 1] as a batch that predicts each next token."""
    ids = np.stack([row for row, _ in rows]).astype(np.int64)
    counts = np.stack([count for _, count in rows]).astype(np.float32)
    lengths = np.full(len(rows), ids.shape[1] - 1, dtype=np.int64)
    return TrainBatch({TOKENS: ids[:, :-1], LENGTHS: lengths}, ids[:, 1:], counts[:, 1:])


def filled(pieces: Callable[[], list[int]], length: int) -> tuple[np.ndarray, np.ndarray]:
    """Pieces one after another until the row is full: ids [length], all of which count."""
    ids: list[int] = []
    while len(ids) < length:
        ids += pieces()
    return np.array(ids[:length]), np.ones(length, dtype=np.float32)
