"""Operations that work cell by cell: add, multiply, scale, activations, and handing a tensor on unchanged."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from tutor.engine.axes import Axes, Index
from tutor.engine.figures import Bars, Curve, sampled
from tutor.engine.ops.base import Access, Op, cells, need, same_everywhere
from tutor.engine.records import dataclass
from tutor.engine.working import Line, Note, Operand, Working, fraction, number, root, row


@dataclass(frozen=True)
class _CellByCell(Op):
    """Each cell of the result comes from the cells at the same place in the operands."""

    def infer(self, *operands: Axes) -> Axes:
        need(len(operands) == 1, self, *operands)
        return operands[0]

    def access(self, out: Axes, *operands: Axes) -> Access:
        return same_everywhere(out, *operands)


@dataclass(frozen=True)
class Identity(_CellByCell):
    """The same numbers under another name, as where one block hands its result to the next."""

    title = "same numbers"

    def forward(self, x: Any) -> Any:
        return x

    def formula(self, out: str, *operands: str) -> str:
        return f"{out} = {operands[0]}"

    def working(self, operands: Sequence[Operand], out: Axes, index: Index) -> Working:
        x = operands[0]
        value = x.cell(index)
        link = x.link(index)
        return Working(value, x.number(index), abs(value), sources=(link,), note=Note("same number", {"link": link}))


@dataclass(frozen=True)
class Add(_CellByCell):
    """a + b, or a + b + c; where one has fewer axes it is added to every entry of the axes it lacks."""

    title = "add"
    picture = "sum"

    def infer(self, *operands: Axes) -> Axes:
        need(2 <= len(operands) <= 3, self, *operands)
        a = operands[0]
        need(all(len(b) <= len(a) and a[len(a) - len(b) :] == b for b in operands[1:]), self, *operands)
        return a

    def forward(self, a: Any, b: Any, c: Any = None) -> Any:
        return a + b if c is None else a + b + c

    def code(self, out: str, *operands: str) -> str:
        # How many terms there are is no option, so the line is written from the operands.
        return f"{out} = {' + '.join(operands)}"

    def running(self) -> int:
        return 1

    def formula(self, out: str, *operands: str) -> str:
        return f"{out} = {' + '.join(operands)}"

    def working(self, operands: Sequence[Operand], out: Axes, index: Index) -> Working:
        there = [index[len(index) - len(one.axes) :] for one in operands]
        values = [one.cell(at) for one, at in zip(operands, there)]
        parts: list = []
        for one, at in zip(operands, there):
            parts += [*(["+"] if parts else []), one.number(at)]
        named = [(one.symbol, value) for one, value in zip(operands, values)]
        return Working(
            sum(values),
            row(*parts),
            sum(map(abs, values)),
            lines=tuple(Line(one.symbol, value, one.link(at)) for one, value, at in zip(operands, values, there)),
            sources=tuple(one.link(at) for one, at in zip(operands, there)),
            figure=Bars((*named, ("Σ", sum(values)))),
        )


@dataclass(frozen=True)
class Multiply(_CellByCell):
    """a · b, cell by cell, as a gate does: two tensors of the same axes."""

    title = "multiply"
    picture = "times"

    def infer(self, *operands: Axes) -> Axes:
        need(len(operands) == 2 and operands[0] == operands[1], self, *operands)
        return operands[0]

    def forward(self, a: Any, b: Any) -> Any:
        return a * b

    def formula(self, out: str, *operands: str) -> str:
        return rf"{out} = {operands[0]} \odot {operands[1]}"

    def macs(self, out: Axes, *operands: Axes) -> int:
        return cells(out)

    def working(self, operands: Sequence[Operand], out: Axes, index: Index) -> Working:
        a, b = operands
        left, right = a.cell(index), b.cell(index)
        return Working(
            left * right,
            row(a.number(index), "×", b.number(index)),
            abs(left * right),
            lines=(Line(a.symbol, left, a.link(index)), Line(b.symbol, right, b.link(index))),
            sources=(a.link(index), b.link(index)),
            figure=Bars(((a.symbol, left), (b.symbol, right), ("⊙", left * right))),
        )


@dataclass(frozen=True)
class Scale(_CellByCell):
    """x · √n, or x ÷ √n with `divide`.

    Attention scores are divided by √d_head (Vaswani et al. 2017, section 3.2.1); embeddings are multiplied by
    √d_model (section 3.4).
    """

    title = "scale"
    n: int = 1
    divide: bool = True

    def forward(self, x: Any) -> Any:
        return x / self.n**0.5 if self.divide else x * self.n**0.5

    def formula(self, out: str, *operands: str) -> str:
        under = rf"\sqrt{{{self.n}}}"
        if self.divide:
            return rf"{out} = \frac{{{operands[0]}}}{{{under}}}"
        return rf"{out} = {under}\, {operands[0]}"

    def macs(self, out: Axes, *operands: Axes) -> int:
        return cells(out)

    def working(self, operands: Sequence[Operand], out: Axes, index: Index) -> Working:
        x = operands[0]
        value, factor = x.cell(index), math.sqrt(self.n)
        result = value / factor if self.divide else value * factor
        under = root(number(self.n))
        return Working(
            result,
            fraction(x.number(index), under) if self.divide else row(x.number(index), "×", under),
            abs(result),
            lines=(Line(x.symbol, value, x.link(index)), Line(f"√{self.n}", factor)),
            sources=(x.link(index),),
            figure=Bars(((x.symbol, value), (f"{'÷' if self.divide else '×'} √{self.n}", result))),
        )


@dataclass(frozen=True)
class _Activation(_CellByCell):
    """A curve applied to every number; `curve` gives it in float64 for the working and for the picture."""

    def curve(self, x: float) -> float:
        raise NotImplementedError

    def figure(self, x: float, y: float) -> Curve:
        """The curve with this cell's point."""
        across, up = sampled(self.curve, x)
        return Curve(across, up, (x, y), "x", self.title)

    def macs(self, out: Axes, *operands: Axes) -> int:
        return 0


@dataclass(frozen=True)
class Relu(_Activation):
    """max(0, x)."""

    title = "ReLU"

    def curve(self, x: float) -> float:
        return x if x > 0 or math.isnan(x) else 0.0

    def forward(self, x: Any) -> Any:
        return x.relu()

    def formula(self, out: str, *operands: str) -> str:
        return rf"{out} = \max(0, {operands[0]})"

    def working(self, operands: Sequence[Operand], out: Axes, index: Index) -> Working:
        x = operands[0]
        value = x.cell(index)
        result = self.curve(value)
        return Working(
            result,
            row("max(", number(0), ",", x.number(index), ")"),
            abs(result),
            lines=(Line(x.symbol, value, x.link(index)),),
            sources=(x.link(index),),
            figure=self.figure(value, result),
        )


@dataclass(frozen=True)
class Silu(_Activation):
    """x · σ(x) = x / (1 + e^(−x)) (Elfwing et al. 2017; "swish")."""

    title = "SiLU"

    def curve(self, x: float) -> float:
        return x * _sigmoid(x)

    def forward(self, x: Any) -> Any:
        return x * x.sigmoid()

    def formula(self, out: str, *operands: str) -> str:
        return rf"{out} = \frac{{{operands[0]}}}{{1 + e^{{-{operands[0]}}}}}"

    def working(self, operands: Sequence[Operand], out: Axes, index: Index) -> Working:
        x = operands[0]
        value = x.cell(index)
        share = _sigmoid(value)
        result = value * share
        return Working(
            result,
            row(x.number(index), "×", number(share)),
            abs(result),
            lines=(Line(x.symbol, value, x.link(index)), Line("1 / (1 + e^(−x))", share)),
            sources=(x.link(index),),
            figure=self.figure(value, result),
        )


def _sigmoid(x: float) -> float:
    """1 / (1 + e^(−x)), without overflow for very negative x."""
    grown = math.exp(-abs(x))
    return 1 / (1 + grown) if x >= 0 else grown / (1 + grown)


@dataclass(frozen=True)
class Gelu(_Activation):
    """x · Φ(x) = x/2 · (1 + erf(x/√2)) (Hendrycks, Gimpel 2016), exact."""

    title = "GELU"

    def curve(self, x: float) -> float:
        return 0.5 * x * (1 + math.erf(x / math.sqrt(2)))

    def forward(self, x: Any) -> Any:
        return 0.5 * x * (1 + (x / 2**0.5).erf())

    def formula(self, out: str, *operands: str) -> str:
        x = operands[0]
        return rf"{out} = \frac{{{x}}}{{2}} \left(1 + \operatorname{{erf}} \frac{{{x}}}{{\sqrt{{2}}}}\right)"

    def working(self, operands: Sequence[Operand], out: Axes, index: Index) -> Working:
        x = operands[0]
        value = x.cell(index)
        curved = math.erf(value / math.sqrt(2))
        return _half(self, x, index, value, curved, Line("erf(x / √2)", curved))


@dataclass(frozen=True)
class GeluTanh(_Activation):
    """x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³))), GELU's approximation as GPT-2 uses it."""

    title = "GELU (tanh)"

    def curve(self, x: float) -> float:
        return 0.5 * x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))

    def forward(self, x: Any) -> Any:
        return 0.5 * x * (1 + (0.7978845608028654 * (x + 0.044715 * x**3)).tanh())

    def formula(self, out: str, *operands: str) -> str:
        x = operands[0]
        inner = rf"\sqrt{{\frac{{2}}{{\pi}}}} \left({x} + 0.044715\, {x}^{{3}}\right)"
        return rf"{out} = \frac{{{x}}}{{2}} \left(1 + \tanh\left({inner}\right)\right)"

    def working(self, operands: Sequence[Operand], out: Axes, index: Index) -> Working:
        x = operands[0]
        value = x.cell(index)
        inner = math.sqrt(2 / math.pi) * (value + 0.044715 * value**3)
        curved = math.tanh(inner)
        return _half(self, x, index, value, curved, Line("√(2/π) (x + 0.044715 x³)", inner), Line("tanh(…)", curved))


def _half(op: _Activation, x: Operand, index: Index, value: float, curved: float, *lines: Line) -> Working:
    """x/2 + x/2 · curve: two terms that nearly cancel for very negative x, hence both in the scale."""
    if math.isinf(value):
        result = value if value > 0 else math.nan  # −∞ · 0, as in the stored value
    else:
        result = 0.5 * value * (1 + curved)
    return Working(
        result,
        row(fraction(x.number(index), number(2)), "× (", number(1), "+", number(curved), ")"),
        0.5 * abs(value) * (1 + abs(curved)) if math.isfinite(value) else 0.0,
        lines=(Line(x.symbol, value, x.link(index)), *lines),
        sources=(x.link(index),),
        figure=op.figure(value, result),
    )
