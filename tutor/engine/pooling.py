"""Shrinking a matrix to what a screen can show, without losing an extreme. No Qt, no torch.

Of the cells that share a pixel the one furthest from zero is kept, with its sign. NaN wins over all (one is too
many); −inf says "masked", not "very negative", and stays only where nothing else is.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np

from tutor.engine.records import dataclass

_CHUNK = 1 << 17  # cells looked at together: they stay in the processor's cache
#: Above this many cells a matrix is given a pyramid, and its coarsest stored copies begin at STRIDE cells to one.
LARGE = 1 << 16
BIG = 1 << 22
STRIDE = 8
_SMALLEST = 256
_WINDOWS = 4  # parts that are remembered

Span = tuple[int, int]


def edges(cells: int, bins: int) -> np.ndarray:
    """The bins + 1 borders that share `cells` out as evenly as whole numbers allow."""
    return (np.arange(bins + 1, dtype=np.int64) * cells) // bins


def _row_chunks(values: np.ndarray) -> list[slice]:
    step = max(1, _CHUNK // max(1, values.shape[1]))
    return [slice(start, start + step) for start in range(0, values.shape[0], step)]


# A float's bits without the sign, read as a whole number, are in the order of |x|, with inf and then NaN at the end.
# Rotated by one, the sign comes last and is kept: so the largest of many is found by a single maximum.


def _masked(values: np.ndarray) -> bool:
    """Whether some cell is −inf."""
    least = values.min(initial=0)
    return bool(least == -np.inf or (np.isnan(least) and np.isneginf(values).any()))


def _keys(values: np.ndarray, masked: bool) -> np.ndarray:
    """Whole numbers in the order of |x|, of equals the negative last. Where cells may be `masked`, 0 is
    −inf, below all, and 1 is zero."""
    bits = np.ascontiguousarray(values).view(f"u{values.dtype.itemsize}")
    one = bits.dtype.type(1)
    keys: np.ndarray = bits << one
    keys |= bits >> bits.dtype.type(8 * values.dtype.itemsize - 1)
    if masked:
        keys[keys == 0] = 1
        keys[bits == np.array(-np.inf, values.dtype).view(bits.dtype)] = 0
    return keys


def _values(keys: np.ndarray, kind: np.dtype, masked: bool) -> np.ndarray:
    """The numbers that keys stand for."""
    one = keys.dtype.type(1)
    bits: np.ndarray = keys >> one
    bits |= keys << keys.dtype.type(8 * kind.itemsize - 1)
    found = bits.view(kind)
    if masked:
        found[keys == 1] = 0
        found[keys == 0] = -np.inf
    return found


def _halved(keys: np.ndarray, axis: int) -> np.ndarray:
    """Neighbours put together; an odd one at the end stays alone."""
    even = keys.shape[axis] // 2 * 2
    if axis:
        paired = np.maximum(keys[:, 0:even:2], keys[:, 1:even:2])
        return paired if even == keys.shape[1] else np.concatenate([paired, keys[:, even:]], axis=1)
    paired = np.maximum(keys[0:even:2], keys[1:even:2])
    return paired if even == keys.shape[0] else np.concatenate([paired, keys[even:]], axis=0)


def pool(values: np.ndarray, rows: int, cols: int) -> np.ndarray:
    """`values` shrunk to at most rows × cols, keeping of each bin the number furthest from zero."""
    rows, cols = min(rows, values.shape[0]), min(cols, values.shape[1])
    if (rows, cols) == values.shape:
        return values
    return _shared_out(values, edges(values.shape[0], rows), edges(values.shape[1], cols))


def _shared_out(values: np.ndarray, rows: np.ndarray, cols: np.ndarray) -> np.ndarray:
    """The extreme of each bin between these borders."""
    high, wide = values.shape
    masked = _masked(values)
    narrow = np.empty((high, len(cols) - 1), f"u{values.dtype.itemsize}")
    for chunk in _row_chunks(values):
        keys = _keys(values[chunk], masked)
        narrow[chunk] = keys if len(cols) - 1 == wide else np.maximum.reduceat(keys, cols[:-1], axis=1)
    if len(rows) - 1 != high:
        narrow = np.maximum.reduceat(narrow, rows[:-1], axis=0)
    return _values(narrow, values.dtype, masked)


@dataclass(frozen=True, eq=False)
class Level:
    """A coarser copy: each of its cells stands for `rows` × `cols` cells of the matrix."""

    values: np.ndarray
    rows: int
    cols: int


@dataclass(frozen=True, eq=False)
class Window:
    """A part of a matrix shrunk to a screen: bin i of the rows stands for the rows from rows[i] to rows[i + 1]."""

    values: np.ndarray
    rows: np.ndarray
    cols: np.ndarray


@dataclass(frozen=True, eq=False)
class Pyramid:
    """A matrix with ever coarser copies of itself, so that any part of it is shrunk to a screen at once.

    values: the matrix; masked cells are −inf. levels: its copies, the matrix itself first, the coarsest last.
    """

    values: np.ndarray
    levels: tuple[Level, ...]

    @classmethod
    def of(
        cls, values: np.ndarray, masked: np.ndarray | None = None, cancelled: Callable[[], bool] = lambda: False
    ) -> Pyramid:
        """Made once, away from the window: it looks at every cell. A small matrix stays alone."""
        if masked is not None:
            values = np.where(masked, values.dtype.type(-np.inf), values)
        return cls(values, (Level(values, 1, 1), *_coarser(values, cancelled)))

    @cached_property
    def T(self) -> Pyramid:
        """The same with rows and columns exchanged."""
        return Pyramid(self.values.T, tuple(Level(one.values.T, one.cols, one.rows) for one in self.levels))

    @cached_property
    def _seen(self) -> dict[tuple[Span, Span, int, int], Window]:
        """The parts that were looked at last: of a step that is shown again the same."""
        return {}

    @property
    def nbytes(self) -> int:
        """What the copies take, the matrix left out."""
        return sum(level.values.nbytes for level in self.levels[1:])

    def window(self, rows: Span, cols: Span, high: int, wide: int) -> Window:
        """The part between these rows and columns, shrunk to at most high × wide bins.

        A bin at the edge may reach a little beyond the part: it says so.
        """
        key = rows, cols, high, wide
        if key not in self._seen:
            while len(self._seen) >= _WINDOWS:
                self._seen.pop(next(iter(self._seen)))
            self._seen[key] = self._window(*key)
        return self._seen[key]

    def _window(self, rows: Span, cols: Span, high: int, wide: int) -> Window:
        bins = min(high, rows[1] - rows[0]), min(wide, cols[1] - cols[0])
        level = next(
            level for level in reversed(self.levels)
            if (rows[1] - rows[0]) // level.rows >= bins[0] and (cols[1] - cols[0]) // level.cols >= bins[1]
        )  # fmt: skip
        cut, parts, borders = [], [], []
        for (start, stop), by, bin_count, size in zip(
            (rows, cols), (level.rows, level.cols), bins, self.values.shape, strict=True
        ):
            first, last = start // by, -(-stop // by)
            border = edges(last - first, bin_count)
            cut.append(slice(first, last))
            borders.append(border)
            parts.append(np.minimum((border + first) * by, size))
        found = level.values[cut[0], cut[1]]
        if found.shape != bins:
            found = _shared_out(found, borders[0], borders[1])
        return Window(found, parts[0], parts[1])

    def largest(self) -> tuple[int, int] | None:
        """A cell that is furthest from zero, found from the coarsest copy down; None where some cell is not finite
        but not masked, or none is."""
        at: tuple[int, int] | None = None
        before: Level | None = None
        for level in reversed(self.levels):
            rows, cols = slice(None), slice(None)
            if at is not None and before is not None:
                rows = slice(at[0] * before.rows // level.rows, -(-(at[0] + 1) * before.rows // level.rows))
                cols = slice(at[1] * before.cols // level.cols, -(-(at[1] + 1) * before.cols // level.cols))
            part = level.values[rows, cols]
            row, col = np.unravel_index(int(_keys(part, _masked(part)).argmax()), part.shape)
            if not np.isfinite(part[row, col]):
                return None
            at, before = (int(row) + (rows.start or 0), int(col) + (cols.start or 0)), level
        return at


def _coarser(values: np.ndarray, cancelled: Callable[[], bool]) -> list[Level]:
    """The copies beyond the matrix itself."""
    found: list[Level] = []
    keys, rows, cols = None, 1, 1
    masked = _masked(values)
    if values.size > BIG and values.shape[1] >= STRIDE * _SMALLEST:
        # The finest copies of a giant would be giants themselves: begin with the third.
        parts = []
        for chunk in _row_chunks(values):
            if cancelled():
                return []
            part = _keys(values[chunk], masked)
            for _ in range(STRIDE.bit_length() - 1):
                part = _halved(part, 1)
            parts.append(part)
        keys, cols = np.concatenate(parts), STRIDE
        found.append(Level(_values(keys, values.dtype, masked), rows, cols))
    while values.size > LARGE and not cancelled():
        keys = _keys(values, masked) if keys is None else keys
        high, wide = keys.shape
        if max(high, wide) <= _SMALLEST:
            break
        if wide * 2 > high:
            keys, cols = _halved(keys, 1), cols * 2
        if high * 2 > wide:
            keys, rows = _halved(keys, 0), rows * 2
        found.append(Level(_values(keys, values.dtype, masked), rows, cols))
    return found


def largest_size(values: np.ndarray) -> float:
    """The largest finite |x|, 0 where there is none."""
    found = 0.0
    for chunk in _row_chunks(values):
        size = np.abs(values[chunk])
        most = size.max(initial=0.0)
        if not np.isfinite(most):
            most = size[np.isfinite(size)].max(initial=0.0)
        found = max(found, float(most))
    return found
