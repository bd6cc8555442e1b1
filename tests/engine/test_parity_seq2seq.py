"""The encoder–decoder of 2017 against torch.nn.Transformer: logits, every layer and pattern, to 1e-5; on CUDA 1e-4."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
import reference_seq2seq as reference
import samples
from numpy.testing import assert_allclose

from tutor.engine.axes import KEY
from tutor.engine.live import LiveTrace
from tutor.engine.spec import ModelSpec

pytestmark = pytest.mark.usefixtures("device")
#: Lengths of sources and of targets.
BATCHES = (((1,), (1,)), ((7,), (3,)), ((3,), (13,)), ((7, 1, 13), (5, 11, 2)))


def spec(**changes: Any) -> ModelSpec:
    return samples.spec(family="encoder_decoder", **changes)


def compare(trace: LiveTrace, weights: Mapping[str, np.ndarray] | None = None) -> None:
    """Hold a run to the reference on real positions; the reference may be given other weights."""
    given = weights if weights is not None else {w.name: trace[w.name] for w in trace.program.weights}
    assert trace.target is not None
    source, target = ((one.ids, one.lengths) for one in (trace.batch, trace.target))
    expected = reference.run(trace.spec, given, source, target)
    # A result and a pattern of each layer, a pattern across of each decoder layer, logits, the decoder's last norm.
    layers = trace.spec.encoder_layers + 2 * trace.spec.n_layers + trace.spec.encoder_layers + trace.spec.n_layers
    assert len(expected) == layers + 1 + trace.spec.final_norm
    for name, theirs in expected.items():
        mine = trace[name]
        assert mine.dtype == np.float32 and mine.shape == theirs.shape, name
        texts, axes = trace.texts(name)[1:], trace.shapes[name][1:]
        for row in range(len(mine)):
            # All keys of a real query: what looks at a pad gets 0, and that is compared too.
            part = tuple(
                slice(int(text.lengths[row])) if text is not None and axis.name != KEY else slice(None)
                for text, axis in zip(texts, axes)
            )
            said = f"{name}, row {row}"
            assert_allclose(mine[row][part], theirs[row][part], rtol=0, atol=samples.tolerance(), err_msg=said)


def live(of: ModelSpec, lengths: tuple[int, ...], targets: tuple[int, ...], seed: int = 0) -> LiveTrace:
    """A run; a table that also makes the logits is small enough for 1e-5 to be some hundred of their roundings."""
    trace = samples.live(of, lengths, seed, targets)
    tables = [name for name in trace.program.weight_by_name if name.endswith("W_E")] if of.tied else []
    for name in tables:
        trace = trace.with_override(name, trace[name] * np.float32(0.3))
    return trace


@pytest.mark.parametrize("positions", ["sinusoidal", "learned", "none"])
@pytest.mark.parametrize("norm", ["post", "pre"])
def test_every_choice(norm: str, positions: str) -> None:
    flags = ("tied", "scale_embed", "bias", "final_norm", "bias_out")
    activations = ("relu", "gelu", "gelu_tanh")
    for number, chosen in enumerate(product([False, True], repeat=len(flags))):
        of = spec(norm=norm, positions=positions, activation=activations[number % 3], n_layers=1,
                  d_vocab_source=23 * (number % 2), **dict(zip(flags, chosen)))  # fmt: skip
        compare(live(of, (3, 5), (4, 2), seed=number))


SIZES: dict[str, dict[str, Any]] = {
    "one head": dict(d_model=8, n_heads=1, d_head=8, n_layers=1, d_mlp=32, d_vocab=11),
    "more decoders": dict(d_model=12, n_heads=3, d_head=4, n_layers=3, n_layers_encoder=1, d_mlp=20, d_vocab=29),
    "more encoders": dict(d_model=12, n_heads=2, d_head=6, n_layers=1, n_layers_encoder=3, d_mlp=7, d_vocab=13),
    "odd": dict(d_model=15, n_heads=3, d_head=5, n_layers=2, d_mlp=9, d_vocab=17),
}


@pytest.mark.parametrize("norm", ["post", "pre"])
@pytest.mark.parametrize("lengths, targets", BATCHES, ids=str)
@pytest.mark.parametrize("size", SIZES)
def test_every_size_and_length(size: str, lengths: tuple[int, ...], targets: tuple[int, ...], norm: str) -> None:
    of = spec(norm=norm, final_norm=norm == "pre", positions="sinusoidal", **SIZES[size])
    compare(live(of, lengths, targets, seed=len(lengths)))


@pytest.mark.parametrize("norm", ["post", "pre"])
@pytest.mark.parametrize("change", [dict(causal=False), dict(pad="none"), dict(pad="-1000"), dict(eps=0.01)], ids=str)
def test_every_setting(change: dict[str, Any], norm: str) -> None:
    compare(live(spec(norm=norm, **change), (7, 2, 9), (3, 8, 5), seed=1))


_E, _D = "encoder.blocks.0.", "decoder.blocks.0."
MISTAKES: dict[str, tuple[str, str]] = {
    "queries for keys": (_E + "attn.W_Q", _E + "attn.W_K"),
    "keys for values across": (_D + "cross_attn.W_K", _D + "cross_attn.W_V"),
    "self for cross": (_D + "attn.W_Q", _D + "cross_attn.W_Q"),
    "encoder for decoder": (_E + "mlp.W_in", _D + "mlp.W_in"),
    "norms of self and cross": (_D + "ln1.w", _D + "ln_cross.w"),
    "norms of cross and FFN": (_D + "ln_cross.b", _D + "ln2.b"),
    "biases": (_D + "cross_attn.b_O", _D + "mlp.b_out"),
    "final norms": ("encoder.ln_final.w", "ln_final.w"),
    "positions": ("encoder.W_pos", "decoder.W_pos"),
}


@pytest.mark.parametrize("norm", ["post", "pre"])
@pytest.mark.parametrize("mistake", [*MISTAKES, "transposed"])
def test_a_wrong_mapping_of_weights_is_noticed(mistake: str, norm: str) -> None:
    trace = live(spec(norm=norm), (7, 3), (4, 6))
    good = {w.name: trace[w.name] for w in trace.program.weights}
    compare(trace, good)
    left, right = MISTAKES.get(mistake, (_D + "cross_attn.W_V",) * 2)
    wrong = {**good, left: good[right], right: good[left]}
    if mistake == "transposed":
        wrong[left] = good[left].T
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        compare(trace, wrong)


@pytest.mark.parametrize(
    "change", [dict(norm="post"), dict(activation="gelu_tanh"), dict(eps=1e-3), dict(causal=False), dict(pad="none"),
               dict(scale_embed=True)], ids=str,
)  # fmt: skip
def test_a_wrong_model_is_noticed(change: dict[str, Any]) -> None:
    trace = live(spec(), (7, 3), (3, 6))
    compare(trace)
    trace.spec = replace(trace.spec, **change)
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        compare(trace)
