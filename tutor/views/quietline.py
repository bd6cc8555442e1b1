"""A line that offers something and stands in nobody's way."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from tutor.views.icons import icon
from tutor.views.theme import Theme, font


class QuietLine(QWidget):
    """One sentence, one button, and a button that closes it. Hidden until it has something to offer.

    Signals:
        accepted()
        dismissed()
    """

    accepted = Signal()
    dismissed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words, self._do, self._close = QLabel(), QPushButton(), QPushButton()
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 12, 4)
        row.setSpacing(8)
        row.addWidget(self._words)
        row.addWidget(self._do)
        row.addStretch(1)
        row.addWidget(self._close)
        self._do.clicked.connect(self._accept)
        self._close.clicked.connect(self._dismiss)
        self.hide()
        self.set_theme(theme)
        self.retranslate()

    def offer(self, words: str, button: str) -> None:
        """Show an offer."""
        self._words.setText(words)
        self._do.setText(button)
        self.show()

    def button(self) -> QPushButton:
        return self._do

    def close_button(self) -> QPushButton:
        return self._close

    def text(self) -> str:
        return self._words.text()

    def set_theme(self, theme: Theme) -> None:
        self._words.setFont(font(theme, "dense"))
        self._do.setFont(font(theme, "dense"))
        self._close.setIcon(icon("close", theme))
        self._close.setFixedWidth(theme.height("button"))

    def retranslate(self) -> None:
        self._close.setToolTip(self.tr("Close"))
        self._close.setAccessibleName(self.tr("Close the offer"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _accept(self) -> None:
        self.hide()
        self.accepted.emit()

    def _dismiss(self) -> None:
        self.hide()
        self.dismissed.emit()
