"""One line of text that is cut where it does not fit."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from tutor.views.paint import draw_text
from tutor.views.theme import Theme, font, metrics


class Elided(QWidget):
    """One line of text, cut with an ellipsis where it does not fit; the whole of it in the tooltip."""

    def __init__(
        self, theme: Theme, role: str, ink: str, parent: QWidget | None = None, bold: bool | None = None
    ) -> None:
        super().__init__(parent)
        self._bold = bold
        self._theme, self._role, self._ink, self._text = theme, role, ink, ""
        self._align = Qt.AlignmentFlag.AlignLeft
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def set_text(self, text: str) -> None:
        self._text = text
        self.setToolTip(text)
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        return self._text

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.updateGeometry()
        self.update()

    def set_ink(self, ink: str) -> None:
        self._ink = ink
        self.update()

    def set_align(self, align: Qt.AlignmentFlag) -> None:
        self._align = align

    def sizeHint(self) -> QSize:
        measure = metrics(self._theme, self._role, self._bold)
        return QSize(round(measure.horizontalAdvance(self._text)) + 6, round(measure.height()) + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(round(self._theme.px(24)), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        draw_text(painter, self.rect().toRectF(), self._text, font(self._theme, self._role, self._bold),
                  getattr(self._theme, self._ink), self._align)  # fmt: skip
        painter.end()
