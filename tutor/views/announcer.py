"""What a screen reader is told without being asked: never in a hurry, and the latest."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

#: Between two announcements; of those that come meanwhile the latest is said.
PAUSE_MS = 400


class Announcer(QObject):
    """Says where the learner is, through a widget.

    Signals:
        said(str)  this was announced
    """

    said = Signal(str)

    def __init__(self, widget: QWidget, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._widget = widget
        self._last = self._waiting = ""
        self._quiet = False
        self.timer = QTimer(self)
        self.timer.setSingleShot(True)
        self.timer.setInterval(PAUSE_MS)
        self.timer.timeout.connect(self._say_waiting)

    def say(self, text: str) -> None:
        """Announce this, once; at once where nothing was said just now."""
        self._waiting = text
        if not self._quiet and not self.timer.isActive():
            self._say_waiting()

    def set_quiet(self, quiet: bool) -> None:
        """While quiet nothing is said; afterwards the latest is."""
        self._quiet = quiet
        if not quiet and not self.timer.isActive():
            self._say_waiting()

    def _say_waiting(self) -> None:
        text, self._waiting = self._waiting, ""
        if self._quiet:
            self._waiting = text
        elif text and text != self._last:
            self._last = text
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._widget, text))
            self.said.emit(text)
            self.timer.start()
