"""What is run: sentences and their targets, the model, the device; tokens while typing; opened and saved traces."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from tutor import work
from tutor.engine import axes as ax
from tutor.engine import families, models
from tutor.engine.axes import AxesError
from tutor.engine.files import FileError
from tutor.engine.sampling import Rules, SamplingError
from tutor.engine.spec import SpecError
from tutor.engine.tokens import Batch, TokenError
from tutor.engine.trace import Trace, TraceError
from tutor.engine.weights import WeightsError
from tutor.runner import Runner
from tutor.session import Session
from tutor.views import present
from tutor.views.chips_desk import ChipsDesk
from tutor.views.errors import worded
from tutor.views.sentencebar import SentenceBar
from tutor.views.typing_desk import SOURCE, TypingDesk

RUN, SAVE = "run", "save"
#: Errors whose message is a sentence for people.
WORDED = (AxesError, FileError, SamplingError, SpecError, TokenError, TraceError, WeightsError)


class SentenceDesk(QObject):
    """Between the sentence bar, the token strip and the engine.

    Signals:
        busyChanged(bool)    a run, an opening or a saving began or ended
        progressed(float)    how far it is, 0 to 1
        ran(object)          a `work.Run` is on screen
        said(str)            a sentence for the status line
        erred(str)           what went wrong, for a report
        modelShown(str)      the name of the model that runs next
        idle()               nothing is being computed or waited for
    """

    busyChanged = Signal(bool)
    progressed = Signal(float)
    ran = Signal(object)
    said = Signal(str)
    erred = Signal(str)
    idle = Signal()
    modelShown = Signal(str)

    def __init__(
        self, session: Session, runner: Runner, run: work.RunRequest, bar: SentenceBar, chips: ChipsDesk,
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        """`run` computes a request; it is called on the runner's thread only."""
        super().__init__(parent)
        self._session, self._runner, self._run_request = session, runner, run
        self._bar, self._chips = bar, chips
        self._texts: list[str] = [""]
        #: A target for each sentence, "" where the model writes its own; None for a model that reads none.
        self._targets: list[str] | None = None
        self._run_targets: tuple[str, ...] = ()  # those of the run on screen
        #: A run, and what the box shows of its sentences.
        self._run_texts: tuple[Trace | None, tuple[str, ...]] = (None, ())
        #: A run, and what asked for it; None for what came from a file.
        self._run_of: tuple[Trace | None, work.Request | None] = (None, None)
        self._row = 0
        self.request = work.Request(("",))
        #: While a run is being put on screen, of which `ran` tells once it is there.
        self.taking = False
        #: What was asked of the engine last.
        self._asked = self.request
        self.typing = TypingDesk(self)
        self.typing.paused.connect(self._tokenize)
        self.typing.read.connect(self._read)
        self.typing.failed.connect(self._unread)
        self.typing.idle.connect(self.idle)
        bar.edited.connect(self._edited)
        bar.targetEdited.connect(self._target_edited)
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
        runner.done.connect(self._done)
        runner.failed.connect(self._failed)
        runner.idle.connect(self.idle)
        runner.progressed.connect(self._progressed)

    @property
    def run_request(self) -> work.RunRequest:
        """What computes a request, for who runs another one; it is called on the runner's thread only."""
        return self._run_request

    def request_of(self, trace: Trace) -> work.Request | None:
        """What asked for a run, with or without changes; None where it came from a file, or is not on screen."""
        run, request = self._run_of
        return request if run is trace.origin else None

    # Running ------------------------------------------------------------------------------------------------

    def start(self, request: work.Request) -> None:
        """Put sentences into the box and run them, by their ids where they have some; a later run is of the texts."""
        self.put(replace(request, ids=()))
        self._submit(request.ids)

    def put(self, request: work.Request) -> None:
        """Put sentences into the box, to be run later."""
        self.request = request
        self._texts = list(request.texts) or [""]
        self._targets = list(request.targets) if request.targets else None
        self._row = 0
        self._fit_targets()
        self._show_request()

    def start_sample(self, text: str) -> None:
        """Run one sentence in place of what is in the box."""
        self.start(replace(self.request, texts=(text,), targets=()))

    def samples(self) -> tuple[str, ...]:
        """Good sentences for the model in use, none where it cannot be read."""
        try:
            return models.find(self.request.model).samples()
        except (SpecError, WeightsError):
            return ()

    def use_model(self, name: str) -> None:
        """Run what is in the box through a model folder or file; one that cannot be read leaves all as it is."""
        try:
            models.find(name)
        except (SpecError, WeightsError) as error:
            self._say(error, at_a_box=False)
            return
        self._choose_model(name)

    def use_model_on(self, name: str, text: str) -> None:
        """Run a model on a first sentence; on what is in the box where it has none."""
        if text:
            self.start(replace(self.request, model=name, layers=None, texts=(text,), targets=()))
        else:
            self._choose_model(name)

    def use_step(self, step: int) -> None:
        """Run the same sentence through the same model as it was after `step` steps of its training."""
        name, _ = models.at_step(self.request.model)
        steps, _ = self.training()
        self.request = replace(self.request, model=name if step == steps[-1] else f"{name}@{step}")
        self.run()

    def training(self) -> tuple[tuple[int, ...], int | None]:
        """The steps of training that the model has weights of, and the one that runs, None for the finished model."""
        name, step = models.at_step(self.request.model)
        return models.steps_of(name), step

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
        self._submit()

    def _submit(self, ids: tuple[tuple[int, ...], ...] = ()) -> None:
        self.typing.stop()
        self._store()
        given = tuple(self._targets) if self._targets is not None and any(self._targets) else ()
        self.request = replace(self.request, texts=tuple(self._texts), targets=given)
        self._bar.set_problem("")
        self._bar.set_target_problem("")
        self._ask(replace(self.request, ids=ids))

    def _ask(self, request: work.Request) -> None:
        self._asked = request
        self._runner.submit(RUN, partial(self._run_request, request))
        self._set_busy(True)

    def ask_again(self) -> None:
        """Ask the engine once more for what it could not answer."""
        self._ask(self._asked)

    def run_again(self) -> None:
        """Run what is on screen, not what is in the box: where it came from a file, so that it can be recomputed."""
        trace = self._session.trace
        if trace is None or self.busy():
            return
        ids = () if all(trace.batch.texts) else trace.batch.real_ids
        if trace.target is not None:
            ids = trace.target.real_ids
        request = replace(self.request, texts=trace.batch.texts, targets=self._run_targets, ids=ids, extend=0)
        self._ask(request)

    def extend(self, count: int, rules: Rules) -> None:
        """Append next tokens to the sentence on screen, chosen by `rules`, and run the longer one."""
        trace = self._session.trace
        if trace is None or self.busy() or not self._is_run(self._row):
            return  # what is being typed has to be run first: its next token is not that of the sentence on screen
        # By ids: what is on screen grows, also where its text would be cut into other tokens.
        ids = (trace.target or trace.batch).real_ids
        self._ask(replace(self.request, extend=count, row=self._row, rules=rules, ids=ids))

    def _take_extended(self, trace: Trace, row: int) -> None:
        """The sentence that grew is the one in the box."""
        if trace.target is None:
            self._texts[row] = trace.batch.texts[row] or present.written(trace.batch, row)
        elif self._targets is not None:
            self._targets[row] = present.written(trace.target, row)
            self._run_targets = tuple(self._targets)
        given = self._run_targets if self._targets is not None and any(self._targets) else ()
        self.request = replace(self.request, texts=tuple(self._texts), targets=given)

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
        return self.typing.is_settled()

    def close(self) -> None:
        """Stop everything; the window is closing."""
        self.typing.close()

    def _set_busy(self, busy: bool) -> None:
        self._bar.set_busy(busy)
        self.busyChanged.emit(busy)

    def _progressed(self, channel: str, done: float) -> None:
        if channel in (RUN, SAVE):
            self.progressed.emit(done)

    def _done(self, channel: str, result: object) -> None:
        if channel == RUN and isinstance(result, work.Run):
            self.taking = True
            try:
                self._set_busy(False)
                self._take_run(result)
            finally:
                self.taking = False
            self.ran.emit(result)
        elif channel == SAVE and isinstance(result, Path):
            self._set_busy(False)
            self.said.emit(self.tr("Saved as {name}.").format(name=result.name))

    def _take_run(self, run: work.Run) -> None:
        trace = run.trace
        if run.request is None:
            self._texts = list(trace.batch.texts)
            self._targets = list(trace.target.texts) if trace.target is not None else None
            self._run_targets = tuple(self._targets or ())
            self._row = 0
            self.request = replace(
                self.request, texts=tuple(self._texts), model=trace.spec.name, layers=None, targets=()
            )  # fmt: skip
        else:
            self._run_targets = run.request.targets
            if run.request.extend:
                self._take_extended(trace, min(run.request.row, len(self._texts) - 1))
        # A row of ids has no text of its own; the tokens' own is what the box shows of it.
        by_ids = run.request is not None and bool(run.request.extend or run.request.ids)
        texts = enumerate(trace.batch.texts)
        self._run_of = trace, run.request
        self._run_texts = trace, tuple(
            text or (present.written(trace.batch, at) if by_ids else "") for at, text in texts
        )  # fmt: skip
        row = self._row
        self._session.set_trace(trace)
        self._show_request()
        if row < trace.batch.n_rows:
            # The sentence in the box is the one on screen.
            with self._session.moves.together(more=True):
                self._session.select(ax.BATCH, row)

    def _failed(self, channel: str, error: BaseException) -> None:
        if channel in (RUN, SAVE):
            self._set_busy(False)
            self._say(error, at_a_box=channel == RUN)

    def _say(self, error: BaseException, at_a_box: bool) -> None:
        """Say what went wrong: at the box that it is about, else in the status line."""
        self.erred.emit(f"{type(error).__name__}: {error}")
        sentence = self.sentence(error)
        if at_a_box and isinstance(error, work.TargetError):
            self._bar.set_target_problem(sentence)
        elif at_a_box and isinstance(error, (TokenError, SpecError)):
            self._bar.set_problem(sentence)
        else:
            self.said.emit(sentence)

    def _read(self, which: str, batch: Batch | None) -> None:
        """What is being typed has its tokens."""
        if which == SOURCE:
            self._bar.set_problem("")
            self._chips.show_source(batch, bool(self._target()))
        else:
            self._bar.set_target_problem("")
            self._chips.show_target(batch)

    def _unread(self, which: str, error: BaseException) -> None:
        """What is being typed has no tokens."""
        self._say(error, at_a_box=True)
        if which == SOURCE:
            self._chips.show_source(None, bool(self._target()))
        else:
            self._chips.show_target(None)

    def sentence(self, error: BaseException) -> str:
        """What to tell people about an error: its own words where it has some."""
        if isinstance(error, MemoryError):
            return self.tr("There is not enough memory for this: use a shorter sentence or fewer blocks.")
        if isinstance(error, WORDED):
            return worded(str(error))
        text = self.tr("Something unexpected happened ({error}): try again, or change the sentence.")
        return text.format(error=f"{type(error).__name__}: {error}"[:160])

    def row(self) -> int:
        """Which sentence of the batch is in the box."""
        return self._row

    # The sentences ------------------------------------------------------------------------------------------

    def shows_its_run(self) -> bool:
        """Whether what is in the box is what was run (and not the next sentence, being typed)."""
        return self._is_run(self._row)

    def _target(self) -> str:
        """The target of the sentence in the box, "" for none."""
        return self._targets[self._row] if self._targets is not None else ""

    def _store(self) -> None:
        """Keep what is in the boxes as the sentence of this row, and its target."""
        self._texts[self._row] = self._bar.text()
        if self._targets is not None:
            self._targets[self._row] = self._bar.target()

    def _fit_targets(self) -> None:
        """As many targets as sentences for a model that reads them, none for another."""
        try:
            wanted = models.find(self.request.model).has_target
        except (SpecError, WeightsError):  # the run will say so
            wanted = self._targets is not None
        before = (self._targets or []) if wanted else []
        self._targets = [*before, *[""] * len(self._texts)][: len(self._texts)] if wanted else None

    def _show_request(self) -> None:
        self._bar.set_rows(self._row, len(self._texts))
        self._bar.set_text(self._texts[self._row])
        written = ""
        trace = self._session.trace
        if self._is_run(self._row) and not self._target() and trace is not None and trace.target is not None:
            written = present.written(trace.target, self._row)
        self._bar.set_target(None if self._targets is None else self._target(), written)
        preset = self.request.model in families.presets()
        layers = self.request.layers
        if preset and layers is None:
            layers = models.find(self.request.model).spec.n_layers
        self._bar.set_model(models.at_step(self.request.model)[0], layers or 1, not preset)
        self._bar.set_device(self.request.device)
        self.modelShown.emit(self.request.model)

    def _edited(self, text: str) -> None:
        self._texts[self._row] = text
        self.typing.soon()

    def _target_edited(self, text: str) -> None:
        if self._targets is not None:
            self._targets[self._row] = text
            self.typing.soon()

    def _tokenize(self) -> None:
        """Show the tokens of what is in the boxes, as far as it was not run."""
        if self._is_run(self._row):
            self.show_chips()
            self._show_request()
            self.idle.emit()  # nothing is asked, so nothing else will say so
            return
        self._bar.set_target(None if self._targets is None else self._target())
        target = None if self._targets is None else self._target()
        self.typing.ask(self.request.model, self._texts[self._row], target)

    def _choose_row(self, row: int) -> None:
        """Another sentence of the batch: in the box, and on screen where it was run."""
        self._store()
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
        if trace is None or row >= trace.batch.n_rows:
            return False
        run, texts = self._run_texts
        if (texts if run is trace.origin else trace.batch.texts)[row] != self._texts[row]:
            return False
        if (trace.target is None) != (self._targets is None):
            return False
        given = self._run_targets[row] if row < len(self._run_targets) else ""
        return self._targets is None or self._targets[row] == given

    def _add_row(self) -> None:
        self._store()
        self._texts.append("")
        if self._targets is not None:
            self._targets.append("")
        self._row = len(self._texts) - 1
        self._show_request()
        self._chips.show_nothing(self._targets is not None)
        self._bar.box().setFocus()

    def _remove_row(self) -> None:
        if len(self._texts) > 1:
            del self._texts[self._row]
            if self._targets is not None:
                del self._targets[self._row]
            self._row = min(self._row, len(self._texts) - 1)
            self._show_request()
            self.run()

    def _choose_model(self, name: str) -> None:
        self._store()
        self.request = replace(self.request, model=name, layers=None)
        self._fit_targets()
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
            self._store()
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
        if self._session.trace is None:
            self._chips.show_nothing(self._targets is not None)
        else:
            self._chips.show_run(self._row, not self._target())


def _open(path: Path, job: work.Handle) -> work.Run:
    return work.open_trace(path)
