"""The line at the bottom of the window: where one is, progress, and what the numbers were computed with."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QLabel, QProgressBar, QStatusBar, QWidget

from tutor.views.theme import Theme, font


class StatusLine(QStatusBar):
    """Two texts and, between them, a progress bar while there is work."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._left, self._right = QLabel(), QLabel()
        self._left.setMinimumWidth(40)
        self._progress = QProgressBar()
        self._progress.setRange(0, 100)
        self._progress.setTextVisible(False)
        self._progress.setFixedWidth(120)
        self._progress.hide()
        self.addWidget(self._left, 1)
        self.addPermanentWidget(self._progress)
        self.addPermanentWidget(self._right)
        self.setSizeGripEnabled(False)
        self.setContentsMargins(10, 0, 10, 0)
        self.retranslate()

    def set_left(self, text: str) -> None:
        """Where the learner is, or what there is to say."""
        self._left.setText(text)
        self._left.setToolTip(text)

    def set_right(self, text: str, more: str = "") -> None:
        """Facts about the run; `more` is their tooltip."""
        self._right.setText(text)
        self._right.setToolTip(more)

    def left(self) -> str:
        return self._left.text()

    def right(self) -> str:
        return self._right.text()

    def set_progress(self, percent: int) -> None:
        self._progress.setValue(percent)

    def show_progress(self, there: bool) -> None:
        self._progress.setVisible(there)

    def set_theme(self, theme: Theme) -> None:
        for label in (self._left, self._right):
            label.setFont(font(theme, "dense"))

    def retranslate(self) -> None:
        self._progress.setAccessibleName(self.tr("Progress"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
