"""Encoder–decoder Transformers (Vaswani et al. 2017): a source read both ways, a target that looks at it.

Cross-attention takes its queries from the target and its keys and values from the encoder's result, so that in
`decoder.blocks.{i}.cross_attn.*` query_pos counts target tokens and key_pos source tokens.
"""

from __future__ import annotations

from tutor.engine import build as st
from tutor.engine.build import Builder
from tutor.engine.parts import block, embed, norm, unembed
from tutor.engine.program import Program
from tutor.engine.spec import ModelSpec

SOURCE, TARGET = "encoder.tokens", "decoder.tokens"


#: A small one with random weights, until a trained one is chosen: the shapes and the way are those of the paper.
PRESETS = {
    "seq2seq": ModelSpec(
        name="seq2seq", family="encoder_decoder", d_model=64, n_heads=4, d_head=16, n_layers=2, d_mlp=128,
        d_vocab=50257, n_ctx=256, norm="post", final_norm=False, positions="sinusoidal", scale_embed=True,
        activation="relu", tied=True, tokenizer="r50k_base", start_id=50256, end_id=50256, seed=2017,
    ),
}  # fmt: skip
ABOUT = {"seq2seq": "a small encoder–decoder of the original kind, not trained: the way from one text to another"}
SAMPLES = {"seq2seq": ("The cat drinks milk",)}


def program(spec: ModelSpec) -> Program:
    b = Builder(spec)
    memory = encoder(b)
    table = side(b, "decoder")
    x = embed(b, table=table)
    for layer in range(spec.n_layers):
        b.section, b.prefix = f"decoder.blocks.{layer}", f"decoder.blocks.{layer}."
        x = block(b, x, TARGET, first=layer == 0, source=(memory, SOURCE))
    b.section, b.prefix = "output", ""
    unembed(b, x, table)
    return b.program()


def encoder(b: Builder) -> str:
    """The source → its vectors [batch, pos, d_model], which every decoder block reads."""
    spec = b.spec
    x = embed(b, table=side(b, "encoder"), rows="d_vocab_in")
    for layer in range(spec.encoder_layers):
        b.section, b.prefix = f"encoder.blocks.{layer}", f"encoder.blocks.{layer}."
        x = block(b, x, SOURCE, causal=False, first=layer == 0)
    if not spec.final_norm:
        return x
    b.section, b.prefix, b.stage = "encoder.output", "encoder.", st.FINAL_NORM
    return norm(b, "ln_final", x, "ln_final", r"\hat{X}")


def side(b: Builder, name: str) -> str:
    """Begin the encoder or the decoder; returns its embedding table, which both share unless the spec says not."""
    b.section, b.prefix = f"{name}.input", f"{name}."
    return f"{name}.W_E" if b.spec.d_vocab_source else "W_E"
