"""Runs sentences on the live engine, keeping the weights of the model that was run last."""

from __future__ import annotations

import time

from tutor.engine import models
from tutor.engine.program import Program
from tutor.engine.weights import Weights
from tutor.work import Handle, Request, Run


class Engine:
    """Keeps the weights of the model that was run last. Used from one thread only."""

    def __init__(self) -> None:
        self._held: tuple[tuple[str, int | None], Program, Weights] | None = None

    def run(self, request: Request, job: Handle) -> Run:
        """Run sentences through a model. Raises the engine's errors, or Cancelled."""
        model = models.find(request.model, request.layers)
        batch = model.batch(request.texts)
        # Here, since importing torch takes seconds: the window opens first.
        from tutor.engine.live import MIB, LiveTrace

        job.progress(0.05)
        key = (request.model, request.layers)
        if self._held is None or self._held[0] != key:
            self._held = (key, model.program, model.weights())
        job.progress(0.3)
        begun = time.perf_counter()
        trace = LiveTrace(
            model.program, model.spec, self._held[2], batch, request.device, request.budget * MIB
        )  # fmt: skip
        trace.prepare(lambda done: job.progress(0.3 + 0.7 * done), job.cancelled)
        return Run(trace, time.perf_counter() - begun, request)
