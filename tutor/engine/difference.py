"""The difference of two runs at one step, laid out for looking at: changed − original = difference."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tutor.engine.picture import Panel, Picture, Selection, panel
from tutor.engine.pooling import BASE, BIG, largest_size, pool
from tutor.engine.trace import Trace, statistics

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
    after, before = replace(after, low=low, high=high), replace(before, low=low, high=high)
    values = run.difference(original, path)
    lengths = tuple(None if text is None else text.lengths for text in run.texts(path))
    return Picture(path, DIFFERENCE, (after, before), _minus(after, before, values),
                   statistics(values, run.shapes[path], lengths))  # fmt: skip


def _minus(after: Panel, before: Panel, whole: np.ndarray) -> Panel:
    with np.errstate(invalid="ignore"):
        values = np.where(after.values == before.values, np.float32(0), after.values - before.values)
    most = largest_size(whole.reshape(-1, whole.shape[-1]) if whole.ndim > 1 else whole.reshape(1, -1))
    pooled = pool(values, *BASE) if values.size > BIG else None
    return replace(after, values=values, kind="signed", low=-most, high=most, shared=(after.name,), pooled=pooled)
