"""What one cell of every operation should be, written a second time in float64 from the whole operands.

`of(op, operands, index)` gives the cell's value and Σ|terms|, the size against which float32 rounds. Nothing here
uses `Op.working`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Arrays = Sequence[np.ndarray]
#: The cell's value, and Σ|terms|.
Expected = tuple[float, float]


def of(op: Any, operands: Arrays, index: tuple[int, ...]) -> Expected:
    """Value and Σ|terms| of a cell of an operation, or of a subclass that computes the same."""
    make = next(TERMS[cls.__name__] for cls in type(op).__mro__ if cls.__name__ in TERMS)
    exact = [one if one.dtype == np.int64 else one.astype(np.float64) for one in operands]
    with np.errstate(all="ignore"):
        value, size = make(op, exact, index)
    return float(value), float(size)


def added(terms: Any) -> Expected:
    terms = np.asarray(terms, dtype=np.float64)
    return terms.sum(), np.abs(terms).sum()


def alone(value: Any) -> Expected:
    return value, np.abs(value)


def linear(op: Any, operands: Arrays, at: tuple[int, ...]) -> Expected:
    weights = operands[1][at[-1]] if op.transposed else operands[1][:, at[-1]]
    return added([*(operands[0][at[:-1]] * weights), *(one[at[-1]] for one in operands[2:])])


def mask(op: Any, operands: Arrays, at: tuple[int, ...]) -> Expected:
    pad = at[-1] >= operands[1][at[0]]
    if (op.causal and at[-1] > at[-2]) or (pad and op.pad == "-inf"):
        return -np.inf, 0.0
    return added([operands[0][at], -1000.0 if pad and op.pad == "-1000" else 0.0])


def softmax(op: Any, operands: Arrays, at: tuple[int, ...]) -> Expected:
    row = operands[0][at[:-1]]
    grown = np.exp(row - row.max())
    share = grown[at[-1]] / grown.sum()
    return alone(0.0 if np.isnan(share) and op.empty_rows == "zero" else share)


def gelu(op: Any, operands: Arrays, at: tuple[int, ...]) -> Expected:
    x = float(operands[0][at])
    curve = math.erf(x / math.sqrt(2)) if op.kind == "Gelu" else np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))
    return np.float64(0.5) * x * (1 + curve), abs(0.5 * x) * (1 + abs(curve))


def sinusoid(op: Any, operands: Arrays, at: tuple[int, ...]) -> Expected:
    pair = at[1] // 2
    angle = at[0] * np.exp(-np.log(10000.0) * 2 * pair / op.d_model)
    return alone((np.sin, np.cos)[at[1] % 2](angle))


def swapped(at: tuple[int, ...]) -> tuple[int, ...]:
    return (*at[:-3], at[-2], at[-3], at[-1])


TERMS: dict[str, Callable[[Any, Arrays, tuple[int, ...]], Expected]] = {
    "Lookup": lambda op, o, at: alone(o[1][o[0][at[:-1]], at[-1]]),
    "Positions": lambda op, o, at: alone(o[1][at]),
    "Sinusoid": sinusoid,
    "Identity": lambda op, o, at: alone(o[0][at]),
    "Add": lambda op, o, at: added([o[0][at], o[1][at[len(at) - o[1].ndim :]]]),
    "Scale": lambda op, o, at: alone(o[0][at] / np.sqrt(op.n) if op.divide else o[0][at] * np.sqrt(op.n)),
    "Relu": lambda op, o, at: alone(np.maximum(o[0][at], 0.0)),
    "Gelu": gelu,
    "GeluTanh": gelu,
    "Linear": linear,
    "Scores": lambda op, o, at: added(o[0][at[:-1]] * o[1][(*at[:-2], at[-1])]),
    "Mask": mask,
    "Softmax": softmax,
    "WeightedSum": lambda op, o, at: added(o[0][at[:-1]] * o[1][(*at[:-2], slice(None), at[-1])]),
    "Mean": lambda op, o, at: added(o[0][at] / o[0].shape[-1]),
    "Variance": lambda op, o, at: added((o[0][at] - o[1][at]) ** 2 / o[0].shape[-1]),
    "Normalize": lambda op, o, at: alone((o[0][at] - o[1][at[:-1]]) / np.sqrt(o[2][at[:-1]] + op.eps)),
    "ScaleShift": lambda op, o, at: added([o[0][at] * o[1][at[-1]], *(one[at[-1]] for one in o[2:])]),
    "SplitHeads": lambda op, o, at: alone(
        o[0].reshape(*o[0].shape[:-1], op.n_heads, o[0].shape[-1] // op.n_heads)[at]
    ),
    "SwapHeads": lambda op, o, at: alone(o[0][swapped(at)]),
    "MergeHeads": lambda op, o, at: alone(o[0].reshape(*o[0].shape[:-2], -1)[at]),
}
