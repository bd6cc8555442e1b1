"""Runs sentences on the live engine, keeping the weights of the model that was run last."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from tutor.engine import decoding, models
from tutor.engine.program import Program
from tutor.engine.tokens import Batch
from tutor.engine.weights import Weights
from tutor.work import Handle, Request, Run

if TYPE_CHECKING:
    from tutor.engine.live import LiveTrace


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
        weights = self._held[2]

        def live(target: Batch | None) -> LiveTrace:
            return LiveTrace(
                model.program, model.spec, weights, batch, request.device, request.budget * MIB, target=target
            )  # fmt: skip

        if not model.has_target:
            trace = live(None)
        elif any(request.targets):
            trace = live(model.target(request.targets))
        else:
            trace = decoded(model, live, batch.n_rows, lambda done: job.progress(0.3 + 0.4 * done), job.cancelled)
        trace.prepare(lambda done: job.progress(0.7 + 0.3 * done), job.cancelled)
        return Run(trace, time.perf_counter() - begun, request)


def decoded(
    model: models.Model,
    live: Callable[[Batch | None], LiveTrace],
    n_rows: int,
    progress: Callable[[float], None] = lambda done: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> LiveTrace:
    """A run on targets that the model itself decodes from the source. Raises Cancelled, and the engine's errors.

    `live` runs the model on a target; the encoder is run once.
    """
    held: list[LiveTrace] = []

    def run(rows: list[list[int]]) -> LiveTrace:
        target = model.target_of_ids(rows)
        held[:] = [held[0].with_target(target) if held else live(target)]
        return held[0]

    most = min(decoding.MOST, model.spec.n_ctx - 1)
    rows = decoding.greedy(run, n_rows, model.start_id, model.spec.end_id, most, progress, cancelled)
    return run(rows)
