"""Marian translation models (Junczys-Dowmunt et al. 2018), as Hugging Face keeps them: post-norm encoder–decoders
with sinusoidal positions (all sines first) and one embedding table for everything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tutor.engine.config import Config
from tutor.engine.families import encoder_decoder
from tutor.engine.reader import Read, linear, norm
from tutor.engine.spec import ModelSpec

program = encoder_decoder.program

#: The `model_type` of config.json that this file reads, and what may stand before the names of its tensors.
HUGGINGFACE = "marian"
PREFIXES = ("model.",)


def spec_from(config: Mapping[str, Any], name: str) -> ModelSpec:
    """The model that a config.json describes. Raises SpecError naming the offending key."""
    c = Config(config)
    # Untied, what the sides share depends on the version of the library that made the file.
    c.only("normalize_before", False, "add_final_layer_norm", False, "normalize_embedding", False,
           "tie_word_embeddings", True)  # fmt: skip
    d_model, n_heads, d_mlp = c.size("d_model"), c.size("decoder_attention_heads"), c.size("decoder_ffn_dim")
    c.same("encoder_attention_heads", n_heads)
    c.same("encoder_ffn_dim", d_mlp)
    vocabulary = c.size("decoder_vocab_size", c.get("vocab_size"))
    shared = c.flag("share_encoder_decoder_embeddings", True)
    return ModelSpec(
        name=name, family="marian", d_model=d_model, n_heads=n_heads, d_head=c.shared("d_model", d_model, n_heads),
        n_layers=c.size("decoder_layers"), n_layers_encoder=c.size("encoder_layers"), d_mlp=d_mlp, d_vocab=vocabulary,
        d_vocab_source=0 if shared else c.size("vocab_size"), n_ctx=c.size("max_position_embeddings"),
        norm="post", final_norm=False, positions="sinusoidal_halves", scale_embed=c.flag("scale_embedding", False),
        activation=c.activation("activation_function"), tied=True, bias_out=True,
        pad_id=c.id("pad_token_id", vocabulary), start_id=c.id("decoder_start_token_id", vocabulary),
        end_id=c.id("eos_token_id", vocabulary),
    )  # fmt: skip


def weights_from(spec: ModelSpec, read: Read) -> dict[str, np.ndarray]:
    """The weights under our names; `read` fetches one by its name in the folder, without `model.`."""
    found: dict[str, np.ndarray] = {}
    if spec.d_vocab_source:
        found["encoder.W_E"] = read("encoder.embed_tokens.weight")
        found["decoder.W_E"] = read("decoder.embed_tokens.weight")
    else:
        found["W_E"] = read("shared.weight", "decoder.embed_tokens.weight", "encoder.embed_tokens.weight")
    for side, layers in (("encoder", spec.encoder_layers), ("decoder", spec.n_layers)):
        for layer in range(layers):
            theirs, ours = f"{side}.layers.{layer}.", f"{side}.blocks.{layer}."
            attentions = [("self_attn", "attn", "self_attn_layer_norm", "ln1")]
            if side == "decoder":
                attentions.append(("encoder_attn", "cross_attn", "encoder_attn_layer_norm", "ln_cross"))
            for their_attn, attn, their_norm, ln in attentions:
                for one, other in (("Q", "q_proj"), ("K", "k_proj"), ("V", "v_proj"), ("O", "out_proj")):
                    found |= linear(read, f"{theirs}{their_attn}.{other}", f"{ours}{attn}.", one)
                found |= norm(read, theirs + their_norm, ours + ln)
            found |= linear(read, theirs + "fc1", ours + "mlp.", "in")
            found |= linear(read, theirs + "fc2", ours + "mlp.", "out")
            found |= norm(read, theirs + "final_layer_norm", ours + "ln2")
    found["b_U"] = read("final_logits_bias").reshape(-1)
    return found
