"""Attention with some of its heads switched off: what a what-if puts in the place of softmax and of pattern × v.

Both are the plain operation for every other head, so that the learner reads, and can redo, the very lines that run.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tutor.engine.axes import HEAD, Axes, Index
from tutor.engine.ops.attention import Softmax, WeightedSum
from tutor.engine.ops.base import need
from tutor.engine.records import dataclass
from tutor.engine.working import Column, Line, Note, Operand, Terms, Working, fraction, number, row


def numbers_of(heads: str) -> tuple[int, ...]:
    """`"0,2"` → 0, 2. Raises ValueError."""
    return tuple(int(one) for one in heads.split(","))


def _fits(heads: str, of: Axes) -> bool:
    """Whether the heads named are heads of this tensor: they may come from a file that somebody changed."""
    try:
        return all(0 <= one < of[-3].size for one in numbers_of(heads)) and of[-3].name == HEAD
    except (ValueError, IndexError):
        return False


def _code(lines: str, name: str, heads: str, operand: str) -> str:
    """The lines of the operation, begun with which heads are meant, as they follow from the operand's shape."""
    listed = ", ".join(map(str, numbers_of(heads)))
    made = f"{name} = np.isin(np.arange({operand}.shape[-3]), [{listed}])[:, None, None]"
    return "\n".join([made, *lines.splitlines()[2:]])


@dataclass(frozen=True)
class EvenSoftmax(Softmax):
    """Softmax, but in the `heads` named every key that is not hidden gets the same share: 1 over how many there are.

    "0,2" names heads 0 and 2. A key is hidden where its score is −∞.
    """

    title = "even softmax"
    heads: str = "0"

    def infer(self, *operands: Axes) -> Axes:
        need(len(operands) == 1 and _fits(self.heads, operands[0]), self, *operands)
        return super().infer(*operands)

    def table(self, *operands: Axes) -> dict[str, np.ndarray]:
        even = np.isin(np.arange(operands[0][-3].size), numbers_of(self.heads))[:, None, None]
        return {"even": even}

    def forward(self, x: Any, even: Any) -> Any:  # type: ignore[override]
        seen = x > float("-inf")
        shares = (seen / seen.sum(-1, keepdim=True)).where(even, x.softmax(-1))
        return shares.nan_to_num(0.0) if self.empty_rows == "zero" else shares

    def code(self, out: str, *operands: str) -> str:
        return _code(super().code(out, *operands), "even", self.heads, operands[0])

    def formula(self, out: str, *operands: str) -> str:
        listed = ", ".join(map(str, numbers_of(self.heads)))
        even = rf"{out}_{{ij}} = \frac{{1}}{{n_i}}\ \mathrm{{in\ head}}\ {listed}"
        return rf"{super().formula(out, *operands)},\quad {even}"

    def working(self, operands: Sequence[Operand], out: Axes, index: Index) -> Working:
        if index[-3] not in numbers_of(self.heads):
            return super().working(operands, out, index)
        x = operands[0]
        column = x.column((*index[:-1], None), x.symbol)
        seen = column.values > -np.inf
        count = int(seen.sum())
        shares = np.where(seen, 1.0, 0.0) / count if count else np.full(len(seen), np.nan)
        result = float(shares[index[-1]])
        if not count and self.empty_rows == "zero":
            result = 0.0
        top = number(1.0 if seen[index[-1]] else 0.0)
        return Working(
            result,
            row(fraction(top, number(count)), "=", number(result)),
            abs(float(np.float32(result))),
            Terms(out[-1].name, (column, Column("÷ n", shares))),
            (Line("n", count),),
            note=Note("even head", {"head": index[-3], "count": count}),
        )


@dataclass(frozen=True)
class SilentSum(WeightedSum):
    """z = P V, but 0 in the `heads` named, whatever they looked at. "0,2" names heads 0 and 2."""

    title = "pattern × v, silenced"
    heads: str = "0"

    def infer(self, *operands: Axes) -> Axes:
        need(len(operands) == 2 and _fits(self.heads, operands[1]), self, *operands)
        return super().infer(*operands)

    def table(self, *operands: Axes) -> dict[str, np.ndarray]:
        silent = np.isin(np.arange(operands[0][-3].size), numbers_of(self.heads))[:, None, None]
        return {"silent": silent}

    def forward(self, pattern: Any, v: Any, silent: Any) -> Any:  # type: ignore[override]
        return (pattern @ v).masked_fill(silent, 0.0)

    def code(self, out: str, *operands: str) -> str:
        return _code(super().code(out, *operands), "silent", self.heads, operands[0])

    def formula(self, out: str, *operands: str) -> str:
        listed = ", ".join(map(str, numbers_of(self.heads)))
        return rf"{super().formula(out, *operands)},\quad {out} = 0\ \mathrm{{in\ head}}\ {listed}"

    def working(self, operands: Sequence[Operand], out: Axes, index: Index) -> Working:
        if index[-3] not in numbers_of(self.heads):
            return super().working(operands, out, index)
        was = super().working(operands, out, index)
        note = Note("silent head", {"head": index[-3]})
        return Working(0.0, number(0.0), 0.0, lines=(Line("P V", was.result),), sources=was.links, note=note)
