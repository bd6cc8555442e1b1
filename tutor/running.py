"""Runs sentences on the live engine, keeping the weights of the model that was run last."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from tutor.engine import decoding, models
from tutor.engine.program import Program
from tutor.engine.spec import SpecError
from tutor.engine.tokens import Batch, TokenError
from tutor.engine.weights import Weights
from tutor.work import Handle, Request, Run, target

if TYPE_CHECKING:
    from tutor.engine.live import LiveTrace


class Engine:
    """Keeps the weights of the model that was run last. Used from one thread only."""

    def __init__(self) -> None:
        self._held: tuple[tuple[str, int | None], Program, Weights] | None = None

    def run(self, request: Request, job: Handle) -> Run:
        """Run sentences through a model. Raises the engine's errors, or Cancelled."""
        model = models.find(request.model, request.layers)
        by_ids = bool(request.ids) and not model.has_target
        batch = model.batch_of_ids(request.ids) if by_ids else model.batch(request.texts)
        run = self._runs(model, request, job)
        begun = time.perf_counter()

        def halfway(done: float) -> None:
            job.progress(0.3 + 0.4 * done)

        if not model.has_target:
            trace = run(batch, None)
        elif request.ids:
            trace = run(batch, model.target_of_ids(request.ids))
        elif any(request.targets):
            trace = run(batch, target(model, request.targets))
        else:
            trace = decoded(model, lambda target: run(batch, target), batch.n_rows, halfway, job.cancelled)
        if request.extend:
            trace = continued(model, trace, run, request, halfway, job.cancelled)
        trace.prepare(lambda done: job.progress(0.7 + 0.3 * done), job.cancelled)
        return Run(trace, time.perf_counter() - begun, request)

    def again(self, request: Request, batch: Batch, target: Batch | None, job: Handle) -> LiveTrace:
        """The run of a request again, by the tokens it came to; not prepared. Raises the engine's errors, or
        Cancelled."""
        return self._runs(models.find(request.model, request.layers), request, job)(batch, target)

    def _runs(
        self, model: models.Model, request: Request, job: Handle
    ) -> Callable[[Batch, Batch | None], LiveTrace]:  # fmt: skip
        """What runs a model on a source and a target, with its weights at hand."""
        # Here, since importing torch takes seconds: the window opens first.
        from tutor.engine.live import MIB, LiveTrace

        job.progress(0.05)
        key = (request.model, request.layers)
        if self._held is None or self._held[0] != key:
            self._held = (key, model.program, model.weights())
        job.progress(0.3)
        weights = self._held[2]

        def run(source: Batch, target: Batch | None) -> LiveTrace:
            return LiveTrace(
                model.program, model.spec, weights, source, request.device, request.budget * MIB, target=target
            )  # fmt: skip

        return run


def continued(
    model: models.Model,
    trace: LiveTrace,
    run: Callable[[Batch, Batch | None], LiveTrace],
    request: Request,
    progress: Callable[[float], None] = lambda done: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> LiveTrace:
    """The same run with `request.extend` tokens appended to its sentence `request.row`, chosen by `request.rules`.

    The last text is the one that grows: the target, where there is one. `run` runs the model on a source and a target.
    Raises TokenError where no place is left, SpecError for a model that has no next token, SamplingError, Cancelled.
    """
    rows = [list(row) for row in (trace.target or trace.batch).real_ids]
    row = min(max(request.row, 0), len(rows) - 1)
    if not model.spec.continues:
        raise SpecError(f"{model.spec.name} fills gaps and has no next token: choose a model that continues.")
    room = model.spec.n_ctx - len(rows[row])
    if room < 1:
        raise TokenError(f"The sentence already has the {model.spec.n_ctx} tokens this model reads: remove some.")
    held = [trace]

    def again(made: list[list[int]]) -> LiveTrace:
        if made == rows:  # nothing is appended yet: that run is there
            return trace
        if held[0].target is None:
            held[0] = run(model.batch_of_ids(made), None)
        else:
            held[0] = held[0].with_target(model.target_of_ids(made))
        return held[0]

    end = model.spec.end_id if model.has_target else -1
    never = {model.spec.pad_id} - {-1, end}
    made = decoding.extend(
        again, rows, [row], request.rules, end, min(request.extend, room), progress, cancelled, never
    )  # fmt: skip
    if trace.target is None:
        return run(model.batch_again(made), None)
    return held[0].with_target(model.target_of_ids(made))


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
    # No text goes on with a pad, not even where padding is what the model began with.
    never = {model.spec.pad_id} - {-1, model.spec.end_id}
    rows = decoding.greedy(run, n_rows, model.start_id, model.spec.end_id, most, progress, cancelled, never)
    return run(rows)
