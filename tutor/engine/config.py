"""Reading a config.json: sizes, ids and choices, each with a sentence that names the key where it is wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from tutor.engine.spec import ROPE_KINDS, Rope, SpecError

_ACTIVATIONS = {
    "relu": "relu", "gelu": "gelu", "gelu_python": "gelu", "gelu_new": "gelu_tanh", "gelu_pytorch_tanh": "gelu_tanh",
    "gelu_fast": "gelu_tanh", "silu": "silu", "swish": "silu",
}  # fmt: skip
#: No size of a model is larger, nor has one more layers.
_MOST, _MOST_LAYERS = 1 << 24, 1000


class Config:
    """A config.json as a table of keys. Every method raises SpecError (one sentence) for what it cannot use."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data
        quantised = data.get("quantization_config")
        if quantised:
            raise SpecError("quantization_config says these weights are quantised: use the model's unquantised files.")

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a key; a null counts as absent."""
        value = self._data.get(key)
        return default if value is None else value

    def size(self, key: str, default: Any = None) -> int:
        """A whole number of at least 1."""
        value = self.get(key, default)
        if value is None:
            raise SpecError(f"config.json lacks {key}: use the model's own file.")
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise SpecError(f"{key} in config.json should be a whole number of at least 1, not {value!r:.40}.")
        most = _MOST_LAYERS if "layer" in key else _MOST
        if value > most:
            raise SpecError(f"{key} in config.json should be at most {most:,}, not {value:,}.")
        return value

    def number(self, key: str, default: float | None = None) -> float:
        """A number that is finite and above 0."""
        value = self.get(key, default)
        if value is None:
            raise SpecError(f"config.json lacks {key}: use the model's own file.")
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < math.inf:
            raise SpecError(f"{key} in config.json should be a number above 0, not {value!r:.40}.")
        return float(value)

    def eps(self, key: str, default: float) -> float:
        """The ε of the norms."""
        value = self.get(key, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1:
            raise SpecError(f"{key} in config.json should be a small number of at least 0, not {value!r:.40}.")
        return float(value)

    def kv_heads(self, key: str, n_heads: int) -> int:
        """Heads of keys and values, each shared by as many queries; as many as those where nothing is said."""
        value = self.size(key, n_heads)
        if n_heads % value:
            raise SpecError(f"{key} {value} cannot be shared evenly by {n_heads} heads of queries: check config.json.")
        return value

    def flag(self, key: str, default: bool) -> bool:
        value = self.get(key, default)
        if not isinstance(value, bool):
            raise SpecError(f"{key} in config.json should be true or false, not {value!r}.")
        return value

    def id(self, key: str, d_vocab: int) -> int:
        """A token's id below `d_vocab`; −1 where there is none. Of several the first."""
        value = self.get(key)
        if isinstance(value, list) and value:
            value = value[0]
        if value is None:
            return -1
        if isinstance(value, bool) or not isinstance(value, int):
            raise SpecError(f"{key} in config.json should be the id of a token, not {value!r}.")
        return value if 0 <= value < d_vocab else -1

    def only(self, *pairs: Any) -> None:
        """What would change the numbers and is not computed here: key, the value that is, key, value, …"""
        for key, wanted in zip(pairs[::2], pairs[1::2]):
            value = self.get(key, wanted)
            if value != wanted:
                raise SpecError(f"{key} of this model is {value!r}; only {wanted!r} can be shown.")

    def same(self, key: str, wanted: Any) -> None:
        """A key that must say the same as another did."""
        if self.get(key, wanted) != wanted:
            raise SpecError(f"{key} of this model is {self.get(key)!r}; only {wanted!r}, as in its other half, can be "
                            "shown.")  # fmt: skip

    def shared(self, key: str, width: int, n_heads: int) -> int:
        """Features of each head where the width is dealt out evenly."""
        if width % n_heads:
            raise SpecError(f"{key} {width} cannot be shared among {n_heads} heads: check config.json.")
        return width // n_heads

    def activation(self, key: str, default: str = "") -> str:
        """The FFN's activation under our name."""
        value = self.get(key, default)
        if not isinstance(value, str) or value not in _ACTIVATIONS:
            raise SpecError(f"{key} is {value!r:.40}; known are {', '.join(_ACTIVATIONS)}.")
        return _ACTIVATIONS[value]

    def rope(self, d_head: int, share: float = 1.0, n_ctx: int = 0) -> Rope:
        """Rotary positions, from `rope_parameters` or from the older `rope_theta` and `rope_scaling`.

        `share` of a head's features are turned. `n_ctx` is the length trained on where nothing else says so.
        """
        table: dict[str, Any] = {}
        for key in ("rope_scaling", "rope_parameters"):
            value = self.get(key, {})
            if not isinstance(value, dict):
                raise SpecError(f"{key} in config.json should be a table of keys, not {value!r:.40}.")
            table |= value
        if any(isinstance(one, dict) for one in table.values()):
            raise SpecError("rope_parameters differ from layer to layer in this model; only one rotation can be shown.")
        inner = Config({**table, "quantization_config": None})
        kind = inner.get("rope_type", inner.get("type", "default"))
        if kind not in ROPE_KINDS:
            raise SpecError(f"rope_type of this model is {kind!r:.40}; known are {', '.join(ROPE_KINDS)}.")
        share = inner.number("partial_rotary_factor", self.number("partial_rotary_factor", share))
        dim = int(d_head * share)
        if dim < 2 or dim % 2 or dim > d_head:
            raise SpecError(
                f"partial_rotary_factor (rotary_pct) {share:g} of this model turns {dim} of each head's {d_head} "
                "features, which are no pairs: check config.json."
            )
        base = inner.number("rope_theta", self.number("rope_theta", self.number("rotary_emb_base", 10000.0)))
        original = inner.size("original_max_position_embeddings", n_ctx or None) if kind in (
            "dynamic", "llama3", "yarn") else 0  # fmt: skip
        if kind == "dynamic":
            original = n_ctx or original  # the base grows with the length beyond what the model is made for
        longer = n_ctx / original if kind == "yarn" and n_ctx else None
        factor = inner.number("factor", longer) if kind != "default" else 1.0
        attention = _yarn_attention(inner, factor) if kind == "yarn" else 1.0
        if kind == "llama3" and inner.number("high_freq_factor", 4.0) <= inner.number("low_freq_factor", 1.0):
            raise SpecError("high_freq_factor in config.json should be above low_freq_factor.")
        if kind == "yarn" and base <= 1:
            raise SpecError(f"rope_theta in config.json should be above 1, not {base:g}.")
        return Rope(
            dim, base, kind, factor, original, inner.number("low_freq_factor", 1.0),
            inner.number("high_freq_factor", 4.0), inner.number("beta_fast", 32.0), inner.number("beta_slow", 1.0),
            attention, inner.flag("truncate", True),
        )  # fmt: skip


def _yarn_attention(inner: Config, factor: float) -> float:
    """What yarn multiplies sine and cosine by (Peng et al. 2023, equation 22)."""

    def grown(by: float) -> float:
        return 0.1 * by * math.log(factor) + 1.0 if factor > 1 else 1.0

    if inner.get("attention_factor") is not None:
        return inner.number("attention_factor", 1.0)
    if not (inner.get("mscale") and inner.get("mscale_all_dim")):
        return grown(1.0)
    return grown(inner.number("mscale")) / grown(inner.number("mscale_all_dim"))
