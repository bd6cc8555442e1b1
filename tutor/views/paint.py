"""Paint helpers shared by the painted views: crisp frames, hatching, marks and the text of a token."""

from __future__ import annotations

import math

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from tutor.views.theme import Theme, font

DOT = "\u00b7"  # how a leading space is shown
#: Tokens as they were measured, and how many at most: the same ones are painted again and again.
_FITTED: dict[tuple[str, str, tuple[str, ...], float], tuple[str, str, float, float, float]] = {}
_MOST_FITTED = 4096
_VISIBLE = str.maketrans({"\n": "\u21b5", "\r": "\u21b5", "\t": "\u2192", "\u00a0": DOT})


def snap(value: float, ratio: float) -> float:
    """The nearest place that is a whole number of device pixels."""
    return round(value * ratio) / ratio


def frame(painter: QPainter, rect: QRectF, colour: QColor, width: float = 1, radius: float = 0,
          fill: QColor | None = None, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> None:
    """A filled, stroked rectangle whose stroke lies wholly inside `rect`, so that neighbours line up."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, radius > 0)
    painter.setPen(QPen(colour, width, style, Qt.PenCapStyle.FlatCap, Qt.PenJoinStyle.MiterJoin))
    painter.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
    inner = rect.adjusted(width / 2, width / 2, -width / 2, -width / 2)
    if radius > 0:
        painter.drawRoundedRect(inner, radius, radius)
    else:
        painter.drawRect(inner)
    painter.restore()


def focus_ring(painter: QPainter, rect: QRectF, theme: Theme, radius: float | None = None) -> None:
    """The 2 px accent ring, 2 px outside `rect`."""
    radius = theme.px(4) if radius is None else radius
    frame(painter, rect.adjusted(-4, -4, 4, 4), theme.accent, 2, radius + 3)


def hatch(painter: QPainter, rect: QRectF, colour: QColor, background: QColor | None = None) -> None:
    """45° lines, 1.5 px every 6 px, in step across the whole widget so that neighbouring cells join."""
    painter.save()
    painter.setClipRect(rect, Qt.ClipOperation.IntersectClip)
    if background is not None:
        painter.fillRect(rect, background)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, 1.5))
    pitch = 6 * math.sqrt(2)
    first = math.floor((rect.left() + rect.top()) / pitch)
    last = math.ceil((rect.right() + rect.bottom()) / pitch)
    painter.drawLines([QLineF(n * pitch - rect.top() + 2, rect.top() - 2,
                              n * pitch - rect.bottom() - 2, rect.bottom() + 2)
                       for n in range(first, last + 1)])
    painter.restore()


def triangle(painter: QPainter, centre: QPointF, size: float, direction: str, colour: QColor,
             hollow: bool = False, flat: bool = False) -> None:
    """A small triangle pointing 'up', 'down' or 'right'; `size` is the width of its base."""
    half, depth = size / 2, size * (0.32 if flat else 0.45)
    points = {"up": ((-half, depth), (half, depth), (0, -depth)),
              "down": ((-half, -depth), (half, -depth), (0, depth)),
              "right": ((-depth, -half), (-depth, half), (depth, 0))}[direction]
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, 1.4, j=Qt.PenJoinStyle.MiterJoin) if hollow else Qt.PenStyle.NoPen)
    painter.setBrush(Qt.BrushStyle.NoBrush if hollow else colour)
    painter.drawPolygon(QPolygonF([centre + QPointF(x, y) for x, y in points]))
    painter.restore()


def visible(text: str) -> str:
    """A token as it is shown: leading spaces as middle dots, a line end or tab as its sign."""
    shown = text.translate(_VISIBLE)
    if shown.startswith(" "):
        stripped = shown.lstrip(" ")
        shown = DOT * (len(shown) - len(stripped)) + stripped
    return shown


def token_width(text: str, metrics: QFontMetricsF) -> float:
    return metrics.horizontalAdvance(visible(text))


def _token_fitted(text: str, font: QFont, room: float) -> tuple[str, str, float, float, float]:
    """What of a token fits into so much room, measured once for each font: its dots, the rest, the width of the dots,
    of both, and how far the baseline lies below the middle."""
    key = (text, font.key(), tuple(font.families()), room)
    found = _FITTED.get(key)
    if found is None:
        metrics = QFontMetricsF(font)
        shown = metrics.elidedText(visible(text), Qt.TextElideMode.ElideRight, room + 0.5)
        spaces = len(text) - len(text.lstrip(" \u00a0")) if text.strip() else 0
        dots, rest = shown[:spaces], shown[spaces:]
        rise = (metrics.ascent() - metrics.descent()) / 2
        found = dots, rest, metrics.horizontalAdvance(dots), metrics.horizontalAdvance(shown), rise
        if len(_FITTED) >= _MOST_FITTED:
            _FITTED.clear()
        _FITTED[key] = found
    return found


def draw_token(painter: QPainter, rect: QRectF, text: str, font: QFont, colour: QColor, dot: QColor,
               align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignHCenter) -> None:
    """One line of token text, elided to `rect`, its leading-space dots in the quieter colour `dot`."""
    dots, rest, before, width, rise = _token_fitted(text, font, rect.width())
    left = rect.left()
    if align & Qt.AlignmentFlag.AlignRight:
        left = rect.right() - width
    elif align & Qt.AlignmentFlag.AlignHCenter:
        left = rect.center().x() - width / 2
    baseline = rect.center().y() + rise
    painter.setFont(font)
    if dots:
        painter.setPen(dot)
        painter.drawText(QPointF(left, baseline), dots)
        left += before
    painter.setPen(colour)
    painter.drawText(QPointF(left, baseline), rest)


def draw_text(painter: QPainter, rect: QRectF, text: str, font: QFont, colour: QColor,
              align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignHCenter, elide: bool = True) -> None:
    """One line of text centred on the height of `rect`; never wider than it unless `elide` is off."""
    metrics = QFontMetricsF(font)
    if elide:
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width() + 0.5)
    painter.setFont(font)
    painter.setPen(colour)
    painter.drawText(rect, align | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, text)


def star(centre: QPointF, size: float) -> QPainterPath:
    """A five-pointed star, as for bookmarks."""
    path = QPainterPath()
    for corner in range(10):
        radius = size / 2 if corner % 2 == 0 else size * 0.22
        angle = math.radians(36 * corner - 90)
        point = centre + QPointF(radius * math.cos(angle), radius * math.sin(angle))
        if corner == 0:
            path.moveTo(point)
        else:
            path.lineTo(point)
    path.closeSubpath()
    return path


def paint_ghost(painter: QPainter, rect: QRectF, theme: Theme, words: str = "") -> None:
    """The grid of cells to come, in the middle of `rect`, with a line of words below it."""
    side = round(theme.px(20))
    wide, high = round(rect.width()), round(rect.height())
    count = max(2, min(6, (min(wide, high) - 8) // side))
    left, top = (wide - count * side) // 2, (high - count * side) // 2
    painter.setPen(theme.line)
    for line in range(count + 1):
        painter.drawLine(left, top + line * side, left + count * side, top + line * side)
        painter.drawLine(left + line * side, top, left + line * side, top + count * side)
    if words:
        painter.setFont(font(theme, "body"))
        painter.setPen(theme.ink2)
        below = QRectF(rect.left(), top + count * side + theme.px(12), rect.width(), theme.px(48))
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap, words)
