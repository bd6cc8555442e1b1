"""Presenting: the same window made for a projector, with large type, little around the stage, and a clicker's keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QMainWindow, QWidget

from tutor import commands
from tutor.engine import axes as ax
from tutor.session import Session
from tutor.views import words
from tutor.views.actions import Actions
from tutor.views.headline import Headline
from tutor.views.inspector import Inspector
from tutor.views.look_desk import LookDesk
from tutor.views.overlays import BlankScreen, PointerRing
from tutor.views.panes import Panes
from tutor.views.stagepane import StagePane
from tutor.views.theme import LIGHT, Theme

#: How much larger the type is, and how wide the ring is, in pixels of the design at 100 %.
SCALE, _RING = 1.6, 84
_ONLY = ("blank", "ring", "reveal")


class Presenting(QObject):
    """Between the presenting commands and the parts of the window; everything is as it was afterwards.

    Signals:
        changed(bool)  presenting began or ended: the window has to adapt
        said(str)      a sentence for the status line
    """

    changed = Signal(bool)
    said = Signal(str)

    def __init__(
        self, window: QMainWindow, session: Session, acts: Actions, looks: LookDesk, panes: Panes, stage: StagePane,
        inspector: Inspector,
    ) -> None:  # fmt: skip
        super().__init__(window)
        self._window, self._session, self._acts, self._looks = window, session, acts, looks
        self._panes, self._stage, self._inspector = panes, stage, inspector
        self.on = False
        self._look: Theme = looks.theme
        self._state, self._frame = window.windowState(), window.geometry()
        self._page = ""
        self._hideable: tuple[QWidget, ...] = ()
        self._hidden: list[QWidget] = []
        self._reveals: list[Callable[[], bool]] = []
        self.headline = Headline(looks.theme)
        stage.add_headline(self.headline)
        self._blank = BlankScreen(window)
        self._ring = PointerRing(looks.theme.accent, looks.theme.halo, _RING, window)
        session.moved.connect(self._stepped)
        self._enable()

    def hide_too(self, *widgets: QWidget) -> None:
        """What is not for an audience: hidden while presenting where it was shown before."""
        self._hideable += widgets

    def add_reveal(self, part: Callable[[], bool]) -> None:
        """Something that waits to be revealed; it returns whether it was."""
        self._reveals.append(part)

    # Entering and leaving -----------------------------------------------------------------------------------

    def toggle(self) -> None:
        if self.on:
            self.leave()
        else:
            self.enter()

    def enter(self, whole_screen: bool = True) -> None:
        """Present; on the whole screen, or in the window as it is."""
        if self.on:
            return
        self.on = True
        self._look = self._looks.theme
        self._state, self._frame = self._window.windowState(), self._window.geometry()
        self._hidden = [one for one in self._hideable if not one.isHidden()]
        for widget in self._hidden:
            widget.hide()
        self._page = self._panes.right.page()
        self._panes.right.show_page("inspector")
        self._panes.right.set_bare(True)
        self._panes.present(True)
        self._stage.set_presenting(True)
        self._inspector.set_brief(True)
        self.headline.show()
        self._acts.set_mode(commands.PRESENTING)
        scale = max(SCALE, self._look.font_scale)
        self._looks.presenting = True
        self._looks.set_look(replace(LIGHT, font_scale=scale))
        self._enable()
        if whole_screen:
            self._window.setWindowState(self._state | Qt.WindowState.WindowFullScreen)
        self.refresh()
        self.changed.emit(True)

    def leave(self) -> bool:
        """Stop presenting. Returns whether it was on."""
        if not self.on:
            return False
        self.unblank()
        self._ring.turn(False)
        self.on = False
        self._acts.set_mode("")
        self.headline.hide()
        self._stage.set_presenting(False)
        self._inspector.set_brief(False)
        for widget in self._hidden:
            widget.show()
        self._hidden = []
        self._panes.right.set_bare(False)
        self._panes.right.show_page(self._page)
        self._panes.present(False)
        self._window.setWindowState(self._state)
        self._looks.presenting = False
        self._looks.set_look(self._look, keep=False)
        if not self._window.isFullScreen() and not self._window.isMaximized():
            self._window.setGeometry(self._frame)  # the size alone would put it into the screen's corner
        self._enable()
        self.changed.emit(False)
        return True

    def _enable(self) -> None:
        by_id = self._acts.by_id
        by_id["present"].setChecked(self.on)
        for name in _ONLY:
            by_id[name].setEnabled(self.on)
        by_id["blank"].setChecked(not self._blank.isHidden())
        by_id["ring"].setChecked(not self._ring.isHidden())

    # While presenting ---------------------------------------------------------------------------------------

    def blank(self) -> None:
        """A black screen, or the picture again."""
        if not self.unblank():
            self._blank.cover()
        self._enable()

    def unblank(self) -> bool:
        """Show the picture again. Returns whether the screen was black."""
        was = not self._blank.isHidden()
        if was:
            self._blank.uncover()
            self._enable()
        return was

    def ring(self) -> None:
        """The ring around the pointer, or none."""
        self._ring.turn(self._ring.isHidden())
        self._enable()

    def reveal(self) -> None:
        """Show what an open question hides."""
        if not any(part() for part in self._reveals):
            self.said.emit(self.tr("There is nothing hidden here to reveal."))

    def _stepped(self) -> None:
        self.unblank()  # whoever steps on wants to be seen

    def refresh(self) -> None:
        """The place in the headline."""
        session = self._session
        if not self.on or session.trace is None:
            return
        stop = session.stop
        parts = [words.section(stop.section)]
        heads = next((axis for axis in session.trace.shapes[session.cursor.path] if axis.name == ax.HEAD), None)
        if heads is not None and heads.size > 1:
            parts.append(self.tr("head {head}").format(head=session.selection.of(heads)))
        self.headline.set_place(" · ".join(parts), stop.number + 1, len(session.stops))

    def set_theme(self, theme: Theme) -> None:
        self.headline.set_theme(theme)
        self._ring.set_look(theme.accent, theme.halo, theme.px(_RING))

    def resized(self) -> None:
        """The window has another size."""
        self._blank.setGeometry(self._window.rect())
