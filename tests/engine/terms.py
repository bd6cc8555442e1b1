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
    behind = at[-2] - at[-1]
    if (op.causal and behind < 0) or (op.window and behind >= op.window) or (pad and op.pad == "-inf"):
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
    sines = (op.d_model + 1) // 2  # one more than cosines where d_model is odd
    if op.halves:
        pair, curve = (at[1], np.sin) if at[1] < sines else (at[1] - sines, np.cos)
    else:
        pair, curve = at[1] // 2, (np.sin, np.cos)[at[1] % 2]
    return alone(curve(at[0] * np.exp(-np.log(10000.0) * 2 * pair / op.d_model)))


def silu(op: Any, operands: Arrays, at: tuple[int, ...]) -> Expected:
    x = operands[0][at]
    return alone(x / (1 + np.exp(-x)))


def wavelength(op: Any, pair: int, n_pos: int) -> float:
    """Positions in which a pair turns once, as the papers put it: by wavelengths, where the engine has frequencies."""
    plain = 2 * math.pi * op.base ** (2 * pair / op.dim)
    long = plain * op.factor
    if op.scaling == "linear":
        return long
    if op.scaling == "dynamic":
        if n_pos <= op.original or op.dim == 2:
            return plain
        stretched = op.base * ((op.factor * n_pos / op.original) - (op.factor - 1)) ** (op.dim / (op.dim - 2))
        return 2 * math.pi * stretched ** (2 * pair / op.dim)
    turns = op.original / plain
    if op.scaling == "llama3":
        if turns >= op.high:
            return plain
        if turns <= op.low:
            return long
        kept = (turns - op.low) / (op.high - op.low)
        return 1 / (kept / plain + (1 - kept) / long)
    if op.scaling == "yarn":
        # The pair, a fraction at first, that turns so often within `original`.
        first, last = (
            op.dim / 2 * math.log(op.original / (2 * math.pi * often), op.base)
            for often in (op.beta_fast, op.beta_slow)
        )  # fmt: skip
        if op.truncate:
            first, last = math.floor(first), math.ceil(last)
        first, last = max(first, 0), min(last, op.dim - 1)
        divided = min(max((pair - first) / (last - first if last > first else 0.001), 0.0), 1.0)
        return 1 / ((1 - divided) / plain + divided / long)
    return plain


def rotate(op: Any, operands: Arrays, at: tuple[int, ...]) -> Expected:
    """A pair of features as one complex number, turned."""
    x, feature = operands[0][at[:-1]], at[-1]
    if feature >= op.dim:
        return alone(x[feature] * 1.0 + x[feature] * 0.0)  # an infinity becomes NaN, as it does for its neighbours
    half = op.dim // 2
    angle = 2 * math.pi * at[-2] / wavelength(op, feature % half, operands[0].shape[-2])
    real, imaginary = x[feature % half], x[feature % half + half]
    cos, sin = op.attention * math.cos(angle), op.attention * math.sin(angle)
    return added([real * cos, -imaginary * sin] if feature < half else [real * sin, imaginary * cos])


def swapped(at: tuple[int, ...]) -> tuple[int, ...]:
    return (*at[:-3], at[-2], at[-3], at[-1])


def even(op: Any, operands: Arrays, at: tuple[int, ...]) -> Expected:
    row = operands[0][at[:-1]]
    if str(at[-3]) not in op.heads.split(","):
        return softmax(op, operands, at)
    keys = np.count_nonzero(row > -np.inf)
    if not keys:
        return alone(0.0 if op.empty_rows == "zero" else np.nan)
    return alone(1 / keys if row[at[-1]] > -np.inf else 0.0)


def silent(op: Any, operands: Arrays, at: tuple[int, ...]) -> Expected:
    if str(at[-3]) in op.heads.split(","):
        return 0.0, 0.0
    return TERMS["WeightedSum"](op, operands, at)


TERMS: dict[str, Callable[[Any, Arrays, tuple[int, ...]], Expected]] = {
    "Lookup": lambda op, o, at: alone(o[1][o[0][at[:-1]], at[-1]]),
    "Positions": lambda op, o, at: alone(o[1][op.offset :][at]),
    "TypeRow": lambda op, o, at: alone(o[1][op.row][at[-1]]),
    "Sinusoid": sinusoid,
    "Identity": lambda op, o, at: alone(o[0][at]),
    "Add": lambda op, o, at: added([one[at[len(at) - one.ndim :]] for one in o]),
    "Multiply": lambda op, o, at: alone(o[0][at] * o[1][at]),
    "Scale": lambda op, o, at: alone(o[0][at] / np.sqrt(op.n) if op.divide else o[0][at] * np.sqrt(op.n)),
    "Relu": lambda op, o, at: alone(np.maximum(o[0][at], 0.0)),
    "Gelu": gelu,
    "GeluTanh": gelu,
    "Silu": silu,
    "Linear": linear,
    "Scores": lambda op, o, at: added(o[0][at[:-1]] * o[1][(*at[:-2], at[-1])]),
    "Mask": mask,
    "Softmax": softmax,
    "EvenSoftmax": even,
    "SilentSum": silent,
    "WeightedSum": lambda op, o, at: added(o[0][at[:-1]] * o[1][(*at[:-2], slice(None), at[-1])]),
    "Mean": lambda op, o, at: added(o[0][at] / o[0].shape[-1]),
    "Variance": lambda op, o, at: added((o[0][at] - o[1][at]) ** 2 / o[0].shape[-1]),
    "Normalize": lambda op, o, at: alone((o[0][at] - o[1][at[:-1]]) / np.sqrt(o[2][at[:-1]] + op.eps)),
    "MeanSquare": lambda op, o, at: added(o[0][at] ** 2 / o[0].shape[-1]),
    "NormalizeRms": lambda op, o, at: alone(o[0][at] / np.sqrt(o[1][at[:-1]] + op.eps)),
    "ScaleShift": lambda op, o, at: added([o[0][at] * o[1][at[-1]], *(one[at[-1]] for one in o[2:])]),
    "SplitHeads": lambda op, o, at: alone(o[0].reshape(*o[0].shape[:-1], op.n_heads, o[0].shape[-1] // op.n_heads)[at]),
    "Rotate": rotate,
    "RepeatHeads": lambda op, o, at: alone(np.repeat(o[0], op.times, axis=-3)[at]),
    "SwapHeads": lambda op, o, at: alone(o[0][swapped(at)]),
    "MergeHeads": lambda op, o, at: alone(o[0].reshape(*o[0].shape[:-2], -1)[at]),
}
