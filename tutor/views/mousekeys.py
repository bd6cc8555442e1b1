"""The mouse's back and forward buttons, wherever the pointer is in the window."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QMouseEvent, QWindow


class MouseKeys(QObject):
    """Takes the two buttons before any view does: lists would otherwise choose the row below the pointer.

    Signals:
        back()     the back button was pressed
        forward()  the forward button was pressed
    """

    back = Signal()
    forward = Signal()

    def watch(self, window: QWindow | None) -> None:
        """Listen at the window that the system sends its events to, once it is there."""
        if window is not None:
            window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kinds = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease, QEvent.Type.MouseButtonDblClick)
        if event.type() not in kinds or not isinstance(event, QMouseEvent):
            return False
        if event.button() not in (Qt.MouseButton.BackButton, Qt.MouseButton.ForwardButton):
            return False
        if event.type() != QEvent.Type.MouseButtonRelease:
            (self.back if event.button() == Qt.MouseButton.BackButton else self.forward).emit()
        return True
