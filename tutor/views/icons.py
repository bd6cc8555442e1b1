"""The icons, as paths in a 16 × 16 box with 1.4 px strokes: crisp at any size and in any colour."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QIcon,
    QPainter,
    QPainterPath,
    QPainterPathStroker,
    QPen,
    QPixmap,
)

from tutor.views.paint import star
from tutor.views.theme import Theme

# name: (stroked, filled). Commands: M move, L line, C curve, Q quadratic, Z close; O circle (centre, radius),
# R rounded rectangle (x, y, w, h, radius), S star (centre, size).
_SHAPES: dict[str, tuple[str, str]] = {
    "first": ("M3.5 3 L3.5 13", "M13 3 L13 13 L5.5 8 Z"),
    "back": ("", "M11 3 L11 13 L4.5 8 Z"),
    "over": ("", "M5 3 L5 13 L11.5 8 Z"),
    "into": ("M8 2 L8 10 M4.5 7 L8 10.5 L11.5 7 M3 13.5 L13 13.5", ""),
    "out": ("M8 10.5 L8 2.5 M4.5 6 L8 2.5 L11.5 6 M3 13.5 L13 13.5", ""),
    "play": ("", "M4 2.5 L4 13.5 L13 8 Z"),
    "play-back": ("", "M12 2.5 L12 13.5 L4 8 Z"),
    "pause": ("", "R4 3 3 10 0 R9 3 3 10 0"),
    "last": ("M12.5 3 L12.5 13", "M3 3 L3 13 L10.5 8 Z"),
    "lock": ("M5 8 L5 5.5 C5 1.5 11 1.5 11 5.5 L11 8", "R3 7 10 7 1.5"),
    "unlock": ("M5 8 L5 5.5 C5 1.5 11 1.5 11 5", "R3 7 10 7 1.5"),
    "pin": ("M5.5 2.2 L10.5 2.2 M6.3 2.2 L6.3 7 L4.2 9.6 L11.8 9.6 L9.7 7 L9.7 2.2 M8 9.6 L8 14", ""),
    "star": ("", "S8 8.4 14"),
    "check": ("M3 8.5 L6.5 12 L13 4.5", ""),
    "q": ("M5.4 5.6 C5.4 1.9 10.6 1.9 10.6 5.4 C10.6 7.6 8 7.7 8 10", "O8 12.6 1"),
    "warn": ("M8 2.2 L14.4 13.4 L1.6 13.4 Z M8 6.4 L8 9.6", "O8 11.5 0.8"),
    "search": ("O7 7 4.3 M10.2 10.2 L14 14", ""),
    "copy": ("R5.5 5.5 8 8 1.2 M3.6 10.5 L2.5 10.5 L2.5 2.5 L10.5 2.5 L10.5 3.6", ""),
    "grid": ("R2.5 2.5 4.4 4.4 0 R9.1 2.5 4.4 4.4 0 R2.5 9.1 4.4 4.4 0 R9.1 9.1 4.4 4.4 0", ""),
    "blocks": ("", ("R2 2.5 3 3 0 R6.5 2.5 3 3 0 R11 2.5 3 3 0 R2 6.7 3 3 0 R6.5 6.7 3 3 0 R11 6.7 3 3 0 "
                    "R2 10.9 3 3 0 R6.5 10.9 3 3 0 R11 10.9 3 3 0")),
    "fit": (("M2.5 5.5 L2.5 2.5 L5.5 2.5 M10.5 2.5 L13.5 2.5 L13.5 5.5 M13.5 10.5 L13.5 13.5 L10.5 13.5 "
            "M5.5 13.5 L2.5 13.5 L2.5 10.5"), ""),
    "table": ("R2.5 3 11 10 0.5 M2.5 6.4 L13.5 6.4 M2.5 9.7 L13.5 9.7 M6.3 3 L6.3 13", ""),
    "bars": ("M4 13 L4 8 M8 13 L8 3 M12 13 L12 6 M2 13.4 L14 13.4", ""),
    "heat": ("R2.6 2.6 10.8 10.8 0.5", "R2.6 2.6 5.4 5.4 0 R8 8 5.4 5.4 0"),
    "book": (("M8 4 C6.5 2.8 4.5 2.8 2.3 3 L2.3 12.6 C4.5 12.4 6.5 12.4 8 13.4 C9.5 12.4 11.5 12.4 13.7 12.6 "
             "L13.7 3 C11.5 2.8 9.5 2.8 8 4 Z M8 4 L8 13"), ""),
    "flask": ("M5.6 2.3 L10.4 2.3 M6.5 2.3 L6.5 6.4 L3 13.4 L13 13.4 L9.5 6.4 L9.5 2.3 M4.8 10 L11 10", ""),
    "undo": ("M5.5 3 L2.5 6 L5.5 9 M2.5 6 L9.5 6 C14.3 6 14.3 13 9.5 13 L6 13", ""),
    "redo": ("M10.5 3 L13.5 6 L10.5 9 M13.5 6 L6.5 6 C1.7 6 1.7 13 6.5 13 L10 13", ""),
    "reset": ("M4.2 4.4 C8.4 1 14 4.2 13.2 9 C12.4 13.8 5 14.8 3 9.8 M4 1.4 L4 4.8 L7.4 4.8", ""),
    "dice": ("R2.5 2.5 11 11 1.5", "O5.6 5.6 1 O8 8 1 O10.4 10.4 1"),
    "swap": ("M2.5 5.5 L13 5.5 M10.3 2.8 L13 5.5 L10.3 8.2 M13.5 10.6 L3 10.6 M5.7 8 L3 10.6 L5.7 13.3", ""),
    "sun": (("O8 8 2.8 M8 1.3 L8 3 M8 13 L8 14.7 M1.3 8 L3 8 M13 8 L14.7 8 M3.3 3.3 L4.4 4.4 "
            "M11.6 11.6 L12.7 12.7 M12.7 3.3 L11.6 4.4 M4.4 11.6 L3.3 12.7"), ""),
    "moon": ("M13.2 9.7 C8.6 11.4 4.8 7.4 6.6 2.8 C0 5 2 14 8.2 13.6 C10.8 13.4 12.6 12 13.2 9.7 Z", ""),
    "chevron-left": ("M10 3.5 L5.5 8 L10 12.5", ""),
    "chevron-right": ("M6 3.5 L10.5 8 L6 12.5", ""),
    "chevron-down": ("M3.5 6 L8 10.5 L12.5 6", ""),
    "close": ("M4 4 L12 12 M12 4 L4 12", ""),
    "pencil": ("M3 13 L3.6 10 L10.8 2.8 C11.4 2.2 13.8 4.6 13.2 5.2 L6 12.4 L3 13 M9.4 4.2 L11.8 6.6", ""),
    "minus": ("M3.5 8 L12.5 8", ""),
    "plus": ("M3.5 8 L12.5 8 M8 3.5 L8 12.5", ""),
    "export": ("M8 10 L8 2.5 M5 5.5 L8 2.5 L11 5.5 M3 8.5 L3 13.5 L13 13.5 L13 8.5", ""),
    "unvisited": ("O8 8 4.6", ""),
    "partial": ("O8 8 4.8", "M8 3.2 C14.4 3.2 14.4 12.8 8 12.8 Z"),
    "visited": ("", "O8 8 5.4"),
    "current": ("", "M4.5 3 L4.5 13 L12 8 Z"),
    "question": ("M8 1.8 L14.2 8 L8 14.2 L1.8 8 Z M6.5 6.8 C6.5 4.7 9.5 4.7 9.5 6.7 C9.5 8 8 8 8 9.2",
                 "O8 11 0.75"),
}
_TICK_IN_DISC = "M5.6 8.2 L7.3 9.9 L10.5 6.2"
NAMES = tuple(_SHAPES)


def _path(commands: str) -> QPainterPath:
    path = QPainterPath()
    words = commands.replace("M", " M ")
    for letter in "LCQZORS":
        words = words.replace(letter, f" {letter} ")
    pieces = words.split()
    while pieces:
        letter = pieces.pop(0)
        numbers = []
        while pieces and not pieces[0].isalpha():
            numbers.append(float(pieces.pop(0)))
        if letter == "M":
            path.moveTo(*numbers)
        elif letter == "L":
            path.lineTo(*numbers)
        elif letter == "C":
            path.cubicTo(*numbers)
        elif letter == "Q":
            path.quadTo(*numbers)
        elif letter == "O":
            path.addEllipse(QPointF(*numbers[:2]), numbers[2], numbers[2])
        elif letter == "R":
            path.addRoundedRect(QRectF(*numbers[:4]), numbers[4], numbers[4])
        elif letter == "S":
            path.addPath(star(QPointF(*numbers[:2]), numbers[2]))
        else:
            path.closeSubpath()
    return path


@lru_cache
def _paths(name: str) -> tuple[QPainterPath, QPainterPath]:
    stroked, filled = (_path(commands) for commands in _SHAPES[name])
    if name == "visited":  # the tick is cut out of the disc, so that any background shows through
        cutter = QPainterPathStroker(QPen(Qt.GlobalColor.black, 1.5, c=Qt.PenCapStyle.RoundCap,
                                          j=Qt.PenJoinStyle.RoundJoin))
        filled = filled.subtracted(cutter.createStroke(_path(_TICK_IN_DISC)))
    return stroked, filled


def paint_icon(painter: QPainter, name: str, rect: QRectF, colour: QColor, inner: QColor | None = None) -> None:
    """Paints an icon as large as `rect` allows, centred in it; `inner` colours the tick cut out of 'visited'."""
    stroked, filled = _paths(name)
    side = min(rect.width(), rect.height())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(rect.center().x() - side / 2, rect.center().y() - side / 2)
    painter.scale(side / 16, side / 16)
    painter.setPen(Qt.PenStyle.NoPen)
    if name == "visited" and inner is not None:
        painter.fillPath(_path(_SHAPES[name][1]), inner)
    painter.fillPath(filled, colour)
    pen = QPen(colour, 1.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(stroked)
    painter.restore()


def pixmap(name: str, colour: QColor, side: int, ratio: float = 1.0) -> QPixmap:
    """The icon as a pixmap of `side` logical pixels at a device pixel ratio."""
    result = QPixmap(QSize(round(side * ratio), round(side * ratio)))
    result.setDevicePixelRatio(ratio)
    result.fill(Qt.GlobalColor.transparent)
    painter = QPainter(result)
    paint_icon(painter, name, QRectF(0, 0, side, side), colour)
    painter.end()
    return result


def icon(name: str, theme: Theme, on_accent: bool = False) -> QIcon:
    """A QIcon for stock widgets: ink, accent ink when checked, ink3 when disabled; or `onaccent` throughout.

    It holds ready pixmaps for the screens there are, no icon engine: engines written in Python are copied and freed by
    Qt on its own. The window asks again where it comes to another kind of screen (`MainWindow.showEvent`).
    """
    colours = (theme.onaccent, theme.onaccent) if on_accent else (theme.ink, theme.accentink)
    ratios = tuple(sorted({screen.devicePixelRatio() for screen in QGuiApplication.screens()} or {1.0}))
    names = tuple(colour.name() for colour in (*colours, theme.ink3, theme.onaccent))
    return QIcon(_icon(name, names, round(theme.px(16)), ratios))


@lru_cache(maxsize=512)
def _icon(name: str, colours: tuple[str, ...], side: int, ratios: tuple[float, ...]) -> QIcon:
    """Drawn once for each look: most icons stand on several buttons and in a menu."""
    result = QIcon()
    kinds = (
        (QIcon.Mode.Normal, QIcon.State.Off), (QIcon.Mode.Normal, QIcon.State.On),
        (QIcon.Mode.Disabled, QIcon.State.Off), (QIcon.Mode.Selected, QIcon.State.Off),
    )  # fmt: skip
    for ratio in ratios:
        for (mode, state), colour in zip(kinds, colours):
            result.addPixmap(pixmap(name, QColor(colour), side, ratio), mode, state)
    return result
