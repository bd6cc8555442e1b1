"""Has cells of the step on screen worked out by the learner, less and less of it given."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from tutor import work
from tutor.engine import axes as ax
from tutor.engine.trace import Trace
from tutor.engine.working import Link
from tutor.lessons import fading
from tutor.lessons.experiment import Focus
from tutor.lessons.fading import WORKED, Example
from tutor.runner import Runner
from tutor.session import Session
from tutor.typeset import words
from tutor.views import explanation
from tutor.views.practise import PractiseDialog
from tutor.views.stage_desk import StageDesk
from tutor.views.theme import Theme

PRACTISE = "practise"


class PractiseDesk(QObject):
    """Between the step on screen and the dialog of examples.

    Signals:
        said(str)       a sentence for the status line
        failed(object)  the examples could not be made: the exception
    """

    said = Signal(str)
    failed = Signal(object)

    def __init__(self, session: Session, runner: Runner, stage_desk: StageDesk, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._runner, self._stage_desk, self._window = session, runner, stage_desk, window
        self._dialog: PractiseDialog | None = None
        self._theme: Theme | None = None
        self._trace: Trace | None = None
        self._made: tuple[Example, ...] = ()
        self._seed = 7
        session.traceChanged.connect(self._gone_on)
        runner.done.connect(self._done)
        runner.failed.connect(self._failed)

    def open(self, theme: Theme) -> None:
        """Practise the step on screen."""
        self._theme, self._seed = theme, 7
        self._ask()

    def dialog(self) -> PractiseDialog | None:
        return self._dialog

    def _ask(self) -> None:
        session, trace = self._session, self._session.trace
        if trace is None:
            return
        chosen = dict(session.selection.at)
        focus = Focus(session.cursor.path, session.section.number or 0, chosen.get(ax.HEAD, 0), chosen.get(ax.BATCH, 0))
        self._trace = trace
        self._runner.submit(PRACTISE, partial(_make, trace, session.cursor.path, focus, self._seed), urgent=True)

    def _done(self, channel: str, result: object) -> None:
        if channel != PRACTISE or not isinstance(result, tuple) or self._theme is None:
            return
        if not result:
            self.said.emit(self.tr("This step is not one to work out by hand: try scores, scale, softmax, × V or a "
                                   "norm."))  # fmt: skip
            return
        self._made = result
        if self._dialog is None:
            self._dialog = box = PractiseDialog(self._theme, self._window)
            box.wanted.connect(self._show)
            box.another.connect(self._another)
            box.closed.connect(self._closed)
        self._show(WORKED)
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()

    def _failed(self, channel: str, error: BaseException) -> None:
        if channel == PRACTISE:
            self.failed.emit(error)

    def _show(self, level: int) -> None:
        trace = self._trace
        if self._dialog is None or trace is None or level >= len(self._made):
            return
        one = self._made[level]
        place = explanation.place(trace, one.path, one.index)
        address = Link(one.path, one.index).short
        self._dialog.show_example(one, f"{place} · {address}", words(trace.program.formula(one.path)))
        if one.path == self._session.cursor.path:
            self._stage_desk.point([Link(one.path, one.index)])

    def _another(self) -> None:
        self._seed += 1
        self._ask()

    def _gone_on(self) -> None:
        """Another run: its numbers are others."""
        if self._dialog is not None and self._session.trace is not self._trace:
            self._dialog.close()

    def _closed(self) -> None:
        self._dialog = None
        self._stage_desk.point(())


def _make(trace: Trace, path: str, focus: Focus, seed: int, job: work.Handle) -> tuple[Example, ...]:
    return fading.examples(trace, path, focus, seed)
