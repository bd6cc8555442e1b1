"""What the runner's thread gives an experiment: the run on screen, other runs, runs with changes. No Qt, no torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tutor.engine import models
from tutor.engine.changes import Changes
from tutor.engine.changes_text import parse
from tutor.engine.trace import CANNOT_RECOMPUTE, Cancelled, Trace, TraceError
from tutor.lessons.experiment import Focus
from tutor.work import Handle, Request, RunRequest


class RunLab:
    """A `lessons.experiment.Lab` over the window's engine, for one job."""

    def __init__(
        self, trace: Trace, request: Request | None, focus: Focus, run: RunRequest, job: Handle
    ) -> None:  # fmt: skip
        self.trace, self.focus = trace, focus
        self.model = "" if request is None else request.model
        self._request, self._run, self._job = request, run, job

    def run(self, texts: Sequence[str], model: str | None = None, targets: Sequence[str] = (),
            ids: Sequence[Sequence[int]] = ()) -> Trace:  # fmt: skip
        """See `Lab.run`."""
        if self._request is None:
            raise TraceError(CANNOT_RECOMPUTE)
        wanted = replace(
            self._request, texts=tuple(texts), model=model or self._request.model, targets=tuple(targets),
            ids=tuple(tuple(row) for row in ids), extend=0, layers=self._request.layers if model is None else None,
        )  # fmt: skip
        return self._run(wanted, _Quiet(self._job)).trace

    def change(self, *changes: str, of: Trace | None = None) -> Trace:
        """See `Lab.change`."""
        before = self.trace if of is None else of
        wanted = Changes()
        for one in changes:
            wanted = wanted.with_(parse(one, before.program))
        return wanted.apply(before, models.find(self.model) if self.model else None)

    def cancelled(self) -> bool:
        return self._job.cancelled()

    def progress(self, done: float) -> None:
        if self.cancelled():
            raise Cancelled
        self._job.progress(done)


class _Quiet:
    """A job whose parts do not tell how far they are: the experiment tells it of the whole."""

    def __init__(self, job: Handle) -> None:
        self._job = job

    def cancelled(self) -> bool:
        return self._job.cancelled()

    def progress(self, done: float) -> None:
        if self.cancelled():
            raise Cancelled
