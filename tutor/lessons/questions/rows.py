"""Mean and variance after a norm, and which term of a residual sum is the larger."""

from __future__ import annotations

import numpy as np

from tutor.engine import axes as ax
from tutor.engine import ops
from tutor.lessons.experiment import Said, Value
from tutor.lessons.question import Asking, Choice, Kind, Question, figure, finished


def _position(asking: Asking) -> tuple[int, ...] | None:
    """The sentence and the followed (else the last real) token of a tensor [batch, pos, features]."""
    if len(asking.axes) != 3 or asking.axes[1].name != ax.POS:
        return None
    last = asking.length(1) - 1
    at = last if asking.focus.at is None else min(asking.focus.at, last)
    return (*asking.front(), at)


def _read(asking: Asking, name: str, at: tuple[int, ...]) -> np.ndarray:
    return np.asarray(asking.trace.read(name, (*at, slice(None)))).astype(np.float64)


def norm_moments(asking: Asking) -> Question | None:
    """Mean and variance of a row after (x − μ) ÷ σ."""
    at = _position(asking)
    if at is None or not isinstance(asking.step.op, ops.Normalize):
        return None
    before, after = _read(asking, asking.step.inputs[0], at), _read(asking, asking.step.name, at)
    if not np.isfinite(after).all() or abs(after.mean()) > 5e-3 or abs(after.var() - 1) > 5e-3:
        return None
    told: dict[str, Value] = {
        "token": asking.token(1, at[-1]), "mean": float(before.mean()), "var": float(before.var()),
        "after_mean": float(after.mean()), "after_var": float(after.var()), "width": len(after),
    }  # fmt: skip
    right = {"mean": round(float(after.mean()), 2) + 0.0, "var": round(float(after.var()), 2)}
    pairs = (
        ("same", before.mean(), before.var()), ("only_mean", 0.0, before.var()), ("unit_mean", 1.0, 0.0),
        ("sum", 1.0, 1.0),
    )  # fmt: skip
    choices = [Choice(Said("pair", right), True, Said("right", told))]
    for key, mean, var in pairs:
        shown = {"mean": round(float(mean), 2) + 0.0, "var": round(float(var), 2) + 0.0}
        choices.append(Choice(Said("pair", shown), False, Said(key, told)))
    question = Question("norm_moments", asking.step.name, Said("ask", told), tuple(choices), Said("why", told),
                        lesson="why-layer-norm")  # fmt: skip
    return finished(asking, question)


def rms_square(asking: Asking) -> Question | None:
    """The mean of a row's squares after RMSNorm (Zhang & Sennrich 2019)."""
    at = _position(asking)
    if at is None or not isinstance(asking.step.op, ops.NormalizeRms):
        return None
    before, after = _read(asking, asking.step.inputs[0], at), _read(asking, asking.step.name, at)
    square = float((after**2).mean())
    if not np.isfinite(after).all() or abs(square - 1) > 5e-3:
        return None
    told: dict[str, Value] = {
        "token": asking.token(1, at[-1]), "square": square, "mean": float(after.mean()),
        "before": float((before**2).mean()), "width": len(after),
    }  # fmt: skip
    choices = (
        figure(square, True, "right", told, 2),
        figure(float((before**2).mean()), False, "same", told, 2),
        figure(0.0, False, "zero", told, 2),
        figure(float(len(after)), False, "width", told, 2),
    )
    question = Question("rms_square", asking.step.name, Said("ask", told), choices, Said("why", told),
                        lesson="why-layer-norm")  # fmt: skip
    return finished(asking, question)


def residual_larger(asking: Asking) -> Question | None:
    """Which term of a residual sum is larger, by the root of its mean square, for one token? Only where it is clear."""
    at, step = _position(asking), asking.step
    if at is None or not isinstance(step.op, ops.Add) or step.role != "residual" or len(step.inputs) != 2:
        return None
    program = asking.trace.program
    streams = [name for name in step.inputs if program[name].role == "residual"]
    if len(streams) != 1:
        return None
    stream = streams[0]
    branch = next(name for name in step.inputs if name != stream)
    if asking.trace.shapes[branch] != asking.axes or asking.trace.shapes[stream] != asking.axes:
        return None
    sizes = [float(np.sqrt((_read(asking, name, at) ** 2).mean())) for name in (stream, branch)]
    if not all(np.isfinite(sizes)) or min(sizes) <= 0 or max(sizes) / min(sizes) < 1.15:
        return None
    told: dict[str, Value] = {
        "token": asking.token(1, at[-1]), "stream": sizes[0], "branch": sizes[1], "ratio": max(sizes) / min(sizes),
        "stream_name": program[stream].short, "branch_name": program[branch].short,
    }  # fmt: skip
    bigger = "stream" if sizes[0] > sizes[1] else "branch"
    choices = tuple(
        Choice(Said(name), name == bigger, Said("right" if name == bigger else f"not_{name}", told))
        for name in ("stream", "branch", "equal")
    )
    question = Question("residual_larger", step.name, Said("ask", told), choices, Said(f"why_{bigger}", told),
                        lesson="why-residual")  # fmt: skip
    return finished(asking, question)


KINDS = (
    Kind("norm_moments", norm_moments, (ops.Normalize,)), Kind("rms_square", rms_square, (ops.NormalizeRms,)),
    Kind("residual_larger", residual_larger, (ops.Add,), roles=("residual",)),
)  # fmt: skip
