"""The one focus ring of the application."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QFocusFrame, QProxyStyle, QWidget
from shiboken6 import isValid


class FocusRing(QObject):
    """Keeps one focus frame on the widget that has the focus.

    Signals: none.
    """

    def __init__(self, app: QApplication, style: QProxyStyle) -> None:
        """`style` draws the frame, and has it lie above its widget."""
        super().__init__(app)
        self.style = style
        self._frame: QFocusFrame | None = None
        app.focusChanged.connect(self._follow)

    def _follow(self, _old: QWidget | None, new: QWidget | None) -> None:
        if self._frame is not None and not isValid(self._frame):
            self._frame = None  # it lived in a window that has gone
        if new is not None and new.parentWidget() is not None and not new.property("paintsFocus"):
            if self._frame is None:
                self._frame = QFocusFrame(new.window())
                self._frame.setStyle(self.style)
            self._frame.setWidget(new)
        elif self._frame is not None:
            self._frame.setWidget(None)  # type: ignore[arg-type]  # no widget: hidden
