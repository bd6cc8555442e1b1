"""All heads of a step, and the same step of every block: small pictures, and how spread out each head looks.

Which step of another block is the same follows from its operation, its axes and its place in the block, never from
its name. No Qt, no torch.
"""

from __future__ import annotations

import numpy as np

from tutor.engine import axes as ax
from tutor.engine.axes import Axes
from tutor.engine.picture import Selection, choose
from tutor.engine.pooling import largest_size, pool
from tutor.engine.program import Program, Section, Step
from tutor.engine.records import dataclass
from tutor.engine.trace import Trace

#: A thumbnail has at most so many rows and columns.
SIDE = 64


@dataclass(frozen=True, eq=False)
class Thumb:
    """One head of one step.

    Attributes:
        head: its number.
        values: [rows, columns], shrunk by largest size where they are many.
        masked: of `values`, the cells that are 0 because a mask said so, or belong to pads.
        entropy: the mean over its real rows of −Σ p log₂ p, in bits; None where the rows are no probabilities.
        largest: the largest finite |x| of its real cells.
        size: rows and columns before shrinking.
    """

    head: int
    values: np.ndarray
    masked: np.ndarray
    entropy: float | None
    largest: float
    size: tuple[int, int]


@dataclass(frozen=True, eq=False)
class Heads:
    """The heads of one step; `kind` is the colour map's, `largest` the reach of a signed one."""

    path: str
    kind: str
    thumbs: tuple[Thumb, ...]

    @property
    def largest(self) -> float:
        return max((one.largest for one in self.thumbs), default=0.0)


def has_heads(trace: Trace, path: str) -> bool:
    """Whether a step's tensor has several heads that can be shown apart."""
    axes = trace.shapes[path]
    shown = choose(axes)
    return any(axis.name == ax.HEAD and axis.size > 1 and at not in shown for at, axis in enumerate(axes))


def count(trace: Trace, path: str) -> int:
    """How many heads a step's tensor has; 0 for a tensor without."""
    return next((axis.size for axis in trace.shapes[path] if axis.name == ax.HEAD), 0)


def entropy(rows: np.ndarray) -> float:
    """The mean over rows of −Σ p log₂ p, in bits. A masked 0 adds nothing; NaN where a row has one."""
    p = rows.astype(np.float64)
    if not p.size:
        return float("nan")
    with np.errstate(divide="ignore", invalid="ignore"):
        each = -np.where(p == 0, 0.0, p * np.log2(p)).sum(axis=-1)
    return float(each.mean()) + 0.0  # never −0


def thumb(trace: Trace, path: str, head: int, selection: Selection, side: int = SIDE) -> Thumb:
    """One head of a step. Raises TraceError."""
    axes = trace.shapes[path]
    row, column = choose(axes)
    where: list[int | slice] = []
    for at, axis in enumerate(axes):
        if at in (row, column):
            where.append(slice(None))
        else:
            where.append(min(head, axis.size - 1) if axis.name == ax.HEAD else selection.of(axis))
    values = trace.read(path, tuple(where))
    if values.ndim < 2:
        values = values.reshape((-1, 1) if column is None else (1, -1))
    real = _real(trace, path, axes, row, column, where, values.shape)
    part = values[: real[0], : real[1]]
    masked = values == 0 if _is_pattern(trace.program[path], axes) else np.isneginf(values)
    masked[real[0] :] = True
    masked[:, real[1] :] = True
    shape = min(side, values.shape[0]), min(side, values.shape[1])
    # A bin is masked where all of it is.
    shrunk = pool((~masked).astype(np.float32), *shape) == 0
    return Thumb(
        head, pool(values, *shape), shrunk, entropy(part) if _is_pattern(trace.program[path], axes) else None,
        largest_size(part) if part.size else 0.0, values.shape,
    )  # fmt: skip


def heads(trace: Trace, path: str, selection: Selection, side: int = SIDE) -> Heads:
    """All heads of a step. Raises TraceError."""
    kind = trace.program[path].op.scale_kind
    return Heads(path, kind, tuple(thumb(trace, path, at, selection, side) for at in range(count(trace, path))))


def alike(program: Program, path: str) -> tuple[tuple[Section, str], ...]:
    """The same step in every block of its track, in order: (section, step), this one among them.

    The same is: the same operation in the same role, as the so-manieth of these in its block. Outside blocks a step is
    alike only to itself.
    """
    step = program[path]
    own = next(section for section in program.sections if section.name == program.stop_of(path).section)
    if own.number is None:
        return ((own, path),)
    at = [one.name for one in _of_kind(program, own, step)].index(path)
    found = []
    for section in program.sections:
        if section.number is not None and section.track == own.track:
            same = _of_kind(program, section, step)
            if at < len(same):
                found.append((section, same[at].name))
    return tuple(found)


def _of_kind(program: Program, section: Section, step: Step) -> list[Step]:
    """The steps of a section that do what this one does, in order."""
    kind = _kind(step)
    return [one for stop in section.stops for one in stop.steps if _kind(one) == kind]


def _kind(step: Step) -> tuple[object, ...]:
    return step.op.kind, step.role, len(step.inputs), len(step.weights)


def _is_pattern(step: Step, axes: Axes) -> bool:
    """Whether each row is a distribution over keys."""
    return step.op.scale_kind == "probability" and {ax.QUERY, ax.KEY} <= set(ax.names(axes))


def _real(
    trace: Trace, path: str, axes: Axes, row: int | None, column: int | None, where: list[int | slice],
    shape: tuple[int, int],
) -> tuple[int, int]:  # fmt: skip
    """Rows and columns before the padding of the sentence shown."""
    texts = trace.texts(path)
    sentence = where[0] if axes[0].name == ax.BATCH and isinstance(where[0], int) else None
    found = []
    for at, size in ((row, shape[0]), (column, shape[1])):
        text = texts[at] if at is not None else None
        found.append(size if text is None or sentence is None else min(int(text.lengths[sentence]), size))
    return found[0], found[1]


