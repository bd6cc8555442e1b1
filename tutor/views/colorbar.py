"""The colour bar: what the colours of a map stand for."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from tutor.views import numbers
from tutor.views.paint import draw_text, frame, snap
from tutor.views.theme import Theme, font, lut, metrics


class ColorBar(QWidget):
    """A colour map from end to end with ticks at both ends and in the middle.

    Signals: none.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._kind, self._low, self._high = "signed", -1.0, 1.0
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.retranslate()

    def set_scale(self, kind: str, low: float, high: float) -> None:
        """Shows the map `kind` ('signed', 'prob', 'grey') reaching from `low` to `high`."""
        self._kind, self._low, self._high = kind, float(low), float(high)
        self.retranslate()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.updateGeometry()
        self.update()

    def ticks(self) -> list[tuple[float, str]]:
        """(place from 0 to 1, text) of each tick."""
        span = max(abs(self._low), abs(self._high))
        middle = (self._low + self._high) / 2
        return [(0.0, numbers.tick(self._low, span)), (0.5, numbers.tick(middle, span)),
                (1.0, numbers.tick(self._high, span))]

    def retranslate(self) -> None:
        (_, low), _, (_, high) = self.ticks()
        self.setAccessibleName(self.tr("Colour scale from {low} to {high}").format(low=low, high=high))
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _overhang(self) -> float:
        measure = metrics(self._theme, "caption")
        return math.ceil(max(measure.horizontalAdvance(text) for _, text in self.ticks()) / 2) + 1

    def sizeHint(self) -> QSize:
        line = metrics(self._theme, "caption").height()
        return QSize(round(self._theme.px(190) + 2 * self._overhang()), math.ceil(self._theme.px(17) + line))

    def minimumSizeHint(self) -> QSize:
        return QSize(round(self._theme.px(60) + 2 * self._overhang()), self.sizeHint().height())

    def bar_rect(self) -> QRectF:
        ratio, side = self.devicePixelRatioF(), self._overhang()
        return QRectF(snap(side, ratio), snap(self._theme.px(1), ratio),
                      snap(self.width() - 2 * side, ratio), snap(self._theme.px(11), ratio))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, bar = QPainter(self), self._theme, self.bar_rect()
        ratio = self.devicePixelRatioF()
        wide = max(1, round(bar.width() * ratio))
        # One colour per device pixel, taken from the very table the cells take theirs from.
        first = 1 if self._kind == "signed" else 0
        row = lut(theme, self._kind)[np.rint(np.linspace(first, 255, wide)).astype(int)]
        packed = row.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32) | np.uint32(0xFF000000)
        strip = np.ascontiguousarray(packed.astype(np.uint32))
        painter.drawImage(bar, QImage(strip.data, wide, 1, wide * 4, QImage.Format.Format_RGB32).copy())
        frame(painter, bar.adjusted(-1, -1, 1, 1), theme.ctl, 1)
        face, line = font(theme, "caption"), metrics(theme, "caption").height()
        for place, text in self.ticks():
            x = min(snap(bar.left() + place * bar.width(), ratio), bar.right())
            painter.setPen(QPen(theme.ctl, 1))
            painter.drawLine(QPointF(x, bar.bottom() + 1), QPointF(x, bar.bottom() + theme.px(3.5)))
            width = metrics(theme, "caption").horizontalAdvance(text) + 2
            draw_text(painter, QRectF(x - width / 2, bar.bottom() + theme.px(4), width, line), text, face,
                      theme.ink2, Qt.AlignmentFlag.AlignHCenter, elide=False)
        painter.end()
