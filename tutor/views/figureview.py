"""What a working draws of a cell: a curve with its point, bars, a rotation, a row of a table, heads side by side."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from tutor.engine.figures import Bars, Curve, Figure, Slots, Strip, Turn
from tutor.engine.working import show
from tutor.views.paint import draw_text
from tutor.views.theme import Theme, font, lut, metrics

_HEIGHTS = {Curve: 104, Turn: 132, Strip: 44, Slots: 46}
_LEFT, _RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight


class FigureView(QWidget):
    """Paints one figure by its kind; a screen reader hears what it shows."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._figure: Figure | None = None
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_figure(self, figure: Figure | None) -> None:
        self._figure = figure
        self.retranslate()
        self.updateGeometry()
        self.update()

    def figure(self) -> Figure | None:
        return self._figure

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        one = self._figure
        high = 0 if one is None else len(one.bars) * 18 + 4 if isinstance(one, Bars) else _HEIGHTS[type(one)]
        return QSize(120, round(self._theme.px(high)))

    # Words --------------------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        self.setAccessibleName(self._said())
        self.setToolTip(self._said())

    def _said(self) -> str:
        one = self._figure
        if isinstance(one, Curve):
            return self.tr("The curve {up}: at {across} = {x} it is {y}.").format(
                up=one.up, across=one.across, x=show(one.at[0]), y=show(one.at[1])
            )
        if isinstance(one, Bars):
            return ", ".join(f"{label} {show(value)}" for label, value in one.bars)
        if isinstance(one, Turn):
            return self.tr("The pair ({x}, {y}) is turned by {angle}° to ({u}, {v}).").format(
                x=show(one.before[0]), y=show(one.before[1]), u=show(one.after[0]), v=show(one.after[1]),
                angle=show(math.degrees(one.angle), 1),
            )  # fmt: skip
        if isinstance(one, Strip):
            return self.tr("The row {label}, feature {at} of {count} marked.").format(
                label=one.label, at=one.at, count=len(one.values)
            )
        if isinstance(one, Slots):
            head, feature = divmod(one.at, one.width)
            return self.tr("Feature {at} = {head} · {width} + {feature}: head {head}, feature {feature} in it.").format(
                at=one.at, head=head, width=one.width, feature=feature
            )
        return ""

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    # Painting -----------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        one = self._figure
        if one is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if isinstance(one, Curve):
            self._paint_curve(painter, one)
        elif isinstance(one, Bars):
            self._paint_bars(painter, one)
        elif isinstance(one, Turn):
            self._paint_turn(painter, one)
        elif isinstance(one, Strip):
            self._paint_strip(painter, one)
        else:
            self._paint_slots(painter, one)
        painter.end()

    def _ends(self) -> tuple[QColor, QColor]:
        """The colours of positive and of negative numbers."""
        ramp = lut(self._theme, "signed")
        warm, cold = (QColor(*(int(channel) for channel in ramp[at])) for at in (240, 16))
        return warm, cold

    def _paint_curve(self, painter: QPainter, one: Curve) -> None:
        theme, px = self._theme, self._theme.px
        line = metrics(theme, "ids").height()
        box = QRectF(px(4), px(8) + line, self.width() - px(8), self.height() - px(14) - 2 * line)
        finite = np.isfinite(one.y)
        high = max(float(one.y[finite].max(initial=0.0)), one.at[1] if math.isfinite(one.at[1]) else 0.0, 0.0)
        low = min(float(one.y[finite].min(initial=0.0)), one.at[1] if math.isfinite(one.at[1]) else 0.0, 0.0)
        left, right = float(one.x[0]), float(one.x[-1])
        span, reach = high - low or 1.0, right - left or 1.0

        def place(x: float, y: float) -> QPointF:
            across, up = (x - left) / reach, (y - low) / span
            return QPointF(box.left() + across * box.width(), box.bottom() - up * box.height())

        painter.setPen(QPen(theme.line, 1))
        painter.drawLine(place(left, 0.0), place(right, 0.0))
        if left < 0 < right:
            painter.drawLine(place(0.0, low), place(0.0, high))
        path = QPainterPath()
        for at, (x, y) in enumerate(zip(one.x, one.y)):
            point = place(float(x), float(y) if math.isfinite(y) else 0.0)
            if at:
                path.lineTo(point)
            else:
                path.moveTo(point)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.ctl, 1.4))
        painter.drawPath(path)
        painter.setPen(Qt.PenStyle.NoPen)
        if one.dots is not None and len(one.dots[0]) * px(4) < box.width():
            painter.setBrush(theme.ink2)
            for x, y in zip(*one.dots):
                painter.drawEllipse(place(float(x), float(y)), px(1.8), px(1.8))
        if all(map(math.isfinite, one.at)):
            point = place(*one.at)
            painter.setPen(QPen(theme.accent, 1, Qt.PenStyle.DashLine))
            painter.drawLine(point, place(one.at[0], 0.0))
            painter.drawLine(point, QPointF(place(0.0 if left <= 0 <= right else left, 0.0).x(), point.y()))
            painter.setPen(QPen(theme.pane, 1.5))
            painter.setBrush(theme.accent)
            painter.drawEllipse(point, px(4.5), px(4.5))
        face, below = font(theme, "ids"), box.bottom() + px(3)
        draw_text(painter, QRectF(box.left(), 0, box.width(), line + px(2)), one.up, face, theme.ink2, _LEFT)
        value = f"({show(one.at[0])}, {show(one.at[1])})"
        bold = font(theme, "ids", True)
        draw_text(painter, QRectF(box.left(), 0, box.width(), line + px(2)), value, bold, theme.accentink, _RIGHT)
        ticks = QRectF(box.left(), below, box.width(), line)
        draw_text(painter, ticks, show(left, 2), face, theme.ink3, _LEFT)
        draw_text(painter, ticks, one.across, face, theme.ink3)
        draw_text(painter, ticks, show(right, 2), face, theme.ink3, _RIGHT)

    def _paint_bars(self, painter: QPainter, one: Bars) -> None:
        """Each number as a bar from a common zero, its name before and its value behind."""
        theme, px = self._theme, self._theme.px
        face = font(theme, "caption")
        measure = metrics(theme, "caption")
        names = min(max(measure.horizontalAdvance(label) for label, _ in one.bars) + px(8), self.width() * 0.36)
        values = max(measure.horizontalAdvance(show(value)) for _, value in one.bars) + px(10)
        room = QRectF(names, 0, max(20.0, self.width() - names - values), self.height())
        finite = [value for _, value in one.bars if math.isfinite(value)]
        high, low = max([*finite, 0.0]), min([*finite, 0.0])
        span = high - low or 1.0
        zero = room.left() - low / span * room.width()
        warm, cold = self._ends()
        step = px(18)
        for at, (label, value) in enumerate(one.bars):
            last = at == len(one.bars) - 1
            row = QRectF(0, at * step + px(2), self.width(), step)
            weight = font(theme, "caption", True) if last else face
            draw_text(painter, QRectF(0, row.top(), names - px(6), step), label, weight, theme.ink2, _LEFT)
            if math.isfinite(value):
                end = zero + value / span * room.width()
                bar = QRectF(min(zero, end), row.top() + px(4), max(abs(end - zero), 1.0), step - px(8))
                painter.fillRect(bar, warm if value > 0 else cold)
            place = QRectF(room.right(), row.top(), values, step)
            draw_text(painter, place, show(value), weight, theme.ink, _RIGHT)
        painter.setPen(QPen(theme.ctl, 1))
        painter.drawLine(QPointF(zero, 0), QPointF(zero, len(one.bars) * step + px(2)))

    def _paint_turn(self, painter: QPainter, one: Turn) -> None:
        """The pair before (hollow) and after (filled), and the angle between; this cell's coordinate is dashed."""
        theme, px = self._theme, self._theme.px
        side = float(self.height())
        middle = QPointF(side / 2, side / 2)
        longest = max(math.hypot(*one.before), math.hypot(*one.after)) or 1.0
        if not math.isfinite(longest):
            longest = 1.0
        scale = (side / 2 - px(14)) / longest

        def place(pair: tuple[float, float]) -> QPointF:
            x, y = (part if math.isfinite(part) else 0.0 for part in pair)
            return middle + QPointF(x * scale, -y * scale)

        painter.setPen(QPen(theme.line, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawLine(QPointF(0, middle.y()), QPointF(side, middle.y()))
        painter.drawLine(QPointF(middle.x(), 0), QPointF(middle.x(), side))
        radius = longest * scale
        painter.drawEllipse(middle, radius, radius)
        start = math.degrees(math.atan2(one.before[1], one.before[0])) if any(one.before) else 0.0
        turn = math.degrees(one.angle) % 360
        arc = QRectF(middle.x() - radius * 0.45, middle.y() - radius * 0.45, radius * 0.9, radius * 0.9)
        painter.setPen(QPen(theme.ink2, 1.4))
        painter.drawArc(arc, round(start * 16), round(turn * 16))
        before, after = place(one.before), place(one.after)
        painter.setPen(QPen(theme.ctl, 1.6))
        painter.drawLine(middle, before)
        painter.setPen(QPen(theme.accent, 2))
        painter.drawLine(middle, after)
        foot = QPointF(after.x(), middle.y()) if one.own == 0 else QPointF(middle.x(), after.y())
        painter.setPen(QPen(theme.accent, 1, Qt.PenStyle.DashLine))
        painter.drawLine(after, foot)
        painter.setPen(QPen(theme.ctl, 1.6))
        painter.setBrush(theme.pane)
        painter.drawEllipse(before, px(4), px(4))
        painter.setPen(QPen(theme.pane, 1.2))
        painter.setBrush(theme.accent)
        painter.drawEllipse(after, px(4.5), px(4.5))
        painter.setBrush(theme.accent)
        painter.drawEllipse(foot, px(2.4), px(2.4))
        face = font(theme, "ids")
        draw_text(painter, QRectF(side - px(60), middle.y() - px(14), px(58), px(13)), one.labels[0], face, theme.ink3,
                  _RIGHT)  # fmt: skip
        draw_text(painter, QRectF(middle.x() + px(4), 0, px(70), px(13)), one.labels[1], face, theme.ink3, _LEFT)
        self._paint_turn_words(painter, one, side + px(10))

    def _paint_turn_words(self, painter: QPainter, one: Turn, left: float) -> None:
        theme, px = self._theme, self._theme.px
        room = self.width() - left
        if room < px(70):
            return
        rows = (
            (self.tr("before"), f"({show(one.before[0], 2)}, {show(one.before[1], 2)})", theme.ink2),
            (self.tr("angle"), f"{show(math.degrees(one.angle), 1)}°", theme.ink2),
            (self.tr("after"), f"({show(one.after[0], 2)}, {show(one.after[1], 2)})", theme.accentink),
        )
        high = metrics(theme, "caption").height() + px(2)
        top = (self.height() - high * 6 - px(8)) / 2
        for at, (name, text, ink) in enumerate(rows):
            y = top + at * (2 * high + px(4))
            draw_text(painter, QRectF(left, y, room, high), name, font(theme, "ids"), theme.ink3, _LEFT)
            draw_text(painter, QRectF(left, y + high, room, high), text, font(theme, "caption", True), ink, _LEFT)

    def _paint_strip(self, painter: QPainter, one: Strip) -> None:
        theme, px = self._theme, self._theme.px
        line = metrics(theme, "ids").height()
        draw_text(painter, QRectF(0, 0, self.width(), line), one.label, font(theme, "ids"), theme.ink2, _LEFT)
        box = QRectF(0, line + px(4), self.width(), px(12))
        self._paint_cells(painter, box, one.values)
        count = len(one.values)
        cell = box.width() / max(count, 1)
        self._paint_mark(painter, box, one.at * cell, max(cell, 2.0), str(one.at), box.bottom() + px(2), line)

    def _paint_cells(self, painter: QPainter, box: QRectF, values: np.ndarray) -> None:
        """Numbers as coloured cells; where there are more than pixels, the largest of those that share one."""
        finite = np.where(np.isfinite(values), values, 0.0)
        most = float(np.abs(finite).max(initial=0.0)) or 1.0
        slots = min(len(finite), max(1, int(box.width())))
        if not slots:
            return
        ramp = lut(self._theme, "signed")
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        edges = np.arange(slots + 1) * len(finite) // slots
        for at in range(slots):
            some = finite[edges[at] : edges[at + 1]]
            value = some[np.abs(some).argmax()]
            colour = QColor(*(int(one) for one in ramp[round(128 + 127 * float(value) / most)]))
            left = box.left() + box.width() * at / slots
            right = box.left() + box.width() * (at + 1) / slots
            painter.fillRect(QRectF(left, box.top(), right - left + 0.5, box.height()), colour)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _paint_mark(
        self, painter: QPainter, box: QRectF, left: float, wide: float, text: str, top: float, line: float
    ) -> None:
        """A ring round a cell and its number below, kept inside the picture."""
        theme = self._theme
        ring = QRectF(box.left() + left - 1, box.top() - 1, wide + 2, box.height() + 2)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, thick in ((theme.halo, 4), (theme.ring, 2)):
            painter.setPen(QPen(colour, thick))
            painter.drawRect(ring)
        room = metrics(theme, "ids", True).horizontalAdvance(text) + 4
        at = min(max(ring.center().x() - room / 2, 0.0), max(0.0, self.width() - room))
        draw_text(painter, QRectF(at, top, room, line), text, font(theme, "ids", True), theme.ink)

    def _paint_slots(self, painter: QPainter, one: Slots) -> None:
        """Heads side by side; the one with this cell is filled, and its feature marked."""
        theme, px = self._theme, self._theme.px
        line = metrics(theme, "ids").height()
        box = QRectF(1, line + px(3), self.width() - 2, px(12))
        head, feature = divmod(one.at, one.width)
        slot = box.width() / one.count
        for number in range(one.count):
            cell = QRectF(box.left() + number * slot, box.top(), slot, box.height())
            painter.fillRect(cell, theme.accentbg if number == head else theme.strip)
            painter.setPen(QPen(theme.ctl, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(cell)
        text = self.tr("head {at}").format(at=head)
        wide = metrics(theme, "ids").horizontalAdvance(text) + 4
        middle = box.left() + (head + 0.5) * slot
        left = min(max(middle - wide / 2, 0.0), max(0.0, self.width() - wide))
        draw_text(painter, QRectF(left, 0, wide, line), text, font(theme, "ids"), theme.ink2)
        small = max(slot / one.width, 2.0)
        place = head * slot + feature * slot / one.width
        words = f"{one.at} = {head} · {one.width} + {feature}"
        self._paint_mark(painter, box, place, small, words, box.bottom() + px(3), line)
