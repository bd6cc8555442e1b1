"""A step laid out for looking at: its operands and result as two-dimensional panels.

Which axes become rows and columns, which part of a larger tensor is shown, and which tensors share a colour
scale all follow from the operation and the named axes. No Qt: the views draw what this says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product

import numpy as np

from tutor.engine import axes as ax
from tutor.engine.axes import Axes, Axis, Index, Slices
from tutor.engine.gradients import Gradients
from tutor.engine.pooling import LARGE, Pyramid, largest_size, pool
from tutor.engine.program import Program
from tutor.engine.records import dataclass
from tutor.engine.trace import Stats, Trace
from tutor.engine.working import Note

#: Where an index entry comes from in a panel: a fixed position, or the panel's row or column.
ROW = "row"
COLUMN = "column"
#: Rows or columns that are lit: one, several, or None for all.
Lit = int | range | tuple[int, ...] | None
#: How several entries of an axis become one.
MEAN = "mean"
SUM = "sum"
#: What the scale of a gradient is known by; also the layout of a tensor beside its gradient.
GRADIENT = "gradient"


@dataclass(frozen=True)
class Selection:
    """Which entry is shown of the axes that are neither rows nor columns (`{"batch": 0, "head": 2}`).

    Attributes:
        at: one entry for each axis that was chosen.
        several: axes of which several entries are shown as one, and which. Such an axis may be the one of the rows. (A
            session also keeps the tokens of a text here, under the name of their ids.)
        how: their MEAN or their SUM.
    """

    at: tuple[tuple[str, int], ...] = ()
    several: tuple[tuple[str, tuple[int, ...]], ...] = ()
    how: str = MEAN

    def of(self, axis: Axis) -> int:
        """The entry shown of an axis, kept inside it; of several the first."""
        some = self.entries(axis)
        return some[0] if some else min(max(dict(self.at).get(axis.name, 0), 0), axis.size - 1)

    def entries(self, axis: Axis) -> tuple[int, ...]:
        """The several entries of an axis that are shown as one; none where it is a single one."""
        found = tuple(at for at in dict(self.several).get(axis.name, ()) if 0 <= at < axis.size)
        return found if len(found) > 1 else ()

    def with_(self, name: str, at: int) -> Selection:
        """With one entry of an axis."""
        alone = tuple(one for one in self.several if one[0] != name)
        return Selection(tuple(sorted({**dict(self.at), name: at}.items())), alone, self.how)

    def with_several(self, name: str, entries: Sequence[int]) -> Selection:
        """With several entries of an axis, in their order, of which the first stands for them; one alone is just
        chosen."""
        some = tuple(sorted(set(entries)))
        if len(some) < 2:
            return self.with_(name, some[0]) if some else self.single(name)
        kept = {**dict(self.several), name: some}
        at = self.with_(name, some[0]).at if name in ax.NAMES else self.at
        return Selection(at, tuple(sorted(kept.items())), self.how)

    def single(self, name: str = "") -> Selection:
        """The same with one entry of this axis, or of every axis."""
        kept = tuple(one for one in self.several if name and one[0] != name)
        return Selection(self.at, kept, self.how)


@dataclass(frozen=True, eq=False)
class Panel:
    """Two dimensions of one tensor or weight.

    Attributes:
        name: the tensor.
        axes: all its axes.
        where: for each axis a fixed position, ROW or COLUMN.
        values: [rows, columns], read-only.
        rows, columns: the two axes shown; None where the panel is a single row or column.
        kind: "signed", "probability" or "ids".
        low, high: the range of its colour scale, shared within its scale group.
        shared: names of the tensors that share the scale.
        real_rows, real_columns: rows and columns before padding begins.
        masked: cells that are an exact 0 because a mask said so; None where there are none.
        pyramid: of a large one, coarser copies, so that no view has to look at every cell.
        derived: where the values are the mean or sum of several entries, and so no tensor of the model: the axes and
            their entries. `where` then has the first of them.
        how: MEAN or SUM of those.
        alias: what its scale is known by, where that is not the tensor's.
    """

    name: str
    axes: Axes
    where: tuple[int | str, ...]
    values: np.ndarray
    rows: Axis | None
    columns: Axis | None
    kind: str
    low: float
    high: float
    shared: tuple[str, ...]
    real_rows: int
    real_columns: int
    masked: np.ndarray | None = None
    pyramid: Pyramid | None = None
    derived: tuple[tuple[Axis, tuple[int, ...]], ...] = ()
    how: str = ""
    alias: str = ""

    def index(self, row: int, column: int) -> Index:
        """The full index of the cell shown at a place."""
        return tuple(row if at == ROW else column if at == COLUMN else int(at) for at in self.where)

    def place(self, index: Sequence[int]) -> tuple[int, int] | None:
        """Where a cell of the tensor is shown, or None where another part is on screen."""
        row = column = 0
        for at, entry in zip(self.where, index):
            if at == ROW:
                row = entry
            elif at == COLUMN:
                column = entry
            elif at != entry:
                return None
        return row, column

    def lit(self, part: Slices) -> tuple[Lit, Lit] | None:
        """The rows and columns that a part of the tensor lights: None for all of them; None at all where the part
        is not on screen."""
        row: Lit = None
        column: Lit = None
        for at, entry, axis in zip(self.where, part, self.axes):
            if isinstance(entry, slice):
                some: Lit = None if entry == slice(None) else range(*entry.indices(axis.size))
                if some is not None and not some:
                    return None
            else:
                some = entry
            if at == ROW:
                row = some
            elif at == COLUMN:
                column = some
            elif some is not None and at != some and not (isinstance(some, range) and at in some):
                return None
        return row, column


@dataclass(frozen=True, eq=False)
class Picture:
    """A step ready to draw: `layout` is the operation's (`product`, `turned`, `sum`, `arrow`, `alone`), or `derived`
    (rows → their mean or sum), `beside` (two tensors to compare) or `minus` (their difference).

    `traces` says which run each panel belongs to, operands first, where that is not one run for all; `notes` what a
    learner should know of it.
    """

    path: str
    layout: str
    operands: tuple[Panel, ...]
    result: Panel
    stats: Stats
    traces: tuple[Trace, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def panels(self) -> tuple[Panel, ...]:
        """Operands and result."""
        return (*self.operands, self.result)


def choose(axes: Axes, whole: bool = False) -> tuple[int | None, int | None]:
    """Which axes become rows and columns: tokens down the side, the last other axis across.

    With `whole`, a tensor with one row for each sentence is shown as such a table.
    """
    if not axes:
        return None, None
    named = ax.names(axes)
    token = next((at for at, name in enumerate(named) if name in (ax.POS, ax.QUERY)), None)
    if token is None:
        return (0, 1) if len(axes) == 2 else (None, len(axes) - 1)
    if named == (ax.BATCH, ax.POS):
        return (0, 1) if whole else (1, None)
    if len(axes) == 1:
        return token, None
    last = len(axes) - 1
    return (token, last) if token != last else (last, None)


def panel(trace: Trace, name: str, selection: Selection, whole: bool = False) -> Panel:
    """Two dimensions of a tensor, read from the trace; where several entries are chosen, their mean or sum."""
    axes = trace.shapes[name]
    row, column = choose(axes, whole)
    if name in trace.program.sources:  # ids are names, not amounts
        selection = selection.single()
    derived = tuple((axis, some) for at, axis in enumerate(axes) if at != column and (some := selection.entries(axis)))
    if row is not None and any(axes[row] == axis for axis, _ in derived):
        row = None
    where: tuple[int | str, ...] = tuple(
        ROW if at == row else COLUMN if at == column else selection.of(axis) for at, axis in enumerate(axes)
    )
    if derived:
        values = combined(trace, name, where, derived, selection.how)
    else:
        values = trace.read(name, parts_at(where)[0])
    if values.ndim < 2:
        values = values.reshape((-1, 1) if column is None and row is not None else (1, -1))
    kind, low, high, shared = scale_of(trace, name)
    alias = GRADIENT if isinstance(trace, Gradients) else ""
    if derived and selection.how == SUM:
        # A sum of probabilities is none, and it leaves the range of its terms: it has a scale of its own.
        high = largest_size(values)
        kind, low, shared, alias = "signed", -high, (SUM,), SUM
    texts = trace.texts(name)
    sentence = where[0] if axes and axes[0].name == ax.BATCH and isinstance(where[0], int) else None

    def real(at: int | None, size: int) -> int:
        """Real tokens of the sentence shown; all of them where several sentences are on screen."""
        text = texts[at] if at is not None else None
        return size if text is None or sentence is None else min(int(text.lengths[sentence]), size)

    return Panel(
        name, axes, where, values, axes[row] if row is not None else None, axes[column] if column is not None else None,
        kind, low, high, shared, real(row, values.shape[0]), real(column, values.shape[1]),
        derived=derived, how=selection.how if derived else "", alias=alias,
    )  # fmt: skip


def with_pyramid(trace: Trace, panel: Panel) -> Panel:
    """The panel with its coarser copies, where it is large; they are made once for a run."""
    values = panel.values
    if values.size <= LARGE or values.dtype.kind != "f":
        return panel
    key = ("pyramid", panel.name, panel.where, panel.values.shape)
    return replace(panel, pyramid=trace.facts.get(key, lambda: Pyramid.of(values, panel.masked)))


def _is_pattern(trace: Trace, panel: Panel) -> bool:
    """Whether a panel's rows are shares of attention, or sums of such."""
    step = trace.program.by_name.get(panel.name)
    shares = step is not None and step.op.scale_kind == "probability"
    shown = panel.kind != "signed" or bool(panel.derived)
    return shares and shown and {ax.QUERY, ax.KEY} <= set(ax.names(panel.axes))


def finished(trace: Trace, panel: Panel) -> Panel:
    """A panel that is shown without what it was made from: its masked cells told by their exact 0, with its coarser
    copies."""
    if _is_pattern(trace, panel):
        masked = panel.values == 0
        panel = replace(panel, masked=masked if masked.any() else None)
    if panel.derived or panel.alias:
        large = panel.values.size > LARGE
        return replace(panel, pyramid=Pyramid.of(panel.values, panel.masked)) if large else panel
    return with_pyramid(trace, panel)


def shrunk(trace: Trace, panel: Panel, rows: int, columns: int) -> np.ndarray:
    """A panel's values at most so large, no extreme lost."""
    pyramid = with_pyramid(trace, panel).pyramid
    if pyramid is None:
        return pool(panel.values, rows, columns)
    high, wide = panel.values.shape
    return pyramid.window((0, high), (0, wide), rows, columns).values


def parts_at(
    where: Sequence[int | str], derived: Sequence[tuple[Axis, tuple[int, ...]]] = (), axes: Axes = ()
) -> list[Slices]:
    """What to read for a panel: one part of the tensor, or one for each combination of the derived axes' entries."""
    some = dict(derived)
    choices = [
        [slice(None)] if isinstance(at, str) else list(some.get(axes[n], (at,)) if axes else (at,))
        for n, at in enumerate(where)
    ]
    return list(product(*choices))


def combined(
    trace: Trace, name: str, where: Sequence[int | str], derived: Sequence[tuple[Axis, tuple[int, ...]]], how: str
) -> np.ndarray:
    """The mean or sum of several parts of a tensor, added up in float64."""
    found = parts_at(where, derived, trace.shapes[name])
    total = np.array(trace.read(name, found[0]), dtype=np.float64)
    with np.errstate(invalid="ignore"):
        for part in found[1:]:
            total += trace.read(name, part)
    if how == MEAN:
        total /= len(found)
    total.flags.writeable = False
    return total


def scale_group(program: Program, shapes: Mapping[str, Axes], name: str) -> tuple[str, ...]:
    """The tensors that share a colour scale with this one, so that ÷ √d is seen to pale.

    Signed tensors of query × key in one attention share; so do the two operands of q × kᵀ; others stand alone.
    """
    step = program.by_name.get(name)
    if step is None or step.op.scale_kind != "signed":
        return (name,)
    if {ax.QUERY, ax.KEY} <= set(ax.names(shapes[name])):
        return tuple(
            other.name
            for other in program.steps
            if other.name.rpartition(".")[0] == name.rpartition(".")[0]
            and ax.names(shapes[other.name]) == ax.names(shapes[name])
            and other.op.scale_kind == "signed"
        )
    for user, _ in program.consumers.get(name, ()):
        if user.op.picture == "turned":
            return tuple(dict.fromkeys(user.inputs))
    return (name,)


def scale_of(trace: Trace, name: str) -> tuple[str, float, float, tuple[str, ...]]:
    """Kind, range and scale group of a tensor; the range covers every batch row and head of the group."""
    step = trace.program.by_name.get(name)
    if isinstance(trace, Gradients):
        most = reach(trace, name)
        return "signed", -most, most, (GRADIENT,)
    if name in trace.program.sources:
        return "ids", 0.0, float(max(1, int(trace.read(name, (slice(None),) * len(trace.shapes[name])).max()))), (name,)
    if step is not None and step.op.scale_kind == "probability":
        return "probability", 0.0, 1.0, (name,)
    group = scale_group(trace.program, trace.shapes, name)
    most = max((reach(trace, one) for one in group), default=0.0)
    return "signed", -most, most, group


def reach(trace: Trace, name: str) -> float:
    """The largest finite |x| of a tensor or weight, pads left out: they are drawn hatched and need no colour."""
    return trace.reach(name)


def picture(trace: Trace, path: str, selection: Selection) -> Picture:
    """Lay out one step. Raises TraceError where a tensor is not there."""
    step = trace.program[path]
    result = panel(trace, path, selection, whole=step.op.picture == "alone")
    if result.derived:
        # What the operands make is each entry, not their mean or sum: the picture shows what was put together.
        rows = choose(trace.shapes[path])[0]
        whole = rows is not None and isinstance(result.where[rows], int)
        axis = trace.shapes[path][rows].name if rows is not None else ""
        plain: tuple[Panel, ...] = (panel(trace, path, selection.single(axis)),) if whole else ()
        if any(one.alias and one.alias == result.alias for one in plain):
            result, *rest = _one_scale((result, *plain))
            plain = tuple(rest)
        before = tuple(finished(trace, one) for one in plain)
        return Picture(path, "derived" if whole else "alone", before, finished(trace, result), trace.stats(path))
    selection = selection.single()
    drawn = {"product": 2, "turned": 2, "sum": 3, "times": 2, "arrow": 1}.get(step.op.picture, 0)
    operands = tuple(panel(trace, name, selection) for name in step.operands[:drawn])
    if step.op.picture == "sum":
        result, *rest = _one_scale((result, *operands))
        operands = tuple(rest)
    if result.kind == "probability" and operands and operands[0].values.shape == result.values.shape:
        scores, shares = operands[0].values, result.values
        key = ("masked", path, result.where)
        result = replace(result, masked=trace.facts.get(key, lambda: _masked_out(scores, shares)))
    return Picture(
        path, step.op.picture, tuple(with_pyramid(trace, one) for one in operands), with_pyramid(trace, result),
        trace.stats(path),
    )  # fmt: skip


def _masked_out(before: np.ndarray, after: np.ndarray) -> np.ndarray | None:
    """The cells that are an exact 0 because a mask said so; None where there are none."""
    least = before.min(initial=0)
    if least > -np.inf:
        return None
    masked = np.isneginf(before) & (after == 0)
    return masked if masked.any() else None


def _one_scale(panels: Sequence[Panel]) -> list[Panel]:
    """What is added and its sum on one scale: equal numbers have equal colours, so that the larger part is seen."""
    signed = [one for one in panels if one.kind == "signed"]
    high = max((one.high for one in signed), default=0.0)
    shared = tuple(dict.fromkeys(name for one in signed for name in one.shared))
    return [
        replace(one, low=-high, high=high, shared=shared) if one.kind == "signed" else one for one in panels
    ]  # fmt: skip
