"""The description and the weights of the recurrent translators, the Transformer's forerunners; no torch.

    rnn.json                the RnnSpec; no `model.json`, since the timeline cannot step through it
    model.safetensors       the weights, half precision on disk
    training.json, card.md  as for the other models
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open

from tutor.engine import axes as ax
from tutor.engine.axes import D_MODEL, D_VOCAB, Axis
from tutor.engine.files import replacing, write_safetensors
from tutor.engine.program import Weight
from tutor.engine.records import dataclass
from tutor.engine.weights import WEIGHTS_FILE, Weights, WeightsError, check_shapes

SPEC_FILE = "rnn.json"
#: Axes of their own: a state, the three gates of a GRU side by side, and what a decoder reads.
STATE, GATES, READ = "d_state", "3·d_state", "d_in"


@dataclass(frozen=True)
class RnnSpec:
    """A GRU encoder and a GRU decoder (Cho et al. 2014) over one table of embeddings.

    `attention`: what the decoder reads of the source at each step: False, the encoder's last state, always the same;
    True, a weighted sum of all its states (Bahdanau et al. 2015).
    """

    name: str
    attention: bool
    d_embed: int = 64
    d_state: int = 128
    d_vocab: int = 1346
    n_ctx: int = 64
    tokenizer: str = "words"
    pad_id: int = 1343
    start_id: int = 1344
    end_id: int = 1345
    seed: int = 4

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def weights(self) -> tuple[Weight, ...]:
        """Every weight: its name, axes, and how it is drawn: standard deviation 1/√inputs, biases 0."""
        h, e, v = self.d_state, self.d_embed, self.d_vocab

        def matrix(name: str, into: tuple[str, int], out: tuple[str, int]) -> Weight:
            return Weight(name, (Axis(*into), Axis(*out)), std=into[1] ** -0.5)

        def bias(name: str, out: tuple[str, int]) -> Weight:
            return Weight(name, (Axis(*out),), init="zeros")

        made = [Weight("W_E", (Axis(D_VOCAB, v), Axis(D_MODEL, e)), std=0.3)]
        for part, read in (("encoder", e), ("decoder", e + h)):
            made += [matrix(f"{part}.W_x", (READ, read), (GATES, 3 * h)), bias(f"{part}.b_x", (GATES, 3 * h))]
            made += [matrix(f"{part}.W_h", (STATE, h), (GATES, 3 * h)), bias(f"{part}.b_h", (GATES, 3 * h))]
        made += [matrix("start.W", (STATE, h), (STATE, h)), bias("start.b", (STATE, h))]
        if self.attention:
            made += [matrix("attn.W_q", (STATE, h), (STATE, h)), matrix("attn.W_k", (STATE, h), (STATE, h))]
            made += [Weight("attn.v", (Axis(STATE, h),), std=h**-0.5)]
        made += [matrix("out.W", (READ, 2 * h + e), (D_MODEL, e)), bias("out.b", (D_MODEL, e))]
        return (*made, bias("b_U", (D_VOCAB, v)))

    @property
    def parameters(self) -> int:
        return sum(ax.count(one.axes) for one in self.weights())


def save(folder: Path, spec: RnnSpec, weights: Weights) -> None:
    """Write description and weights. Raises FileError."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {name: np.ascontiguousarray(values, dtype="float16") for name, values in weights.items()}
    write_safetensors(
        folder / WEIGHTS_FILE,
        {name: (values.dtype, values.shape) for name, values in arrays.items()},
        arrays.__getitem__,
        {"format": "transformer-tutor-rnn/1"},
    )
    with replacing(folder / SPEC_FILE) as file:
        file.write(json.dumps(spec.to_json(), indent=2).encode())


def load_spec(folder: Path) -> RnnSpec:
    """The description in a folder. Raises WeightsError."""
    try:
        told = json.loads((folder / SPEC_FILE).read_text(encoding="utf-8"))
        return RnnSpec(**told)
    except (OSError, ValueError, TypeError) as error:
        raise WeightsError(
            f"{SPEC_FILE} in {folder.name} cannot be read ({error}): use the model's own file."
        ) from error


def load_weights(folder: Path, spec: RnnSpec) -> Mapping[str, np.ndarray]:
    """The weights in a folder as float32. Raises WeightsError."""
    wanted = spec.weights()
    try:
        with safe_open(folder / WEIGHTS_FILE, framework="np") as file:
            names = set(file.keys())
            found = {one.name: file.get_tensor(one.name) for one in wanted if one.name in names}
    except (OSError, SafetensorError, ValueError, TypeError) as error:
        raise WeightsError(f"{WEIGHTS_FILE} in {folder.name} cannot be read: {error}.") from error
    check_shapes(wanted, found, folder.name)
    return {name: values.astype(np.float32) for name, values in found.items()}
