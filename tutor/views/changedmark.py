"""The badge beside a stage's title that says whether a what-if has changed it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from tutor.views.overview import paint_mark
from tutor.views.paint import draw_text, frame
from tutor.views.theme import Theme, font, metrics


class ChangedMark(QWidget):
    """A word in a frame, with the diamond of a what-if where numbers have changed; hidden where it has no word."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._text, self._strong = theme, "", False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.hide()

    def set_mark(self, text: str, strong: bool) -> None:
        """The word; `strong` where numbers have changed."""
        if (text, strong) != (self._text, self._strong):
            self._text, self._strong = text, strong
            self.setAccessibleName(text)
            self.setVisible(bool(text))
            self.updateGeometry()
            self.update()

    def text(self) -> str:
        return self._text

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        wide = metrics(self._theme, "caption", True).horizontalAdvance(self._text)
        wide += self._theme.px(25 if self._strong else 12)
        return QSize(round(wide), self._theme.height("badge"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        ink = theme.warn if self._strong else theme.ink3
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        frame(painter, box, ink, 1, theme.px(3), theme.pane)
        left = theme.px(6)
        if self._strong:
            paint_mark(painter, theme, QPointF(theme.px(11), box.center().y()), "changed")
            left = theme.px(19)
        words = QRectF(left, 0, self.width() - left - theme.px(5), self.height())
        draw_text(painter, words, self._text, font(theme, "caption", True), ink, elide=False)
        painter.end()
