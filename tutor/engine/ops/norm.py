"""Normalisation in its parts: mean, variance, normalised value, scale and shift.

Layer norm (Ba, Kiros, Hinton 2016): y = (x − μ) / √(σ² + ε) · w + b, over the last axis, with the biased variance
(÷ d). RMSNorm (Zhang, Sennrich 2019): y = x / √(Σ x² / d + ε) · w: no mean is taken away, nothing is shifted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from tutor.engine.axes import Axes, Index
from tutor.engine.figures import Row, RowLine
from tutor.engine.ops.base import Access, Op, cells, need
from tutor.engine.records import dataclass
from tutor.engine.working import Column, Line, Operand, Terms, Working, fraction, number, root, row


@dataclass(frozen=True)
class Mean(Op):
    """μ = Σ x / d over the last axis: [..., d] → [...]."""

    title = "mean"

    def infer(self, *operands: Axes) -> Axes:
        need(len(operands) == 1 and len(operands[0]) > 1, self, *operands)
        return operands[0][:-1]

    def access(self, out: Axes, *operands: Axes) -> Access:
        return ((*range(len(out)), None),)

    def forward(self, x: Any) -> Any:
        return x.mean(-1)

    def formula(self, out: str, *operands: str) -> str:
        return rf"{out} = \frac{{1}}{{d}} \sum_{{j}} {operands[0]}_{{j}}"

    def working(self, operands: Sequence[Operand], out: Axes, index: Index) -> Working:
        x = operands[0]
        column = x.column((*index, None), adds=True)
        size = len(column.values)
        total = float(column.values.sum())
        return Working(
            total / size,
            fraction(number(total), number(size)),
            float(np.abs(column.values).sum()) / size,
            Terms(x.axes[-1].name, (column,)),
            (Line("Σ", total), Line("d", size)),
        )


@dataclass(frozen=True)
class Variance(Op):
    """σ² = Σ (x − μ)² / d over the last axis (biased: ÷ d, not d − 1): x [..., d], μ [...] → [...]."""

    title = "variance"

    def infer(self, *operands: Axes) -> Axes:
        need(len(operands) == 2 and operands[0][:-1] == operands[1], self, *operands)
        return operands[1]

    def access(self, out: Axes, *operands: Axes) -> Access:
        every = tuple(range(len(out)))
        return ((*every, None), every)

    def forward(self, x: Any, mean: Any) -> Any:
        return ((x - mean[..., None]) ** 2).mean(-1)

    def formula(self, out: str, *operands: str) -> str:
        return rf"{out} = \frac{{1}}{{d}} \sum_{{j}} \left({operands[0]}_{{j}} - {operands[1]}\right)^{{2}}"

    def macs(self, out: Axes, *operands: Axes) -> int:
        return cells(operands[0])

    def working(self, operands: Sequence[Operand], out: Axes, index: Index) -> Working:
        x, mean = operands
        column = x.column((*index, None))
        mu = mean.cell(index)
        away = column.values - mu
        squares = away**2
        total, size = float(squares.sum()), len(squares)
        return Working(
            total / size,
            fraction(number(total), number(size)),
            total / size,
            Terms(
                x.axes[-1].name,
                (column, Column(f"x − {mean.symbol}", away), Column("(x − μ)²", squares, adds=True)),
            ),
            (Line(mean.symbol, mu, mean.link(index)), Line("Σ", total), Line("d", size)),
            (mean.link(index),),
        )


@dataclass(frozen=True)
class Normalize(Op):
    """(x − μ) / √(σ² + ε), ε inside the root: x [..., d], μ and σ² [...] → [..., d]."""

    title = "normalize"
    eps: float = 1e-5

    def infer(self, *operands: Axes) -> Axes:
        need(len(operands) == 3 and operands[0][:-1] == operands[1] == operands[2], self, *operands)
        return operands[0]

    def access(self, out: Axes, *operands: Axes) -> Access:
        every = tuple(range(len(out)))
        return (every, every[:-1], every[:-1])

    def forward(self, x: Any, mean: Any, var: Any) -> Any:
        return (x - mean[..., None]) / (var[..., None] + self.eps).sqrt()

    def formula(self, out: str, *operands: str) -> str:
        x, mean, var = operands
        return rf"{out} = \frac{{{x} - {mean}}}{{\sqrt{{{var} + \varepsilon}}}}"

    def macs(self, out: Axes, *operands: Axes) -> int:
        return cells(out)

    def working(self, operands: Sequence[Operand], out: Axes, index: Index) -> Working:
        x, mean, var = operands
        value, mu, variance = x.cell(index), mean.cell(index[:-1]), var.cell(index[:-1])
        spread = math.sqrt(variance + self.eps) if variance + self.eps >= 0 else math.nan
        away = value - mu
        # A row of equal numbers with ε = 0 divides by 0, as the stored value does: 0/0, or ±∞ where μ was rounded.
        result = away / spread if spread else math.copysign(math.inf, away) if abs(away) > 0 else math.nan
        return Working(
            result,
            fraction(
                row(x.number(index), "−", mean.number(index[:-1])),
                root(row(var.number(index[:-1]), "+", number(self.eps))),
            ),
            abs(result),
            lines=(
                Line("x", value, x.link(index)),
                Line(mean.symbol, mu, mean.link(index[:-1])),
                Line(var.symbol, variance, var.link(index[:-1])),
                Line("ε", self.eps),
                Line("x − μ", away),
                Line("√(σ² + ε)", spread),
            ),
            sources=(x.link(index), mean.link(index[:-1]), var.link(index[:-1])),
            row=_row(x, index, (("x − μ", mu),), spread),
        )


def _row(x: Operand, index: Index, away: Sequence[tuple[str, float]], spread: float) -> Row:
    """The whole row brought to size 1: what it was, what is taken `away` from it, and what is left ÷ `spread`."""
    values = x.along((*index[:-1], None))
    lines = [RowLine("x", values, "mean", float(values.mean()))]
    for label, taken in away:
        values = values - taken
        lines.append(RowLine(label, values, "mean", float(values.mean())))
    with np.errstate(all="ignore"):
        made = values / spread
    # Without a mean taken away it is the mean square that comes to 1.
    total, value = ("var", float(made.var())) if away else ("mean x²", float((made**2).mean()))
    lines.append(RowLine("÷ √(σ² + ε)" if away else "÷ √(m + ε)", made, total, value))
    return Row(x.axes[-1].name, tuple(lines), index[-1], np.abs(made))


@dataclass(frozen=True)
class MeanSquare(Op):
    """Σ x² / d over the last axis: [..., d] → [...]. Its root is the RMS of the row."""

    title = "mean square"

    def infer(self, *operands: Axes) -> Axes:
        need(len(operands) == 1 and len(operands[0]) > 1, self, *operands)
        return operands[0][:-1]

    def access(self, out: Axes, *operands: Axes) -> Access:
        return ((*range(len(out)), None),)

    def forward(self, x: Any) -> Any:
        return (x**2).mean(-1)

    def formula(self, out: str, *operands: str) -> str:
        return rf"{out} = \frac{{1}}{{d}} \sum_{{j}} {operands[0]}_{{j}}^{{2}}"

    def macs(self, out: Axes, *operands: Axes) -> int:
        return cells(operands[0])

    def working(self, operands: Sequence[Operand], out: Axes, index: Index) -> Working:
        x = operands[0]
        column = x.column((*index, None))
        squares = column.values**2
        total, size = float(squares.sum()), len(squares)
        return Working(
            total / size,
            fraction(number(total), number(size)),
            total / size,
            Terms(x.axes[-1].name, (column, Column("x²", squares, adds=True))),
            (Line("Σ", total), Line("d", size)),
        )


@dataclass(frozen=True)
class NormalizeRms(Op):
    """x / √(m + ε), ε inside the root: x [..., d], mean square m [...] → [..., d]."""

    title = "normalize (RMS)"
    eps: float = 1e-6

    def infer(self, *operands: Axes) -> Axes:
        need(len(operands) == 2 and operands[0][:-1] == operands[1], self, *operands)
        return operands[0]

    def access(self, out: Axes, *operands: Axes) -> Access:
        every = tuple(range(len(out)))
        return (every, every[:-1])

    def forward(self, x: Any, mean_square: Any) -> Any:
        return x / (mean_square[..., None] + self.eps).sqrt()

    def formula(self, out: str, *operands: str) -> str:
        x, square = operands
        return rf"{out} = \frac{{{x}}}{{\sqrt{{{square} + \varepsilon}}}}"

    def macs(self, out: Axes, *operands: Axes) -> int:
        return cells(out)

    def working(self, operands: Sequence[Operand], out: Axes, index: Index) -> Working:
        x, square = operands
        value, mean = x.cell(index), square.cell(index[:-1])
        spread = math.sqrt(mean + self.eps) if mean + self.eps >= 0 else math.nan
        # A row of zeros with ε = 0 is 0/0, as the stored value is.
        result = value / spread if spread else math.copysign(math.inf, value) if abs(value) > 0 else math.nan
        return Working(
            result,
            fraction(x.number(index), root(row(square.number(index[:-1]), "+", number(self.eps)))),
            abs(result),
            lines=(
                Line("x", value, x.link(index)),
                Line(square.symbol, mean, square.link(index[:-1])),
                Line("ε", self.eps),
                Line(f"√({square.symbol} + ε)", spread),
            ),
            sources=(x.link(index), square.link(index[:-1])),
            row=_row(x, index, (), spread),
        )


@dataclass(frozen=True)
class ScaleShift(Op):
    """y = x · w + b, feature by feature: x [..., d], w [d], and with `bias` b [d] → [..., d]."""

    title = "scale and shift"
    bias: bool = True

    def infer(self, *operands: Axes) -> Axes:
        need(len(operands) == 2 + self.bias, self, *operands)
        need(all(one == operands[0][-1:] for one in operands[1:]), self, *operands)
        return operands[0]

    def access(self, out: Axes, *operands: Axes) -> Access:
        every = tuple(range(len(out)))
        return (every, every[-1:], every[-1:])[: len(operands)]

    def forward(self, x: Any, w: Any, b: Any = None) -> Any:
        return x * w + b if self.bias else x * w

    def formula(self, out: str, *operands: str) -> str:
        return rf"{out} = {operands[0]} \odot {operands[1]}" + (f" + {operands[2]}" if self.bias else "")

    def macs(self, out: Axes, *operands: Axes) -> int:
        return cells(out)

    def working(self, operands: Sequence[Operand], out: Axes, index: Index) -> Working:
        x, w = operands[:2]
        last = index[-1:]
        product = x.cell(index) * w.cell(last)
        parts: list = [x.number(index), "×", w.number(last)]
        lines = [Line("x", x.cell(index), x.link(index)), Line(w.symbol, w.cell(last), w.link(last))]
        sources = [x.link(index), w.link(last)]
        result, scale = product, abs(product)
        if self.bias:
            b = operands[2]
            parts += ["+", b.number(last)]
            lines += [Line(f"x · {w.symbol}", product), Line(b.symbol, b.cell(last), b.link(last))]
            sources.append(b.link(last))
            result, scale = product + b.cell(last), scale + abs(b.cell(last))
        return Working(
            result, row(*parts), scale, lines=tuple(lines), sources=tuple(sources), row=self._row(operands, index)
        )  # fmt: skip

    def _row(self, operands: Sequence[Operand], index: Index) -> Row:
        x, w = operands[:2]
        values, weights = x.along((*index[:-1], None)), w.along((None,))
        made = values * weights
        lines = [RowLine("x", values), RowLine(w.symbol, weights), RowLine(f"x · {w.symbol}", made)]
        scale = np.abs(made)
        if self.bias:
            shift = operands[2].along((None,))
            made, scale = made + shift, scale + np.abs(shift)
            lines += [RowLine(operands[2].symbol, shift), RowLine(f"+ {operands[2].symbol}", made)]
        return Row(x.axes[-1].name, tuple(lines), index[-1], scale)
