"""Builder: lets a family file read like a forward pass, one line a step."""

from __future__ import annotations

import math
from collections.abc import Callable

from tutor.engine import axes as ax
from tutor.engine.ops import Op, Tokens
from tutor.engine.program import TOKENS, Program, Stage, Step, Weight
from tutor.engine.spec import ModelSpec

# The stages of a Transformer, in the words of the field.
TOKENIZE = Stage("tokenize", "Tokenize")
EMBED = Stage("embed", "Embed")
TYPES = Stage("types", "Token types")
POSITION = Stage("position", "Positions")
EMBED_NORM = Stage("embed_norm", "Embedding norm")
NORM_1 = Stage("norm", "Norm 1")
NORM_2 = Stage("norm2", "Norm 2")
QKV = Stage("qkv", "Q, K, V")
SPLIT = Stage("split", "Split heads")
QK_NORM = Stage("qk_norm", "Q, K norm")
ROTATE = Stage("rotate", "Rotary positions")
SHARE = Stage("share", "Share K, V heads")
SCORES = Stage("scores", "Scores")
SCALE = Stage("scale", "Scale")
MASK = Stage("mask", "Mask")
PAD_MASK = Stage("pad_mask", "Padding mask")
SOFTMAX = Stage("softmax", "Softmax")
TIMES_V = Stage("times_v", "× V")
CONCAT = Stage("concat", "Concat")
PROJECT = Stage("project", "Output projection")
ADD = Stage("add", "Add")
ADD_2 = Stage("add2", "Add")
ADD_NORM = Stage("add_norm", "Add & Norm")
ADD_NORM_2 = Stage("add_norm2", "Add & Norm")
FFN = Stage("ffn", "FFN")
FINAL_NORM = Stage("final_norm", "Final norm")
HEAD_DENSE = Stage("head", "Prediction head")
LOGITS = Stage("logits", "Logits")
PROBS = Stage("probs", "Probabilities")


def cross(stage: Stage) -> Stage:
    """The same idea in cross-attention, where the queries come from the target and keys and values from the source."""
    return Stage(f"cross_{stage.key}", f"Cross: {stage.title}")


#: A weight's axis may be one of these sizes of the spec; heads side by side are d_model where they are as wide.
_AXIS_OF_SIZE = {
    "n_ctx": ax.POS, "position_rows": ax.POS, "d_vocab_in": ax.D_VOCAB, "n_types": ax.TYPE, "d_head": ax.D_HEAD,
}  # fmt: skip


class Builder:
    """Collects steps and weights in order.

    Set `section`, `stage` and `prefix`; then each `step` makes one tensor and returns its full name. A weight
    is declared where it is read.
    """

    def __init__(self, spec: ModelSpec) -> None:
        self.spec = spec
        self.section = "input"
        self.stage = TOKENIZE
        self.prefix = ""
        #: Turns a stage into that of a special place, as `cross` does.
        self.turn: Callable[[Stage], Stage] = lambda stage: stage
        self._steps: list[Step] = []
        self._weights: dict[str, Weight] = {}

    def tokens(self) -> str:
        """The ids of a text, under the current prefix."""
        full = self.prefix + TOKENS
        self._steps.append(Step(full, Tokens(), (), (), TOKENIZE, self.section, r"\mathrm{ids}"))
        return full

    def step(
        self, name: str, op: Op, *inputs: str, weights: tuple[str, ...] = (), symbol: str = "", role: str = ""
    ) -> str:
        """Declare one step; `name` is put behind the current prefix. Returns its full name."""
        full = self.prefix + name
        self._steps.append(Step(full, op, inputs, weights, self.turn(self.stage), self.section, symbol, role))
        return full

    def weight(
        self, name: str, *sizes: str, init: str = "normal", std: float | None = None, symbol: str = ""
    ) -> tuple[str, ...]:
        """Declare a weight by the spec's names of its sizes. Random ones have variance 1 / inputs unless told."""
        return self.shared(self.prefix + name, *sizes, init=init, std=std, symbol=symbol)

    def shared(
        self, full: str, *sizes: str, init: str = "normal", std: float | None = None, symbol: str = ""
    ) -> tuple[str, ...]:
        """The same under its full name, wherever it is read: a table that both sides of a model share."""
        if full not in self._weights:
            axes = tuple(ax.Axis(self.axis(size), self.spec.size(size)) for size in sizes)
            spread = 1 / math.sqrt(self.spec.size(sizes[0])) if std is None else std
            self._weights[full] = Weight(full, axes, init, spread, symbol)
        return (full,)

    def bias(self, name: str, size: str, group: str, symbol: str = "") -> tuple[str, ...]:
        """A bias vector, or nothing where the model has none in this group ("qkv", "o" or "mlp")."""
        if not self.spec.has_bias(group):
            return ()
        return self.weight(name, size, std=0.02, symbol=symbol)

    def axis(self, size: str) -> str:
        if size == "d_attn" and self.spec.d_attn == self.spec.d_model:
            return ax.D_MODEL
        if size == "d_kv":  # as wide as the queries where every query head has its own
            return self.axis("d_attn") if self.spec.d_kv == self.spec.d_attn else ax.D_KV
        return _AXIS_OF_SIZE.get(size, size)

    def program(self) -> Program:
        return Program(tuple(self._steps), tuple(self._weights.values()))
