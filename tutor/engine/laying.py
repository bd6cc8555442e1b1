"""The pass that lays residual checkpoints: the same forward pass with fused kernels. Nothing of it is displayed.

What is on screen is always made by the Steps. Where a model is large, the checkpoints from which they start are laid
faster and in less memory: attention without ever holding a pattern, a norm in one kernel, a bias added where the
product is made, a feed-forward network some rows at a time. Which steps may be done together follows from their
operations and from who reads their results.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F

from tutor.engine import ops
from tutor.engine.axes import Axes
from tutor.engine.later import Later
from tutor.engine.ops import Op
from tutor.engine.program import Program, Step
from tutor.engine.records import dataclass

Tensor = torch.Tensor
Kernel = Callable[..., Tensor]

#: So many rows at a time go through a feed-forward network: its wide tensors are never whole.
ROWS = 256


@dataclass(frozen=True)
class Piece:
    """One kernel: it makes the tensor `name` from `inputs` and `weights`, in place of one step or of several.

    `steps` are the names of all steps it stands for; `op` is the operation where it is but one.
    """

    name: str
    inputs: tuple[str, ...]
    weights: tuple[str, ...]
    kernel: Kernel
    steps: tuple[str, ...]
    op: Op | None = None


def pieces(
    program: Program, shapes: Mapping[str, Axes], padded: bool, in_parts: Collection[str] = ()
) -> tuple[Piece, ...]:
    """The program as kernels, in order. `padded` is whether any row of the batch has padding; `in_parts` are the
    weights that are too large to be read whole.

    A chain of steps becomes one kernel only where nothing outside the chain, and no checkpoint, needs a tensor
    within it.
    """
    kept = set(program.checkpoints)
    made: dict[str, Piece] = {}
    inner: set[str] = set()
    for step in program.steps:
        found = _attention(program, step, padded) or _norm(program, step) or _feed_forward(program, step)
        if found is None or not set(found.weights).isdisjoint(in_parts):
            found = _single(step, shapes)
        within = set(found.steps) - {step.name}
        readers = {user.name for name in within for user, _ in program.consumers.get(name, ())}
        if within and (within & kept or not readers <= set(found.steps)):
            found, within = _single(step, shapes), set()
        made[step.name] = found
        inner |= within
    return tuple(piece for name, piece in made.items() if name not in inner)


def lay(
    plan: Sequence[Piece],
    known: dict[str, Tensor],
    weights: Callable[[str], Any],
    by_parts: Callable[[Op, list[Any], list[Axes]], Tensor],
    goal: str,
    cancelled: Callable[[], bool],
) -> Tensor | None:
    """Run the kernels that the goal needs beyond what is known, dropping each tensor after its last use. None where
    it was cancelled. `by_parts` runs an operation with a weight that is too large to be read whole. Raises torch's own
    errors."""
    by_name = {piece.name: piece for piece in plan}
    needed: set[str] = set()
    todo = [goal]
    while todo:
        name = todo.pop()
        if name not in known and name not in needed:
            needed.add(name)
            todo += by_name[name].inputs
    run = [piece for piece in plan if piece.name in needed]
    last = {name: at for at, piece in enumerate(run) for name in piece.inputs}
    values: dict[str, Tensor] = {}
    for at, piece in enumerate(run):
        if cancelled():
            return None
        inputs = [values[name] if name in values else known[name] for name in piece.inputs]
        held = [weights(name) for name in piece.weights]
        if piece.op is not None and any(isinstance(one, Later) for one in held):
            values[piece.name] = by_parts(piece.op, [*inputs, *held], [])
        else:
            values[piece.name] = piece.kernel(*inputs, *held)
        del held
        for name in piece.inputs:
            if last[name] == at and name != goal:
                values.pop(name, None)
        del inputs
    return values[goal]


class Shelf:
    """One block of memory for all checkpoints: what is kept lies together, and the memory beside it is used again."""

    def __init__(self, cells: int) -> None:
        self._free = torch.empty(cells)

    def put(self, value: Tensor) -> Tensor:
        """The same numbers in the next place; the tensor itself where it is on a device, or no room is left."""
        if value.device.type != "cpu" or value.dtype != torch.float32 or value.numel() > self._free.numel():
            return value
        place, self._free = self._free[: value.numel()], self._free[value.numel() :]
        return place.view(value.shape).copy_(value)


def _step_of(program: Program, name: str, *kinds: type[ops.Op]) -> Step | None:
    step = program.by_name.get(name)
    return step if step is not None and isinstance(step.op, kinds) else None


def _attention(program: Program, step: Step, padded: bool) -> Piece | None:
    """scores → scaled → masked → pattern → z in one kernel that holds no pattern (Dao et al. 2022)."""
    if not isinstance(step.op, ops.WeightedSum):
        return None
    pattern = _step_of(program, step.inputs[0], ops.Softmax)
    masked = _step_of(program, pattern.inputs[0], ops.Mask) if pattern else None
    scaled = _step_of(program, masked.inputs[0], ops.Scale, ops.Identity) if masked else None
    scores = _step_of(program, scaled.inputs[0], ops.Scores) if scaled else None
    if pattern is None or masked is None or scaled is None or scores is None:
        return None
    rule = masked.op
    assert isinstance(rule, ops.Mask)
    # A sliding window may hide every key of a pad: such rows have a rule of their own, which the steps follow.
    if rule.window or (padded and rule.pad == "-1000"):
        return None
    scale = 1.0
    if isinstance(scaled.op, ops.Scale):
        scale = scaled.op.n**-0.5 if scaled.op.divide else scaled.op.n**0.5
    pads = padded and rule.pad == "-inf"

    def kernel(q: Tensor, k: Tensor, lengths: Tensor, v: Tensor) -> Tensor:
        if not pads:
            return F.scaled_dot_product_attention(q, k, v, is_causal=rule.causal, scale=scale)
        seen = torch.arange(k.shape[-2], device=k.device) < lengths[:, None, None, None]
        if rule.causal:
            query = torch.arange(q.shape[-2], device=q.device)[:, None]
            seen = seen & (torch.arange(k.shape[-2], device=k.device)[None, :] <= query)
        return F.scaled_dot_product_attention(q, k, v, attn_mask=seen, scale=scale)

    inputs = (*scores.inputs, masked.inputs[1], step.inputs[1])
    names = (scores.name, scaled.name, masked.name, pattern.name, step.name)
    return Piece(step.name, inputs, (), kernel, names)


def _norm(program: Program, step: Step) -> Piece | None:
    """Mean, variance, division, scale and shift in one kernel."""
    if not isinstance(step.op, ops.ScaleShift):
        return None
    normal = program.by_name.get(step.inputs[0])
    if normal is None:
        return None
    names = (*normal.inputs[1:], normal.name, step.name)
    if isinstance(normal.op, ops.Normalize):
        eps = normal.op.eps

        def layer(x: Tensor, w: Tensor, b: Tensor | None = None) -> Tensor:
            return F.layer_norm(x, (x.shape[-1],), w, b, eps)

        return Piece(step.name, normal.inputs[:1], step.weights, layer, names)
    if isinstance(normal.op, ops.NormalizeRms):
        small = normal.op.eps

        def rms(x: Tensor, w: Tensor) -> Tensor:
            return F.rms_norm(x, (x.shape[-1],), w, small)

        return Piece(step.name, normal.inputs[:1], step.weights, rms, names)
    return None


def _feed_forward(program: Program, step: Step) -> Piece | None:
    """Linear → activation → linear, or gated: act(x W_gate) · (x W_in) → linear (Shazeer 2020), some rows at a time."""
    if not isinstance(step.op, ops.Linear):
        return None
    post = _step_of(program, step.inputs[0], *_ACTIVATIONS, ops.Multiply)
    if post is None:
        return None
    gated = isinstance(post.op, ops.Multiply)
    act = _step_of(program, post.inputs[0], *_ACTIVATIONS) if gated else post
    wide = [act and _step_of(program, act.inputs[0], ops.Linear)]
    wide += [_step_of(program, post.inputs[1], ops.Linear)] if gated else []
    first = [one for one in wide if one is not None]
    if act is None or len(first) < len(wide) or len({one.inputs for one in first}) > 1:
        return None
    curve = _CURVES.get(type(act.op), act.op.forward)
    parts = [*first, step]
    linears = [_linear(one.op) for one in parts if isinstance(one.op, ops.Linear)]
    counts = [len(one.weights) for one in parts]
    down = step.op

    def kernel(x: Tensor, *weights: Tensor) -> Tensor:
        held, at = [], 0
        for count in counts:
            held.append(weights[at : at + count])
            at += count
        made = x.new_empty((*x.shape[:-1], held[-1][0].shape[0 if down.transposed else 1]))
        for some, place in zip(x.flatten(0, -2).split(ROWS), made.flatten(0, -2).split(ROWS)):
            inner = curve(linears[0](some, *held[0]))
            if gated:
                inner *= linears[1](some, *held[1])
            place.copy_(linears[-1](inner, *held[-1]))
        return made

    names = dict.fromkeys([*(one.name for one in first), act.name, post.name, step.name])
    return Piece(step.name, first[0].inputs, tuple(w for one in parts for w in one.weights), kernel, tuple(names))


def _single(step: Step, shapes: Mapping[str, Axes]) -> Piece:
    """One step by the fastest kernel there is for it, else as it is declared."""
    kernel = _kernel(step, [shapes[one] for one in step.operands])
    return Piece(step.name, step.inputs, step.weights, kernel, (step.name,), step.op)


def _kernel(step: Step, axes: Sequence[Axes]) -> Kernel:
    op = step.op
    if isinstance(op, ops.Linear):
        return _linear(op)
    if type(op) in _CURVES:
        return _CURVES[type(op)]
    tables = op.table(*axes)

    def as_declared(*operands: Tensor) -> Tensor:
        device = operands[0].device
        made = {name: torch.as_tensor(values, device=device) for name, values in tables.items()}
        result: Tensor = op.forward(*operands, **made)
        return result

    return as_declared


_CURVES: dict[type[Op], Kernel] = {
    ops.Gelu: F.gelu, ops.GeluTanh: lambda x: F.gelu(x, approximate="tanh"), ops.Silu: F.silu,
}  # fmt: skip
_ACTIVATIONS: tuple[type[Op], ...] = (ops.Relu, *_CURVES)


def _linear(op: ops.Linear) -> Kernel:
    """x W + b by oneDNN on a CPU: on some processors more than twice as fast as the product that torch takes."""

    def linear(x: Tensor, w: Tensor, b: Tensor | None = None) -> Tensor:
        turned = w if op.transposed else w.T
        if _ONE_DNN and x.device.type == "cpu" and x.dtype == torch.float32 and x.numel():
            product: Tensor = torch.ops.mkldnn._linear_pointwise(x, turned, b, "none", [], "")
            return product
        return F.linear(x, turned, b)

    return linear


_ONE_DNN = torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")
