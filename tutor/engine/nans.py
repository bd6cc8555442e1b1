"""Where NaN comes from: the first step, on the way to a tensor, whose result holds NaN. No Qt, no torch."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tutor.engine.program import Program
from tutor.engine.records import dataclass
from tutor.engine.trace import Cancelled, Trace

WEIGHT, MASKED, INFINITE, COMPUTED = "weight", "masked", "infinite", "computed"


@dataclass(frozen=True)
class Origin:
    """The step that NaN arises in, and why: from a `weight` that holds it (named), from a row that is masked
    everywhere, from infinite numbers, or in the operation itself."""

    path: str
    why: str
    weight: str = ""


def upstream(program: Program, name: str) -> frozenset[str]:
    """Every step that a tensor comes from, its own included."""
    found: set[str] = set()
    todo = [name]
    while todo:
        one = todo.pop()
        if one in program.by_name and one not in found:
            found.add(one)
            todo += program[one].inputs
    return frozenset(found)


def has_nan(trace: Trace, name: str) -> bool:
    """Whether a tensor or weight holds NaN."""
    return trace.facts.get(("nan", name), lambda: _holds(trace[name]))


def _holds(values: np.ndarray) -> bool:
    # A minimum is NaN where anything is, and needs no second array of the same size.
    return values.dtype.kind == "f" and values.size > 0 and bool(np.isnan(values.min()))


def origin(trace: Trace, name: str, cancelled: Callable[[], bool] = lambda: False) -> Origin | None:
    """Where NaN on the way to `name` arose first; None where that tensor has none. Raises Cancelled or TraceError.

    What crosses from one section into the next is kept by a trace and stays NaN once it is, so that whole sections
    are passed over: only the steps of one are looked at in order.
    """
    program = trace.program
    if not has_nan(trace, name):
        return None
    way = upstream(program, name)
    crossing = [one for one in program.checkpoints if one in way and program.order[one] < program.order[name]]
    clean = []
    for at in crossing:
        if cancelled():
            raise Cancelled
        if has_nan(trace, at):
            break
        clean.append(at)
    # What a section hands on without NaN is not the way NaN came, even if the section held one in passing.
    passed = {program[one].section for one in clean}
    passed -= {program[one].section for one in (*crossing[len(clean) :], name)}
    for step in program.steps:
        if cancelled():
            raise Cancelled
        if step.name in way and step.section not in passed and has_nan(trace, step.name):
            return Origin(step.name, *_why(trace, step.name))
    return Origin(name, COMPUTED)


def _why(trace: Trace, name: str) -> tuple[str, str]:
    step = trace.program[name]
    for weight in step.weights:
        if has_nan(trace, weight):
            return WEIGHT, weight
    for one in step.inputs:
        values = trace[one]
        if values.dtype.kind == "f" and values.ndim and np.isneginf(values.max(axis=-1)).any():
            return MASKED, ""
        if values.dtype.kind == "f" and np.isinf(values).any():
            return INFINITE, ""
    return COMPUTED, ""
