"""The colour bar: what the colours of a map stand for."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from tutor.views import numbers
from tutor.views.heatdata import colour_index
from tutor.views.paint import draw_text, frame, snap
from tutor.views.theme import Theme, font, lut, metrics


class ColorBar(QWidget):
    """A colour map from end to end with ticks at both ends and in the middle.

    Signals: none.
    """

    #: Room above and below the bar itself, in units of the design.
    ABOVE, BAR = 1.0, 11.0

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

    def ends(self) -> tuple[float, float]:
        """The numbers at the ends of the bar."""
        return self._low, self._high

    def place(self, value: float) -> float:
        """Where a number stands, from 0 at the left end to 1."""
        low, high = self.ends()
        return (value - low) / ((high - low) or 1.0)

    def ticks(self) -> list[tuple[float, str]]:
        """(place from 0 to 1, text) of each tick."""
        span = max(abs(self._low), abs(self._high))
        middle = (self._low + self._high) / 2
        return [(self.place(value), numbers.tick(value, span)) for value in (self._low, middle, self._high)]

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
        high = self._theme.px(self.ABOVE + self.BAR + 5) + line
        return QSize(round(self._theme.px(190) + 2 * self._overhang()), math.ceil(high))

    def minimumSizeHint(self) -> QSize:
        return QSize(round(self._theme.px(60) + 2 * self._overhang()), self.sizeHint().height())

    def bar_rect(self) -> QRectF:
        ratio, side = self.devicePixelRatioF(), self._overhang()
        return QRectF(snap(side, ratio), snap(self._theme.px(self.ABOVE), ratio),
                      snap(self.width() - 2 * side, ratio), snap(self._theme.px(self.BAR), ratio))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._paint_bar(painter)
        self._paint_ticks(painter)
        painter.end()

    def _paint_bar(self, painter: QPainter) -> None:
        theme, bar = self._theme, self.bar_rect()
        wide = max(1, round(bar.width() * self.devicePixelRatioF()))
        # One colour per device pixel, by the very rule and table that the cells take theirs from.
        index = colour_index(np.linspace(*self.ends(), wide), self._kind, self._low, self._high)
        packed = lut(theme, self._kind)[index].astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
        strip = np.ascontiguousarray((packed | np.uint32(0xFF000000)).astype(np.uint32))
        painter.drawImage(bar, QImage(strip.data, wide, 1, wide * 4, QImage.Format.Format_RGB32).copy())
        frame(painter, bar.adjusted(-1, -1, 1, 1), theme.ctl, 1)

    def _paint_ticks(self, painter: QPainter) -> None:
        theme, bar, ratio = self._theme, self.bar_rect(), self.devicePixelRatioF()
        face, line = font(theme, "caption"), metrics(theme, "caption").height()
        first, *between, last = self.ticks()
        marks = []
        for place, text in (first, last, *between):
            x = min(snap(bar.left() + place * bar.width(), ratio), bar.right())
            width = metrics(theme, "caption").horizontalAdvance(text) + 2
            marks.append((x, QRectF(x - width / 2, bar.bottom() + theme.px(4), width, line), text))
        (_, low, _), (_, high, _) = marks[:2]
        short = theme.px(6) - (high.left() - low.right())
        if short > 0:  # ends so close together make room for one another
            low.translate(-short / 2, 0)
            high.translate(short / 2, 0)
        for at, (x, rect, text) in enumerate(marks):
            if at > 1 and any(rect.adjusted(-4, 0, 4, 0).intersects(one) for one in (low, high)):
                continue
            painter.setPen(QPen(theme.ctl, 1))
            painter.drawLine(QPointF(x, bar.bottom() + 1), QPointF(x, bar.bottom() + theme.px(3.5)))
            draw_text(painter, rect, text, face, theme.ink2, Qt.AlignmentFlag.AlignHCenter, elide=False)
