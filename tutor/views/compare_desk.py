"""A tensor held beside the current one: side by side, as a difference, or in its place while a key is held."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from tutor import several
from tutor.engine import compare
from tutor.engine.compare import Look
from tutor.engine.picture import Panel
from tutor.pins import BESIDE, DIFFERENCE, Held
from tutor.runner import Runner
from tutor.session import Session
from tutor.views import combined
from tutor.views.headviews import HeadViews
from tutor.views.sentence_desk import SentenceDesk
from tutor.views.stage_desk import StageDesk
from tutor.work import Handle

BLINK = "blink"
_KEY = Qt.Key.Key_X


class CompareDesk(QObject):
    """Between the Session's pins, the stage and the bands that say what is shown together.

    Signals:
        said(str)  a sentence for the status line
    """

    said = Signal(str)

    def __init__(
        self, session: Session, runner: Runner, desk: SentenceDesk, stage_desk: StageDesk, views: HeadViews,
        window: QWidget,
    ) -> None:  # fmt: skip
        """`window` is where keys arrive that nobody took."""
        super().__init__(window)
        self._session, self._runner, self._desk, self._stage_desk = session, runner, desk, stage_desk
        self._band, self._several = views.compare, views.several
        self._blinking = False
        self._band.chosen.connect(session.pins.set_mode)
        self._band.closed.connect(self.unpin)
        self._several.chosen.connect(self._set_how)
        self._several.closed.connect(self.clear)
        session.pins.changed.connect(self.refresh)
        session.traceChanged.connect(self.refresh)
        session.moved.connect(self.refresh)
        session.selectionChanged.connect(self.refresh)
        stage_desk.shown.connect(self.refresh)
        runner.done.connect(self._done)
        window.installEventFilter(self)
        self.refresh()

    # Holding ------------------------------------------------------------------------------------------------

    def _look(self) -> Look | None:
        """What is on screen."""
        session = self._session
        return None if session.trace is None else Look(session.trace, session.cursor.path, several.shown(session))

    def toggle_pin(self) -> None:
        """Pin what is on screen, in the place of what was pinned; what is pinned already is let go."""
        look, held = self._look(), self._session.pins.held
        if look is None:
            return
        if held is not None and held.look.same(look):
            self.unpin()
        else:
            self.hold(look)
            self.said.emit(self.tr("Pinned. Go to another step, head, sentence or model to compare."))

    def hold(self, look: Look) -> None:
        """Pin a tensor. It keeps its run, whatever runs next."""
        steps, step = self._desk.training()
        self._session.pins.hold(Held(look, look.trace.spec.name, step if len(steps) > 1 else None))

    def unpin(self) -> bool:
        """Let go of what is pinned. Returns whether anything was."""
        there = self._session.pins.held is not None
        self._end_blink()
        self._session.pins.hold(None)
        return there

    def clear(self) -> bool:
        """One head and one token again; where there was one, no token is followed any more, but in a target the one
        being written. Returns whether there was anything to clear."""
        session = self._session
        if several.clear(session):
            return True
        stream = session.trace.program.streams[0] if session.trace is not None else ""
        if stream not in session.positions or (session.trace is not None and session.trace.target is not None):
            return False
        session.follow(stream, None)
        return True

    def toggle_difference(self) -> None:
        """The difference from what is pinned, or both side by side again."""
        mine = self._session.pins
        if mine.held is None:
            self.said.emit(self.tr("Nothing is pinned: press P on one tensor, then D on another for their difference."))
        else:
            mine.set_mode(BESIDE if mine.mode == DIFFERENCE else DIFFERENCE)

    def _set_how(self, how: str) -> None:
        several.set_how(self._session, how)

    # Saying it ----------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """The bands say what is shown."""
        session, mine, look = self._session, self._session.pins, self._look()
        picture = self._stage_desk.picture()
        self._band.setVisible(mine.held is not None and look is not None)
        if mine.held is not None and look is not None:
            self._band.set_words(self.tr("Pinned: {what}").format(what=combined.held_words(mine.held)))
            self._band.set_way(mine.mode)
            if mine.held.look.same(look):
                self._band.set_note(self.tr("This is the pinned tensor: go to another one to compare."))
            else:
                self._band.set_note(combined.notes(picture) if picture is not None else "")
        on = several.is_derived(session)
        self._several.setVisible(on)
        if on and session.trace is not None:
            self._several.set_way(session.selection.how)
            if picture is not None and combined.pair_or_result(picture).derived:
                told = combined.how_words(session.trace, combined.pair_or_result(picture))
                self._several.set_words(self.tr("Shown: {what}, which is no tensor of the model").format(what=told))

    # Blinking -----------------------------------------------------------------------------------------------

    def blink(self) -> None:
        """Show the pinned tensor in the place of the current one, until the key is let go (or this is asked again)."""
        if self._blinking:
            self._end_blink()
            return
        look, held, picture = self._look(), self._session.pins.held, self._stage_desk.picture()
        if self._session.backward.on:
            self.said.emit(self.tr("Values and gradients are shown: press Esc to walk forwards, then compare."))
            return
        if held is None or look is None or picture is None:
            self.said.emit(self.tr("Nothing is pinned: press P on one tensor, then hold X on another."))
            return
        self._blinking = True
        if combined.is_compared(picture):
            self._stage_desk.put_in_place(combined.pair(picture)[1], held.look.trace)
        else:
            self._runner.submit(BLINK, partial(_held_panel, look, held.look))

    def blinking(self) -> bool:
        return self._blinking

    def _done(self, channel: str, result: object) -> None:
        held = self._session.pins.held
        if channel == BLINK and self._blinking and isinstance(result, Panel) and held is not None:
            self._stage_desk.put_in_place(result, held.look.trace)

    def _end_blink(self) -> None:
        if self._blinking:
            self._blinking = False
            self._runner.cancel(BLINK)
            self._stage_desk.draw_again()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.WindowDeactivate:
            self._end_blink()
        elif isinstance(event, QKeyEvent) and event.key() == _KEY and self._blinking:
            if event.isAutoRepeat():
                return True  # it is held: one press, one release
            if kind == QEvent.Type.KeyRelease:
                self._end_blink()
        return super().eventFilter(watched, event)


def _held_panel(now: Look, held: Look, job: Handle) -> Panel:
    """The held tensor as it stands in the place of the current one, on the current one's scale."""
    made, here = compare.pair(now, held), now.panel()
    if made.held.kind != here.kind:
        return made.held
    return replace(made.held, low=here.low, high=here.high)
