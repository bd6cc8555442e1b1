"""One answer of a question: a radio button that may show a shape, with its key and what became of it once answered."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QRadioButton, QSizePolicy, QWidget

from tutor.views.badge import axis_label, badge_size, paint_badge
from tutor.views.paint import draw_text, frame
from tutor.views.theme import Theme, font, metrics

Axes = tuple[tuple[str, int], ...]
#: What became of an answer: not answered yet, right, chosen and wrong, neither.
OPEN, RIGHT, WRONG, OTHER = "open", "right", "wrong", "other"
_WRAP = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class ChoiceBox(QRadioButton):
    """A choice with the number of its key."""

    def __init__(self, theme: Theme, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._number = theme, number
        self._axes: Axes | None = None
        self._state = OPEN
        self.setProperty("paintsFocus", True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)

    def set_face(self, text: str, axes: Axes | None = None) -> None:
        """What stands on it: a text, or a shape."""
        self._axes = axes
        self.setText(text.replace("&", "&&"))
        self._name()
        self.updateGeometry()
        self.update()

    def face(self) -> str:
        return self.text().replace("&&", "&")

    def set_state(self, state: str) -> None:
        """One of OPEN, RIGHT, WRONG, OTHER."""
        self._state = state
        self.setEnabled(state == OPEN)
        self._name()
        self.update()

    def state(self) -> str:
        return self._state

    def _name(self) -> None:
        face = self.face()
        if self._axes is not None:
            face = self.tr(", ").join(f"{axis_label(name)} {size}" for name, size in self._axes)
        told = {RIGHT: self.tr("the right answer"), WRONG: self.tr("your answer, not right")}.get(self._state, "")
        self.setAccessibleName(f"{self._number}: {face}" + (f" ({told})" if told else ""))

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.updateGeometry()
        self.update()

    def _left(self) -> float:
        return self._theme.px(64)

    def sizeHint(self) -> QSize:
        px = self._theme.px
        if self._axes is not None:
            size = badge_size(self._axes, self._theme)
            return QSize(math.ceil(self._left() + size.width() + px(30)), math.ceil(px(34)))
        wide = metrics(self._theme, "body").horizontalAdvance(self.face())
        return QSize(math.ceil(self._left() + min(wide, px(300)) + px(32)), self.heightForWidth(self.width() or 300))

    def minimumSizeHint(self) -> QSize:
        px = self._theme.px
        wide = px(120) if self._axes is None else badge_size(self._axes, self._theme, True).width() + px(30)
        return QSize(math.ceil(self._left() + wide), math.ceil(px(32)))

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        px = self._theme.px
        if self._axes is not None:
            return math.ceil(px(34))
        room = QRectF(0, 0, max(px(60), width - self._left() - px(30)), 1000)
        high = metrics(self._theme, "body").boundingRect(room, int(_WRAP), self.face()).height()
        return math.ceil(max(px(32), high + px(12)))

    def hitButton(self, pos: object) -> bool:
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self._theme, QPainter(self)
        px, rect = theme.px, QRectF(self.rect())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = {RIGHT: theme.ok, WRONG: theme.err}.get(self._state, theme.accent if self.isChecked() else theme.ctl)
        strong = self._state in (RIGHT, WRONG) or self.isChecked()
        fill = theme.accentbg if self._state == OPEN and (self.isChecked() or self.underMouse()) else theme.pane
        frame(painter, rect, edge, 2 if strong else 1, px(4), fill)
        if self._state in (RIGHT, WRONG):
            painter.fillRect(QRectF(rect.left(), rect.top() + 1, px(4), rect.height() - 2), edge)
        self._paint_radio(painter, QPointF(px(20), rect.center().y()))
        key = QRectF(px(38), rect.center().y() - px(9), px(18), px(18))
        frame(painter, key, theme.ctl, 1, px(3), theme.pane)
        draw_text(painter, key, str(self._number), font(theme, "caption"), theme.ink2, elide=False)
        left = self._left()
        if self._axes is not None:
            compact = badge_size(self._axes, theme).width() > rect.width() - left - px(30)
            size = badge_size(self._axes, theme, compact)
            paint_badge(painter, QPointF(left, rect.center().y() - size.height() / 2), self._axes, theme, compact)
        else:
            painter.setFont(font(theme, "body", True if self._state == RIGHT else None))
            painter.setPen(theme.ink if self._state != OTHER else theme.ink2)
            painter.drawText(QRectF(left, 0, rect.width() - left - px(28), rect.height()), int(_WRAP), self.face())
        sign = {RIGHT: "✓", WRONG: "×"}.get(self._state, "")
        if sign:
            box = QRectF(rect.right() - px(28), 0, px(24), rect.height())
            draw_text(painter, box, sign, font(theme, "question"), edge, elide=False)
        if self.hasFocus():
            frame(painter, rect.adjusted(2, 2, -2, -2), theme.accent, 2, px(3))
        painter.end()

    def _paint_radio(self, painter: QPainter, at: QPointF) -> None:
        theme, r = self._theme, self._theme.px(6)
        painter.save()
        painter.setBrush(theme.pane)
        painter.setPen(theme.accent if self.isChecked() else theme.ctl)
        painter.drawEllipse(at, r, r)
        if self.isChecked():
            painter.setBrush(theme.accent)
            painter.drawEllipse(at, r - 3, r - 3)
        painter.restore()
