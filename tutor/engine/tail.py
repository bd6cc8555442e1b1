"""The last steps of a model computed in numpy, for a saved trace: it has the weights they read, but no torch.

Only what stands between the last residual and the probabilities is computed; everything else stays the file's own.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tutor.engine.axes import Slices
from tutor.engine.trace import Trace, TraceError, frozen


class _Values(np.ndarray):
    """An array with the tensor methods that the last steps' `forward` calls."""

    def sqrt(self) -> Any:
        return np.sqrt(self)

    def relu(self) -> Any:
        return np.maximum(self, 0)

    def tanh(self) -> Any:
        return np.tanh(self)

    def erf(self) -> Any:
        return np.vectorize(math.erf, otypes=[np.float32])(self).view(_Values)

    def sigmoid(self) -> Any:
        return 1 / (1 + np.exp(-self))

    def softmax(self, axis: int) -> Any:
        raised = np.exp(self - self.max(axis, keepdims=True))
        return raised / raised.sum(axis, keepdims=True)

    def nan_to_num(self, value: float) -> Any:
        return np.nan_to_num(self, nan=value)


class Ended(Trace):
    """A run whose steps after one tensor are computed again from other values of it."""

    def __init__(self, trace: Trace, name: str, values: np.ndarray, goal: str) -> None:
        """`goal` is the last tensor wanted. Raises TraceError where the trace lacks a weight or a step cannot be
        computed here."""
        super().__init__(trace.program, trace.spec, trace.batch, trace.target)
        self._trace = trace
        self._made: dict[str, np.ndarray] = {name: np.asarray(values, np.float32).view(_Values)}
        program = trace.program
        last = program.order[goal]
        for step in program.steps[program.order[name] + 1 : last + 1]:
            if not any(one in self._made for one in step.inputs):
                continue
            given = [self._made.get(one) for one in step.inputs]
            given = [trace[one].view(_Values) if value is None else value for one, value in zip(step.inputs, given)]
            weights = [np.asarray(trace[one]).view(_Values) for one in step.weights]
            try:
                with np.errstate(all="ignore"):
                    self._made[step.name] = np.asarray(step.op.forward(*given, *weights), np.float32).view(_Values)
            except (AttributeError, TypeError) as error:
                raise TraceError(f"{step.name} cannot be computed without torch: run its sentence first.") from error

    @property
    def where(self) -> str:
        return self._trace.where

    def read(self, name: str, slices: Slices) -> np.ndarray:
        made = self._made.get(name)
        return self._trace.read(name, slices) if made is None else frozen(np.asarray(made)[tuple(slices)])

    def with_override(self, name: str, values: np.ndarray) -> Trace:
        raise TraceError("A saved trace holds its numbers and cannot recompute: run its sentence on the model first.")
