"""Weights that stay in their file until they are needed: so that a model may be larger than memory.

A `Later` knows its shape and where its numbers lie. What a family does to a tensor (transpose it, cut it, deal its rows
to Q, K and V) is written down and done when the numbers are read; of a matrix that was at most transposed, single rows
or columns are read alone. Files are opened for each reading and closed again, so no page of them stays mapped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

#: Reads a tensor as float32, all of it or, given a slice, only those rows of its first axis.
Fetch = Callable[["slice | None"], np.ndarray]


class Later:
    """A float32 tensor still in its file. It can be transposed, reshaped, cut and split without being read; numpy
    reads it whole where it needs the numbers."""

    dtype = np.dtype(np.float32)

    def __init__(self, shape: Sequence[int], fetch: Fetch, done: tuple[tuple[str, Any], ...] = ()) -> None:
        self._source, self._fetch, self._done = tuple(shape), fetch, done
        # One number, seen as all of them, tells what shape comes of it.
        self.shape: tuple[int, ...] = _apply(np.broadcast_to(np.float32(0), self._source), done).shape

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return int(np.prod(self.shape, dtype=np.int64))

    @property
    def nbytes(self) -> int:
        return self.size * self.dtype.itemsize

    def _then(self, name: str, *how: Any) -> Later:
        return Later(self._source, self._fetch, (*self._done, (name, how)))

    @property
    def T(self) -> Later:
        return self._then("transpose")

    def transpose(self, *axes: int) -> Later:
        return self._then("transpose", *axes)

    def swapaxes(self, one: int, other: int) -> Later:
        return self._then("swapaxes", one, other)

    def reshape(self, *shape: int) -> Later:
        return self._then("reshape", *shape)

    def __getitem__(self, index: Any) -> Later:
        return self._then("__getitem__", index)

    def __len__(self) -> int:
        return self.shape[0]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        values = np.ascontiguousarray(_apply(self._fetch(None), self._done))
        return values if dtype is None else values.astype(dtype, copy=False)

    def __array_function__(self, function: Any, types: Any, arguments: Any, options: Any) -> Any:
        if function is np.split and isinstance(arguments[0], Later):
            pieces = len(np.split(np.broadcast_to(np.float32(0), self.shape), *arguments[1:], **options))
            return [self._then("split", arguments[1:], options, at) for at in range(pieces)]
        if function in (np.shape, np.ndim, np.size):
            return {np.shape: self.shape, np.ndim: self.ndim, np.size: self.size}[function]
        return function(*(np.asarray(one) if isinstance(one, Later) else one for one in arguments), **options)

    def part(self, index: Sequence[int | slice]) -> np.ndarray:
        """The named part, read alone where the file holds it in rows: a row of a table, a column of its transpose."""
        index = tuple(index)
        turned = len(self._done) % 2 == 1
        plain = all(one == ("transpose", ()) for one in self._done) and len(self._source) in (1, 2)
        if not plain or len(index) != self.ndim:
            return np.asarray(self)[index]
        row = index[-1] if turned else index[0]
        size = self._source[0]
        if isinstance(row, slice):
            start, stop, step = row.indices(size)
            if step != 1 or stop <= start:
                return np.asarray(self)[index]
            rows, rest = slice(start, stop), slice(None)
        else:
            at = int(row) % size
            rows, rest = slice(at, at + 1), 0  # type: ignore[assignment]
        values = self._fetch(rows)
        return (values.T[(*index[:-1], rest)] if turned else values[(rest, *index[1:])]).copy()


def _apply(values: np.ndarray, done: tuple[tuple[str, Any], ...]) -> np.ndarray:
    for name, how in done:
        if name == "split":
            arguments, options, at = how
            values = np.split(values, *arguments, **options)[at]
        else:
            values = getattr(values, name)(*how)
    return values


def contiguous(values: Any) -> Any:
    """The same numbers in the order of their axes in memory; what is read later is put in order then."""
    return values if isinstance(values, Later) else np.ascontiguousarray(values)
