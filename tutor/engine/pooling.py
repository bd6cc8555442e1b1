"""Shrinking a tensor to what a screen can show, without losing an extreme. No Qt, no torch.

All is safe against −inf (a mask), NaN and +inf.
"""

from __future__ import annotations

import numpy as np

_CHUNK = 1 << 20  # cells looked at together: a few megabytes of temporaries, whatever the size of the tensor
#: Above this many cells a tensor is pooled once to at most BASE, and later poolings start from there.
BIG = 1 << 22
BASE = (2048, 4096)


def edges(cells: int, bins: int) -> np.ndarray:
    """The bins + 1 borders that share `cells` out as evenly as whole numbers allow."""
    return (np.arange(bins + 1, dtype=np.int64) * cells) // bins


def _row_chunks(values: np.ndarray) -> list[slice]:
    step = max(1, _CHUNK // max(1, values.shape[1]))
    return [slice(start, start + step) for start in range(0, values.shape[0], step)]


def _signed_extreme(values: np.ndarray, starts: np.ndarray, axis: int) -> np.ndarray:
    high = np.maximum.reduceat(values, starts, axis=axis)
    # −inf says "masked", not "very negative": it must not outshine the numbers that share its pixel.
    low = np.minimum.reduceat(np.where(values == -np.inf, np.inf, values), starts, axis=axis)
    return np.where(high >= -low, high, np.where(np.isposinf(low), high, low))


def pool(values: np.ndarray, rows: int, cols: int) -> np.ndarray:
    """`values` shrunk to at most rows × cols, keeping of each bin the number furthest from zero.

    NaN wins over all (one is too many), −inf only where nothing else is. A mean would hide extremes.
    """
    rows, cols = min(rows, values.shape[0]), min(cols, values.shape[1])
    if (rows, cols) == values.shape:
        return values
    across = edges(values.shape[1], cols)[:-1]
    narrow = np.empty((values.shape[0], cols), values.dtype)
    for chunk in _row_chunks(values):
        narrow[chunk] = _signed_extreme(values[chunk], across, 1)
    return _signed_extreme(narrow, edges(values.shape[0], rows)[:-1], 0)


def largest_size(values: np.ndarray) -> float:
    """The largest finite |x|, 0 where there is none."""
    found = 0.0
    for chunk in _row_chunks(values):
        part = values[chunk]
        finite = part[np.isfinite(part)]
        if finite.size:
            found = max(found, float(np.abs(finite).max()))
    return found
