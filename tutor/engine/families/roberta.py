"""RoBERTa (Liu et al. 2019): BERT whose position table begins behind the id of padding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tutor.engine.config import Config
from tutor.engine.families import bert
from tutor.engine.reader import Read
from tutor.engine.spec import ModelSpec, SpecError

program = bert.program

#: The `model_type`s of config.json that this file reads, and what may stand before the names of its tensors.
HUGGINGFACE = ("roberta", "xlm-roberta")
PREFIXES = ("roberta.",)


def spec_from(config: Mapping[str, Any], name: str) -> ModelSpec:
    """The model that a config.json describes. Raises SpecError naming the offending key."""
    c = Config(config)
    rows = c.size("max_position_embeddings")
    first = c.id("pad_token_id", c.size("vocab_size")) + 1 if c.get("pad_token_id") is not None else 2
    if rows <= first:
        raise SpecError(f"max_position_embeddings {rows} leaves no row behind those of padding: check config.json.")
    # The rows up to the pad's id are never used: the first token has the row behind it.
    return bert.describe(
        c, name, "roberta", n_ctx=rows - first, pos_offset=first, n_types=c.size("type_vocab_size", 1),
        head_activation="gelu",  # whatever the FFN has
    )  # fmt: skip


def weights_from(spec: ModelSpec, read: Read) -> dict[str, np.ndarray]:
    """The weights under our names; `read` fetches one by its name in the folder, without `roberta.`."""
    found = bert.embeddings(spec, read) | bert.blocks(spec, read, "encoder.layer.", bert.LAYERS, bert.NORMS)
    if spec.head == "mlm":
        found |= bert.head(spec, read, "lm_head.dense", "lm_head.layer_norm", "lm_head.decoder", "lm_head.bias")
    return found
