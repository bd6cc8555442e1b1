"""GPT-NeoX (Black et al. 2022) and Pythia: pre-norm with rotary positions on a part of each head's features, attention
and FFN side by side on the same residual input."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tutor.engine.config import Config
from tutor.engine.families import decoder_only
from tutor.engine.later import contiguous
from tutor.engine.reader import Read, linear, norm
from tutor.engine.spec import ModelSpec

program = decoder_only.program

#: The `model_type` of config.json that this file reads, and what may stand before the names of its tensors.
HUGGINGFACE = "gpt_neox"
PREFIXES = ("gpt_neox.",)


def spec_from(config: Mapping[str, Any], name: str) -> ModelSpec:
    """The model that a config.json describes. Raises SpecError naming the offending key."""
    c = Config(config)
    d_model, n_heads, n_ctx = c.size("hidden_size"), c.size("num_attention_heads"), c.size("max_position_embeddings")
    d_head = c.shared("hidden_size", d_model, n_heads)
    rope = c.rope(d_head, c.number("rotary_pct", 0.25), n_ctx)
    vocabulary, bias = c.size("vocab_size"), c.flag("attention_bias", True)
    return ModelSpec(
        name=name, family="gpt_neox", d_model=d_model, n_heads=n_heads, d_head=d_head,
        n_layers=c.size("num_hidden_layers"), d_mlp=c.size("intermediate_size"), d_vocab=vocabulary,
        n_ctx=int(n_ctx * rope.factor) if rope.kind == "dynamic" else n_ctx, norm="pre", positions="rotary", rope=rope,
        parallel=c.flag("use_parallel_residual", True), activation=c.activation("hidden_act", "gelu"),
        tied=c.flag("tie_word_embeddings", False), bias_only="" if bias else "mlp",
        eps=c.eps("layer_norm_eps", 1e-5), pad_id=c.id("pad_token_id", vocabulary),
        end_id=c.id("eos_token_id", vocabulary),
    )  # fmt: skip


def weights_from(spec: ModelSpec, read: Read) -> dict[str, np.ndarray]:
    """The weights under our names; `read` fetches one by its name in the folder, without `gpt_neox.`."""
    found = {"W_E": read("embed_in.weight")}
    for layer in range(spec.n_layers):
        ours, theirs = f"blocks.{layer}.", f"layers.{layer}."
        joined = linear(read, theirs + "attention.query_key_value", "", "qkv")
        # q, k and v of one head lie side by side, head after head.
        for name, values in joined.items():
            parts = values.reshape(*values.shape[:-1], spec.n_heads, 3, spec.d_head)
            for at, one in enumerate("QKV"):
                part = parts[..., at, :].reshape(*values.shape[:-1], spec.d_attn)
                found[f"{ours}attn.{name[0]}_{one}"] = contiguous(part)
        found |= linear(read, theirs + "attention.dense", ours + "attn.", "O")
        found |= linear(read, theirs + "mlp.dense_h_to_4h", ours + "mlp.", "in")
        found |= linear(read, theirs + "mlp.dense_4h_to_h", ours + "mlp.", "out")
        found |= norm(read, theirs + "input_layernorm", ours + "ln1")
        found |= norm(read, theirs + "post_attention_layernorm", ours + "ln2")
    found |= norm(read, "final_layer_norm", "ln_final")
    if not spec.tied:
        found["W_U"] = read("embed_out.weight", "lm_head.weight").T
    return found
