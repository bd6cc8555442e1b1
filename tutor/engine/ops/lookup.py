"""Where numbers enter: token ids, the embedding table, and position codes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from tutor.engine.axes import D_MODEL, POS, Axes, Index, Slices, axes
from tutor.engine.figures import Curve, Strip, waves
from tutor.engine.ops.base import Access, Op, need
from tutor.engine.records import dataclass
from tutor.engine.working import Line, Link, Note, Operand, Working, fraction, number, power, row, symbol


@dataclass(frozen=True)
class Tokens(Op):
    """The sentence as token ids. The working of an id (bytes, merges in rank order) belongs to the tokenizer."""

    title = "tokenize"
    picture = "alone"

    def infer(self, *operands: Axes) -> Axes:
        raise NotImplementedError("The ids are given, not computed.")

    def access(self, out: Axes, *operands: Axes) -> Access:
        return ()

    def forward(self, *operands: Any) -> Any:
        raise NotImplementedError("The ids are given, not computed.")

    def code(self, out: str, *operands: str) -> str:
        return f"{out} = encode(text)"

    def running(self) -> int:
        return 1

    def formula(self, out: str, *operands: str) -> str:
        return rf"{out} = \operatorname{{encode}}(\mathrm{{text}})"

    def working(self, operands: Sequence[Operand], out: Axes, index: Index) -> Working:
        raise NotImplementedError("The trace explains a token id from its tokenizer.")


@dataclass(frozen=True)
class Lookup(Op):
    """Row `id` of a table: ids [batch, pos], table [rows, d] → [batch, pos, d].

    Which row an id names is data, so without computing anything a cell may come from its whole column.
    """

    title = "lookup"

    def infer(self, *operands: Axes) -> Axes:
        need(len(operands) == 2 and len(operands[1]) == 2, self, *operands)
        return (*operands[0], operands[1][1])

    def access(self, out: Axes, *operands: Axes) -> Access:
        last = len(out) - 1
        return (tuple(range(last)), (None, last))

    def rows_used(self, ids: np.ndarray) -> np.ndarray | None:
        return np.unique(ids)

    def forward(self, ids: Any, table: Any) -> Any:
        return table[ids]

    def formula(self, out: str, *operands: str) -> str:
        return f"{out} = {operands[1]}[{operands[0]}]"

    def working(self, operands: Sequence[Operand], out: Axes, index: Index) -> Working:
        ids, table = operands
        token = int(ids[index[:-1]])
        cell = (token, index[-1])
        value = table.cell(cell)
        return Working(
            value,
            table.number(cell),
            abs(value),
            lines=(
                Line(ids.symbol, token, ids.link(index[:-1])),
                Line(table.symbol, value, table.link(cell)),
            ),
            sources=(ids.link(index[:-1]), table.link(cell)),
            note=Note("lookup", {"id": token, "column": index[-1]}),
            figure=Strip(f"{table.symbol}[{token}, ·]", table.along((token, None)), index[-1]),
        )


@dataclass(frozen=True)
class Positions(Op):
    """Rows of a learned position table: W_pos [rows, d_model] → [pos, d_model], from row `offset` on.

    RoBERTa's table begins at row 2.
    """

    title = "position rows"
    offset: int = 0

    def infer(self, *operands: Axes) -> Axes:
        ids, table = operands
        need(ids[-1].name == POS and len(table) == 2 and self.offset >= 0, self, *operands)
        need(ids[-1].size + self.offset <= table[0].size, self, *operands)
        return (ids[-1], table[1])

    def access(self, out: Axes, *operands: Axes) -> Access:
        # The ids give only their number, no value.
        return ((None,) * len(operands[0]), (0, 1))

    def reads(self, index: Index, out: Axes, *operands: Axes) -> tuple[Slices, ...]:
        return ((slice(0, 0),) * len(operands[0]), (index[0] + self.offset, index[1]))

    def used_by(self, operand: int, index: Index, out: Axes, *operands: Axes) -> Slices:
        if operand == 0:
            return (slice(0, 0),) * len(out)
        # Rows before the first position and beyond the sentence are not used at all.
        pos = index[0] - self.offset
        return (pos, index[1]) if 0 <= pos < out[0].size else (slice(0, 0), slice(0, 0))

    def rows_used(self, ids: np.ndarray) -> np.ndarray | None:
        return np.arange(self.offset, self.offset + ids.shape[-1])

    def forward(self, ids: Any, table: Any) -> Any:
        return table[self.offset : self.offset + ids.shape[-1]] if self.offset else table[: ids.shape[-1]]

    def formula(self, out: str, *operands: str) -> str:
        last = f"n-1+{self.offset}" if self.offset else "n-1"
        return rf"{out} = {operands[1]}[{self.offset} \ldots {last}]"

    def working(self, operands: Sequence[Operand], out: Axes, index: Index) -> Working:
        table = operands[1]
        there = (index[0] + self.offset, index[1])
        value, link = table.cell(there), table.link(there)
        return Working(
            value,
            table.number(there),
            abs(value),
            lines=(
                *((Line(f"{index[0]} + {self.offset}", there[0]),) if self.offset else ()),
                Line(table.symbol, value, link),
            ),
            sources=(link,),
            note=Note("same number", {"link": link}),
            figure=self._curve(table, out[0].size, index, value),
        )

    def _curve(self, table: Operand, n_pos: int, index: Index, value: float) -> Curve:
        """This feature along the positions of the sentence."""
        column = table[slice(self.offset, self.offset + n_pos), index[1]].astype(np.float64)
        pos = np.arange(n_pos, dtype=np.float64)
        return Curve(pos, column, (float(index[0]), value), "pos", f"{table.symbol}[·, {index[1]}]", (pos, column))


@dataclass(frozen=True)
class TypeRow(Op):
    """The same row of a token-type table for every token: ids [batch, pos], table [types, d] → [batch, pos, d].

    BERT tells two sentences apart by their type; a single sentence is of type 0 throughout. The ids give only their
    number.
    """

    title = "type row"
    row: int = 0

    def infer(self, *operands: Axes) -> Axes:
        need(len(operands) == 2 and len(operands[1]) == 2, self, *operands)
        need(0 <= self.row < operands[1][0].size, self, *operands)
        return (*operands[0], operands[1][1])

    def access(self, out: Axes, *operands: Axes) -> Access:
        return ((None,) * len(operands[0]), (None, len(out) - 1))

    def reads(self, index: Index, out: Axes, *operands: Axes) -> tuple[Slices, ...]:
        return ((slice(0, 0),) * len(operands[0]), (self.row, index[-1]))

    def used_by(self, operand: int, index: Index, out: Axes, *operands: Axes) -> Slices:
        if operand == 0 or index[0] != self.row:
            return (slice(0, 0),) * len(out)
        return (*(slice(None),) * (len(out) - 1), index[-1])

    def rows_used(self, ids: np.ndarray) -> np.ndarray | None:
        return np.array([self.row])

    def forward(self, ids: Any, table: Any) -> Any:
        return table[self.row].expand(*ids.shape, -1)

    def formula(self, out: str, *operands: str) -> str:
        return f"{out} = {operands[1]}[{self.row}]"

    def working(self, operands: Sequence[Operand], out: Axes, index: Index) -> Working:
        table = operands[1]
        there = (self.row, index[-1])
        value, link = table.cell(there), table.link(there)
        return Working(
            value,
            table.number(there),
            abs(value),
            lines=(Line(table.symbol, value, link),),
            sources=(link,),
            note=Note("same number", {"link": link}),
            figure=Strip(f"{table.symbol}[{self.row}, ·]", table.along((self.row, None)), index[-1]),
        )


@dataclass(frozen=True)
class Sinusoid(Op):
    """Position code of Vaswani et al. 2017, section 3.5: → [pos, d_model].

    PE(pos, 2i) = sin(pos / 10000^(2i/d_model)), PE(pos, 2i+1) = cos of the same angle. With `halves` all sines come
    first and all cosines after them, as in Marian. Made in float64 and rounded once. The ids give only their number.
    """

    title = "sinusoid"
    picture = "alone"
    d_model: int = 0
    halves: bool = False

    def infer(self, *operands: Axes) -> Axes:
        need(operands[0][-1].name == POS, self, *operands)
        return (operands[0][-1], *axes((D_MODEL, self.d_model)))

    def access(self, out: Axes, *operands: Axes) -> Access:
        return ((None,) * len(operands[0]),)

    def reads(self, index: Index, out: Axes, *operands: Axes) -> tuple[Slices, ...]:
        return ((slice(0, 0),) * len(operands[0]),)

    def used_by(self, operand: int, index: Index, out: Axes, *operands: Axes) -> Slices:
        return (slice(0, 0),) * len(out)

    def table(self, *operands: Axes) -> dict[str, np.ndarray]:
        pos = np.arange(operands[0][-1].size)[:, None]
        feature = np.arange(self.d_model)[None, :]
        if self.halves:
            feature = np.concatenate([feature[:, ::2], feature[:, 1::2]], axis=1)
        angle = pos / 10000 ** (feature // 2 * 2 / self.d_model)
        code = np.where(feature % 2 == 0, np.sin(angle), np.cos(angle))
        return {"code_": code.astype(np.float32)}

    def forward(self, ids: Any, code_: Any) -> Any:
        return code_

    def code(self, out: str, *operands: str) -> str:
        # The tensor is the table itself: the last two lines of the general form say nothing more.
        lines = super().code(out, "pos", *operands[1:]).splitlines()
        lines[0] = f"pos = np.arange({operands[0]}.shape[-1])[:, None]"
        return "\n".join([*lines[:-2], f"{out} = code.astype(np.float32)"])

    def formula(self, out: str, *operands: str) -> str:
        angle = r"\frac{\mathrm{pos}}{10000^{2i/d}}"
        sine, cosine = ("i", "i+d/2") if self.halves else ("2i", "2i+1")
        return (
            rf"{out}_{{\mathrm{{pos}},{sine}}} = \sin {angle},\quad "
            rf"{out}_{{\mathrm{{pos}},{cosine}}} = \cos {angle}"
        )

    def working(self, operands: Sequence[Operand], out: Axes, index: Index) -> Working:
        pos, feature = index
        if self.halves:
            half = (self.d_model + 1) // 2
            feature = 2 * feature if feature < half else 2 * (feature - half) + 1
        even = feature // 2 * 2
        wavelength = 10000.0 ** (even / self.d_model)
        angle = pos / wavelength
        value = math.sin(angle) if feature % 2 == 0 else math.cos(angle)
        exponent = fraction(number(even), number(self.d_model))
        name = "sin" if feature % 2 == 0 else "cos"
        return Working(
            value,
            row(name, fraction(number(pos), power(number(10000), exponent)), "=", name, number(angle)),
            abs(value),
            lines=(
                Line("pos", pos), Line("2i", even), Line(f"10000^(2i/{self.d_model})", wavelength),
                Line("pos / 10000^(2i/d)", angle), Line(name, value),
            ),
            note=Note("sinusoid", {"pos": pos, "pair": feature // 2, "wavelength": 2 * math.pi * wavelength}),
            figure=self._curve(name, wavelength, out[0].size, (float(pos), value)),
        )  # fmt: skip

    def _curve(self, name: str, wavelength: float, n_pos: int, at: tuple[float, float]) -> Curve:
        wave = np.sin if name == "sin" else np.cos
        x, y = waves(lambda pos: wave(pos / wavelength), n_pos - 1)
        places = np.arange(n_pos, dtype=np.float64)
        return Curve(x, y, at, "pos", f"{name}(pos / {wavelength:.4g})", (places, wave(places / wavelength)))


def given_working(link: Link, stored: float) -> Working:
    """A number that nothing computes: a weight, which was learned, or how many tokens a sentence has."""
    return Working(
        stored, row(link.short, "=", number(stored)), abs(stored), note=Note("given"), name=link.name,
        index=tuple(int(i) for i in link.index if isinstance(i, int)), stored=stored,
    )  # fmt: skip


def token_working(link: Link, token: int, stored: float) -> Working:
    """A token id explains itself: the merges that made it are the tokenizer's (`Trace.merges`)."""
    return Working(
        float(token), row(symbol("id"), "=", number(token)), float(token), note=Note("token", {"id": token}),
        name=link.name, index=tuple(int(i) for i in link.index if isinstance(i, int)), stored=stored,
    )  # fmt: skip
