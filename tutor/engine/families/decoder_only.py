"""Decoder-only Transformers: GPT-like, post-norm (Vaswani et al. 2017) or pre-norm (Radford et al. 2019)."""

from __future__ import annotations

from tutor.engine.build import Builder
from tutor.engine.parts import block, embed, unembed
from tutor.engine.program import TOKENS, Program
from tutor.engine.spec import ModelSpec


def program(spec: ModelSpec) -> Program:
    b = Builder(spec)
    x = embed(b)
    for layer in range(spec.n_layers):
        b.section, b.prefix = f"blocks.{layer}", f"blocks.{layer}."
        x = block(b, x, TOKENS, first=layer == 0)
    b.section, b.prefix = "output", ""
    unembed(b, x)
    return b.program()


PRESETS = {
    "article": ModelSpec(
        name="article", family="decoder_only", d_model=64, n_heads=4, d_head=16, n_layers=1, d_mlp=256,
        d_vocab=100277, n_ctx=256, norm="post", final_norm=False, positions="sinusoidal", activation="relu",
        tied=False, bias=False, tokenizer="cl100k_base", seed=1337,
        note="The article counts 100,069 as its largest id; cl100k_base has 100,277.",
    ),
}  # fmt: skip

ABOUT = {"article": "the article's worked example: one decoder block, not trained, so that only the steps matter"}

#: The article's own batch: four rows of sixteen tokens. The newlines belong to it.
SAMPLES = {
    "article": (
        ".\nBy mastering the art of identifying underlying motivations and desires, we equip ourselves with",
        " professionals to truly understand their customers' needs, concerns, and desires. By actively",
        " aspect of using technology in sales is mastering digital communication tools. These tools include email",
        " and setting clear objectives before entering a negotiation.\n3. Developing Effective Negotiation Techniques",
    ),
}
