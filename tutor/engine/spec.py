"""ModelSpec: the sizes and choices of one model."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from typing import Any

from tutor.engine.records import dataclass


class SpecError(ValueError):
    """Sizes or choices that make no model; the message is one sentence naming the offending key."""


#: What each choice may be.
CHOICES: Mapping[str, tuple[str, ...]] = {
    "norm": ("pre", "post"),
    "norm_kind": ("layer", "rms"),
    "positions": ("sinusoidal", "sinusoidal_halves", "learned", "rotary", "none"),
    "activation": ("relu", "gelu", "gelu_tanh", "silu"),
    "head": ("lm", "mlm", "none"),
    "head_activation": ("", "relu", "gelu", "gelu_tanh", "silu"),
    "pad": ("-inf", "-1000", "none"),
}
ROPE_KINDS = ("default", "linear", "dynamic", "llama3", "yarn")
#: Which linear layers may have biases of their own choice.
BIASES = ("qkv", "o", "mlp")
_SIZES = ("d_model", "n_heads", "d_head", "n_layers", "d_mlp", "d_vocab", "n_ctx")
#: Sizes that may be 0, for "as another says" or "none".
_OPTIONAL = ("n_kv_heads", "n_layers_encoder", "d_vocab_source", "n_types", "pos_offset", "window")
_MOST = 1 << 24
_MOST_LAYERS = 1000

#: What `--set` and the what-if switches change: key → allowed values → the field and value of the spec.
#: (None where the value leaves the model as it is).
SETTINGS: Mapping[str, Mapping[str, tuple[str, Any] | None]] = {
    "mask": {"on": ("causal", True), "off": ("causal", False)},
    "scale": {"on": ("scale_scores", True), "off": ("scale_scores", False)},
    "positions": {"on": None, "off": ("positions", "none")},
    "pad": {"-inf": ("pad", "-inf"), "-1000": ("pad", "-1000"), "none": ("pad", "none")},
}


@dataclass(frozen=True)
class Rope:
    """Rotary positions (Su et al. 2021): pair i of the first `dim` features turns by pos · base^(−2i/dim).

    The scaled kinds stretch the wavelengths for texts longer than `original`: "linear" divides every angle by
    `factor` (Chen et al. 2023); "dynamic" raises the base once a text is longer than `original`; "llama3" divides
    only the slow pairs, those that turn fewer than `low` times within `original`, blending up to `high`; "yarn"
    (Peng et al. 2023) blends between `beta_slow` and `beta_fast` turns and multiplies sine and cosine by
    `attention`. Raises SpecError where they make no rotation.
    """

    dim: int
    base: float = 10000.0
    kind: str = "default"
    factor: float = 1.0
    original: int = 0
    low: float = 1.0
    high: float = 4.0
    beta_fast: float = 32.0
    beta_slow: float = 1.0
    attention: float = 1.0
    truncate: bool = True

    def __post_init__(self) -> None:
        for f in fields(self):
            value, kind = getattr(self, f.name), str(f.type)
            good: Any = {"int": int, "float": (int, float), "bool": bool, "str": str}[kind]
            if not isinstance(value, good) or (kind != "bool" and isinstance(value, bool)):
                raise SpecError(f"rope {f.name} should be of type {kind}, not {value!r}.")
            if kind == "float" and not (math.isfinite(value) and value > 0):
                raise SpecError(f"rope {f.name} should be a number above 0, not {value!r}.")
        if self.dim < 2 or self.dim % 2:
            raise SpecError(f"Rotary positions turn pairs of features: {self.dim} cannot be paired.")
        if self.kind not in ROPE_KINDS:
            raise SpecError(f"rope kind should be one of {', '.join(ROPE_KINDS)}, not {self.kind!r}.")
        if self.kind in ("dynamic", "llama3", "yarn") and self.original < 1:
            raise SpecError(f"Rotary positions of the kind {self.kind} need the length they were trained with.")
        if self.kind == "yarn" and self.base <= 1:
            raise SpecError(f"rope base should be above 1, not {self.base!r}.")
        if self.kind == "llama3" and self.high <= self.low:
            raise SpecError("high_freq_factor should be above low_freq_factor.")


@dataclass(frozen=True)
class ModelSpec:
    """Sizes and choices of one model. Raises SpecError where they make none.

    Attributes:
        name: what the model is called.
        family: the file in `families/` that declares its Program.
        d_model, n_heads, d_head, n_layers, d_mlp, d_vocab, n_ctx: sizes; d_head is free of d_model / n_heads.
        n_kv_heads: heads of keys and values, each shared by n_heads / n_kv_heads queries; 0 for n_heads.
        n_layers_encoder: blocks of the encoder of an encoder–decoder model; 0 for n_layers.
        d_vocab_source: rows of the encoder's own embedding table; 0 where both sides share one.
        n_types: rows of a token-type table (BERT); 0 for none.
        norm: "post" (Add & Norm, Vaswani et al. 2017) or "pre".
        norm_kind: "layer" (Ba et al. 2016) or "rms" (Zhang, Sennrich 2019: no mean, no shift).
        final_norm: a last norm before the logits.
        embed_norm: a norm behind the embeddings.
        positions: "sinusoidal", "sinusoidal_halves" (all sines, then all cosines), "learned", "rotary" or "none".
        pos_offset: row of the learned table for the first position (RoBERTa: 2).
        rope: the rotation, with positions "rotary".
        scale_embed: embeddings × √d_model.
        parallel: attention and FFN read the same residual input and are added together (GPT-NeoX).
        qk_norm: a norm on each head's queries and keys (Qwen3).
        gated: the FFN multiplies act(x W_gate) and x W_in (SwiGLU, Shazeer 2020).
        activation: of the FFN.
        tied: the output layer is the embedding table, transposed.
        bias: biases on the linear layers of attention and FFN. (Layer norms always have theirs.)
        bias_only: which of them have one, "qkv", "o", "mlp" with spaces between; "" for all.
        bias_out: a bias on the logits.
        head: "lm", "mlm" (dense, activation, norm, then logits) or "none" (the last residual is the result).
        head_activation: of the head "mlm"; "" where it is the FFN's.
        eps: ε of the norms.
        window: how far back a position may look, itself included; 0 for all the way.
        causal, scale_scores, pad: the mask, the ÷ √d_head and the padding rule (what-if switches).
        tokenizer: name of its tokenizer, "" for none.
        pad_id, start_id, end_id: ids that pad rows, begin a target and end it; −1 where the tokenizer's serve or
            there is none.
        seed: seed of random weights.
        note: a remark for the ledger.
    """

    name: str
    family: str
    d_model: int
    n_heads: int
    d_head: int
    n_layers: int
    d_mlp: int
    d_vocab: int
    n_ctx: int
    n_kv_heads: int = 0
    n_layers_encoder: int = 0
    d_vocab_source: int = 0
    n_types: int = 0
    norm: str = "pre"
    norm_kind: str = "layer"
    final_norm: bool = True
    embed_norm: bool = False
    positions: str = "learned"
    pos_offset: int = 0
    rope: Rope | None = None
    scale_embed: bool = False
    parallel: bool = False
    qk_norm: bool = False
    gated: bool = False
    activation: str = "gelu"
    tied: bool = False
    bias: bool = True
    bias_only: str = ""
    bias_out: bool = False
    head: str = "lm"
    head_activation: str = ""
    eps: float = 1e-5
    window: int = 0
    causal: bool = True
    scale_scores: bool = True
    pad: str = "-inf"
    tokenizer: str = ""
    pad_id: int = -1
    start_id: int = -1
    end_id: int = -1
    seed: int = 0
    note: str = ""

    def __post_init__(self) -> None:
        for key in _SIZES:
            value = getattr(self, key)
            if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MOST:
                raise SpecError(f"{key} should be a whole number of at least 1, not {value!r}.")
        for key in _OPTIONAL:
            value = getattr(self, key)
            if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST:
                raise SpecError(f"{key} should be a whole number of at least 0, not {value!r}.")
        for key in ("pad_id", "start_id", "end_id"):
            value = getattr(self, key)
            if isinstance(value, bool) or not isinstance(value, int) or not -1 <= value < self.d_vocab:
                raise SpecError(f"{key} should be an id below d_vocab {self.d_vocab}, or -1 for none, not {value!r}.")
        for key, allowed in CHOICES.items():
            if getattr(self, key) not in allowed:
                raise SpecError(f"{key} should be one of {', '.join(allowed)}, not {getattr(self, key)!r}.")
        for key in ("n_layers", "n_layers_encoder"):
            if getattr(self, key) > _MOST_LAYERS:
                raise SpecError(f"{key} should be at most {_MOST_LAYERS:,}, not {getattr(self, key):,}.")
        if self.n_kv_heads and self.n_heads % self.n_kv_heads:
            raise SpecError(
                f"n_heads {self.n_heads} cannot be shared evenly among {self.n_kv_heads} n_kv_heads: check the config."
            )
        unknown = set(self.bias_only.split()) - set(BIASES)
        if unknown:
            raise SpecError(f"bias_only should name some of {', '.join(BIASES)}, not {min(unknown)!r}.")
        if (self.positions == "rotary") != (self.rope is not None):
            raise SpecError("rope belongs to positions 'rotary', and these need it.")
        if self.rope is not None and (not isinstance(self.rope, Rope) or self.rope.dim > self.d_head):
            raise SpecError(f"rope should turn at most the {self.d_head} features of a head.")
        if isinstance(self.seed, bool) or not isinstance(self.seed, int) or not 0 <= self.seed < 1 << 63:
            raise SpecError(f"seed should be a whole number of at least 0, not {self.seed!r}.")
        if not isinstance(self.eps, (int, float)) or not 0 <= self.eps < 1:
            raise SpecError(f"eps should be a small number of at least 0, not {self.eps!r}.")

    @property
    def d_attn(self) -> int:
        """All heads side by side: n_heads · d_head."""
        return self.n_heads * self.d_head

    @property
    def d_kv(self) -> int:
        """All key or value heads side by side."""
        return (self.n_kv_heads or self.n_heads) * self.d_head

    @property
    def continues(self) -> bool:
        """Whether its logits are those of the next token, so that it can go on with a text."""
        return self.head == "lm" and self.causal

    @property
    def position_rows(self) -> int:
        """Rows of the learned position table."""
        return self.n_ctx + self.pos_offset

    @property
    def d_vocab_in(self) -> int:
        """Rows of the encoder's embedding table."""
        return self.d_vocab_source or self.d_vocab

    @property
    def encoder_layers(self) -> int:
        """Blocks of the encoder of an encoder–decoder model."""
        return self.n_layers_encoder or self.n_layers

    def has_bias(self, group: str) -> bool:
        """Whether the linear layers of a group, "qkv", "o" or "mlp", have biases."""
        return self.bias and (not self.bias_only or group in self.bias_only.split())

    def size(self, axis: str) -> int:
        """The size that belongs to a weight's axis."""
        return int(getattr(self, axis))

    def changed(self, settings: Mapping[str, str]) -> "ModelSpec":
        """The same model with what-if settings, `{"mask": "off"}`. Raises SpecError listing the keys."""
        spec = self
        for key, value in settings.items():
            if key not in SETTINGS:
                known = "; ".join(f"{one}={'|'.join(values)}" for one, values in SETTINGS.items())
                raise SpecError(f"There is no setting {key!r}: choose from {known}.")
            if value not in SETTINGS[key]:
                raise SpecError(f"{key} can be {' or '.join(SETTINGS[key])}, not {value!r}.")
            change = SETTINGS[key][value]
            if change is not None:
                more = {"rope": None} if change == ("positions", "none") else {}
                spec = replace(spec, **{change[0]: change[1], **more})
        return spec

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Any) -> "ModelSpec":
        """Raises SpecError for missing or unknown keys."""
        if not isinstance(data, dict):
            raise SpecError("The model's description is not a table of sizes and choices.")
        known = {f.name for f in fields(cls)}
        unknown = sorted(set(data) - known)
        if unknown:
            raise SpecError(f"The model's description has a key this version does not know: {unknown[0]!r}.")
        for f in fields(cls):
            if str(f.type) == "bool" and f.name in data and not isinstance(data[f.name], bool):
                raise SpecError(f"{f.name} should be true or false, not {data[f.name]!r}.")
            if str(f.type) == "str" and f.name in data and not _is_text(data[f.name]):
                raise SpecError(f"{f.name} should be a text, not {data[f.name]!r}.")
        try:
            rope = data.get("rope")
            if isinstance(rope, dict):
                data = {**data, "rope": Rope(**rope)}
            return cls(**data)
        except TypeError as error:
            raise SpecError(f"The model's description is incomplete: {error}.") from error


def _is_text(value: Any) -> bool:
    """Whether it is a text that can be written: one without half surrogate pairs."""
    return isinstance(value, str) and not any("\ud800" <= char <= "\udfff" for char in value)
