"""A strip that says where NaN on screen comes from, with a button that goes there."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from tutor.views.elided import Elided
from tutor.views.icons import paint_icon
from tutor.views.theme import Theme, font


class NanBand(QFrame):
    """One sentence about NaN, hidden where there is none.

    Signals:
        goThere()  the step that NaN arose in is asked for
    """

    goThere = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sign, self._text, self.button = QLabel(), Elided(theme, "dense", "ink"), QToolButton()
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 2, 16, 2)
        row.setSpacing(8)
        row.addWidget(self._sign)
        row.addWidget(self._text, 1)
        row.addWidget(self.button)
        self.button.clicked.connect(self._clicked)
        self.set_theme(theme)
        self.retranslate()
        self.hide()

    def say(self, sentence: str, linked: bool = False) -> None:
        """Show a sentence, with a button where NaN arose in another step; "" hides the strip."""
        self._text.set_text(sentence)
        self.button.setVisible(linked)
        self.setAccessibleName(sentence)
        self.setVisible(bool(sentence))

    def sentence(self) -> str:
        return self._text.text()

    def retranslate(self) -> None:
        self.button.setText(self.tr("Go there"))
        self.button.setAccessibleName(self.button.text())
        self.button.setToolTip(self.tr("To the step that NaN arose in"))

    def set_theme(self, theme: Theme) -> None:
        size, ratio = round(theme.px(16)), self.devicePixelRatioF()
        sign = QPixmap(round(size * ratio), round(size * ratio))
        sign.setDevicePixelRatio(ratio)
        sign.fill(Qt.GlobalColor.transparent)
        painter = QPainter(sign)
        paint_icon(painter, "warn", QRectF(0, 0, size, size), theme.err)
        painter.end()
        self._sign.setPixmap(sign)
        self._text.set_theme(theme)
        self.button.setFont(font(theme, "dense"))
        self.button.setFixedHeight(theme.height("small_button"))
        colours = self.palette()
        colours.setColor(colours.ColorRole.Window, theme.errbg)
        self.setPalette(colours)
        self.setAutoFillBackground(True)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _clicked(self) -> None:
        self.goThere.emit()
