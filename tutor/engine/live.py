"""The live back of a trace: program + weights → values, on demand, within a memory budget.

With `evaluate`, `laying` and `backprop`, the only module of the window's side of the engine that imports torch. What
is displayed never goes through a fused attention call: scores, mask and pattern are tensors of their own.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import torch

from tutor.engine import axes as ax
from tutor.engine import backprop, laying, narrow
from tutor.engine import evaluate as run
from tutor.engine.axes import Slices
from tutor.engine.cancelling import given_up
from tutor.engine.evaluate import MIB as MIB
from tutor.engine.evaluate import Cache, Values, evaluate, forward
from tutor.engine.goals import Goal
from tutor.engine.gradients import Gradients
from tutor.engine.later import Later
from tutor.engine.program import Program, lengths_of
from tutor.engine.spec import ModelSpec
from tutor.engine.tokens import Batch
from tutor.engine.trace import Cancelled, Plan, Trace, TraceError, frozen, looked_up
from tutor.engine.weights import Weights, check_weights, not_finite

DEFAULT_BUDGET = 512 * MIB
#: For weights that are read when they are needed: about one block of a large model.
WEIGHTS_BUDGET = 512 * MIB
DEVICES = ("auto", "cpu", "cuda", "mps")

#: From so many multiply-adds on, checkpoints are laid by fused kernels.
FUSED_FROM = 4_000_000_000
#: From so many cells on, a part of a tensor is made without the rest.
PART_FROM = 1 << 20


def pick_device(wanted: str) -> torch.device:
    """The device for `auto`, `cpu`, `cuda` or `mps`. Raises TraceError where it is not there."""
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if wanted == "auto":
        return torch.device(next((name for name, found in there.items() if found), "cpu"))
    if wanted not in DEVICES:
        raise TraceError(f"There is no device {wanted!r}: choose from {', '.join(DEVICES)}.")
    if not there.get(wanted, True):
        raise TraceError(f"This machine offers torch no {wanted} device: choose cpu or auto.")
    return torch.device(wanted)


class LiveTrace(Trace):
    """A run whose tensors are computed when they are asked for.

    Kept for good: each section's hand-over (the residual stream between blocks). Everything else lives in a
    cache of `budget` bytes and is recomputed from the nearest kept tensor. Safe to use from several threads.
    """

    def __init__(
        self,
        program: Program,
        spec: ModelSpec,
        weights: Weights,
        batch: Batch,
        device: str = "auto",
        budget: int = DEFAULT_BUDGET,
        parent: "LiveTrace | None" = None,
        target: Batch | None = None,
    ) -> None:
        """Raises WeightsError, AxesError, or TraceError for a device that is not there."""
        super().__init__(program, spec, batch, target)
        check_weights(program, weights, spec.name)
        self._device = pick_device(device)
        self._weights = weights
        self._on_device: dict[str, torch.Tensor] = {}
        self._read_weights = Cache(WEIGHTS_BUDGET)
        self._kept: Values = {}
        #: Checkpoints laid by fused kernels: good to start from; before one is shown, its steps are run.
        self._rough: set[str] = set()
        self._laid = False
        self._refined = 0
        self._cache = Cache(budget)
        self._parent = parent
        self._changed: frozenset[str] = frozenset()
        #: Tensors that were replaced as a whole: they come from nothing.
        self.fixed: frozenset[str] = frozenset()
        self._origin: LiveTrace | None = None
        self._lock = threading.RLock()
        if parent is None:
            for name in not_finite(weights)[:1]:
                self._say_not_finite(name)
        for name in program.sources if parent is None else ():
            self._kept[name] = torch.from_numpy(np.array(self._source(name))).to(self._device)

    @property
    def where(self) -> str:
        return self._device.type

    @property
    def cached_bytes(self) -> int:
        """Bytes in the cache, which the budget bounds."""
        return self._cache.bytes

    @property
    def kept_bytes(self) -> int:
        """Bytes of the residual checkpoints."""
        return sum(value.nbytes for value in self._kept.values())

    def prepare(
        self,
        progress: Callable[[float], None] = lambda done: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        """Lay the checkpoints, one section after the other; those of a large model by fused kernels, whose rounding
        is not that of the steps. Raises Cancelled or TraceError."""
        goals = self.program.checkpoints
        # Kernels know neither heads that are switched off nor numbers that were put.
        fused = self._is_large() and not self.touched
        shelf = laying.Shelf(sum(ax.count(self.shapes[name]) for name in goals) if fused else 0)
        for at, name in enumerate(goals):
            with self._lock:
                if self._find(name) is None and not (fused and self._lay(name, shelf, cancelled)):
                    self._compute(name, cancelled, remember=False)
            progress((at + 1) / len(goals))

    def _is_large(self) -> bool:
        program, shapes = self.program, self.shapes
        given = program.sources | {weight.name for weight in program.weights}
        macs = sum(
            step.op.macs(shapes[step.name], *(shapes[one] for one in step.operands))
            for step in program.steps
            if step.name not in given
        )
        return macs >= FUSED_FROM

    def _lay(self, name: str, shelf: laying.Shelf, cancelled: Callable[[], bool]) -> bool:
        """Lay one checkpoint by fused kernels. Returns whether it could be: where memory runs out, the steps, which
        know what to do then, are run instead. Raises Cancelled."""
        there = _Known(self)
        known = {name: there[name] for name in self._kept_names()}
        try:
            with torch.no_grad():
                found = laying.lay(self._plan, known, self._weight, forward, name, cancelled)
        except RuntimeError as error:
            if not _is_out_of_memory(error):
                raise
            return False
        if found is None:
            raise Cancelled
        self._kept[name] = shelf.put(found)
        self._rough.add(name)
        self._laid = True
        return True

    def _kept_names(self) -> list[str]:
        return [name for name in (*self.program.sources, *self.program.checkpoints) if self._find(name) is not None]

    @cached_property
    def _plan(self) -> tuple[laying.Piece, ...]:
        padded = any(int(batch.lengths.min()) < batch.n_pos for batch in self.batches.values())
        in_parts = {name for name, held in self._weights.items() if isinstance(held, Later) and held.nbytes > run.SLICE}
        return laying.pieces(self.program, self.shapes, padded, in_parts)

    def read(self, name: str, slices: Slices) -> np.ndarray:
        if name not in self.shapes:
            raise TraceError(f"This model has no tensor named {name}.")
        if name in self._weights:
            held = self._weights[name]
            return frozen(np.asarray(held.part(slices) if isinstance(held, Later) else held[tuple(slices)]))
        value = self._part(name, slices)
        if value is None:
            value = self._value(name)[tuple(slices)]
        return frozen(value.detach().cpu().numpy())

    def _part(self, name: str, slices: Slices) -> torch.Tensor | None:
        """A small part of a large tensor that is not there, without making the rest; None where that is no gain."""
        axes = self.shapes[name]
        part = tuple(narrow.span(one, axis.size) for axis, one in zip(axes, slices))
        one_head = any(axis.name == ax.HEAD and one.stop - one.start < axis.size for axis, one in zip(axes, part))
        if ax.count(axes) < PART_FROM and not one_head:
            return None
        sizes = [max(0, one.stop - one.start) for one in part]
        steps = [one.step not in (None, 1) for one in slices if isinstance(one, slice)]
        if len(slices) != len(axes) or any(steps) or 4 * math.prod(sizes) > ax.count(axes) or 0 in sizes:
            return None
        with self._lock:
            if self._find(name) is not None or (self._parent is not None and name not in self._changed):
                return None
            plan = narrow.plan(self.program, self.shapes, name, part, self._is_known)
            if plan is None or any(piece.step.name in self.patches for piece in plan):
                return None
            if max(ax.count(self.shapes[piece.step.name]) for piece in plan) < PART_FROM:
                return None  # the whole is as quick, and there for the next part
            made = self._run_parts(plan)
        value, whole = made[name]
        inside = narrow.within(part, whole)
        return value[tuple(one if isinstance(asked, slice) else one.start for asked, one in zip(slices, inside))]

    def _is_known(self, name: str) -> bool:
        return self._find(name) is not None or (self._parent is not None and name not in self._changed)

    def _run_parts(self, plan: tuple[narrow.Piece, ...]) -> dict[str, tuple[torch.Tensor, narrow.Part]]:
        """Run steps in part; what comes out whole is remembered."""
        made: dict[str, tuple[torch.Tensor, narrow.Part]] = {}
        known = _Known(self)
        with torch.no_grad():
            for piece in plan:
                operands = []
                for operand, need in zip(piece.step.operands, piece.operands):
                    if operand in made:
                        value, there = made[operand]
                        need = narrow.within(need, there)
                    else:
                        value = self._weight(operand) if operand in self._weights else known[operand]
                    whole = narrow.is_whole(self.shapes[operand], need) and operand not in made
                    part = value.part if isinstance(value, Later) else value.__getitem__
                    operands.append(value if whole else torch.as_tensor(part(need), device=self._device))
                shapes = [
                    tuple(ax.Axis(axis.name, size) for axis, size in zip(self.shapes[one], value.shape))
                    for one, value in zip(piece.step.operands, operands)
                ]
                result = forward(piece.op, operands, shapes)[piece.cut]
                name = piece.step.name
                made[name] = result, piece.part
                if narrow.is_whole(self.shapes[name], piece.part):
                    self._cache.put(name, result)
        return made

    def with_override(self, name: str, values: np.ndarray) -> "LiveTrace":
        if name not in self.shapes:
            raise TraceError(f"This model has no tensor named {name}.")
        ax.check(name, self.shapes[name], np.shape(values))
        weights = self._weights
        if name in self.program.weight_by_name:
            weights = {**weights, name: np.array(values, dtype=np.float32)}
        child = LiveTrace(
            self.program, self.spec, weights, self.batch, self.where, self._cache.budget, self, self.target
        )  # fmt: skip
        child._changed = self.program.downstream(name)
        if name not in self.program.weight_by_name:
            kind = np.int64 if name in self.program.sources else np.float32
            child._kept[name] = torch.from_numpy(np.array(values, dtype=kind)).to(child._device)
        child._on_device = {one: on for one, on in self._on_device.items() if one != name}
        child._keep_changes(self)
        child.patches = {one: found for one, found in self.patches.items() if one != name}
        child.fixed = self.fixed | ({name} & self.program.by_name.keys())
        if name not in self.program.weight_by_name:
            child._read_weights = self._read_weights
        return child

    def changed(self, plan: Plan) -> "LiveTrace":
        program, weights = plan.program, self._weights
        if plan.weights:
            weights = {**weights, **{name: np.array(one, dtype=np.float32) for name, one in plan.weights.items()}}
        child = LiveTrace(program, self.spec, weights, plan.batch, self.where, self._cache.budget, self, plan.target)
        own = {step.name for step in program if self.program.by_name.get(step.name) != step}
        own |= plan.patches.keys() & program.by_name.keys()
        for name, batch in child.batches.items():
            for source, now in ((name, batch.ids), (lengths_of(name), batch.lengths)):
                was = self._source(source)
                if was is None or not np.array_equal(now, was):
                    child._kept[source] = torch.from_numpy(np.array(now)).to(child._device)
                    own.add(source)
        for step in program:
            if not plan.weights.keys().isdisjoint(step.weights) or not own.isdisjoint(step.inputs):
                own.add(step.name)
        child._changed = frozenset(own)
        child._on_device = {name: on for name, on in self._on_device.items() if name not in plan.weights}
        if not plan.weights and (plan.batch, plan.target) == (self.batch, self.target):
            child._read_weights = self._read_weights
        child.told, child.touched = (*self.told, *plan.told), self.touched | own
        child.patches = {**self.patches, **plan.patches}
        child._origin, child.fixed = self.origin, self.fixed
        return child

    @property
    def laid(self) -> bool:
        return self._laid

    @property
    def origin(self) -> "LiveTrace":
        return self if self._origin is None else self._origin

    @property
    def edition(self) -> int:
        return self._refined + (self._parent.edition if self._parent is not None else 0)

    def _keep_changes(self, of: "LiveTrace") -> None:
        self.told, self.touched, self.patches, self._origin = of.told, of.touched, of.patches, of._origin
        self.fixed = of.fixed

    def with_target(self, target: Batch) -> "LiveTrace":
        """The same source with another target: what the source alone decides is shared, not computed again."""
        made = LiveTrace(
            self.program, self.spec, self._weights, self.batch, self.where, self._cache.budget, target=target
        )  # fmt: skip
        made._on_device, made._read_weights = self._on_device, self._read_weights
        made._keep_changes(self)
        depends = self.program.downstream(self.program.streams[-1])
        made._kept |= {
            name: value for name, value in self._kept.items() if name not in depends | self.program.sources
        }
        made._rough = self._rough & set(made._kept)
        return made

    def with_source(self, source: Batch) -> "LiveTrace":
        """Another text in place of the first, through the same model; nothing is shared but the weights."""
        made = LiveTrace(
            self.program, self.spec, self._weights, source, self.where, self._cache.budget, target=self.target
        )  # fmt: skip
        made._on_device = self._on_device
        made._keep_changes(self)
        return made

    def backward(
        self,
        goal: Goal,
        progress: Callable[[float], None] = lambda done: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Gradients:
        made = backprop.LiveGradients(self, goal, self._cache.budget)
        made.prepare(progress, cancelled)
        return made

    def find_fixed(self) -> frozenset[str]:
        return self.fixed

    def slopes(self, step: str, operand: int, index: Sequence[int]) -> np.ndarray:
        found = backprop.slopes(self.program, self.shapes, self.program[step], operand, index, self.read)
        if step in self.patches or step in self.fixed:
            part = self.program.use(self.program[step], operand, tuple(index), self.shapes)
            for patch in self.patches.get(step, ()):
                moved = np.zeros(ax.shape(self.shapes[step]), bool)
                moved[patch.part] = True
                found = np.where(moved[part], 0.0, found)
            found = np.zeros_like(found) if step in self.fixed else found
        return found

    @property
    def device(self) -> torch.device:
        return self._device

    def tensor(self, name: str) -> torch.Tensor:
        """The tensor itself, for training and gradients; never for a view."""
        return self._value(name)

    def weight(self, name: str) -> Any:
        """A weight as an operation reads it: on the device, or a `Later` where it is too large to be read whole."""
        return self._weight(name)

    def tensors(self, names: Sequence[str], cancelled: Callable[[], bool] = lambda: False) -> Values:
        """Several tensors of one section at once, for gradients: none is computed twice, whatever the cache holds.
        Raises Cancelled or TraceError."""
        with self._lock:
            for name in names:
                if name in self.program.checkpoints or name in self.program.sources:
                    self._value(name)
            found = self._compute_all(names, cancelled, True)
            return {name: value.to(self._device) for name, value in found.items()}

    def _find(self, name: str) -> torch.Tensor | None:
        """The value where it is kept, cached or shared, without computing."""
        if name in self._kept:
            return self._kept[name]
        found = self._cache.get(name)
        if found is None and self._parent is not None and name not in self._changed:
            # A rough checkpoint is made anew before anything that is shown is made from it.
            found = None if name in self._parent._rough else self._parent._find(name)
            if found is not None:
                found = found.to(self._device)
        return found

    def _value(self, name: str) -> torch.Tensor:
        with self._lock:
            if self._parent is not None and name not in self._changed and name not in self._kept:
                return self._parent._value(name).to(self._device)
            if name in self._rough:
                self._refine(name)
            found = self._find(name)
            return found if found is not None else self._compute(name)

    def _refine(self, name: str) -> None:
        """Make a checkpoint anew by its steps, before it is shown: then every number of its section follows from those
        on screen. What was made from the rough one goes."""
        rough = self._kept.pop(name)
        self._rough.discard(name)
        self._refined += 1
        try:
            self._compute(name)
        except BaseException:
            self._kept.setdefault(name, rough)
            self._rough.add(name)
            raise
        after = self.program.downstream(name) - {name}
        self._cache.drop(after)
        self._rough |= after & set(self._kept) - {name}

    def _weight(self, name: str) -> Any:
        """A weight on the device, or, where it is too large to be read whole, what reads it in parts."""
        held = self._weights[name]
        if isinstance(held, Later):
            return held if held.nbytes > run.SLICE and name not in self._rows_used else self._from_file(name)
        if name not in self._on_device:
            values = np.asarray(self._weights[name])
            if not values.flags.writeable:
                values = np.array(values)
            self._on_device[name] = torch.from_numpy(values).to(self._device)
        return self._on_device[name]

    def _from_file(self, name: str) -> torch.Tensor:
        """A weight that is read when it is needed, and kept while there is room."""
        found = self._read_weights.get(name)
        if found is None:
            held = self._weights[name]
            assert isinstance(held, Later)
            rows = self._rows_used.get(name)
            if rows is None:
                values = np.asarray(held)
            else:
                # Memory that nothing was written to takes no room: only the rows looked up do.
                values = np.zeros(held.shape, np.float32)
                for row in rows.tolist():
                    values[row] = held.part((row, slice(None)))
            if not_finite({name: values if rows is None else values[rows]}):
                self._say_not_finite(name)
            found = torch.from_numpy(values).to(self._device)
            self._read_weights.put(name, found)
        return found

    @cached_property
    def _rows_used(self) -> dict[str, np.ndarray]:
        return looked_up(self)

    def _say_not_finite(self, name: str) -> None:
        said = (
            f"The weight {name} holds NaN or infinite numbers, and what is computed from it will too: use another "
            "copy of the model."
        )
        if said not in self.notices:
            self.notices.append(said)

    def _compute(self, name: str, cancelled: Callable[[], bool] = given_up, remember: bool = True) -> torch.Tensor:
        return self._compute_all([name], cancelled, remember)[name]

    def _compute_all(self, names: Sequence[str], cancelled: Callable[[], bool], remember: bool) -> Values:
        try:
            return self._compute_here(names, cancelled, remember)
        except RuntimeError as error:
            if not _is_out_of_memory(error):
                raise
            if self._device.type == "cpu":
                raise TraceError(
                    f"There is not enough memory to compute {names[-1]}: use a shorter sentence."
                ) from None
        self._fall_back()
        return self._compute_here(names, cancelled, remember)

    def _compute_here(self, names: Sequence[str], cancelled: Callable[[], bool], remember: bool) -> Values:
        def keep(made: str, value: torch.Tensor) -> None:
            if made in self.program.checkpoints:
                self._kept[made] = value
            elif remember:
                self._cache.put(made, value)

        with torch.no_grad():
            known = _Known(self)
            return evaluate(
                self.program, self.shapes, known, self._weight, names, keep, cancelled, self._put, self.patches,
                self._cache.room,
            )  # fmt: skip

    def _put(self, name: str, value: torch.Tensor) -> torch.Tensor:
        """A computed value with the numbers that were put in its place."""
        for at, patch in enumerate(self.patches.get(name, ())):
            if not at:
                value = value.clone()  # it may be an operand's own
            value[patch.part] = torch.tensor(patch.values, dtype=value.dtype, device=value.device)
        return value

    def _fall_back(self) -> None:
        """Go on with the CPU: everything kept moves there, the cache is dropped."""
        lost = self._device.type
        self._device = torch.device("cpu")
        self._refined += 1
        self._cache.clear()
        self._on_device.clear()
        self._read_weights.clear()
        self._kept = {name: value.cpu() for name, value in self._kept.items()}
        if lost == "cuda":
            torch.cuda.empty_cache()
        self.notices.append(f"The {lost} device ran out of memory, so this run goes on with the CPU.")


def _is_out_of_memory(error: RuntimeError) -> bool:
    """Accelerators have an error of their own; the CPU's is told by its words alone."""
    words = ("out of memory", "not enough memory", "can't allocate memory")
    return isinstance(error, torch.OutOfMemoryError) or any(one in str(error).lower() for one in words)


class _Known(Mapping[str, torch.Tensor]):
    """What a trace has without computing, as `evaluate` looks it up; shared values come from the parent."""

    def __init__(self, trace: LiveTrace) -> None:
        self._trace = trace
        self._held: Values = {}

    def __contains__(self, name: object) -> bool:
        if name in self._held:
            return True
        trace = self._trace
        found = trace._find(str(name))
        if found is None and trace._parent is not None and name not in trace._changed:
            found = trace._parent._value(str(name)).to(trace._device)
        if found is None:
            return False
        self._held[str(name)] = found
        return True

    def __getitem__(self, name: str) -> torch.Tensor:
        if name not in self:
            raise KeyError(name)
        return self._held[name]

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)
