"""Operations that only move numbers: split into heads, swap axes, merge heads, share heads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tutor.engine.axes import D_ATTN, D_HEAD, D_MODEL, HEAD, Axes, Axis, Index, Slices
from tutor.engine.figures import Slots
from tutor.engine.ops.base import Access, Op, need
from tutor.engine.records import dataclass
from tutor.engine.working import Line, Note, Operand, Working, number, row, sub


@dataclass(frozen=True)
class _Move(Op):
    """Every cell of the result is one cell of the operand; `origin` says which."""

    def origin(self, index: Index, *operands: Axes) -> Index:
        raise NotImplementedError

    def target(self, index: Index, *operands: Axes) -> Index:
        """Where a cell of the operand goes: the inverse of `origin`."""
        raise NotImplementedError

    def access(self, out: Axes, *operands: Axes) -> Access:
        raise NotImplementedError("Index arithmetic, not a following of axes.")

    def reads(self, index: Index, out: Axes, *operands: Axes) -> tuple[Slices, ...]:
        return (self.origin(index, *operands),)

    def used_by(self, operand: int, index: Index, out: Axes, *operands: Axes) -> Slices:
        return self.target(index, *operands)

    def steps(self, index: Index, *operands: Axes) -> tuple[Line, ...]:
        return ()

    def slots(self, index: Index, *operands: Axes) -> Slots | None:
        """The heads side by side with this cell's feature marked, where the operation splits or joins them."""
        return None

    def working(self, operands: Sequence[Operand], out: Axes, index: Index) -> Working:
        x = operands[0]
        where = self.origin(index, x.axes)
        value = x.cell(where)
        link = x.link(where)
        lines = self.steps(index, x.axes)
        return Working(
            value,
            row(sub(x, *where[1:], part=where), "=", number(value, link)),
            abs(value),
            lines=lines,
            sources=(link,),
            note=Note("same number", {"link": link}),
            figure=self.slots(index, x.axes),
        )


@dataclass(frozen=True)
class SplitHeads(_Move):
    """[batch, pos, n_heads · d_head] → [batch, pos, head, d_head]: feature = head · d_head + c."""

    title = "split heads"
    n_heads: int = 1

    def infer(self, *operands: Axes) -> Axes:
        x = operands[0]
        need(len(operands) == 1 and self.n_heads > 0 and x[-1].size % self.n_heads == 0, self, *operands)
        return (*x[:-1], Axis(HEAD, self.n_heads), Axis(D_HEAD, x[-1].size // self.n_heads))

    def origin(self, index: Index, *operands: Axes) -> Index:
        d_head = operands[0][-1].size // self.n_heads
        return (*index[:-2], index[-2] * d_head + index[-1])

    def target(self, index: Index, *operands: Axes) -> Index:
        return (*index[:-1], *divmod(index[-1], operands[0][-1].size // self.n_heads))

    def forward(self, x: Any) -> Any:
        return x.unflatten(-1, (self.n_heads, -1))

    def formula(self, out: str, *operands: str) -> str:
        return rf"{out}_{{h,c}} = {operands[0]}_{{h \cdot d_{{\mathrm{{head}}}} + c}}"

    def steps(self, index: Index, *operands: Axes) -> tuple[Line, ...]:
        d_head = operands[0][-1].size // self.n_heads
        return (Line(f"{index[-2]} · {d_head} + {index[-1]}", index[-2] * d_head + index[-1]),)

    def slots(self, index: Index, *operands: Axes) -> Slots:
        d_head = operands[0][-1].size // self.n_heads
        return Slots(self.n_heads, d_head, index[-2] * d_head + index[-1])


@dataclass(frozen=True)
class SwapHeads(_Move):
    """Swaps the two axes before the last: [batch, pos, head, d_head] ↔ [batch, head, pos, d_head]."""

    title = "transpose"

    def infer(self, *operands: Axes) -> Axes:
        x = operands[0]
        need(len(operands) == 1 and len(x) >= 3, self, *operands)
        return (*x[:-3], x[-2], x[-3], x[-1])

    def origin(self, index: Index, *operands: Axes) -> Index:
        return (*index[:-3], index[-2], index[-3], index[-1])

    target = origin

    def forward(self, x: Any) -> Any:
        return x.transpose(-3, -2)

    def formula(self, out: str, *operands: str) -> str:
        return rf"{out} = {operands[0]}^{{\mathsf{{T}}(\mathrm{{pos}}, \mathrm{{head}})}}"


@dataclass(frozen=True)
class MergeHeads(_Move):
    """[batch, pos, head, d_head] → [batch, pos, n_heads · d_head]: the heads side by side."""

    title = "concat"
    #: Whether the result is exactly as wide as the model.
    full_width: bool = True

    def infer(self, *operands: Axes) -> Axes:
        x = operands[0]
        need(len(operands) == 1 and len(x) >= 2, self, *operands)
        return (*x[:-2], Axis(D_MODEL if self.full_width else D_ATTN, x[-2].size * x[-1].size))

    def origin(self, index: Index, *operands: Axes) -> Index:
        return (*index[:-1], *divmod(index[-1], operands[0][-1].size))

    def target(self, index: Index, *operands: Axes) -> Index:
        return (*index[:-2], index[-2] * operands[0][-1].size + index[-1])

    def forward(self, x: Any) -> Any:
        return x.flatten(-2)

    def formula(self, out: str, *operands: str) -> str:
        return rf"{out} = \operatorname{{concat}}({operands[0]}_0, \ldots, {operands[0]}_{{H-1}})"

    def steps(self, index: Index, *operands: Axes) -> tuple[Line, ...]:
        d_head = operands[0][-1].size
        head, c = divmod(index[-1], d_head)
        return (Line(f"⌊{index[-1]} / {d_head}⌋", head), Line(f"{index[-1]} mod {d_head}", c),
                Line(f"{head} · {d_head} + {c}", index[-1]))  # fmt: skip

    def slots(self, index: Index, *operands: Axes) -> Slots:
        return Slots(operands[0][-2].size, operands[0][-1].size, index[-1])


@dataclass(frozen=True)
class RepeatHeads(_Move):
    """[batch, n_kv_heads, pos, d_head] → [batch, n_kv_heads · times, pos, d_head]: each head serves `times` queries.

    Grouped-query attention (Ainslie et al. 2023): query head h uses key and value head h ÷ times, rounded down.
    """

    title = "share heads"
    times: int = 1

    def infer(self, *operands: Axes) -> Axes:
        x = operands[0]
        need(len(operands) == 1 and len(x) >= 3 and x[-3].name == HEAD and self.times > 0, self, *operands)
        return (*x[:-3], Axis(HEAD, x[-3].size * self.times), *x[-2:])

    def origin(self, index: Index, *operands: Axes) -> Index:
        return (*index[:-3], index[-3] // self.times, *index[-2:])

    def used_by(self, operand: int, index: Index, out: Axes, *operands: Axes) -> Slices:
        first = index[-3] * self.times
        return (*index[:-3], slice(first, first + self.times), *index[-2:])

    def forward(self, x: Any) -> Any:
        return x.repeat_interleave(self.times, -3)

    def formula(self, out: str, *operands: str) -> str:
        # `g` query heads share one: the size is in the working, not in the formula.
        return rf"{out}_{{h}} = {operands[0]}_{{\lfloor h / g \rfloor}}"

    def steps(self, index: Index, *operands: Axes) -> tuple[Line, ...]:
        return (Line(f"⌊{index[-3]} / {self.times}⌋", index[-3] // self.times),)
