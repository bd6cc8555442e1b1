"""The buttons below the timeline: first, back, next, into, out, last."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from tutor.views.style import primary
from tutor.views.theme import Theme


class Transport(QWidget):
    """A row of buttons for actions; the one named `main` is the primary one.

    Signals: none; each button triggers its action.
    """

    def __init__(self, theme: Theme, actions: Sequence[QAction], main: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: list[tuple[QPushButton, QAction]] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 2, 12, 6)
        row.setSpacing(8)
        for action in actions:
            button = QPushButton()
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            button.clicked.connect(action.trigger)
            if action is main:
                primary(button)
            self._buttons.append((button, action))
            row.addWidget(button)
        row.addStretch(1)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self.refresh()

    def refresh(self) -> None:
        """Take text, icon and state from the actions again."""
        for button, action in self._buttons:
            button.setText(action.property("short") or "")
            button.setIcon(action.icon())
            button.setEnabled(action.isEnabled())
            button.setAccessibleName(action.text().replace("&", ""))
            keys = ", ".join(key.toString() for key in action.shortcuts())
            button.setToolTip(f"{action.text()} ({keys})" if keys else action.text())

    def button(self, action: QAction) -> QPushButton:
        return next(button for button, own in self._buttons if own is action)
