"""How the numbers of a scale are spread: how many lie outside a range, and a histogram. No Qt, no torch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from tutor.engine.records import dataclass
from tutor.engine.trace import Cancelled

BINS = 96
_CHUNK = 1 << 17


@dataclass(frozen=True, eq=False)
class Spread:
    """`outside`: how many finite numbers are beyond the range. `counts`: of BINS bins, None where not asked for."""

    outside: int
    counts: np.ndarray | None


def spread(
    values: Sequence[np.ndarray], reach: float, end: float, counted: bool, cancelled: Callable[[], bool] = lambda: False
) -> Spread:
    """Numbers beyond ±reach, and their histogram from −end to end. What is not finite counts nowhere.

    Raises Cancelled.
    """
    outside, counts = 0, np.zeros(BINS, np.int64)
    for chunk in _chunks(values):
        if cancelled():
            raise Cancelled
        size = np.abs(chunk)
        # Of NaN neither is true; what is infinite is marked in the picture and needs no wider range.
        outside += int(np.count_nonzero((size > reach) & (size < np.inf)))
        if counted and end > 0:
            inside = chunk[size <= end]
            place = ((inside + end) * (BINS / (2 * end))).astype(np.int64)
            counts += np.bincount(np.clip(place, 0, BINS - 1), minlength=BINS)
    return Spread(outside, counts if counted else None)


def _chunks(values: Sequence[np.ndarray]) -> Iterator[np.ndarray]:
    for one in values:
        step = max(1, _CHUNK // max(1, one.shape[1]))
        for start in range(0, one.shape[0], step):
            yield one[start : start + step]
