"""The engine against an independent torch.nn implementation: logits, resid_post, patterns, to 1e-5; on CUDA 1e-4."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
import reference
import samples
from numpy.testing import assert_allclose

from tutor.engine import families, models
from tutor.engine.axes import TOKEN_AXES
from tutor.engine.live import LiveTrace
from tutor.engine.spec import ModelSpec
from tutor.engine.tokens import batch_of_ids
from tutor.engine.weights import random_weights

pytestmark = pytest.mark.usefixtures("device")
BATCHES = ((1,), (7,), (13,), (7, 1, 13, 4))


def compare(trace: LiveTrace, weights: Mapping[str, np.ndarray] | None = None) -> None:
    """Hold a run to the reference on its real positions; the reference may be given other weights."""
    given = weights if weights is not None else {w.name: trace[w.name] for w in trace.program.weights}
    expected = reference.run(trace.spec, given, trace.batch.ids, trace.batch.lengths)
    assert len(expected) == 1 + 2 * trace.spec.n_layers
    for name, theirs in expected.items():
        mine = trace[name]
        assert mine.dtype == np.float32 and mine.shape == theirs.shape
        for row, length in enumerate(trace.batch.lengths):
            axes = trace.shapes[name][1:]
            real = tuple(slice(int(length)) if axis.name in TOKEN_AXES else slice(None) for axis in axes)
            said = f"{name}, row {row}"
            assert_allclose(mine[row][real], theirs[row][real], rtol=0, atol=samples.tolerance(), err_msg=said)


@pytest.mark.parametrize("activation", ["relu", "gelu", "gelu_tanh"])
@pytest.mark.parametrize("positions", ["sinusoidal", "learned", "none"])
@pytest.mark.parametrize("norm", ["post", "pre"])
def test_every_choice(norm: str, positions: str, activation: str) -> None:
    flags = ("tied", "scale_embed", "bias", "final_norm", "bias_out")
    for number, chosen in enumerate(product([False, True], repeat=len(flags))):
        spec = samples.spec(
            norm=norm, positions=positions, activation=activation, n_layers=1, **dict(zip(flags, chosen))
        )
        compare(samples.live(spec, (3, 5), seed=number))


SIZES: dict[str, dict[str, Any]] = {
    "one head": dict(d_model=8, n_heads=1, d_head=8, n_layers=1, d_mlp=32, d_vocab=11),
    "three layers": dict(d_model=12, n_heads=3, d_head=4, n_layers=3, d_mlp=20, d_vocab=29),
    "one feature a head": dict(d_model=6, n_heads=6, d_head=1, n_layers=2, d_mlp=5, d_vocab=7),
    "the article's": dict(d_model=64, n_heads=4, d_head=16, n_layers=1, d_mlp=256, d_vocab=101),
    "wider heads": dict(d_model=10, n_heads=3, d_head=7, n_layers=2, d_mlp=16, d_vocab=13),
    "narrower heads": dict(d_model=16, n_heads=2, d_head=3, n_layers=3, d_mlp=24, d_vocab=13),
}


@pytest.mark.parametrize("norm", ["post", "pre"])
@pytest.mark.parametrize("lengths", BATCHES, ids=str)
@pytest.mark.parametrize("size", SIZES)
def test_every_size_and_length(size: str, lengths: tuple[int, ...], norm: str) -> None:
    compare(samples.live(samples.spec(norm=norm, **SIZES[size]), lengths, seed=len(lengths)))


@pytest.mark.parametrize("norm", ["post", "pre"])
@pytest.mark.parametrize("choice", [name for name, changes in samples.CHOICES.items() if "causal" in changes
                                    or "pad" in changes or "scale_scores" in changes])  # fmt: skip
def test_every_setting(choice: str, norm: str) -> None:
    compare(samples.live(samples.spec(**{**samples.CHOICES[choice], "norm": norm}), (7, 2, 9), seed=1))


def test_another_epsilon() -> None:
    compare(samples.live(samples.spec(eps=0.01), (6,)))


def test_the_article_on_its_own_batch() -> None:
    model = models.find("article", layers=2)
    # The tables of all ids cost most of the time and prove nothing more: keep the rows of the batch's ids.
    batch = model.batch(model.samples())
    ids, inverse = np.unique(batch.ids, return_inverse=True)
    spec = replace(model.spec, d_vocab=len(ids), tokenizer="")
    rows = inverse.reshape(batch.ids.shape).tolist()
    program = families.program(spec)
    weights = random_weights(program, spec.seed)
    compare(LiveTrace(program, spec, weights, batch_of_ids(None, rows, spec.n_ctx, spec.d_vocab), samples.DEVICE))


def wrong(weights: dict[str, np.ndarray], mapping: str) -> dict[str, np.ndarray]:
    b = "blocks.0."
    if mapping == "transposed":
        return {**weights, b + "attn.W_V": weights[b + "attn.W_V"].T}
    left, right = {
        "queries for keys": (b + "attn.W_Q", b + "attn.W_K"),
        "norms exchanged": (b + "ln1.w", b + "ln2.w"),
        "biases exchanged": (b + "attn.b_O", b + "mlp.b_out"),
        "blocks exchanged": (b + "mlp.W_in", "blocks.1.mlp.W_in"),
    }[mapping]
    return {**weights, left: weights[right], right: weights[left]}


@pytest.mark.parametrize("norm", ["post", "pre"])
@pytest.mark.parametrize(
    "mapping", ["transposed", "queries for keys", "norms exchanged", "biases exchanged", "blocks exchanged"]
)
def test_a_wrong_mapping_of_weights_is_noticed(mapping: str, norm: str) -> None:
    trace = samples.live(samples.spec(norm=norm), (7, 3))
    good = {w.name: trace[w.name] for w in trace.program.weights}
    compare(trace, good)
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        compare(trace, wrong(good, mapping))


@pytest.mark.parametrize(
    "change", [dict(norm="post"), dict(activation="gelu_tanh"), dict(eps=1e-3), dict(causal=False), dict(pad="none")]
)
def test_a_wrong_model_is_noticed(change: dict[str, Any]) -> None:
    spec: ModelSpec = samples.spec(causal="pad" not in change)
    trace = samples.live(spec, (7, 3))
    trace.spec = replace(spec, **change)
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        compare(trace)
