"""Between NaN on screen and the engine, which finds the step that it arose in."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from tutor import work
from tutor.engine.nans import INFINITE, MASKED, WEIGHT, Origin, origin
from tutor.engine.trace import Trace
from tutor.runner import Runner
from tutor.session import OPERATION, STAGE, Session
from tutor.views import words
from tutor.views.nanband import NanBand
from tutor.views.stage_desk import StageDesk

NAN = "nan"


class NanDesk(QObject):
    """Asks where NaN comes from whenever a step with NaN is on screen."""

    def __init__(
        self, session: Session, runner: Runner, stage_desk: StageDesk, band: NanBand, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._runner, self._stage_desk, self._band = session, runner, stage_desk, band
        self._origin: Origin | None = None
        stage_desk.shown.connect(self.ask)
        session.moved.connect(self._moved)
        session.traceChanged.connect(self._moved)
        band.goThere.connect(self.go_there)
        runner.done.connect(self._done)

    def ask(self) -> None:
        """Look at the step on screen."""
        picture, trace = self._stage_desk.picture(), self._session.trace
        if picture is None or trace is None or not picture.stats.nan:
            self._runner.cancel(NAN)
            self._band.say("")
        else:
            self._runner.submit(NAN, partial(_origin, trace, picture.path))

    def _moved(self) -> None:
        if self._stage_desk.picture() is None:
            self._runner.cancel(NAN)
            self._band.say("")

    def _done(self, channel: str, result: object) -> None:
        if channel == NAN and isinstance(result, Origin):
            self._origin = result
            self._band.say(self._sentence(result), result.path != self._session.cursor.path)

    def _sentence(self, found: Origin) -> str:
        trace = self._session.trace
        assert trace is not None
        step = trace.program[found.path]
        parts = (words.section(step.section), words.stage(step.stage.title))
        place = self.tr("{place} ({step})").format(place=" · ".join(parts), step=step.short)
        if found.path == self._session.cursor.path:
            said = self.tr("NaN (not a number) arises in this step: {why}.")
        else:
            said = self.tr("NaN (not a number) first arises in {place}: {why}.")
        return said.format(place=place, why=self._why(found))

    def _why(self, found: Origin) -> str:
        if found.why == WEIGHT:
            return self.tr("the weight {name} holds it").format(name=found.weight)
        if found.why == MASKED:
            return self.tr("a row is masked everywhere, and 0 ÷ 0 has no value")
        if found.why == INFINITE:
            return self.tr("it computes with infinite numbers")
        return self.tr("its operands hold none")

    def go_there(self) -> None:
        """To the step that NaN arose in: the stage, or the operation where the stage does not show it."""
        trace = self._session.trace
        if trace is not None and self._origin is not None:
            path = self._origin.path
            shown = path in [step.name for step in trace.program.stop_of(path).results]
            self._session.go(path, STAGE if shown else OPERATION)


def _origin(trace: Trace, path: str, job: work.Handle) -> Origin | None:
    return origin(trace, path, job.cancelled)
