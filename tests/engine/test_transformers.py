"""Every family against the transformers library: logits, hidden states and patterns of tiny random models, to 1e-5.

What a model's config.json and tensors would be goes through the family's own reading of them; nothing of the other
side is shared with the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import pytest
import reference_transformers as reference
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_transformers import D_VOCAB, END, PAD, Texts

from tutor.engine import decoding, families

_LLAMA3 = dict(rope_type="llama3", factor=8.0, rope_theta=500.0, low_freq_factor=1.0, high_freq_factor=4.0,
               original_max_position_embeddings=16)  # fmt: skip
_YARN = dict(rope_type="yarn", factor=4.0, rope_theta=100.0, original_max_position_embeddings=16)
_DYNAMIC = dict(rope_type="dynamic", factor=4.0, rope_theta=100.0)

#: Every family in its own ways: the kind, the class where it is another, and what its config says.
MODELS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "llama": ("llama", "", {}),
    "llama, shared heads, biases, tied": ("llama", "", dict(
        num_key_value_heads=2, head_dim=8, attention_bias=True, mlp_bias=True, tie_word_embeddings=True
    )),
    "llama, one head for all": ("llama", "", dict(num_key_value_heads=1, hidden_act="gelu", rms_norm_eps=1e-3)),
    "llama, linear": ("llama", "", dict(rope_parameters=dict(rope_type="linear", factor=4.0, rope_theta=100.0))),
    "llama, dynamic": ("llama", "", dict(max_position_embeddings=5, rope_parameters=_DYNAMIC)),
    "llama, llama3": ("llama", "", dict(num_key_value_heads=2, rope_parameters=_LLAMA3)),
    "llama, yarn": ("llama", "", dict(rope_parameters=_YARN)),
    "llama, yarn, not rounded": ("llama", "", dict(rope_parameters={
        **_YARN, "truncate": False, "beta_fast": 4.0, "beta_slow": 0.5, "mscale": 0.8, "mscale_all_dim": 0.5,
    })),
    "llama, yarn, own factor": ("llama", "", dict(rope_parameters={**_YARN, "attention_factor": 1.4})),
    "mistral": ("mistral", "", {}),
    "mistral, no window": ("mistral", "", dict(sliding_window=None, head_dim=8)),
    "qwen2": ("qwen2", "", {}),
    "qwen2, tied, a window that is off": ("qwen2", "", dict(tie_word_embeddings=True, sliding_window=2)),
    "qwen3": ("qwen3", "", {}),
    "qwen3, biases": ("qwen3", "", dict(attention_bias=True, num_key_value_heads=4, tie_word_embeddings=True)),
    "gpt_neox": ("gpt_neox", "", dict(rope_parameters=dict(rope_theta=100.0, partial_rotary_factor=0.67))),
    "gpt_neox, one after the other": ("gpt_neox", "", dict(
        use_parallel_residual=False, attention_bias=False, hidden_act="gelu_new", tie_word_embeddings=True,
        rope_parameters=dict(rope_type="default", rope_theta=50.0, partial_rotary_factor=1.0),
    )),
    "gpt_neox, linear": ("gpt_neox", "", dict(
        rope_parameters=dict(rope_type="linear", factor=2.0, rope_theta=50.0, partial_rotary_factor=0.7),
    )),
    "gpt2": ("gpt2", "", {}),
    "gpt2, untied": ("gpt2", "", dict(n_inner=30, tie_word_embeddings=False, activation_function="relu")),
    "bert": ("bert", "", {}),
    "bert, untied": ("bert", "", dict(tie_word_embeddings=False, type_vocab_size=3, hidden_act="gelu_new")),
    "bert, with its other head": ("bert", "BertForPreTraining", {}),
    "bert, without a head": ("bert", "BertModel", {}),
    "roberta": ("roberta", "", {}),
    "roberta, without a head": ("roberta", "RobertaModel", dict(type_vocab_size=2)),
    "roberta, untied": ("roberta", "", dict(tie_word_embeddings=False, pad_token_id=0, hidden_act="relu")),
    "xlm-roberta": ("xlm-roberta", "", {}),
    "distilbert": ("distilbert", "", {}),
    "distilbert, untied": ("distilbert", "", dict(tie_word_embeddings=False, activation="relu")),
    "distilbert, without a head": ("distilbert", "DistilBertModel", {}),
    "marian": ("marian", "", dict(scale_embedding=True)),
    "marian, uneven": ("marian", "", dict(encoder_layers=1, decoder_layers=3, activation_function="relu")),
    "marian, two tables": ("marian", "", dict(
        share_encoder_decoder_embeddings=False, vocab_size=31, tie_word_embeddings=True, d_model=20,
    )),
}  # fmt: skip
#: One of each family, its shapes such that weights can be taken for one another.
PLAIN = ["llama, llama3", "mistral", "qwen2", "qwen3", "gpt_neox", "gpt2", "bert", "roberta", "distilbert", "marian"]


def model_of(name: str) -> Any:
    """A new one every time: with a dynamic base the library's remember the longest text they were given."""
    kind, cls, changes = MODELS[name]
    return reference.make(kind, seed=len(name), model=cls, **changes)


@cache
def weights_of(name: str) -> tuple[Any, Mapping[str, np.ndarray]]:
    """The engine's description of it and its weights."""
    spec = reference.spec_of(model_of(name))
    return spec, reference.weights_from(model_of(name), spec)


@cache
def expected(name: str, lengths: tuple[int, ...]) -> tuple[Texts, Mapping[str, np.ndarray]]:
    model = model_of(name)
    given_ = reference.texts(reference.spec_of(model), lengths)
    return given_, reference.run(model, given_)


def test_every_family_that_reads_such_folders_is_held_to_the_library() -> None:
    assert {kind for kind, _, _ in MODELS.values()} == set(families.by_huggingface()) == set(reference.KINDS)
    of_plain = {families.by_huggingface()[MODELS[name][0]] for name in PLAIN}
    assert of_plain == set(families.by_huggingface().values())


@pytest.mark.usefixtures("device")
@pytest.mark.parametrize("lengths", [(1,), (7,), (5, 5, 5), (9, 1, 4)], ids=str)
@pytest.mark.parametrize("name", MODELS)
def test_logits_hidden_states_and_patterns(name: str, lengths: tuple[int, ...]) -> None:
    given_, theirs = expected(name, lengths)
    ours = reference.trace(model_of(name), given_)
    reference.hold(ours, theirs)
    blocks = ours.spec.n_layers + (ours.spec.encoder_layers if given_.target else 0)
    # One hidden state more than blocks for each side, a pattern for each block (two in a decoder that looks at a
    # source), and logits where there is a head.
    count = 2 * blocks + 1 + (1 + ours.spec.n_layers if given_.target else 0) + (ours.spec.head != "none")
    assert len(theirs) == count
    if "logits" in theirs:
        assert 0.5 < np.abs(theirs["logits"]).max() < 50  # a size at which 1e-5 says something


def test_patterns_of_a_window_and_of_pads() -> None:
    """What is compared with is what it should be: nothing beyond the window, nothing at pads."""
    given_, theirs = expected("mistral", (9, 1, 4))
    pattern = theirs["blocks.1.attn.pattern"]
    assert (pattern[0, :, 8, :6] == 0).all() and (pattern[0, :, 8, 6:] > 0).all()
    assert (pattern[2, :, :4, 4:] == 0).all() and given_.source.lengths.tolist() == [9, 1, 4]
    given_, theirs = expected("marian", (9, 1, 4))
    assert given_.target is not None
    assert theirs["decoder.blocks.0.cross_attn.pattern"].shape == (3, 4, 5, 9)
    assert (theirs["decoder.blocks.0.cross_attn.pattern"][2, :, :, 4:] == 0).all()
    assert (theirs["encoder.blocks.0.attn.pattern"][0] > 0).all()


# ---------------------------------------------------------------- decoding


@pytest.mark.parametrize("name", [one for one in PLAIN if reference.is_decoder(model_of(one))])
def test_greedy_decoding_of_a_decoder(name: str) -> None:
    model, (spec, weights) = model_of(name), weights_of(name)
    said: set[int] = set()
    for seed in range(3):
        ids = reference.texts(spec, (4,), seed).source.ids[0].tolist()
        with torch.no_grad():
            theirs = model.generate(
                torch.tensor([ids]), attention_mask=torch.ones(1, 4, dtype=torch.long), do_sample=False,
                max_new_tokens=8, eos_token_id=None, pad_token_id=PAD,
            )[0].tolist()  # fmt: skip
        for _ in range(8):
            grown = reference.batch_of_ids(None, [ids], spec.n_ctx, spec.d_vocab)
            logits = reference.run_engine(spec, weights, Texts(grown))["logits"]
            ids.append(int(np.argmax(logits[0, -1])))
        assert ids == theirs
        said |= set(ids[4:])
    assert len(said) > 1


@pytest.mark.parametrize("never", [(), (PAD,)], ids=["anything", "no pads"])
@pytest.mark.parametrize("name", ["marian", "marian, uneven", "marian, two tables"])
def test_greedy_decoding_of_a_translator(name: str, never: tuple[int, ...]) -> None:
    model, (spec, weights) = model_of(name), weights_of(name)
    source = reference.texts(spec, (6, 2, 4), seed=5).source

    def theirs(end: int) -> list[list[int]]:
        with torch.no_grad():
            made = model.generate(
                torch.tensor(source.ids), attention_mask=reference.real(source), do_sample=False, num_beams=1,
                max_new_tokens=10, eos_token_id=end, pad_token_id=PAD, bad_words_ids=[[one] for one in never] or None,
            )  # fmt: skip
        # Theirs goes on with the end and pads; ours stops in front of it.
        return [row[: row.index(end, 1)] if end in row[1:] else row for row in made.tolist()]

    held: list[Any] = []

    def run(rows: list[list[int]]) -> Any:
        target = reference.batch_of_ids(None, rows, spec.n_ctx, spec.d_vocab, PAD)
        held[:] = [held[0].with_target(target) if held else reference.run_engine(spec, weights, Texts(source, target))]
        return held[0]

    # Ends that some rows meet, early and late.
    ends = {END, *(one for row in theirs(END) for one in row[2::3])} - {PAD}
    lengths = set()
    for end in ends:
        ours = decoding.greedy(run, 3, spec.start_id, end, most=10, never=never)
        assert ours == theirs(end)
        lengths |= set(map(len, ours))
    assert len(lengths) > 1


# ---------------------------------------------------------------- any configuration

_heads = st.sampled_from([(1, 1), (2, 1), (2, 2), (3, 3), (4, 2), (4, 1), (6, 2)])
_eps = st.sampled_from([1e-6, 1e-5, 1e-2])


def _rope(draw: Callable[..., Any], share: float | None = None) -> dict[str, Any]:
    kind = draw(st.sampled_from(["default", "linear", "dynamic", "llama3", "yarn"]))
    found: dict[str, Any] = dict(rope_type=kind, rope_theta=draw(st.sampled_from([20.0, 1000.0, 10000.0])))
    if kind != "default":
        found["factor"] = draw(st.sampled_from([1.0, 1.5, 8.0]))
    if kind == "llama3":
        low = draw(st.sampled_from([0.5, 1.0]))
        found |= dict(low_freq_factor=low, high_freq_factor=low * 4)
    if kind in ("llama3", "yarn"):
        found["original_max_position_embeddings"] = draw(st.integers(4, 30))
    if kind == "yarn" and draw(st.booleans()):
        found |= dict(beta_fast=draw(st.sampled_from([2.0, 32.0])), truncate=draw(st.booleans()))
    if share is not None:
        found["partial_rotary_factor"] = share
    return found


@st.composite
def configs(draw: Callable[..., Any], kind: str) -> dict[str, Any]:
    """A config of a kind, each size and choice free of the others as far as the library lets it be."""
    heads, kv = draw(_heads)
    act = draw(st.sampled_from(["relu", "gelu", "gelu_new", "silu"]))
    tied = draw(st.booleans())
    # At least 12 features: norms of fewer may magnify a rounding beyond any bound.
    d_model = heads * draw(st.integers(-(-12 // heads), 12 // heads + 3))
    found: dict[str, Any] = dict(tie_word_embeddings=tied)
    wide = dict(hidden_size=d_model, num_attention_heads=heads, intermediate_size=draw(st.integers(1, 17)),
                num_hidden_layers=draw(st.integers(1, 3)), hidden_act=act)  # fmt: skip
    if kind in ("llama", "mistral", "qwen2", "qwen3"):
        d_head = (
            2 * draw(st.integers(2, 4)) if heads > 2 else 12
        )  # more than one pair, or the library's dynamic base divides by 0
        found |= wide | dict(num_key_value_heads=kv, rms_norm_eps=draw(_eps), rope_parameters=_rope(draw))
        if kind in ("llama", "mistral", "qwen3"):
            found["head_dim"] = d_head
        else:
            found["hidden_size"] = heads * d_head
        if kind in ("llama", "qwen3"):
            found["attention_bias"] = draw(st.booleans())
        if kind == "llama":
            found["mlp_bias"] = draw(st.booleans())
        if kind == "mistral":
            found["sliding_window"] = draw(st.sampled_from([None, 1, 2, 5, 50]))
    elif kind == "gpt_neox":
        pairs = draw(st.integers(2 if heads > 2 else 6, 6))
        d_head = 2 * pairs + draw(st.integers(0, 3))
        found |= wide | dict(
            hidden_size=heads * d_head, layer_norm_eps=draw(_eps), attention_bias=draw(st.booleans()),
            use_parallel_residual=draw(st.booleans()), rope_parameters=_rope(draw, 2 * pairs / d_head),
        )  # fmt: skip
    elif kind == "gpt2":
        found |= dict(n_embd=d_model, n_head=heads, n_layer=draw(st.integers(1, 3)), layer_norm_epsilon=draw(_eps),
                      n_inner=draw(st.sampled_from([None, 5, 11])), activation_function=act)  # fmt: skip
    elif kind == "distilbert":
        found |= dict(dim=d_model, n_heads=heads, n_layers=draw(st.integers(1, 3)), hidden_dim=draw(st.integers(1, 17)),
                      activation=draw(st.sampled_from(["relu", "gelu"])))  # fmt: skip
    elif kind == "marian":
        shared = draw(st.booleans())
        found |= dict(
            d_model=d_model, encoder_attention_heads=heads, decoder_attention_heads=heads,
            encoder_layers=draw(st.integers(1, 3)), decoder_layers=draw(st.integers(1, 3)), activation_function=act,
            share_encoder_decoder_embeddings=shared, scale_embedding=draw(st.booleans()), tie_word_embeddings=True,
        )  # fmt: skip
        width = draw(st.integers(1, 17))
        found |= dict(encoder_ffn_dim=width, decoder_ffn_dim=width, vocab_size=D_VOCAB if shared else 29)
    else:
        found |= wide | dict(layer_norm_eps=draw(_eps), type_vocab_size=draw(st.integers(1, 3)))
        if kind != "bert":
            found["pad_token_id"] = draw(st.integers(0, 2))
    return found


@pytest.mark.parametrize("kind", reference.KINDS)
@settings(max_examples=10)
@given(data=st.data(), lengths=st.lists(st.integers(1, 11), min_size=1, max_size=3), seed=st.integers(0, 99))
def test_any_configuration(kind: str, data: Any, lengths: list[int], seed: int) -> None:
    model = reference.make(kind, seed, **data.draw(configs(kind)))
    targets = data.draw(st.lists(st.integers(1, 11), min_size=len(lengths), max_size=len(lengths)))
    given_ = reference.texts(reference.spec_of(model), lengths, seed, targets)
    reference.hold(reference.trace(model, given_), reference.run(model, given_))


# ---------------------------------------------------------------- what must be noticed

Weights = dict[str, np.ndarray]


def swapped(left: str, right: str) -> Callable[[Weights], Weights]:
    return lambda w: {**w, left: w[right], right: w[left]}


def turned(name: str) -> Callable[[Weights], Weights]:
    return lambda w: {**w, name: np.ascontiguousarray(w[name].T)}


def parts_swapped(left: str, right: str) -> Callable[[Weights], Weights]:
    """Everything under one name for everything under another, where both have it."""

    def exchange(w: Weights) -> Weights:
        names = [one for one in w if one.startswith(left) and right + one.removeprefix(left) in w]
        assert names
        made = dict(w)
        for one in names:
            other = right + one.removeprefix(left)
            made[one], made[other] = w[other], w[one]
        return made

    return exchange


def moved(name: str) -> Callable[[Weights], Weights]:
    """A table whose rows begin one later."""
    return lambda w: {**w, name: np.roll(w[name], 1, axis=0)}


def interleaved(d_head: int, *names: str) -> Callable[[Weights], Weights]:
    """Pairs of neighbours (0, 1), (2, 3) taken for pairs of halves, as in files of other libraries."""
    order = np.concatenate([np.arange(0, d_head, 2), np.arange(1, d_head, 2)])

    def change(w: Weights) -> Weights:
        return {**w, **{one: w[one].reshape(len(w[one]), -1, d_head)[:, :, order].reshape(w[one].shape)
                        for one in names}}  # fmt: skip

    return change


def side_by_side(n_heads: int, d_head: int) -> Callable[[Weights], Weights]:
    """Q, K and V of GPT-NeoX, which lie head by head, taken for three matrices side by side."""

    def change(w: Weights) -> Weights:
        held = [w[f"blocks.0.attn.W_{one}"].reshape(-1, n_heads, 1, d_head) for one in "QKV"]
        joined = np.concatenate(held, axis=2).reshape(len(held[0]), -1)
        parts = np.split(joined, 3, axis=1)
        return {**w, **{f"blocks.0.attn.W_{one}": part for one, part in zip("QKV", parts)}}

    return change


_B = "blocks.0."
_NORMS = {"norms exchanged": swapped(_B + "ln1.w", _B + "ln2.w"),
          "blocks exchanged": parts_swapped("blocks.0.", "blocks.1.")}  # fmt: skip
_SAME = {"keys for values": swapped(_B + "attn.W_K", _B + "attn.W_V"), **_NORMS}
_WIDE = {"keys for queries": swapped(_B + "attn.W_Q", _B + "attn.W_K"), "O transposed": turned(_B + "attn.W_O")}
_GATED = {"gate for up": swapped(_B + "mlp.W_gate", _B + "mlp.W_in")}
_ENCODER = {"positions moved": moved("W_pos"), "bias of the logits moved": moved("b_U"),
            "norm of the embeddings for the head's": swapped("embed_ln.w", "head.ln.w"),
            "head transposed": turned("head.dense.W")}  # fmt: skip

#: One mistake each.
MISTAKES: dict[str, dict[str, Callable[[Weights], Weights]]] = {
    "llama, llama3": _SAME | _GATED | {"O transposed": turned(_B + "attn.W_O"),
                                       "pairs of neighbours": interleaved(6, _B + "attn.W_Q", _B + "attn.W_K")},
    "mistral": _SAME | _GATED | {"O transposed": turned(_B + "attn.W_O")},
    "qwen2": _SAME | _GATED | {"biases of K and V": swapped(_B + "attn.b_K", _B + "attn.b_V")},
    "qwen3": _SAME | _GATED | {"norms of q and k": swapped(_B + "attn.q_norm.w", _B + "attn.k_norm.w")},
    "gpt_neox": _SAME | _WIDE | {"heads side by side": side_by_side(4, 6),
                                 "biases of O": swapped(_B + "attn.b_O", "blocks.1.attn.b_O"),
                                 "pairs of neighbours": interleaved(6, _B + "attn.W_Q", _B + "attn.W_K")},
    "gpt2": _SAME | _WIDE | {"positions moved": moved("W_pos")},
    "bert": _SAME | _WIDE | _ENCODER | {"another type": moved("W_type")},
    "roberta": _SAME | _WIDE | _ENCODER,
    "distilbert": _SAME | _WIDE | _ENCODER,
    "marian": {
        "keys for values": swapped("encoder.blocks.0.attn.W_K", "encoder.blocks.0.attn.W_V"),
        "keys for values across": swapped("decoder.blocks.1.cross_attn.W_K", "decoder.blocks.1.cross_attn.W_V"),
        "encoder for decoder": parts_swapped("encoder.", "decoder."),
        "self for cross": parts_swapped("decoder.blocks.0.attn.", "decoder.blocks.0.cross_attn."),
        "norms behind them": swapped("decoder.blocks.0.ln1.w", "decoder.blocks.0.ln_cross.w"),
        "norms of FFN and cross": swapped("decoder.blocks.1.ln2.b", "decoder.blocks.1.ln_cross.b"),
        "O transposed": turned("decoder.blocks.0.cross_attn.W_O"),
        "bias of the logits moved": moved("b_U"),
    },
}  # fmt: skip


def test_mistakes_are_made_in_every_family() -> None:
    assert set(MISTAKES) == set(PLAIN)


@pytest.mark.parametrize("name, mistake", [(name, one) for name, known in MISTAKES.items() for one in known])
def test_a_wrong_mapping_of_weights_is_noticed(name: str, mistake: str) -> None:
    given_, theirs = expected(name, (9, 1, 4))
    spec, good = weights_of(name)
    wrong = MISTAKES[name][mistake](good)
    assert wrong.keys() == good.keys() and any(not np.array_equal(wrong[one], good[one]) for one in good)
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        reference.hold(reference.run_engine(spec, wrong, given_), theirs)


@pytest.mark.parametrize("name", PLAIN)
def test_every_weight_counts(name: str) -> None:
    """A change of any weight is noticed, so each one is read, and from its own place.

    Biases of keys alone are not: they add the same to every score of a row, unless they are turned or normed.
    """
    given_, theirs = expected(name, (9, 1, 4))
    spec, good = weights_of(name)
    reference.hold(reference.run_engine(spec, good, given_), theirs)
    for one, values in good.items():
        if one.endswith("b_K") and spec.rope is None:
            continue
        change = 0.1 * np.cos(np.arange(values.size, dtype=np.float32)).reshape(values.shape)
        with pytest.raises(AssertionError, match="Not equal to tolerance"):
            reference.hold(reference.run_engine(spec, {**good, one: values + change}, given_), theirs)
