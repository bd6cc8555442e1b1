"""GGUF files: their metadata, and their tensors one at a time, dequantised.

The header is read here and not by the gguf package, whose reader believes whatever sizes a file claims: every count
and length is held against the file before memory is set aside for it. Types of blocks and how to dequantise them
come from the package.
"""

from __future__ import annotations

import math
import struct
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

import numpy as np

from tutor.engine.records import dataclass
from tutor.engine.weights import WeightsError

#: Struct formats of the scalar kinds, by the number a file gives them.
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
#: Far above any real file, far below what a computer could not hold.
_MOST_ELEMENTS, _MOST_FIELDS, _MOST_TENSORS = 1 << 22, 1 << 14, 1 << 16
_PLAIN = ("F32", "F16", "BF16", "F64")
#: Blocks dequantised at a time: few enough to stay in the processor's cache, many enough for numpy to be quick.
_AT_ONCE = 1024


@dataclass(frozen=True)
class Block:
    """One tensor: numpy's order of its axes, the kind of its blocks, and where its bytes lie."""

    shape: tuple[int, ...]
    kind: str
    begin: int
    size: int


@dataclass(frozen=True, eq=False)
class GgufFile:
    """A GGUF file's metadata and tensors; opening it reads the header alone."""

    path: Path
    fields: Mapping[str, Any]
    tensors: Mapping[str, Block]

    @property
    def quantisation(self) -> str:
        """The commonest kind of quantised tensor, "" where none is quantised."""
        found = Counter(block.kind for block in self.tensors.values() if block.kind not in _PLAIN)
        return found.most_common(1)[0][0] if found else ""

    def read(self, name: str) -> np.ndarray:
        """A tensor as float32. Raises WeightsError."""
        import gguf

        block = self.tensors[name]
        kind = gguf.GGMLQuantizationType[block.kind]
        try:
            raw = np.fromfile(self.path, np.uint8, block.size, offset=block.begin)
        except OSError as error:
            raise _damaged(self.path, error.strerror or "it cannot be read") from error
        if raw.size != block.size:
            raise _damaged(self.path, "it is cut short")
        try:
            if block.kind == "F64":
                values = raw.view("<f8")
            elif block.kind == "F16":
                values = raw.view("<f2")
            elif block.kind == "F32":
                values = raw.view("<f4")
            else:
                values = _dequantised(raw, kind)
            with np.errstate(over="ignore"):
                return values.astype(np.float32, copy=False).reshape(block.shape)
        except (NotImplementedError, ValueError, KeyError) as error:
            raise WeightsError(
                f"{self.path.name} has {name} as {block.kind}, which cannot be dequantised here: use a file with "
                "Q4_K, Q8_0 or F16 tensors."
            ) from error


def _dequantised(raw: np.ndarray, kind: Any) -> np.ndarray:
    """Blocks of one kind as float32.

    The package takes sixteen rows at a time, however short; so each call gets many blocks as one row.
    """
    import gguf

    per_block, n_bytes = gguf.GGML_QUANT_SIZES[kind]
    blocks = raw.reshape(-1, n_bytes)
    values = np.empty((len(blocks), per_block), np.float32)
    with np.errstate(all="ignore"):  # a scale of a damaged file may be no number, which is said later
        for at in range(0, len(blocks), _AT_ONCE):
            some = blocks[at : at + _AT_ONCE]
            values[at : at + len(some)] = gguf.quants.dequantize(some.reshape(1, -1), kind).reshape(-1, per_block)
    return values


def read(path: Path) -> GgufFile:
    """The file's metadata and where its tensors lie, kept until the file changes. Raises WeightsError."""
    try:
        found = path.stat()
    except OSError as error:
        raise _damaged(path, error.strerror or "it cannot be opened") from error
    return _read(path.absolute(), found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=2)
def _read(path: Path, changed: int, size: int) -> GgufFile:
    try:
        with open(path, "rb") as file:
            return _Header(path, file, size).file()
    except OSError as error:
        raise _damaged(path, error.strerror or "it cannot be read") from error


class _Header:
    """Reads one header from the start, never past the end of the file."""

    def __init__(self, path: Path, file: IO[bytes], size: int) -> None:
        self._path, self._file, self._left, self._size = path, file, size, size

    def file(self) -> GgufFile:
        if self._take(4) != b"GGUF":
            raise _damaged(self._path, "it is no GGUF file")
        version = self._number("I")
        if version not in (2, 3):
            what = "its bytes are in the other order" if version & 0xFFFF == 0 else f"its version is {version}"
            raise _damaged(self._path, f"{what}; versions 2 and 3 are known")
        n_tensors, n_fields = self._number("Q"), self._number("Q")
        if n_tensors > _MOST_TENSORS or n_fields > _MOST_FIELDS:
            raise _damaged(self._path, "it claims too many tensors or fields")
        fields = {}
        for _ in range(n_fields):
            key = self._name()
            fields[key] = self._value(self._number("I"))
        found = [self._tensor() for _ in range(n_tensors)]
        align = fields.get("general.alignment", 32)
        if not isinstance(align, int) or not 0 < align <= 1 << 20:
            raise _damaged(self._path, "general.alignment is no size")
        base = -(-(self._size - self._left) // align) * align
        tensors = {}
        for name, shape, number, offset in found:
            tensors[name] = self._place(name, shape, number, base + offset)
        if len(tensors) != len(found):
            raise _damaged(self._path, "two of its tensors have one name")
        return GgufFile(self._path, fields, tensors)

    def _tensor(self) -> tuple[str, tuple[int, ...], int, int]:
        name, n_axes = self._name(), self._number("I")
        if n_axes > 4:
            raise _damaged(self._path, f"{name:.60} has {n_axes} axes")
        shape = tuple(self._number("Q") for _ in range(n_axes))
        return name, shape[::-1], self._number("I"), self._number("Q")

    def _place(self, name: str, shape: tuple[int, ...], number: int, begin: int) -> Block:
        import gguf

        try:
            kind = gguf.GGMLQuantizationType(number)
        except ValueError:
            raise _damaged(self._path, f"{name:.60} is of the unknown kind {number}") from None
        per_block, n_bytes = gguf.GGML_QUANT_SIZES[kind]
        if shape and shape[-1] % per_block:
            raise _damaged(self._path, f"the rows of {name:.60} are no whole blocks")
        size = math.prod(shape) // per_block * n_bytes
        if begin + size > self._size:
            raise _damaged(self._path, f"it is cut short at {name:.60}")
        return Block(shape, kind.name, begin, size)

    def _value(self, kind: int) -> Any:
        if kind in _SCALARS:
            return self._number(_SCALARS[kind])
        if kind == _STRING:
            return self._string()
        if kind != _ARRAY:
            raise _damaged(self._path, f"a field is of the unknown kind {kind}")
        inner, count = self._number("I"), self._number("Q")
        if count > _MOST_ELEMENTS:
            raise _damaged(self._path, "a list is too long")
        if inner == _STRING:
            # Each has eight bytes at least, so that the file's size bounds their number.
            return [self._string() for _ in range(count)]
        if inner not in _SCALARS:
            raise _damaged(self._path, f"a list is of the unknown kind {inner}")
        form = _SCALARS[inner]
        return np.frombuffer(self._take(count * struct.calcsize("<" + form)), np.dtype("<" + form)).tolist()

    def _number(self, form: str) -> Any:
        return struct.unpack("<" + form, self._take(struct.calcsize("<" + form)))[0]

    def _name(self) -> str:
        name = self._string()
        if not name.isprintable():
            raise _damaged(self._path, "one of its names is no text")
        return name

    def _string(self) -> str:
        # Pieces of a vocabulary may be bytes that are no UTF-8.
        return self._take(self._number("Q")).decode("utf-8", "replace")

    def _take(self, count: int) -> bytes:
        if count > self._left:
            raise _damaged(self._path, "it is cut short")
        found = self._file.read(count)
        if len(found) != count:
            raise _damaged(self._path, "it is cut short")
        self._left -= count
        return found


def _damaged(path: Path, reason: str) -> WeightsError:
    return WeightsError(f"{path.name} cannot be read as GGUF ({reason}): copy the model again.")

