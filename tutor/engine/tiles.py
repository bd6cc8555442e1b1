"""Steps over large tensors run tile by tile: bitwise the same numbers, faster, and in a small share of the memory.

What a step works out on the way (a cube, a comparison, scores that only the next step reads) then fits the
processor's cache and is never whole. Which part of an operand a tile needs follows from what the operation declares of
its reads (`Op.access`); matrix products with a weight are left whole, since they gain nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import torch

from tutor.engine import axes as ax
from tutor.engine import ops
from tutor.engine.axes import Axes
from tutor.engine.ops import Op
from tutor.engine.program import Step

#: From so many cells on, a tensor is made in tiles; a tile of its largest operand or result has so many at most.
FROM = 1 << 18
TILE = 1 << 18

#: Operations of a query × key tensor: a run of them becomes one, of which the last tensor alone is whole.
_SQUARE = (
    ops.Scores, ops.Scale, ops.Identity, ops.Mask, ops.Softmax, ops.EvenSoftmax, ops.WeightedSum, ops.SilentSum,
)  # fmt: skip
#: Operations whose forward pass makes tensors on the way that are as large as its operand.
_SEVERAL = (
    ops.Mask, ops.Gelu, ops.GeluTanh, ops.Variance, ops.MeanSquare, ops.Normalize, ops.NormalizeRms,
    ops.ScaleShift,
)  # fmt: skip

Part = tuple[slice, ...]
Room = Callable[[torch.Tensor, tuple[int, ...]], torch.Tensor]


def groups(run: Sequence[Step], shapes: Mapping[str, Axes], whole: Collection[str]) -> Iterator[tuple[Step, ...]]:
    """The steps in order, those that are made together in one group. The tensors in `whole` are wanted themselves."""
    readers: dict[str, int] = {}
    for step in run:
        for name in step.inputs:
            readers[name] = readers.get(name, 0) + 1
    held: list[Step] = []
    for step in run:
        if held and held[-1].name not in step.inputs:
            yield tuple(held)
            held = []
        if held and not isinstance(step.op, _SQUARE):
            yield tuple(held)
            held = []
        held.append(step)
        inner = isinstance(step.op, _SQUARE) and step.name not in whole and readers.get(step.name, 0) == 1
        if not (inner and _is_square(shapes[step.name]) and ax.count(shapes[step.name]) >= FROM):
            yield tuple(held)
            held = []
    if held:
        yield tuple(held)


def _is_square(axes: Axes) -> bool:
    return {ax.QUERY, ax.KEY} <= set(ax.names(axes))


def is_tiled(group: Sequence[Step], shapes: Mapping[str, Axes]) -> bool:
    """Whether a group is better made in tiles than each step at once."""
    if len(group) > 1:
        return True
    step = group[0]
    if len(shapes[step.name]) < 2:
        return False
    large = max(ax.count(shapes[name]) for name in (step.name, *step.operands))
    square = isinstance(step.op, _SQUARE) and not isinstance(step.op, ops.Identity)
    return large >= FROM and (isinstance(step.op, _SEVERAL) or square)


def make(
    group: Sequence[Step],
    shapes: Mapping[str, Axes],
    operand: Callable[[str], torch.Tensor],
    room: Room = torch.Tensor.new_empty,
) -> torch.Tensor:
    """The tensor of a group's last step; `operand` gives what the group reads from outside, `room` memory of a shape
    for a tensor like another."""
    last, inner = group[-1], {step.name for step in group}
    outside = {name: operand(name) for step in group for name in step.operands if name not in inner}
    device = next(iter(outside.values())).device
    tables = {step.name: _tables(step.op, [shapes[one] for one in step.operands], device) for step in group}
    made: torch.Tensor | None = None
    for part in _tiles(group, shapes):
        parts = _parts(group, shapes, part)
        values: dict[str, torch.Tensor] = {}
        for step in group:
            given = [values[name] if name in inner else outside[name][at]
                     for name, at in zip(step.operands, parts[step.name])]  # fmt: skip
            cut = {key: _cut(table, parts[_MADE + step.name][0]) for key, table in tables[step.name].items()}
            values[step.name] = step.op.at_once(*given, **cut)
        value = values[last.name]
        if made is None:
            made = room(value, ax.shape(shapes[last.name]))
        made[part] = value
    assert made is not None
    return made


def _tables(op: Op, operands: list[Axes], device: torch.device) -> dict[str, Any]:
    return {name: torch.as_tensor(values, device=device) for name, values in op.table(*operands).items()}


def _cut(table: torch.Tensor, part: Part) -> torch.Tensor:
    """The part of a fixed table that goes with a part of the result: it lines up with it at the end."""
    under = part[len(part) - table.ndim :]
    return table[tuple(slice(None) if size == 1 else one for size, one in zip(table.shape, under))]


_MADE = "made "


def _parts(group: Sequence[Step], shapes: Mapping[str, Axes], part: Part) -> dict[str, tuple[Part, ...]]:
    """For each step of a group the parts of its operands, and under `made …` the part of its result, that a part of
    the last result needs."""
    wanted = {group[-1].name: part}
    found: dict[str, tuple[Part, ...]] = {}
    for step in reversed(group):
        own, operands = wanted[step.name], [shapes[name] for name in step.operands]
        reads = tuple(
            tuple(slice(0, axis.size) if at is None else own[at] for axis, at in zip(axes, follows))
            for axes, follows in zip(operands, step.op.access(shapes[step.name], *operands))
        )
        found[step.name], found[_MADE + step.name] = reads, (own,)
        wanted |= zip(step.operands, reads)
    return found


def _tiles(group: Sequence[Step], shapes: Mapping[str, Axes]) -> Iterator[Part]:
    """Parts that cover the last tensor: one entry of each axis before its rows, and so many rows as a tile holds."""
    out = shapes[group[-1].name]
    # Its rows run along the axis before the last; where that is summed away, along the last.
    widest = max(
        (shapes[name] for step in group for name in (step.name, *step.inputs)), key=lambda axes: axes[-1].size
    )
    at = len(out) - 2 if len(out) > 1 and out[-1].name not in (ax.POS, ax.QUERY) else len(out) - 1
    rows = max(1, TILE // max(1, widest[-1].size))
    before = [[slice(one, one + 1) for one in range(axis.size)] for axis in out[:at]]
    steps = [slice(one, min(one + rows, out[at].size)) for one in range(0, out[at].size, rows)]
    after = [[slice(0, axis.size)] for axis in out[at + 1 :]]
    yield from product(*before, steps, *after)
