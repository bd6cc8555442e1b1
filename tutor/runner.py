"""Engine work off the GUI thread: one job at a time, cancel, and answers that came too late dropped.

The window asks by channel (`run`, `picture`, `working`): a new request on a channel voids the older ones. Jobs
run on one thread, so that two never compete for torch's own threads; they wait there for an engine that has a process
of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot

from tutor.engine.cancelling import can_be_given_up
from tutor.engine.trace import Cancelled

#: A job gets its own handle, for progress and cancelling.
Work = Callable[["Job"], Any]


class Job:
    """What a running job may ask and tell."""

    def __init__(self, runner: Runner, channel: str, number: int) -> None:
        self._runner = runner
        self.channel = channel
        self.number = number
        self._stop = threading.Event()

    def cancel(self) -> None:
        self._stop.set()

    def cancelled(self) -> bool:
        return self._stop.is_set()

    def progress(self, done: float) -> None:
        """Tell how much is done, 0 to 1. Raises Cancelled, so that a job stops where it reports."""
        if self.cancelled():
            raise Cancelled
        self._runner._tell(self._runner._progressed, self, done)


class Runner(QObject):
    """Runs jobs one after the other on a thread of its own.

    Signals:
        done(channel, result): the newest request of a channel has its answer.
        failed(channel, error): it raised; `error` is the exception.
        progressed(channel, share): how far the newest request is, 0 to 1.
        idle(): nothing is running or waiting.
    """

    done = Signal(str, object)
    failed = Signal(str, object)
    progressed = Signal(str, float)
    idle = Signal()

    _finished = Signal(object, object, object)
    _progressed = Signal(object, float)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        # torch's thread-local state, where it is in this process, should not be rebuilt after a pause.
        self._pool.setExpiryTimeout(-1)
        self._newest: dict[str, Job] = {}
        self._waiting = 0
        self._count = 0
        self._closed = False
        self._lock = threading.Lock()
        #: What waits: urgent jobs first, then as they came. The pool's own priorities do not hold for a job that finds
        #: its thread at rest.
        self._queue: list[tuple[int, int, Job, Work]] = []
        self._finished.connect(self._take_finished)
        self._progressed.connect(self._take_progress)

    def submit(self, channel: str, work: Work, urgent: bool = False) -> Job:
        """Start a job, an `urgent` one before all that wait. Older jobs of the channel are cancelled and their answers
        dropped."""
        self.cancel(channel)
        self._count += 1
        job = Job(self, channel, self._count)
        self._newest[channel] = job
        self._waiting += 1
        with self._lock:
            heappush(self._queue, (-int(urgent), self._count, job, work))
        self._pool.start(_Task(self))
        return job

    def cancel(self, channel: str) -> None:
        """Void the channel's request: it stops at its next step and its answer is dropped."""
        job = self._newest.pop(channel, None)
        if job is not None:
            job.cancel()

    def busy(self, channel: str) -> bool:
        return channel in self._newest

    def is_idle(self) -> bool:
        return self._waiting == 0

    def close(self, patience_ms: int = 2000) -> bool:
        """Cancel everything and wait. Returns whether the thread ended in time."""
        with self._lock:
            self._closed = True
            self._queue.clear()
        for channel in list(self._newest):
            self.cancel(channel)
        self._pool.clear()
        return self._pool.waitForDone(patience_ms)

    def _tell(self, signal: Any, *arguments: Any) -> None:
        # A job may outlive the window by a moment; then there is nobody to tell.
        with self._lock:
            if not self._closed:
                signal.emit(*arguments)

    @Slot(object, object, object)
    def _take_finished(self, job: Job, result: Any, error: BaseException | None) -> None:
        self._waiting -= 1
        if self._closed:  # sent before the end, delivered after it
            return
        if self._newest.get(job.channel) is job:
            del self._newest[job.channel]
            if isinstance(error, Cancelled):
                pass
            elif error is not None:
                self.failed.emit(job.channel, error)
            else:
                self.done.emit(job.channel, result)
        if self._waiting == 0:
            self.idle.emit()

    @Slot(object, float)
    def _take_progress(self, job: Job, done: float) -> None:
        if self._newest.get(job.channel) is job:
            self.progressed.emit(job.channel, done)


class _Task(QRunnable):
    """Does what is first when its turn comes: there are as many tasks as there are jobs."""

    def __init__(self, runner: Runner) -> None:
        super().__init__()
        self._runner = runner

    def run(self) -> None:
        # A task that ends before `start` returns is never freed: it holds nothing, then.
        runner = self._runner
        del self._runner
        with runner._lock:
            if not runner._queue:  # closed meanwhile
                return
            _, _, job, work = heappop(runner._queue)
        result: Any = None
        error: BaseException | None = None
        try:
            if job.cancelled():
                raise Cancelled
            with can_be_given_up(job.cancelled):
                result = work(job)
        except BaseException as problem:  # whatever happened must reach the window, not end a thread silently
            error = problem
        runner._tell(runner._finished, job, result, error)
        del result, error  # an error knows this frame, which must not know it back
