"""What a heat map shows, as plain arrays: the map itself, its range and colour indexes. No Qt here.

All is safe against −inf (a mask), NaN and +inf: they reach no range, and pooling keeps what matters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from tutor.engine.pooling import LARGE, Pyramid, Span, Window, largest_size
from tutor.engine.records import dataclass


def colour_index(values: np.ndarray, kind: str, low: float, high: float) -> np.ndarray:
    """Where each value lies in a 256-step colour map; what is not finite lies at zero and is marked apart."""
    finite = np.where(np.isfinite(values), values, 0.0).astype(np.float64)
    if kind == "signed":
        reach = max(abs(low), abs(high)) or 1.0
        return (128 + np.rint(127 * np.clip(finite / reach, -1, 1))).astype(np.uint8)
    return np.rint(255 * np.clip((finite - low) / ((high - low) or 1.0), 0, 1)).astype(np.uint8)


@dataclass(frozen=True, eq=False)
class Map:
    """A matrix to show, with all a view must know of it. One-dimensional values become one row (see `line`).

    kind          'signed' (range ±max|x| unless low and high are given) or 'prob' (0 to 1)
    row_labels    tokens as they are (a leading space is drawn as a grey dot), or None: plain indexes
    row_axis      the axis along which the row number runs: it colours the lit row
    hatched_rows  rows (and columns) of pads: drawn hatched, still readable
    masked        cells that are 0 because a mask said so; −inf is hatched without being named here
    whole         whole numbers such as token ids: printed as they are, and not coloured, since their size says nothing
    pyramid       of a large map: its coarser copies (`Pyramid.of(values, masked)`), made where nobody waits
    """

    values: np.ndarray
    row_labels: Sequence[str] | None = None
    col_labels: Sequence[str] | None = None
    row_axis: str = ""
    col_axis: str = ""
    kind: str = "signed"
    low: float | None = None
    high: float | None = None
    hatched_rows: frozenset[int] = frozenset()
    hatched_cols: frozenset[int] = frozenset()
    masked: np.ndarray | None = None
    role: str = ""
    title: str = ""
    pyramid: Pyramid | None = None
    whole: bool = False

    def __post_init__(self) -> None:
        array = np.atleast_2d(np.asarray(self.values))
        if array.ndim != 2:
            raise ValueError(f"a map needs two axes, not {array.ndim}: choose a slice first")
        if array.dtype.kind != "f":
            array = array.astype(np.float64)
        object.__setattr__(self, "values", array)
        for name, count in (("row_labels", array.shape[0]), ("col_labels", array.shape[1])):
            labels = getattr(self, name)
            if labels is not None and len(labels) != count:
                raise ValueError(f"{name}: {len(labels)} labels for {count} cells")

    @classmethod
    def line(cls, values: np.ndarray, labels: Sequence[str] | None = None, axis: str = "",
             column: bool = False, **options: Any) -> Map:
        """One-dimensional data as one row, or as one column."""
        flat = np.asarray(values).reshape(-1)
        if column:
            return cls(flat[:, None], labels, [""], axis, "", **options)
        return cls(flat[None, :], [""], labels, "", axis, **options)

    @property
    def shape(self) -> tuple[int, int]:
        return self.values.shape

    @property
    def is_big(self) -> bool:
        return self.values.size > LARGE

    @cached_property
    def copies(self) -> Pyramid:
        """What views are made from: masked cells are −inf there."""
        return self.pyramid if self.pyramid is not None else Pyramid.of(self.values, self.masked)

    def window(self, rows: Span, cols: Span, high: int, wide: int) -> Window:
        """A part of the map, shrunk to at most high × wide."""
        return self.copies.window(rows, cols, high, wide)

    @cached_property
    def limits(self) -> tuple[float, float]:
        """The range of the colour map: as given, else fixed 0 to 1, else symmetric about zero."""
        if self.whole:
            return -np.inf, np.inf
        if self.low is not None and self.high is not None:
            return float(self.low), float(self.high)
        if self.kind == "prob":
            return 0.0, 1.0
        reach = largest_size(self.copies.levels[-1].values) or 1.0
        return -reach, reach

    def with_limits(self, low: float, high: float) -> Map:
        """The same map on another scale."""
        return replace(self, low=low, high=high, pyramid=self.copies)

    def pads(self, part: Window) -> np.ndarray | None:
        """True for each bin of a part that lies in rows or columns of pads alone; None where there are none."""
        if not self.hatched_rows and not self.hatched_cols:
            return None
        rows, cols = (
            np.logical_and.reduceat(self._is_pad(axis)[: borders[-1]], borders[:-1])
            for axis, borders in enumerate((part.rows, part.cols))
        )
        return np.asarray(rows[:, None] | cols[None, :])

    def _is_pad(self, axis: int) -> np.ndarray:
        found = np.zeros(self.shape[axis], bool)
        found[list((self.hatched_rows, self.hatched_cols)[axis])] = True
        return found

    @cached_property
    def turned(self) -> Map:
        """The same map with rows and columns exchanged."""
        return Map(
            self.values.T, self.col_labels, self.row_labels, self.col_axis, self.row_axis, self.kind, self.low,
            self.high, self.hatched_cols, self.hatched_rows, None if self.masked is None else self.masked.T, self.role,
            self.title, None if self.pyramid is None else self.pyramid.T, self.whole,
        )  # fmt: skip

    @cached_property
    def top(self) -> tuple[int, int] | None:
        """The cell with the largest finite size; None if nothing is finite."""
        if not self.is_big:
            return self.largest()
        return self.copies.largest()

    @property
    def real(self) -> np.ndarray:
        """The values without rows and columns of pads, which come last."""
        rows, cols = self.shape
        return self.values[: rows - len(self.hatched_rows), : cols - len(self.hatched_cols)]

    @cached_property
    def reach(self) -> float:
        """The largest finite |x| that is coloured."""
        if not self.is_big or self.hatched_rows or self.hatched_cols:
            return largest_size(self.real)
        top = self.copies.levels[-1].values
        return largest_size(top if not (np.isnan(top) | np.isposinf(top)).any() else self.values)

    def at(self, row: int, col: int) -> float:
        """The stored value itself: never what a pixel or a colour says of it."""
        return self.values[row, col]

    def seen(self, rows: slice, cols: slice) -> tuple[int, int]:
        """Of the cells that share a pixel the one that it shows."""
        odd = np.argwhere(np.isnan(self.values[rows, cols]))
        if odd.size:
            return rows.start + int(odd[0, 0]), cols.start + int(odd[0, 1])
        return self.largest(rows, cols) or (rows.start, cols.start)

    def largest(self, rows: slice = slice(None), cols: slice = slice(None)) -> tuple[int, int] | None:
        """The cell with the largest finite size, of all or part of the map; None if nothing is finite."""
        part = self.values[rows, cols]
        size = np.where(np.isfinite(part), np.abs(part), -1.0)
        if size.size == 0 or size.max() < 0:
            return None
        row, col = np.unravel_index(int(size.argmax()), size.shape)
        return int(row) + (rows.start or 0), int(col) + (cols.start or 0)


@dataclass(frozen=True, eq=False)
class Part:
    """One heat map of the equation.

    data: its cells. name: what stands above it. letter, role: the tile in front of the name. axes: its shape badge.
    turned: it is drawn transposed, so that it reads as the formula does.
    """

    data: Map
    name: str
    axes: tuple[tuple[str, int], ...] = ()
    letter: str = ""
    role: str = ""
    turned: bool = False
