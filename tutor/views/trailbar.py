"""The way a working was followed: `probs[·Tom] ‹ logits[·Tom] ‹ …`, each place a link."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from tutor.views.icons import icon
from tutor.views.paint import draw_text, frame
from tutor.views.theme import Theme, font, metrics

_GAP = " ‹ "


class TrailBar(QWidget):
    """Hidden while no link was followed.

    Signals:
        chosen(int)  one of the places
        back()       one place back
    """

    chosen = Signal(int)
    back = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._button = QToolButton()
        self._button.setAutoRaise(True)
        self._button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._button.clicked.connect(self.back)
        self._crumbs = Crumbs(theme)
        self._crumbs.chosen.connect(self.chosen)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 2, 14, 2)
        row.setSpacing(4)
        row.addWidget(self._button)
        row.addWidget(self._crumbs, 1)
        self.hide()
        self.set_theme(theme)
        self.retranslate()

    def set_places(self, places: Sequence[str], full: Sequence[str], at_end: bool) -> None:
        """The places, oldest first, short and with their full names; `at_end` where the learner is at the last."""
        self._crumbs.set_places(places, full, at_end)
        self.setVisible(bool(places))

    def crumbs(self) -> Crumbs:
        return self._crumbs

    def button(self) -> QToolButton:
        return self._button

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._button.setIcon(icon("chevron-left", theme))
        side = round(theme.px(22))
        self._button.setFixedSize(QSize(side, side))
        self._crumbs.set_theme(theme)
        colours = self.palette()
        colours.setColor(colours.ColorRole.Window, theme.strip)
        self.setPalette(colours)
        self.setAutoFillBackground(True)

    def retranslate(self) -> None:
        self._button.setAccessibleName(self.tr("Back along the working"))
        self._button.setToolTip(self.tr("Back to where this number was followed from (Backspace)"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


class Crumbs(QWidget):
    """The places in one line, the newest kept; where there is no room the oldest go. Left and Right choose, Enter
    goes there.

    Signals:
        chosen(int)
    """

    chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._places: tuple[str, ...] = ()
        self._full: tuple[str, ...] = ()
        self._at_end = False
        self._at: int | None = None
        self.setMouseTracking(True)
        self.setProperty("paintsFocus", True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.retranslate()

    def set_places(self, places: Sequence[str], full: Sequence[str], at_end: bool) -> None:
        self._places, self._full, self._at_end, self._at = tuple(places), tuple(full), at_end, None
        self.retranslate()
        self.update()

    def places(self) -> tuple[str, ...]:
        return self._places

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.updateGeometry()
        self.update()

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("The way here"))
        self.setAccessibleDescription(_GAP.join(self._full))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(60, round(self._theme.px(22)))

    def rects(self) -> list[tuple[QRectF, int]]:
        """Where the places are painted, from the oldest that still fits."""
        measure = metrics(self._theme, "caption", True)
        gap = measure.horizontalAdvance(_GAP)
        found: list[tuple[float, int]] = []
        room = self.width() - measure.horizontalAdvance("…" + _GAP)
        for at in range(len(self._places) - 1, -1, -1):
            wide = min(measure.horizontalAdvance(self._places[at]) + 2, float(self.width()))
            if found and room - wide - gap < 0:
                break
            found.append((wide, at))
            room -= wide + gap
        hidden = found and found[-1][1] > 0
        left = measure.horizontalAdvance("…" + _GAP) if hidden else 0.0
        placed = []
        for wide, at in reversed(found):
            placed.append((QRectF(left, 0, min(wide, self.width() - left), self.height()), at))
            left += wide + gap
        return placed

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        face = font(theme, "caption")
        gap = metrics(theme, "caption", True).horizontalAdvance(_GAP)
        placed = self.rects()
        if placed and placed[0][1] > 0:
            room = QRectF(0, 0, placed[0][0].left(), self.height())
            draw_text(painter, room, "…" + _GAP, face, theme.ink3, Qt.AlignmentFlag.AlignLeft, elide=False)
        for rect, at in placed:
            here = self._at_end and at == len(self._places) - 1
            ink = theme.ink if here else theme.accentink
            if at == self._at:
                painter.fillRect(rect, theme.accentbg)
            draw_text(painter, rect, self._places[at], font(theme, "caption", here), ink, Qt.AlignmentFlag.AlignLeft)
            if at < len(self._places) - 1:
                after = QRectF(rect.right(), 0, gap, self.height())
                draw_text(painter, after, _GAP, face, theme.ink3, elide=False)
            if at == self._at and self.hasFocus():
                frame(painter, rect.adjusted(0, 1, 0, -1), theme.accent, 2, 3)
        painter.end()

    # Pointer and keys ---------------------------------------------------------------------------------------

    def _choose(self, at: int | None) -> None:
        if at != self._at:
            self._at = at
            self.setToolTip(self._full[at] if at is not None else "")
            self.setCursor(Qt.CursorShape.PointingHandCursor if at is not None else Qt.CursorShape.ArrowCursor)
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._choose(next((at for rect, at in self.rects() if rect.contains(event.position())), None))

    def leaveEvent(self, event: QEvent) -> None:
        self._choose(None)
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = next((at for rect, at in self.rects() if rect.contains(event.position())), None)
        if at is not None and event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(at)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        free = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key())) if free else None
        shown = [at for _, at in self.rects()]
        if by is not None and shown:
            now = self._at if self._at in shown else shown[-1]
            self._choose(min(max(now + by, shown[0]), shown[-1]))
        elif free and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._at is not None:
            self.chosen.emit(self._at)
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        if self._places and event.reason() != Qt.FocusReason.MouseFocusReason:
            self._choose(max(0, len(self._places) - 2))
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._choose(None)
        super().focusOutEvent(event)
