"""Two tensors side by side, and their difference: of one run or of two, of one step or of two.

A tensor as it is looked at is a `Look`. Its rows and columns are matched with another's by position; what does not
match is said as data (`Note`), which the views word. No Qt.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tutor.engine import axes as ax
from tutor.engine.axes import Axis, Index
from tutor.engine.picture import GRADIENT, Panel, Picture, Selection, finished, panel
from tutor.engine.pooling import largest_size
from tutor.engine.records import dataclass
from tutor.engine.trace import Stats, Trace, TraceError, statistics
from tutor.engine.working import Line, Link, Note, Working, number, row

BESIDE, MINUS = "beside", "minus"
#: What the scale of a difference is known by.
DIFFERENCE = "difference"
_NOTHING = Selection()


class CompareError(TraceError):
    """Two tensors have no difference; the message is one sentence, `note` the same as data."""

    def __init__(self, note: Note) -> None:
        super().__init__(
            f"{note.facts['now']} and {note.facts['held']} have no difference: compare tensors of one shape."
        )
        self.note = note


@dataclass(frozen=True, eq=False)
class Look:
    """One tensor of one run as it is looked at: its step, and what is selected of the axes that are not on screen."""

    trace: Trace
    path: str
    selection: Selection = _NOTHING

    def panel(self) -> Panel:
        """The tensor as its picture's result shows it. Raises TraceError."""
        step = self.trace.program[self.path]
        return panel(self.trace, self.path, self.selection, whole=step.op.picture == "alone")

    def same(self, other: Look) -> bool:
        """Whether the other shows the very same numbers: one run, one step, one part of it."""
        if self.trace is not other.trace or self.path != other.path:
            return False
        axes = self.trace.shapes[self.path]
        one, two = self.selection, other.selection
        return all(
            (one.entries(axis) or one.of(axis)) == (two.entries(axis) or two.of(axis)) for axis in axes
        ) and (one.how == two.how or not any(one.entries(axis) for axis in axes))


@dataclass(frozen=True, eq=False)
class Pair:
    """Two panels on one scale, cut to the rows and columns they have in common, and what a learner should know."""

    now: Panel
    held: Panel
    notes: tuple[Note, ...] = ()
    #: Why there is no difference; None where there is one.
    misfit: Note | None = None


def pair(now: Look, held: Look) -> Pair:
    """Two looks made fit to be compared. Raises TraceError where a tensor is not there."""
    one, two = now.panel(), held.panel()
    notes: list[Note] = []
    misfit = None
    if one.values.shape != two.values.shape:
        misfit = Note("compare.shapes", {"now": shape_words(one), "held": shape_words(two)})
        common = tuple(
            min(mine, theirs) if _tokens(a) and _tokens(b) else None
            for mine, theirs, a, b in zip(
                one.values.shape, two.values.shape, (one.rows, one.columns), (two.rows, two.columns)
            )
        )
        before = one.values.shape, two.values.shape
        one, two = (_cut(each, *common) for each in (one, two))
        if (one.values.shape, two.values.shape) != before:
            notes.append(Note("compare.cut", {
                "rows": one.values.shape[0], "columns": one.values.shape[1], "of_rows": before[0][0],
                "of_columns": before[0][1], "held_rows": before[1][0], "held_columns": before[1][1],
            }))  # fmt: skip
    differ = _other_tokens(now.trace, one, held.trace, two)
    if differ is not None:
        notes.append(differ)
    if one.kind == two.kind and one.kind != "ids":
        low, high = min(one.low, two.low), max(one.high, two.high)
        shared = tuple(dict.fromkeys((*one.shared, *two.shared)))
        one, two = (replace(each, low=low, high=high, shared=shared) for each in (one, two))
    return Pair(finished(now.trace, one), finished(held.trace, two), tuple(notes), misfit)


def beside(now: Look, held: Look) -> Picture:
    """The held tensor and the current one, side by side on one scale."""
    made = pair(now, held)
    return Picture(
        now.path, BESIDE, (made.held,), made.now, now.trace.stats(now.path), (held.trace, now.trace), made.notes
    )  # fmt: skip


def gradient(now: Look, held: Look) -> Picture:
    """A tensor and, in its own rows and columns, the gradient `held` of a goal with respect to it. Each has a scale of
    its own, since they are different amounts. Raises TraceError."""
    values, slopes = finished(now.trace, now.panel()), finished(held.trace, held.panel())
    return Picture(
        now.path, GRADIENT, (values,), slopes, held.trace.stats(now.path), (now.trace, held.trace)
    )  # fmt: skip


def difference(now: Look, held: Look) -> Picture:
    """Current − held = difference, cell by cell.

    An exact 0 is one: equal numbers, equal infinities too, differ by 0. The scale reaches to the largest difference:
    of the whole tensor where both looks show the same part of one shape, so that it stays from head to head.
    Raises CompareError where the shapes differ.
    """
    made = pair(now, held)
    if made.misfit is not None:
        raise CompareError(made.misfit)
    values = minus(made.now.values, made.held.values)
    most = largest_size(values)
    shapes = now.trace.shapes[now.path], held.trace.shapes[held.path]
    if now.path == held.path and now.selection == held.selection and not made.now.derived and shapes[0] == shapes[1]:
        every = minus(now.trace[now.path], held.trace[held.path])
        most = largest_size(every.reshape(-1, every.shape[-1]))
    found = replace(
        made.now, values=values, kind="signed", low=-most, high=most, shared=(DIFFERENCE,), alias=DIFFERENCE,
        masked=None, pyramid=None, real_rows=min(made.now.real_rows, made.held.real_rows),
        real_columns=min(made.now.real_columns, made.held.real_columns),
    )  # fmt: skip
    notes = made.notes
    if bool(np.isposinf(values).any() or np.isneginf(values).any()):
        notes += (Note("compare.infinite"),)
    found = finished(now.trace, found)
    return Picture(
        now.path, MINUS, (made.now, made.held), found, stats_of(found), (now.trace, held.trace, now.trace), notes
    )  # fmt: skip


def minus(now: np.ndarray, held: np.ndarray) -> np.ndarray:
    """now − held in float64; equal infinities differ by 0."""
    with np.errstate(invalid="ignore"):
        found = np.where(now == held, 0.0, now.astype(np.float64) - held)
    found.flags.writeable = False
    return found


def working(now: Look, held: Look, index: Index) -> Working:
    """How one cell of a difference came about: both values, with links, and the subtraction."""
    made = pair(now, held)
    place = made.now.place(index)
    if made.misfit is not None or place is None:
        raise CompareError(made.misfit or Note("compare.shapes", {"now": now.path, "held": held.path}))
    mine, theirs = float(made.now.values[place]), float(made.held.values[place])
    there = made.held.index(*place)
    result = 0.0 if mine == theirs else mine - theirs
    here = Link(now.path, tuple(index))
    # The held cell may be of another run, which a link cannot name: it is told, not linked.
    other = Link(held.path, there) if held.trace is now.trace else None
    return Working(
        result, row(number(mine, here), "−", number(theirs, other)), abs(mine) + abs(theirs),
        lines=(Line(here.text(), mine, here), Line(Link(held.path, there).text(), theirs, other)),
        sources=(here, *((other,) if other is not None else ())),
        note=Note("compare.difference"), name=now.path, index=tuple(index),
        stored=float(minus(made.now.values[place], made.held.values[place])),
    )  # fmt: skip


def shape_words(of: Panel) -> str:
    """A panel's shape as text: `pattern [16 query_pos, 16 key_pos]`."""
    shown = [one for one in (of.rows, of.columns) if one is not None]
    return f"{of.name.rsplit('.', 1)[-1]} {ax.text(tuple(shown))}"


def stats_of(of: Panel) -> Stats:
    """Statistics of the real part of a panel."""
    part = of.values[: of.real_rows, : of.real_columns]
    return statistics(part, ax.axes(("rows", part.shape[0]), ("columns", part.shape[1])), (None, None))


def _tokens(axis: Axis | None) -> bool:
    return axis is not None and axis.name in ax.TOKEN_AXES


def _cut(of: Panel, rows: int | None, columns: int | None) -> Panel:
    """The first rows and columns of a panel."""
    values = of.values[:rows, :columns]
    return replace(
        of, values=values, real_rows=min(of.real_rows, values.shape[0]),
        real_columns=min(of.real_columns, values.shape[1]), masked=None, pyramid=None,
    )  # fmt: skip


def _other_tokens(trace: Trace, one: Panel, other_trace: Trace, other: Panel) -> Note | None:
    """At how many positions the rows (or else the columns) are other tokens; None for none."""
    for mine, theirs, count in ((one.rows, other.rows, 0), (one.columns, other.columns, 1)):
        texts = _ids(trace, one, mine), _ids(other_trace, other, theirs)
        if texts[0] is None or texts[1] is None:
            continue
        size = min(one.values.shape[count], other.values.shape[count])
        differ = int((texts[0][:size] != texts[1][:size]).sum())
        if differ:
            return Note("compare.tokens", {"count": differ, "of": size})
    return None


def _ids(trace: Trace, of: Panel, axis: Axis | None) -> np.ndarray | None:
    if axis is None or not _tokens(axis):
        return None
    at = [one == axis for one in of.axes].index(True)
    text = trace.texts(of.name)[at]
    if text is None:
        return None
    batched = bool(of.axes) and of.axes[0].name == ax.BATCH and isinstance(of.where[0], int)
    row_ = int(of.where[0]) if batched else 0
    found: np.ndarray = text.ids[row_]
    return found
