"""What if: between the Session's changes, the engine, and the views that make and show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from tutor import whatif_work, work
from tutor.engine import axes as ax
from tutor.engine import models
from tutor.engine.changes import Change, ChangeError, Changes, Head, attentions, folded, heads_of
from tutor.engine.changes_text import from_json, parse
from tutor.engine.spec import SpecError
from tutor.engine.trace import EngineLost, Trace
from tutor.engine.weights import WeightsError
from tutor.runner import Runner
from tutor.session import Session
from tutor.views.errors import worded
from tutor.views.sentence_desk import SentenceDesk

CHANGE, COMPARE = "change", "compare"


class WhatIfDesk(QObject):
    """Computes the run that the learner wants, and then which of its stages differ from the original.

    Signals:
        busyChanged(bool)    a run with changes is being computed, or no longer
        progressed(float)    how far it is, 0 to 1
        failed(object)       it cannot be had: the exception
        said(str)            a sentence for the status line
    """

    busyChanged = Signal(bool)
    progressed = Signal(float)
    failed = Signal(object)
    said = Signal(str)

    def __init__(
        self, session: Session, runner: Runner, desk: SentenceDesk, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._runner, self._desk = session, runner, desk
        self._changes = session.changes
        self._model: tuple[str, int | None] = ("", None)
        self._run_of: Trace | None = None  # the run of that model
        self._live = False  # a saved trace is being run, so that it can be changed
        self._compared = 0  # how many sections
        self._lost = 0  # how many changes did not apply to the new run
        self._unmade: Changes | None = None  # what was wanted when the engine was lost
        self._ended = QTimer(self)
        self._ended.setSingleShot(True)
        self._ended.setInterval(0)
        self._ended.timeout.connect(self._given_up)
        self._changes.wished.connect(self._wished)
        self._changes.changed.connect(self._compare)
        self._changes.dropped.connect(self._drop)
        desk.ran.connect(self._ran)
        desk.busyChanged.connect(self._desk_busy)
        runner.done.connect(self._done)
        runner.failed.connect(self._failed)
        runner.progressed.connect(self._progress)

    # Making -------------------------------------------------------------------------------------------------

    def busy(self) -> bool:
        """Whether a run with changes is being computed."""
        return self._runner.busy(CHANGE)

    def cancel(self) -> None:
        """Give it up; what was on screen stays."""
        if self.busy():
            self._runner.cancel(CHANGE)
            self.busyChanged.emit(False)
            self._changes.failed()

    def undo(self) -> None:
        self._changes.undo()

    def redo(self) -> None:
        self._changes.redo()

    def reset(self) -> None:
        self._changes.reset()

    def next_view(self) -> None:
        """The changed run, the original, their difference, round and round."""
        self._changes.next_view()

    def model(self) -> tuple[str, int | None]:
        """The model of the run on screen: its name, and how many blocks of it where that can be chosen."""
        if self._run_of is self._changes.original:
            return self._model
        return self._desk.request.model, self._desk.request.layers  # a run that is just being shown

    def plain(self) -> list[dict[str, Any]]:
        """The changes that are made, as a session file or a step code holds them: as `--set` takes them."""
        return [{"set": one.text} for one in self._changes.made]

    def take(self, plain: Sequence[Mapping[str, Any]]) -> str:
        """Make the changes that a session holds. Returns a sentence about what cannot be, "" for nothing."""
        original = self._changes.original
        try:
            if original is not None and plain and all(set(one) == {"set"} for one in plain):
                wanted = folded([parse(str(one["set"]), original.program) for one in plain])
            else:
                wanted = from_json([dict(one) for one in plain])
        except ChangeError as error:
            self._changes.begin(Changes())
            return worded(str(error))
        self._changes.begin(wanted)
        return ""

    def _wished(self) -> None:
        original, wanted = self._changes.original, self._changes.wanted
        if original is None:
            return
        self._runner.cancel(CHANGE)
        self._runner.cancel(COMPARE)
        if not wanted:
            self.busyChanged.emit(False)
            self._changes.took(original, wanted)
        elif original.where == "saved":
            self._run_live(original)
        else:
            name, layers = self.model()
            self._runner.submit(CHANGE, partial(_make, original, wanted, name, layers))
            self.busyChanged.emit(True)

    def _run_live(self, saved: Trace) -> None:
        """A file's numbers cannot be recomputed: run its sentence first, where its model is at hand."""
        if self._live:
            return
        name = saved.spec.name
        try:
            there = models.find(name).spec == saved.spec and not saved.told
        except (SpecError, WeightsError):
            there = False
        if not there:
            self._changes.failed()
            text = self.tr("These numbers come from a file and cannot be recomputed without their model ({name}): run "
                           "a sentence on a model first.")  # fmt: skip
            self.said.emit(text.format(name=name))
        elif not self._desk.busy():
            self._live = True
            self._desk.run_again()

    def _desk_busy(self, busy: bool) -> None:
        if not busy and self._live:
            self._ended.start()  # a run that was had is shown before this ends

    def _given_up(self) -> None:
        """The run failed or was given up: nothing can be changed."""
        if self._live:
            self._live = False
            self._changes.failed()

    def _ran(self, run: work.Run) -> None:
        if run.request is not None:
            self._model = run.request.model, run.request.layers
        else:
            self._model = run.trace.spec.name, None
        self._run_of = self._changes.original
        self._live = False
        self._say_lost()

    def _done(self, channel: str, result: object) -> None:
        if channel == CHANGE and isinstance(result, whatif_work.Made):
            self.busyChanged.emit(False)
            if result.run.origin is self._changes.original:
                self._changes.took(result.run, result.changes)
                self._say_lost()
        elif channel == COMPARE and isinstance(result, dict):
            self._take_compared(result)

    def _failed(self, channel: str, error: BaseException) -> None:
        if channel == CHANGE:
            self.busyChanged.emit(False)
            self._unmade = self._changes.wanted if isinstance(error, EngineLost) else None
            self._changes.failed()
            self.failed.emit(error)
        elif channel == COMPARE:
            self.failed.emit(error)

    def go_on(self) -> None:
        """The engine was lost and runs again: what it was asked for and did not give."""
        unmade, self._unmade = self._unmade, None
        if unmade is not None:
            self._changes.wish(unmade)
        elif self._changes.made and not self._runner.busy(COMPARE):
            self._compare_next()

    def _progress(self, channel: str, done: float) -> None:
        if channel == CHANGE:
            self.progressed.emit(done)

    def _drop(self, dropped: Sequence[Change]) -> None:
        self._lost = len(dropped)

    def _say_lost(self) -> None:
        """Say what was dropped, once the new run is on screen."""
        if self._lost and not self._changes.waiting():
            self.said.emit(self.tr("%n change(s) belonged to the sentence before and were dropped.", "", self._lost))
            self._lost = 0

    # What differs -------------------------------------------------------------------------------------------

    def _compare(self) -> None:
        """Which stages differ, a section at a time, so that a picture never waits long."""
        self._compared = 0
        self._runner.cancel(COMPARE)
        if self._changes.made:
            self._compare_next()

    def _compare_next(self) -> None:
        original, run = self._changes.original, self._changes.run
        if original is not None and run is not None and self._compared < len(run.program.sections):
            section = run.program.sections[self._compared]
            self._runner.submit(COMPARE, partial(whatif_work.differing, original, run, section))

    def _take_compared(self, found: dict[str, bool]) -> None:
        self._compared += 1
        self._changes.set_differs({**self._changes.differs, **found})
        self._compare_next()

    # What can be changed here -------------------------------------------------------------------------------

    def attention(self) -> str:
        """The attention that a change of a head would be of: where the learner is, else the first of the section."""
        trace = self._session.trace
        if trace is None:
            return ""
        found = attentions(trace.program)
        here = self._session.cursor.path
        within = [path for path in found if here.startswith(path + ".")]
        section = [path for path, (step, _) in found.items() if step.section == self._session.stop.section]
        return next(iter([*within, *section]), "")

    def head(self) -> int:
        """The head on screen."""
        trace = self._session.trace
        if trace is None or not self.attention():
            return 0
        return self._session.selection.of(ax.Axis(ax.HEAD, heads_of(trace, self.attention())))

    def set_head(self, how: str) -> None:
        """Silence the head on screen, make it even, or ("") leave it as it is."""
        path, head = self.attention(), self.head()
        if how:
            self._changes.make(Head(path, head, how))
        elif path:
            self._changes.unmake(("head", path, head))


def _make(original: Trace, wanted: Changes, model: str, layers: int | None, job: work.Handle) -> whatif_work.Made:
    return whatif_work.make(original, wanted, model, layers, job)
