"""What is run: the sentences, the model, the device; tokens while typing; runs, opened and saved traces."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from tutor import work
from tutor.engine import axes as ax
from tutor.engine import models
from tutor.engine.axes import AxesError
from tutor.engine.files import FileError
from tutor.engine.spec import SpecError
from tutor.engine.tokens import Batch, TokenError
from tutor.engine.trace import Trace, TraceError
from tutor.engine.weights import WeightsError
from tutor.runner import Runner
from tutor.session import Session
from tutor.views import present
from tutor.views.chips import TokenStrip
from tutor.views.errors import worded
from tutor.views.sentencebar import SentenceBar

RUN, SAVE, TOKENS = "run", "save", "tokens"
#: Errors whose message is a sentence for people.
WORDED = (AxesError, FileError, SpecError, TokenError, TraceError, WeightsError)
_TYPING_PAUSE_MS = 80


class SentenceDesk(QObject):
    """Between the sentence bar, the token strip and the engine.

    Signals:
        busyChanged(bool)    a run, an opening or a saving began or ended
        progressed(float)    how far it is, 0 to 1
        ran(object)          a `work.Run` is on screen
        said(str)            a sentence for the status line
        erred(str)           what went wrong, for a report
        idle()               nothing is being computed or waited for
    """

    busyChanged = Signal(bool)
    progressed = Signal(float)
    ran = Signal(object)
    said = Signal(str)
    erred = Signal(str)
    idle = Signal()

    def __init__(
        self, session: Session, runner: Runner, run: work.RunRequest, bar: SentenceBar, strip: TokenStrip,
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        """`run` computes a request; it is called on the runner's thread only."""
        super().__init__(parent)
        self._session, self._runner, self._run_request = session, runner, run
        self._bar, self._strip = bar, strip
        self._texts: list[str] = [""]
        self._row = 0
        self.request = work.Request(("",))
        self.typing_runner = Runner(self)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_PAUSE_MS)
        self._typing.timeout.connect(self._tokenize)
        bar.edited.connect(self._edited)
        bar.runRequested.connect(self.run)
        bar.cancelRequested.connect(self.cancel)
        bar.rowChosen.connect(self._choose_row)
        bar.rowAdded.connect(self._add_row)
        bar.rowRemoved.connect(self._remove_row)
        bar.modelChosen.connect(self._choose_model)
        bar.layersChosen.connect(self._choose_layers)
        bar.deviceChosen.connect(self._choose_device)
        session.traceChanged.connect(self._trace_changed)
        session.selectionChanged.connect(self._follow_selection)
        for one in (runner, self.typing_runner):
            one.done.connect(self._done)
            one.failed.connect(self._failed)
            one.idle.connect(self.idle)
        runner.progressed.connect(self._progressed)

    # Running ------------------------------------------------------------------------------------------------

    def start(self, request: work.Request) -> None:
        """Put sentences into the box and run them."""
        self.request = request
        self._texts = list(request.texts) or [""]
        self._row = 0
        self._show_request()
        self.run()

    def start_sample(self, text: str) -> None:
        """Run one sentence in place of what is in the box."""
        self.start(replace(self.request, texts=(text,)))

    def open(self, path: Path) -> None:
        """Open a saved trace."""
        self._runner.submit(RUN, partial(_open, path))
        self._set_busy(True)

    def save(self, trace: Trace, path: Path) -> None:
        """Save a trace."""
        self._runner.submit(SAVE, partial(work.save_trace, trace, path))
        self._set_busy(True)

    def run(self) -> None:
        """Run what is in the box; an older run is voided."""
        self._typing.stop()
        self._texts[self._row] = self._bar.text()
        self.request = replace(self.request, texts=tuple(self._texts))
        self._bar.set_problem("")
        self._runner.submit(RUN, partial(self._run_request, self.request))
        self._set_busy(True)

    def cancel(self) -> None:
        """Give the run up; what was on screen stays."""
        self._runner.cancel(RUN)
        self._runner.cancel(SAVE)
        self._set_busy(False)

    def busy(self) -> bool:
        """Whether a run, an opening or a saving is under way."""
        return self._runner.busy(RUN) or self._runner.busy(SAVE)

    def is_settled(self) -> bool:
        """Whether nothing typed waits for its tokens."""
        return self.typing_runner.is_idle() and not self._typing.isActive()

    def close(self) -> None:
        """Stop everything; the window is closing."""
        self._typing.stop()
        self.typing_runner.close()

    def _set_busy(self, busy: bool) -> None:
        self._bar.set_busy(busy)
        self.busyChanged.emit(busy)

    def _progressed(self, channel: str, done: float) -> None:
        if channel in (RUN, SAVE):
            self.progressed.emit(done)

    def _done(self, channel: str, result: object) -> None:
        if channel == RUN and isinstance(result, work.Run):
            self._set_busy(False)
            self._take_run(result)
        elif channel == TOKENS and isinstance(result, Batch):
            self._bar.set_problem("")
            self._strip.set_rows([present.chips(result, 0)], 0, [self.tr("Tokens")])
        elif channel == SAVE and isinstance(result, Path):
            self._set_busy(False)
            self.said.emit(self.tr("Saved as {name}.").format(name=result.name))

    def _take_run(self, run: work.Run) -> None:
        trace = run.trace
        if run.request is None:
            self._texts = list(trace.batch.texts)
            self._row = 0
            self.request = work.Request(tuple(self._texts), trace.spec.name)
        self._show_request()
        row = self._row
        self._session.set_trace(trace)
        if row < trace.batch.n_rows:
            # The sentence in the box is the one on screen.
            self._session.select(ax.BATCH, row)
        self.ran.emit(run)

    def _failed(self, channel: str, error: BaseException) -> None:
        if channel not in (RUN, SAVE, TOKENS):
            return
        if channel != TOKENS:
            self._set_busy(False)
        self.erred.emit(f"{type(error).__name__}: {error}")
        sentence = self.sentence(error)
        if channel != SAVE and isinstance(error, (TokenError, SpecError)):
            self._bar.set_problem(sentence)
            if channel == TOKENS:
                self._strip.set_rows([()], 0, [self.tr("Tokens")])
        else:
            self.said.emit(sentence)

    def sentence(self, error: BaseException) -> str:
        """What to tell people about an error: its own words where it has some."""
        if isinstance(error, MemoryError):
            return self.tr("There is not enough memory for this: use a shorter sentence or fewer blocks.")
        if isinstance(error, WORDED):
            return worded(str(error))
        text = self.tr("Something unexpected happened ({error}): try again, or change the sentence.")
        return text.format(error=f"{type(error).__name__}: {error}"[:160])

    # The sentences ------------------------------------------------------------------------------------------

    def shows_its_run(self) -> bool:
        """Whether what is in the box is what was run (and not the next sentence, being typed)."""
        return self._is_run(self._row)

    def _show_request(self) -> None:
        self._bar.set_rows(self._row, len(self._texts))
        self._bar.set_text(self._texts[self._row])
        preset = self.request.model in models.names()
        layers = self.request.layers
        if preset and layers is None:
            layers = models.find(self.request.model).spec.n_layers
        self._bar.set_model(self.request.model, layers or 1, not preset)
        self._bar.set_device(self.request.device)

    def _edited(self, text: str) -> None:
        self._texts[self._row] = text
        self._typing.start()

    def _tokenize(self) -> None:
        job = partial(_tokens, self.request.model, self._texts[self._row])
        self.typing_runner.submit(TOKENS, job)

    def _choose_row(self, row: int) -> None:
        """Another sentence of the batch: in the box, and on screen where it was run."""
        self._texts[self._row] = self._bar.text()
        self._row = min(row, len(self._texts) - 1)
        self._show_request()
        trace = self._session.trace
        if trace is not None and self._row < trace.batch.n_rows:
            self._session.select(ax.BATCH, self._row)
        if self._is_run(self._row):
            self.show_chips()
        else:
            self._tokenize()

    def _is_run(self, row: int) -> bool:
        trace = self._session.trace
        return trace is not None and row < trace.batch.n_rows and trace.batch.texts[row] == self._texts[row]

    def _add_row(self) -> None:
        self._texts[self._row] = self._bar.text()
        self._texts.append("")
        self._row = len(self._texts) - 1
        self._show_request()
        self._strip.set_rows([()], 0, [self.tr("Tokens")])
        self._bar.box().setFocus()

    def _remove_row(self) -> None:
        if len(self._texts) > 1:
            del self._texts[self._row]
            self._row = min(self._row, len(self._texts) - 1)
            self._show_request()
            self.run()

    def _choose_model(self, name: str) -> None:
        self.request = replace(self.request, model=name, layers=None)
        self._show_request()
        self.run()

    def _choose_layers(self, layers: int) -> None:
        self.request = replace(self.request, layers=layers)
        self.run()

    def _choose_device(self, device: str) -> None:
        self.request = replace(self.request, device=device)
        self.run()

    def _follow_selection(self) -> None:
        """Another sentence on screen is also the one in the box."""
        trace = self._session.trace
        if trace is None:
            return
        row = self._session.selection.of(ax.Axis(ax.BATCH, trace.batch.n_rows))
        if row != self._row and row < len(self._texts):
            self._texts[self._row] = self._bar.text()
            self._row = row
            self._show_request()
        if self._is_run(self._row):
            self.show_chips()

    # The tokens ---------------------------------------------------------------------------------------------

    def _trace_changed(self) -> None:
        # Where the next sentence is being typed already, its own tokens are on their way.
        if self._session.trace is None or self.shows_its_run():
            self.show_chips()

    def show_chips(self) -> None:
        """The tokens of the sentence on screen, with query and key marked."""
        trace = self._session.trace
        if trace is None:
            self._strip.set_rows([()], 0, [self.tr("Tokens")])
            return
        row = min(self._row, trace.batch.n_rows - 1)
        self._strip.set_rows([present.chips(trace.batch, row)], 0, [self.tr("Tokens")])
        present.mark(self._strip, trace, self._session.cursor.path, self._session.cell)


def _open(path: Path, job: work.Handle) -> work.Run:
    return work.open_trace(path)


def _tokens(model: str, text: str, job: work.Handle) -> Batch:
    return work.tokens(model, (text,))
