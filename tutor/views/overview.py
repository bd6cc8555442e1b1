"""The upper lane of the timeline: the whole model, a row for each text it reads, and where one row reads the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from tutor.engine.records import dataclass
from tutor.views.icons import paint_icon
from tutor.views.paint import draw_text, frame, star, triangle
from tutor.views.theme import Theme, font, metrics

MARGIN, _GAP = 12, 2


@dataclass(frozen=True)
class Segment:
    """A section of the model: `count` stages from stage `first` on.

    `short` stands in a box too narrow for `title`; `words` is its name where its track is not seen beside it.
    """

    title: str
    first: int
    count: int
    track: int = 0
    short: str = ""
    words: str = ""

    @property
    def name(self) -> str:
        return self.words or self.title

    def has(self, stage: int) -> bool:
        return self.first <= stage < self.first + self.count


@dataclass(frozen=True)
class TrackLink:
    """Stage `reader` reads what stage `source` of another track made; `title` says so at the reader's arrow."""

    source: int
    reader: int
    title: str = ""


class OverviewLane:
    """One box to a section, as wide as it has stages, but never too narrow to be hit.

    Several tracks stand below one another on one scale, each with its name at the left. A track with more sections
    than there is room for slides, so that the current one is seen.
    """

    def __init__(self, theme: Theme, segments: Sequence[Segment], width: float, tracks: Sequence[str] = (),
                 links: Sequence[TrackLink] = (), caption: str = "", current: int = 0) -> None:
        """`tracks` are the names of the rows where there are several; `caption` says what the links carry; `current`
        is the stage to keep in sight."""
        self.theme, self.segments, self.width = theme, tuple(segments), width
        self.tracks, self.links, self.caption = tuple(tracks), tuple(links), caption
        self.height = float(theme.height("overview"))
        row = theme.height("marks") + self.height
        self.tops = [theme.height("marks") + row * at for at in range(max(1, len(self.tracks)))]
        self.top, self.bottom = self.tops[0], self.tops[-1] + self.height
        names = [metrics(theme, "header").horizontalAdvance(name.upper()) for name in self.tracks]
        self.left = MARGIN + (round(max(names) * 1.06 + theme.px(12)) if names else 0.0)
        self.boxes: list[QRectF] = [QRectF()] * len(self.segments)
        counts = [sum(one.count for one in self.segments if one.track == at) for at in range(len(self.tops))]
        for track, top in enumerate(self.tops):
            self._place_row(track, top, counts[track] / max(1, *counts, 1), current)

    def _place_row(self, track: int, top: float, share_of_width: float, current: int) -> None:
        """The boxes of one track, which takes its share of the width: a stage is as wide in every track."""
        numbers = [at for at, segment in enumerate(self.segments) if segment.track == track]
        count = len(numbers)
        least, gaps = self.theme.px(14), _GAP * (count - 1)
        whole = self.width - self.left - MARGIN - gaps
        room = min(whole, max(whole * share_of_width, least * count))
        total = max(1, sum(self.segments[at].count for at in numbers))
        fair = [max(least, room * self.segments[at].count / total) for at in numbers]
        slack = sum(fair) - room  # what the narrow ones took must come from the wide ones
        wide = sum(share - least for share in fair) or 1.0
        left = float(self.left)
        for at, share in zip(numbers, fair, strict=True):
            right = left + share - max(0.0, slack) * (share - least) / wide
            self.boxes[at] = QRectF(round(left), top, max(1, round(right) - round(left)), self.height)
            left = right + _GAP
        over = left - _GAP - (self.width - MARGIN)
        if over > 0.5:
            seen = next((self.boxes[at].center().x() for at in numbers if self.segments[at].has(current)), self.left)
            slide = round(min(max(0.0, seen - (self.left + self.width - MARGIN) / 2), over))
            for at in numbers:
                self.boxes[at].translate(-slide, 0)

    def clip(self) -> QRectF:
        """Where boxes are seen."""
        side = self.theme.px(6)
        return QRectF(self.left - side, 0, self.width - MARGIN - self.left + 2 * side, self.bottom + self.theme.px(9))

    def place(self, stage: int) -> tuple[int, QRectF] | None:
        """The number of the section a stage lies in and the stage's own slot in its box."""
        for number, (segment, box) in enumerate(zip(self.segments, self.boxes, strict=True)):
            if segment.has(stage):
                wide = box.width() / segment.count
                return number, QRectF(box.left() + (stage - segment.first) * wide, box.top(), wide, box.height())
        return None

    def track_at(self, y: float) -> int:
        """The track whose row is nearest to y."""
        away = [abs(y - top - self.height / 2) for top in self.tops]
        return away.index(min(away))

    def stage_at(self, x: float, track: int = 0) -> int | None:
        """The stage of a track whose slot is nearest to x."""
        numbers = [at for at, segment in enumerate(self.segments) if segment.track == track]
        if not numbers:
            return None
        number = min(numbers, key=lambda at: max(self.boxes[at].left() - x, x - self.boxes[at].right(), 0))
        segment, box = self.segments[number], self.boxes[number]
        inside = int((x - box.left()) / max(1.0, box.width()) * segment.count)
        return segment.first + max(0, min(segment.count - 1, inside))

    # Painting -----------------------------------------------------------------------------------------------

    def paint(self, painter: QPainter, current: int, visited: frozenset[int], hover: int | None,
              changed: frozenset[int] = frozenset(), caret: float | None = None) -> None:
        """`changed` are stages that a what-if has altered; `caret` is where the caret is on its way to the current
        stage."""
        theme, radius = self.theme, self.theme.px(2)
        here = self.place(current)
        self._paint_names(painter, self.segments[here[0]].track if here is not None else -1)
        painter.save()
        painter.setClipRect(self.clip())
        for number, (segment, box) in enumerate(zip(self.segments, self.boxes, strict=True)):
            stages = range(segment.first, segment.first + segment.count)
            if here is not None and number == here[0]:
                continue
            done = all(stage in visited for stage in stages)
            fill = theme.line if done else theme.pane
            frame(painter, box, theme.ctl, 1, radius, theme.accentbg if number == hover else fill)
            self._ticks(painter, segment, box)
            self._title(painter, segment, box.adjusted(3, 0, -3, 0), done)
        self._paint_links(painter, current)
        if here is not None:
            self._paint_current(painter, *here, caret)
        for stage in sorted(changed):
            there = self.place(stage)
            if there is not None:
                slot = there[1]
                painter.fillRect(QRectF(slot.left(), slot.bottom() - theme.px(4), slot.width(), theme.px(3)),
                                 theme.warn)  # fmt: skip
        painter.restore()

    def _paint_names(self, painter: QPainter, current: int) -> None:
        theme = self.theme
        for at, (name, top) in enumerate(zip(self.tracks, self.tops)):
            box = QRectF(MARGIN, top, self.left - MARGIN, self.height)
            ink = theme.accentink if at == current else theme.ink2
            draw_text(painter, box, name, font(theme, "header"), ink, Qt.AlignmentFlag.AlignLeft, elide=False)

    def _ticks(self, painter: QPainter, segment: Segment, box: QRectF) -> None:
        step = box.width() / segment.count
        if step < 4:
            return
        painter.setPen(QPen(self.theme.ctl, 1))
        for number in range(1, segment.count):
            x = round(box.left() + number * step) + 0.5
            painter.drawLine(QPointF(x, box.bottom() - self.theme.px(5)), QPointF(x, box.bottom() - 1.5))

    def _title(self, painter: QPainter, segment: Segment, box: QRectF, done: bool) -> None:
        theme, role = self.theme, "caption"
        measure, tick = metrics(theme, role), theme.px(15) if done else 0
        title = segment.title
        if segment.short and measure.horizontalAdvance(title) + tick > box.width():
            title = segment.short
            if measure.horizontalAdvance(title) + tick > box.width():
                tick = 0  # that it was seen, the fill says as well
            if measure.horizontalAdvance(title) > box.width():
                role, box = "ids", box.adjusted(-2, 0, 2, 0)  # a number in the smallest of boxes
                measure = metrics(theme, role)
        full = measure.horizontalAdvance(title)
        wide = min(full + tick, box.width())
        cut = full > box.width() - tick and box.width() < theme.px(60)  # a few letters and dots say nothing
        if cut or wide - tick < min(full, measure.averageCharWidth() * 2):
            if done and box.width() >= theme.px(10):  # no room for words: the tick alone
                sign = QRectF(box.center().x() - theme.px(5), box.top(), theme.px(10), box.height())
                paint_icon(painter, "check", sign, theme.ink2)
            return
        left = box.center().x() - wide / 2
        if tick:
            paint_icon(painter, "check", QRectF(left, box.top(), theme.px(11), box.height()), theme.ink)
        text = QRectF(left + tick, box.top(), wide - tick + 1, box.height())
        draw_text(painter, text, title, font(theme, role), theme.ink if done else theme.ink2,
                  Qt.AlignmentFlag.AlignLeft)

    def _paint_current(self, painter: QPainter, number: int, slot: QRectF, gliding: float | None) -> None:
        theme, box, segment = self.theme, self.boxes[number], self.segments[number]
        frame(painter, box, theme.accent, 2, theme.px(2), theme.pane)
        inner = box.adjusted(2, 2, -2, -2)
        painter.fillRect(QRectF(inner.left(), inner.top(), min(slot.right(), inner.right()) - inner.left(),
                                inner.height()), theme.accentbg)
        self._ticks(painter, segment, box)
        caret = round(slot.center().x() if gliding is None else gliding)
        painter.fillRect(QRectF(caret - 1, box.top(), 2, box.height()), theme.accent)
        triangle(painter, QPointF(caret, box.top() - theme.px(5)), theme.px(12), "down", theme.accent, flat=True)
        for title, pad in ((segment.title, theme.px(8)), (segment.short, theme.px(4))):
            wide = metrics(theme, "caption", True).horizontalAdvance(title) + 2
            before = QRectF(box.left() + pad, box.top(), wide, box.height())
            edge = slot.right() if pad > theme.px(4) else caret
            after = QRectF(edge + theme.px(3), box.top(), wide, box.height())
            if before.right() <= caret - pad / 2:
                text = before
            elif after.right() <= box.right() - theme.px(2):
                text = after
            else:
                continue
            draw_text(painter, text, title, font(theme, "caption", True), theme.accentink,
                      Qt.AlignmentFlag.AlignLeft)
            return

    # Links between tracks -----------------------------------------------------------------------------------

    def _paint_links(self, painter: QPainter, current: int) -> None:
        """From the end of what is read to each stage that reads it: along the row where that is free, else below it."""
        places = [(one, self.place(one.source), self.place(one.reader)) for one in self.links]
        found = sorted(((one, start, end) for one, start, end in places if start and end),
                       key=lambda each: each[2][1].center().x())  # fmt: skip
        if not found:
            return
        theme, colour = self.theme, self.theme.role("K")
        source = found[0][1][1]
        dot = QPointF(self.boxes[found[0][1][0]].right(), source.center().y())
        low = source.bottom() + theme.px(5)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        arrows = [(one, round(end[1].center().x()), end[1].top()) for one, _, end in found]
        for one, x, top in arrows:
            ahead = x > dot.x() + theme.px(10)
            bend = [QPointF(x, dot.y())] if ahead else [QPointF(dot.x(), low), QPointF(x, low)]
            painter.setPen(QPen(colour, 2 if one.reader == current else 1.3))
            painter.drawPolyline(QPolygonF([dot, *bend, QPointF(x, top - theme.px(6))]))
            triangle(painter, QPointF(x, top - theme.px(4)), theme.px(9), "down", colour)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(dot, theme.px(3.5), theme.px(3.5))
        painter.restore()
        self._paint_link_words(painter, arrows, dot)

    def _paint_link_words(
        self, painter: QPainter, arrows: Sequence[tuple[TrackLink, int, float]], dot: QPointF
    ) -> None:
        """What the links carry, above the line; and at each arrow who reads, where that is free of the next."""
        theme, measure = self.theme, metrics(self.theme, "caption")
        high = measure.height()
        end = self.width - MARGIN
        wide = metrics(theme, "caption", True).horizontalAdvance(self.caption) + 2
        if dot.x() + theme.px(10) + wide <= end:
            box = QRectF(dot.x() + theme.px(10), dot.y() - high - theme.px(3), wide, high)
            draw_text(painter, box, self.caption, font(theme, "caption", True), theme.role("K"),
                      Qt.AlignmentFlag.AlignLeft, elide=False)
        for at, (one, x, _) in enumerate(arrows):
            wide = measure.horizontalAdvance(one.title) + 2
            room = (arrows[at + 1][1] if at + 1 < len(arrows) else end) - x - theme.px(14)
            if one.title and x > dot.x() + theme.px(10) and wide <= room:
                box = QRectF(x + theme.px(8), dot.y() + theme.px(2), wide, high)
                draw_text(painter, box, one.title, font(theme, "caption"), theme.ink2, Qt.AlignmentFlag.AlignLeft,
                          elide=False)

    def paint_marks(self, painter: QPainter, current: int, bookmarks: Iterable[int],
                    questions: Iterable[int]) -> None:
        """Stars and question discs above the stages they belong to; the caret has the first right to its place."""
        theme = self.theme
        side = theme.px(13)
        taken: list[tuple[float, float]] = []
        here = self.place(current)
        if here is not None:
            taken.append((here[1].top(), here[1].center().x()))
        for stage, kind in sorted([*((one, "star") for one in bookmarks), *((one, "q") for one in questions)]):
            there = self.place(stage)
            if there is None:
                continue
            top, x = there[1].top(), there[1].center().x()
            while any(top == row and abs(x - other) < side for row, other in taken):
                x += side / 4
            taken.append((top, x))
            if self.clip().left() <= x <= self.clip().right():
                paint_mark(painter, theme, QPointF(x, top - theme.px(8)), kind)


def paint_mark(painter: QPainter, theme: Theme, centre: QPointF, kind: str) -> None:
    """A bookmark star, a question disc or the diamond of a what-if, as above the overview and at a chip's corner."""
    painter.save()
    if kind == "star":
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(star(centre, theme.px(11)), theme.warn)
    elif kind == "changed":
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.pane, 1.5))
        painter.setBrush(theme.warn)
        half = theme.px(5.5)
        corners = ((0, -half), (half, 0), (0, half), (-half, 0))
        painter.drawPolygon(QPolygonF([centre + QPointF(x, y) for x, y in corners]))
    else:
        side = theme.px(12)
        box = QRectF(centre.x() - side / 2, centre.y() - side / 2, side, side)
        frame(painter, box, theme.ink2, 1, side / 2, theme.pane)
        draw_text(painter, box, "?", font(theme, "ids", True), theme.ink2, elide=False)
    painter.restore()
