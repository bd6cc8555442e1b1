"""GPT-2 (Radford et al. 2019): the decoder-only Program, pre-norm with learned positions, tanh GELU and tied output.

Only the names of its weights differ. In a Hugging Face folder q, k and v lie side by side in one matrix, and
matrices are stored [inputs, outputs] as here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tutor.engine.config import Config
from tutor.engine.families import decoder_only
from tutor.engine.reader import Read
from tutor.engine.spec import ModelSpec

program = decoder_only.program

#: The `model_type` of config.json that this file reads, and what may stand before the names of its tensors.
HUGGINGFACE = "gpt2"
PREFIXES = ("transformer.",)


def spec_from(config: Mapping[str, Any], name: str) -> ModelSpec:
    """The model that a config.json describes. Raises SpecError naming the offending key."""
    c = Config(config)
    c.only("scale_attn_by_inverse_layer_idx", False, "add_cross_attention", False, "scale_attn_weights", True)
    d_model, n_heads, vocabulary = c.size("n_embd"), c.size("n_head"), c.size("vocab_size")
    return ModelSpec(
        name=name, family="gpt2", d_model=d_model, n_heads=n_heads, d_head=c.shared("n_embd", d_model, n_heads),
        n_layers=c.size("n_layer"), d_mlp=c.size("n_inner", 4 * d_model), d_vocab=vocabulary,
        n_ctx=c.size("n_positions", c.get("n_ctx")), norm="pre", positions="learned",
        activation=c.activation("activation_function", "gelu_new"), tied=c.flag("tie_word_embeddings", True),
        eps=c.eps("layer_norm_epsilon", 1e-5), tokenizer="r50k_base" if vocabulary == 50257 else "",
    )  # fmt: skip


def weights_from(spec: ModelSpec, read: Read) -> dict[str, np.ndarray]:
    """The weights under our names; `read` fetches one by its name in the folder, without `transformer.`."""
    found = {"W_E": read("wte.weight"), "W_pos": read("wpe.weight")}
    for layer in range(spec.n_layers):
        ours, theirs = f"blocks.{layer}.", f"h.{layer}."
        for one in "12":
            found[f"{ours}ln{one}.w"], found[f"{ours}ln{one}.b"] = (
                read(f"{theirs}ln_{one}.weight"), read(f"{theirs}ln_{one}.bias")
            )  # fmt: skip
        matrices = np.split(read(f"{theirs}attn.c_attn.weight"), 3, axis=1)
        biases = np.split(read(f"{theirs}attn.c_attn.bias"), 3)
        for one, matrix, bias in zip("QKV", matrices, biases):
            found[f"{ours}attn.W_{one}"], found[f"{ours}attn.b_{one}"] = matrix, bias
        for mine, other in (("attn.{}_O", "attn.c_proj"), ("mlp.{}_in", "mlp.c_fc"), ("mlp.{}_out", "mlp.c_proj")):
            found[ours + mine.format("W")] = read(f"{theirs}{other}.weight")
            found[ours + mine.format("b")] = read(f"{theirs}{other}.bias")
    found["ln_final.w"], found["ln_final.b"] = read("ln_f.weight"), read("ln_f.bias")
    if not spec.tied:
        found["W_U"] = read("lm_head.weight").T
    return found
