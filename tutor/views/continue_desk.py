"""Between the Continue bar and the engine: what would come next, and appending it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication

from tutor import work
from tutor.engine import axes as ax
from tutor.engine.sampling import Rules, SamplingError
from tutor.engine.trace import Trace
from tutor.runner import Runner
from tutor.session import Session
from tutor.views.continuebar import ContinueBar
from tutor.views.errors import worded
from tutor.views.sentence_desk import SentenceDesk

NEXT = "next"


class ContinueDesk(QObject):
    """Shows the candidates for the next token of the sentence on screen, and has tokens appended to it.

    Signals:
        left()  the bar was closed with the focus in it
    """

    left = Signal()

    def __init__(
        self, session: Session, runner: Runner, sentence: SentenceDesk, bar: ContinueBar, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._runner, self._sentence, self._bar = session, runner, sentence, bar
        bar.hide()
        bar.rulesChanged.connect(self.ask)
        bar.appendRequested.connect(self.append)
        bar.closeRequested.connect(self.close)
        session.traceChanged.connect(self.ask)
        session.selectionChanged.connect(self.ask)
        runner.done.connect(self._done)
        runner.failed.connect(self._failed)

    def rules(self) -> Rules:
        """The rules that the bar shows."""
        bar = self._bar
        return Rules(bar.temperature(), bar.top_k(), bar.top_p(), bar.seed())

    def toggle(self) -> None:
        """Open the bar with the focus in it, or close it."""
        if self._bar.isVisible():
            self.close()
        else:
            self._bar.show()
            self._bar.first_focus().setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.ask()

    def close(self) -> None:
        focus = QApplication.focusWidget()
        inside = focus is not None and self._bar.isAncestorOf(focus)
        self._bar.hide()
        if inside:
            self.left.emit()

    def escape(self) -> bool:
        """Close the bar where it is open. Returns whether it was."""
        was = self._bar.isVisible()
        self.close()
        return was

    def append(self) -> None:
        """Append what the rules choose and run the longer sentence."""
        self._sentence.extend(self._bar.tokens(), self.rules())

    def ask(self) -> None:
        """Have the candidates worked out again, where the bar is open."""
        trace = self._session.trace
        if trace is None or self._bar.isHidden():
            return
        row = self._session.selection.of(ax.Axis(ax.BATCH, trace.batch.n_rows))
        job = partial(_next, trace, self._sentence.request.model, row, self.rules())
        self._runner.submit(NEXT, job)

    def _done(self, channel: str, result: object) -> None:
        if channel == NEXT and isinstance(result, work.Next):
            shown = [(one.text, one.before, one.after, one.chosen) for one in result.candidates]
            self._bar.set_next(shown, (result.rest_before, result.rest_after), result.kept, result.total)

    def _failed(self, channel: str, error: BaseException) -> None:
        if channel != NEXT:
            return
        if isinstance(error, ValueError) and not isinstance(error, SamplingError):
            self._bar.set_problem(self.tr("This model has no next token to choose."))
        else:
            self._bar.set_problem(worded(str(error)))


def _next(trace: Trace, model: str, row: int, rules: Rules, job: work.Handle) -> work.Next:
    return work.next_token(trace, model, row, rules)
