"""ModelSpec: the sizes and choices of one model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any


class SpecError(ValueError):
    """Sizes or choices that make no model; the message is one sentence naming the offending key."""


#: What each choice may be.
CHOICES: Mapping[str, tuple[str, ...]] = {
    "norm": ("pre", "post"),
    "positions": ("sinusoidal", "learned", "none"),
    "activation": ("relu", "gelu", "gelu_tanh"),
    "pad": ("-inf", "-1000", "none"),
}
_SIZES = ("d_model", "n_heads", "d_head", "n_layers", "d_mlp", "d_vocab", "n_ctx")
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
class ModelSpec:
    """Sizes and choices of one model. Raises SpecError where they make none.

    Attributes:
        name: what the model is called.
        family: the file in `families/` that declares its Program.
        d_model, n_heads, d_head, n_layers, d_mlp, d_vocab, n_ctx: sizes; d_head is free of d_model / n_heads.
        norm: "post" (Add & Norm, Vaswani et al. 2017) or "pre".
        final_norm: a last norm before the logits.
        positions: "sinusoidal", "learned" or "none".
        scale_embed: embeddings × √d_model.
        activation: of the FFN.
        tied: the output layer is the embedding table, transposed.
        bias: biases on the linear layers of attention and FFN. (Norms always have theirs.)
        bias_out: a bias on the logits.
        eps: ε of the norms.
        causal, scale_scores, pad: the mask, the ÷ √d_head and the padding rule (what-if switches).
        tokenizer: name of its tokenizer, "" for none.
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
    norm: str = "pre"
    final_norm: bool = True
    positions: str = "learned"
    scale_embed: bool = False
    activation: str = "gelu"
    tied: bool = False
    bias: bool = True
    bias_out: bool = False
    eps: float = 1e-5
    causal: bool = True
    scale_scores: bool = True
    pad: str = "-inf"
    tokenizer: str = ""
    seed: int = 0
    note: str = ""

    def __post_init__(self) -> None:
        for key in _SIZES:
            value = getattr(self, key)
            if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MOST:
                raise SpecError(f"{key} should be a whole number of at least 1, not {value!r}.")
        for key, allowed in CHOICES.items():
            if getattr(self, key) not in allowed:
                raise SpecError(f"{key} should be one of {', '.join(allowed)}, not {getattr(self, key)!r}.")
        if self.n_layers > _MOST_LAYERS:
            raise SpecError(f"n_layers should be at most {_MOST_LAYERS:,}, not {self.n_layers:,}.")
        if isinstance(self.seed, bool) or not isinstance(self.seed, int) or not 0 <= self.seed < 1 << 63:
            raise SpecError(f"seed should be a whole number of at least 0, not {self.seed!r}.")
        if not isinstance(self.eps, (int, float)) or not 0 <= self.eps < 1:
            raise SpecError(f"eps should be a small number of at least 0, not {self.eps!r}.")

    @property
    def d_attn(self) -> int:
        """All heads side by side: n_heads · d_head."""
        return self.n_heads * self.d_head

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
                spec = replace(spec, **{change[0]: change[1]})
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
            return cls(**data)
        except TypeError as error:
            raise SpecError(f"The model's description is incomplete: {error}.") from error


def _is_text(value: Any) -> bool:
    """Whether it is a text that can be written: one without half surrogate pairs."""
    return isinstance(value, str) and not any("\ud800" <= char <= "\udfff" for char in value)
