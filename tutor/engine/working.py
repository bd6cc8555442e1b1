"""How one number came about: operand cells, terms, intermediate results and links, all in float64.

`Op.working` returns a `Working` made from cells that it reads one row or column at a time. Nothing here needs
torch, so a cell of a saved trace is explained where torch is not installed at all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field

import numpy as np

from tutor.engine.axes import Axes, Index, Slices
from tutor.engine.figures import SMALLEST, TOLERANCE, Figure, Row
from tutor.engine.records import dataclass

#: `read(name, slices)`: the named part of a tensor or weight as an array; int entries drop their axis.
Read = Callable[[str, Slices], np.ndarray]


@dataclass(frozen=True)
class Link:
    """A cell (all entries ints) or a part (some slices) of a named tensor."""

    name: str
    index: Slices

    @property
    def is_cell(self) -> bool:
        return all(isinstance(entry, int) for entry in self.index)

    @property
    def short(self) -> str:
        """The end of the name with the index: `scores[0, 2, 5, :]`."""
        return short_name(self.name) + _bracketed(self.index)

    def text(self) -> str:
        return self.name + _bracketed(self.index)

    def cell(self, near: Sequence[int] = ()) -> Index:
        """A cell of the part: its own, or where it runs the entry of `near`, else the part's first."""
        found = []
        for at, entry in enumerate(self.index):
            if not isinstance(entry, slice):
                found.append(entry)
                continue
            first, stop, step = entry.start or 0, entry.stop, entry.step or 1
            wanted = near[at] if at < len(near) else first
            inside = wanted >= first and (stop is None or wanted < stop) and (wanted - first) % step == 0
            found.append(wanted if inside else first)
        return tuple(found)


#: Ends of names that say little without the part before them.
_VAGUE = frozenset({"mean", "var", "normalized", "w", "b"})


def short_name(name: str) -> str:
    """The end of a tensor's name; with the part before it where the end alone says little (`ln1.mean`)."""
    parts = name.split(".")
    return ".".join(parts[-2:]) if parts[-1] in _VAGUE else parts[-1]


def _bracketed(index: Slices) -> str:
    return f"[{', '.join(map(_entry, index))}]" if index else ""


def _entry(entry: int | slice) -> str:
    """An entry of an index as one writes it: `3`, `:`, `2:4`."""
    if not isinstance(entry, slice):
        return str(entry)
    ends = f"{'' if entry.start is None else entry.start}:{'' if entry.stop is None else entry.stop}"
    return ends if entry.step in (None, 1) else f"{ends}:{entry.step}"


@dataclass(frozen=True)
class Math:
    """A formula with numbers put in, as a tree that a view lays out and the terminal prints.

    kind: `number` (value, link), `symbol` (text), or `row`, `bracket`, `fraction`, `root`, `power`, `sub`
    (base, index) and `sum` (lower, upper limit) with parts.
    """

    kind: str
    parts: tuple["Math", ...] = ()
    text: str = ""
    value: float = 0.0
    link: Link | None = None


def number(value: float, link: Link | None = None) -> Math:
    return Math("number", value=float(value), link=link)


def symbol(text: str) -> Math:
    return Math("symbol", text=text)


def row(*parts: "Math | str") -> Math:
    """Parts side by side; a negative number after a sign gets brackets, as by hand."""
    made: list[Math] = []
    for part in parts:
        math_ = symbol(part) if isinstance(part, str) else part
        after_sign = bool(made) and made[-1].kind == "symbol" and made[-1].text in ("+", "−", "×")
        made.append(bracket(math_) if after_sign and math_.kind == "number" and math_.value < 0 else math_)
    return Math("row", tuple(made))


def bracket(inside: Math) -> Math:
    return Math("bracket", (inside,))


def fraction(top: Math, bottom: Math) -> Math:
    return Math("fraction", (top, bottom))


def root(inside: Math) -> Math:
    return Math("root", (inside,))


def power(base: Math, exponent: Math) -> Math:
    return Math("power", (base, exponent))


def sub(base: "Operand", *index: "int | str", part: "Sequence[int | None]" = ()) -> Math:
    """An operand with its index: q with 5, c below. It is linked to `part` of the tensor (None for all of an axis),
    or to the whole of it."""
    where = tuple(slice(None) if entry is None else entry for entry in part)
    whole = Math("symbol", text=base.symbol, link=Link(base.name, where))
    return Math("sub", (whole, symbol(", ".join(map(str, index)))))


def summed(letter: str, count: int) -> Math:
    """Σ over `letter` from 0 to count − 1."""
    return Math("sum", (symbol(f"{letter} = 0"), symbol(str(count - 1))))


def plain(math_: Math, digits: int = 4) -> str:
    """One line of text for a terminal or a screen reader."""
    if math_.kind == "number":
        return show(math_.value, digits)
    if math_.kind == "symbol":
        return math_.text
    inner = [plain(part, digits) for part in math_.parts]
    if math_.kind == "bracket":
        return f"({inner[0]})"
    if math_.kind == "sub":
        return f"{inner[0]}[{inner[1]}]"
    if math_.kind == "sum":
        return f"Σ({inner[0]} … {inner[1]})"
    if math_.kind == "fraction":
        return f"({inner[0]}) / ({inner[1]})"
    if math_.kind == "root":
        return f"√({inner[0]})"
    if math_.kind == "power":
        return f"{inner[0]}^({inner[1]})"
    return " ".join(inner)


def show(value: float, digits: int = 4) -> str:
    """A number for a line of text: fixed decimals and a true minus; powers of ten where those would say nothing."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "−∞" if value < 0 else "∞"
    if value == 0:
        return "0"
    if float(value).is_integer() and abs(value) < 1e6:
        text = str(int(value))
    elif abs(value) < 10 ** (1 - digits) or abs(value) >= 1e6:
        # Such as ε: four decimals of it would all be 0.
        mantissa, power = f"{value:.{digits - 1}e}".split("e")
        text = f"{mantissa.rstrip('0').rstrip('.')}e{int(power)}"
    else:
        text = f"{value:.{digits}f}"
    return text.replace("-", "−")


@dataclass(frozen=True, eq=False)
class Column:
    """One column of a working table: a value for each entry of the running axis.

    Attributes:
        label: what it is, in symbols (`Q[5, c]`).
        values: float64 [n].
        name: the tensor the values were read from, "" where they were computed here.
        index: where; the entry that runs along the rows is None.
        adds: whether its sum says something (products do, one factor does not).
    """

    label: str
    values: np.ndarray
    name: str = ""
    index: tuple[int | None, ...] = ()
    adds: bool = False

    def link(self, at: int) -> Link | None:
        """The cell behind row `at`, or None for a computed column."""
        if not self.name:
            return None
        return Link(self.name, tuple(at if i is None else i for i in self.index))


@dataclass(frozen=True, eq=False)
class Terms:
    """A table of terms: one row for each entry of `axis`; the last column is the one that is summed.

    `own` is the row of the cell that is worked out, where it has one among them (as in a softmax).
    """

    axis: str
    columns: tuple[Column, ...]
    own: int | None = None

    @property
    def values(self) -> np.ndarray:
        return self.columns[-1].values

    def largest(self, count: int) -> np.ndarray:
        """Row numbers of the `count` terms largest in size, largest first; ties in order of the rows."""
        size = np.abs(np.nan_to_num(self.values, nan=np.inf))
        return np.argsort(-size, kind="stable")[:count]


@dataclass(frozen=True)
class Line:
    """One intermediate result: `label` in symbols, its value, and the cell it stands in, if any."""

    label: str
    value: float
    link: Link | None = None


@dataclass(frozen=True)
class Note:
    """A fact worth a sentence, as data: the view words it in the learner's language."""

    key: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Working:
    """How one cell came about.

    Attributes:
        result: the value recomputed in float64 from the stored operands.
        equation: the formula with the numbers put in.
        scale: Σ|terms|, the size against which rounding is judged.
        terms: the table of summed terms, where there is one.
        lines: intermediate results in order.
        sources: the cells it came from that are not in `terms`.
        note: a rule that applied to this cell.
        figure: what may be drawn of it.
        row: the whole row it belongs to, where that is worked out as one.
        name, index, stored: filled in by the trace: which cell, and the value it holds (float32).
        put: the number was put there and not computed.
    """

    result: float
    equation: Math
    scale: float = 0.0
    terms: Terms | None = None
    lines: tuple[Line, ...] = ()
    sources: tuple[Link, ...] = ()
    note: Note | None = None
    figure: Figure | None = None
    row: Row | None = None
    name: str = ""
    index: Index = ()
    stored: float | None = None
    put: bool = False

    @property
    def bound(self) -> float:
        """The largest difference that rounding to float32 can explain: 1e-5 · max(|stored|, Σ|terms|)."""
        stored = abs(self.stored) if self.stored is not None and math.isfinite(self.stored) else 0.0
        return TOLERANCE * max(stored, self.scale if math.isfinite(self.scale) else 0.0)

    @property
    def difference(self) -> float:
        """|recomputed − stored|; 0 where both are the same infinity or both are NaN."""
        stored = float("nan") if self.stored is None else self.stored
        if self.result == stored or (math.isnan(self.result) and math.isnan(stored)):
            return 0.0
        return abs(self.result - stored)

    @property
    def agrees(self) -> bool:
        """Whether the stored value is the recomputed one, up to the rounding of float32.

        Infinities and NaN must be the same. An exact 0 (no term at all, or one too small for a float32)
        must be an exact 0 on both sides.
        """
        if self.stored is None:
            return False
        if not math.isfinite(self.result) or not math.isfinite(self.stored):
            return self.difference == 0.0
        rounded = float(np.float32(self.result)) if abs(self.result) < 3e38 else self.result
        if rounded == self.stored:
            return True
        if self.bound == 0.0 or (self.scale == 0.0 and 0.0 in (rounded, self.stored)):
            return False
        return abs(self.result - self.stored) <= max(self.bound, SMALLEST)

    @property
    def links(self) -> tuple[Link, ...]:
        """Every cell this one came from, in the order they are shown."""
        found = list(self.sources)
        if self.terms is not None:
            for column in self.terms.columns:
                found += [link for at in range(len(column.values)) if (link := column.link(at))]
        return tuple(found)


class Operand:
    """One operand of a step as `Op.working` sees it: a name, axes, and cells fetched on demand."""

    def __init__(self, name: str, axes: Axes, read: Read, symbol: str = "") -> None:
        self.name = name
        self.axes = axes
        self.symbol = symbol or name
        self._read = read

    def __getitem__(self, index: Slices) -> np.ndarray:
        """The named part in float64 (whole numbers stay int64)."""
        values = np.asarray(self._read(self.name, index))
        return values if values.dtype == np.int64 else values.astype(np.float64)

    def cell(self, index: Sequence[int]) -> float:
        return float(self[tuple(index)])

    def link(self, index: Sequence["int | slice"]) -> Link:
        return Link(self.name, tuple(index))

    def number(self, index: Sequence[int]) -> Math:
        """The cell's value as a part of an equation, linked."""
        return number(self.cell(index), self.link(index))

    def column(self, index: Sequence[int | None], label: str = "", adds: bool = False) -> Column:
        """The cells along the axis marked None."""
        at = ", ".join("·" if i is None else str(i) for i in index)
        return Column(label or f"{self.symbol}[{at}]", self.along(index), self.name, tuple(index), adds)

    def along(self, index: Sequence[int | None]) -> np.ndarray:
        """The values along the axis marked None, in float64."""
        return self[tuple(slice(None) if i is None else i for i in index)].astype(np.float64)
