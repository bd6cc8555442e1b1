"""The backward pass: gradients step by step, from the goal towards the ids (Rumelhart, Hinton, Williams 1986).

Section after section, from the back: a section's values are recomputed from its checkpoint, each of its operations
passes the gradient of its result on to its operands, and only what crosses into an earlier section is kept. The
gradients within a section are made again when they are looked at. Imports torch.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from tutor.engine import axes as ax
from tutor.engine import evaluate as run
from tutor.engine import narrow
from tutor.engine.axes import Axes, Axis, Slices
from tutor.engine.evaluate import Cache, forward
from tutor.engine.goals import Goal
from tutor.engine.gradients import Gradients
from tutor.engine.later import Later
from tutor.engine.narrow import Part, Piece
from tutor.engine.ops import (
    Add,
    EvenSoftmax,
    Identity,
    Linear,
    Mask,
    MergeHeads,
    RepeatHeads,
    Scale,
    SilentSum,
    Softmax,
    SplitHeads,
    SwapHeads,
)
from tutor.engine.ops.base import Op
from tutor.engine.program import Program, Step
from tutor.engine.trace import Cancelled, frozen

if TYPE_CHECKING:
    from tutor.engine.live import LiveTrace

Tensor = torch.Tensor
#: Operations whose slopes are 0, 1 or one other number.
_PLAIN = (Add, Identity, Mask, MergeHeads, RepeatHeads, Scale, SplitHeads, SwapHeads)


class LiveGradients(Gradients):
    """Gradients of a live run. Kept for good: those that cross from one section into an earlier one. Everything else
    lives in a cache of the run's budget. Safe to use from several threads."""

    of: "LiveTrace"

    def __init__(self, of: "LiveTrace", goal: Goal, budget: int) -> None:
        super().__init__(of, goal)
        self._cache = Cache(budget)
        #: What later sections pass to a tensor, summed, and the part outside of which it is 0.
        self._incoming: dict[str, Tensor] = {}
        self._parts: dict[str, Part] = {}
        self._done: set[int] = set()
        self._lock = threading.RLock()

    @property
    def fixed(self) -> frozenset[str]:
        return self.of.fixed

    @cached_property
    def _sections(self) -> tuple[tuple[Step, ...], ...]:
        """Runs of steps of one section that the goal is computed from, in order."""
        runs: list[list[Step]] = []
        for step in self.program:
            if step.name in self.reached:
                if runs and runs[-1][-1].section == step.section:
                    runs[-1].append(step)
                else:
                    runs.append([step])
        return tuple(map(tuple, runs))

    @cached_property
    def _section_of(self) -> Mapping[str, int]:
        return {step.name: at for at, steps in enumerate(self._sections) for step in steps}

    def prepare(
        self,
        progress: Callable[[float], None] = lambda done: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        """Pass the gradients through all sections once. Raises Cancelled or TraceError."""
        count = len(self._sections)
        checkpoints = [name for name in self.program.checkpoints if name in self.reached]
        for at, name in enumerate(checkpoints):
            if cancelled():
                raise Cancelled
            self.of.tensor(name)  # as it is shown: laid by fused kernels it would differ by a rounding
            progress(0.25 * (at + 1) / len(checkpoints))
        for at in reversed(range(count)):
            with self._lock:
                if at not in self._done:
                    self._section(at, cancelled)
            progress(0.25 + 0.75 * (count - at) / count)

    def read(self, name: str, slices: Slices) -> np.ndarray:
        self.need(name)
        if name in self.program.weight_by_name:
            found = self._weight(name)
        elif name not in self.reached:
            return frozen(np.asarray(np.zeros(ax.shape(self.shapes[name]), np.float32)[tuple(slices)]))
        else:
            found = self._gradient(name)
        return frozen(found[tuple(slices)].detach().cpu().numpy())

    def _gradient(self, name: str) -> Tensor:
        """The gradient of a tensor that the goal is computed from."""
        with self._lock:
            found = self._cache.get(name)
            if found is None:
                found = self._section(self._section_of[name])[name]
            return found.to(self.of.device)

    def _section(self, at: int, cancelled: Callable[[], bool] = lambda: False) -> dict[str, Tensor]:
        """The gradients of all tensors of a section, after those behind it."""
        for later in range(len(self._sections) - 1, at, -1):
            if later not in self._done:
                self._section(later, cancelled)
        steps = self._sections[at]
        names = {step.name for step in steps}
        found: dict[str, Tensor] = {}
        passed: dict[str, Tensor] = {}
        parts: dict[str, Part] = {}
        for name in names & self._incoming.keys():
            found[name], parts[name] = self._incoming[name].to(self.of.device, copy=True), self._parts[name]
        if self.start in names:
            found[self.start], parts[self.start] = self._seed()
        values = self.of.tensors(self._read_by(steps), cancelled)
        for step in reversed(steps):
            if cancelled():
                raise Cancelled
            if step.name not in found:  # nothing that reaches it has a slope
                found[step.name] = self._zeros(step.name)
                parts[step.name] = tuple(slice(0, 0) for _ in self.shapes[step.name])
            if step.name in self.fixed or step.name in self.program.sources:
                continue
            for name, part, slope in self._pull(step, found[step.name], parts[step.name], values, self._wanted(step)):
                held = found if name in names else passed
                if name not in held:
                    held[name], parts[name] = self._zeros(name), part
                held[name][part] += slope.to(held[name].dtype)
                parts[name] = narrow.joined(parts[name], part)
        for name, gradient in found.items():
            self._cache.put(name, gradient)
            self._parts[name] = parts[name]
        if at not in self._done:
            self._done.add(at)
            for name, gradient in passed.items():
                before = self._incoming.get(name)
                self._incoming[name] = gradient if before is None else before.to(gradient.device) + gradient
                self._parts[name] = (
                    narrow.joined(self._parts[name], parts[name]) if before is not None else parts[name]
                )
        return found

    def _seed(self) -> tuple[Tensor, Part]:
        name, where, values = self.goal.seed(self.of)
        made = self._zeros(name)
        made[where] = torch.from_numpy(np.asarray(values, np.float32)).to(made.device)
        sizes = ax.shape(self.shapes[name])
        return made, tuple(
            slice(one, one + 1) if isinstance(one, int) else slice(*one.indices(size)[:2])
            for one, size in zip(where, sizes)
        )

    def _zeros(self, name: str) -> Tensor:
        return torch.zeros(ax.shape(self.shapes[name]), device=self.of.device)

    def _wanted(self, step: Step) -> tuple[int, ...]:
        """Which operands of a step a gradient is passed on to: the tensors."""
        return tuple(at for at, name in enumerate(step.inputs) if name not in self.program.sources)

    def _read_by(self, section: Sequence[Step]) -> list[str]:
        """What has to be known for the steps of a section to pass their gradients on."""
        steps = [step for step in section if step.name not in self.fixed and self._wanted(step)]
        return list(dict.fromkeys(name for step in steps for name in step.inputs))

    def _pull(
        self, step: Step, gradient: Tensor, part: Part, values: Mapping[str, Tensor], wanted: Sequence[int]
    ) -> list[tuple[str, Part, Tensor]]:
        """What the gradient of a step's result is for some of its operands: names, parts and slopes there."""
        if not wanted or any(one.stop <= one.start for one in part):
            return []
        reads_ids = any(name in self.program.streams for name in step.inputs)  # whose number says which positions
        piece = narrow.all_of(step, self.shapes) if reads_ids else narrow.piece(step, self.shapes, part)
        for patch in self.of.patches.get(step.name, ()):
            gradient = gradient.clone()
            gradient[patch.part] = 0.0  # a number that was put there comes from nothing
        operands = []
        for name, need in zip(step.operands, piece.operands):
            value = self.of.weight(name) if name in self.program.weight_by_name else values[name]
            whole = narrow.is_whole(self.shapes[name], need)
            operands.append(value if whole else value.part(need) if isinstance(value, Later) else value[need])
        made = pull(piece.op, operands, _cut(step, self.shapes, piece), piece.cut, gradient[piece.part], wanted)
        return [(step.operands[at], piece.operands[at], one) for at, one in zip(wanted, made) if one is not None]

    def _weight(self, name: str) -> Tensor:
        """∂goal/∂W: summed over the steps that read it."""
        with self._lock:
            found = self._cache.get(name)
            if found is not None:
                return found.to(self.of.device)
            total = self._zeros(name)
            uses: dict[str, list[int]] = defaultdict(list)
            for step, operand in self.program.consumers.get(name, ()):
                if step.name in self.reached and step.name not in self.fixed:
                    uses[step.name].append(operand)
            for user, wanted in uses.items():
                step = self.program[user]
                gradient = self._gradient(user)
                values = self.of.tensors([one for one in step.inputs if one not in self.program.sources])
                values.update({one: self.of.tensor(one) for one in step.inputs if one in self.program.sources})
                for _, part, slope in self._pull(step, gradient, self._parts[user], values, wanted):
                    total[part] += slope.to(total.dtype)
            self._cache.put(name, total)
            return total


def _cut(step: Step, shapes: Mapping[str, Axes], piece: Piece) -> list[Axes]:
    """The operands' axes, cut to the parts that are read."""
    return [
        tuple(Axis(axis.name, one.stop - one.start) for axis, one in zip(shapes[name], need))
        for name, need in zip(step.operands, piece.operands)
    ]


def pull(
    op: Op, operands: Sequence[Any], shapes: list[Axes], cut: Part, gradient: Tensor, wanted: Sequence[int]
) -> list[Tensor | None]:
    """The gradient of an operation's result passed on to some of its operands; None for one that is not used.

    Sums of products, and what only moves or adds up numbers, are differentiated in float32, as they were computed;
    everything else in float64, since the slopes of softmax, norms and activations are differences of nearly equal
    numbers. `cut` is the part of the result that the
    gradient is of.
    """
    exact = not op.sums_products and not isinstance(op, _PLAIN) and gradient.device.type != "mps"
    if isinstance(op, Linear) and isinstance(operands[1], Later) and operands[1].nbytes > run.SLICE and 1 not in wanted:
        return _pull_sliced(op, operands, shapes, cut, gradient, wanted)
    if isinstance(op, Linear) and tuple(wanted) == (0,) and isinstance(operands[1], Tensor):
        # ∂g/∂x = ∂g/∂y Wᵀ: the same matrix the other way, and y itself is not needed.
        back: Tensor = Linear(transposed=not op.transposed).forward(gradient, operands[1])
        return [back]
    given = []
    for at, one in enumerate(operands):
        value = torch.from_numpy(np.array(one)).to(gradient.device) if isinstance(one, Later) else one.detach()
        if exact and value.is_floating_point():
            value = value.double()
        given.append(value.requires_grad_(True) if at in wanted else value)
    with torch.enable_grad():
        made = forward(op, given, shapes)[cut]
        asked = [given[at] for at in wanted]
        if not made.requires_grad:
            return [None] * len(asked)
        found = torch.autograd.grad(made, asked, gradient.to(made.dtype), allow_unused=True)
    return [None if one is None else _settled(op, value, one) for value, one in zip(asked, found)]


def _settled(op: Op, value: Tensor, found: Tensor) -> Tensor:
    """Slopes of an operand. A row that is masked everywhere and turned to zeros is 0 whatever its scores are: then its
    slopes are 0, where autograd makes 0/0 of them."""
    if isinstance(op, Softmax) and op.empty_rows == "zero":
        return found.masked_fill((value == -torch.inf).all(-1, keepdim=True), 0.0)
    return found


def _pull_sliced(
    op: Linear, operands: Sequence[Any], shapes: list[Axes], cut: Part, gradient: Tensor, wanted: Sequence[int]
) -> list[Tensor | None]:
    """A product with a matrix that is too large to be read whole: slice by slice of its columns."""
    given, table = operands[0], operands[1]
    inner, outer = table.shape[::-1] if op.transposed else table.shape
    width = max(1, run.SLICE // (4 * inner))
    total = torch.zeros_like(given)
    for start in range(0, outer, width):
        one = slice(start, min(start + width, outer))
        values = table.part((one, slice(None)) if op.transposed else (slice(None), one))
        part = torch.from_numpy(np.array(values)).to(gradient.device)
        rest = [bias[one] for bias in operands[2:]]
        found = pull(op, [given, part, *rest], shapes, (*cut[:-1], slice(None)), gradient[..., one], wanted)[0]
        if found is not None:
            total += found
    return [total]


def slopes(
    program: Program, shapes: Mapping[str, Axes], step: Step, operand: int, index: Sequence[int],
    read: Callable[[str, Slices], np.ndarray],
) -> np.ndarray:
    """∂step[part] / ∂operand[index] over the part that `Program.used_by` names, by differentiating the step's own
    `forward` in float64 on the operands' parts that matter. See `Trace.slopes`."""
    axes = shapes[step.name]
    at = ax.cell(shapes[step.operands[operand]], index)
    part = program.use(step, operand, at, shapes)
    asked = tuple(
        slice(one, one + 1) if isinstance(one, int) else slice(*one.indices(axis.size)[:2])
        for one, axis in zip(part, axes)
    )
    piece = _closest(program, step, shapes, operand, at, asked)
    values = []
    for name, need in zip(step.operands, piece.operands):
        value = torch.from_numpy(np.array(read(name, need)))
        values.append(value.double() if value.is_floating_point() else value)
    move = torch.zeros_like(values[operand])
    move[tuple(entry - one.start for entry, one in zip(at, piece.operands[operand]))] = 1.0
    moved = values[operand].requires_grad_(True)
    with torch.enable_grad():
        made = forward(piece.op, values, _cut(step, shapes, piece))
        # What reaches the operand is linear in what comes back from the result, with the same slopes; differentiating
        # that once more gives how the result moves with the one cell.
        back = torch.zeros_like(made, requires_grad=True)
        reaches = torch.autograd.grad(made, moved, back, create_graph=True)[0]
        if reaches.requires_grad:
            change = torch.autograd.grad(reaches, back, move, allow_unused=True)[0]
        else:
            change = None
    if change is None:
        change = torch.zeros_like(made)
    found = _settled(step.op, moved.detach(), change)[piece.cut][narrow.within(asked, piece.part)]
    kept = tuple(slice(None, None, one.step) if isinstance(one, slice) else 0 for one in part)
    result: np.ndarray = found[kept].detach().numpy()
    return result


def _closest(
    program: Program, step: Step, shapes: Mapping[str, Axes], operand: int, at: Sequence[int], asked: Part
) -> Piece:
    """The step cut to a part of its result, along every axis that its operation lets it be cut along; and for a sum of
    products to the one entry of the sum that the operand's cell is in."""
    axes, given = shapes[step.name], [shapes[one] for one in step.operands]
    has_table = type(step.op).table is not Op.table
    reads_ids = any(name in program.streams for name in step.inputs)
    follows = narrow.follows(step.op, axes, given)
    every_cell = narrow.all_of(step, shapes)
    if follows is None:
        return every_cell

    def free(name: str) -> bool:
        if has_table:
            heads = isinstance(step.op, (EvenSoftmax, SilentSum))
            return name == ax.BATCH or (name == ax.HEAD and not heads)
        # The number of ids says how many positions there are.
        return not (reads_ids and name in (ax.BATCH, ax.POS))

    part = tuple(one if free(axis.name) else every for axis, one, every in zip(axes, asked, every_cell.part))
    along = None
    if step.op.sums_products and None in follows[operand]:
        entry = at[follows[operand].index(None)]
        along = slice(entry, entry + 1)
    reads = tuple(
        tuple((along or slice(0, axis.size)) if one is None else part[one] for axis, one in zip(of, way))
        for of, way in zip(given, follows)
    )
    followed = {one for way in follows for one in way if one is not None}
    cut = tuple(slice(0, one.stop - one.start) if way in followed else one for way, one in enumerate(part))
    return Piece(step, step.op, reads, cut, part)


