"""Every operation: what it computes, its axes, its formula, its cost, and how one cell came about."""

from tutor.engine.ops.attention import Mask, Scores, Softmax, WeightedSum
from tutor.engine.ops.base import Op, from_json, known
from tutor.engine.ops.linear import Linear
from tutor.engine.ops.lookup import Lookup, Positions, Sinusoid, Tokens
from tutor.engine.ops.norm import Mean, Normalize, ScaleShift, Variance
from tutor.engine.ops.pointwise import Add, Gelu, GeluTanh, Identity, Relu, Scale
from tutor.engine.ops.shape import MergeHeads, SplitHeads, SwapHeads

__all__ = [
    "Add", "Gelu", "GeluTanh", "Identity", "Linear", "Lookup", "Mask", "Mean", "MergeHeads", "Normalize", "Op",
    "Positions", "Relu", "Scale", "ScaleShift", "Scores", "Sinusoid", "Softmax", "SplitHeads", "SwapHeads",
    "Tokens", "Variance", "WeightedSum", "from_json", "known",
]  # fmt: skip
