"""The bubble above the timeline: name, place, shape and thumbnail of the stage that is pointed at."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from tutor.engine.records import dataclass
from tutor.views import heatcells
from tutor.views.badge import badge_size, paint_badge
from tutor.views.heatdata import Map
from tutor.views.paint import draw_text, frame
from tutor.views.theme import Theme, font, metrics


@dataclass(frozen=True)
class About:
    """What is told of a stage: its name, where it is, a remark, and the axes of its result."""

    name: str
    place: str
    note: str = ""
    axes: tuple[tuple[str, int], ...] = ()


def thumbnail(data: Map, theme: Theme, size: QSize, ratio: float) -> QImage:
    """A map as an image of about this size: each cell a whole number of pixels where there are few cells."""
    rows, columns = data.shape
    wide, high = round(size.width() * ratio), round(size.height() * ratio)
    cell = max(1, min(wide // columns, high // rows, round(8 * ratio)))
    wide = min(wide, max(cell * columns, round(24 * ratio)))
    high = min(high, max(cell * rows, round(10 * ratio)))
    return heatcells.render(data, theme, heatcells.borders(rows, high), heatcells.borders(columns, wide), ratio)


class Bubble(QWidget):
    """Floats above the timeline within the window; it takes no focus and no mouse. Its words are also those of the
    timeline's own description, so a screen reader misses nothing.

    Signals: none.
    """

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._about = About("", "")
        self._map: Map | None = None
        self._image: QImage | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.hide()

    def about(self) -> About:
        return self._about

    def picture(self) -> Map | None:
        """The numbers of the thumbnail; None where the frame is dashed."""
        return self._map

    def show_about(self, about: About, data: Map | None, anchor: QPoint) -> None:
        """Say this, with the tip of the bubble at `anchor` (a point of the parent). Without `data` the thumbnail is a
        dashed frame: nothing is computed yet."""
        self._about, self._map, self._image = about, data, None
        if data is not None:
            self._image = thumbnail(data, self._theme, self._most(), self.devicePixelRatioF())
        self.resize(self.sizeHint())
        parent = self.parentWidget()
        room = parent.width() if parent is not None else self.width()
        left = min(max(4, anchor.x() - self.width() // 2), max(4, room - self.width() - 4))
        self.move(left, max(0, anchor.y() - self.height() - round(self._theme.px(4))))
        self.show()
        self.raise_()
        self.update()

    def _most(self) -> QSize:
        return QSize(round(self._theme.px(132)), round(self._theme.px(72)))

    def _frame(self) -> QSize:
        """The thumbnail's size; of one still to come, the most it can be."""
        return self._most() if self._image is None else self._image.deviceIndependentSize().toSize()

    def _lines(self) -> list[tuple[str, str, bool]]:
        found = [(self._about.name, "body", True), (self._about.place, "caption", False)]
        return found + ([(self._about.note, "caption", False)] if self._about.note else [])

    def sizeHint(self) -> QSize:
        theme, pad = self._theme, self._theme.px(8)
        widths = [metrics(theme, role, bold).horizontalAdvance(text) for text, role, bold in self._lines()]
        badge = badge_size(self._about.axes, theme, True)
        wide = max(*widths, badge.width(), self._most().width())
        high = sum(metrics(theme, role, bold).height() for _, role, bold in self._lines())
        gaps = theme.px(4) + theme.px(6)
        return QSize(round(wide + 2 * pad) + 2, round(high + gaps + badge.height() + self._frame().height() + 2 * pad))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self._theme, QPainter(self)
        pad = theme.px(8)
        frame(painter, QRectF(self.rect()), theme.ctl, 1, theme.px(4), theme.pane)
        x, y = pad, pad
        for text, role, bold in self._lines():
            high = metrics(theme, role, bold).height()
            ink = theme.ink if role == "body" else theme.warn if text == self._about.note else theme.ink2
            draw_text(painter, QRectF(x, y, self.width() - 2 * pad + 1, high), text, font(theme, role, bold or None),
                      ink, Qt.AlignmentFlag.AlignLeft)  # fmt: skip
            y += high
        y += theme.px(4)
        badge = paint_badge(painter, QPointF(x, y), self._about.axes, theme, compact=True)
        y = badge.bottom() + theme.px(6)
        if self._image is None:
            frame(painter, QRectF(x, y, self._frame().width(), self._frame().height()), theme.ctl, 1, theme.px(2),
                  style=Qt.PenStyle.DashLine)  # fmt: skip
        else:
            size = self._image.deviceIndependentSize()
            painter.drawImage(QPointF(round(x), round(y)), self._image)
            frame(painter, QRectF(round(x), round(y), size.width(), size.height()), theme.line, 1)
        painter.end()
