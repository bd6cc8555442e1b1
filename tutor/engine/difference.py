"""The difference of two runs at one step, laid out for looking at: changed − original = difference."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tutor.engine.picture import Panel, Picture, Selection, panel, with_pyramid
from tutor.engine.pooling import LARGE, Pyramid, largest_size
from tutor.engine.trace import Trace, real_parts, statistics

#: The layout of such a picture.
DIFFERENCE = "difference"


def picture_of(run: Trace, original: Trace, path: str, selection: Selection) -> Picture:
    """One step of a run beside the same of its original. Ids, which mean nothing as a number, stand side by side.

    Raises TraceError where a tensor is not there or the shapes differ.
    """
    whole = run.program[path].op.picture == "alone"
    after, before = panel(run, path, selection, whole), panel(original, path, selection, whole)
    if after.kind == "ids":
        return Picture(path, "arrow", (before,), after, run.stats(path))
    # One range for both, or a change of size could not be seen.
    low, high = min(after.low, before.low), max(after.high, before.high)
    values = run.difference(original, path)
    axes = run.shapes[path]
    lengths = tuple(None if text is None else text.lengths for text in run.texts(path))
    most = max((largest_size(flat(part)) for part in real_parts(values, axes, lengths)), default=0.0)
    after, before = replace(after, low=low, high=high), replace(before, low=low, high=high)
    drawn = (with_pyramid(run, after), with_pyramid(original, before))
    return Picture(path, DIFFERENCE, drawn, _minus(after, before, most), statistics(values, axes, lengths))


def _minus(after: Panel, before: Panel, most: float) -> Panel:
    with np.errstate(invalid="ignore"):
        values = np.where(after.values == before.values, np.float32(0), after.values - before.values)
    return replace(
        after, values=values, kind="signed", low=-most, high=most, masked=None,
        # A scale of its own, apart from that of the tensor itself.
        shared=(f"{after.name} Δ",), pyramid=Pyramid.of(values, None) if values.size > LARGE else None,
    )  # fmt: skip


def flat(values: np.ndarray) -> np.ndarray:
    """The same numbers as a matrix."""
    return values.reshape(-1, values.shape[-1]) if values.ndim > 1 else values.reshape(1, -1)
