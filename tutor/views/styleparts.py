"""Small flat parts of stock widgets: tick and radio marks, tabs, sliders, bars. The style says when to draw them."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from tutor.views.icons import paint_icon
from tutor.views.paint import frame
from tutor.views.theme import Theme


def check_mark(painter: QPainter, rect: QRectF, theme: Theme, on: bool, partial: bool, enabled: bool) -> None:
    """The box of a check box: filled with the accent and ticked when on."""
    edge = theme.accent if on and enabled else theme.ctl if enabled else theme.line
    fill = (theme.accent if enabled else theme.line) if on else theme.field
    frame(painter, rect, edge, 1, theme.px(3), fill)
    if on:
        paint_icon(painter, "minus" if partial else "check", rect.adjusted(2, 2, -2, -2),
                   theme.onaccent if enabled else theme.ink3)


def radio_mark(painter: QPainter, rect: QRectF, theme: Theme, on: bool, enabled: bool) -> None:
    """The disc of a radio button: an accent ring round an accent dot when on."""
    edge = theme.accent if on and enabled else theme.ctl if enabled else theme.line
    frame(painter, rect, edge, 1.5 if on else 1, rect.width() / 2, theme.field)
    if on:
        dot = rect.width() * 0.26
        frame(painter, rect.adjusted(dot, dot, -dot, -dot), edge, 0.5, rect.width() / 2 - dot, edge)


def tab(painter: QPainter, rect: QRectF, theme: Theme, selected: bool, hover: bool) -> None:
    """A flat tab: pane and a thick accent line when selected."""
    painter.fillRect(rect, theme.pane if selected else theme.accentbg if hover else theme.strip)
    line = theme.px(2.5) if selected else 1
    painter.fillRect(QRectF(rect.left(), rect.bottom() - line, rect.width(), line),
                     theme.accent if selected else theme.line)


def slider(painter: QPainter, groove: QRectF, handle: QRectF, theme: Theme, lying: bool, enabled: bool) -> None:
    """A line, accent up to the round handle."""
    colour = theme.accent if enabled else theme.line
    middle, width = groove.center(), theme.px(3)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if lying:
        ends = QPointF(groove.left() + 2, middle.y()), QPointF(groove.right() - 2, middle.y())
        reached = QPointF(handle.center().x(), middle.y())
    else:  # a standing slider grows upwards
        ends = QPointF(middle.x(), groove.bottom() - 2), QPointF(middle.x(), groove.top() + 2)
        reached = QPointF(middle.x(), handle.center().y())
    painter.setPen(QPen(theme.ctl if enabled else theme.line, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawLine(*ends)
    painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawLine(ends[0], reached)
    painter.setPen(QPen(colour, theme.px(1.8)))
    painter.setBrush(theme.pane)
    radius = min(handle.width(), handle.height()) / 2 - theme.px(1.5)
    painter.drawEllipse(handle.center(), radius, radius)
    painter.restore()


def progress(painter: QPainter, rect: QRectF, theme: Theme, share: float | None, tick: float) -> None:
    """A flat bar; `share` None is "busy": a stretch that wanders with `tick` from 0 to 1."""
    bar = QRectF(rect.left(), rect.center().y() - theme.px(3), rect.width(), theme.px(6))
    frame(painter, bar, theme.line, 1, bar.height() / 2, theme.line)
    if share is None:
        length = bar.width() / 4
        bar = QRectF(bar.left() + (bar.width() - length) * tick, bar.top(), length, bar.height())
    else:
        bar.setWidth(bar.width() * max(0.0, min(1.0, share)))
    if bar.width() > 1:
        frame(painter, bar, theme.accent, 1, min(bar.height(), bar.width()) / 2, theme.accent)


def scroll_handle(painter: QPainter, rect: QRectF, theme: Theme, lively: bool) -> None:
    """The handle of a scroll bar; there is no groove and there are no arrows."""
    thin = rect.adjusted(2, 2, -2, -2)
    colour = theme.ctl if lively else theme.line
    frame(painter, thin, colour, 1, min(thin.width(), thin.height()) / 2, colour)


def header_cell(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    """The ground of a table's header section."""
    painter.fillRect(rect, theme.strip)
    painter.fillRect(QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1), theme.line)
