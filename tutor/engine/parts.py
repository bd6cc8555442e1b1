"""The parts that families are made of: embeddings, norms, attention, FFN, residual blocks, output.

Each writes its steps into a Builder and returns the name of its result. Names follow TransformerLens where it has
one; `scores → scaled → masked → pattern` is finer than there, where `attn_scores` is already scaled and masked.
"""

from __future__ import annotations

from dataclasses import asdict

from tutor.engine import build as st
from tutor.engine import ops
from tutor.engine.build import Builder
from tutor.engine.ops import (
    Add,
    Identity,
    Linear,
    Lookup,
    Mask,
    MergeHeads,
    Op,
    Positions,
    RepeatHeads,
    Rotate,
    Scale,
    ScaleShift,
    Scores,
    Sinusoid,
    Softmax,
    SplitHeads,
    SwapHeads,
    TypeRow,
    WeightedSum,
)
from tutor.engine.program import lengths_of

ACTIVATIONS: dict[str, Op] = {
    "relu": ops.Relu(), "gelu": ops.Gelu(), "gelu_tanh": ops.GeluTanh(), "silu": ops.Silu(),
}  # fmt: skip


def embed(b: Builder, first: str = "blocks.0.resid_pre", table: str = "W_E", rows: str = "d_vocab") -> str:
    """Ids → embeddings, with their positions: [batch, pos, d_model], the first block's residual input.

    `table` is the full name of the embedding table and `rows` the size it has.
    """
    spec = b.spec
    tokens = b.tokens()
    b.stage = st.EMBED
    weights = b.shared(table, rows, "d_model", std=1.0, symbol="W_E")
    terms = [b.step("embed", Lookup(), tokens, weights=weights, symbol="E")]
    if spec.scale_embed:
        terms = [b.step("embed_scaled", Scale(spec.d_model, divide=False), *terms, symbol="E'")]
    if spec.n_types:
        b.stage = st.TYPES
        types = b.weight("W_type", "n_types", "d_model", std=0.02, symbol=r"W_{\mathrm{type}}")
        terms.append(b.step("type_embed", TypeRow(), tokens, weights=types, symbol=r"\mathrm{TE}"))
    b.stage = st.POSITION
    if spec.positions == "learned":
        own = b.weight("W_pos", "position_rows", "d_model", std=0.02, symbol=r"W_{\mathrm{pos}}")
        terms.append(b.step("pos_embed", Positions(spec.pos_offset), tokens, weights=own, symbol=r"\mathrm{PE}"))
    elif spec.positions.startswith("sinusoidal"):
        code = Sinusoid(spec.d_model, spec.positions == "sinusoidal_halves")
        terms.append(b.step("pos_embed", code, tokens, symbol=r"\mathrm{PE}"))
    op = Add() if len(terms) > 1 else Identity()
    if not spec.embed_norm:
        return b.step(first, op, *terms, symbol="X", role="residual")
    total = b.step("embed_sum", op, *terms, symbol="Y")
    b.stage = st.EMBED_NORM
    return norm(b, "embed_ln", total, first, "X", role="residual")


def block(
    b: Builder, x: str, tokens: str, causal: bool = True, first: bool = False, source: tuple[str, str] | None = None
) -> str:
    """One block: self-attention, with a `source` cross-attention to it, FFN, each with its residual and norm.

    `tokens` are the ids of the text that runs through it; `first` where `x` already is the block's `resid_pre`;
    `source` is the tensor that cross-attention takes keys and values from, and the ids of its text.
    """
    spec = b.spec
    pre = spec.norm == "pre"
    b.stage = st.NORM_1 if pre else st.QKV
    if not first:
        x = b.step("resid_pre", Identity(), x, symbol="X", role="residual")
    if spec.parallel:
        return parallel(b, x, tokens, causal)
    normed = norm(b, "ln1", x, "ln1", r"\hat{X}") if pre else x
    attn_out = attention(b, normed, normed, lengths_of(tokens), causal)
    x = joined(b, x, attn_out, "ln1", "attn_sum", "resid_mid", "X'", (st.ADD, st.ADD_NORM))
    if source is not None:
        b.turn = st.cross
        b.stage = st.NORM_1
        normed = norm(b, "ln_cross", x, "ln_cross", r"\hat{X}'") if pre else x
        cross_out = attention(b, normed, source[0], lengths_of(source[1]), False, "cross_attn", "cross_out")
        x = joined(b, x, cross_out, "ln_cross", "cross_sum", "resid_cross", "X^{c}", (st.ADD, st.ADD_NORM))
        b.turn = lambda stage: stage
    b.stage = st.NORM_2
    mlp_out = mlp(b, norm(b, "ln2", x, "ln2", r"\hat{X}'") if pre else x)
    return joined(b, x, mlp_out, "ln2", "mlp_sum", "resid_post", "X''", (st.ADD_2, st.ADD_NORM_2))


def parallel(b: Builder, x: str, tokens: str, causal: bool) -> str:
    """A block whose attention and FFN read the same residual input (GPT-NeoX, Black et al. 2022)."""
    normed = norm(b, "ln1", x, "ln1", r"\hat{X}")
    attn_out = attention(b, normed, normed, lengths_of(tokens), causal)
    b.stage = st.NORM_2
    mlp_out = mlp(b, norm(b, "ln2", x, "ln2", r"\hat{X}'"))
    b.stage = st.ADD
    return b.step("resid_post", Add(), x, attn_out, mlp_out, symbol="X''", role="residual")


def joined(
    b: Builder, x: str, out: str, ln: str, total: str, result: str, symbol: str, stages: tuple[st.Stage, st.Stage]
) -> str:
    """What a sub-layer made, added to what was there; post-norm brings the sum to mean 0 and variance 1."""
    if b.spec.norm == "pre":
        b.stage = stages[0]
        return b.step(result, Add(), x, out, symbol=symbol, role="residual")
    b.stage = stages[1]
    y = b.step(total, Add(), x, out, symbol=symbol.replace("X", "Y"), role="residual")
    return norm(b, ln, y, result, symbol, role="residual")


def norm(b: Builder, name: str, x: str, result: str, symbol: str, role: str = "", size: str = "d_model") -> str:
    """Layer norm or RMSNorm over the last axis, in its parts."""
    if b.spec.norm_kind == "rms":
        square = b.step(f"{name}.mean_square", ops.MeanSquare(), x, symbol="m")
        normal = b.step(f"{name}.normalized", ops.NormalizeRms(b.spec.eps), x, square, symbol="N")
        weights = b.weight(f"{name}.w", size, init="ones", symbol=r"\gamma")
        return b.step(result, ScaleShift(bias=False), normal, weights=weights, symbol=symbol, role=role)
    mean = b.step(f"{name}.mean", ops.Mean(), x, symbol=r"\mu")
    var = b.step(f"{name}.var", ops.Variance(), x, mean, symbol=r"\sigma^{2}")
    normal = b.step(f"{name}.normalized", ops.Normalize(b.spec.eps), x, mean, var, symbol="N")
    weights = b.weight(f"{name}.w", size, init="ones", symbol=r"\gamma")
    weights += b.weight(f"{name}.b", size, init="zeros", symbol=r"\beta")
    return b.step(result, ScaleShift(), normal, weights=weights, symbol=symbol, role=role)


def attention(
    b: Builder, x: str, source: str, lengths: str, causal: bool, name: str = "attn", result: str = "attn_out"
) -> str:
    """Scaled dot-product attention of many heads (Vaswani et al. 2017): queries from `x`, keys and values from
    `source` (in self-attention the same), whose real tokens `lengths` counts."""
    spec = b.spec
    heads = {}
    b.stage = st.QKV
    flat = {one: project(b, name, one, role, given) for one, role, given in
            (("q", "query", x), ("k", "key", source), ("v", "value", source))}  # fmt: skip
    b.stage = st.SPLIT
    for one, role in (("q", "query"), ("k", "key"), ("v", "value")):
        count = spec.n_heads if one == "q" else spec.n_kv_heads or spec.n_heads
        split = b.step(
            f"{name}.{one}_split", SplitHeads(count), flat[one], symbol=rf"\tilde{{{one.upper()}}}", role=role
        )  # fmt: skip
        heads[one] = b.step(f"{name}.{one}", SwapHeads(), split, symbol=one.upper(), role=role)
    q, k, v = positioned(b, name, heads["q"], heads["k"], heads["v"])
    b.stage = st.SCORES
    scores = b.step(f"{name}.scores", Scores(), q, k, symbol="S")
    b.stage = st.SCALE
    scaled = b.step(f"{name}.scaled", Scale(spec.d_head) if spec.scale_scores else Identity(), scores, symbol="S'")
    causal = causal and spec.causal
    b.stage = st.MASK if causal else st.PAD_MASK
    rule = Mask(causal, spec.pad, spec.window if causal else 0)
    masked = b.step(f"{name}.masked", rule, scaled, lengths, symbol=r"\hat{S}")
    b.stage = st.SOFTMAX
    # Behind a window a pad may look at pads alone, which are masked: a row without any key, which must not spread.
    empty = "zero" if rule.window and spec.pad == "-inf" else "nan"
    pattern = b.step(f"{name}.pattern", Softmax(empty), masked, symbol="P")
    b.stage = st.TIMES_V
    z = b.step(f"{name}.z", WeightedSum(), pattern, v, symbol="Z")
    b.stage = st.CONCAT
    split = b.step(f"{name}.z_split", SwapHeads(), z, symbol=r"\tilde{Z}")
    concat = b.step(f"{name}.concat", MergeHeads(spec.d_attn == spec.d_model), split, symbol="C")
    b.stage = st.PROJECT
    weights = b.weight(f"{name}.W_O", "d_attn", "d_model", symbol="W_O")
    weights += b.bias(f"{name}.b_O", "d_model", "o", symbol="b_O")
    return b.step(result, Linear(spec.has_bias("o")), concat, weights=weights, symbol="A")


def project(b: Builder, name: str, one: str, role: str, x: str) -> str:
    """Queries, keys or values of all heads side by side."""
    letter, size = one.upper(), "d_attn" if one == "q" else "d_kv"
    weights = b.weight(f"{name}.W_{letter}", "d_model", size, symbol=f"W_{letter}")
    weights += b.bias(f"{name}.b_{letter}", size, "qkv", symbol=f"b_{letter}")
    bias = b.spec.has_bias("qkv")
    return b.step(f"{name}.{one}_flat", Linear(bias), x, weights=weights, symbol=letter, role=role)


def positioned(b: Builder, name: str, q: str, k: str, v: str) -> tuple[str, str, str]:
    """What modern decoders do to the heads before they meet: norm, rotation, sharing. Older ones do nothing."""
    spec = b.spec
    if spec.qk_norm:
        b.stage = st.QK_NORM
        q = norm(b, f"{name}.q_norm", q, f"{name}.q_norm", r"\hat{Q}", "query", "d_head")
        k = norm(b, f"{name}.k_norm", k, f"{name}.k_norm", r"\hat{K}", "key", "d_head")
    if spec.rope is not None:
        b.stage = st.ROTATE
        options = asdict(spec.rope)
        turn = Rotate(scaling=options.pop("kind"), **options)
        q = b.step(f"{name}.q_rot", turn, q, symbol=r"Q^{r}", role="query")
        k = b.step(f"{name}.k_rot", turn, k, symbol=r"K^{r}", role="key")
    times = spec.n_heads // (spec.n_kv_heads or spec.n_heads)
    if times > 1:
        b.stage = st.SHARE
        k = b.step(f"{name}.k_shared", RepeatHeads(times), k, symbol=r"K^{s}", role="key")
        v = b.step(f"{name}.v_shared", RepeatHeads(times), v, symbol=r"V^{s}", role="value")
    return q, k, v


def mlp(b: Builder, x: str) -> str:
    """The position-wise feed-forward network; gated: act(x W_gate) · (x W_in), projected (Shazeer 2020)."""
    spec = b.spec
    bias = spec.has_bias("mlp")
    b.stage = st.FFN

    def weights(name: str, into: str, out: str) -> tuple[str, ...]:
        symbol = rf"{{\mathrm{{{name}}}}}"
        found = b.weight(f"mlp.W_{name}", into, out, symbol=f"W_{symbol}")
        return found + b.bias(f"mlp.b_{name}", out, "mlp", symbol=f"b_{symbol}")

    activation = ACTIVATIONS[spec.activation]
    if spec.gated:
        gate = b.step("mlp.gate", Linear(bias), x, weights=weights("gate", "d_model", "d_mlp"), symbol="G")
        act = b.step("mlp.act", activation, gate, symbol="G'")
        pre = b.step("mlp.pre", Linear(bias), x, weights=weights("in", "d_model", "d_mlp"), symbol="H")
        post = b.step("mlp.post", ops.Multiply(), act, pre, symbol="H'")
    else:
        pre = b.step("mlp.pre", Linear(bias), x, weights=weights("in", "d_model", "d_mlp"), symbol="H")
        post = b.step("mlp.post", activation, pre, symbol="H'")
    return b.step("mlp_out", Linear(bias), post, weights=weights("out", "d_mlp", "d_model"), symbol="F")


def unembed(b: Builder, x: str, table: str = "W_E") -> str:
    """The last residual → logits and probabilities [batch, pos, d_vocab]; the last residual itself without a head."""
    spec = b.spec
    if spec.final_norm:
        b.stage = st.FINAL_NORM
        x = norm(b, "ln_final", x, "ln_final", r"\hat{X}")
    if spec.head == "none":
        return x
    if spec.head == "mlm":
        b.stage = st.HEAD_DENSE
        weights = b.weight("head.dense.W", "d_model", "d_model", symbol="W_h")
        weights += b.weight("head.dense.b", "d_model", init="zeros", symbol="b_h")
        dense = b.step("head.dense", Linear(True), x, weights=weights, symbol="H")
        act = b.step("head.act", ACTIVATIONS[spec.head_activation or spec.activation], dense, symbol="H'")
        x = norm(b, "head.ln", act, "head.ln", r"\hat{H}")
    b.stage = st.LOGITS
    weights = (table,) if spec.tied else b.weight("W_U", "d_model", "d_vocab", symbol="W_U")
    weights += b.weight("b_U", "d_vocab", init="zeros", symbol="b_U") if spec.bias_out else ()
    logits = b.step("logits", Linear(spec.bias_out, spec.tied), x, weights=weights, symbol="L")
    b.stage = st.PROBS
    return b.step("probs", Softmax(), logits, symbol="p")
