"""Every operation: what it computes, its axes, its formula, its cost, and how one cell came about."""

from tutor.engine.ops.attention import Mask, Scores, Softmax, WeightedSum
from tutor.engine.ops.base import Op, from_json, known
from tutor.engine.ops.heads import EvenSoftmax, SilentSum
from tutor.engine.ops.linear import Linear
from tutor.engine.ops.lookup import Lookup, Positions, Sinusoid, Tokens, TypeRow
from tutor.engine.ops.norm import Mean, MeanSquare, Normalize, NormalizeRms, ScaleShift, Variance
from tutor.engine.ops.pointwise import Add, Gelu, GeluTanh, Identity, Multiply, Relu, Scale, Silu
from tutor.engine.ops.rotary import Rotate
from tutor.engine.ops.shape import MergeHeads, RepeatHeads, SplitHeads, SwapHeads

__all__ = [
    "Add", "EvenSoftmax", "Gelu", "GeluTanh", "Identity", "Linear", "Lookup", "Mask", "Mean", "MeanSquare",
    "MergeHeads", "Multiply", "Normalize", "NormalizeRms", "Op", "Positions", "Relu", "RepeatHeads", "Rotate", "Scale",
    "ScaleShift", "Scores", "SilentSum", "Silu", "Sinusoid", "Softmax", "SplitHeads", "SwapHeads", "Tokens", "TypeRow",
    "Variance", "WeightedSum", "from_json", "known",
]  # fmt: skip
