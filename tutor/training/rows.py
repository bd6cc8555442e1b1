"""Rows for a model that predicts the next token: texts one after another, and random segments repeated."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from tutor.engine.program import LENGTHS, TOKENS
from tutor.training.tasks import TrainBatch

#: How many rows of how many tokens a step may have, and how often each shape comes: always 1,024 tokens.
SHAPES = ((16, 64), (8, 128), (4, 256))
SHARES = (0.7, 0.2, 0.1)
#: How many rows repeat random segments, and how many random pairs. They teach heads to copy (Olsson et al. 2022,
#: induction heads): pairs make a head that looks at the token just before, which longer copies build on.
REPEATED, PAIRS = 0.25, 0.2


def pick_shape(rng: np.random.Generator, n_ctx: int) -> tuple[int, int]:
    """Rows and tokens of a batch, within the model's context."""
    number = rng.random()
    rows, length = SHAPES[int(np.searchsorted(np.cumsum(SHARES)[:-1], number, side="right"))]
    return (rows, length) if length <= n_ctx else (1024 // n_ctx, n_ctx)


def repeated(
    rng: np.random.Generator, length: int, n_ordinary: int, first: int, some: Callable[[], list[int]]
) -> tuple[np.ndarray, np.ndarray]:
    """`first`, then random segments repeated: ids [length] and which of them can be foreseen [length].

    Half of the rows say one segment again and again, half say one twice, then another twice, and so on. A segment
    has 2 tokens to half the row, short ones as often as long ones. Tokens are any ids, or in half of the rows those
    of `some` text, shuffled. A first copy is chance, and so is where the next begins.
    """
    again, common = rng.random() < 0.5, rng.random() < 0.5
    ids, counts = [np.array([first])], [np.zeros(1)]
    made = 1
    while made < length:
        size = int(2 * np.exp(rng.random() * np.log(length / 4)))
        copies = -(-length // size) if again else 2
        segment = _shuffled(rng, size, some) if common else rng.integers(0, n_ordinary, size)
        ids.append(np.tile(segment, copies))
        counts.append((np.arange(size * copies) > size).astype(np.float64))
        made += size * copies
    return np.concatenate(ids)[:length], np.concatenate(counts)[:length].astype(np.float32)


def pairs(rng: np.random.Generator, length: int, n_ordinary: int, first: int) -> tuple[np.ndarray, np.ndarray]:
    """`first`, then `a b a b c d c d …`: ids [length] and how much each counts: 4 the last of each four, else 0.

    After `a b a` the next token is the one just before: nothing but looking back by exactly one helps. With 4 for one
    in four, such a row counts as much as one of text.
    """
    drawn = rng.integers(0, n_ordinary, (-(-length // 4), 2))
    ids = np.concatenate([[first], np.tile(drawn, (1, 2)).ravel()])[:length]
    at = np.arange(length)
    return ids, 4 * ((at > 0) & (at % 4 == 0)).astype(np.float32)


def copying(
    rng: np.random.Generator, length: int, n_ordinary: int, first: int, some: Callable[[], list[int]]
) -> tuple[np.ndarray, np.ndarray] | None:
    """A row that teaches copying, or None where chance says that the row is to be text."""
    number = rng.random()
    if number < PAIRS:
        return pairs(rng, length, n_ordinary, first)
    return repeated(rng, length, n_ordinary, first, some) if number < PAIRS + REPEATED else None


def _shuffled(rng: np.random.Generator, size: int, some: Callable[[], list[int]]) -> np.ndarray:
    """So many tokens of some text, in any order: [size]."""
    ids: list[int] = []
    while len(ids) < size:
        ids += some()
    return rng.permutation(np.array(ids))[:size]


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
