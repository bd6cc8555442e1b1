"""Which parts of earlier tensors a part of one needs: so that a row of logits costs a row, and one head one head.

It follows from what every operation declares of its reads (`Op.access`), and holds along batch, positions and heads;
of a matrix product, along its features too: one head's queries need one head's columns of the matrix.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from tutor.engine import axes as ax
from tutor.engine.axes import Axes
from tutor.engine.ops import EvenSoftmax, Linear, Op, SilentSum, SplitHeads, SwapHeads
from tutor.engine.ops.base import Access
from tutor.engine.program import Program, Step
from tutor.engine.records import dataclass

#: The axes along which a tensor may be made in part, and those of them that no operation's fixed tables run along.
_NARROW = frozenset({ax.BATCH, ax.HEAD, ax.POS, ax.QUERY})
_FREE = frozenset({ax.BATCH, ax.HEAD})

#: For each axis of a tensor: which entries, in order and without a step.
Part = tuple[slice, ...]


@dataclass(frozen=True)
class Piece:
    """A step to run in part.

    Attributes:
        step: the step.
        op: its operation, fit for the part.
        operands: the part of each operand that it reads.
        cut: the part, of what it then makes, that is wanted.
        part: the part of the whole tensor that this is.
    """

    step: Step
    op: Op
    operands: tuple[Part, ...]
    cut: Part
    part: Part


def plan(
    program: Program, shapes: Mapping[str, Axes], name: str, part: Part, known: Callable[[str], bool]
) -> tuple[Piece, ...] | None:
    """The steps to run for a part of a tensor, in order; each tensor is made in one part only. None where the tensor
    itself would be made whole, or where a step reads ids, whose number says which positions there are."""
    wanted: dict[str, Part] = {name: part}
    found: list[Step] = []
    todo = {name}
    while todo:
        at = max(todo, key=program.order.__getitem__)  # all that read it come later, and have said what they need
        todo.discard(at)
        step = program[at]
        if any(one in program.streams for one in step.inputs) or not step.inputs:
            return None
        found.append(step)
        for operand, need in zip(step.inputs, piece(step, shapes, wanted[at]).operands):
            before = wanted.get(operand)
            wanted[operand] = need if before is None else joined(before, need)
            if operand not in program.sources and not known(operand):
                todo.add(operand)
    if is_whole(shapes[name], piece(program[name], shapes, part).part):
        return None
    return tuple(piece(step, shapes, wanted[step.name]) for step in reversed(found))


def piece(step: Step, shapes: Mapping[str, Axes], part: Part) -> Piece:
    """How to run one step for a part of its result. The part may come out larger than was asked."""
    axes, operands = shapes[step.name], [shapes[one] for one in step.operands]
    # Positions in a fixed table count from the first: such an operation needs them all, as do heads that it names.
    free = _FREE if type(step.op).table is not Op.table else _NARROW
    if isinstance(step.op, (EvenSoftmax, SilentSum)):
        free = free - {ax.HEAD}
    last = len(axes) - 1
    part = tuple(
        one if axis.name in free or (at == last and isinstance(step.op, Linear)) else slice(0, axis.size)
        for at, (axis, one) in enumerate(zip(axes, part))
    )
    if isinstance(step.op, SplitHeads):
        size = axes[last].size
        features = slice(part[last - 1].start * size, part[last - 1].stop * size)
        cut = tuple(slice(0, one.stop - one.start) for one in part)
        few = replace(step.op, n_heads=part[last - 1].stop - part[last - 1].start)
        return Piece(step, few, ((*part[: last - 1], features),), cut, part)
    ways = follows(step.op, axes, operands)
    if ways is None:
        return all_of(step, shapes)
    reads = tuple(
        tuple(slice(0, axis.size) if at is None else part[at] for axis, at in zip(of, one))
        for of, one in zip(operands, ways)
    )
    followed = {at for one in ways for at in one if at is not None}
    cut = tuple(slice(0, one.stop - one.start) if at in followed else one for at, one in enumerate(part))
    return Piece(step, step.op, reads, cut, part)


def all_of(step: Step, shapes: Mapping[str, Axes]) -> Piece:
    """A step run as a whole."""
    part = _all(shapes[step.name])
    return Piece(step, step.op, tuple(_all(shapes[one]) for one in step.operands), part, part)


def follows(op: Op, out: Axes, operands: list[Axes]) -> Access | None:
    """Which axes of the result each operand follows (`Op.access`); None where it is no following of axes."""
    if isinstance(op, SwapHeads):
        last = len(out) - 1
        return ((*range(last - 2), last - 1, last - 2, last),)
    try:
        return op.access(out, *operands)
    except NotImplementedError:
        return None


def _all(axes: Axes) -> Part:
    return tuple(slice(0, axis.size) for axis in axes)


def is_whole(axes: Axes, part: Part) -> bool:
    """Whether a part is all of a tensor with these axes."""
    return part == _all(axes)


def joined(one: Part, other: Part) -> Part:
    """The smallest part that holds both."""
    return tuple(slice(min(a.start, b.start), max(a.stop, b.stop)) for a, b in zip(one, other))


def span(asked: int | slice, size: int) -> slice:
    """An entry of an index as the range it covers."""
    if isinstance(asked, slice):
        return slice(*asked.indices(size)[:2])
    return slice(asked % size, asked % size + 1)


def within(part: Part, whole: Part) -> Part:
    """Where a part lies inside a larger one."""
    return tuple(slice(one.start - of.start, one.stop - of.start) for one, of in zip(part, whole))
