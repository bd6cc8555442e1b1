"""Between the experiments of a lesson and the engine: asks, shows what comes back, drops what is no longer wanted."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Mapping
from functools import partial

import shiboken6
from PySide6.QtCore import QObject

from tutor import work
from tutor.engine import axes as ax
from tutor.engine import models
from tutor.engine.records import dataclass
from tutor.engine.spec import SpecError
from tutor.engine.trace import Trace, TraceError
from tutor.engine.weights import WeightsError
from tutor.lab import RunLab
from tutor.lessons.experiment import Bars, Control, Curves, Experiment, Focus, Result, Unfit, Value
from tutor.lessons.experiments import every
from tutor.runner import Runner
from tutor.session import Session
from tutor.views.experiment_controls import fitted
from tutor.views.experiment_panel import ExperimentPanel
from tutor.views.sentence_desk import SentenceDesk

CHANNEL = "experiment "
#: Why an experiment cannot be done on a run from a file.
SAVED = "saved"
#: A computation that has lasted so long gives way to newer settings; a shorter one is shown first.
_GIVES_WAY_S = 0.4
_KEPT = 12


@dataclass(frozen=True, eq=False)
class _Found:
    """What came back: the controls for this run, the settings, and the result or why there is none."""

    of: tuple[object, ...]
    controls: tuple[Control, ...]
    settings: Mapping[str, Value]
    result: Result | None


class _Panel:
    """An experiment on screen and what is known of it."""

    def __init__(self, view: ExperimentPanel, experiment: Experiment) -> None:
        self.view, self.experiment = view, experiment
        self.since = 0.0
        self.again = False
        self.stopped = False
        self.shown: tuple[object, ...] | None = None


class ExperimentDesk(QObject):
    """Runs the experiments that are on screen, one at a time, and again where the run or the place changes."""

    def __init__(
        self, session: Session, runner: Runner, desk: SentenceDesk, showing: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        """`showing`: whether the lesson that has the panels is on screen."""
        super().__init__(parent)
        self._session, self._runner, self._desk, self._showing = session, runner, desk, showing
        self._panels: dict[str, _Panel] = {}
        #: What the learner has chosen, by experiment, for as long as the window is open.
        self._chosen: dict[str, dict[str, Value]] = {}
        self._kept: dict[tuple[object, ...], _Found] = {}
        session.traceChanged.connect(self._forget)
        session.moved.connect(self._moved)
        session.selectionChanged.connect(self._moved)
        session.followed.connect(self.ask)
        runner.done.connect(self._done)
        runner.failed.connect(self._failed)
        runner.progressed.connect(self._progressed)

    # The panels ---------------------------------------------------------------------------------------------

    def add(self, view: ExperimentPanel) -> None:
        """A panel is on screen from now on."""
        self._panels[view.key] = _Panel(view, every()[view.key])
        view.changed.connect(partial(self._changed, view.key))
        view.cancelled.connect(partial(self.cancel, view.key))
        view.wanted.connect(partial(self._wanted, view.key))

    def clear(self) -> None:
        """No panel is on screen any more."""
        for key in self._panels:
            self._runner.cancel(CHANNEL + key)
        self._panels.clear()

    def settings(self, key: str) -> Mapping[str, Value]:
        """What was chosen by hand."""
        return dict(self._chosen.get(key, {}))

    # Asking -------------------------------------------------------------------------------------------------

    def focus(self) -> Focus:
        """Where the learner is."""
        session, trace = self._session, self._session.trace
        if trace is None:
            return Focus()
        section = session.section
        blocks = [one.number for one in trace.program.sections if one.number is not None]
        block = section.number if section.number is not None else 0 if section is trace.program.sections[0] else (
            blocks[-1] if blocks else 0
        )  # fmt: skip
        row = session.selection.of(ax.Axis(ax.BATCH, trace.batch.n_rows))
        head = session.selection.of(ax.Axis(ax.HEAD, trace.spec.n_heads))
        return Focus(session.cursor.path, block, head, row, session.positions.get(section.track))

    def _key(self, panel: _Panel) -> tuple[object, ...]:
        """What a result belongs to: the run, the place, and what was chosen."""
        focus = self.focus()
        chosen = self._chosen.get(panel.view.key, {})
        place = (focus.block, focus.head, focus.row, focus.at)
        return (panel.view.key, id(self._session.trace), place, tuple(sorted(chosen.items())))

    def ask(self) -> None:
        """Have what is on screen and not up to date computed."""
        for panel in self._panels.values():
            self._ask(panel)

    def _ask(self, panel: _Panel) -> None:
        trace, channel = self._session.trace, CHANNEL + panel.view.key
        if trace is None or not self._showing():
            self._runner.cancel(channel)
            panel.view.set_busy(False)
            return
        key = self._key(panel)
        if panel.shown == key or panel.stopped:
            return
        kept = self._kept.get(key)
        if kept is not None:
            self._runner.cancel(channel)
            self._show(panel, kept)
            return
        if self._runner.busy(channel) and time.monotonic() - panel.since < _GIVES_WAY_S:
            panel.again = True
            return
        panel.again, panel.since = False, time.monotonic()
        request = self._desk.request_of(trace)
        chosen = dict(self._chosen.get(panel.view.key, {}))
        job = partial(_do, panel.experiment, trace.origin, request, self.focus(), self._desk.run_request, chosen, key)
        panel.view.set_busy(True)
        self._runner.submit(channel, job)

    def _changed(self, key: str, settings: object) -> None:
        if isinstance(settings, dict) and key in self._panels:
            self._chosen[key] = settings
            self._panels[key].stopped = False
            self._ask(self._panels[key])

    def cancel(self, key: str) -> None:
        """Give an experiment up; what was found before stays."""
        panel = self._panels.get(key)
        if panel is not None:
            self._runner.cancel(CHANNEL + key)
            panel.again, panel.stopped = False, True
            panel.view.set_problem(self.tr("The experiment was cancelled."), self.tr("Compute it"), keep=True)

    def _wanted(self, key: str) -> None:
        panel = self._panels.get(key)
        if panel is None:
            return
        if panel.stopped:
            panel.stopped = False
            self._ask(panel)
        else:
            self._desk.run_again()  # the same experiment is asked for once it is there

    def _model_is_at_hand(self) -> bool:
        """Whether a run that came from a file can be made again: by the model of that name, of the same sizes."""
        trace = self._session.trace
        if trace is None or trace.where != "saved" or trace.told:
            return False
        try:
            return models.find(trace.spec.name).spec == trace.spec
        except (SpecError, WeightsError):
            return False

    def busy(self) -> bool:
        """Whether an experiment is being computed."""
        return any(self._runner.busy(CHANNEL + key) for key in self._panels)

    def _long(self) -> list[str]:
        """What is being computed for longer than one waits."""
        return [key for key, panel in self._panels.items()
                if self._runner.busy(CHANNEL + key) and panel.view.stop_button().isVisible()]  # fmt: skip

    def shows_progress(self) -> bool:
        """Whether an experiment takes so long that it shows its progress."""
        return bool(self._long())

    def give_up(self) -> None:
        """Cancel those that do."""
        for key in self._long():
            self.cancel(key)

    # What changes -------------------------------------------------------------------------------------------

    def _forget(self) -> None:
        self._kept.clear()
        for panel in self._panels.values():
            panel.shown, panel.stopped = None, False
        self.ask()

    def _moved(self) -> None:
        """Stepping goes first: what is being computed begins again behind what the step asks for."""
        for key, panel in self._panels.items():
            if self._runner.busy(CHANNEL + key):
                self._runner.cancel(CHANNEL + key)
                panel.since = 0.0
                panel.shown = None
        self.ask()

    # Showing ------------------------------------------------------------------------------------------------

    def _show(self, panel: _Panel, found: _Found) -> None:
        panel.view.set_controls(found.controls, found.settings)
        if found.result is not None:
            panel.view.set_result(found.result)
        panel.shown = found.of

    def _panel_of(self, channel: str) -> _Panel | None:
        panel = self._panels.get(channel.removeprefix(CHANNEL)) if channel.startswith(CHANNEL) else None
        return panel if panel is not None and shiboken6.isValid(panel.view) else None

    def _done(self, channel: str, found: object) -> None:
        panel = self._panel_of(channel)
        if panel is None or not isinstance(found, _Found):
            return
        self._kept[found.of] = found
        while len(self._kept) > _KEPT:
            del self._kept[next(iter(self._kept))]
        newest = found.of == self._key(panel)
        if newest or panel.again:
            if newest:
                self._show(panel, found)
            elif found.result is not None:
                panel.view.set_result(found.result)  # the newest is under way; meanwhile the newest there is
        if panel.again:
            panel.again = False
            self._ask(panel)

    def _failed(self, channel: str, error: BaseException) -> None:
        panel = self._panel_of(channel)
        if panel is None:
            return
        panel.shown = self._key(panel)
        if isinstance(error, _NotHere):
            panel.view.set_controls(error.controls, error.settings)
            offered = error.why.key == SAVED and self._model_is_at_hand()
            panel.view.set_problem(panel.view.unfit(error.why), self.tr("Run it now") if offered else "")
        else:
            offered = isinstance(error, TraceError) and self._model_is_at_hand()
            panel.view.set_problem(self._desk.sentence(error), self.tr("Run it now") if offered else "")
        if panel.again:
            panel.again = False
            self._ask(panel)

    def _progressed(self, channel: str, done: float) -> None:
        panel = self._panel_of(channel)
        if panel is not None:
            panel.view.set_progress(done)


class _NotHere(Exception):
    """An experiment cannot be done on this run, with what was chosen; its controls stay."""

    def __init__(self, why: Unfit, controls: tuple[Control, ...], settings: Mapping[str, Value]) -> None:
        super().__init__(str(why))
        self.why, self.controls, self.settings = why, controls, settings


def _do(
    experiment: Experiment, trace: Trace, request: work.Request | None, focus: Focus, run: work.RunRequest,
    chosen: Mapping[str, Value], of: tuple[object, ...], job: work.Handle,
) -> _Found:  # fmt: skip
    """On the runner's thread."""
    lab = RunLab(trace, request, focus, run, job)
    controls: tuple[Control, ...] = ()
    settings: Mapping[str, Value] = {}
    try:
        controls = experiment.controls(lab)
        settings = fitted(controls, chosen)
        result = experiment.run(lab, settings)
    except Unfit as error:
        raise _NotHere(error, controls, settings) from None
    if any(isinstance(one, (Curves, Bars)) for one in result.plots):
        importlib.import_module("pyqtgraph")  # here, where nobody waits for it
    return _Found(of, controls, settings, result)
