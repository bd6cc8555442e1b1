"""What a heat map shows, as plain arrays: the map itself, its range, colour indexes and pooling. No Qt here.

All is safe against −inf (a mask), NaN and +inf: they reach no range, and pooling keeps what matters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from tutor.engine.pooling import BASE, BIG, edges, largest_size, pool


def pool_mask(mask: np.ndarray, rows: int, cols: int) -> np.ndarray:
    """A bin is masked when all of it is."""
    rows, cols = min(rows, mask.shape[0]), min(cols, mask.shape[1])
    across = np.logical_and.reduceat(mask, edges(mask.shape[1], cols)[:-1], axis=1)
    return np.logical_and.reduceat(across, edges(mask.shape[0], rows)[:-1], axis=0)


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
    pooled        for giants: `pool(values, 2048, 4096)` made elsewhere, so that no view has to
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
    pooled: np.ndarray | None = None
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
        return self.values.size > BIG

    @cached_property
    def base(self) -> np.ndarray:
        """What views are made from: the values, or for a giant their pooled stand-in."""
        if not self.is_big:
            return self.values
        return self.pooled if self.pooled is not None else pool(self.values, *BASE)

    @cached_property
    def limits(self) -> tuple[float, float]:
        """The range of the colour map: as given, else fixed 0 to 1, else symmetric about zero."""
        if self.whole:
            return -np.inf, np.inf
        if self.low is not None and self.high is not None:
            return float(self.low), float(self.high)
        if self.kind == "prob":
            return 0.0, 1.0
        reach = largest_size(self.base) or 1.0
        return -reach, reach

    @cached_property
    def hatched(self) -> np.ndarray:
        """True for each cell that is drawn hatched; in the size of `base`."""
        result = np.isneginf(self.base)
        if self.masked is not None:
            result |= pool_mask(self.masked, *self.base.shape)
        for bins, cells, numbers, axis in ((self.base.shape[0], self.shape[0], self.hatched_rows, 0),
                                           (self.base.shape[1], self.shape[1], self.hatched_cols, 1)):
            if numbers:
                pads = np.zeros(cells, bool)
                pads[list(numbers)] = True
                pads = np.logical_and.reduceat(pads, edges(cells, bins)[:-1])
                result |= pads[:, None] if axis == 0 else pads[None, :]
        return result

    def at(self, row: int, col: int) -> float:
        """The stored value itself: never what a pixel or a colour says of it."""
        return self.values[row, col]

    def largest(self, rows: slice = slice(None), cols: slice = slice(None)) -> tuple[int, int] | None:
        """The cell with the largest finite size, of all or part of the map; None if nothing is finite."""
        part = self.values[rows, cols]
        size = np.where(np.isfinite(part), np.abs(part), -1.0)
        if size.size == 0 or size.max() < 0:
            return None
        row, col = np.unravel_index(int(size.argmax()), size.shape)
        return int(row) + (rows.start or 0), int(col) + (cols.start or 0)
