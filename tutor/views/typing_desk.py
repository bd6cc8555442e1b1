"""What is being typed, as tokens at once: a sentence and its target, after a short pause and off the GUI thread."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from tutor import work
from tutor.engine.tokens import Batch
from tutor.runner import Runner

SOURCE, TARGET = "source", "target"
_PAUSE_MS = 80


class TypingDesk(QObject):
    """Between the boxes and the tokenizers.

    Signals:
        paused()               nothing was typed for a moment: ask now
        read(str, object)      the tokens of the source or of the target: a Batch, None for an empty target
        failed(str, object)    they could not be read: the exception
        idle()                 nothing is asked any more
    """

    paused = Signal()
    read = Signal(str, object)
    failed = Signal(str, object)
    idle = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.runner = Runner(self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(self.paused)
        self.runner.done.connect(self._done)
        self.runner.failed.connect(self._failed)
        self.runner.idle.connect(self.idle)

    def soon(self) -> None:
        """Something was typed."""
        self._timer.start()

    def stop(self) -> None:
        """What was typed is run instead."""
        self._timer.stop()

    def ask(self, model: str, text: str, target: str | None) -> None:
        """Ask for the tokens of a sentence, and of its target in a model that reads one; older requests are voided."""
        self.runner.submit(SOURCE, partial(_source, model, text))
        if target is not None:
            self.runner.submit(TARGET, partial(_target, model, target))

    def is_settled(self) -> bool:
        """Whether nothing typed waits for its tokens."""
        return self.runner.is_idle() and not self._timer.isActive()

    def close(self) -> None:
        """Stop everything; the window is closing."""
        self._timer.stop()
        self.runner.close()

    def _done(self, channel: str, result: object) -> None:
        if channel in (SOURCE, TARGET):
            self.read.emit(channel, result)

    def _failed(self, channel: str, error: BaseException) -> None:
        if channel in (SOURCE, TARGET):
            self.failed.emit(channel, error)


def _source(model: str, text: str, job: work.Handle) -> Batch:
    return work.tokens(model, (text,))


def _target(model: str, text: str, job: work.Handle) -> Batch | None:
    return work.target_tokens(model, text)
