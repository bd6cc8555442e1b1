"""A formula with numbers put in, laid out by hand: sums, fractions, roots, indexes, powers. Nothing is typeset."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from tutor.engine.working import Math, plain, show
from tutor.views.theme import Theme, font, lut

_SMALLER = 0.78  # of an index, an exponent, a limit
_LEAST = 0.6

#: Which role's colour a linked number has, by the name of the tensor it stands in.
RoleOf = Callable[[str], str]


@dataclass
class _Box:
    """A laid-out part: its size round the baseline, and how it paints itself with its left end at a point of it."""

    width: float
    ascent: float
    descent: float
    paint: Callable[[QPainter, QPointF], None]


class MathView(QWidget):
    """One equation. Where it is too wide it is drawn smaller; a screen reader hears it as a line of text."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._math: Math | None = None
        self._role: RoleOf = lambda name: ""
        self._box: _Box | None = None
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_math(self, math: Math | None, role: RoleOf) -> None:
        """Show an equation; `role` says which colour a linked number has."""
        self._math, self._role = math, role
        self._lay_out()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._lay_out()

    def text(self) -> str:
        """The equation as a line of text."""
        return plain(self._math) if self._math is not None else ""

    def _lay_out(self) -> None:
        self.setAccessibleName(self.text())
        self.setToolTip(self.text())
        self._box = self._make(self._math, font(self._theme, "body")) if self._math is not None else None
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        if self._box is None:
            return QSize(10, 0)
        return QSize(round(self._box.width), round((self._box.ascent + self._box.descent) * self._fit()) + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(20, self.sizeHint().height())

    def _fit(self) -> float:
        if self._box is None or self.width() < 40 or self._box.width <= self.width():
            return 1.0
        return max(_LEAST, self.width() / self._box.width)

    def resizeEvent(self, event: object) -> None:
        self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._box is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scale = self._fit()
        painter.scale(scale, scale)
        self._box.paint(painter, QPointF(0, self._box.ascent + 2))
        painter.end()

    # Boxes --------------------------------------------------------------------------------------------------

    def _make(self, math: Math, face: QFont) -> _Box:
        if math.kind in ("number", "symbol"):
            role = self._role(math.link.name) if math.link is not None else ""
            text = show(math.value) if math.kind == "number" else math.text
            return self._text(text, face, self._theme.role(role) if role else self._theme.ink)
        if math.kind == "fraction":
            return self._fraction(math, face)
        if math.kind == "root":
            return self._root(math, face)
        if math.kind == "power":
            return self._power(math, face)
        if math.kind == "sub":
            return self._sub(math, face)
        if math.kind == "sum":
            return self._sum(math, face)
        if math.kind == "bracket":
            return self._bracket(math, face)
        return self._row(math, face)

    def _text(self, text: str, face: QFont, ink: QColor) -> _Box:
        measure = QFontMetricsF(face)

        def paint(painter: QPainter, at: QPointF) -> None:
            painter.setFont(face)
            painter.setPen(ink)
            painter.drawText(at, text)

        return _Box(measure.horizontalAdvance(text), measure.ascent(), measure.descent(), paint)

    def _row(self, math: Math, face: QFont) -> _Box:
        parts = [self._make(part, face) for part in math.parts]
        gap = QFontMetricsF(face).horizontalAdvance(" ") * 1.2

        def paint(painter: QPainter, at: QPointF) -> None:
            x = at.x()
            for part in parts:
                part.paint(painter, QPointF(x, at.y()))
                x += part.width + gap

        return _Box(
            sum(part.width for part in parts) + gap * (len(parts) - 1),
            max(part.ascent for part in parts),
            max(part.descent for part in parts),
            paint,
        )

    def _bracket(self, math: Math, face: QFont) -> _Box:
        inside = self._make(math.parts[0], face)
        left, right = (self._text(sign, face, self._theme.ink) for sign in "()")

        def paint(painter: QPainter, at: QPointF) -> None:
            left.paint(painter, at)
            inside.paint(painter, QPointF(at.x() + left.width, at.y()))
            right.paint(painter, QPointF(at.x() + left.width + inside.width, at.y()))

        return _Box(left.width + inside.width + right.width, max(left.ascent, inside.ascent),
                    max(left.descent, inside.descent), paint)  # fmt: skip

    def _fraction(self, math: Math, face: QFont) -> _Box:
        top, bottom = (self._make(part, face) for part in math.parts)
        measure = QFontMetricsF(face)
        axis, pad = measure.xHeight() / 2 + 1, measure.averageCharWidth() * 0.4
        width = max(top.width, bottom.width) + 2 * pad
        ink = self._theme.ink

        def paint(painter: QPainter, at: QPointF) -> None:
            line = at.y() - axis
            painter.setPen(QPen(ink, 1))
            painter.drawLine(QPointF(at.x(), line), QPointF(at.x() + width, line))
            top.paint(painter, QPointF(at.x() + (width - top.width) / 2, line - top.descent - 2))
            bottom.paint(painter, QPointF(at.x() + (width - bottom.width) / 2, line + bottom.ascent + 1))

        above = axis + top.ascent + top.descent + 2
        return _Box(width, above, bottom.ascent + bottom.descent + 1 - axis, paint)

    def _root(self, math: Math, face: QFont) -> _Box:
        inside = self._make(math.parts[0], face)
        sign = QFontMetricsF(face).averageCharWidth() * 1.3
        ink = self._theme.ink

        def paint(painter: QPainter, at: QPointF) -> None:
            top, bottom = at.y() - inside.ascent - 1, at.y() + inside.descent
            path = QPainterPath(QPointF(at.x(), at.y() - inside.ascent * 0.35))
            path.lineTo(at.x() + sign * 0.3, at.y() - inside.ascent * 0.42)
            path.lineTo(at.x() + sign * 0.6, bottom)
            path.lineTo(at.x() + sign, top)
            path.lineTo(at.x() + sign + inside.width + 2, top)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(ink, 1.1))
            painter.drawPath(path)
            inside.paint(painter, QPointF(at.x() + sign + 1, at.y()))

        return _Box(sign + inside.width + 4, inside.ascent + 3, inside.descent, paint)

    def _small(self, face: QFont) -> QFont:
        small = QFont(face)
        small.setPixelSize(max(7, round(face.pixelSize() * _SMALLER)))
        return small

    def _sub(self, math: Math, face: QFont) -> _Box:
        base, index = self._make(math.parts[0], face), self._make(math.parts[1], self._small(face))
        drop = QFontMetricsF(face).descent() + index.ascent * 0.15

        def paint(painter: QPainter, at: QPointF) -> None:
            base.paint(painter, at)
            index.paint(painter, QPointF(at.x() + base.width + 1, at.y() + drop))

        return _Box(base.width + index.width + 2, base.ascent, max(base.descent, index.descent + drop), paint)

    def _sum(self, math: Math, face: QFont) -> _Box:
        large = QFont(face)
        large.setPixelSize(round(face.pixelSize() * 1.5))
        sign = self._text("Σ", large, self._theme.ink)
        lower, upper = (self._make(part, self._small(face)) for part in math.parts)
        width = max(sign.width, lower.width, upper.width)
        # Letters fill less than their line, so the limits come closer than the lines would.
        above, below = sign.ascent * 0.8, sign.descent * 0.4

        def paint(painter: QPainter, at: QPointF) -> None:
            for box, y in ((sign, at.y() + 1), (upper, at.y() - above - upper.descent * 0.5),
                           (lower, at.y() + below + lower.ascent)):  # fmt: skip
                box.paint(painter, QPointF(at.x() + (width - box.width) / 2, y))

        return _Box(width, above + upper.ascent + upper.descent * 0.5, below + lower.ascent + lower.descent, paint)

    def _power(self, math: Math, face: QFont) -> _Box:
        base, exponent = self._make(math.parts[0], face), self._make(math.parts[1], self._small(face))
        lift = QFontMetricsF(face).ascent() * 0.5 + exponent.descent

        def paint(painter: QPainter, at: QPointF) -> None:
            base.paint(painter, at)
            exponent.paint(painter, QPointF(at.x() + base.width + 1, at.y() - lift))

        return _Box(base.width + exponent.width + 2, max(base.ascent, exponent.ascent + lift), base.descent, paint)


class ProductsStrip(QWidget):
    """The terms of a sum as bars in order, the largest marked; pooled by the largest where they are too many."""

    _MARKED = 4

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._values = np.zeros(0)
        self._finite = np.zeros(0, dtype=int)  # where the terms are finite
        self._above = self._below = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_values(self, values: ArrayLike, words: str) -> None:
        """The terms (not finite ones are left out of the picture), and what a screen reader says of it."""
        self._values = np.asarray(values, dtype=np.float64)
        self._finite = np.flatnonzero(np.isfinite(self._values))
        finite = self._values[self._finite]
        self._above, self._below = float(finite.max(initial=0.0)), -float(finite.min(initial=0.0))
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, round(self._theme.px(52)))

    def _room(self) -> float:
        """Height of the bars, above the marks."""
        return self.height() - self._theme.px(8)

    def _middle(self) -> float:
        """Where zero is: as far down as the positive terms need."""
        span = self._above + self._below
        return self._room() * (self._above / span if span else 0.5)

    def bars(self) -> list[tuple[QRectF, float, int]]:
        """What is painted: each bar's rectangle, its value, and which term it is."""
        count, places = len(self._values), self._finite
        if not len(places) or self.width() < 10:
            return []
        slots = min(count, max(1, self.width() // 3))
        room, mark, middle = self._room(), self.width() / slots, self._middle()
        span = self._above + self._below or 1.0
        slot_of = places * slots // count
        starts = np.flatnonzero(np.diff(slot_of, prepend=-1))
        sizes = np.abs(self._values[places])
        found = []
        for start, end in pairwise([*starts.tolist(), len(places)]):
            slot, at = int(slot_of[start]), int(places[start + sizes[start:end].argmax()])
            value = float(self._values[at])
            high = max(abs(value) / span * room, 0.5 if value else 0.0)
            y = middle - high if value > 0 else middle
            found.append((QRectF(slot * mark, y, max(1.0, mark - 1), high), value, at))
        return found

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, bars = QPainter(self), self.bars()
        ramp = lut(self._theme, "signed")
        warm, cold = (QColor(*(int(channel) for channel in ramp[at])) for at in (240, 16))
        for rect, value, _ in bars:
            painter.fillRect(rect, warm if value > 0 else cold)
        middle = self._middle()
        painter.setPen(QPen(self._theme.ctl, 1))
        painter.drawLine(QPointF(0, middle), QPointF(self.width(), middle))
        largest = sorted((bar for bar in bars if bar[1]), key=lambda bar: -abs(bar[1]))[: self._MARKED]
        for rect, _, _ in largest:
            painter.fillRect(QRectF(rect.left() - 1, self.height() - 3, max(rect.width() + 2, 4), 2), self._theme.ink)
        painter.end()
