"""Tensors of a safetensors file, read one at a time as float32, bfloat16 included, which numpy does not know.

A file's header is a stranger's word: every length and offset is held against the file before anything is read.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tutor.engine.records import dataclass
from tutor.engine.weights import WeightsError

#: What is read, and the numpy type its bytes have in the file.
_FLOATS = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2"}
#: The most bytes a header may have, the same limit as in the safetensors library.
_LONGEST_HEADER = 100_000_000


@dataclass(frozen=True)
class Entry:
    """Where one tensor lies: bytes `begin:end` of `path`."""

    path: Path
    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int


class Reader:
    """Fetches tensors as float32 by the names a family knows; the file may put a prefix before them.

    `read(name, …)` fetches the first of several names that is there, and raises WeightsError naming the first where
    none is. `last` is the name and shape read last, which is the one to name where it does not fit.
    """

    def __init__(
        self, where: str, names: Collection[str], fetch: Callable[[str], Any], prefixes: Sequence[str] = ()
    ) -> None:
        self._where, self._names, self._fetch, self._prefixes = where, names, fetch, tuple(prefixes)
        self.last: tuple[str, tuple[int, ...]] | None = None

    def __call__(self, *names: str) -> Any:
        full = next((found for name in names if (found := self._full(name)) is not None), None)
        if full is None:
            raise WeightsError(f"{self._where} lacks the tensor {names[0]}: use all files of one and the same model.")
        values = self._fetch(full)
        self.last = full, values.shape
        return values

    def has(self, name: str) -> bool:
        """Whether there is such a tensor."""
        return self._full(name) is not None

    def _full(self, name: str) -> str | None:
        return next((one + name for one in ("", *self._prefixes) if one + name in self._names), None)


def entries(path: Path) -> dict[str, Entry]:
    """Every tensor of a safetensors file. Reads the header alone. Raises WeightsError."""
    try:
        size = path.stat().st_size
        with open(path, "rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if size < 8 or length > size - 8:
                raise _damaged(path, "it is cut short, or is no safetensors file")
            if length > _LONGEST_HEADER:
                raise _damaged(path, "its header is too long")
            header = json.loads(file.read(length))
    except OSError as error:
        raise _damaged(path, error.strerror or "it cannot be opened") from error
    except (ValueError, RecursionError) as error:
        if isinstance(error, WeightsError):
            raise
        raise _damaged(path, "it is no safetensors file") from error
    if not isinstance(header, dict):
        raise _damaged(path, "its header is no table")
    return {name: _entry(path, name, one, 8 + length, size) for name, one in header.items() if name != "__metadata__"}


def read(entry: Entry, name: str, rows: slice | None = None) -> np.ndarray:
    """A tensor as float32, in memory of its own; with `rows`, only those of its first axis.

    Raises WeightsError for numbers that are no floats and for a file that has changed since.
    """
    if entry.dtype not in _FLOATS:
        raise WeightsError(
            f"{entry.path.name} has {name} as {entry.dtype}, but weights are floating-point numbers: use the "
            "unquantised model."
        )
    shape, begin = entry.shape, entry.begin
    kind = np.dtype(_FLOATS[entry.dtype])
    if rows is not None and shape:
        start, stop, step = rows.indices(shape[0])
        if step != 1:
            raise ValueError("rows are read in order, without a step")
        width = math.prod(shape[1:]) * kind.itemsize
        shape, begin = (max(stop - start, 0), *shape[1:]), begin + start * width
    try:
        values = np.fromfile(entry.path, kind, math.prod(shape), offset=begin)
    except OSError as error:
        raise _damaged(entry.path, error.strerror or "it cannot be read") from error
    if values.size != math.prod(shape):
        raise _damaged(entry.path, "it is cut short")
    if entry.dtype == "BF16":
        # A bfloat16 is the upper half of a float32.
        values = (values.astype(np.uint32) << 16).view(np.float32)
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite, which is said where it is used
        return values.astype(np.float32, copy=False).reshape(shape)


def _entry(path: Path, name: str, saved: Any, base: int, size: int) -> Entry:
    if not name.isprintable():
        raise _damaged(path, "one of its names is no text")
    try:
        dtype, shape, (begin, end) = saved["dtype"], saved["shape"], saved["data_offsets"]
    except (TypeError, KeyError, ValueError):
        raise _damaged(path, f"its header describes {name:.60} wrongly") from None
    numbers = [*shape, begin, end] if isinstance(shape, list) else [None]
    good = isinstance(dtype, str) and all(type(one) is int and 0 <= one < 1 << 62 for one in numbers)
    if not good or len(shape) > 8 or not begin <= end:
        raise _damaged(path, f"its header describes {name:.60} wrongly")
    if base + end > size:
        raise _damaged(path, f"it is cut short at {name:.60}")
    if dtype in _FLOATS and math.prod(shape) * np.dtype(_FLOATS[dtype]).itemsize != end - begin:
        raise _damaged(path, f"its header describes {name:.60} wrongly")
    return Entry(path, dtype, tuple(shape), base + begin, base + end)


def _damaged(path: Path, reason: str) -> WeightsError:
    return WeightsError(f"{path.name} in {path.parent.name} cannot be read ({reason}): copy the model again.")
