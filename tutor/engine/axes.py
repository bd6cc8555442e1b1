"""The named axes: what each dimension of a tensor counts.

A tensor never travels without its axes, and a step's result is checked against what its operation says it
must be (`check`), so a wrong label cannot be shown. Queries and keys have axes of their own even where they
count the same tokens: rows of the scores are queries, columns are keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

BATCH = "batch"
POS = "pos"
QUERY = "query_pos"
KEY = "key_pos"
HEAD = "head"
D_HEAD = "d_head"
D_MODEL = "d_model"
D_MLP = "d_mlp"
D_VOCAB = "d_vocab"
#: All heads side by side, n_heads · d_head wide. Used only where that differs from d_model.
D_ATTN = "d_attn"
#: All key or value heads side by side, n_kv_heads · d_head wide. Used only where heads are shared.
D_KV = "d_kv"
#: Rows of a token-type table.
TYPE = "type"

NAMES = (BATCH, POS, QUERY, KEY, HEAD, D_HEAD, D_MODEL, D_MLP, D_VOCAB, D_ATTN, D_KV, TYPE)

#: Axes along which the entries are tokens of the sentence.
TOKEN_AXES = frozenset({POS, QUERY, KEY})


class AxesError(ValueError):
    """Operands whose axes do not fit an operation, or a tensor whose shape is not what its axes say."""


class Axis(NamedTuple):
    """One named dimension and its size."""

    name: str
    size: int


Axes = tuple[Axis, ...]
#: One entry per axis: a position, or a slice for several.
Index = tuple[int, ...]
Slices = tuple["int | slice", ...]


def axes(*pairs: tuple[str, int]) -> Axes:
    """Axes from (name, size) pairs."""
    return tuple(Axis(name, int(size)) for name, size in pairs)


def names(of: Axes) -> tuple[str, ...]:
    return tuple(axis.name for axis in of)


def shape(of: Axes) -> tuple[int, ...]:
    return tuple(axis.size for axis in of)


def count(of: Axes) -> int:
    """Number of entries of a tensor with these axes."""
    total = 1
    for axis in of:
        total *= axis.size
    return total


def text(of: Axes) -> str:
    """Readable form: `[4 batch, 16 pos, 64 d_model]`."""
    return "[" + ", ".join(f"{axis.size} {axis.name}" for axis in of) + "]"


def check(name: str, expected: Axes, actual_shape: Sequence[int]) -> None:
    """Raise AxesError unless a tensor's shape is the one its axes give."""
    if tuple(actual_shape) != shape(expected):
        raise AxesError(f"{name} should be {text(expected)} but has shape {list(actual_shape)}.")


def cell(of: Axes, index: Iterable[int]) -> Index:
    """The index as plain non-negative integers.

    Raises AxesError where it has the wrong length or lies outside the tensor.
    """
    given = tuple(index)
    if len(given) != len(of):
        raise AxesError(f"The index {list(given)} needs {len(of)} entries, one for each of {text(of)}.")
    out = []
    for entry, axis in zip(given, of):
        position = int(entry)
        if position < 0:
            position += axis.size
        if not 0 <= position < axis.size:
            raise AxesError(f"Index {entry} is outside {axis.name}, which has {axis.size} entries.")
        out.append(position)
    return tuple(out)
