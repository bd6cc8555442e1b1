"""Play: the walk goes on by itself, a stage at a time, and waits at the end of each section.

One single-shot timer, started anew when a stage is really on screen: a slow stage delays the next, none is skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from tutor.engine import axes as ax
from tutor.engine.program import Step
from tutor.engine.trace import Trace
from tutor.session import Cursor, Session
from tutor.views.announcer import Announcer
from tutor.views.playbar import SPEEDS, STAGE_MS, PlayBar
from tutor.views.stage_desk import StageDesk

_LEAST, _MOST = 0.6, 1.8
_MOVED, _PLAIN, _MIXED = 0.5, 1.0, 1.5


def effort(trace: Trace, step: Step) -> float:
    """How much there is to see in one operation: least where numbers only move, most where many make one."""
    if step.op.picture in ("product", "turned"):
        return _MIXED
    given = [trace.shapes[name] for name in step.operands]
    if len(given) != 1 or step.name in trace.program.sources:
        return _PLAIN
    out, given_axes = trace.shapes[step.name], given[0]
    if ax.count(out) == ax.count(given_axes) and ax.names(out) != ax.names(given_axes):
        return _MOVED
    read = step.op.reads((0,) * len(out), out, given_axes)[0]
    return _MIXED if any(isinstance(part, slice) for part in read) else _PLAIN


def dwell(trace: Trace) -> tuple[float, ...]:
    """For each stage, how long it is shown, as a share of the usual: by the number and kind of its operations."""
    efforts = [sum(effort(trace, step) for step in stop.steps) for stop in trace.program.stops]
    middle = sum(efforts) / len(efforts)
    return tuple(min(max(0.5 + 0.5 * one / middle, _LEAST), _MOST) for one in efforts)


class PlayDesk(QObject):
    """Makes the move Next again and again.

    Signals:
        changed()      it plays or not, or at another speed
        said(str)      a sentence for the status line: why it stopped
    """

    changed = Signal()
    said = Signal(str)

    def __init__(
        self, session: Session, stage_desk: StageDesk, bar: PlayBar, announcer: Announcer, parent: QObject | None = None
    ) -> None:
        """`announcer` is silent while it plays: the stages would come too fast to be read out."""
        super().__init__(parent)
        self._session, self._stage_desk, self._bar, self._announcer = session, stage_desk, bar, announcer
        self._playing = self._moving = self._begun = False
        self._from = Cursor("")
        self._speed = 1.0
        self._pauses: frozenset[str] = frozenset()
        self._dwell: tuple[float, ...] = ()
        self.timer = QTimer(self)
        self.timer.setSingleShot(True)
        self.timer.timeout.connect(self._tick)
        session.moved.connect(self._moved)
        session.traceChanged.connect(self._another_run)
        session.selectionChanged.connect(self._selected)
        stage_desk.shown.connect(self._shown)
        stage_desk.failed.connect(self._failed)
        bar.toggled.connect(self.toggle)
        bar.speedChosen.connect(self.set_speed)
        self._show()

    def _show(self) -> None:
        self._bar.setEnabled(self._session.trace is not None)
        self._bar.set_playing(self._playing)
        self._bar.set_speed(self._speed)
        self._announcer.set_quiet(self._playing)

    # Asked for ----------------------------------------------------------------------------------------------

    def playing(self) -> bool:
        return self._playing

    def speed(self) -> float:
        return self._speed

    def toggle(self) -> None:
        """Play, or pause."""
        if self._playing:
            self.pause()
        else:
            self.play()

    def play(self) -> None:
        """Go on from here; from the end, begin anew."""
        if len(self._session.stops) < 2 or self._playing:
            return
        self._playing, self._begun, self._from = True, False, self._session.cursor
        self._tell()
        if not self._session.has_next():
            self._move(self._session.first)
        elif self._stage_desk.ready():
            self._arm()

    def pause(self) -> None:
        self.timer.stop()
        if self._playing:
            self._playing = False
            self._tell()

    def faster(self) -> None:
        self.set_speed(next((one for one in SPEEDS if one > self._speed), SPEEDS[-1]))

    def slower(self) -> None:
        self.set_speed(next((one for one in reversed(SPEEDS) if one < self._speed), SPEEDS[0]))

    def set_speed(self, speed: float) -> None:
        """Another speed, at once: what is left of the wait shrinks or grows with it."""
        speed = min(max(speed, SPEEDS[0]), SPEEDS[-1])
        if speed != self._speed:
            left = self.timer.remainingTime() * self._speed / speed if self.timer.isActive() else None
            self._speed = speed
            if left is not None:
                self.timer.start(max(0, round(left)))
            self._tell()

    def set_pauses(self, steps: Iterable[str]) -> None:
        """Steps at whose stages it waits besides: where there is a question."""
        self._pauses = frozenset(steps)

    # Going on -----------------------------------------------------------------------------------------------

    def wait(self) -> int:
        """How long the stage on screen is shown, in milliseconds."""
        trace = self._session.trace
        if trace is None:
            return STAGE_MS
        if not self._dwell:
            self._dwell = dwell(trace)
        share = self._dwell[self._session.stop.number]
        if self._session.inside:
            share = min(1.0, share)
        return round(STAGE_MS * share / self._speed)

    def _tell(self) -> None:
        self._show()
        self.changed.emit()

    def _arm(self) -> None:
        self.timer.start(self.wait())

    def _waits_here(self) -> bool:
        """Whether the step on screen is the last of its section, or has a question."""
        session = self._session
        if session.trace is None or session.cursor == self._from:
            return False
        asked = any(one.name in self._pauses for one in session.stop.steps)
        return session.ends_section() or asked

    def _tick(self) -> None:
        if not self._playing:
            return
        if QApplication.activeModalWidget() is not None or QApplication.activePopupWidget() is not None:
            self._arm()  # something is being asked or chosen: wait
        else:
            self._move(self._session.next)

    def _move(self, move: Callable[[], None]) -> None:
        """A move of our own. However far it plays, undoing leads back to where it began."""
        self._moving = True
        try:
            with self._session.moves.together(more=self._begun):
                move()
        finally:
            self._moving, self._begun = False, True

    def _shown(self) -> None:
        """The step under the cursor is on screen: its time begins."""
        if not self._playing:
            return
        if self._waits_here():
            self.pause()
            if not self._session.has_next():
                self.said.emit(self.tr("This is the end of the walk."))
            elif self._session.ends_section():
                self.said.emit(self.tr("The end of this section: press Play to go on."))
            else:
                self.said.emit(self.tr("Here is a question: answer or skip it, then press Play to go on."))
        else:
            self._arm()

    def _moved(self) -> None:
        if not self._moving:
            self.pause()

    def _selected(self) -> None:
        """Whoever pins a cell wants to look at it."""
        if not self._moving and self._session.cell is not None:
            self.pause()

    def _another_run(self) -> None:
        self._dwell = ()
        self.pause()
        self._show()

    def _failed(self, error: object) -> None:
        self.pause()
