"""One token chip, and the bracket under chips that form a character together."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from tutor.engine.records import dataclass
from tutor.views.paint import draw_text, draw_token, focus_ring, frame, hatch
from tutor.views.theme import Theme, font, metrics

_RADIUS = 3
_LEFT = Qt.AlignmentFlag.AlignLeft


@dataclass(frozen=True)
class Chip:
    """One token. `kind` is 'plain', 'byte', 'special' or 'pad'. Byte chips with the same `group` (from 0) form the
    character `group_text` together."""

    text: str
    id: int
    kind: str = "plain"
    group: int = -1
    group_text: str = ""


def paint_chip(painter: QPainter, theme: Theme, rect: QRectF, chip: Chip, below: tuple[str, str], role: str,
               hover: bool, focused: bool) -> None:
    """A chip in `rect`; `below` is the word and the rest of its second line, `role` 'Q', 'K' or nothing."""
    fill = theme.accentbg if hover else theme.pane
    radius, pen = theme.px(_RADIUS), Qt.PenStyle.SolidLine
    edge, width, ink = theme.line, 1.0, theme.ink
    if chip.kind == "byte":
        edge, pen = theme.hatch, Qt.PenStyle.DashLine
    elif chip.kind == "special":
        edge, pen = theme.ctl, Qt.PenStyle.DotLine
    if role:
        edge, width, pen = theme.outlines[role], 2.0, Qt.PenStyle.SolidLine
    if chip.kind == "pad":
        hatch(painter, rect.adjusted(1, 1, -1, -1), theme.line, theme.hatchbg)
        frame(painter, rect, edge, width, radius)
        ink = theme.ink2
    else:
        frame(painter, rect, edge, width, radius, fill, pen)
    upper, lower = metrics(theme, "body").height(), metrics(theme, "ids").height()
    top = rect.top() + (rect.height() - upper - lower) / 2
    inner = rect.adjusted(theme.px(4), 0, -theme.px(4), 0)
    first = QRectF(inner.left(), top, inner.width(), upper)
    draw_token(painter, first, chip.text, font(theme, "body"), ink, theme.ink3)
    word, rest = below
    line = QRectF(inner.left(), top + upper, inner.width(), lower)
    if word:
        bold, plain = metrics(theme, "ids", True), metrics(theme, "ids")
        wide, space = bold.horizontalAdvance(word), plain.horizontalAdvance(" ")
        line.setLeft(line.center().x() - (wide + space + plain.horizontalAdvance(rest)) / 2)
        draw_text(painter, line, word, font(theme, "ids", True), theme.role(role), _LEFT, elide=False)
        line.setLeft(line.left() + wide + space)
        draw_text(painter, line, rest, font(theme, "ids"), theme.ink3, _LEFT, elide=False)
    else:
        draw_text(painter, line, rest, font(theme, "ids"), theme.ink2 if chip.kind == "pad" else theme.ink3)
    if focused:
        focus_ring(painter, rect, theme, radius)


def bracket_height(theme: Theme) -> float:
    """The room under a row of chips that a bracket and its words need."""
    return metrics(theme, "caption").height() + theme.px(8)


def paint_bracket(painter: QPainter, theme: Theme, chips: QRectF, words: str) -> None:
    """A bracket under the rectangle of some chips, with words under it."""
    painter.setPen(QPen(theme.ctl, 1))
    leg = round(theme.px(4))
    left, right = round(chips.left() + 1) + 0.5, round(chips.right() - 1) - 0.5
    y = round(chips.bottom() + theme.px(3) + leg) + 0.5
    painter.drawPolyline([QPointF(left, y - leg), QPointF(left, y), QPointF(right, y), QPointF(right, y - leg)])
    width = metrics(theme, "caption").horizontalAdvance(words) + 4
    box = QRectF((left + right - width) / 2, y, width, metrics(theme, "caption").height() + 2)
    draw_text(painter, box, words, font(theme, "caption"), theme.ink2, elide=False)
