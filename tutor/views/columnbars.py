"""One row of a tensor as signed bars, a bar for each column; the largest are marked. Where there are more columns than
pixels, neighbours share a bar as long as the largest of them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from tutor.engine.pooling import edges, largest_size, pool
from tutor.views import numbers
from tutor.views.bartable import bar_colour
from tutor.views.paint import draw_text, draw_token, frame, token_width, triangle, visible
from tutor.views.theme import Theme, font, metrics

_MARKED = 4
_TOP = 32  # room for the numbers of the largest


class ColumnBars(QWidget):
    """Bars by column. Arrow keys move the cursor, Enter pins.

    Signals:
        hovered(int)  the column under the pointer or the cursor, −1 for none
        chosen(int)   a column was clicked, or chosen with Enter
    """

    hovered = Signal(int)
    chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._values = np.zeros(0)
        self._labels: Sequence[str] | None = None
        self._kind, self._reach, self._title = "signed", 1.0, ""
        self._pinned: int | None = None
        self._hover: int | None = None
        self._cursor: int | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setProperty("paintsFocus", True)
        self.retranslate()

    def set_values(
        self, values: np.ndarray, labels: Sequence[str] | None, kind: str, reach: float, title: str
    ) -> None:
        """One row: its values, the columns' tokens (None for plain numbers), "prob" or "signed", the end of its colour
        scale, and what it is."""
        if len(values) != len(self._values):
            self._cursor = None
        self._values, self._labels, self._kind, self._title = values, labels, kind, title
        # As far as the colour scale of the heat map reaches, so that both say the same of a size.
        self._reach = reach if reach > 0 and math.isfinite(reach) else largest_size(values[None, :]) or 1.0
        self._hover = None
        self.retranslate()

    def set_pinned(self, column: int | None) -> None:
        self._pinned = column
        self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def values(self) -> np.ndarray:
        return self._values

    def largest(self) -> list[int]:
        """The marked columns: the largest finite sizes, largest first."""
        size = np.where(np.isfinite(self._values), np.abs(self._values), -1.0)
        order = np.argsort(-size, kind="stable")[:_MARKED]
        return [int(at) for at in order if size[at] > 0]

    def label(self, column: int) -> str:
        """A column's token with its number, or its number."""
        if self._labels is None or not self._labels[column]:
            return str(column)
        return f"{visible(self._labels[column])} ({column})"

    # Words --------------------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        self.setAccessibleName(self._title or self.tr("Bars"))
        if not len(self._values):
            self.setAccessibleDescription(self.tr("Nothing to show yet."))
        else:
            told = "; ".join(f"{self.label(at)}: {numbers.fixed(self._values[at], 4)}" for at in self.largest())
            count = self.tr("%n column(s).", "", len(self._values))
            self.setAccessibleDescription(f"{count} {self.tr('Largest: {columns}.').format(columns=told)}")
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    # Geometry -----------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(round(self._theme.px(720)), round(self._theme.px(320)))

    def minimumSizeHint(self) -> QSize:
        return QSize(round(self._theme.px(200)), round(self._theme.px(150)))

    def _left(self) -> float:
        return metrics(self._theme, "caption").horizontalAdvance("−00.00") + self._theme.px(12)

    def _foot(self) -> float:
        """Height of the labels below the bars."""
        if self._labels is None:
            return metrics(self._theme, "ids").height() + self._theme.px(12)
        measure = metrics(self._theme, "dense", True)
        widest = max((token_width(one, measure) for one in self._labels), default=0.0)
        turned = widest > self._cell()
        return min(widest, measure.averageCharWidth() * 14) + self._theme.px(14) if turned else measure.height() * 1.8

    def _cell(self) -> float:
        wide = max(self.width() - self._left() - self._theme.px(12), 1.0)
        return min(wide / max(1, len(self._values)), self._theme.px(44))

    def plot(self) -> QRectF:
        """Where the bars are."""
        px = self._theme.px
        wide = self._cell() * len(self._values)
        return QRectF(self._left(), px(_TOP), wide, max(self.height() - px(_TOP) - self._foot(), px(40)))

    def bars(self) -> tuple[np.ndarray, np.ndarray]:
        """The columns' borders as they share bars, and each bar's value: the largest of its columns."""
        room = max(int(self.plot().width() * self.devicePixelRatioF()), 1)
        count = min(len(self._values), room)
        return edges(len(self._values), count), pool(self._values[None, :], 1, count)[0]

    def column_at(self, point: QPointF) -> int | None:
        """The column under a point; of several in one bar the largest."""
        plot = self.plot().adjusted(0, -self._theme.px(_TOP), 0, self._foot())
        if not len(self._values) or not plot.contains(point):
            return None
        borders, _ = self.bars()
        at = min(int((point.x() - plot.left()) / plot.width() * (len(borders) - 1)), len(borders) - 2)
        part = self._values[borders[at] : borders[at + 1]]
        size = np.where(np.isfinite(part), np.abs(part), -1.0)
        return int(borders[at] + size.argmax())

    def column_rect(self, column: int) -> QRectF:
        """The strip of a column, from top to bottom."""
        plot, (borders, _) = self.plot(), self.bars()
        at = int(np.searchsorted(borders, column, side="right")) - 1
        wide = plot.width() / (len(borders) - 1)
        return QRectF(plot.left() + at * wide, plot.top(), wide, plot.height())

    # Painting -----------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        if len(self._values):
            self._paint_scale(painter)
            self._paint_bars(painter)
            self._paint_marks(painter)
            self._paint_labels(painter)
        if self.hasFocus() and self._cursor is None:
            frame(painter, QRectF(self.rect()).adjusted(1, 1, -1, -1), theme.accent, 2)
        painter.end()

    def _zero(self) -> float:
        plot = self.plot()
        return plot.bottom() if self._kind == "prob" else plot.center().y()

    def _unit(self) -> float:
        plot = self.plot()
        return plot.height() / (1 if self._kind == "prob" else 2) / self._reach

    def _paint_scale(self, painter: QPainter) -> None:
        theme, plot = self._theme, self.plot()
        ticks = (0.0, self._reach) if self._kind == "prob" else (-self._reach, 0.0, self._reach)
        line = metrics(theme, "caption").height()
        for tick in ticks:
            y = self._zero() - tick * self._unit()
            painter.setPen(QPen(theme.ctl if tick == 0 else theme.line, 1))
            painter.drawLine(QPointF(plot.left() - theme.px(3), y), QPointF(plot.right(), y))
            rect = QRectF(0, y - line / 2, plot.left() - theme.px(7), line)
            draw_text(painter, rect, numbers.tick(tick, self._reach), font(theme, "caption"), theme.ink3,
                      Qt.AlignmentFlag.AlignRight)  # fmt: skip

    def _paint_bars(self, painter: QPainter) -> None:
        theme, plot, zero, unit = self._theme, self.plot(), self._zero(), self._unit()
        borders, values = self.bars()
        wide = plot.width() / (len(borders) - 1)
        gap = 1.0 if wide >= theme.px(5) else 0.0
        shown = self._hover if self._hover is not None else self._cursor
        if shown is not None:
            painter.fillRect(self.column_rect(shown), theme.accentbg)
        for at, value in enumerate(values.tolist()):
            left = plot.left() + at * wide
            if not math.isfinite(value):
                # A mask's −∞ is no bar at all, and what is not a number is marked.
                sign = "−∞" if value == -math.inf else "×"
                ink = theme.ink3 if value == -math.inf else theme.err
                draw_text(painter, QRectF(left, zero - theme.px(16), max(wide, theme.px(14)), theme.px(14)), sign,
                          font(theme, "ids"), ink, elide=False)  # fmt: skip
                continue
            length = min(max(value, -self._reach), self._reach) * unit
            rect = QRectF(left, min(zero, zero - length), max(wide - gap, 0.5), abs(length))
            painter.fillRect(rect, bar_colour(theme, self._kind, value))
        painter.fillRect(QRectF(plot.left(), zero, plot.width(), 1), theme.ctl)

    def _paint_marks(self, painter: QPainter) -> None:
        """A small triangle and the number over the largest; the pinned and the cursor's column framed."""
        theme, plot = self._theme, self.plot()
        line = metrics(theme, "caption").height()
        taken: list[QRectF] = []
        for at in self.largest():
            middle = self.column_rect(at).center().x()
            triangle(painter, QPointF(middle, plot.top() - theme.px(5)), theme.px(7), "down", theme.ink)
            text = numbers.fixed(self._values[at], 3)
            wide = metrics(theme, "caption").horizontalAdvance(text) + theme.px(4)
            left = min(max(middle - wide / 2, 0.0), self.width() - wide)
            rect = QRectF(left, plot.top() - line - theme.px(9), wide, line)
            if not any(rect.intersects(one) for one in taken):
                taken.append(rect)
                draw_text(painter, rect, text, font(theme, "caption"), theme.ink, elide=False)
        if self._pinned is not None and self._pinned < len(self._values):
            rect = self.column_rect(self._pinned)
            frame(painter, rect.adjusted(-4, -2, 4, 2), theme.halo, 4)
            frame(painter, rect.adjusted(-3, -1, 3, 1), theme.ring, 2)
        if self.hasFocus() and self._cursor is not None:
            frame(painter, self.column_rect(self._cursor).adjusted(-4, -2, 4, 2), theme.accent, 2)

    def _paint_labels(self, painter: QPainter) -> None:
        theme, plot = self._theme, self.plot()
        count, cell = len(self._values), self._cell()
        named = self._labels is not None
        role = "dense" if named else "ids"
        measure = metrics(theme, role)
        turned = named and self._foot() > metrics(theme, "dense", True).height() * 2
        room = measure.height() if turned else measure.horizontalAdvance(str(count)) + theme.px(10)
        step = 1
        while step * cell < room and step < count:
            step *= 2
        shown = self._hover if self._hover is not None else self._cursor if self.hasFocus() else self._pinned
        chosen = [at for at in range(0, count, step) if shown is None or at == shown or abs(at - shown) * cell >= room]
        if shown is not None and shown < count and shown not in chosen:
            chosen.append(shown)
        for at in chosen:
            middle, bold = self.column_rect(at).center().x(), True if at == shown else None
            ink = theme.accentink if at == shown else theme.ink if named else theme.ink3
            text = self._labels[at] if self._labels is not None else str(at)
            top = plot.bottom() + theme.px(5)
            if turned:
                painter.save()
                painter.translate(middle, top)
                painter.rotate(-90)
                long = self._foot() - theme.px(8)
                draw_token(painter, QRectF(-long, -measure.height() / 2, long, measure.height()), text,
                           font(theme, role, bold), ink, theme.ink3, Qt.AlignmentFlag.AlignRight)  # fmt: skip
                painter.restore()
            else:
                wide = max(cell * step, room)
                draw_token(painter, QRectF(middle - wide / 2, top, wide, measure.height()), text,
                           font(theme, role, bold), ink, theme.ink3)  # fmt: skip

    # Pointer and keys ---------------------------------------------------------------------------------------

    def _set_hover(self, column: int | None) -> None:
        if column != self._hover:
            self._hover = column
            self.update()
            self.hovered.emit(-1 if column is None else column)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._set_hover(self.column_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self._set_hover(None)
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self.column_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and found is not None:
            self._cursor = found
            self.chosen.emit(found)
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, count = event.key(), len(self._values)
        moves = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        alt = event.modifiers() & (Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier)
        if key in moves and count and not alt:
            far = count if event.modifiers() & Qt.KeyboardModifier.ControlModifier else 1
            start = self._cursor if self._cursor is not None else (self._pinned or 0) - moves[Qt.Key(key)]
            self._cursor = min(max(start + moves[Qt.Key(key)] * far, 0), count - 1)
            self._hover = None
            self.update()
            self.hovered.emit(self._cursor)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._cursor is not None:
            self.chosen.emit(self._cursor)
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusOutEvent(event)
