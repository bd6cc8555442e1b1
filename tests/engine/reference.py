"""The same decoder written a second time with torch.nn, sharing no code with the engine.

Blocks are `torch.nn.TransformerEncoderLayer`, in eval mode but with autograd on: without it torch takes a fast path
that treats padding differently. Where d_head is not d_model / n_heads, which torch.nn cannot do, attention is
written out with `torch.nn.functional`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from tutor.engine.spec import ModelSpec

ACTIVATIONS = {"relu": F.relu, "gelu": F.gelu, "gelu_tanh": partial(F.gelu, approximate="tanh")}


def run(
    spec: ModelSpec, weights: Mapping[str, np.ndarray], ids: np.ndarray, lengths: np.ndarray
) -> dict[str, np.ndarray]:
    """`logits`, every `resid_post` and every `pattern`."""
    return {name: value.detach().numpy() for name, value in tensors(spec, weights, ids, lengths).items()}


def tensors(
    spec: ModelSpec, weights: Mapping[str, np.ndarray], ids: np.ndarray, lengths: np.ndarray
) -> dict[str, torch.Tensor]:
    """The same as tensors of torch, with autograd on."""
    w = {name: torch.tensor(values).requires_grad_() for name, values in weights.items()}
    result: dict[str, torch.Tensor] = {}
    x = embed(spec, w, torch.tensor(ids))
    masks = make_masks(spec, ids.shape[1], torch.tensor(lengths))
    make = layer if spec.d_head * spec.n_heads == spec.d_model else free_layer
    with torch.enable_grad():
        for number in range(spec.n_layers):
            prefix = f"blocks.{number}."
            mine = {name[len(prefix) :]: values for name, values in w.items() if name.startswith(prefix)}
            x, pattern = make(spec, mine, x, *masks)
            result[prefix + "resid_post"] = x
            result[prefix + "attn.pattern"] = pattern
    if spec.final_norm:
        x = F.layer_norm(x, (spec.d_model,), w["ln_final.w"], w["ln_final.b"], spec.eps)
    table = w["W_E"] if spec.tied else w["W_U"].T
    result["logits"] = F.linear(x, table, w.get("b_U"))
    return result


def embed(spec: ModelSpec, w: Mapping[str, torch.Tensor], ids: torch.Tensor) -> torch.Tensor:
    x = F.embedding(ids, w["W_E"])
    if spec.scale_embed:
        x = x * math.sqrt(spec.d_model)
    if spec.positions == "learned":
        x = x + F.embedding(torch.arange(ids.shape[1]), w["W_pos"])
    if spec.positions == "sinusoidal":
        code = torch.zeros(ids.shape[1], spec.d_model)
        for pos in range(ids.shape[1]):
            for i in range(0, spec.d_model, 2):
                angle = pos / math.pow(10000, i / spec.d_model)
                code[pos, i] = math.sin(angle)
                if i + 1 < spec.d_model:
                    code[pos, i + 1] = math.cos(angle)
        x = x + code
    return x


def make_masks(spec: ModelSpec, n_pos: int, lengths: torch.Tensor) -> tuple[torch.Tensor | None, torch.Tensor | None]:
    """What torch.nn calls the attention mask [query, key] and the key padding mask [batch, key], both to be added."""
    causal = torch.full((n_pos, n_pos), -math.inf).triu(1) if spec.causal else None
    is_pad = torch.arange(n_pos)[None, :] >= lengths[:, None]
    amount = {"-inf": -math.inf, "-1000": -1000.0, "none": None}[spec.pad]
    return causal, None if amount is None else torch.zeros(is_pad.shape).masked_fill(is_pad, amount)


def layer(
    spec: ModelSpec,
    w: Mapping[str, torch.Tensor],
    x: torch.Tensor,
    causal: torch.Tensor | None,
    pads: torch.Tensor | None,
) -> tuple[torch.Tensor, torch.Tensor]:
    block = nn.TransformerEncoderLayer(
        spec.d_model, spec.n_heads, spec.d_mlp, dropout=0.0, activation=ACTIVATIONS[spec.activation],
        layer_norm_eps=spec.eps, batch_first=True, norm_first=spec.norm == "pre",
    )  # fmt: skip
    # torch.nn always divides by √d_head: larger queries undo it where the model does not.
    grow = 1.0 if spec.scale_scores else math.sqrt(spec.d_head)
    q, k, v, o = (w[f"attn.W_{one}"].T for one in "QKVO")
    biases = [w.get(f"attn.b_{one}", torch.zeros(spec.d_model)) for one in "QKVO"]
    state = {
        "self_attn.in_proj_weight": torch.cat([q * grow, k, v]),
        "self_attn.in_proj_bias": torch.cat([biases[0] * grow, *biases[1:3]]),
        "self_attn.out_proj.weight": o,
        "self_attn.out_proj.bias": biases[3],
        "linear1.weight": w["mlp.W_in"].T,
        "linear1.bias": w.get("mlp.b_in", torch.zeros(spec.d_mlp)),
        "linear2.weight": w["mlp.W_out"].T,
        "linear2.bias": w.get("mlp.b_out", torch.zeros(spec.d_model)),
        "norm1.weight": w["ln1.w"],
        "norm1.bias": w["ln1.b"],
        "norm2.weight": w["ln2.w"],
        "norm2.bias": w["ln2.b"],
    }
    block.load_state_dict(state)
    block.train(False)
    out = block(x, src_mask=causal, src_key_padding_mask=pads)
    assert out.requires_grad, "torch.nn took its inference path"
    seen = block.norm1(x) if block.norm_first else x
    _, pattern = block.self_attn(
        seen, seen, seen, attn_mask=causal, key_padding_mask=pads, need_weights=True, average_attn_weights=False
    )
    return out, pattern


def free_layer(
    spec: ModelSpec,
    w: Mapping[str, torch.Tensor],
    x: torch.Tensor,
    causal: torch.Tensor | None,
    pads: torch.Tensor | None,
) -> tuple[torch.Tensor, torch.Tensor]:
    def norm(y: torch.Tensor, name: str) -> torch.Tensor:
        return F.layer_norm(y, (spec.d_model,), w[f"{name}.w"], w[f"{name}.b"], spec.eps)

    def linear(y: torch.Tensor, name: str) -> torch.Tensor:
        kind, one = name.split(".")
        return F.linear(y, w[f"{kind}.W_{one}"].T, w.get(f"{kind}.b_{one}"))

    def attend(y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        heads, patterns = [], []
        q, k, v = (linear(y, f"attn.{one}").split(spec.d_head, dim=2) for one in "QKV")
        for head in range(spec.n_heads):
            scores = torch.einsum("bqc,bkc->bqk", q[head], k[head])
            if spec.scale_scores:
                scores = scores / math.sqrt(spec.d_head)
            if causal is not None:
                scores = scores + causal
            if pads is not None:
                scores = scores + pads[:, None, :]
            patterns.append(F.softmax(scores, dim=2))
            heads.append(torch.einsum("bqk,bkc->bqc", patterns[-1], v[head]))
        return linear(torch.cat(heads, dim=2), "attn.O"), torch.stack(patterns, dim=1)

    def feed(y: torch.Tensor) -> torch.Tensor:
        return linear(ACTIVATIONS[spec.activation](linear(y, "mlp.in")), "mlp.out")

    if spec.norm == "pre":
        attended, pattern = attend(norm(x, "ln1"))
        x = x + attended
        return x + feed(norm(x, "ln2")), pattern
    attended, pattern = attend(x)
    x = norm(x + attended, "ln1")
    return norm(x + feed(x), "ln2"), pattern
