"""GPT-2 (Radford et al. 2019): the decoder-only Program, pre-norm with learned positions, tanh GELU and tied output.

Only the names of its weights differ. In a Hugging Face folder q, k and v lie side by side in one matrix, and
matrices are stored [inputs, outputs] as here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tutor.engine.families import decoder_only
from tutor.engine.spec import ModelSpec, SpecError

program = decoder_only.program

#: The `model_type` of config.json that this file reads.
HUGGINGFACE = "gpt2"

_ACTIVATIONS = {"gelu_new": "gelu_tanh", "gelu_pytorch_tanh": "gelu_tanh", "gelu": "gelu", "relu": "relu"}
#: What would change the numbers and is not computed here: key → the value that is.
_ONLY = {"scale_attn_by_inverse_layer_idx": False, "add_cross_attention": False, "scale_attn_weights": True}


def spec_from(config: Mapping[str, Any], name: str) -> ModelSpec:
    """The model that a config.json describes. Raises SpecError naming the offending key."""
    for key, value in _ONLY.items():
        if config.get(key, value) != value:
            raise SpecError(f"{key} of this model is {config[key]!r}; only {value!r} can be shown.")
    activation = config.get("activation_function", "gelu_new")
    if activation not in _ACTIVATIONS:
        raise SpecError(f"activation_function is {activation!r}; known are {', '.join(_ACTIVATIONS)}.")
    try:
        d_model, n_heads, vocabulary = int(config["n_embd"]), int(config["n_head"]), int(config["vocab_size"])
        n_layers, n_ctx = int(config["n_layer"]), int(config.get("n_positions") or config["n_ctx"])
    except (KeyError, TypeError, ValueError) as error:
        raise SpecError(f"config.json lacks {error} or has no whole number there: use the model's own file.") from None
    if n_heads < 1 or d_model % n_heads:
        raise SpecError(f"n_embd {d_model} cannot be shared among n_head {n_heads} heads: check config.json.")
    return ModelSpec(
        name=name, family="gpt2", d_model=d_model, n_heads=n_heads, d_head=d_model // n_heads, n_layers=n_layers,
        d_mlp=int(config.get("n_inner") or 4 * d_model), d_vocab=vocabulary, n_ctx=n_ctx, norm="pre",
        positions="learned", activation=_ACTIVATIONS[activation], tied=bool(config.get("tie_word_embeddings", True)),
        eps=float(config.get("layer_norm_epsilon", 1e-5)), tokenizer="r50k_base" if vocabulary == 50257 else "",
    )  # fmt: skip


def weights_from(spec: ModelSpec, read: Callable[[str], np.ndarray]) -> dict[str, np.ndarray]:
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
