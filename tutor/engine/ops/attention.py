"""Scaled dot-product attention in its separate steps (Vaswani et al. 2017, equation 1).

scores → scaled → masked → pattern → z is finer than TransformerLens, whose `attn_scores` is already scaled and
masked. In Q Kᵀ rows are queries and columns are keys.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any

import numpy as np

from tutor.engine.axes import D_HEAD, KEY, POS, QUERY, Axes, Axis, Index
from tutor.engine.figures import Row, RowLine
from tutor.engine.ops.base import Access, Op, cells, need
from tutor.engine.ops.linear import dot_product
from tutor.engine.records import dataclass
from tutor.engine.working import (
    Column,
    Line,
    Note,
    Operand,
    Terms,
    Working,
    fraction,
    number,
    power,
    row,
    sub,
    summed,
    symbol,
)  # fmt: skip


@dataclass(frozen=True)
class Scores(Op):
    """S = Q Kᵀ, unscaled: q, k [batch, head, pos, d_head] → [batch, head, query_pos, key_pos]."""

    title = "q × kᵀ"
    picture = "turned"
    sums_products = True

    def infer(self, *operands: Axes) -> Axes:
        need(len(operands) == 2, self, *operands)
        q, k = operands
        need(len(q) == len(k) >= 2 and q[-2].name == k[-2].name == POS, self, *operands)
        need(q[:-2] == k[:-2] and q[-1] == k[-1], self, *operands)
        return (*q[:-2], Axis(QUERY, q[-2].size), Axis(KEY, k[-2].size))

    def access(self, out: Axes, *operands: Axes) -> Access:
        head = tuple(range(len(out) - 2))
        return ((*head, len(out) - 2, None), (*head, len(out) - 1, None))

    def forward(self, q: Any, k: Any) -> Any:
        return q @ k.transpose(-2, -1)

    def formula(self, out: str, *operands: str) -> str:
        return rf"{out} = {operands[0]}\, {operands[1]}^{{\mathsf{{T}}}}"

    def macs(self, out: Axes, *operands: Axes) -> int:
        return cells(out) * operands[0][-1].size

    def working(self, operands: Sequence[Operand], out: Axes, index: Index) -> Working:
        q, k = operands
        head, query, key = index[:-2], index[-2], index[-1]
        left = q.column((*head, query, None), f"{q.symbol}[{query}, c]")
        right = k.column((*head, key, None), f"{k.symbol}[{key}, c]")
        terms, total, scale = dot_product(left, right, D_HEAD)
        factors = (sub(q, query, "c", part=left.index), sub(k, key, "c", part=right.index))
        written = (summed("c", q.axes[-1].size), *factors)
        return Working(total, row(*written, "=", number(total)), scale, terms)


@dataclass(frozen=True)
class Mask(Op):
    """Hides keys: scaled scores [batch, head, query_pos, key_pos], lengths [batch] → the same axes.

    The mask matrix M is 0 where a query may look and −∞ where it may not: with `causal`, at keys after the
    query; with a `window`, at keys that many places or more behind it (sliding window, Beltagy et al. 2020); and, by
    `pad`, at keys that are padding (at or beyond the row's length): "-inf" hides them exactly, "-1000" subtracts a
    large number instead, "none" leaves them in. Lengths are those of the sentence the keys come from.
    """

    title = "mask"
    causal: bool = True
    pad: str = "-inf"
    window: int = 0

    def infer(self, *operands: Axes) -> Axes:
        need(len(operands) == 2 and operands[0][-2].name == QUERY, self, *operands)
        need(operands[1] == operands[0][:1] and self.pad in ("-inf", "-1000", "none"), self, *operands)
        need(self.window >= 0, self, *operands)
        return operands[0]

    def access(self, out: Axes, *operands: Axes) -> Access:
        return (tuple(range(len(out))), (0,))

    def table(self, *operands: Axes) -> dict[str, np.ndarray]:
        query = np.arange(operands[0][-2].size)[:, None]
        key = np.arange(operands[0][-1].size)[None, :]
        return {"query": query, "key": key}

    def forward(self, scores: Any, lengths: Any, query: Any, key: Any) -> Any:
        if self.causal:
            scores = scores.masked_fill(key > query, float("-inf"))
        if self.window:
            scores = scores.masked_fill(query - key >= self.window, float("-inf"))
        if self.pad == "-inf":
            scores = scores.masked_fill(key >= lengths[:, None, None, None], float("-inf"))
        if self.pad == "-1000":
            scores = scores + -1000.0 * (key >= lengths[:, None, None, None])
        return scores

    def at_once(self, scores: Any, lengths: Any, query: Any, key: Any) -> Any:
        # One pass over the scores, whatever is hidden.
        padding = key >= lengths[:, None, None, None]
        hidden = [padding] if self.pad == "-inf" else []
        if self.causal:
            hidden.append(key > query)
        if self.window:
            hidden.append(query - key >= self.window)
        if hidden:
            scores = scores.masked_fill(reduce(or_, hidden), float("-inf"))
        return scores + -1000.0 * padding if self.pad == "-1000" else scores

    def code(self, out: str, *operands: str) -> str:
        size = f"{operands[0]}.shape"
        lines = super().code(out, *operands).splitlines()
        lines[:4] = [f"query = np.arange({size}[-2])[:, None]", f"key = np.arange({size}[-1])[None, :]"]
        return "\n".join(lines)

    def formula(self, out: str, *operands: str) -> str:
        rules = (
            ("j > i", self.causal), (r"i - j \geq w", bool(self.window)), (r"j \geq n", self.pad == "-inf")
        )  # fmt: skip
        hidden = [name for name, on in rules if on]
        joined = r"\ \mathrm{or}\ ".join(hidden)
        cases = [rf"M_{{ij}} = -\infty\ \mathrm{{if}}\ {joined}"] if hidden else []
        if self.pad == "-1000":
            cases.append(r"M_{ij} = -1000\ \mathrm{if}\ j \geq n")
        return ",\\quad ".join([f"{out} = {operands[0]} + M", *(cases or ["M = 0"])])

    def added(self, query: int, key: np.ndarray, length: int) -> np.ndarray:
        """Row `query` of M: what is added at each key."""
        pad = {"-inf": -math.inf, "-1000": -1000.0, "none": 0.0}[self.pad]
        found = np.where(key >= length, pad, 0.0)
        if self.window:
            found[query - key >= self.window] = -math.inf
        if self.causal:
            found[key > query] = -math.inf
        return found

    def working(self, operands: Sequence[Operand], out: Axes, index: Index) -> Working:
        scores, lengths = operands
        value = scores.cell(index)
        query, key = index[-2:]
        length = int(lengths[index[:1]])
        facts = {"query": query, "key": key, "length": length}
        added, rule = 0.0, "may look"
        if key >= length:
            added, rule = {"-inf": (-math.inf, "padding"), "-1000": (-1000.0, "padding −1000")}.get(
                self.pad, (0.0, "padding left in")
            )
        if self.window and query - key >= self.window:
            added, rule, facts = -math.inf, "window", {**facts, "window": self.window}
        if self.causal and key > query:
            added, rule = -math.inf, "causal"
        # A masked cell is −∞ whatever was there, so nothing flows from it.
        result = -math.inf if math.isinf(added) else value + added
        before = scores.along((*index[:-1], None))
        more = self.added(query, np.arange(len(before)), length)
        after = np.where(np.isneginf(more), -math.inf, before + more)
        allowed = int((more == 0).sum())
        return Working(
            result,
            row(scores.number(index), "+", number(added)),
            abs(value) + abs(added) if math.isfinite(added) else 0.0,
            lines=(Line(scores.symbol, value, scores.link(index)), Line("M", added)),
            sources=(scores.link(index),),
            note=Note(rule, facts),
            row=Row(
                out[-1].name,
                (RowLine(scores.symbol, before), RowLine("M", more, "allowed", allowed), RowLine("+ M", after)),
                key,
                np.abs(before) + np.abs(np.where(np.isfinite(more), more, 0.0)),
            ),
        )


@dataclass(frozen=True)
class Softmax(Op):
    """Each row to positive numbers that sum to 1: P_j = exp(x_j − m) / Σ_k exp(x_k − m), m = max x.

    Works along the last axis. Subtracting the maximum changes nothing but keeps exp in range. A row masked
    everywhere is 0/0: NaN, or zeros with `empty_rows="zero"`.
    """

    title = "softmax"
    scale_kind = "probability"
    empty_rows: str = "nan"

    def infer(self, *operands: Axes) -> Axes:
        need(
            len(operands) == 1 and len(operands[0]) > 0 and self.empty_rows in ("nan", "zero"),
            self,
            *operands,
        )
        return operands[0]

    def access(self, out: Axes, *operands: Axes) -> Access:
        return ((*range(len(out) - 1), None),)

    def forward(self, x: Any) -> Any:
        return x.softmax(-1).nan_to_num(0.0) if self.empty_rows == "zero" else x.softmax(-1)

    def formula(self, out: str, *operands: str) -> str:
        x = operands[0]
        return rf"{out}_{{ij}} = \frac{{e^{{{x}_{{ij}} - m_i}}}}{{\sum_{{k}} e^{{{x}_{{ik}} - m_i}}}}"

    def macs(self, out: Axes, *operands: Axes) -> int:
        return cells(out)

    def working(self, operands: Sequence[Operand], out: Axes, index: Index) -> Working:
        x = operands[0]
        column = x.column((*index[:-1], None), x.symbol)
        values = column.values
        top = float(np.max(values))
        with np.errstate(invalid="ignore", over="ignore", under="ignore"):
            away = values - top
            grown = np.exp(away)
            total = float(grown.sum())
            shares = grown / total
        result = float(shares[index[-1]])
        note = None
        if np.isneginf(values).all():
            note = Note("empty row", {"zero": self.empty_rows == "zero"})
        if self.empty_rows == "zero":
            shares = np.nan_to_num(shares, nan=0.0)
            result = float(shares[index[-1]])
        own = row(x.number(index), "−", number(top))
        return Working(
            result,
            row(fraction(power(symbol("e"), own), symbol("Σ")), "=", fraction(number(grown[index[-1]]), number(total))),
            # Rounded as the stored value is: a share too small for a float32 is an exact 0.
            abs(float(np.float32(result))),
            Terms(
                out[-1].name,
                (column, Column("x − m", away), Column("e^(x−m)", grown, adds=True), Column("÷ Σ", shares, adds=True)),
                index[-1],
            ),
            (Line("m = max x", top), Line("Σ e^(x−m)", total)),
            (x.link(index),),
            note=note,
            row=Row(
                out[-1].name,
                (
                    RowLine(x.symbol, values, "max", top), RowLine("x − max", away),
                    RowLine("exp(x − max)", grown, "Σ", total),
                    RowLine("÷ Σ", shares, "Σ", float(shares.sum())),
                ),
                index[-1],
                np.abs(shares.astype(np.float32)).astype(np.float64),
            ),
        )  # fmt: skip


@dataclass(frozen=True)
class WeightedSum(Op):
    """z = P V: pattern [batch, head, query_pos, key_pos], v [batch, head, pos, d_head] → [batch, head, pos, d_head]."""

    title = "pattern × v"
    picture = "product"
    sums_products = True

    def infer(self, *operands: Axes) -> Axes:
        need(len(operands) == 2, self, *operands)
        pattern, v = operands
        need(len(pattern) == len(v) >= 2 and pattern[-2].name == QUERY and v[-2].name == POS, self, *operands)
        need(pattern[:-2] == v[:-2] and pattern[-1].size == v[-2].size, self, *operands)
        return (*v[:-2], Axis(POS, pattern[-2].size), v[-1])

    def access(self, out: Axes, *operands: Axes) -> Access:
        head = tuple(range(len(out) - 2))
        return ((*head, len(out) - 2, None), (*head, None, len(out) - 1))

    def forward(self, pattern: Any, v: Any) -> Any:
        return pattern @ v

    def formula(self, out: str, *operands: str) -> str:
        return rf"{out} = {operands[0]}\, {operands[1]}"

    def macs(self, out: Axes, *operands: Axes) -> int:
        return cells(out) * operands[0][-1].size

    def working(self, operands: Sequence[Operand], out: Axes, index: Index) -> Working:
        pattern, v = operands
        head, query, feature = index[:-2], index[-2], index[-1]
        left = pattern.column((*head, query, None), f"{pattern.symbol}[{query}, j]")
        right = v.column((*head, None, feature), f"{v.symbol}[j, {feature}]")
        terms, total, scale = dot_product(left, right, KEY)
        factors = (sub(pattern, query, "j", part=left.index), sub(v, "j", feature, part=right.index))
        written = (summed("j", v.axes[-2].size), *factors)
        return Working(total, row(*written, "=", number(total)), scale, terms)
