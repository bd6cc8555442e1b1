"""How large gradients are: what the lessons on residual connections and on √d_k measure. Torch is not imported: the
trace is asked."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tutor.engine.goals import Goal
from tutor.engine.trace import Trace


def norms(trace: Trace, goal: Goal, names: Sequence[str]) -> dict[str, float]:
    """‖∂goal/∂X‖₂ = √Σ (∂goal/∂x)² of each named tensor or weight, over its real positions, in float64.

    Raises GoalError for a number that is not there, TraceError where nothing can be recomputed.
    """
    gradients = trace.backward(goal)
    return {name: math.sqrt(_square(gradients, name)) for name in names}


def rms(trace: Trace, goal: Goal, names: Sequence[str]) -> dict[str, float]:
    """√(Σ (∂goal/∂x)² / n), the size of a typical cell's gradient, for tensors of different sizes. See `norms`."""
    gradients = trace.backward(goal)
    found = {}
    for name in names:
        count = sum(part.size for part in gradients.real_parts(name))
        found[name] = math.sqrt(_square(gradients, name) / count)
    return found


def _square(gradients: Trace, name: str) -> float:
    return sum(float(np.sum(part.astype(np.float64) ** 2)) for part in gradients.real_parts(name))
