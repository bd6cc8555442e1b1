"""Llama and its relatives (Touvron et al. 2023): pre-norm with RMSNorm, rotary positions, SwiGLU, shared key and value
heads. Mistral adds a sliding window, Qwen2 biases on Q, K and V, Qwen3 a norm on each head's queries and keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tutor.engine.config import Config
from tutor.engine.families import decoder_only
from tutor.engine.reader import Read, linear, norm
from tutor.engine.spec import ModelSpec

program = decoder_only.program

#: The `model_type`s of config.json that this file reads, and what may stand before the names of its tensors.
HUGGINGFACE = ("llama", "mistral", "qwen2", "qwen3")
PREFIXES = ("model.",)


def spec_from(config: Mapping[str, Any], name: str) -> ModelSpec:
    """The model that a config.json describes. Raises SpecError naming the offending key."""
    c = Config(config)
    kind = c.get("model_type", "llama")
    c.only("use_sliding_window", False)
    if kind != "mistral" and c.get("layer_types"):  # Mistral's layers are all alike, whatever is said
        c.only("layer_types", ["full_attention"] * c.size("num_hidden_layers"))
    d_model, n_heads, n_ctx = c.size("hidden_size"), c.size("num_attention_heads"), c.size("max_position_embeddings")
    d_head = c.size("head_dim") if c.get("head_dim") else c.shared("hidden_size", d_model, n_heads)
    rope = c.rope(d_head, n_ctx=n_ctx)
    attention, mlp = c.flag("attention_bias", kind == "qwen2"), c.flag("mlp_bias", False)
    # Qwen2 has biases on Q, K and V alone, whatever its config says.
    biases: tuple[str, ...] = ("qkv",) if kind == "qwen2" else ("qkv", "o") if attention else ()
    biases += ("mlp",) if mlp else ()
    vocabulary = c.size("vocab_size")
    return ModelSpec(
        name=name, family="llama", d_model=d_model, n_heads=n_heads, d_head=d_head,
        n_kv_heads=c.kv_heads("num_key_value_heads", n_heads), n_layers=c.size("num_hidden_layers"),
        d_mlp=c.size("intermediate_size"), d_vocab=vocabulary, norm="pre", norm_kind="rms", positions="rotary",
        n_ctx=int(n_ctx * rope.factor) if rope.kind == "dynamic" else n_ctx, rope=rope, qk_norm=kind == "qwen3",
        gated=True, activation=c.activation("hidden_act", "silu"), tied=c.flag("tie_word_embeddings", False),
        bias=bool(biases), bias_only=" ".join(biases), eps=c.eps("rms_norm_eps", 1e-6),
        window=c.size("sliding_window") if kind == "mistral" and c.get("sliding_window") else 0,
        pad_id=c.id("pad_token_id", vocabulary), end_id=c.id("eos_token_id", vocabulary),
    )  # fmt: skip


def weights_from(spec: ModelSpec, read: Read) -> dict[str, np.ndarray]:
    """The weights under our names; `read` fetches one by its name in the folder, without `model.`."""
    found = {"W_E": read("embed_tokens.weight")}
    for layer in range(spec.n_layers):
        ours, theirs = f"blocks.{layer}.", f"layers.{layer}."
        for one, other in (("Q", "q_proj"), ("K", "k_proj"), ("V", "v_proj"), ("O", "o_proj")):
            found |= linear(read, f"{theirs}self_attn.{other}", f"{ours}attn.", one)
        for one, other in (("gate", "gate_proj"), ("in", "up_proj"), ("out", "down_proj")):
            found |= linear(read, f"{theirs}mlp.{other}", f"{ours}mlp.", one)
        found |= norm(read, theirs + "input_layernorm", ours + "ln1")
        found |= norm(read, theirs + "post_attention_layernorm", ours + "ln2")
        if spec.qk_norm:
            found |= norm(read, theirs + "self_attn.q_norm", ours + "attn.q_norm")
            found |= norm(read, theirs + "self_attn.k_norm", ours + "attn.k_norm")
    found |= norm(read, "norm", "ln_final")
    if not spec.tied:
        found["W_U"] = read("lm_head.weight").T
    return found
