"""`selftest`: versions, device, and one forward pass checked against a reference written out in plain numpy.

The reference shares no code with the operations: it is the formulas of Vaswani et al. 2017, in float64.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tutor.engine import families
from tutor.engine.spec import ModelSpec
from tutor.engine.tokens import batch_of_ids
from tutor.engine.weights import random_weights
from tutor.versions import missing, versions

TOLERANCE = 1e-4


def reference(ids: np.ndarray, weights: Mapping[str, np.ndarray], n_heads: int, eps: float) -> np.ndarray:
    """Logits [pos, d_vocab] of a one-block post-norm decoder with sinusoids and ReLU for one row of ids [pos]."""
    w = {name: values.astype(np.float64) for name, values in weights.items()}
    n, d = len(ids), w["W_E"].shape[1]
    x = w["W_E"][ids]
    for pos in range(n):
        for i in range(0, d, 2):
            angle = pos / 10000 ** (i / d)
            x[pos, i] += np.sin(angle)
            x[pos, i + 1] += np.cos(angle)

    def norm(rows: np.ndarray, name: str) -> np.ndarray:
        away = rows - rows.mean(axis=1, keepdims=True)
        spread = np.sqrt((away**2).mean(axis=1, keepdims=True) + eps)
        return away / spread * w[f"blocks.0.{name}.w"] + w[f"blocks.0.{name}.b"]

    q, k, v = (x @ w[f"blocks.0.attn.W_{one}"] for one in "QKV")
    width = q.shape[1] // n_heads
    heads = []
    for head in range(n_heads):
        at = slice(head * width, (head + 1) * width)
        z = np.zeros((n, width))
        for query in range(n):
            scores = np.array([q[query, at] @ k[key, at] / np.sqrt(width) for key in range(query + 1)])
            shares = np.exp(scores - scores.max())
            z[query] = (shares / shares.sum()) @ v[: query + 1, at]
        heads.append(z)
    x = norm(x + np.concatenate(heads, axis=1) @ w["blocks.0.attn.W_O"], "ln1")
    hidden = np.maximum(0, x @ w["blocks.0.mlp.W_in"])
    x = norm(x + hidden @ w["blocks.0.mlp.W_out"], "ln2")
    return x @ w["W_U"]


def run(device: str = "auto") -> int:
    """Print what was found; 0 where the numbers agree."""
    print("\n".join(versions()))
    if missing():
        return 1
    from tutor.engine.live import LiveTrace

    spec = ModelSpec(
        "selftest", "decoder_only", d_model=24, n_heads=3, d_head=8, n_layers=1, d_mlp=40, d_vocab=50, n_ctx=16,
        norm="post", final_norm=False, positions="sinusoidal", activation="relu", bias=False,
    )  # fmt: skip
    program = families.program(spec)
    weights = random_weights(program, seed=7, spread=True)
    ids = [3, 1, 4, 1, 5, 9, 2, 6, 5]
    trace = LiveTrace(program, spec, weights, batch_of_ids(None, [ids], spec.n_ctx, spec.d_vocab), device)
    worst = float(np.abs(trace["logits"][0] - reference(np.array(ids), weights, spec.n_heads, spec.eps)).max())
    good = worst <= TOLERANCE
    print(f"  device {trace.where}")
    print(f"  forward pass: largest difference from the reference {worst:.1e} {'✓' if good else '✗'}")
    for notice in trace.notices:
        print(f"  {notice}")
    return 0 if good else 1
