"""How the architecture map is painted: boxes, lines, the residual stream, badges and pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from tutor.engine.graph import ADD, MARK, THROUGH, Box, Graph
from tutor.engine.records import dataclass
from tutor.engine.thumbnail import Thumbnail
from tutor.views.badge import badge_size, paint_badge
from tutor.views.heatdata import colour_index
from tutor.views.icons import paint_icon
from tutor.views.maplayout import Frame, Layout, Line, Node, Place
from tutor.views.mapways import Rect
from tutor.views.mapwords import Card
from tutor.views.paint import draw_text, frame, star
from tutor.views.theme import Theme, font, lut, metrics, rgb

_LEFT, _RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
CURRENT, VISITED, PARTIAL, UNVISITED = "current", "visited", "partial", "unvisited"
_LETTERS = {"query": "Q", "key": "K", "value": "V"}


@dataclass(frozen=True)
class Scene:
    """All that is on the map. `states` and `cards` are by box; `titles` are those of the open blocks by section."""

    graph: Graph
    layout: Layout
    cards: tuple[Card, ...]
    states: tuple[str, ...]
    #: The box that the learner is in, and the section.
    here: int = -1
    section: str = ""
    titles: Mapping[str, tuple[str, str]] | None = None
    streams: tuple[str, ...] = ()
    tracks: tuple[str, ...] = ()
    changed: frozenset[int] = frozenset()
    marked: frozenset[int] = frozenset()
    compact: bool = False
    crossing: str = ""


def rectf(rect: Rect) -> QRectF:
    return QRectF(*rect)


def image(stamp: Thumbnail, theme: Theme) -> QImage:
    """A stamp's colours, a pixel for each of its values. A mask's −∞ is as grey as its hatching."""
    kind = "prob" if stamp.kind == "probability" else "signed"
    index = colour_index(stamp.values, kind, stamp.low, stamp.high)
    colours = lut(theme, kind)[index].copy()
    colours[np.isneginf(stamp.values)] = [
        (a + b) // 2 for a, b in zip(rgb(theme.hatch), rgb(theme.hatchbg))
    ]
    colours[np.isnan(stamp.values) | np.isposinf(stamp.values)] = rgb(theme.err)
    colours = np.ascontiguousarray(colours)
    high, wide = stamp.values.shape
    return QImage(colours.data, wide, high, wide * 3, QImage.Format.Format_RGB888).copy()


def shown_of(scene: Scene, place: Place) -> int:
    """Which box of a row its badge and its picture are of: the current one, a sum on the stream as well, else the
    first that was seen."""
    boxes = place.row.boxes
    if scene.here in place.row.all:
        return scene.here
    return next((at for at in boxes if scene.states[at] in (VISITED, PARTIAL)), boxes[0])


class Painter:
    """Paints one scene in one look."""

    def __init__(self, painter: QPainter, theme: Theme, scene: Scene) -> None:
        self.p, self.theme, self.scene = painter, theme, scene

    def paint(self, part: QRectF, images: Mapping[int, QImage], hover: int, focus: int) -> None:
        """Everything that lies in a part of the map; `images` are by box."""
        scene, made = self.scene, self.scene.layout
        for (x, y), name in zip(made.heads, scene.tracks):
            box = QRectF(x, y, 240, 16)
            draw_text(self.p, box, name, font(self.theme, "header"), self.theme.ink2, _LEFT, elide=False)
        for one in made.frames:
            if rectf(one.rect).intersects(part):
                self._frame(one)
        for line in sorted(made.lines, key=self._layer):
            self._line(line)
        for line in made.lines:
            self._ends(line)
        for line in made.lines:  # what the box under the pointer reads and who reads it
            if hover in (line.source, line.target) and not (line.kind == "stream" and line.target != hover):
                self._line(line, lit=True)
        self._crossing_words()
        for node in made.nodes:
            if rectf(node.rect).adjusted(-6, -6, 6, 6).intersects(part):
                self._node(node, node.at == hover)
        for place in made.places:
            if rectf(place.rect).intersects(part):
                self._beside(place, images)
        if focus >= 0:
            rect = rectf(made.nodes[focus].rect)
            round_ = scene.graph.boxes[focus].kind in (ADD, MARK)
            frame(self.p, rect.adjusted(-4, -4, 4, 4), self.theme.accent, 2, rect.height() / 2 + 4 if round_ else 7)

    # Lines --------------------------------------------------------------------------------------------------------

    def _frame(self, one: Frame) -> None:
        theme, scene, p = self.theme, self.scene, self.p
        here = one.section == scene.section
        rect = rectf(one.rect)
        frame(p, rect.adjusted(0.5, 0.5, -0.5, -0.5), theme.accent if here else theme.line, 2 if here else 1, 6)
        title, count = (scene.titles or {}).get(one.section, ("", ""))
        first = next(node for node in scene.layout.nodes if scene.graph.boxes[node.at].section == one.section
                     and scene.graph.boxes[node.at].kind not in (ADD, MARK))  # fmt: skip
        left = max(first.rect.x, rect.left() + 8)
        line = QRectF(left, rect.top() + 5, rect.right() - left - 8, 22)
        paint_icon(p, "chevron-down", QRectF(left - 16, line.top() + 4, 14, 14), theme.ink2)
        ink = theme.accentink if here else theme.ink
        wide = metrics(theme, "body", True).horizontalAdvance(title) + 4
        name = QRectF(left, line.top(), min(wide, line.width()), 22)
        draw_text(p, name, title, font(theme, "body", True), ink, _LEFT)
        edge = max(node.rect.right for node in scene.layout.nodes if scene.graph.boxes[node.at].section == one.section)
        room = min(edge, rect.right() - 8) - left - wide
        if room > metrics(theme, "dense").horizontalAdvance(count):
            draw_text(p, QRectF(left + wide, line.top(), room, 22), count, font(theme, "dense"), theme.ink2, _RIGHT)
        self._stream_words(one, rect)

    def _stream_words(self, one: Frame, rect: QRectF) -> None:
        """What the stream is, along it, where nothing crosses."""
        theme, scene, p = self.theme, self.scene, self.p
        x = scene.layout.spines[one.track] - 22
        text = scene.streams[one.track] if one.track < len(scene.streams) else ""
        if not text or x - rect.left() < 12:
            return
        taken = [(node.rect.y, node.rect.bottom) for node in scene.layout.nodes if node.rect.x < x < node.rect.right]
        taken += [
            (a.y - 4, a.y + 4) for line in scene.layout.lines for a, b in pairwise(line.points)
            if a.y == b.y and min(a.x, b.x) < x < max(a.x, b.x)
        ]  # fmt: skip
        inside = sorted(span for span in taken if rect.top() < span[1] and span[0] < rect.bottom())
        spans = [(rect.top(), rect.top()), *inside, (rect.bottom(), rect.bottom())]
        free = [(low[1], high[0]) for low, high in pairwise(spans)]
        top, bottom = max(free, key=lambda span: span[1] - span[0])
        if bottom - top > metrics(theme, "caption").horizontalAdvance(text) + 30:
            p.save()
            p.translate(x, (top + bottom) / 2)
            p.rotate(-90)
            draw_text(p, QRectF((top - bottom) / 2, -8, bottom - top, 16), text, font(theme, "caption"), theme.ink2)
            p.restore()

    def _crossing_words(self) -> None:
        """What crosses from one track to the other, below its way where there is room."""
        scene, theme = self.scene, self.theme
        line = next((one for one in scene.layout.lines if one.kind != "stream" and self._leaves_track(one)), None)
        if line is None or not scene.crossing:
            return
        level = next(((a, b) for a, b in pairwise(line.points) if a.y == b.y), None)
        if level is not None and level[1].x - level[0].x > metrics(theme, "caption", True).horizontalAdvance(
            scene.crossing
        ) + 16:  # fmt: skip
            box = QRectF(level[0].x + 10, level[0].y + 4, level[1].x - level[0].x, 16)
            if any(rectf(node.rect).intersects(box) for node in scene.layout.nodes):
                return
            draw_text(self.p, box, scene.crossing, font(theme, "caption", True), theme.role("K"), _LEFT, elide=False)

    def _pen(self, line: Line) -> QPen:
        theme = self.theme
        if line.kind == "stream":
            return QPen(theme.role("residual"), 3, c=Qt.PenCapStyle.FlatCap, j=Qt.PenJoinStyle.MiterJoin)
        if line.role in _LETTERS:
            return QPen(theme.role(_LETTERS[line.role]), 2, c=Qt.PenCapStyle.FlatCap, j=Qt.PenJoinStyle.MiterJoin)
        ink = theme.role("residual") if line.dot or line.head else theme.ctl
        return QPen(ink, 1.5, c=Qt.PenCapStyle.FlatCap, j=Qt.PenJoinStyle.MiterJoin)

    def _layer(self, line: Line) -> int:
        """What lies on top: the streams, and of what leaves a track the way to the keys."""
        if line.kind == "stream":
            return 3
        if self._leaves_track(line):
            return {"value": 1, "key": 2}.get(line.role, 1)
        return 1 if self.scene.graph.boxes[line.target].kind == ADD else 0

    def _line(self, line: Line, lit: bool = False) -> None:
        p = self.p
        p.save()
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        points = QPolygonF([QPointF(*point) for point in line.points])
        boxes = self.scene.graph.boxes
        far = boxes[line.target].kind == ADD and len(line.points) > 2
        if line.kind != "stream" and (far or self._leaves_track(line)):  # a bridge over what it crosses
            p.setPen(QPen(self.theme.pane, 7))
            p.drawPolyline(points)
        pen = self._pen(line)
        if lit:
            pen.setColor(self.theme.accent)
            pen.setWidthF(pen.widthF() + 1)
        p.setPen(pen)
        p.drawPolyline(points)
        p.restore()

    def _leaves_track(self, line: Line) -> bool:
        boxes = self.scene.graph.boxes
        return boxes[line.source].track != boxes[line.target].track

    def _ends(self, line: Line) -> None:
        p, pen = self.p, self._pen(line)
        p.save()
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        p.setPen(Qt.PenStyle.NoPen)
        p.setBrush(pen.color())
        if line.dot:
            p.drawEllipse(QPointF(*line.points[0]), 4, 4)
        if line.head and line.kind != "stream":
            (x0, y0), (x, y) = line.points[-2:]
            if y0 == y:
                back = -7 if x > x0 else 7
                p.drawPolygon(QPolygonF([QPointF(x, y), QPointF(x + back, y - 4), QPointF(x + back, y + 4)]))
            elif self._leaves_track(line) or line.dot:
                p.drawPolygon(QPolygonF([QPointF(x, y), QPointF(x - 4, y - 7), QPointF(x + 4, y - 7)]))
        p.restore()

    # Boxes --------------------------------------------------------------------------------------------------------

    def _inks(self, state: str, hover: bool) -> tuple[QColor, QColor, QColor, QColor]:
        """Fill, border, text and quieter text of a state."""
        theme = self.theme
        if state == CURRENT:
            return theme.accent, theme.accent, theme.onaccent, theme.onaccent
        fill = theme.accentbg if hover else theme.line if state == VISITED else theme.pane
        ink = theme.ink if state in (VISITED, PARTIAL) else theme.ink2
        return fill, theme.ctl, ink, theme.ink2

    def _node(self, node: Node, hover: bool) -> None:
        box, state = self.scene.graph.boxes[node.at], self.scene.states[node.at]
        rect = rectf(node.rect)
        if box.kind in (ADD, MARK):
            self._disc(rect, box, state, hover)
        elif box.folded:
            self._card(node, rect, box, state, hover)
        else:
            fill, border, ink, quiet = self._inks(state, hover)
            near = state != CURRENT and node.at != self.scene.here and self._same_stop(box)
            frame(self.p, rect, self.theme.accent if near else border, 2 if near else 1, 4, fill)
            text = rect
            if box.kind == THROUGH:  # the words stand where those of the other boxes do
                text = QRectF(rect)
                text.setLeft(max(self._first_left(box), rect.left()))
            self._words(node, text, state, ink, quiet)
        if node.at in self.scene.changed:
            self._changed(rect)
        if node.at in self.scene.marked:
            self.p.save()
            self.p.setRenderHint(QPainter.RenderHint.Antialiasing)
            self.p.fillPath(star(QPointF(rect.left() + 1, rect.top() + 1), 12), self.theme.warn)
            self.p.restore()

    def _same_stop(self, box: Box) -> bool:
        here = self.scene.here
        return here >= 0 and not box.folded and box.stops == self.scene.graph.boxes[here].stops

    def _first_left(self, box: Box) -> float:
        """Where the boxes beside the stream begin."""
        boxes = self.scene.graph.boxes
        beside = (one for one in self.scene.layout.nodes if boxes[one.at].track == box.track)
        return next((one.rect.x for one in beside if not boxes[one.at].on_stream), 0.0)

    def _disc(self, rect: QRectF, box: Box, state: str, hover: bool) -> None:
        theme, p = self.theme, self.p
        fill, _, ink, _ = self._inks(state, hover)
        line = theme.accent if state == CURRENT else theme.role("residual")
        frame(p, rect, line, 2, rect.width() / 2, fill)
        if box.kind == ADD:
            centre = rect.center()
            arm = rect.width() * 0.26
            p.save()
            p.setPen(QPen(ink if state == CURRENT else theme.role("residual"), 2))
            p.drawLine(QPointF(centre.x() - arm, centre.y()), QPointF(centre.x() + arm, centre.y()))
            p.drawLine(QPointF(centre.x(), centre.y() - arm), QPointF(centre.x(), centre.y() + arm))
            p.restore()

    def _card(self, node: Node, rect: QRectF, box: Box, state: str, hover: bool) -> None:
        """Folded blocks: a stack, with the stream going through it."""
        theme, p = self.theme, self.p
        fill, border, ink, quiet = self._inks(state, hover)
        for shift in (4, 2) if len(box.folded) > 1 else (3,):
            frame(p, rect.translated(0, shift), border, 1, 4, fill)
        frame(p, rect, border, 1, 4, fill)
        left = max(self._first_left(box), rect.left() + 20)
        spine = self.scene.layout.spines[box.track]
        if box.kind == THROUGH and rect.left() < spine < rect.right():
            p.fillRect(QRectF(spine - 1.5, rect.top() + 1, 3, rect.height() + 3), theme.role("residual"))
        paint_icon(p, "chevron-right", QRectF(left - 16, rect.center().y() - 7, 14, 14), ink)
        text = QRectF(rect)
        text.setLeft(left - 10)
        self._words(node, text, state, ink, quiet, True)

    def _words(self, node: Node, rect: QRectF, state: str, ink: QColor, quiet: QColor, bold: bool = False) -> None:
        theme, p, card = self.theme, self.p, self.scene.cards[node.at]
        left = rect.left()
        if card.letter and node.small:
            tile = min(24.0, rect.width())
            role = theme.role(card.letter)
            frame(p, QRectF(left, rect.top(), tile, rect.height()), role, 1, 4, role)
            draw_text(p, QRectF(left, rect.top(), tile, rect.height()), card.letter, font(theme, "body", True),
                      theme.pane)
            left += tile
            if rect.width() < tile + 24:
                return
        left += 10 if not node.small else 6
        sign = {CURRENT: "current", VISITED: "check", PARTIAL: "partial"}.get(state)
        right = rect.right() - 9
        if sign and right - left > 30:
            paint_icon(p, sign, QRectF(left, rect.center().y() - 6, 12, 12), ink)
            left += 16
        title = card.short if self.scene.compact else card.title
        role_font, measure = font(theme, "body", bold or None), metrics(theme, "body", bold or None)
        full = _symbol_width(theme, title) if node.small else measure.horizontalAdvance(title)
        if node.small:
            self._symbol(QRectF(left, rect.top(), right - left, rect.height()), title, ink)
            return
        draw_text(p, QRectF(left, rect.top(), right - left, rect.height()), title, role_font, ink, _LEFT)
        room = right - left - full - 10
        if card.detail and room >= _symbol_width(theme, card.detail):
            at = QRectF(right - _symbol_width(theme, card.detail), rect.top(), room, rect.height())
            self._symbol(at, card.detail, quiet)

    def _symbol(self, rect: QRectF, text: str, ink: QColor) -> None:
        """Words in which what follows an underscore hangs lower: W_Q."""
        left = rect.left()
        for piece, low in _pieces(text):
            role = "ids" if low else "dense"
            wide = metrics(self.theme, role).horizontalAdvance(piece)
            if left + wide > rect.right() + 1:
                break
            at = QRectF(left, rect.top() + (4 if low else 0), wide + 2, rect.height())
            draw_text(self.p, at, piece, font(self.theme, role), ink, _LEFT, elide=False)
            left += wide

    def _changed(self, rect: QRectF) -> None:
        """A what-if has changed what comes out here."""
        theme = self.theme
        badge = QRectF(rect.right() - 9, rect.top() - 6, 15, 13)
        frame(self.p, badge, theme.warn, 1, 6, theme.pane)
        draw_text(self.p, badge, "≠", font(theme, "caption", True), theme.warn, elide=False)

    # Beside the boxes ---------------------------------------------------------------------------------------------

    def _beside(self, place: Place, images: Mapping[int, QImage]) -> None:
        at = shown_of(self.scene, place)
        card, p, theme = self.scene.cards[at], self.p, self.theme
        if place.badge is not None:
            size = badge_size(card.axes, theme, True)
            y = place.badge.centre.y - size.height() / 2
            paint_badge(p, QPointF(place.badge.x, y), card.axes, theme, True)
        if place.thumb is None:
            return
        rect = rectf(place.thumb)
        if card.text:
            draw_text(p, rect, card.text, font(theme, "caption"), theme.ink2, _LEFT)
            return
        found = images.get(at)
        if found is None:
            frame(p, rect, theme.line, 1, 3, style=Qt.PenStyle.DashLine)
            return
        p.drawImage(rect, found)
        here = at == self.scene.here
        frame(p, rect.adjusted(-1, -1, 1, 1) if here else rect, theme.accent if here else theme.ctl, 2 if here else 1)


def _pieces(text: str) -> list[tuple[str, bool]]:
    """The words of a text, those hanging lower marked: what follows an underscore, to the next space or comma."""
    found: list[tuple[str, bool]] = []
    for at, part in enumerate(text.split("_")):
        if at == 0:
            found.append((part, False))
            continue
        end = next((n for n, one in enumerate(part) if one in " ,"), len(part))
        found += [(part[:end], True), (part[end:], False)]
    return [one for one in found if one[0]]


def _symbol_width(theme: Theme, text: str) -> float:
    return sum(metrics(theme, "ids" if low else "dense").horizontalAdvance(piece) for piece, low in _pieces(text))


def widest_badge(theme: Theme, cards: Sequence[Card]) -> float:
    """How much room the badges need."""
    return max((float(badge_size(card.axes, theme, True).width()) for card in cards), default=0.0)
