"""A colour scale whose range is chosen: handles, exact values typed, a histogram, and a badge for what is cut off."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QToolButton, QWidget

from tutor.views import numbers
from tutor.views.colorbar import ColorBar
from tutor.views.paint import focus_ring, frame
from tutor.views.theme import Theme, font, metrics

#: An arrow key makes the range so much larger or smaller; with Ctrl less.
_STEP, _FINE = 1.1, 1.01


def typed(text: str) -> float | None:
    """How far a range reaches that was typed: `4.5`, `±4.5` or `−4.5`; None for what is no range."""
    plain = text.strip().replace(numbers.MINUS, "-").replace("±", "").lstrip("+-").replace(",", ".")
    try:
        found = float(plain)
    except ValueError:
        return None
    return found if math.isfinite(found) and found > 0 else None


class RangeField(QLineEdit):
    """Where a range is typed.

    Signals:
        left()  Esc: nothing is to change
    """

    left = Signal()

    def event(self, event: QEvent) -> bool:
        # Esc is a command of the window; here it ends the typing alone.
        if event.type() == QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_Escape:  # type: ignore[attr-defined]
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                event.accept()  # the bar below would take it for its own


class ScaleBar(ColorBar):
    """The colours from −reach to +reach, on a line long enough for every number on screen. Both handles move together:
    zero is always the paper, and equal sizes have equally strong colours.

    Left and Right make the range smaller and larger (with Ctrl by less), Home covers every value, Enter types it.

    Signals:
        reachChosen(float)  another range, while a handle is dragged, by keys, or typed
        widened()           every value is to be covered
    """

    ABOVE = 17.0

    reachChosen = Signal(float)
    widened = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._most = 0.0  # as far as numbers on screen go
        self._fixed = True
        self._held = 0.0  # the end of the line while a handle is dragged
        self._hovered = False
        self._counts: np.ndarray | None = None
        self._cut = 0
        self._what = ""
        super().__init__(theme, parent)
        self._badge = QToolButton(self)
        self._badge.hide()
        self._badge.clicked.connect(self.widened)
        self._badge.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._field = RangeField(self)
        self._field.hide()
        self._field.returnPressed.connect(self._take_typed)
        self._field.editingFinished.connect(self._close_field)
        self._field.left.connect(self._leave_field)
        self.setMouseTracking(True)
        self.setProperty("paintsFocus", True)
        self.set_theme(theme)
        self.retranslate()

    # What is shown ------------------------------------------------------------------------------------------

    def set_range(self, kind: str, low: float, high: float, most: float, fixed: bool, what: str) -> None:
        """The range of `what`, whose numbers on screen go as far as `most`. A `fixed` one has no handles."""
        self._most, self._fixed, self._what = most, fixed, what
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus if fixed else Qt.FocusPolicy.StrongFocus)
        self.set_scale(kind, low, high)

    def set_cut(self, count: int) -> None:
        """How many numbers on screen lie outside the range."""
        self._cut = count
        self._badge.setVisible(count > 0)
        self.retranslate()

    def cut(self) -> int:
        return self._cut

    def set_counts(self, counts: np.ndarray | None) -> None:
        """The histogram over the whole line, None for none."""
        self._counts = counts
        self._arrange()
        self.update()

    def counts(self) -> np.ndarray | None:
        return self._counts

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._badge.setFont(font(theme, "caption"))
        self._field.setFont(font(theme, "caption"))
        self._arrange()

    def reach(self) -> float:
        return self._high

    def ends(self) -> tuple[float, float]:
        if self._fixed or self._kind == "prob":
            return self._low, self._high
        end = self._held or max(self._high, self._most)
        return -end, end

    def retranslate(self) -> None:
        super().retranslate()
        if not hasattr(self, "_badge"):
            return
        if self._what:
            (_, low), _, (_, high) = self.ticks()
            name = self.tr("Colour scale of {name}, from {low} to {high}")
            self.setAccessibleName(name.format(name=self._what, low=low, high=high))
        self._badge.setText(self.tr("%n value(s) outside", "", self._cut))
        tip = self.tr("%n value(s) on screen lie outside this range: click to cover them all.", "", self._cut)
        self._badge.setToolTip(tip)
        self._badge.setAccessibleName(tip)
        self._field.setAccessibleName(self.tr("The range reaches to ±"))
        self.setToolTip("" if self._fixed else self.tr(
            "On screen up to ±{most}, coloured up to ±{reach}. Drag a handle, or double-click to type the range."
        ).format(most=numbers.significant(self._most), reach=numbers.significant(self._high)))  # fmt: skip
        self._arrange()

    # Geometry -----------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(round(self._theme.px(190) + 2 * self._overhang()), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(round(self._theme.px(64) + 2 * self._overhang()), self.sizeHint().height())

    def _overhang(self) -> float:
        # The same for every range, so that the line does not move under the hand that drags it.
        return math.ceil(metrics(self._theme, "caption").horizontalAdvance("−00.0") / 2) + 1

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()
        super().resizeEvent(event)

    def _arrange(self) -> None:
        bar, px = self.bar_rect(), self._theme.px
        hint = self._badge.sizeHint()
        width = min(hint.width(), self.width())
        high = round(px(15))
        left = round(min(bar.right() + px(6), self.width()) - width)
        if self._counts is not None and 2 * self._counts[len(self._counts) // 2 :].sum() > self._counts.sum():
            left = round(max(0.0, bar.left() - px(6)))  # beside the histogram, not upon it
        self._badge.setGeometry(left, 0, width, high)
        wide = round(min(px(84), self.width()))
        self._field.setGeometry(round((self.width() - wide) / 2), round(bar.top() - px(6)), wide, round(px(22)))

    def handles(self) -> tuple[QRectF, QRectF]:
        """Where the two handles are."""
        bar, half, over = self.bar_rect(), self._theme.px(3.5), self._theme.px(3)
        made = []
        for value in (self._low, self._high):
            x = bar.left() + self.place(value) * bar.width()
            made.append(QRectF(x - half, bar.top() - over, 2 * half, bar.height() + 2 * over))
        return made[0], made[1]

    # Painting -----------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._counts is not None:
            self._paint_counts(painter, self._counts)
        self._paint_bar(painter)
        self._paint_ticks(painter)
        if not self._fixed:
            theme = self._theme
            lively = self._hovered or self._held > 0
            for one in self.handles():
                frame(painter, one, theme.accent if lively else theme.ink2, 1.5, theme.px(2), theme.pane)
        if self.hasFocus():
            focus_ring(painter, self.bar_rect(), self._theme)
        painter.end()

    def _paint_counts(self, painter: QPainter, counts: np.ndarray) -> None:
        """A column for each bin; one number among many thousand is still seen."""
        bar, most = self.bar_rect(), counts.max(initial=0)
        if not most:
            return
        room, wide = bar.top() - self._theme.px(3), bar.width() / len(counts)
        for at, count in enumerate(counts.tolist()):
            if count:
                high = max(1.0, room * (count / most) ** 0.5)
                left, right = round(bar.left() + at * wide), round(bar.left() + (at + 1) * wide)
                top = QPointF(left, bar.top() - self._theme.px(2) - high)
                painter.fillRect(QRectF(top.x(), top.y(), max(1, right - left), high), self._theme.ctl)

    # Pointer and keys ---------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._fixed or event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        near = self.bar_rect().adjusted(-8, -6, 8, 6)
        if near.contains(event.position()):
            self._held = self.ends()[1]
            self._drag(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held:
            self._drag(event.position().x())
        near = (one.adjusted(-2, -2, 2, 2) for one in self.handles())
        hovered = not self._fixed and any(one.contains(event.position()) for one in near)
        if hovered != self._hovered:
            self._hovered = hovered
            self.setCursor(Qt.CursorShape.SizeHorCursor if hovered else Qt.CursorShape.ArrowCursor)
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._held:
            self._held = 0.0
            self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if not self._fixed:
            self._held = 0.0
            self.type_range()

    def _drag(self, x: float) -> None:
        bar = self.bar_rect()
        away = abs((x - bar.left()) / max(1.0, bar.width()) - 0.5) * 2
        reach = float(min(max(away, 0.01), 1.0) * self._held)
        if reach != self._high:
            self.reachChosen.emit(reach)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _FINE if event.modifiers() & Qt.KeyboardModifier.ControlModifier else _STEP
        plain = not event.modifiers() & (Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier)
        key = event.key()
        if self._fixed or not plain:
            event.ignore()
        elif key in (Qt.Key.Key_Right, Qt.Key.Key_Up):
            self.reachChosen.emit(self._high * step)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Down):
            self.reachChosen.emit(self._high / step)
        elif key == Qt.Key.Key_Home:
            self.widened.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.type_range()
        else:
            event.ignore()

    def type_range(self) -> None:
        """Type the range in place of the bar: Enter takes it, Esc leaves it as it was."""
        self._field.setText(numbers.exact(float(f"{self._high:.6g}")))
        self._field.setProperty("error", False)
        self._field.setToolTip("")
        self._field.show()
        self._field.selectAll()
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)

    def field(self) -> QLineEdit:
        return self._field

    def badge(self) -> QToolButton:
        return self._badge

    def _take_typed(self) -> None:
        reach = typed(self._field.text())
        if reach is None:
            self._field.setProperty("error", True)
            self._field.setToolTip(self.tr("Type a number above 0, such as 4.5."))
            self._field.setAccessibleDescription(self._field.toolTip())
            self._field.update()
            return
        self._field.hide()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.reachChosen.emit(reach)

    def _close_field(self) -> None:
        if not self._field.hasFocus():
            self._field.hide()

    def _leave_field(self) -> None:
        self._field.hide()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusOutEvent(event)
