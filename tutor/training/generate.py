"""Texts of a model's own: the next token drawn, again and again, from the probabilities that its Program computes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tutor.engine.encodings import Tokenizer
from tutor.engine.program import LENGTHS, TOKENS, Program
from tutor.engine.weights import Weights
from tutor.training.heads import patterns


def next_probabilities(program: Program, weights: Weights, rows: Sequence[Sequence[int]]) -> np.ndarray:
    """p(next token) after each row; rows may differ in length: float64 [row, d_vocab]."""
    lengths = np.array([len(row) for row in rows], dtype=np.int64)
    tokens = np.zeros((len(rows), int(lengths.max())), dtype=np.int64)
    for number, row in enumerate(rows):
        tokens[number, : len(row)] = row
    logits = patterns(program, weights, {TOKENS: tokens, LENGTHS: lengths})["logits"]
    last = logits[np.arange(len(rows)), lengths - 1].astype(np.float64)
    grown = np.exp(last - last.max(-1, keepdims=True))
    return np.asarray(grown / grown.sum(-1, keepdims=True))


def generate(
    program: Program, weights: Weights, tokenizer: Tokenizer, ids: Sequence[int], n_ctx: int, seed: int,
    temperature: float = 0.7,
) -> list[int]:  # fmt: skip
    """`ids` and what the model tells after them, up to end-of-text or the model's context.

    `temperature` sharpens p to p^(1/temperature), normalised; special tokens other than end-of-text are not drawn.
    """
    rng = np.random.Generator(np.random.Philox(key=[seed, 0]))
    made = list(ids)
    others = [number for number in tokenizer.specials.values() if number != tokenizer.eot_id]
    while len(made) < n_ctx:
        p = next_probabilities(program, weights, [made])[0] ** (1 / temperature)
        p[others] = 0
        drawn = int(np.searchsorted(np.cumsum(p), rng.random() * p.sum(), side="right"))
        if drawn == tokenizer.eot_id:
            break
        made.append(drawn)
    return made
