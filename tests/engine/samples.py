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
from tutor.engine.spec import ModelSpec, Rope
from tutor.engine.tokens import Batch, batch_of_ids
from tutor.engine.weights import random_weights

#: Where the runs of `live` are computed; the fixture `device` changes it.
DEVICE = "cpu"

SMALL = ModelSpec(
    "small", "decoder_only", d_model=12, n_heads=3, d_head=4, n_layers=2, d_mlp=20, d_vocab=29, n_ctx=16, seed=5
)

#: Every kind of GPT-like model, each choice met with several others.
CHOICES: dict[str, dict[str, Any]] = {
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

_LLAMA: dict[str, Any] = dict(
    family="llama", positions="rotary", rope=Rope(4), norm_kind="rms", gated=True, activation="silu", bias=False,
    eps=1e-6,
)  # fmt: skip
_BERT: dict[str, Any] = dict(
    family="bert", norm="post", final_norm=False, embed_norm=True, causal=False, n_types=2, head="mlm", tied=True,
    bias_out=True, eps=1e-12,
)  # fmt: skip
_SEQ2SEQ: dict[str, Any] = dict(
    family="encoder_decoder", norm="post", final_norm=False, positions="sinusoidal", scale_embed=True, tied=True,
    activation="relu", n_layers_encoder=1,
)  # fmt: skip

#: Models of the other families.
KINDS: dict[str, dict[str, Any]] = {
    "rotary, RMS, SwiGLU": _LLAMA,
    "rotary, shared heads": {**_LLAMA, "n_heads": 4, "n_kv_heads": 2, "tied": True},
    "rotary, one head for all": {**_LLAMA, "n_kv_heads": 1, "bias": True, "bias_only": "qkv"},
    "rotary, q and k norm": {**_LLAMA, "n_heads": 4, "n_kv_heads": 2, "d_head": 6, "rope": Rope(6), "qk_norm": True},
    "rotary, window": {**_LLAMA, "n_heads": 2, "n_kv_heads": 1, "d_head": 6, "rope": Rope(6), "window": 2},
    "rotary, linear, partial": {**_LLAMA, "d_head": 5, "rope": Rope(4, 50.0, "linear", 3.0)},
    "rotary, dynamic": {**_LLAMA, "rope": Rope(4, 50.0, "dynamic", 2.0, original=3)},
    "rotary, llama3": {**_LLAMA, "d_head": 6, "rope": Rope(6, 500.0, "llama3", 8.0, original=9)},
    "rotary, yarn": {**_LLAMA, "d_head": 6, "rope": Rope(6, 90.0, "yarn", 4.0, 30, beta_fast=4.0, attention=1.2)},
    "parallel residual": dict(family="gpt_neox", positions="rotary", rope=Rope(2), parallel=True),
    "parallel residual, biases in part": dict(
        family="gpt_neox", positions="rotary", rope=Rope(4), parallel=True, bias_only="mlp", tied=True
    ),
    "as GPT-2": dict(family="gpt2", tied=True, activation="gelu_tanh"),
    "fills gaps": _BERT,
    "fills gaps, untied, offset": {**_BERT, "family": "roberta", "tied": False, "pos_offset": 2, "n_types": 1},
    "without a head": {**_BERT, "family": "distilbert", "head": "none", "bias_out": False, "n_types": 0},
    "source and target": _SEQ2SEQ,
    "source and target, two tables": {
        **_SEQ2SEQ, "d_vocab_source": 23, "positions": "learned", "bias_out": True, "tied": False, "scale_embed": False
    },
    "source and target, pre-norm": {
        **_SEQ2SEQ, "norm": "pre", "final_norm": True, "activation": "gelu", "n_layers_encoder": 0, "bias": False
    },
    "source and target, sines first": {
        **_SEQ2SEQ, "family": "marian", "positions": "sinusoidal_halves", "bias_out": True, "d_head": 5
    },
    "source and target, mask off": {**_SEQ2SEQ, "causal": False, "pad": "-1000"},
}  # fmt: skip
#: Everything that can be run.
EVERY = {**CHOICES, **KINDS}


def spec(**changes: Any) -> ModelSpec:
    return replace(SMALL, **changes)


def batch(of: ModelSpec, lengths: Sequence[int] = (5,), seed: int = 0, d_vocab: int = 0) -> Batch:
    """Rows of random ids of these lengths, padded to the longest."""
    rng = np.random.default_rng(seed)
    limit = d_vocab or of.d_vocab
    return batch_of_ids(None, [rng.integers(1, limit, n).tolist() for n in lengths], of.n_ctx, limit)


def target_lengths(of: ModelSpec, lengths: Sequence[int]) -> list[int]:
    """Lengths of targets that tell them from their sources: one more and one fewer by turns."""
    return [min(of.n_ctx, n + 1) if at % 2 == 0 else max(1, n - 1) for at, n in enumerate(reversed(lengths))]


def live(
    of: ModelSpec, lengths: Sequence[int] = (5,), seed: int = 0, targets: Sequence[int] = (), **options: Any
) -> LiveTrace:
    """A run of random weights in which norms and biases are random too; a model of two texts gets a target."""
    program = families.program(of)
    target = None
    if len(program.streams) > 1:
        target = batch(of, targets or target_lengths(of, lengths), seed + 1)
    weights = random_weights(program, seed, spread=True)
    source = batch(of, lengths, seed, of.d_vocab_in)
    return LiveTrace(program, of, weights, source, DEVICE, target=target, **options)


def tolerance() -> float:
    """How far a number may be from the reference's: a device adds up in an order of its own."""
    return 1e-5 if DEVICE == "cpu" else 1e-4


def cells(of: Axes) -> Iterator[tuple[int, ...]]:
    """Every index of a tensor."""
    return product(*(range(size) for size in shape(of)))


def some_cells(of: Axes, count: int, rng: np.random.Generator) -> list[tuple[int, ...]]:
    """Random indices, always with the first and the last cell."""
    sizes = shape(of)
    drawn = [tuple(int(rng.integers(size)) for size in sizes) for _ in range(count)]
    return [(0,) * len(sizes), tuple(size - 1 for size in sizes), *drawn]


def inside(part: Slices, index: Sequence[int]) -> bool:
    """Whether a cell lies in a part: an int is that entry, a slice those from start to stop in its steps."""
    assert len(part) == len(index)
    return all(
        at in range(*entry.indices(1 << 40)) if isinstance(entry, slice) else at == entry
        for entry, at in zip(part, index)
    )


def same(left: np.ndarray, right: np.ndarray) -> bool:
    """Equal in every bit but NaN's."""
    return left.shape == right.shape and left.dtype == right.dtype and np.array_equal(left, right, equal_nan=True)
