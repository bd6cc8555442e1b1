"""The recurrent translators in numpy: the networks that the Transformer took the place of. No Qt, no torch.

A GRU (Cho et al. 2014) in the form that torch.nn.GRU has; of one token's vector x and the state h before it it makes

    r = σ(x W_xr + b_xr + h W_hr + b_hr)
    z = σ(x W_xz + b_xz + h W_hz + b_hz)
    n = tanh(x W_xn + b_xn + r ∘ (h W_hn + b_hn))
    h' = (1 − z) ∘ n + z ∘ h

The encoder reads x_j = W_E[source_j] from h_0 = 0 and makes the states h_1 … h_n. The decoder begins with
s_0 = tanh(h_n W + b) and reads [W_E[target_i−1]; c_i] at each step i; its logits are
tanh([s_i; c_i; W_E[target_i−1]] W_o + b_o) W_Eᵀ + b_U. What c_i is tells the two apart:

    fixed context:        c_i = h_n                                             (Cho et al. 2014)
    additive attention:   c_i = Σ_j a_ij h_j,  a_i = softmax_j(v · tanh(s_i−1 W_q + h_j W_k))    (Bahdanau et al. 2015)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from functools import cache

import numpy as np

from tutor import resources
from tutor.engine.records import dataclass
from tutor.engine.weights import WeightsError
from tutor.training import recurrent
from tutor.training.recurrent import RnnSpec

#: The folders of the two.
FIXED, ATTENTION = "rnn-translator", "rnn-attention"


@dataclass(frozen=True, eq=False)
class Encoded:
    """What the encoder makes of sources: states [batch, pos, d_state], and the last real one [batch, d_state]."""

    states: np.ndarray
    last: np.ndarray
    lengths: np.ndarray


@dataclass(eq=False)
class Gru:
    """One of the translators. `steps` counts the steps of recurrence that were made one after another."""

    spec: RnnSpec
    weights: Mapping[str, np.ndarray]
    steps: int = field(default=0)

    def encode(self, rows: Sequence[Sequence[int]]) -> Encoded:
        """Sources as rows of ids, of any lengths."""
        lengths = np.array([len(row) for row in rows])
        read = self.weights["W_E"][padded(rows, self.spec.pad_id)]
        states = self._run("encoder", read, np.zeros((len(rows), self.spec.d_state), np.float32))
        return Encoded(states, states[np.arange(len(rows)), lengths - 1], lengths)

    def decode(self, source: Encoded, targets: Sequence[Sequence[int]]) -> tuple[np.ndarray, np.ndarray | None]:
        """Logits [batch, target pos, d_vocab] for targets that begin with the start token (teacher forcing), and, with
        attention, its weights [batch, target pos, source pos]."""
        w = self.weights
        read = w["W_E"][padded(targets, self.spec.pad_id)]
        state = np.tanh(source.last @ w["start.W"] + w["start.b"])
        if self.spec.attention:
            states, contexts, shares = self._attend(read, state, source)
        else:
            contexts = np.repeat(source.last[:, None], read.shape[1], 1)
            states, shares = self._run("decoder", np.concatenate([read, contexts], -1), state), None
        made = np.tanh(np.concatenate([states, contexts, read], -1) @ w["out.W"] + w["out.b"])
        return made @ w["W_E"].T + w["b_U"], shares

    def _run(self, part: str, read: np.ndarray, state: np.ndarray) -> np.ndarray:
        made = []
        for at in range(read.shape[1]):
            state = self._step(part, read[:, at], state)
            made.append(state)
        return np.stack(made, 1)

    def _step(self, part: str, x: np.ndarray, h: np.ndarray) -> np.ndarray:
        """One step of recurrence: x [batch, d_in], h [batch, d_state] → the next state."""
        self.steps += 1
        given = x @ self.weights[f"{part}.W_x"] + self.weights[f"{part}.b_x"]
        held = h @ self.weights[f"{part}.W_h"] + self.weights[f"{part}.b_h"]
        (x_r, x_z, x_n), (h_r, h_z, h_n) = (np.split(one, 3, -1) for one in (given, held))
        r, z = sigmoid(x_r + h_r), sigmoid(x_z + h_z)
        return (1 - z) * np.tanh(x_n + r * h_n) + z * h

    def _attend(
        self, read: np.ndarray, state: np.ndarray, source: Encoded
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
        w = self.weights
        keys = source.states @ w["attn.W_k"]
        masked = np.arange(keys.shape[1])[None, :] >= source.lengths[:, None]
        states, contexts, shares = [], [], []
        for at in range(read.shape[1]):
            scores = np.tanh((state @ w["attn.W_q"])[:, None] + keys) @ w["attn.v"]
            raised = np.exp(np.where(masked, -np.inf, scores - scores.max(-1, keepdims=True)))
            share = raised / raised.sum(-1, keepdims=True)
            context = np.einsum("bj,bjd->bd", share, source.states)
            state = self._step("decoder", np.concatenate([read[:, at], context], -1), state)
            states.append(state)
            contexts.append(context)
            shares.append(share)
        return np.stack(states, 1), np.stack(contexts, 1), np.stack(shares, 1)


def sigmoid(x: np.ndarray) -> np.ndarray:
    """1 / (1 + e^−x), which is (1 + tanh(x/2)) / 2 and never overflows so."""
    return (1 + np.tanh(x / 2)) / 2


def padded(rows: Sequence[Sequence[int]], pad: int) -> np.ndarray:
    """Rows of ids as one array [batch, pos]."""
    made = np.full((len(rows), max(map(len, rows))), pad, np.int64)
    for number, row in enumerate(rows):
        made[number, : len(row)] = row
    return made


@cache
def _read(name: str) -> tuple[RnnSpec, Mapping[str, np.ndarray]]:
    try:
        folder = resources.path("models", name)
    except resources.ResourceMissing as error:
        raise WeightsError(f"{name} is not there: install the app again.") from error
    spec = recurrent.load_spec(folder)
    return spec, recurrent.load_weights(folder, spec)


def load(name: str) -> Gru:
    """One of the two that ship. Raises WeightsError."""
    return Gru(*_read(name))
