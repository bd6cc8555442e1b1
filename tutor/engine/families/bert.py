"""BERT (Devlin et al. 2018): encoder-only, post-norm, learned positions and token types, and a head that fills gaps.

DistilBERT and RoBERTa are the same Program with other choices and other names of weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tutor.engine.build import Builder
from tutor.engine.config import Config
from tutor.engine.later import contiguous
from tutor.engine.parts import block, embed, unembed
from tutor.engine.program import TOKENS, Program
from tutor.engine.reader import Read, linear, norm
from tutor.engine.spec import ModelSpec

#: The `model_type` of config.json that this file reads, and what may stand before the names of its tensors.
HUGGINGFACE = "bert"
PREFIXES = ("bert.",)
#: Our names of a block's linear layers and norms, and BERT's.
LAYERS = (
    ("attn.", "Q", "attention.self.query"), ("attn.", "K", "attention.self.key"),
    ("attn.", "V", "attention.self.value"), ("attn.", "O", "attention.output.dense"),
    ("mlp.", "in", "intermediate.dense"), ("mlp.", "out", "output.dense"),
)  # fmt: skip
NORMS = (("ln1", "attention.output.LayerNorm"), ("ln2", "output.LayerNorm"))


def program(spec: ModelSpec) -> Program:
    b = Builder(spec)
    x = embed(b)
    for layer in range(spec.n_layers):
        b.section, b.prefix = f"blocks.{layer}", f"blocks.{layer}."
        x = block(b, x, TOKENS, causal=False, first=layer == 0)
    b.section, b.prefix = "output", ""
    unembed(b, x)
    return b.program()


def spec_from(config: Mapping[str, Any], name: str) -> ModelSpec:
    """The model that a config.json describes. Raises SpecError naming the offending key."""
    return describe(Config(config), name, "bert")


def describe(c: Config, name: str, family: str, **changes: Any) -> ModelSpec:
    """BERT's own keys, with what a relative has otherwise."""
    c.only("is_decoder", False, "add_cross_attention", False, "position_embedding_type", "absolute")
    vocabulary = c.size("vocab_size")
    given: dict[str, Any] = dict(
        n_layers=c.size("num_hidden_layers"), d_mlp=c.size("intermediate_size"),
        n_ctx=c.size("max_position_embeddings"), n_types=c.size("type_vocab_size", 2),
        activation=c.activation("hidden_act", "gelu"), eps=c.eps("layer_norm_eps", 1e-12),
        pad_id=c.id("pad_token_id", vocabulary),
    )  # fmt: skip
    return ModelSpec(**encoder_only(c, name, family, "hidden_size", "num_attention_heads") | given | changes)


def encoder_only(c: Config, name: str, family: str, width: str, heads: str) -> dict[str, Any]:
    """What BERT and its relatives share; `width` and `heads` are their keys of these sizes.

    A model without a head for gaps ends with its last residual.
    """
    d_model, n_heads = c.size(width), c.size(heads)
    masked = has_masked_head(c)
    return dict(
        name=name, family=family, d_model=d_model, n_heads=n_heads, d_vocab=c.size("vocab_size"),
        d_head=c.shared(width, d_model, n_heads), norm="post", final_norm=False, embed_norm=True,
        positions="learned", causal=False, head="mlm" if masked else "none", bias_out=masked,
        tied=c.flag("tie_word_embeddings", True),
    )  # fmt: skip


def has_masked_head(c: Config) -> bool:
    """Whether `architectures` names a model that fills gaps, or none at all."""
    named = c.get("architectures", [])
    return not named or any("MaskedLM" in str(one) or "PreTraining" in str(one) for one in named)


def weights_from(spec: ModelSpec, read: Read) -> dict[str, np.ndarray]:
    """The weights under our names; `read` fetches one by its name in the folder, without `bert.`."""
    found = embeddings(spec, read) | blocks(spec, read, "encoder.layer.", LAYERS, NORMS)
    if spec.head == "mlm":
        found |= head(spec, read, "cls.predictions.transform.dense", "cls.predictions.transform.LayerNorm",
                      "cls.predictions.decoder", "cls.predictions.bias")  # fmt: skip
    return found


def embeddings(spec: ModelSpec, read: Read) -> dict[str, np.ndarray]:
    found = {"W_E": read("embeddings.word_embeddings.weight")}
    found["W_pos"] = read("embeddings.position_embeddings.weight")
    if spec.n_types:
        found["W_type"] = read("embeddings.token_type_embeddings.weight")
    return found | norm(read, "embeddings.LayerNorm", "embed_ln")


def blocks(
    spec: ModelSpec,
    read: Read,
    prefix: str,
    layers: tuple[tuple[str, str, str], ...],
    norms: tuple[tuple[str, str], ...],
) -> dict[str, np.ndarray]:
    """Every block's weights: `layers` and `norms` pair our names with theirs."""
    found: dict[str, np.ndarray] = {}
    for layer in range(spec.n_layers):
        for part, one, other in layers:
            found |= linear(read, f"{prefix}{layer}.{other}", f"blocks.{layer}.{part}", one)
        for ours, theirs in norms:
            found |= norm(read, f"{prefix}{layer}.{theirs}", f"blocks.{layer}.{ours}")
    return found


def head(spec: ModelSpec, read: Read, dense: str, ln: str, decoder: str, bias: str) -> dict[str, np.ndarray]:
    """The head that fills gaps: dense, norm, and the output layer, which is the embedding table where tied."""
    made = linear(read, dense, "", "head")
    found = {"head.dense.W": made["W_head"], "head.dense.b": made["b_head"]} | norm(read, ln, "head.ln")
    # The output layer's bias lies beside it too; where the layer is not tied, so is its bias not.
    both = (bias, f"{decoder}.bias")
    found["b_U"] = read(*(both if spec.tied else both[::-1]))
    if not spec.tied:
        found["W_U"] = contiguous(read(f"{decoder}.weight").T)
    return found
