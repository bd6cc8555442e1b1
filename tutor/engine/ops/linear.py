"""Matrix products with a weight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tutor.engine.axes import Axes, Index
from tutor.engine.ops.base import Access, Op, cells, need
from tutor.engine.records import dataclass
from tutor.engine.working import Column, Line, Operand, Terms, Working, number, row, sub, summed


def dot_product(left: Column, right: Column, axis: str) -> tuple[Terms, float, float]:
    """The table of products of two columns, their sum, and the sum of their sizes."""
    products = left.values * right.values
    terms = Terms(axis, (left, right, Column("product", products, adds=True)))
    return terms, float(products.sum()), float(np.abs(products).sum())


@dataclass(frozen=True)
class Linear(Op):
    """y = x W + b: every position's vector through the same matrix.

    Operands: x [..., i], W [i, o] (with `transposed` [o, i], as when the output layer shares the embedding
    table), and with `bias` b [o]. Result [..., o].
    """

    title = "linear"
    picture = "product"
    sums_products = True
    bias: bool = False
    transposed: bool = False

    def infer(self, *operands: Axes) -> Axes:
        x, weight = operands[:2]
        need(len(operands) == 2 + self.bias and len(weight) == 2 and len(x) > 0, self, *operands)
        inner, outer = (weight[1], weight[0]) if self.transposed else weight
        need(x[-1] == inner, self, *operands)
        need(not self.bias or operands[2] == (outer,), self, *operands)
        return (*x[:-1], outer)

    def access(self, out: Axes, *operands: Axes) -> Access:
        last = len(out) - 1
        weight = (last, None) if self.transposed else (None, last)
        return ((*range(last), None), weight, (last,))[: len(operands)]

    def forward(self, x: Any, W: Any, b: Any = None) -> Any:
        return x @ (W.T if self.transposed else W) + b if self.bias else x @ (W.T if self.transposed else W)

    def formula(self, out: str, *operands: str) -> str:
        weight = operands[1] + (r"^{\mathsf{T}}" if self.transposed else "")
        bias = f" + {operands[2]}" if self.bias else ""
        return f"{out} = {operands[0]}\\, {weight}{bias}"

    def macs(self, out: Axes, *operands: Axes) -> int:
        return cells(out) * operands[0][-1].size

    def working(self, operands: Sequence[Operand], out: Axes, index: Index) -> Working:
        x, weight = operands[:2]
        at = (*index[:-1], None)
        column = (index[-1], None) if self.transposed else (None, index[-1])
        terms, total, scale = dot_product(x.column(at), weight.column(column), x.axes[-1].name)
        into, out_ = sub(x, *index[1:-1], "i", part=at), index[-1]
        mixed = sub(weight, *((out_, "i") if self.transposed else ("i", out_)), part=column)
        written = (summed("i", x.axes[-1].size), into, mixed)
        if not self.bias:
            return Working(total, row(*written, "=", number(total)), scale, terms)
        bias = operands[2].cell(index[-1:])
        link = operands[2].link(index[-1:])
        return Working(
            total + bias,
            row(*written, "+", sub(operands[2], out_, part=index[-1:]), "=", number(total), "+", number(bias, link)),
            scale + abs(bias),
            terms,
            (Line("Σ", total), Line(operands[2].symbol, bias, link)),
            (link,),
        )
