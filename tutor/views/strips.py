"""The terms of a sum as bars in order, over the numbers they are products of as coloured strips."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from tutor.views.theme import Theme, lut


class ProductsStrip(QWidget):
    """The terms of a sum as bars in order, the largest marked; pooled by the largest where they are too many. Above
    them the factors they are products of, as strips of colour in the same places.

    Signals:
        pointed(int)  the term under the pointer, −1 for none
    """

    pointed = Signal(int)

    _MARKED = 4

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._values = np.zeros(0)
        self._finite = np.zeros(0, dtype=int)  # where the terms are finite
        self._above = self._below = 0.0
        self._lanes: tuple[tuple[str, np.ndarray], ...] = ()
        self._lit = -1
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_values(self, values: ArrayLike, words: str) -> None:
        """The terms (not finite ones are left out of the picture), and what a screen reader says of it."""
        self._values = np.asarray(values, dtype=np.float64)
        self._finite = np.flatnonzero(np.isfinite(self._values))
        finite = self._values[self._finite]
        self._above, self._below = float(finite.max(initial=0.0)), -float(finite.min(initial=0.0))
        self._lit = -1
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.update()

    def set_lanes(self, lanes: Sequence[tuple[str, np.ndarray]]) -> None:
        """The factors, as (role, values): one strip each above the bars."""
        self._lanes = tuple(lanes)
        self.updateGeometry()
        self.update()

    def set_lit(self, term: int) -> None:
        """Mark a term, −1 for none."""
        if term != self._lit:
            self._lit = term
            self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, round(self._theme.px(52) + self._top()))

    def _lane(self) -> float:
        return round(self._theme.px(11))

    def _top(self) -> float:
        """Where the bars begin, below the strips."""
        return self._lane() * len(self._lanes) + (self._theme.px(3) if self._lanes else 0.0)

    def _room(self) -> float:
        """Height of the bars, above the marks."""
        return self.height() - self._top() - self._theme.px(8)

    def _middle(self) -> float:
        """Where zero is: as far down as the positive terms need."""
        span = self._above + self._below
        return self._top() + self._room() * (self._above / span if span else 0.5)

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

    def term_at(self, x: float) -> int:
        """The term painted at a place, −1 for none."""
        found = min(self.bars(), key=lambda bar: abs(bar[0].center().x() - x), default=None)
        return found[2] if found is not None and abs(found[0].center().x() - x) <= max(6.0, found[0].width()) else -1

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, bars = QPainter(self), self.bars()
        ramp = lut(self._theme, "signed")
        for at, (role, values) in enumerate(self._lanes):
            self._paint_lane(painter, self._lane() * at, role, values, bars, ramp)
        warm, cold = (QColor(*(int(channel) for channel in ramp[at])) for at in (240, 16))
        for rect, value, _ in bars:
            painter.fillRect(rect, warm if value > 0 else cold)
        middle = self._middle()
        painter.setPen(QPen(self._theme.ctl, 1))
        painter.drawLine(QPointF(0, middle), QPointF(self.width(), middle))
        largest = sorted((bar for bar in bars if bar[1]), key=lambda bar: -abs(bar[1]))[: self._MARKED]
        for rect, _, term in [*largest, *(bar for bar in bars if bar[2] == self._lit)]:
            colour = self._theme.accent if term == self._lit else self._theme.ink
            painter.fillRect(QRectF(rect.left() - 1, self.height() - 3, max(rect.width() + 2, 4), 2), colour)
        painter.end()

    def _paint_lane(
        self, painter: QPainter, top: float, role: str, values: np.ndarray, bars: list[tuple[QRectF, float, int]],
        ramp: np.ndarray,
    ) -> None:  # fmt: skip
        """A factor at each term, with a line in its role's colour below."""
        finite = np.where(np.isfinite(values), values, 0.0)
        most = float(np.abs(finite).max(initial=0.0)) or 1.0
        high = self._lane() - self._theme.px(4)
        for rect, _, term in bars:
            colour = ramp[round(128 + 127 * finite[term] / most)]
            painter.fillRect(QRectF(rect.left(), top, rect.width() + 1, high), QColor(*(int(one) for one in colour)))
        painter.fillRect(QRectF(0, top + high, self.width(), 1.5), self._theme.role(role))

    # Pointer ------------------------------------------------------------------------------------------------

    def _point(self, term: int) -> None:
        if term != self._lit:
            self.set_lit(term)
            self.pointed.emit(term)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self.term_at(event.position().x()))

    def leaveEvent(self, event: QEvent) -> None:
        self._point(-1)
        super().leaveEvent(event)
