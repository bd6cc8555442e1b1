"""A heat map on a rectangle of any painter: cells, labels, numbers and marks. The same plot serves a widget
of its own and an equation of several maps whose rows must line up to the pixel."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property, lru_cache

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from tutor.engine.pooling import Span, Window
from tutor.views import heatcells
from tutor.views.heatdata import Map
from tutor.views.paint import draw_token, frame, snap, token_width, triangle
from tutor.views.theme import LIGHT, Theme, font, metrics

Cell = tuple[int, int]
#: Lit rows or columns: one, several, or none.
Lines = int | range | tuple[int, ...] | None
#: Above this many lit rows or columns one frame goes round all of them.
_MANY = 64
_MEASURED = 48


class HeatPlot:
    """One map or a part of it, placed on a grid rectangle. It remembers no pointer: lit and ringed cells are
    arguments. Rows and columns are always counted in the whole map."""

    def __init__(self, data: Map, theme: Theme) -> None:
        self.data, self.theme = data, theme
        self.rows: Span = (0, data.shape[0])
        self.cols: Span = (0, data.shape[1])
        self.grid, self.ratio = QRectF(), 1.0
        self._image: QImage | None = None
        self._part: Window | None = None
        self.place(QRectF(0, 0, *reversed(data.shape)), 1.0)

    def set_limits(self, low: float, high: float) -> None:
        """Another range of colours for the same cells."""
        if (low, high) != self.data.limits and not self.data.whole:
            self.data = self.data.with_limits(low, high)
            self._image = None

    # What is on screen of it --------------------------------------------------------------------------------

    @property
    def shown(self) -> Cell:
        """How many rows and columns are on screen."""
        return self.rows[1] - self.rows[0], self.cols[1] - self.cols[0]

    def show_part(self, rows: Span, cols: Span) -> None:
        """Zoom: show these rows and columns alone. To be followed by `place`."""
        if (rows, cols) != (self.rows, self.cols):
            self.rows, self.cols = rows, cols
            self._image = self._part = None

    def holds(self, row: int, col: int) -> bool:
        """Whether a cell is on screen."""
        return self.rows[0] <= row < self.rows[1] and self.cols[0] <= col < self.cols[1]

    # Geometry -----------------------------------------------------------------------------------------------

    def gutter(self) -> float:
        """The width that row labels need left of the grid (measured bold: lighting one moves nothing)."""
        return self._row_room + self.theme.px(10)

    def headroom(self, cell_width: float) -> float:
        """The height above the grid that column labels need when cells are that wide."""
        if self.turned(cell_width):
            return self._col_room + self.theme.px(9)
        return metrics(self.theme, "dense").height() + self.theme.px(8)

    def turned(self, cell_width: float) -> bool:
        """Whether column labels are turned 90°: when one of them is wider than its cell."""
        return self.data.col_labels is not None and self._col_room > cell_width

    @cached_property
    def _row_room(self) -> float:
        return self._widest(self.data.row_labels, self.data.shape[0])

    @cached_property
    def _col_room(self) -> float:
        return self._widest(self.data.col_labels, self.data.shape[1])

    def _widest(self, labels: Sequence[str] | None, count: int) -> float:
        if labels is None:
            return metrics(self.theme, "ids").horizontalAdvance(str(count - 1))
        return _widest_of(tuple(labels), self.theme.font_scale, self.theme.cjk)

    def fit(self, area: QRectF, ratio: float, square: bool = False) -> QRectF:
        """Places the grid in `area`, labels and all, with cells of whole device pixels; returns the grid."""
        rows, cols = self.data.shape
        gutter = self.gutter()
        width = max(1.0, area.width() - gutter - 2)
        head = self.headroom(width / cols)
        height = max(1.0, area.height() - head - 2)
        wide, high = self._extent(width, cols, ratio), self._extent(height, rows, ratio)
        if square:
            cell = min(wide / cols, high / rows)
            wide, high = cell * cols, cell * rows
        self.place(QRectF(area.left() + gutter, area.top() + head, wide, high), ratio)
        return self.grid

    @staticmethod
    def _extent(length: float, count: int, ratio: float) -> float:
        # Equal cells where they are seen one by one; small ones may differ by one device pixel.
        cell = math.floor(length * ratio / count)
        return (cell * count if cell >= 4 else math.floor(length * ratio)) / ratio

    def place(self, grid: QRectF, ratio: float) -> None:
        """Puts the grid on this rectangle, snapped to device pixels."""
        left, top = snap(grid.left(), ratio), snap(grid.top(), ratio)
        right, bottom = snap(grid.right(), ratio), snap(grid.bottom(), ratio)
        grid = QRectF(left, top, max(1 / ratio, right - left), max(1 / ratio, bottom - top))
        if grid.size() != self.grid.size() or ratio != self.ratio:
            self._image = self._part = None
        self.grid, self.ratio = grid, ratio
        self._row_edges = heatcells.borders(self.shown[0], grid.height() * ratio)
        self._col_edges = heatcells.borders(self.shown[1], grid.width() * ratio)

    @property
    def part(self) -> Window:
        """What is on screen, one number to a bin: a cell, or the extreme of those that share a device pixel."""
        if self._part is None:
            self._part = self.data.window(self.rows, self.cols, len(self._row_edges) - 1, len(self._col_edges) - 1)
        return self._part

    @property
    def pooling(self) -> Cell:
        """How many rows and columns share one device pixel: (1, 1) when every cell is seen."""
        return -(-self.shown[0] // (len(self._row_edges) - 1)), -(-self.shown[1] // (len(self._col_edges) - 1))

    def cell_size(self) -> QSizeF:
        return QSizeF(self.grid.width() / self.shown[1], self.grid.height() / self.shown[0])

    def cell_rect(self, row: int, col: int) -> QRectF:
        """The cell in logical pixels, on the very borders it is painted with (at least one device pixel). One that is
        not on screen lies at the edge that it is beyond."""
        spans = []
        for number, borders, parts in ((row, self._row_edges, self.part.rows), (col, self._col_edges, self.part.cols)):
            place = min(max(0, int(np.searchsorted(parts, number, side="right")) - 1), len(borders) - 2)
            spans.append((borders[place] / self.ratio, borders[place + 1] / self.ratio))
        (top, bottom), (left, right) = spans
        return QRectF(self.grid.left() + left, self.grid.top() + top, right - left, bottom - top)

    def cell_at(self, point: QPointF) -> Cell | None:
        """The cell under a point; of several in one pixel the largest, which is the one that is seen."""
        if not self.grid.contains(point):
            return None
        offset = (point - self.grid.topLeft()) * self.ratio
        slices = []
        for away, borders, parts in ((offset.y(), self._row_edges, self.part.rows),
                                     (offset.x(), self._col_edges, self.part.cols)):
            place = int(np.clip(np.searchsorted(borders, away, side="right") - 1, 0, len(borders) - 2))
            slices.append(slice(int(parts[place]), int(parts[place + 1])))
        rows, cols = slices
        if rows.stop - rows.start == 1 and cols.stop - cols.start == 1:
            return rows.start, cols.start
        return self.data.seen(rows, cols)

    # Cells --------------------------------------------------------------------------------------------------

    def image(self) -> QImage:
        """The cells at device resolution: made once for a map, a size and a theme, then only copied."""
        if self._image is None:
            borders = self._row_edges, self._col_edges
            self._image = heatcells.render(self.data, self.theme, *borders, self.ratio, self.part)
        return self._image

    def paint_cells(self, painter: QPainter) -> None:
        """The grid: cells with their numbers, in a thin frame just outside them."""
        painter.drawImage(self.grid.topLeft(), self.image())
        frame(painter, self.grid.adjusted(-1, -1, 1, 1), self.theme.ctl, 1)

    def paint_veil(self, painter: QPainter) -> None:
        """What stands in place of the cells while a prediction is awaited: the grid alone, and no value."""
        painter.fillRect(self.grid, self.theme.accentbg)
        if min(self.cell_size().width(), self.cell_size().height()) >= self.theme.px(5):
            painter.setPen(QPen(self.theme.pane, 1))
            for row in range(self.rows[0] + 1, self.rows[1]):
                y = self.cell_rect(row, 0).top() - 0.5
                painter.drawLine(QPointF(self.grid.left(), y), QPointF(self.grid.right(), y))
            for col in range(self.cols[0] + 1, self.cols[1]):
                x = self.cell_rect(0, col).left() - 0.5
                painter.drawLine(QPointF(x, self.grid.top()), QPointF(x, self.grid.bottom()))
        frame(painter, self.grid.adjusted(-1, -1, 1, 1), self.theme.accent, 2, style=Qt.PenStyle.DashLine)

    # Labels -------------------------------------------------------------------------------------------------

    def paint_labels(self, painter: QPainter, lit_row: int | None = None, lit_col: int | None = None) -> None:
        """Row and column labels, thinned out to what fits; the lit ones are bold and always there."""
        self._row_labels(painter, lit_row)
        self._col_labels(painter, lit_col)

    def _chosen(self, labels: Sequence[str] | None, span: Span, step_length: float, room: float,
                lit: int | None) -> list[int]:
        """Which labels of a span are drawn, so that each has `room`."""
        step, count = 1, span[1] - span[0]
        while step * step_length < room and step < count:
            step *= 2
        chosen = list(range(-(-span[0] // step) * step, span[1], step)) or [span[0]]
        last = span[1] - 1
        if labels is None and chosen[-1] != last:  # indexes end with the last one: it tells the size
            if (last - chosen[-1]) * step_length < room and len(chosen) > 1:
                chosen.pop()
            chosen.append(last)
        if labels is None and chosen[0] != span[0] and (chosen[0] - span[0]) * step_length >= room:
            chosen.insert(0, span[0])
        if lit is not None and span[0] <= lit < span[1]:
            chosen = [one for one in chosen if one == lit or abs(one - lit) * step_length >= room]
            if lit not in chosen:
                chosen.append(lit)
        return chosen

    def _middles(self, cells: list[int], parts: np.ndarray, borders: np.ndarray) -> list[float]:
        """How far along the grid the middles of rows or columns are."""
        bins = np.clip(np.searchsorted(parts, cells, side="right") - 1, 0, len(borders) - 2)
        found: list[float] = ((borders[bins] + borders[bins + 1]) / 2 / self.ratio).tolist()
        return found

    def _row_labels(self, painter: QPainter, lit: int | None) -> None:
        labels, theme = self.data.row_labels, self.theme
        role = "ids" if labels is None else "dense"
        line = metrics(theme, role).capHeight()
        room = line * (3 if labels is None else 1.55)
        right = self.grid.left() - theme.px(8)
        width = self.gutter() - theme.px(8)
        shown = self._chosen(labels, self.rows, self.cell_size().height(), room, lit)
        for row, away in zip(shown, self._middles(shown, self.part.rows, self._row_edges)):
            y = self.grid.top() + away
            rect = QRectF(right - width, y - line, width, 2 * line)
            colour = theme.ink3 if labels is None else theme.ink
            if labels is not None and not labels[row]:
                continue
            if row == lit:
                colour = self._lit_text(self.data.row_axis)
                tip = QPointF(self.grid.left() - theme.px(4), y)
                triangle(painter, tip, theme.px(7), "right", colour)
            draw_token(painter, rect, str(row) if labels is None else labels[row],
                       font(theme, role, True if row == lit else None), colour,
                       colour if row == lit else theme.ink3, Qt.AlignmentFlag.AlignRight)

    def _col_labels(self, painter: QPainter, lit: int | None) -> None:
        labels, theme, cell = self.data.col_labels, self.theme, self.cell_size()
        role = "ids" if labels is None else "dense"
        turned, measure = self.turned(cell.width()), metrics(theme, role)
        if labels is None:
            room = measure.horizontalAdvance(str(self.data.shape[1] - 1)) + theme.px(8)
        else:
            room = measure.capHeight() * 1.75 if turned else 0.0
        line = measure.height()
        shown = self._chosen(labels, self.cols, cell.width(), room, lit)
        for col, away in zip(shown, self._middles(shown, self.part.cols, self._col_edges)):
            text = str(col) if labels is None else labels[col]
            if not text:
                continue
            middle, gap = self.grid.left() + away, 4.0
            colour = theme.ink3 if labels is None else theme.ink
            if col == lit:
                colour, gap = self._lit_text(self.data.col_axis), 8.0
                triangle(painter, QPointF(middle, self.grid.top() - theme.px(4)), theme.px(7), "down", colour)
            face = font(theme, role, True if col == lit else None)
            dot = colour if col == lit else theme.ink3
            bottom = self.grid.top() - theme.px(gap)
            if turned:
                length = self.headroom(cell.width()) - theme.px(gap)
                painter.save()
                painter.translate(middle, bottom)
                painter.rotate(-90)
                draw_token(painter, QRectF(0, -line / 2, length, line), text, face, colour, dot,
                           Qt.AlignmentFlag.AlignLeft)
                painter.restore()
            else:
                width = max(cell.width(), room)
                left = middle - width / 2
                if labels is None:  # the first and the last index stay within the grid
                    over = theme.px(4)
                    left = min(max(left, self.grid.left() - over), self.grid.right() + over - width)
                draw_token(painter, QRectF(left, bottom - line, width, line), text, face, colour, dot)

    def _lit_text(self, axis: str) -> QColor:
        return self.theme.role({"query_pos": "Q", "key_pos": "K"}[axis]) if axis in ("query_pos", "key_pos") \
            else self.theme.accentink

    @property
    def _bare(self) -> int:
        """1 where cells are too small for grid lines: then a frame must not take the last pixel of what it frames."""
        return int(min(self.cell_size().width(), self.cell_size().height()) < self.theme.px(11))

    # Overlay ------------------------------------------------------------------------------------------------

    def paint_lit(self, painter: QPainter, row: Lines, col: Lines) -> None:
        """Frames round the lit rows and columns, in the colours of their axes."""
        lines = [(one, False, self.data.col_axis) for one in _each(col, self.cols)]
        lines += [(one, True, self.data.row_axis) for one in _each(row, self.rows)]
        for (first, last), lying, axis in lines:
            one, other = self.cell_rect(first, first), self.cell_rect(last, last)
            if lying:
                rect = QRectF(self.grid.left(), one.top(), self.grid.width(), other.bottom() - one.top())
            else:
                rect = QRectF(one.left(), self.grid.top(), other.right() - one.left(), self.grid.height())
            frame(painter, rect.adjusted(-2, -2, 1 + self._bare, 1 + self._bare), self.theme.outline(axis), 2)

    def paint_pinned(self, painter: QPainter, row: int, col: int) -> None:
        """The double ring: 2 px inside a 4 px halo, seen on any colour."""
        if not self.holds(row, col):
            return
        rect, more = self.cell_rect(row, col), self._bare
        frame(painter, rect.adjusted(-3 - more, -3 - more, 2 + 2 * more, 2 + 2 * more), self.theme.halo, 4)
        frame(painter, rect.adjusted(-2 - more, -2 - more, 1 + 2 * more, 1 + 2 * more), self.theme.ring, 2)

    def paint_hover(self, painter: QPainter, row: int, col: int) -> None:
        if self.holds(row, col):
            frame(painter, self.cell_rect(row, col).adjusted(-1, -1, self._bare, self._bare), self.theme.ring, 1)

    def paint_cursor(self, painter: QPainter, row: int, col: int) -> None:
        """The cell that the arrow keys move."""
        if not self.holds(row, col):
            return
        rect = self.cell_rect(row, col)
        frame(painter, rect.adjusted(-4, -4, 3, 3), self.theme.halo, 1)
        frame(painter, rect.adjusted(-3, -3, 2, 2), self.theme.accent, 2)

    def overlay_rect(self, row: int, col: int) -> QRectF:
        """What must be repainted when a ring round this cell comes or goes."""
        return self.cell_rect(row, col).adjusted(-6, -6, 6, 6)

    def paint_place(self, painter: QPainter) -> None:
        """Where the part on screen lies in the whole, along the sides that have more than is seen."""
        theme, grid, thick = self.theme, self.grid, self.theme.px(3)
        below = QRectF(grid.left(), grid.bottom() + 2, grid.width(), thick)
        beside = QRectF(grid.right() + 2, grid.top(), thick, grid.height())
        if self.shown[1] < self.data.shape[1]:
            painter.fillRect(below, theme.line)
            first, length = _thumb(self.cols, self.data.shape[1], below.width(), 2 * thick)
            painter.fillRect(QRectF(below.left() + first, below.top(), length, thick), theme.accent)
        if self.shown[0] < self.data.shape[0]:
            painter.fillRect(beside, theme.line)
            first, length = _thumb(self.rows, self.data.shape[0], beside.height(), 2 * thick)
            painter.fillRect(QRectF(beside.left(), beside.top() + first, thick, length), theme.accent)


@lru_cache(maxsize=32)
def _widest_of(labels: tuple[str, ...], scale: float, cjk: bool) -> float:
    """The room that the widest label needs; the maps of a step and of the next have the same labels."""
    measure = metrics(replace(LIGHT, font_scale=scale, cjk=cjk), "dense", True)
    # Of very many the longest few: in bytes, since a Chinese character is as wide as two letters and more.
    long = labels if len(labels) <= _MEASURED else heapq.nlargest(_MEASURED, labels, key=_bytes)
    widest = max((token_width(label, measure) for label in long if label), default=0.0)
    return math.ceil(min(widest, measure.averageCharWidth() * 14))


def _bytes(label: str) -> int:
    return len(label.encode())


def _thumb(span: Span, size: int, length: float, least: float) -> tuple[float, float]:
    """Where a track's thumb begins and how long it is."""
    long = max((span[1] - span[0]) / size * length, least)
    return min(span[0] / size * length, length - long), long


def _each(lit: Lines, span: Span) -> list[Span]:
    """First and last of each frame round the lit rows or columns that are on screen; very many share one."""
    if lit is None:
        return []
    on_screen = [one for one in ((lit,) if isinstance(lit, int) else lit) if span[0] <= one < span[1]]
    if len(on_screen) > _MANY:
        return [(on_screen[0], on_screen[-1])]
    return [(one, one) for one in on_screen]
