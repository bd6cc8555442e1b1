"""The pass that lays residual checkpoints: the same forward pass with fused kernels. Nothing of it is displayed.

What is on screen is always made by the Steps. Where a model is large, the checkpoints from which they start are laid
faster and in less memory: attention without ever holding a pattern, a norm in one kernel, a bias added where the
product is made. Which steps may be done together follows from their operations and from who reads their results.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F

from tutor.engine import ops
from tutor.engine.axes import Axes
from tutor.engine.later import Later
from tutor.engine.ops import Op
from tutor.engine.program import Program, Step

Tensor = torch.Tensor
Kernel = Callable[..., Tensor]


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


def pieces(program: Program, shapes: Mapping[str, Axes], padded: bool) -> tuple[Piece, ...]:
    """The program as kernels, in order. `padded` is whether any row of the batch has padding.

    A chain of steps becomes one kernel only where nothing outside the chain, and no checkpoint, needs a tensor
    within it.
    """
    kept = set(program.checkpoints)
    made: dict[str, Piece] = {}
    inner: set[str] = set()
    for step in program.steps:
        found = _attention(program, step, padded) or _norm(program, step) or _single(step, shapes)
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


def _single(step: Step, shapes: Mapping[str, Axes]) -> Piece:
    """One step by the fastest kernel there is for it, else as it is declared."""
    kernel = _kernel(step, [shapes[one] for one in step.operands])
    return Piece(step.name, step.inputs, step.weights, kernel, (step.name,), step.op)


def _kernel(step: Step, axes: Sequence[Axes]) -> Kernel:
    op = step.op
    if isinstance(op, ops.Linear):

        def linear(x: Tensor, w: Tensor, b: Tensor | None = None) -> Tensor:
            return F.linear(x, w if op.transposed else w.T, b)

        return linear
    if isinstance(op, ops.Gelu):
        return F.gelu
    if isinstance(op, ops.GeluTanh):
        return lambda x: F.gelu(x, approximate="tanh")
    if isinstance(op, ops.Silu):
        return F.silu
    tables = op.table(*axes)

    def as_declared(*operands: Tensor) -> Tensor:
        device = operands[0].device
        made = {name: torch.as_tensor(values, device=device) for name, values in tables.items()}
        result: Tensor = op.forward(*operands, **made)
        return result

    return as_declared
