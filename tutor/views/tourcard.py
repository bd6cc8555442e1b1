"""The card of a guided tour: what is said at a stop, and the way to the next."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from tutor.views.elided import Elided
from tutor.views.paint import frame
from tutor.views.style import primary
from tutor.views.theme import Theme, font


class TourCard(QFrame):
    """One stop at a time. Enter goes on, Backspace goes back; Esc is the window's.

    Signals:
        nextWanted()
        backWanted()
        left()
    """

    nextWanted = Signal()
    backWanted = Signal()
    left = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._at, self._of = 0, 0
        self._title, self._count = Elided(theme, "dense", "ink2"), QLabel()
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.back, self.next, self.leave = QPushButton(), QPushButton(), QPushButton()
        primary(self.next)
        for button in (self.back, self.next, self.leave):
            button.setAutoDefault(False)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._title, 1)
        row.addWidget(self._count)
        row.addWidget(self.back)
        row.addWidget(self.next)
        row.addWidget(self.leave)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 12, 8)
        column.setSpacing(6)
        column.addWidget(self._text)
        column.addLayout(row)
        self.back.clicked.connect(self.backWanted)
        self.next.clicked.connect(self.nextWanted)
        self.leave.clicked.connect(self.left)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.set_theme(theme)
        self.retranslate()
        self.hide()

    def show_stop(self, title: str, text: str, at: int, of: int) -> None:
        """Show stop `at` of `of`, from 1."""
        self._at, self._of = at, of
        self._title.set_text(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self.retranslate()
        self.setAccessibleDescription(text)
        self.show()

    def text(self) -> str:
        return self._text.text()

    def count(self) -> str:
        return self._count.text()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.nextWanted.emit()
        elif event.key() == Qt.Key.Key_Backspace:
            self.backWanted.emit()
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        frame(painter, rect, self._theme.accent, 1, self._theme.px(4), self._theme.pane)
        painter.fillRect(QRectF(0, 2, self._theme.px(4), rect.height() - 4), self._theme.accent)
        painter.end()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._title.set_theme(theme)
        self._text.setFont(font(theme, "body"))
        self._count.setFont(font(theme, "dense"))
        for button in (self.back, self.next, self.leave):
            button.setFont(font(theme, "body"))
            button.setMinimumHeight(theme.height("button"))
        self.update()

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Guided tour"))
        self._count.setText(self.tr("{at} of {of}").format(at=self._at, of=self._of) if self._of else "")
        self.back.setText(self.tr("Back"))
        self.back.setEnabled(self._at > 1)
        last = self._at == self._of
        self.next.setText(self.tr("Finish") if last else self.tr("Next stop"))
        self.next.setToolTip(self.tr("Enter"))
        self.leave.setText(self.tr("Leave (Esc)"))
        self.leave.setVisible(not last)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
