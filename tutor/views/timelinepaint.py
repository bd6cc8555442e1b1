"""The middle lane of the timeline, the chips of a section or of a stage: where they lie and how they are painted."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from tutor.engine.records import dataclass
from tutor.views.icons import paint_icon
from tutor.views.overview import MARGIN, paint_mark
from tutor.views.paint import draw_text, focus_ring, frame, triangle
from tutor.views.theme import Theme, font, metrics


@dataclass(frozen=True)
class StageChip:
    """One stage of the section (or one operation of the stage) in the detail lane; `axes` are its result's."""

    title: str
    index: int
    visited: bool = False
    axes: tuple[tuple[str, int], ...] = ()


class StageLane:
    """The chips of the current section, with its neighbours peeking in at both ends."""

    def __init__(self, theme: Theme, chips: Sequence[StageChip], current: int, before: str, after: str,
                 width: float, top: float | None = None) -> None:
        """`top` is where it begins; without it, below an overview of one track."""
        self.theme, self.chips, self.current = theme, chips, current
        self.height = float(theme.height("stage"))
        above = theme.height("marks") + theme.height("overview") + theme.height("notch")
        self.top = float(above) if top is None else top
        self.before, self.after = before, after
        small, gap = metrics(theme, "caption"), round(theme.px(4))
        first, last = (round(min(small.horizontalAdvance(text) + theme.px(14), theme.px(110))) if text else 0
                       for text in (before, after))
        inset = round(self.theme.px(3))
        top, high = self.top + inset, self.height - 2 * inset
        self.peeks = [QRectF(MARGIN, top, first, high), QRectF(width - MARGIN - last, top, last, high)]
        left = self.peeks[0].right() + gap if before else float(MARGIN)
        right = self.peeks[1].left() - gap if after else width - MARGIN
        self.span = (left, max(left, right))
        self.boxes = self._boxes(left, self.span[1], gap)

    def _wish(self, chip: StageChip) -> float:
        bold = chip.index == self.current
        text = metrics(self.theme, "dense", bold).horizontalAdvance(chip.title)
        return text + (self.theme.px(16) if chip.visited or bold else 0)

    def _boxes(self, left: float, right: float, gap: float) -> list[QRectF]:
        count = len(self.chips)
        if not count:
            return []
        room = right - left - gap * (count - 1)
        wishes = [self._wish(chip) + self.theme.px(16) for chip in self.chips]
        least = self.theme.px(44)
        if sum(wishes) <= room:
            share = (room - sum(wishes)) / count
            widths = [wish + share for wish in wishes]
        else:
            # Too little room: the long ones give first, then the lane slides so that the current one is seen.
            low, high = least, max(wishes)
            for _ in range(24):
                middle = (low + high) / 2
                low, high = (middle, high) if sum(min(wish, middle) for wish in wishes) <= room else (low, middle)
            widths = [min(wish, low) for wish in wishes]
            for number, chip in enumerate(self.chips):
                if chip.index == self.current:
                    widths[number] = wishes[number]
        starts, at = [], 0.0
        for wide in widths:
            starts.append(at)
            at += wide + gap
        total = at - gap
        slide = 0.0
        if total > right - left + 0.5:
            middle = next((start + wide / 2 for start, wide, chip in zip(starts, widths, self.chips, strict=True)
                           if chip.index == self.current), 0.0)
            slide = max(0.0, min(middle - (right - left) / 2, total - (right - left)))
        spans = [(round(left + start - slide), round(left + start + wide - slide))
                 for start, wide in zip(starts, widths, strict=True)]
        return [QRectF(begin, self.top, end - begin, self.height) for begin, end in spans]

    def clip(self) -> QRectF:
        return QRectF(self.span[0] - 4, 0, self.span[1] - self.span[0] + 8, self.top + self.height + 200)

    def paint(self, painter: QPainter, hover: int | None, bookmarks: frozenset[int], questions: frozenset[int],
              changed: frozenset[int], focused: bool, backward: bool = False) -> None:
        theme = self.theme
        for text, box in zip((self.before, self.after), self.peeks, strict=True):
            if text:
                frame(painter, box, theme.line, 1, theme.px(3), theme.strip)
                draw_text(painter, box.adjusted(3, 0, -3, 0), text, font(theme, "caption"), theme.ink3)
        painter.save()
        painter.setClipRect(self.clip())
        for number, (chip, box) in enumerate(zip(self.chips, self.boxes, strict=True)):
            self._paint_chip(painter, chip, box, number == hover, backward)
        for chip, box in zip(self.chips, self.boxes, strict=True):
            corner = QPointF(box.right() - theme.px(6), box.top())
            if chip.index in questions:
                paint_mark(painter, theme, corner, "q")
                corner -= QPointF(theme.px(13), 0)
            if chip.index in bookmarks:
                paint_mark(painter, theme, corner, "star")
            if chip.index in changed:
                paint_mark(painter, theme, QPointF(box.left() + theme.px(7), box.top() + theme.px(1)), "changed")
            if focused and chip.index == self.current:
                focus_ring(painter, box, theme)
        painter.restore()

    def _paint_chip(self, painter: QPainter, chip: StageChip, box: QRectF, hover: bool, backward: bool) -> None:
        theme, current = self.theme, chip.index == self.current
        fill, ink = theme.pane, theme.ink2
        if current:
            fill, ink = theme.accent, theme.onaccent
            notch = QPointF(box.center().x(), box.top() - theme.px(4.5))
            triangle(painter, notch, theme.px(11), "down", theme.accent, flat=True)
        elif hover:
            fill, ink = theme.accentbg, theme.ink
        elif chip.visited:
            fill, ink = theme.line, theme.ink
        frame(painter, box, theme.accent if current else theme.ctl, 1, theme.px(4), fill)
        lead = theme.px(16) if chip.visited or current else 0
        room = box.width() - theme.px(8)
        wide = min(metrics(theme, "dense", current).horizontalAdvance(chip.title), room - lead)
        if wide < theme.px(8):
            wide, lead = min(wide + lead, room), 0
        left = box.center().x() - (wide + lead) / 2
        if lead:
            sign = QRectF(left - theme.px(1), box.top(), theme.px(14 if current else 12), box.height())
            paint_icon(painter, ("play-back" if backward else "play") if current else "check", sign, ink)
        draw_text(painter, QRectF(left + lead, box.top(), wide + 1, box.height()), chip.title,
                  font(theme, "dense", current), ink, Qt.AlignmentFlag.AlignLeft)

    def hit(self, point: QPointF) -> int | None:
        """The number of the chip under a point; −1 and −2 are the peeks before and after."""
        for number, (text, box) in enumerate(zip((self.before, self.after), self.peeks, strict=True)):
            if text and box.contains(point):
                return -1 - number
        if self.span[0] <= point.x() <= self.span[1]:
            for number, box in enumerate(self.boxes):
                if box.contains(point):
                    return number
        return None
