"""Trace: every tensor of one run by its full name.

The interface that both backs share. What crosses it is plain data and read-only numpy arrays, never a torch
object, so that the window cannot tell a live run from a saved file.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from tutor.engine import axes as ax
from tutor.engine.axes import Axes, Slices
from tutor.engine.facts import Facts
from tutor.engine.ops import Tokens
from tutor.engine.ops.lookup import given_working, token_working
from tutor.engine.pooling import largest_size
from tutor.engine.program import Program, Use, lengths_of
from tutor.engine.records import dataclass
from tutor.engine.spec import ModelSpec
from tutor.engine.tokens import Batch
from tutor.engine.working import Link, Note, Working, number

if TYPE_CHECKING:
    from tutor.engine.goals import Goal
    from tutor.engine.gradients import Gradients

CANNOT_RECOMPUTE = "A saved trace holds its numbers and cannot recompute: run its sentence on the model first."


class TraceError(RuntimeError):
    """Something a trace cannot give; the message is one sentence that names the mend."""


class EngineLost(TraceError):
    """The engine's process has ended; the sentence says how, and how to go on."""


class Cancelled(Exception):
    """The learner cancelled the run."""


@dataclass(frozen=True)
class Stats:
    """Statistics of the real positions of a tensor; pads are left out, and so is what is not finite."""

    low: float
    high: float
    mean: float
    std: float
    #: Σ|x| / count
    size: float
    count: int
    masked: int
    nan: int
    zeros: int


@dataclass(frozen=True, eq=False)
class Patch:
    """A part of a tensor whose numbers were put there in place of the computed ones.

    Attributes:
        part: which part. values: its numbers, of a shape that spreads over the part.
        why: "set" by the learner, "off" where it was switched off, "from" where they are another text's.
        text: that text, else "".
        was: the number that was there, where no operation can say it: of an id.
    """

    part: Slices
    values: np.ndarray
    why: str = "set"
    text: str = ""
    was: float | None = None

    def holds(self, index: Sequence[int]) -> bool:
        """Whether a cell lies in the part."""
        return all(
            at in range(*one.indices(1 << 40)) if isinstance(one, slice) else at == one
            for one, at in zip(self.part, index)
        )


@dataclass(frozen=True, eq=False)
class Plan:
    """A run as it should be with changes: another program of the same names, other weights, other ids, and numbers
    put in place of computed ones. `told` are the changes as people write them."""

    program: Program
    weights: Mapping[str, np.ndarray]
    batch: Batch
    target: Batch | None
    patches: Mapping[str, tuple[Patch, ...]]
    told: tuple[str, ...] = ()


class Trace(ABC):
    """Values by name.

    Attributes:
        program, spec, batch: what was run on what.
        target: the target's tokens, for a model that reads two texts.
        batches: the tokens of each text, by the name of its ids.
        shapes: axes of every tensor and weight.
        notices: sentences about this run that the learner should see (a fall-back to the CPU, say).
        told: what was changed in this run, as people write it; () for the model's own numbers.
        patches: the numbers that were put in place of computed ones, by tensor.
        touched: the steps that a change may have reached.
        facts: what was found out about its tensors; they never change.
    """

    def __init__(self, program: Program, spec: ModelSpec, batch: Batch, target: Batch | None = None) -> None:
        """Raises TraceError where the model reads two texts and is given one, or the other way round."""
        given = [batch] if target is None else [batch, target]
        if len(given) != len(program.streams):
            raise TraceError(
                f"{spec.name} reads {'a source and a target' if len(program.streams) > 1 else 'one text'}: give "
                f"{'both' if len(program.streams) > 1 else 'no target'}."
            )
        if target is not None and target.n_rows != batch.n_rows:
            raise TraceError(
                f"There are {batch.n_rows} sources and {target.n_rows} targets: give one target for each source."
            )
        self.program = program
        self.spec = spec
        self.batch = batch
        self.target = target
        self.batches: Mapping[str, Batch] = dict(zip(program.streams, given))
        self.shapes: Mapping[str, Axes] = program.shapes(batch.n_rows, *(one.n_pos for one in given))
        self.notices: list[str] = []
        self.told: tuple[str, ...] = ()
        self.patches: Mapping[str, tuple[Patch, ...]] = {}
        self.touched: frozenset[str] = frozenset()
        self.facts = Facts()

    @abstractmethod
    def read(self, name: str, slices: Slices) -> np.ndarray:
        """The named part of a tensor or weight as a read-only array; an int entry drops its axis.

        Raises TraceError for a name or part that is not there.
        """

    @abstractmethod
    def with_override(self, name: str, values: np.ndarray) -> "Trace":
        """The same run with one tensor or weight replaced: everything upstream is shared, all that depends on it
        recomputed on demand. Raises TraceError, and AxesError where the shape does not fit."""

    def changed(self, plan: Plan) -> "Trace":
        """The same run with changes: what they cannot reach is shared, the rest recomputed on demand. Raises
        TraceError where nothing can be recomputed."""
        raise TraceError(CANNOT_RECOMPUTE)

    def with_source(self, source: Batch) -> "Trace":
        """The same model and target with another text in place of the first. Raises TraceError where nothing can be
        recomputed."""
        raise TraceError(CANNOT_RECOMPUTE)

    def prepare(
        self,
        progress: Callable[[float], None] = lambda done: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        """Compute ahead what is kept, where anything is. Raises Cancelled or TraceError."""
        progress(1.0)

    def backward(
        self,
        goal: "Goal",
        progress: Callable[[float], None] = lambda done: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> "Gradients":
        """The gradient of one number of this run with respect to every tensor and weight, as a trace of the same
        shapes. Raises Cancelled, GoalError for a number that is not there, TraceError where nothing can be
        recomputed."""
        raise TraceError(CANNOT_RECOMPUTE)

    def find_fixed(self) -> frozenset[str]:
        """The tensors that were replaced as a whole: no gradient passes through them."""
        return frozenset()

    def slopes(self, step: str, operand: int, index: Sequence[int]) -> np.ndarray:
        """How the cells of a step move with one cell of one of its operands alone: ∂step[part] / ∂operand[index], over
        the part that `used_by` names, in float64. 0 where other numbers were put. Raises TraceError where nothing can
        be recomputed."""
        raise TraceError(CANNOT_RECOMPUTE)

    @property
    def laid(self) -> bool:
        """Whether some of it was laid by fused kernels: equal numbers may then differ by a rounding."""
        return False

    @property
    def origin(self) -> "Trace":
        """The run without changes; itself where there are none."""
        return self

    @property
    def edition(self) -> int:
        """Counts up where numbers that were read before may come out otherwise by a rounding."""
        return 0

    @property
    @abstractmethod
    def where(self) -> str:
        """Where the numbers come from: `cpu`, `cuda`, `mps` or `saved`."""

    def __getitem__(self, name: str) -> np.ndarray:
        """The whole tensor or weight, read-only."""
        if name not in self.shapes:
            raise TraceError(f"This model has no tensor named {name}.")
        return self.read(name, (slice(None),) * len(self.shapes[name]))

    def _source(self, name: str) -> np.ndarray | None:
        return self._sources.get(name)

    @cached_property
    def _sources(self) -> dict[str, np.ndarray]:
        found = {}
        for name, batch in self.batches.items():
            found[name], found[lengths_of(name)] = batch.ids, batch.lengths
        return found

    @cached_property
    def _texts(self) -> Mapping[str, tuple[str | None, ...]]:
        return self.program.texts(self.shapes)

    def texts(self, name: str) -> tuple[Batch | None, ...]:
        """For each axis of a tensor: the tokens that run along it, None for what is no row of tokens."""
        found = self._texts.get(name, (None,) * len(self.shapes[name]))
        return tuple(None if one is None else self.batches[one] for one in found)

    def working(self, name: str, index: Sequence[int]) -> Working:
        """How one cell came about, with the value it holds. Raises TraceError or AxesError."""
        if name not in self.program.by_name:
            raise TraceError(f"{name} is not computed by this model: it is given.")
        at = ax.cell(self.shapes[name], index)
        stored = float(self.read(name, at))
        if isinstance(self.program[name].op, Tokens):
            made = token_working(Link(name, at), int(stored), stored)
        else:
            made = self.program.working(self.read, name, at, self.shapes)
            row = made.row
            if row is not None:  # a row runs along the last axis
                whole = self.read(name, (*at[:-1], slice(None))).astype(np.float64)
                row = replace(row, stored=whole)
            made = replace(made, stored=stored, row=row)
        patch = self.patch_at(name, at)
        return made if patch is None else put(made, patch)

    def patch_at(self, name: str, index: Sequence[int]) -> Patch | None:
        """What put the number of this cell there; None for one that was computed."""
        return next((one for one in reversed(self.patches.get(name, ())) if one.holds(index)), None)

    def explain(self, name: str, index: Sequence[int]) -> Working:
        """How a cell came about; of a weight or another given number, that it was given. Raises TraceError or
        AxesError."""
        if name in self.program.by_name or name not in self.shapes:
            return self.working(name, index)
        at = ax.cell(self.shapes[name], index)
        made = given_working(Link(name, at), float(self.read(name, at)))
        patch = self.patch_at(name, at)
        return made if patch is None else put(made, patch)

    def reads(self, name: str, index: Sequence[int]) -> tuple[tuple[str, Slices], ...]:
        """For a cell: each operand's name and the part of it that the cell comes from."""
        return self.program.reads(name, index, self.shapes)

    def used_by(self, name: str, index: Sequence[int]) -> tuple[Use, ...]:
        """Who uses this number: the parts of later tensors that a cell goes into."""
        return self.program.used_by(name, index, self.shapes)

    def is_pad(self, name: str, index: Sequence[int]) -> bool:
        """Whether a cell belongs to a padding position."""
        axes = self.shapes[name]
        if not axes or axes[0].name != ax.BATCH:
            return False
        row = index[0]
        return any(text is not None and at >= int(text.lengths[row]) for text, at in zip(self.texts(name), index))

    def stats(self, name: str) -> Stats:
        """Statistics over real positions only."""
        return self.facts.get(("stats", name), lambda: self.find_stats(name))

    def find_stats(self, name: str) -> Stats:
        """These, found out anew."""
        return statistics(self[name], self.shapes[name], self._lengths(name))

    def reach(self, name: str) -> float:
        """The largest finite |x| of a tensor or weight over real positions, 0 where there is none."""
        return self.facts.get(("reach", name), lambda: self.find_reach(name))

    def find_reach(self, name: str) -> float:
        """This, found out anew."""
        return max((largest_size(part.reshape(-1, part.shape[-1] if part.ndim else 1))
                    for part in self.real_parts(name) if part.size), default=0.0)  # fmt: skip

    def same_as(self, other: "Trace", name: str, roughly: bool = False) -> bool:
        """Whether a tensor has the same numbers in another run, `roughly` up to rounding; NaN is NaN."""
        return same(self[name], other[name], roughly)

    def real_parts(self, name: str) -> Iterator[np.ndarray]:
        """The parts of a tensor or weight that belong to no padding."""
        return real_parts(self[name], self.shapes[name], self._lengths(name))

    def _lengths(self, name: str) -> tuple[np.ndarray | None, ...]:
        return tuple(None if text is None else text.lengths for text in self.texts(name))

    def difference(self, other: "Trace", name: str) -> np.ndarray:
        """This run's tensor minus the other's, cell by cell; equal infinities differ by 0."""
        mine, theirs = self[name], other[name]
        if mine.shape != theirs.shape:
            raise TraceError(f"{name} has the shape {list(mine.shape)} here and {list(theirs.shape)} there.")
        with np.errstate(invalid="ignore"):
            return np.where(mine == theirs, 0.0, mine - theirs)


def put(made: Working, patch: Patch) -> Working:
    """The working of a cell whose number was put there: it says so, and what it would be."""
    was = made.result if patch.was is None else patch.was
    facts = {"was": was, "text": patch.text}
    key = "put changed" if patch.was is not None else f"put {patch.why}"
    value = float("nan") if made.stored is None else made.stored
    return replace(
        made, result=value, equation=number(value), scale=0.0, terms=None, lines=(), sources=(),
        note=Note(key, facts), figure=None, row=None, put=True,
    )  # fmt: skip


def real_parts(values: np.ndarray, axes: Axes, lengths: Sequence[np.ndarray | None]) -> Iterator[np.ndarray]:
    """The parts that belong to no padding. `lengths` has, for each axis that runs along tokens, the real ones of each
    row."""
    if axes and axes[0].name == ax.BATCH and any(one is not None for one in lengths):
        for row in range(axes[0].size):
            yield values[row][tuple(slice(None) if one is None else slice(int(one[row])) for one in lengths[1:])]
    else:
        yield values


_CHUNK = 1 << 17  # numbers looked at together: they stay in the processor's cache


def statistics(values: np.ndarray, axes: Axes, lengths: Sequence[np.ndarray | None]) -> Stats:
    """See `Stats` and `real_parts`. Looks at every number once."""
    low, high = np.inf, -np.inf
    total = square = size = 0.0
    good = count = masked = nan = zeros = 0
    shift: float | None = None
    for part in real_parts(values, axes, lengths):
        flat = part.reshape(-1)
        for start in range(0, flat.size, _CHUNK):
            chunk = flat[start : start + _CHUNK].astype(np.float64)
            count += chunk.size
            zeros += chunk.size - int(np.count_nonzero(chunk))
            finite = np.isfinite(chunk)
            if not finite.all():
                masked += int(np.isneginf(chunk).sum())
                nan += int(np.isnan(chunk).sum())
                chunk = chunk[finite]
            if not chunk.size:
                continue
            good += chunk.size
            low, high = min(low, float(chunk.min())), max(high, float(chunk.max()))
            size += float(np.abs(chunk).sum())
            # Distances from a number near the mean: their squares lose nothing.
            shift = float(chunk.mean()) if shift is None else shift
            chunk -= shift
            total += float(chunk.sum())
            square += float(chunk @ chunk)
    if shift is None:
        none = float("nan")
        return Stats(none, none, none, none, none, count, masked, nan, zeros)
    away = total / good
    return Stats(
        low, high, shift + away, max(square / good - away * away, 0.0) ** 0.5, size / good, count, masked, nan, zeros
    )


def looked_up(trace: Trace) -> dict[str, np.ndarray]:
    """For each weight that is only looked up: the rows this run's ids need."""
    found = {}
    program = trace.program
    for weight in program.weights:
        rows = [
            step.op.rows_used(trace.batches[step.inputs[0]].ids) if step.inputs[0] in trace.batches else None
            for step, _ in program.consumers.get(weight.name, ())
        ]
        if rows and all(one is not None for one in rows):
            found[weight.name] = np.unique(np.concatenate(rows)).astype(np.int64)  # type: ignore[arg-type]
    return found


#: What rounding alone may change, relative to the largest number of a tensor.
ROUNDING = 1e-5


def same(one: np.ndarray, other: np.ndarray, roughly: bool = False) -> bool:
    """Whether two tensors hold the same numbers, `roughly` up to rounding; NaN is NaN."""
    if one.shape != other.shape:
        return False
    if all(np.array_equal(a, b, equal_nan=True) for a, b in _chunks(one, other)):
        return True
    if not roughly:
        return False
    most = max((float(np.abs(a, where=np.isfinite(a), out=np.zeros_like(a)).max()) for a, _ in _chunks(one, one)),
               default=0.0)  # fmt: skip
    return all(np.allclose(a, b, rtol=0, atol=ROUNDING * most, equal_nan=True) for a, b in _chunks(one, other))


def _chunks(one: np.ndarray, other: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Both in pieces; numpy holds up other threads while it picks from large arrays."""
    flat, other_flat = one.reshape(-1), other.reshape(-1)
    for start in range(0, flat.size, _CHUNK):
        yield flat[start : start + _CHUNK], other_flat[start : start + _CHUNK]


def frozen(values: np.ndarray) -> np.ndarray:
    """A view that cannot be written through."""
    view = values.view()
    view.flags.writeable = False
    return view
