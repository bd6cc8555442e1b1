"""The working of a cell that is the mean or sum of several: which cells of the model went into it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tutor.engine import axes as ax
from tutor.engine.axes import Index
from tutor.engine.picture import MEAN, Selection, parts_at
from tutor.engine.trace import Trace
from tutor.engine.working import Line, Link, Math, Note, Working, bracket, fraction, number, row, symbol

#: So many numbers are put into the formula; of more it says how many.
_SHOWN = 4


def is_derived(trace: Trace, name: str, selection: Selection) -> bool:
    """Whether what is shown of a tensor is the mean or sum of several entries, and so no tensor of the model."""
    return name not in trace.program.sources and any(selection.entries(axis) for axis in trace.shapes[name])


def cells(trace: Trace, name: str, index: Sequence[int], selection: Selection) -> list[Index]:
    """The cells that a shown one is the mean or sum of."""
    axes = trace.shapes[name]
    at = ax.cell(axes, index)
    some = [(axis, entries) for axis in axes if (entries := selection.entries(axis))]
    return [tuple(int(entry) for entry in part) for part in parts_at(at, some, axes)]  # type: ignore[arg-type]


def working(trace: Trace, name: str, index: Sequence[int], selection: Selection) -> Working:
    """How a mean or sum came about: every cell in it, with a link. Raises TraceError or AxesError."""
    found = cells(trace, name, index, selection)
    values = [float(trace.read(name, cell)) for cell in found]
    total = math.fsum(values) if all(map(math.isfinite, values)) else sum(values)
    mean = selection.how == MEAN
    result = total / len(values) if mean else total
    links = [Link(name, cell) for cell in found]
    running = 0.0
    for value in values:  # as the picture adds them up
        running += value
    return Working(
        result, _equation(values, links, mean), sum(abs(one) for one in values if math.isfinite(one)),
        lines=tuple(Line(link.text().rsplit(".", 1)[-1], value, link) for link, value in zip(links, values)),
        sources=tuple(links), note=Note("derived.mean" if mean else "derived.sum", {"count": len(values)}),
        name=name, index=found[0], stored=running / len(values) if mean else running,
    )  # fmt: skip


def _equation(values: Sequence[float], links: Sequence[Link], mean: bool) -> Math:
    parts: list[Math | str] = []
    for at, (value, link) in enumerate(zip(values[:_SHOWN], links)):
        parts += ["+"] * (at > 0) + [number(value, link)]
    if len(values) > _SHOWN:
        parts += ["+", "…"]
    added = row(*parts)
    return fraction(added if len(values) > 1 else bracket(added), symbol(str(len(values)))) if mean else added
