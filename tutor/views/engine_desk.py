"""When the engine's process is lost: says so, offers to start it again, and has everything on screen computed anew."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from tutor import work
from tutor.engine.trace import EngineLost, Trace
from tutor.runner import Runner
from tutor.session import Session
from tutor.views.errors import worded
from tutor.views.quietline import QuietLine
from tutor.views.sentence_desk import RUN, SentenceDesk
from tutor.views.whatif_desk import WhatIfDesk

AGAIN = "again"
# How often it is seen whether the process is still there, in milliseconds: it may end while nothing is asked of it.
_LOOK_MS = 500


class EngineDesk(QObject):
    """Between the engine's process, where there is one, and the line that offers to start it again.

    What the learner made is not in that process; the runs on screen are computed again in the next one, at the same
    place and with the same changes.

    Signals:
        busyChanged(bool)    the runs on screen are being computed again, or no longer
        progressed(float)    how far that is, 0 to 1
        failed(object)       it cannot be done: the exception
        said(str)            a sentence for the status line
    """

    busyChanged = Signal(bool)
    progressed = Signal(float)
    failed = Signal(object)
    said = Signal(str)

    def __init__(
        self, session: Session, runner: Runner, desk: SentenceDesk, what_if: WhatIfDesk, line: QuietLine,
        engine: work.Restartable | None, parent: QObject | None = None,
    ) -> None:  # fmt: skip
        """`engine` is None where the engine is in this process and cannot be lost."""
        super().__init__(parent)
        self._session, self._runner, self._desk, self._what_if = session, runner, desk, what_if
        self._line, self._engine = line, engine
        self._run_lost = False
        self._sentence = ""  # in English
        self._watch = QTimer(self)
        self._watch.setInterval(_LOOK_MS)
        self._watch.timeout.connect(self._look)
        if engine is not None:
            self._watch.start()
        line.accepted.connect(self.start_again)
        runner.done.connect(self._done)
        runner.failed.connect(self._failed)
        runner.progressed.connect(self._progress)

    def there(self) -> bool:
        """Whether there is a process that could be started again."""
        return self._engine is not None

    def busy(self) -> bool:
        """Whether the runs on screen are being computed again."""
        return self._runner.busy(AGAIN)

    def cancel(self) -> None:
        """Give that up; what is on screen stays, and is computed when it is asked for. Where it has not begun yet, the
        offer stands again."""
        if self.busy():
            self._runner.cancel(AGAIN)
            self._end()
            self._sentence = ""

    def start_again(self) -> None:
        """Another process takes the place of the engine's; what is on screen, or was asked for last, is computed in
        it."""
        if self._engine is None or self.busy():
            return
        self._engine.kill()  # what hangs is let go, so that the runner is free
        changes = self._session.changes
        shown = [one for one in dict.fromkeys((changes.original, changes.run)) if one is not None]
        self._runner.submit(AGAIN, partial(_again, self._engine, [] if self._run_lost else shown))
        self.busyChanged.emit(True)

    def _end(self) -> None:
        self.busyChanged.emit(False)

    def _done(self, channel: str, result: object) -> None:
        if channel == AGAIN:
            self._well()
            self._end()
            if self._run_lost:
                self._run_lost = False
                self._desk.ask_again()
                return
            # The same run: every view asks for its numbers again.
            self._session.set_trace(self._session.trace)
            self._what_if.go_on()
            self.said.emit(self.tr("The engine runs again, and everything is as it was."))
        elif channel == RUN:
            self._run_lost = False
            self._well()

    def _failed(self, channel: str, error: BaseException) -> None:
        if channel == AGAIN:
            self._end()
            self.failed.emit(error)
        if isinstance(error, EngineLost) and self._engine is not None:
            self._run_lost = self._run_lost or channel == RUN
            self._say(error)

    def _look(self) -> None:
        if self._engine is None or self.busy():
            return
        lost = self._engine.look()
        if lost is None and self._sentence:
            self._well()  # something else has started it
        elif lost is not None and not self._sentence:
            self.failed.emit(lost)
            self._say(lost)

    def _say(self, error: BaseException) -> None:
        self._sentence = str(error)
        self._offer()

    def _well(self) -> None:
        self._sentence = ""
        self._line.hide()

    def _offer(self) -> None:
        self._line.offer(worded(self._sentence), self.tr("Start it again"))

    def _progress(self, channel: str, done: float) -> None:
        if channel == AGAIN:
            self.progressed.emit(done)

    def retranslate(self) -> None:
        if not self._line.isHidden():
            self._offer()


def _again(engine: work.Restartable, runs: list[Trace], job: work.Handle) -> None:
    engine.start_again()
    for at, run in enumerate(runs):
        run.prepare(lambda done, at=at: job.progress((at + done) / len(runs)), job.cancelled)  # type: ignore[misc]
