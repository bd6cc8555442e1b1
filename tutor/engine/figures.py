"""What a working may draw of one cell, as data: a curve with its point, bars, a rotation, a strip, heads, a row.

Operations declare these (`Working.figure`, `Working.row`) from the same float64 cells that the working itself reads; a
view paints them by their kind and never asks which step they belong to.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np

from tutor.engine.records import dataclass

#: A recomputed value may differ from the stored float32 by this much, relative to the size of its terms.
TOLERANCE = 1e-5
#: Below float32's smallest normal number relative precision is gone, so differences there mean nothing.
SMALLEST = float(np.finfo(np.float32).tiny)

_SAMPLES = 161


@dataclass(frozen=True, eq=False)
class Curve:
    """A curve and where on it this cell lies.

    Attributes:
        x, y: the curve, float64.
        at: the cell's point.
        across, up: what the axes count, in symbols.
        dots: x of the places there are, where the curve is met at some only (positions).
    """

    x: np.ndarray
    y: np.ndarray
    at: tuple[float, float]
    across: str
    up: str
    dots: tuple[np.ndarray, np.ndarray] | None = None


@dataclass(frozen=True)
class Bars:
    """Numbers as bars on one scale: (label, value) each; the last is the result."""

    bars: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Turn:
    """A pair of features as a point of a plane, turned about the origin.

    Attributes:
        before, after: the point.
        angle: in radians. own: which coordinate this cell is, 0 or 1.
        labels: names of the coordinates, in symbols.
    """

    before: tuple[float, float]
    after: tuple[float, float]
    angle: float
    own: int
    labels: tuple[str, str]


@dataclass(frozen=True, eq=False)
class Strip:
    """One row of a tensor as coloured cells, one of them this cell's: `label` in symbols, `at` its place."""

    label: str
    values: np.ndarray
    at: int


@dataclass(frozen=True)
class Slots:
    """Index arithmetic as a picture: `count` heads of `width` features side by side, feature `at` marked."""

    count: int
    width: int
    at: int


Figure = Curve | Bars | Turn | Strip | Slots


@dataclass(frozen=True, eq=False)
class RowLine:
    """One line of a row worked out: what it is in symbols, its values, and what is said of the whole line
    ("max", "Σ", "mean", "var" and its value), if anything."""

    label: str
    values: np.ndarray
    total: str = ""
    value: float = 0.0


@dataclass(frozen=True, eq=False)
class Row:
    """The whole row that a cell belongs to, worked out line by line; the last line is the result.

    Attributes:
        axis: what runs along it.
        lines: from the operand to the result.
        at: this cell's place.
        scale: for each cell Σ|terms|, the size against which rounding is judged.
        stored: the values the trace holds, filled in by it.
    """

    axis: str
    lines: tuple[RowLine, ...]
    at: int
    scale: np.ndarray
    stored: np.ndarray | None = None

    @cached_property
    def differences(self) -> np.ndarray:
        """|recomputed − stored| of every cell; 0 where both are the same infinity or both are NaN."""
        made = self.lines[-1].values
        if self.stored is None:
            return np.full(len(made), np.nan)
        with np.errstate(invalid="ignore"):
            same = (made == self.stored) | (np.isnan(made) & np.isnan(self.stored))
            return np.where(same, 0.0, np.abs(made - self.stored))

    @cached_property
    def agree(self) -> np.ndarray:
        """Which cells agree, by the same rule as `Working.agrees`."""
        if self.stored is None:
            return np.zeros(len(self.lines[-1].values), bool)
        made, stored, away = self.lines[-1].values, self.stored, self.differences
        with np.errstate(invalid="ignore", over="ignore"):
            finite = np.isfinite(made) & np.isfinite(stored)
            rounded = made.astype(np.float32).astype(np.float64) == stored
            size = np.where(np.isfinite(self.scale), self.scale, 0.0)
            bound = TOLERANCE * np.maximum(np.abs(np.where(finite, stored, 0.0)), size)
            near = (bound > 0) & (away <= np.maximum(bound, SMALLEST))
            # Where all terms are 0, an exact 0 must stay one.
            near &= (size > 0) | ((stored != 0) & (made.astype(np.float32) != 0))
        return np.where(finite, rounded | near, away == 0.0)


def sampled(curve: Callable[[float], float], at: float) -> tuple[np.ndarray, np.ndarray]:
    """A curve about zero, wide enough for a point of it: x and y."""
    reach = max(4.0, min(abs(at) * 1.15, 1e3)) if np.isfinite(at) else 4.0
    x = np.linspace(-reach, reach, _SAMPLES)
    return x, np.array([curve(float(one)) for one in x])


def waves(turn: Callable[[np.ndarray], np.ndarray], last: int) -> tuple[np.ndarray, np.ndarray]:
    """A wave along positions from 0 to `last`, smooth enough to be seen: x and y."""
    x = np.linspace(0.0, max(last, 1), min(1201, max(_SAMPLES, 16 * last + 1)))
    return x, turn(x)
