"""Decoder-only Transformers: GPT-like, post-norm (Vaswani et al. 2017) or pre-norm (Radford et al. 2019).

Names follow TransformerLens where it has one. `scores → scaled → masked → pattern` is finer than there, where
`attn_scores` is already scaled and masked.
"""

from __future__ import annotations

from tutor.engine import ops
from tutor.engine.build import (
    ADD,
    ADD_2,
    ADD_NORM,
    ADD_NORM_2,
    CONCAT,
    EMBED,
    FFN,
    FINAL_NORM,
    LOGITS,
    MASK,
    NORM_1,
    NORM_2,
    POSITION,
    PROBS,
    PROJECT,
    QKV,
    SCALE,
    SCORES,
    SOFTMAX,
    SPLIT,
    TIMES_V,
    Builder,
)  # fmt: skip
from tutor.engine.ops import (
    Add,
    Identity,
    Linear,
    Lookup,
    Mask,
    MergeHeads,
    Op,
    Positions,
    Scale,
    ScaleShift,
    Scores,
    Sinusoid,
    Softmax,
    SplitHeads,
    SwapHeads,
    WeightedSum,
)
from tutor.engine.program import LENGTHS, Program
from tutor.engine.spec import ModelSpec

ACTIVATIONS: dict[str, Op] = {"relu": ops.Relu(), "gelu": ops.Gelu(), "gelu_tanh": ops.GeluTanh()}


def program(spec: ModelSpec) -> Program:
    b = Builder(spec)
    x = embed(b)
    for layer in range(spec.n_layers):
        b.section, b.prefix = f"blocks.{layer}", f"blocks.{layer}."
        x = block(b, x, first=layer == 0)
    b.section, b.prefix = "output", ""
    unembed(b, x)
    return b.program()


def embed(b: Builder) -> str:
    spec = b.spec
    tokens = b.tokens()
    b.stage = EMBED
    table = b.weight("W_E", "d_vocab", "d_model", std=1.0, symbol="W_E")
    x = b.step("embed", Lookup(), tokens, weights=table, symbol="E")
    if spec.scale_embed:
        x = b.step("embed_scaled", Scale(spec.d_model, divide=False), x, symbol="E'")
    b.stage = POSITION
    if spec.positions == "none":
        return b.step("blocks.0.resid_pre", Identity(), x, symbol="X", role="residual")
    if spec.positions == "sinusoidal":
        pe = b.step("pos_embed", Sinusoid(spec.d_model), tokens, symbol=r"\mathrm{PE}")
    else:
        rows = b.weight("W_pos", "n_ctx", "d_model", std=0.02, symbol=r"W_{\mathrm{pos}}")
        pe = b.step("pos_embed", Positions(), tokens, weights=rows, symbol=r"\mathrm{PE}")
    return b.step("blocks.0.resid_pre", Add(), x, pe, symbol="X", role="residual")


def block(b: Builder, x: str, first: bool) -> str:
    pre = b.spec.norm == "pre"
    b.stage = NORM_1 if pre else QKV
    if not first:
        x = b.step("resid_pre", Identity(), x, symbol="X", role="residual")
    normed = norm(b, "ln1", x, "ln1", r"\hat{X}") if pre else x
    attn_out = attention(b, normed)
    if pre:
        b.stage = ADD
        mid = b.step("resid_mid", Add(), x, attn_out, symbol="X'", role="residual")
        b.stage = NORM_2
        mlp_out = mlp(b, norm(b, "ln2", mid, "ln2", r"\hat{X}'"))
        b.stage = ADD_2
        return b.step("resid_post", Add(), mid, mlp_out, symbol="X''", role="residual")
    b.stage = ADD_NORM
    attn_sum = b.step("attn_sum", Add(), x, attn_out, symbol="Y", role="residual")
    mid = norm(b, "ln1", attn_sum, "resid_mid", "X'", role="residual")
    mlp_out = mlp(b, mid)
    b.stage = ADD_NORM_2
    mlp_sum = b.step("mlp_sum", Add(), mid, mlp_out, symbol="Y'", role="residual")
    return norm(b, "ln2", mlp_sum, "resid_post", "X''", role="residual")


def norm(b: Builder, name: str, x: str, result: str, symbol: str, role: str = "") -> str:
    mean = b.step(f"{name}.mean", ops.Mean(), x, symbol=r"\mu")
    var = b.step(f"{name}.var", ops.Variance(), x, mean, symbol=r"\sigma^{2}")
    normal = b.step(f"{name}.normalized", ops.Normalize(b.spec.eps), x, mean, var, symbol="N")
    weights = b.weight(f"{name}.w", "d_model", init="ones", symbol=r"\gamma")
    weights += b.weight(f"{name}.b", "d_model", init="zeros", symbol=r"\beta")
    return b.step(result, ScaleShift(), normal, weights=weights, symbol=symbol, role=role)


def attention(b: Builder, x: str) -> str:
    spec = b.spec
    flat, heads = {}, {}
    b.stage = QKV
    for one, role in (("q", "query"), ("k", "key"), ("v", "value")):
        weights = b.weight(f"attn.W_{one.upper()}", "d_model", "d_attn", symbol=f"W_{one.upper()}")
        weights += b.bias(f"attn.b_{one.upper()}", "d_attn", symbol=f"b_{one.upper()}")
        flat[one] = b.step(f"attn.{one}_flat", Linear(spec.bias), x, weights=weights, symbol=one.upper(), role=role)
    b.stage = SPLIT
    for one, role in (("q", "query"), ("k", "key"), ("v", "value")):
        split = b.step(
            f"attn.{one}_split",
            SplitHeads(spec.n_heads),
            flat[one],
            symbol=rf"\tilde{{{one.upper()}}}",
            role=role,
        )
        heads[one] = b.step(f"attn.{one}", SwapHeads(), split, symbol=one.upper(), role=role)
    b.stage = SCORES
    scores = b.step("attn.scores", Scores(), heads["q"], heads["k"], symbol="S")
    b.stage = SCALE
    scaled = b.step("attn.scaled", Scale(spec.d_head) if spec.scale_scores else Identity(), scores, symbol="S'")
    b.stage = MASK
    masked = b.step("attn.masked", Mask(spec.causal, spec.pad), scaled, LENGTHS, symbol=r"\hat{S}")
    b.stage = SOFTMAX
    pattern = b.step("attn.pattern", Softmax(), masked, symbol="P")
    b.stage = TIMES_V
    z = b.step("attn.z", WeightedSum(), pattern, heads["v"], symbol="Z")
    b.stage = CONCAT
    split = b.step("attn.z_split", SwapHeads(), z, symbol=r"\tilde{Z}")
    concat = b.step("attn.concat", MergeHeads(spec.d_attn == spec.d_model), split, symbol="C")
    b.stage = PROJECT
    weights = b.weight("attn.W_O", "d_attn", "d_model", symbol="W_O") + b.bias("attn.b_O", "d_model", symbol="b_O")
    return b.step("attn_out", Linear(spec.bias), concat, weights=weights, symbol="A")


def mlp(b: Builder, x: str) -> str:
    spec = b.spec
    b.stage = FFN
    into = b.weight("mlp.W_in", "d_model", "d_mlp", symbol=r"W_{\mathrm{in}}")
    into += b.bias("mlp.b_in", "d_mlp", symbol=r"b_{\mathrm{in}}")
    pre = b.step("mlp.pre", Linear(spec.bias), x, weights=into, symbol="H")
    post = b.step("mlp.post", ACTIVATIONS[spec.activation], pre, symbol="H'")
    out = b.weight("mlp.W_out", "d_mlp", "d_model", symbol=r"W_{\mathrm{out}}")
    out += b.bias("mlp.b_out", "d_model", symbol=r"b_{\mathrm{out}}")
    return b.step("mlp_out", Linear(spec.bias), post, weights=out, symbol="F")


def unembed(b: Builder, x: str) -> str:
    spec = b.spec
    if spec.final_norm:
        b.stage = FINAL_NORM
        x = norm(b, "ln_final", x, "ln_final", r"\hat{X}")
    b.stage = LOGITS
    weights = ("W_E",) if spec.tied else b.weight("W_U", "d_model", "d_vocab", symbol="W_U")
    weights += b.weight("b_U", "d_vocab", init="zeros", symbol="b_U") if spec.bias_out else ()
    logits = b.step("logits", Linear(spec.bias_out, spec.tied), x, weights=weights, symbol="L")
    b.stage = PROBS
    return b.step("probs", Softmax(), logits, symbol="p")


PRESETS = {
    "article": ModelSpec(
        name="article", family="decoder_only", d_model=64, n_heads=4, d_head=16, n_layers=1, d_mlp=256,
        d_vocab=100277, n_ctx=256, norm="post", final_norm=False, positions="sinusoidal", activation="relu",
        tied=False, bias=False, tokenizer="cl100k_base", seed=1337,
        note="The article counts 100,069 as its largest id; cl100k_base has 100,277.",
    ),
}  # fmt: skip

#: The article's own batch: four rows of sixteen tokens. The newlines belong to it.
SAMPLES = {
    "article": (
        ".\nBy mastering the art of identifying underlying motivations and desires, we equip ourselves with",
        " professionals to truly understand their customers' needs, concerns, and desires. By actively",
        " aspect of using technology in sales is mastering digital communication tools. These tools include email",
        " and setting clear objectives before entering a negotiation.\n3. Developing Effective Negotiation Techniques",
    ),
}
