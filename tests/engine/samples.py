"""Small models and batches that the engine's tests share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from tutor.engine import families
from tutor.engine.axes import Axes, Slices, shape
from tutor.engine.live import LiveTrace
from tutor.engine.spec import ModelSpec
from tutor.engine.tokens import Batch, batch_of_ids
from tutor.engine.weights import random_weights

SMALL = ModelSpec(
    "small", "decoder_only", d_model=12, n_heads=3, d_head=4, n_layers=2, d_mlp=20, d_vocab=29, n_ctx=16, seed=5
)

#: Every kind of model the family can make, each choice met with several others.
CHOICES = {
    "pre-norm": {},
    "post-norm": {"norm": "post", "final_norm": False, "positions": "sinusoidal", "activation": "relu"},
    "no positions": {"positions": "none", "activation": "gelu_tanh", "bias": False},
    "embeddings scaled, tied": {"scale_embed": True, "tied": True, "positions": "sinusoidal", "bias_out": True},
    "post-norm, tied, learned": {"norm": "post", "tied": True, "activation": "gelu_tanh", "scale_embed": True},
    "free d_head": {"d_head": 5, "norm": "post", "positions": "none", "bias_out": True},
    "free d_head, pre-norm": {"d_head": 3, "bias": False, "final_norm": False},
    "mask off": {"causal": False, "norm": "post"},
    "scale off": {"scale_scores": False},
    "pads −1000": {"pad": "-1000", "causal": False},
    "pads left in": {"pad": "none", "causal": False, "norm": "post", "positions": "sinusoidal"},
}


def spec(**changes: Any) -> ModelSpec:
    return replace(SMALL, **changes)


def batch(of: ModelSpec, lengths: Sequence[int] = (5,), seed: int = 0) -> Batch:
    """Rows of random ids of these lengths, padded to the longest."""
    rng = np.random.default_rng(seed)
    return batch_of_ids(None, [rng.integers(1, of.d_vocab, n).tolist() for n in lengths], of.n_ctx, of.d_vocab)


def live(of: ModelSpec, lengths: Sequence[int] = (5,), seed: int = 0, **options: Any) -> LiveTrace:
    """A run of random weights in which norms and biases are random too."""
    program = families.program(of)
    return LiveTrace(
        program, of, random_weights(program, seed, spread=True), batch(of, lengths, seed), "cpu", **options
    )


def cells(of: Axes) -> Iterator[tuple[int, ...]]:
    """Every index of a tensor."""
    return product(*(range(size) for size in shape(of)))


def some_cells(of: Axes, count: int, rng: np.random.Generator) -> list[tuple[int, ...]]:
    """Random indices, always with the first and the last cell."""
    sizes = shape(of)
    drawn = [tuple(int(rng.integers(size)) for size in sizes) for _ in range(count)]
    return [(0,) * len(sizes), tuple(size - 1 for size in sizes), *drawn]


def inside(part: Slices, index: Sequence[int]) -> bool:
    """Whether a cell lies in a part: an int is that entry, a full slice is every one, an empty one none."""
    assert len(part) == len(index)
    for entry, at in zip(part, index):
        if isinstance(entry, slice):
            assert entry in (slice(None), slice(0, 0)), entry
            if entry == slice(0, 0):
                return False
        elif entry != at:
            return False
    return True


def same(left: np.ndarray, right: np.ndarray) -> bool:
    """Equal in every bit but NaN's."""
    return left.shape == right.shape and left.dtype == right.dtype and np.array_equal(left, right, equal_nan=True)
