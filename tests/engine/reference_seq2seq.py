"""The encoder–decoder of 2017 written a second time with torch.nn.Transformer, sharing no code with the engine.

Embeddings are those of `reference`; everything behind them is torch's own. Patterns are asked of each attention with
the inputs that it was given. As there, autograd stays on, so that torch takes no inference path of its own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import reference
import torch
from torch import nn

from tutor.engine.spec import ModelSpec

Tensors = Mapping[str, torch.Tensor]


def run(
    spec: ModelSpec,
    weights: Mapping[str, np.ndarray],
    source: tuple[np.ndarray, np.ndarray],
    target: tuple[np.ndarray, np.ndarray],
) -> dict[str, np.ndarray]:
    """`logits`, every layer's result, the final norms, and every pattern, self and cross. Texts are ids and lengths."""
    w = {name: torch.tensor(values) for name, values in weights.items()}
    model = build(spec, w)
    found: dict[str, torch.Tensor] = {}
    for side, stack in (("encoder", model.encoder), ("decoder", model.decoder)):
        for number, layer in enumerate(stack.layers):
            watch(layer, f"{side}.blocks.{number}.", found)
    with torch.enable_grad():
        given = [embed(spec, w, side, torch.tensor(ids)) for side, (ids, _) in
                 (("encoder", source), ("decoder", target))]  # fmt: skip
        seen, own = pads(spec, *source), pads(spec, *target)
        ahead = torch.full((target[0].shape[1],) * 2, -math.inf).triu(1) if spec.causal else None
        out = model(
            *given, tgt_mask=ahead, src_key_padding_mask=seen, tgt_key_padding_mask=own, memory_key_padding_mask=seen
        )
    assert out.requires_grad, "torch.nn took its inference path"
    if spec.final_norm:
        found["ln_final"] = out
    else:
        assert out is found[f"decoder.blocks.{spec.n_layers - 1}.resid_post"]
    table = w["decoder.W_E" if spec.d_vocab_source else "W_E"] if spec.tied else w["W_U"].T
    found["logits"] = nn.functional.linear(out, table, w.get("b_U"))
    return {name: value.detach().numpy() for name, value in found.items()}


def build(spec: ModelSpec, w: Tensors) -> nn.Transformer:
    sizes: dict[str, Any] = dict(
        d_model=spec.d_model, nhead=spec.n_heads, dim_feedforward=spec.d_mlp, dropout=0.0, batch_first=True,
        activation=reference.ACTIVATIONS[spec.activation], layer_norm_eps=spec.eps, norm_first=spec.norm == "pre",
    )  # fmt: skip

    def last() -> nn.Module | None:
        return nn.LayerNorm(spec.d_model, spec.eps) if spec.final_norm else None

    encoder = nn.TransformerEncoder(
        nn.TransformerEncoderLayer(**sizes), spec.encoder_layers, last(), enable_nested_tensor=False
    )
    decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(**sizes), spec.n_layers, last())
    model = nn.Transformer(spec.d_model, spec.n_heads, custom_encoder=encoder, custom_decoder=decoder, batch_first=True)
    state: dict[str, torch.Tensor] = {}
    for number in range(spec.encoder_layers):
        state |= layer_state(spec, w, f"encoder.blocks.{number}.", f"encoder.layers.{number}.", ("ln1", "ln2"))
    for number in range(spec.n_layers):
        theirs = f"decoder.layers.{number}."
        state |= layer_state(spec, w, f"decoder.blocks.{number}.", theirs, ("ln1", "ln_cross", "ln2"))
    if spec.final_norm:
        for side, ours in (("encoder", "encoder.ln_final"), ("decoder", "ln_final")):
            state |= {f"{side}.norm.weight": w[f"{ours}.w"], f"{side}.norm.bias": w[f"{ours}.b"]}
    model.load_state_dict(state)
    return model.train(False)


def layer_state(spec: ModelSpec, w: Tensors, ours: str, theirs: str, norms: tuple[str, ...]) -> dict[str, torch.Tensor]:
    state: dict[str, torch.Tensor] = {}
    attentions = (("attn", "self_attn"), ("cross_attn", "multihead_attn"))[: len(norms) - 1]
    for one, other in attentions:
        q, k, v, o = (w[f"{ours}{one}.W_{letter}"].T for letter in "QKVO")
        b = [w.get(f"{ours}{one}.b_{letter}", torch.zeros(spec.d_model)) for letter in "QKVO"]
        state[f"{theirs}{other}.in_proj_weight"] = torch.cat([q, k, v])
        state[f"{theirs}{other}.in_proj_bias"] = torch.cat(b[:3])
        state[f"{theirs}{other}.out_proj.weight"], state[f"{theirs}{other}.out_proj.bias"] = o, b[3]
    for one, other, size in (("in", "linear1", spec.d_mlp), ("out", "linear2", spec.d_model)):
        state[f"{theirs}{other}.weight"] = w[f"{ours}mlp.W_{one}"].T
        state[f"{theirs}{other}.bias"] = w.get(f"{ours}mlp.b_{one}", torch.zeros(size))
    for number, name in enumerate(norms, 1):
        state[f"{theirs}norm{number}.weight"] = w[f"{ours}{name}.w"]
        state[f"{theirs}norm{number}.bias"] = w[f"{ours}{name}.b"]
    return state


def watch(layer: nn.Module, prefix: str, found: dict[str, torch.Tensor]) -> None:
    """Keep a layer's result, and the patterns of its attentions."""
    layer.register_forward_hook(lambda _module, _args, out: found.update({f"{prefix}resid_post": out}))

    def pattern(name: str, module: nn.Module, args: Any, options: Any, out: Any) -> None:
        # `Module.forward` itself: calling the module would come back here.
        options = {**options, "need_weights": True, "average_attn_weights": False}
        again, weights = module.forward(*args, **options)
        assert torch.allclose(again, out[0], atol=1e-6, equal_nan=True)
        found[name] = weights

    for one, other in (("self_attn", "attn"), ("multihead_attn", "cross_attn")):
        if hasattr(layer, one):
            hook = partial(pattern, f"{prefix}{other}.pattern")
            getattr(layer, one).register_forward_hook(hook, with_kwargs=True)


def embed(spec: ModelSpec, w: Tensors, side: str, ids: torch.Tensor) -> torch.Tensor:
    table = w[f"{side}.W_E" if spec.d_vocab_source else "W_E"]
    mine = {"W_E": table, **({"W_pos": w[f"{side}.W_pos"]} if spec.positions == "learned" else {})}
    return reference.embed(spec, mine, ids)


def pads(spec: ModelSpec, ids: np.ndarray, lengths: np.ndarray) -> torch.Tensor | None:
    """What torch.nn calls a key padding mask, to be added."""
    amount = {"-inf": -math.inf, "-1000": -1000.0, "none": None}[spec.pad]
    if amount is None:
        return None
    hidden = torch.arange(ids.shape[1])[None, :] >= torch.tensor(lengths)[:, None]
    return torch.zeros(hidden.shape).masked_fill(hidden, amount)
