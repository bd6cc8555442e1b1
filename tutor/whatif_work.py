"""What the runner's thread does for what-if: runs with changes, which stages differ, what came of it.

No Qt, no torch.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tutor.engine import models, vocabulary
from tutor.engine.axes import Index
from tutor.engine.changes import Changes
from tutor.engine.program import Section
from tutor.engine.records import dataclass
from tutor.engine.spec import SpecError
from tutor.engine.trace import Cancelled, Trace
from tutor.engine.weights import WeightsError
from tutor.work import Handle

#: How many of the likeliest tokens are compared, afterwards and before.
LIKELIEST, BEFORE = 5, 1


@dataclass(frozen=True, eq=False)
class Made:
    """A run with some changes."""

    run: Trace
    changes: Changes


@dataclass(frozen=True)
class Chance:
    """A token's probability before and after the changes."""

    text: str
    id: int
    before: float
    after: float


@dataclass(frozen=True)
class Effect:
    """What came of the changes: the likeliest tokens at a position, and the chosen cell's number.

    `at` is that position (−1 where the model has no output over its vocabulary).
    """

    at: int = -1
    chances: tuple[Chance, ...] = ()
    cell: tuple[str, Index, float, float] | None = None


def make(original: Trace, changes: Changes, model: str, layers: int | None, job: Handle) -> Made:
    """The run with changes. Raises ChangeError, the engine's errors, or Cancelled."""
    found: models.Model | None
    try:
        found = models.find(model, layers)
        if found.spec.name != original.spec.name:
            found = None
    except (SpecError, WeightsError):  # only other sentences need it, and say so
        found = None
    run = changes.apply(original, found)
    run.prepare(job.progress, job.cancelled)
    return Made(run, changes)


def differing(original: Trace, run: Trace, section: Section, job: Handle) -> dict[str, bool]:
    """For each step of a section that a change may have reached: whether any of its numbers differs."""
    found = {}
    for stop in section.stops:
        for step in stop.steps:
            if step.name in run.touched:
                if job.cancelled():
                    raise Cancelled
                found[step.name] = not original.same_as(run, step.name, original.laid)
    return found


def effect(
    original: Trace, run: Trace, model: str, row: int, followed: Mapping[str, int],
    cell: tuple[str, Index] | None, job: Handle,
) -> Effect:  # fmt: skip
    """What came of the changes in the sentence `row`, at the token that is followed or the last.

    `followed` are such tokens by the name of their text.
    """
    compared = None
    if cell is not None:
        name, index = cell
        compared = (name, index, float(original.read(name, index)), float(run.read(name, index)))
    found = vocabulary.outputs(run.program, run.shapes)
    if found is None:
        return Effect(cell=compared)
    output = found[1]
    text = run.texts(output)[-2]
    assert text is not None
    stream = next(name for name, batch in run.batches.items() if batch is text)
    last = int(text.lengths[row]) - 1
    at = min(followed.get(stream, last), last)
    before, after = (one.read(output, (row, at, slice(None))) for one in (original, run))
    ids = _likeliest(before, after)
    names = vocabulary.of_trace(run, model).names(ids)
    chances = tuple(Chance(name, one, float(before[one]), float(after[one])) for name, one in zip(names, ids))
    return Effect(at, chances, compared)


def _likeliest(before: np.ndarray, after: np.ndarray) -> list[int]:
    """The likeliest tokens afterwards and the likeliest before, the likeliest afterwards first."""
    tops = {
        int(one)
        for values, count in ((after, LIKELIEST), (before, BEFORE))
        for one in np.argsort(-_finite(values), kind="stable")[:count]
    }
    return sorted(tops, key=lambda one: (-_finite(after)[one], -_finite(before)[one], one))


def _finite(values: np.ndarray) -> np.ndarray:
    return np.nan_to_num(values.astype(np.float64), nan=-1.0)

