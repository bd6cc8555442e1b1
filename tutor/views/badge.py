"""The shape badge: sizes and names of a tensor's axes, each over a bar in its axis colour."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QEvent, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from tutor.views import numbers
from tutor.views.paint import draw_text, frame
from tutor.views.theme import STEP_RADIUS, Theme, font, metrics

Axes = Sequence[tuple[str, int]]

_LABELS: dict[str, Any] = {
    "batch": QT_TRANSLATE_NOOP("axis", "batch"),
    "pos": QT_TRANSLATE_NOOP("axis", "pos"),
    "query_pos": QT_TRANSLATE_NOOP("axis", "query_pos"),
    "key_pos": QT_TRANSLATE_NOOP("axis", "key_pos"),
    "head": QT_TRANSLATE_NOOP("axis", "head"),
    "d_head": QT_TRANSLATE_NOOP("axis", "d_head"),
    "d_model": QT_TRANSLATE_NOOP("axis", "d_model"),
    "d_mlp": QT_TRANSLATE_NOOP("axis", "d_mlp"),
    "d_vocab": QT_TRANSLATE_NOOP("axis", "d_vocab"),
    "d_attn": QT_TRANSLATE_NOOP("axis", "d_attn"),
    "d_kv": QT_TRANSLATE_NOOP("axis", "d_kv"),
    "type": QT_TRANSLATE_NOOP("axis", "type"),
}


def axis_label(name: str) -> str:
    """The name of an axis in the language of the window; an axis not in the table keeps its own name."""
    return QCoreApplication.translate("axis", _LABELS[name]) if name in _LABELS else name


def _height(theme: Theme) -> int:
    return math.ceil(metrics(theme, "dense", True).height() + theme.px(6.5))


def _cells(axes: Axes, theme: Theme, compact: bool) -> list[tuple[float, float, str, str]]:
    """(width, width of the number, number, name) of each axis."""
    pad, gap = theme.px(5), theme.px(4)
    cells: list[tuple[float, float, str, str]] = []
    for name, size in axes:
        number, label = numbers.count(size), "" if compact else axis_label(name)
        wide = metrics(theme, "dense", True).horizontalAdvance(number)
        named = gap + metrics(theme, "caption").horizontalAdvance(label) if label else 0.0
        cells.append((math.ceil(2 * pad + wide + named), wide, number, label))
    return cells


def badge_size(axes: Axes, theme: Theme, compact: bool = False) -> QSize:
    """The size `paint_badge` needs. A tensor without axes is a single number: its badge says 1."""
    cells = _cells(axes or [("", 1)], theme, compact)
    return QSize(int(sum(cell[0] for cell in cells)) + 2 + len(cells) - 1, _height(theme))


def paint_badge(painter: QPainter, position: QPointF, axes: Axes, theme: Theme,
                compact: bool = False) -> QRectF:
    """Paints the badge with its top left corner at `position`; returns the rectangle it fills."""
    axes = axes or [("", 1)]
    size = badge_size(axes, theme, compact)
    rect = QRectF(round(position.x()), round(position.y()), size.width(), size.height())
    radius, bar = theme.px(STEP_RADIUS), round(theme.px(3))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    outline = QPainterPath()
    outline.addRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    painter.fillPath(outline, theme.pane)
    painter.setClipPath(outline, Qt.ClipOperation.IntersectClip)
    left = rect.left() + 1
    text = rect.adjusted(0, 0, 0, -bar)
    for number, ((name, _), (width, wide, digits, label)) in enumerate(
            zip(axes, _cells(axes, theme, compact), strict=True)):
        painter.fillRect(QRectF(left, rect.bottom() - bar - 0.5, width, bar + 0.5), theme.axis(name))
        start = left + theme.px(5)
        draw_text(painter, QRectF(start, text.top(), wide + 1, text.height()), digits,
                  font(theme, "dense", True), theme.ink, Qt.AlignmentFlag.AlignLeft, elide=False)
        if label:
            start += wide + theme.px(4)
            draw_text(painter, QRectF(start, text.top(), left + width - start, text.height()), label,
                      font(theme, "caption"), theme.ink2, Qt.AlignmentFlag.AlignLeft, elide=False)
        left += width
        if number < len(axes) - 1:
            painter.fillRect(QRectF(left, rect.top(), 1, rect.height()), theme.ctl)
            left += 1
    painter.setClipping(False)
    painter.setPen(QPen(theme.ctl, 1))
    painter.drawPath(outline)
    painter.restore()
    return rect


class ShapeBadge(QWidget):
    """A badge as a widget; veiled, it shows a dashed “?” and gives the shape away to nobody.

    Signals: none.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._axes: tuple[tuple[str, int], ...] = ()
        self._compact, self._veiled = False, False
        self.retranslate()

    def set_axes(self, axes: Axes, compact: bool = False) -> None:
        self._axes, self._compact = tuple(axes), compact
        self.retranslate()

    def set_veiled(self, veiled: bool) -> None:
        self._veiled = veiled
        self.retranslate()

    def terms_at(self, at: QPoint) -> list[str]:
        """The axis at a point."""
        left = 1.0
        for (name, _), (wide, *_) in zip(self._axes, _cells(self._axes, self._theme, self._compact)):
            left += wide + 1
            if at.x() < left and not self._veiled:
                return [name, axis_label(name)]
        return []

    def axes(self) -> tuple[str, ...]:
        """The names of the axes it shows."""
        return () if self._veiled else tuple(name for name, _ in self._axes)

    def is_veiled(self) -> bool:
        return self._veiled

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.retranslate()

    def retranslate(self) -> None:
        if self._veiled:
            self.setAccessibleName(self.tr("Shape: predict it"))
        else:
            shape = self.tr(", ").join(f"{axis_label(name)} {size}" for name, size in self._axes)
            self.setAccessibleName(self.tr("Shape: {shape}").format(shape=shape))
        self.setToolTip(self.accessibleName())
        self.setFixedSize(self.sizeHint())
        self.update()

    def sizeHint(self) -> QSize:
        if self._veiled:
            sign = metrics(self._theme, "dense", True).horizontalAdvance("?")
            return QSize(math.ceil(sign + self._theme.px(12)), _height(self._theme))
        return badge_size(self._axes, self._theme, self._compact)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._veiled:
            rect = QRectF(self.rect())
            frame(painter, rect, self._theme.ctl, 1, self._theme.px(STEP_RADIUS), style=Qt.PenStyle.DashLine)
            draw_text(painter, rect, "?", font(self._theme, "dense", True), self._theme.ink)
        else:
            paint_badge(painter, QPointF(0, 0), self._axes, self._theme, self._compact)
        painter.end()
