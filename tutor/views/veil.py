"""The gate before a result: its operands as they are, and a veil in its place until the learner has predicted."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from tutor.views.equation import EquationView
from tutor.views.heatdata import Part
from tutor.views.paint import draw_text, frame
from tutor.views.theme import Theme, font, metrics


class Veil(QWidget):
    """Stands where the result will be: an empty grid, a question mark, and no number."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._name, self._sign, self._caption = "", "", ""
        self._span = (0.0, 0.0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.retranslate()

    def set_result(self, name: str, sign: str, caption: str) -> None:
        """The result's name, the sign before it, and the words over it where it is an arrow."""
        self._name, self._sign, self._caption = name, sign, caption
        self.update()

    def set_span(self, top: float, bottom: float) -> None:
        """From where to where the operands' cells reach, so that the veil stands level with them."""
        self._span = (top, bottom)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(round(self._theme.px(300)), round(self._theme.px(240)))

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("The result is hidden: predict first, then reveal."))
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self._theme, QPainter(self)
        px = theme.px
        top, bottom = self._span
        left = px(92 if self._caption else 52)
        side = max(px(60), min(self.width() - left - px(8), max(px(90), bottom - top)))
        rect = QRectF(left, top, side, max(px(60), bottom - top))
        self._paint_sign(painter, QRectF(px(4), top, left - px(12), rect.height()))
        self._paint_head(painter, rect)
        painter.fillRect(rect, theme.accentbg)
        painter.setPen(QPen(theme.pane, 1))
        cell = max(px(12), min(rect.width(), rect.height()) / 16)
        x, y = rect.left() + cell, rect.top() + cell
        while x < rect.right():
            painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()))
            x += cell
        while y < rect.bottom():
            painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))
            y += cell
        frame(painter, rect.adjusted(-1, -1, 1, 1), theme.accent, 2, style=Qt.PenStyle.DashLine)
        words = self.tr("Predict first, then reveal")
        wide = min(rect.width() - px(12), metrics(theme, "body").horizontalAdvance(words) + px(32))
        high = min(rect.height() - px(8), px(96))
        card = QRectF(rect.center().x() - wide / 2, rect.center().y() - high / 2, wide, high)
        frame(painter, card, theme.accent, 1, px(4), theme.pane)
        mark = QRectF(card.left(), card.top() + px(4), card.width(), high * 0.55)
        draw_text(painter, mark, "?", font(theme, "value"), theme.accent)
        line = QRectF(card.left() + px(6), mark.bottom(), card.width() - px(12), card.bottom() - mark.bottom() - px(4))
        painter.setFont(font(theme, "body"))
        painter.setPen(theme.accentink)
        painter.drawText(line, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), words)
        painter.end()

    def _paint_head(self, painter: QPainter, rect: QRectF) -> None:
        theme = self._theme
        line = float(theme.height("badge"))
        top = max(0.0, rect.top() - line - theme.px(10))
        wide = metrics(theme, "tensor").horizontalAdvance(self._name) + 2
        draw_text(painter, QRectF(rect.left(), top, wide, line), self._name, font(theme, "tensor"), theme.ink2,
                  Qt.AlignmentFlag.AlignLeft)  # fmt: skip
        left = rect.left() + wide + theme.px(6)
        box = QRectF(left, top, line, line)  # in the place of its shape
        frame(painter, box, theme.ctl, 1, theme.px(3), style=Qt.PenStyle.DashLine)
        draw_text(painter, box, "?", font(theme, "dense", True), theme.ink)

    def _paint_sign(self, painter: QPainter, rect: QRectF) -> None:
        theme, middle = self._theme, rect.center().y()
        if self._sign != "→":
            box = QRectF(rect.left(), middle - theme.px(20), rect.width(), theme.px(40))
            draw_text(painter, box, "=", font(theme, "value", False), theme.ink2)
            return
        tip = theme.px(5)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.ink2)
        painter.drawLine(QPointF(rect.left(), middle), QPointF(rect.right(), middle))
        for by in (-tip, tip):
            painter.drawLine(QPointF(rect.right() - tip, middle + by), QPointF(rect.right(), middle))
        above = QRectF(rect.left() - 2, middle - theme.px(44), rect.width() + 4, theme.px(36))
        draw_text(painter, above, self._caption, font(theme, "caption"), theme.ink2)


class GateView(QWidget):
    """Operands and veil. It holds nothing of the result, so that nothing can give it away."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.operands, self.veil = EquationView(theme), Veil(theme)
        self.operands.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.operands, 1)
        row.addWidget(self.veil, 1)
        self._row = row
        self.operands.hide()
        self.hide()

    def set_operands(self, parts: Sequence[Part], sign: str) -> None:
        """Show the operands; none while they are being made, or where the step has none."""
        self.operands.setVisible(bool(parts))
        self._row.setStretch(0, max(1, len(parts)))
        if parts:
            self.operands.set_parts(parts, "" if sign == "→" else sign)
        self._level()

    def set_theme(self, theme: Theme) -> None:
        self.operands.set_theme(theme)
        self.veil.set_theme(theme)
        self._level()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._level()

    def _level(self) -> None:
        self._row.activate()
        if self.operands.isHidden() or not self.operands.parts():
            self.veil.set_span(self.height() * 0.15, self.height() * 0.9)
        else:
            rect = self.operands.grid_rect(len(self.operands.parts()) - 1)
            self.veil.set_span(rect.top(), rect.bottom())
