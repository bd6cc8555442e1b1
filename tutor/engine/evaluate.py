"""Runs steps in order, by the operations' own forward passes; and a cache of what came out. Imports torch."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import numpy as np
import torch

from tutor.engine import axes as ax
from tutor.engine import memory, tiles
from tutor.engine.axes import Axes
from tutor.engine.later import Later
from tutor.engine.ops import Linear, Lookup, Op
from tutor.engine.program import Program
from tutor.engine.trace import Cancelled

memory.settle()

MIB = 1 << 20
#: A weight still in its file that is larger than this is never read whole, but in slices of that size.
SLICE = 128 * MIB

Values = dict[str, torch.Tensor]


def evaluate(
    program: Program,
    shapes: Mapping[str, Axes],
    known: Mapping[str, torch.Tensor],
    weights: Callable[[str], Any],
    wanted: Iterable[str],
    made: Callable[[str, torch.Tensor], None] = lambda name, value: None,
    cancelled: Callable[[], bool] = lambda: False,
    put: Callable[[str, torch.Tensor], torch.Tensor] = lambda name, value: value,
    whole: Collection[str] = (),
    room: tiles.Room = torch.Tensor.new_empty,
) -> Values:
    """Run the steps that `wanted` needs beyond what is `known`, in the program's order, dropping each value
    after its last use. Differentiable: gradients flow where torch records them.

    `made` is told every value as it is made; `put` may give another in its place. On the CPU, where no gradients are
    recorded, large tensors that only the next step reads may be made in tiles and never be whole, unless they are among
    `whole`; `room` gives the memory they go to. Raises Cancelled, and AxesError for a value of a wrong shape.
    """
    goals = list(wanted)
    needed: set[str] = set()
    todo = [name for name in goals if name not in known]
    while todo:
        name = todo.pop()
        if name not in needed:
            needed.add(name)
            todo += [one for one in program[name].inputs if one not in known and one not in needed]
    values: Values = {name: known[name] for name in goals if name in known}
    run = [step for step in program.steps if step.name in needed]
    last = {name: at for at, step in enumerate(run) for name in step.inputs}
    done = 0
    # A device has no cache that tiles would have to fit, and every small kernel costs it as much as a large one.
    tiled = bool(run) and not torch.is_grad_enabled() and known[run[0].inputs[0]].device.type == "cpu"
    groups = tiles.groups(run, shapes, {*goals, *whole}) if tiled else ((step,) for step in run)

    def operand(name: str) -> Any:
        if name in weight_names:
            return weights(name)
        return values[name] if name in values else known[name]

    weight_names = {name for step in run for name in step.weights}
    for group in groups:
        if cancelled():
            raise Cancelled
        step = group[-1]
        if tiled and tiles.is_tiled(group, shapes):
            value = tiles.make(group, shapes, operand, room)
        else:
            value = forward(step.op, [operand(name) for name in step.operands], [shapes[one] for one in step.operands])
        value = put(step.name, value)
        ax.check(step.name, shapes[step.name], value.shape)
        values[step.name] = value
        made(step.name, value)
        done += len(group)
        for name in {name for one in group for name in one.inputs}:
            if last[name] < done and name not in goals:
                values.pop(name, None)
    return {name: values[name] for name in goals}


def forward(op: Op, operands: list[Any], shapes: list[Axes]) -> torch.Tensor:
    """One operation's `forward`, with its fixed tables as tensors on the operands' device.

    An operand may be a `Later`, too large to be read whole: then it is read in slices, or by the rows looked up.
    """
    if any(isinstance(one, Later) for one in operands):
        return _from_parts(op, operands, shapes)
    tables = {name: torch.as_tensor(values, device=operands[0].device) for name, values in op.table(*shapes).items()}
    result: torch.Tensor = op.forward(*operands, **tables)
    return result


def _from_parts(op: Op, operands: list[Any], shapes: list[Axes]) -> torch.Tensor:
    given, table, *rest = operands
    if isinstance(op, Linear) and isinstance(table, Later):
        inner, outer = table.shape[::-1] if op.transposed else table.shape
        result = given.new_empty((*given.shape[:-1], outer))
        step = max(1, SLICE // (4 * inner))
        for start in range(0, outer, step):
            cut = slice(start, min(start + step, outer))
            values = table.part((cut, slice(None)) if op.transposed else (slice(None), cut))
            part = torch.from_numpy(values).to(given.device)
            result[..., cut] = op.forward(given, part, *(one[cut] for one in rest))
        return result
    if isinstance(op, Lookup) and isinstance(table, Later):
        rows, places = np.unique(given.cpu().numpy(), return_inverse=True)
        values = np.stack([table.part((row, slice(None))) for row in rows.tolist()])
        ids = torch.from_numpy(places.reshape(given.shape)).to(given.device)
        looked_up_there: torch.Tensor = op.forward(ids, torch.from_numpy(values).to(given.device))
        return looked_up_there
    device = next(one.device for one in operands if isinstance(one, torch.Tensor))
    whole = [torch.from_numpy(np.asarray(one)).to(device) if isinstance(one, Later) else one for one in operands]
    return forward(op, whole, shapes)


class Cache:
    """Least recently used tensors within a budget of bytes. A tensor larger than the budget is not kept."""

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self.bytes = 0
        # An alias of each tensor, which nobody else has: so its memory's count of holders tells who else uses it.
        self._kept: OrderedDict[str, torch.Tensor] = OrderedDict()

    def get(self, name: str) -> torch.Tensor | None:
        value = self._kept.get(name)
        if value is None:
            return None
        self._kept.move_to_end(name)
        return value.detach()

    def put(self, name: str, value: torch.Tensor) -> None:
        size = value.nbytes
        if name in self._kept or size > self.budget:
            return
        self._kept[name] = value.detach()
        self.bytes += size
        while self.bytes > self.budget:
            self.drop([next(iter(self._kept))])

    def room(self, like: torch.Tensor, shape: tuple[int, ...]) -> torch.Tensor:
        """Memory for a tensor of a shape that will be put here, of the type of another. Where something has to go for
        it, the oldest of that size goes whose memory nobody else holds, and that memory is used again: fresh memory
        costs more than the arithmetic."""
        size = like.element_size() * math.prod(shape)
        if size <= self.budget < self.bytes + size:
            for name, old in self._kept.items():
                if old.nbytes == size and (old.dtype, old.device) == (like.dtype, like.device) and _is_alone(old):
                    self.drop([name])
                    return old.view(shape)
        return like.new_empty(shape)

    def drop(self, names: Iterable[str]) -> None:
        """Forget these tensors."""
        for name in names:
            value = self._kept.pop(name, None)
            if value is not None:
                self.bytes -= value.nbytes

    def clear(self) -> None:
        self._kept.clear()
        self.bytes = 0

    def __contains__(self, name: str) -> bool:
        return name in self._kept

    def __len__(self) -> int:
        return len(self._kept)


def _is_alone(value: torch.Tensor) -> bool:
    """Whether nothing but this tensor holds its memory: no view of it, no array that was handed out."""
    storage = value.untyped_storage()
    holders = torch._C._storage_Use_Count(storage._cdata)  # this tensor, and `storage`
    return value.is_contiguous() and storage.nbytes() == value.nbytes and bool(holders == 2)
