"""The cells of a heat map as one image at device resolution: colours, hatching, marks and numbers.

Each value is turned into a colour here and repeated over its pixels, so nothing is ever smoothed or sampled.
"""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen

from tutor.engine.pooling import Window
from tutor.views import numbers
from tutor.views.heatdata import Map, colour_index
from tutor.views.paint import draw_text, frame
from tutor.views.theme import Theme, font, lut, metrics, rgb, text_on

_RGB = np.array([1 << 16, 1 << 8, 1], np.uint32)
_OPAQUE = np.uint32(0xFF000000)


def borders(cells: int, length: float) -> np.ndarray:
    """Where cells begin and end on `length` device pixels; with too many cells, one bin to a pixel."""
    pixels = max(1, round(length))
    bins = min(cells, pixels)
    return np.rint(np.arange(bins + 1) * pixels / bins).astype(int)


def render(
    data: Map, theme: Theme, row_edges: np.ndarray, col_edges: np.ndarray, ratio: float, part: Window | None = None
) -> QImage:
    """The image of `data`, or of a part of it, whose cells have these borders, in device pixels."""
    rows, cols = len(row_edges) - 1, len(col_edges) - 1
    high, wide = int(row_edges[-1]), int(col_edges[-1])
    part = part if part is not None else data.window((0, data.shape[0]), (0, data.shape[1]), rows, cols)
    shown, pads = part.values, data.pads(part)
    hatched = np.isneginf(shown) if pads is None else np.isneginf(shown) | pads
    odd = np.isnan(shown) | np.isposinf(shown)
    index = colour_index(shown, data.kind, *data.limits)
    side = min(high / rows, wide / cols)
    colours = (lut(theme, data.kind).astype(np.uint32) @ _RGB | _OPAQUE)[index]
    small = side < 7 * ratio
    if odd.any():
        colours[odd] = (theme.err if small else theme.errbg).rgb()  # a lone NaN must show even at one pixel
    tall, broad = np.diff(row_edges), np.diff(col_edges)

    def spread(table: np.ndarray) -> np.ndarray:
        return np.repeat(np.repeat(table, broad, axis=1), tall, axis=0)

    pixels = spread(colours)
    if hatched.any():
        np.copyto(pixels, _hatching(theme, ratio, high, wide), where=spread(hatched))
    if side >= theme.px(11) * ratio:
        for thickness in range(max(1, round(ratio))):
            pixels[row_edges[1:-1] - 1 - thickness, :] = theme.grid.rgb()
            pixels[:, col_edges[1:-1] - 1 - thickness] = theme.grid.rgb()
    image = QImage(pixels.data, wide, high, wide * 4, QImage.Format.Format_RGB32).copy()
    image.setDevicePixelRatio(ratio)
    if not small and (part.rows[-1] - part.rows[0], part.cols[-1] - part.cols[0]) == (rows, cols):
        painter = QPainter(image)
        boxes = _Boxes(row_edges / ratio, col_edges / ratio)
        values = data.values[part.rows[0] : part.rows[-1], part.cols[0] : part.cols[-1]]
        _marks(painter, values, theme, boxes, odd)
        _numbers(painter, data, values, theme, boxes, index, hatched | odd)
        painter.end()
    return image


class _Boxes:
    """The rectangles of cells in logical pixels."""

    def __init__(self, rows: np.ndarray, cols: np.ndarray) -> None:
        self.rows, self.cols = rows.tolist(), cols.tolist()
        self.height, self.width = float(np.diff(rows).min()), float(np.diff(cols).min())

    def at(self, row: int, col: int) -> QRectF:
        left, top = self.cols[col], self.rows[row]
        # The last pixel belongs to the grid line: leaving it out centres what is drawn on the colour.
        return QRectF(left, top, self.cols[col + 1] - left - 1, self.rows[row + 1] - top - 1)


def _marks(painter: QPainter, values: np.ndarray, theme: Theme, boxes: _Boxes, odd: np.ndarray) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for row, col in np.argwhere(odd).tolist():
        box = boxes.at(row, col)
        frame(painter, box, theme.err, 1)
        if not np.isnan(values[row, col]):
            draw_text(painter, box, numbers.INFINITY, font(theme, "caption"), theme.err)
            continue
        arm, middle = min(box.width(), box.height()) * 0.24, box.center()
        painter.setPen(QPen(theme.err, theme.px(1.6)))
        painter.drawLine(middle + QPointF(-arm, -arm), middle + QPointF(arm, arm))
        painter.drawLine(middle + QPointF(arm, -arm), middle + QPointF(-arm, arm))
    painter.restore()


def _numbers(painter: QPainter, data: Map, values: np.ndarray, theme: Theme, boxes: _Boxes, index: np.ndarray,
             silent: np.ndarray) -> None:
    measure, prob = metrics(theme, "caption"), data.kind == "prob"
    digit = measure.horizontalAdvance("0")
    room = int((boxes.width - 4) / digit + 0.5)  # a point is half as wide as a digit
    decimals = None
    tall = boxes.height >= measure.ascent() + measure.descent() * 0.5
    if data.whole:
        largest = np.abs(values[~silent]).max(initial=0)
        decimals = 0 if tall and room >= len(str(int(largest))) else None
    elif tall and room >= 3:
        decimals = numbers.decimals_for(values[~silent], room, prob)
    signs = decimals is None and theme.greyscale and not prob and boxes.width >= digit * 1.5
    if decimals is None and not signs:
        return
    table = lut(theme, data.kind).tolist()
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine
    painter.setFont(font(theme, "caption"))
    rows = zip(values.tolist(), silent.tolist(), index.tolist(), strict=True)
    for row, (along, quiet, colours) in enumerate(rows):
        for col, value in enumerate(along):
            if quiet[col]:
                if value == -math.inf and room >= 3:
                    painter.setPen(theme.ink3)
                    painter.drawText(boxes.at(row, col), flags, numbers.compact(value, 1))
                continue
            text = numbers.MINUS if value < 0 else "+" if value > 0 else "0"
            if decimals is not None:
                text = str(int(value)) if data.whole else numbers.compact(value, decimals, prob)
            painter.setPen(text_on(*table[colours[col]]))
            painter.drawText(boxes.at(row, col), flags, text)


def _hatching(theme: Theme, ratio: float, high: int, wide: int) -> np.ndarray:
    """45° lines, 1.5 px every 6 px, antialiased, over a whole image: so they run on from cell to cell."""
    pitch = 6 * math.sqrt(2) * ratio
    across = np.arange(high + wide, dtype=np.float32) % pitch
    away = np.minimum(across, pitch - across) / math.sqrt(2)
    share = np.clip(0.75 * ratio + 0.5 - away, 0, 1)[:, None]
    back, line = np.array(rgb(theme.hatchbg)), np.array(rgb(theme.hatch))
    mixed = np.rint(back + (line - back) * np.rint(share * 16) / 16).astype(np.uint32) @ _RGB | _OPAQUE
    # A line runs where row + column is the same: each row is the one above, moved by one.
    return np.lib.stride_tricks.sliding_window_view(mixed.astype(np.uint32), wide)[:high]
