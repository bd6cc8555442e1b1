"""A tensor as small as a stamp: the part of it that is on screen, shrunk without losing an extreme."""

from __future__ import annotations

import numpy as np

from tutor.engine import axes as ax
from tutor.engine.picture import Selection, choose, panel, shrunk
from tutor.engine.records import dataclass
from tutor.engine.trace import Trace

#: Rows and columns of a stamp, at most.
ROWS, COLUMNS = 26, 66


@dataclass(frozen=True, eq=False)
class Thumbnail:
    """What a stamp shows: at most ROWS × COLUMNS values, their kind and the range of their scale."""

    values: np.ndarray
    kind: str
    low: float
    high: float


def key(trace: Trace, name: str, selection: Selection) -> tuple[object, ...]:
    """What a stamp depends on: the tensor, and which entry is shown of the axes that are not on it."""
    shown = choose(trace.shapes[name])
    return name, *(selection.of(axis) for at, axis in enumerate(trace.shapes[name]) if at not in shown)


def thumbnail(trace: Trace, name: str, selection: Selection) -> Thumbnail:
    """The stamp of a tensor. Raises TraceError where the tensor is not there."""
    one = panel(trace, name, selection)
    return Thumbnail(shrunk(trace, one, ROWS, COLUMNS), one.kind, one.low, one.high)


def shape(trace: Trace, name: str) -> ax.Axes:
    """The axes of a tensor as a map shows them: without the batch."""
    return tuple(axis for axis in trace.shapes[name] if axis.name != ax.BATCH)
