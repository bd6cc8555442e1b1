"""The lanes of the timeline: where things lie and how they are painted. Pointer and keys are the widget's."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from tutor.views.icons import paint_icon
from tutor.views.paint import draw_text, focus_ring, frame, star, triangle
from tutor.views.theme import Theme, font, metrics

_MARGIN, _GAP = 12, 2


@dataclass(frozen=True)
class Segment:
    """A section of the model: `count` stages from stage `first` on."""

    title: str
    first: int
    count: int


@dataclass(frozen=True)
class StageChip:
    """One stage of the section (or one operation of the stage) in the detail lane."""

    title: str
    index: int
    visited: bool = False


@dataclass(frozen=True)
class UseMark:
    """A tensor is written (▲) or read (▽) at stage `index`; `role` (Q, K, V, residual, weights) colours it."""

    index: int
    symbol: str
    role: str = ""
    written: bool = False
    inspected: bool = False


class OverviewLane:
    """One box to a section, as wide as it has stages, but never too narrow to be hit."""

    def __init__(self, theme: Theme, segments: Sequence[Segment], width: float) -> None:
        self.theme, self.segments = theme, segments
        self.top, self.height = float(theme.height("marks")), float(theme.height("overview"))
        self.boxes: list[QRectF] = []
        count = len(segments)
        room = width - 2 * _MARGIN - _GAP * (count - 1)
        least, total = theme.px(14), max(1, sum(segment.count for segment in segments))
        fair = [max(least, room * segment.count / total) for segment in segments]
        slack = sum(fair) - room  # what the narrow ones took must come from the wide ones
        wide = sum(share - least for share in fair) or 1.0
        left = float(_MARGIN)
        for share in fair:
            right = left + share - max(0.0, slack) * (share - least) / wide
            self.boxes.append(QRectF(round(left), self.top, max(1, round(right) - round(left)), self.height))
            left = right + _GAP

    def place(self, stage: int) -> tuple[int, QRectF] | None:
        """The number of the section a stage lies in and the stage's own slot in its box."""
        for number, (segment, box) in enumerate(zip(self.segments, self.boxes, strict=True)):
            if segment.first <= stage < segment.first + segment.count:
                wide = box.width() / segment.count
                return number, QRectF(box.left() + (stage - segment.first) * wide, box.top(), wide, box.height())
        return None

    def stage_at(self, x: float) -> int | None:
        """The stage whose slot is nearest to x."""
        if not self.boxes:
            return None
        away = [max(box.left() - x, x - box.right(), 0) for box in self.boxes]
        number = away.index(min(away))
        segment, box = self.segments[number], self.boxes[number]
        inside = int((x - box.left()) / max(1.0, box.width()) * segment.count)
        return segment.first + max(0, min(segment.count - 1, inside))

    def paint(self, painter: QPainter, current: int, visited: frozenset[int],
              hover: int | None) -> None:
        theme, radius = self.theme, self.theme.px(2)
        here = self.place(current)
        for number, (segment, box) in enumerate(zip(self.segments, self.boxes, strict=True)):
            stages = range(segment.first, segment.first + segment.count)
            if here is not None and number == here[0]:
                continue
            done = all(stage in visited for stage in stages)
            fill = theme.line if done else theme.pane
            frame(painter, box, theme.ctl, 1, radius, theme.accentbg if number == hover else fill)
            self._ticks(painter, segment, box)
            self._title(painter, segment.title, box.adjusted(3, 0, -3, 0), done)
        if here is not None:
            self._paint_current(painter, *here)

    def _ticks(self, painter: QPainter, segment: Segment, box: QRectF) -> None:
        step = box.width() / segment.count
        if step < 4:
            return
        painter.setPen(QPen(self.theme.ctl, 1))
        for number in range(1, segment.count):
            x = round(box.left() + number * step) + 0.5
            painter.drawLine(QPointF(x, box.bottom() - self.theme.px(5)), QPointF(x, box.bottom() - 1.5))

    def _title(self, painter: QPainter, title: str, box: QRectF, done: bool) -> None:
        theme, measure = self.theme, metrics(self.theme, "caption")
        tick = theme.px(15) if done else 0
        wide = min(measure.horizontalAdvance(title) + tick, box.width())
        if wide - tick < measure.averageCharWidth() * 2:
            if done and box.width() >= theme.px(10):  # no room for words: the tick alone
                sign = QRectF(box.center().x() - theme.px(5), box.top(), theme.px(10), box.height())
                paint_icon(painter, "check", sign, theme.ink2)
            return
        left = box.center().x() - wide / 2
        if done:
            paint_icon(painter, "check", QRectF(left, box.top(), theme.px(11), box.height()), theme.ink)
        text = QRectF(left + tick, box.top(), wide - tick, box.height())
        draw_text(painter, text, title, font(theme, "caption"), theme.ink if done else theme.ink2,
                  Qt.AlignmentFlag.AlignLeft)

    def _paint_current(self, painter: QPainter, number: int, slot: QRectF) -> None:
        theme, box, segment = self.theme, self.boxes[number], self.segments[number]
        frame(painter, box, theme.accent, 2, theme.px(2), theme.pane)
        inner = box.adjusted(2, 2, -2, -2)
        painter.fillRect(QRectF(inner.left(), inner.top(), min(slot.right(), inner.right()) - inner.left(),
                                inner.height()), theme.accentbg)
        self._ticks(painter, segment, box)
        caret = round(slot.center().x())
        painter.fillRect(QRectF(caret - 1, box.top(), 2, box.height()), theme.accent)
        triangle(painter, QPointF(caret, box.top() - theme.px(5)), theme.px(12), "down", theme.accent, flat=True)
        wide = metrics(theme, "caption", True).horizontalAdvance(segment.title) + 2
        before = QRectF(box.left() + theme.px(8), box.top(), wide, box.height())
        after = QRectF(slot.right() + theme.px(3), box.top(), wide, box.height())
        if before.right() <= caret - theme.px(4):
            text = before
        elif after.right() <= box.right() - theme.px(3):
            text = after
        else:
            return
        draw_text(painter, text, segment.title, font(theme, "caption", True), theme.accentink,
                  Qt.AlignmentFlag.AlignLeft)

    def paint_marks(self, painter: QPainter, current: int, bookmarks: Iterable[int],
                    questions: Iterable[int]) -> None:
        """Stars and question discs above the stages they belong to; the caret has the first right to its place."""
        theme, y = self.theme, self.top - self.theme.px(8)
        side, taken = theme.px(13), []
        here = self.place(current)
        if here is not None:
            taken.append(here[1].center().x())
        for stage, kind in sorted([*((one, "star") for one in bookmarks), *((one, "q") for one in questions)]):
            there = self.place(stage)
            if there is None:
                continue
            x = there[1].center().x()
            while any(abs(x - other) < side for other in taken):
                x += side / 4
            taken.append(x)
            paint_mark(painter, theme, QPointF(x, y), kind)


def paint_mark(painter: QPainter, theme: Theme, centre: QPointF, kind: str) -> None:
    """A bookmark star or a question disc, as above the overview and at the corner of a chip."""
    painter.save()
    if kind == "star":
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(star(centre, theme.px(11)), theme.warn)
    else:
        side = theme.px(12)
        box = QRectF(centre.x() - side / 2, centre.y() - side / 2, side, side)
        frame(painter, box, theme.ink2, 1, side / 2, theme.pane)
        draw_text(painter, box, "?", font(theme, "ids", True), theme.ink2, elide=False)
    painter.restore()


class StageLane:
    """The chips of the current section, with its neighbours peeking in at both ends."""

    def __init__(self, theme: Theme, chips: Sequence[StageChip], current: int, before: str, after: str,
                 width: float) -> None:
        self.theme, self.chips, self.current = theme, chips, current
        self.height = float(theme.height("stage"))
        self.top = float(theme.height("marks") + theme.height("overview") + theme.height("notch"))
        self.before, self.after = before, after
        small, gap = metrics(theme, "caption"), round(theme.px(4))
        first, last = (round(min(small.horizontalAdvance(text) + theme.px(14), theme.px(110))) if text else 0
                       for text in (before, after))
        inset = round(self.theme.px(3))
        top, high = self.top + inset, self.height - 2 * inset
        self.peeks = [QRectF(_MARGIN, top, first, high), QRectF(width - _MARGIN - last, top, last, high)]
        left = self.peeks[0].right() + gap if before else float(_MARGIN)
        right = self.peeks[1].left() - gap if after else width - _MARGIN
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

    def paint(self, painter: QPainter, hover: int | None, bookmarks: frozenset[int],
              questions: frozenset[int], focused: bool) -> None:
        theme = self.theme
        for text, box in zip((self.before, self.after), self.peeks, strict=True):
            if text:
                frame(painter, box, theme.line, 1, theme.px(3), theme.strip)
                draw_text(painter, box.adjusted(3, 0, -3, 0), text, font(theme, "caption"), theme.ink3)
        painter.save()
        painter.setClipRect(self.clip())
        for number, (chip, box) in enumerate(zip(self.chips, self.boxes, strict=True)):
            self._paint_chip(painter, chip, box, number == hover)
        for chip, box in zip(self.chips, self.boxes, strict=True):
            corner = QPointF(box.right() - theme.px(6), box.top())
            if chip.index in questions:
                paint_mark(painter, theme, corner, "q")
                corner -= QPointF(theme.px(13), 0)
            if chip.index in bookmarks:
                paint_mark(painter, theme, corner, "star")
            if focused and chip.index == self.current:
                focus_ring(painter, box, theme)
        painter.restore()

    def _paint_chip(self, painter: QPainter, chip: StageChip, box: QRectF, hover: bool) -> None:
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
            paint_icon(painter, "play" if current else "check", sign, ink)
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


def paint_uses(painter: QPainter, theme: Theme, lane: StageLane, marks: Sequence[UseMark],
               title: str, width: float) -> None:
    """The use lane: under each stage what it writes (▲) and reads (▽); marks of other sections are left out."""
    top = lane.top + lane.height
    middle = round(top + theme.height("use") * 0.6) + 0.5
    line = QRectF(0, middle - theme.height("use") / 2, width, theme.height("use"))
    name = metrics(theme, "caption").horizontalAdvance(title)
    draw_text(painter, QRectF(_MARGIN, line.top(), name + 2, line.height()), title, font(theme, "caption"),
              theme.ink3, Qt.AlignmentFlag.AlignLeft, elide=False)
    start, end = max(lane.span[0], _MARGIN + name + theme.px(8)), lane.span[1]
    painter.setPen(QPen(theme.line, 1))
    painter.drawLine(QPointF(start, middle), QPointF(end, middle))
    measure, side = metrics(theme, "caption", True), theme.px(10)
    cursor = start
    for chip, box in zip(lane.chips, lane.boxes, strict=True):
        here = [mark for mark in marks if mark.index == chip.index]
        widths = [side + theme.px(3) + measure.horizontalAdvance(mark.symbol) + theme.px(7) for mark in here]
        left = max(cursor, box.center().x() - sum(widths) / 2)
        for mark, wide in zip(here, widths, strict=True):
            if left + wide > end + theme.px(8):
                break
            colour = theme.accentink if mark.inspected else theme.role(mark.role)
            painter.fillRect(QRectF(left - 2, middle - 1, wide - theme.px(3), 2), theme.strip)
            triangle(painter, QPointF(left + side / 2, middle), side, "up" if mark.written else "down",
                     theme.accent if mark.inspected else colour, hollow=not mark.written)
            draw_text(painter, QRectF(left + side + theme.px(3), line.top(), wide, line.height()), mark.symbol,
                      font(theme, "caption", True), colour, Qt.AlignmentFlag.AlignLeft, elide=False)
            left += wide
        cursor = max(cursor, math.ceil(left)) if here else cursor
