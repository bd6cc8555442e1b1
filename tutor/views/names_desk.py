"""Between the engine and whoever shows vocabulary entries: the names of the run on screen, found off the GUI thread."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from tutor import work
from tutor.engine.trace import Trace
from tutor.engine.vocabulary import Vocabulary, of_trace
from tutor.runner import Runner
from tutor.session import Session
from tutor.views.sentence_desk import SentenceDesk

NAMES = "names"


class Names(QObject):
    """The vocabulary of the run on screen.

    Signals:
        changed(object)  a function from ids to texts; None while it is looked for
    """

    changed = Signal(object)

    def __init__(self, session: Session, runner: Runner, sentence: SentenceDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._runner, self._sentence = session, runner, sentence
        self._made: tuple[Trace, Vocabulary] | None = None
        session.traceChanged.connect(self._ask)
        runner.done.connect(self._done)
        if session.trace is not None:
            self._ask()

    def model(self) -> str:
        """The name by which the run on screen was asked for."""
        return self._sentence.request.model

    def of(self, trace: Trace, model: str) -> Vocabulary:
        """The vocabulary of a run, made once; may be slow, so on the runner's thread only."""
        made = self._made
        if made is None or made[0] is not trace:
            made = self._made = (trace, of_trace(trace, model))
        return made[1]

    def _ask(self) -> None:
        trace = self._session.trace
        self.changed.emit(None)  # another run's names would be wrong ones
        if trace is None:
            self._made = None
            self._runner.cancel(NAMES)
        else:
            self._runner.submit(NAMES, partial(_find, self, trace, self.model()))

    def _done(self, channel: str, result: object) -> None:
        if channel == NAMES and isinstance(result, Vocabulary):
            self.changed.emit(result.names)


def _find(names: Names, trace: Trace, model: str, job: work.Handle) -> Vocabulary:
    return names.of(trace, model)
