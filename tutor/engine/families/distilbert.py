"""DistilBERT (Sanh et al. 2019): a shallower BERT without token types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tutor.engine.config import Config
from tutor.engine.families import bert
from tutor.engine.reader import Read
from tutor.engine.spec import ModelSpec

program = bert.program

#: The `model_type` of config.json that this file reads, and what may stand before the names of its tensors.
HUGGINGFACE = "distilbert"
PREFIXES = ("distilbert.",)
_LAYERS = (
    ("attn.", "Q", "attention.q_lin"), ("attn.", "K", "attention.k_lin"), ("attn.", "V", "attention.v_lin"),
    ("attn.", "O", "attention.out_lin"), ("mlp.", "in", "ffn.lin1"), ("mlp.", "out", "ffn.lin2"),
)  # fmt: skip
_NORMS = (("ln1", "sa_layer_norm"), ("ln2", "output_layer_norm"))


def spec_from(config: Mapping[str, Any], name: str) -> ModelSpec:
    """The model that a config.json describes. Raises SpecError naming the offending key."""
    c = Config(config)
    return ModelSpec(
        **bert.encoder_only(c, name, "distilbert", "dim", "n_heads"), n_layers=c.size("n_layers"),
        d_mlp=c.size("hidden_dim"), n_ctx=c.size("max_position_embeddings"),
        activation=c.activation("activation", "gelu"), eps=1e-12, pad_id=c.id("pad_token_id", c.size("vocab_size")),
    )  # fmt: skip


def weights_from(spec: ModelSpec, read: Read) -> dict[str, np.ndarray]:
    """The weights under our names; `read` fetches one by its name in the folder, without `distilbert.`."""
    found = bert.embeddings(spec, read) | bert.blocks(spec, read, "transformer.layer.", _LAYERS, _NORMS)
    if spec.head == "mlm":
        found |= bert.head(spec, read, "vocab_transform", "vocab_layer_norm", "vocab_projector", "vocab_projector.bias")
    return found
