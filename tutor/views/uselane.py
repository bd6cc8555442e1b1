"""The use lane of the timeline: where tensors are written and read, painted below the chips.

What is written in an earlier section, or read in a later one, stands at the ends, so that nothing seems to come from
nowhere.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from tutor.engine.records import dataclass
from tutor.views.overview import MARGIN
from tutor.views.paint import draw_text, triangle
from tutor.views.theme import Theme, font, metrics
from tutor.views.timelinepaint import StageLane

#: In the place of a chip's index: before the first chip, after the last.
BEFORE, AFTER = -1, -2


@dataclass(frozen=True)
class UseMark:
    """A tensor is written (▲) or read (▽) at stage `index`; `role` (Q, K, V, residual, weights) colours it.

    The tensor on screen is `inspected`; `stream` says that its marks are joined by a line, as those of the residual
    stream are.
    """

    index: int
    symbol: str
    role: str = ""
    written: bool = False
    inspected: bool = False
    stream: bool = False


class UseLane:
    """Where each mark stands, in the width of the lane above it."""

    def __init__(self, theme: Theme, lane: StageLane, marks: Sequence[UseMark], title: str, width: float) -> None:
        self.theme, self.lane, self.title, self.width = theme, lane, title, width
        self._measure, self._side = metrics(theme, "caption", True), theme.px(10)
        high = float(theme.height("use"))
        self.middle = round(lane.top + lane.height + high * 0.6) + 0.5
        self._row = QRectF(0, self.middle - high / 2, width, high)
        self.name = metrics(theme, "caption").horizontalAdvance(title)
        self.start = MARGIN + self.name + theme.px(8)
        self.end = width - MARGIN
        self.places: list[tuple[UseMark, float]] = self._place(marks)

    def _wide(self, mark: UseMark) -> float:
        return self._side + self.theme.px(3) + self._measure.horizontalAdvance(mark.symbol) + self.theme.px(7)

    def _place(self, marks: Sequence[UseMark]) -> list[tuple[UseMark, float]]:
        """(mark, left edge): each below its chip, pushed on where the one before it is in the way."""
        late = [mark for mark in marks if mark.index == AFTER]
        after = self.end - sum(map(self._wide, late))
        found: list[tuple[UseMark, float]] = []
        cursor = self._run([mark for mark in marks if mark.index == BEFORE], self.start, after, found)
        for chip, box in zip(self.lane.chips, self.lane.boxes, strict=True):
            here = [mark for mark in marks if mark.index == chip.index]
            if here:
                wide = sum(map(self._wide, here))
                cursor = math.ceil(self._run(here, max(cursor, box.center().x() - wide / 2), after, found))
        self._run(late, max(cursor, after), self.end + 1, found)
        return found

    def _run(
        self, marks: Sequence[UseMark], left: float, end: float, found: list[tuple[UseMark, float]]
    ) -> float:  # fmt: skip
        for mark in marks:
            if left + self._wide(mark) > end + self.theme.px(8):
                break
            found.append((mark, left))
            left += self._wide(mark)
        return left

    def _colour(self, mark: UseMark) -> QColor:
        return self.theme.accent if mark.inspected else self.theme.role(mark.role)

    def streams(self) -> list[tuple[float, float, QColor]]:
        """(from, to, colour) of the lines that join marks of one tensor, the inspected one's last."""
        ends: dict[tuple[bool, str], list[float]] = {}
        colours: dict[tuple[bool, str], QColor] = {}
        for mark, left in self.places:
            if mark.stream or mark.inspected:
                key = (mark.inspected, mark.symbol)
                at = self.start if mark.index == BEFORE else self.end if mark.index == AFTER else left + self._side / 2
                ends.setdefault(key, []).append(at)
                colours[key] = self._colour(mark)
        return [(min(ends[key]), max(ends[key]), colours[key]) for key in sorted(ends)]

    def paint(self, painter: QPainter) -> None:
        theme, row = self.theme, self._row
        draw_text(painter, QRectF(MARGIN, row.top(), self.name + 2, row.height()), self.title, font(theme, "caption"),
                  theme.ink3, Qt.AlignmentFlag.AlignLeft, elide=False)  # fmt: skip
        painter.setPen(QPen(theme.line, 1))
        painter.drawLine(QPointF(self.start, self.middle), QPointF(self.end, self.middle))
        for begin, end, colour in self.streams():
            painter.setPen(QPen(colour, 2))
            painter.drawLine(QPointF(begin, self.middle), QPointF(end, self.middle))
        for mark, left in self.places:
            wide, ink = self._wide(mark), theme.accentink if mark.inspected else theme.role(mark.role)
            painter.fillRect(QRectF(left - 2, self.middle - 1.5, wide - theme.px(3), 3), theme.strip)
            triangle(painter, QPointF(left + self._side / 2, self.middle), self._side,
                     "up" if mark.written else "down", self._colour(mark), hollow=not mark.written)  # fmt: skip
            words = QRectF(left + self._side + theme.px(3), row.top(), wide, row.height())
            draw_text(painter, words, mark.symbol, font(theme, "caption", True), ink, Qt.AlignmentFlag.AlignLeft,
                      elide=False)  # fmt: skip

    def mark_at(self, point: QPointF) -> UseMark | None:
        """The mark under a point."""
        if not self._row.contains(point):
            return None
        return next((mark for mark, left in self.places if left <= point.x() < left + self._wide(mark)), None)
