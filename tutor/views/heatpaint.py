"""A heat map on a rectangle of any painter: cells, labels, numbers and marks. The same plot serves a widget
of its own and an equation of several maps whose rows must line up to the pixel."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from tutor.views import heatcells
from tutor.views.heatdata import Map, edges
from tutor.views.paint import draw_token, frame, hatch, snap, token_width, triangle
from tutor.views.theme import Theme, font, metrics

Cell = tuple[int, int]
#: Lit rows or columns: one, several, or none.
Lines = int | range | tuple[int, ...] | None


class HeatPlot:
    """One map, placed on a grid rectangle. It remembers no pointer: lit and ringed cells are arguments."""

    def __init__(self, data: Map, theme: Theme) -> None:
        self.data, self.theme = data, theme
        self.grid, self.ratio = QRectF(), 1.0
        self._image: QImage | None = None
        self.place(QRectF(0, 0, *reversed(data.shape)), 1.0)

    # Geometry -----------------------------------------------------------------------------------------------

    def gutter(self) -> float:
        """The width that row labels need left of the grid (measured bold: lighting one moves nothing)."""
        return self._widest(self.data.row_labels, self.data.shape[0]) + self.theme.px(10)

    def headroom(self, cell_width: float) -> float:
        """The height above the grid that column labels need when cells are that wide."""
        if self.turned(cell_width):
            return self._widest(self.data.col_labels, self.data.shape[1]) + self.theme.px(9)
        return metrics(self.theme, "dense").height() + self.theme.px(8)

    def turned(self, cell_width: float) -> bool:
        """Whether column labels are turned 90°: when one of them is wider than its cell."""
        labels = self.data.col_labels
        if labels is None:
            return False
        return self._widest(labels, len(labels)) > cell_width

    def _widest(self, labels: Sequence[str] | None, count: int) -> float:
        if labels is None:
            return metrics(self.theme, "ids").horizontalAdvance(str(count - 1))
        measure = metrics(self.theme, "dense", True)
        widest = max((token_width(label, measure) for label in labels if label), default=0.0)
        return math.ceil(min(widest, measure.averageCharWidth() * 14))

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
            self._image = None
        self.grid, self.ratio = grid, ratio
        self._row_edges = heatcells.borders(self.data.base.shape[0], grid.height() * ratio)
        self._col_edges = heatcells.borders(self.data.base.shape[1], grid.width() * ratio)
        self._row_parts, self._col_parts = (
            edges(cells, base)[edges(base, len(borders) - 1)] for cells, base, borders in
            zip(self.data.shape, self.data.base.shape, (self._row_edges, self._col_edges), strict=True))

    @property
    def pooling(self) -> Cell:
        """How many rows and columns share one device pixel: (1, 1) when every cell is seen."""
        rows, cols = self.data.shape
        return -(-rows // (len(self._row_edges) - 1)), -(-cols // (len(self._col_edges) - 1))

    def cell_size(self) -> QSizeF:
        return QSizeF(self.grid.width() / self.data.shape[1], self.grid.height() / self.data.shape[0])

    def cell_rect(self, row: int, col: int) -> QRectF:
        """The cell in logical pixels, on the very borders it is painted with (at least one device pixel)."""
        spans = []
        for number, borders, parts in ((row, self._row_edges, self._row_parts),
                                       (col, self._col_edges, self._col_parts)):
            place = min(len(borders) - 2, int(np.searchsorted(parts, number, side="right")) - 1)
            spans.append((borders[place] / self.ratio, borders[place + 1] / self.ratio))
        (top, bottom), (left, right) = spans
        return QRectF(self.grid.left() + left, self.grid.top() + top, right - left, bottom - top)

    def cell_at(self, point: QPointF) -> Cell | None:
        """The cell under a point; of several in one pixel the largest, which is the one that is seen."""
        if not self.grid.contains(point):
            return None
        offset = (point - self.grid.topLeft()) * self.ratio
        slices = []
        for away, borders, parts in ((offset.y(), self._row_edges, self._row_parts),
                                     (offset.x(), self._col_edges, self._col_parts)):
            place = int(np.clip(np.searchsorted(borders, away, side="right") - 1, 0, len(borders) - 2))
            slices.append(slice(int(parts[place]), int(parts[place + 1])))
        rows, cols = slices
        if rows.stop - rows.start == 1 and cols.stop - cols.start == 1:
            return rows.start, cols.start
        return self.data.largest(rows, cols) or (rows.start, cols.start)

    # Cells --------------------------------------------------------------------------------------------------

    def image(self) -> QImage:
        """The cells at device resolution: made once for a map, a size and a theme, then only copied."""
        if self._image is None:
            borders = self._row_edges, self._col_edges
            self._image = heatcells.render(self.data, self.theme, *borders, self.ratio)
        return self._image

    def paint_cells(self, painter: QPainter) -> None:
        """The grid: cells with their numbers, in a thin frame just outside them."""
        painter.drawImage(self.grid.topLeft(), self.image())
        frame(painter, self.grid.adjusted(-1, -1, 1, 1), self.theme.ctl, 1)

    def paint_veil(self, painter: QPainter) -> None:
        """What stands in place of the cells while a prediction is awaited: the grid alone, and no value."""
        painter.fillRect(self.grid, self.theme.accentbg)
        rows, cols = self.data.shape
        if min(self.cell_size().width(), self.cell_size().height()) >= self.theme.px(5):
            painter.setPen(QPen(self.theme.pane, 1))
            for row in range(1, rows):
                y = self.cell_rect(row, 0).top() - 0.5
                painter.drawLine(QPointF(self.grid.left(), y), QPointF(self.grid.right(), y))
            for col in range(1, cols):
                x = self.cell_rect(0, col).left() - 0.5
                painter.drawLine(QPointF(x, self.grid.top()), QPointF(x, self.grid.bottom()))
        frame(painter, self.grid.adjusted(-1, -1, 1, 1), self.theme.accent, 2, style=Qt.PenStyle.DashLine)

    # Labels -------------------------------------------------------------------------------------------------

    def paint_labels(self, painter: QPainter, lit_row: int | None = None, lit_col: int | None = None) -> None:
        """Row and column labels, thinned out to what fits; the lit ones are bold and always there."""
        self._row_labels(painter, lit_row)
        self._col_labels(painter, lit_col)

    def _chosen(self, labels: Sequence[str] | None, count: int, step_length: float, room: float,
                lit: int | None) -> list[int]:
        """Which of `count` labels are drawn, so that each has `room`."""
        step = 1
        while step * step_length < room and step < count:
            step *= 2
        chosen = list(range(0, count, step))
        last = count - 1
        if labels is None and chosen[-1] != last:  # indexes end with the last one: it tells the size
            if (last - chosen[-1]) * step_length < room and len(chosen) > 1:
                chosen.pop()
            chosen.append(last)
        if lit is not None and 0 <= lit < count:
            chosen = [one for one in chosen if one == lit or abs(one - lit) * step_length >= room]
            if lit not in chosen:
                chosen.append(lit)
        return chosen

    def _row_labels(self, painter: QPainter, lit: int | None) -> None:
        labels, theme = self.data.row_labels, self.theme
        role = "ids" if labels is None else "dense"
        line = metrics(theme, role).capHeight()
        room = line * (3 if labels is None else 1.55)
        right = self.grid.left() - theme.px(8)
        width = self.gutter() - theme.px(8)
        for row in self._chosen(labels, self.data.shape[0], self.cell_size().height(), room, lit):
            cell = self.cell_rect(row, 0)
            rect = QRectF(right - width, cell.center().y() - line, width, 2 * line)
            colour = theme.ink3 if labels is None else theme.ink
            if labels is not None and not labels[row]:
                continue
            if row == lit:
                colour = self._lit_text(self.data.row_axis)
                tip = QPointF(self.grid.left() - theme.px(4), cell.center().y())
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
        for col in self._chosen(labels, self.data.shape[1], cell.width(), room, lit):
            text = str(col) if labels is None else labels[col]
            if not text:
                continue
            middle, gap = self.cell_rect(0, col).center().x(), 4.0
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

    # Overlay ------------------------------------------------------------------------------------------------

    def paint_lit(self, painter: QPainter, row: Lines, col: Lines) -> None:
        """Frames round the lit rows and columns, in the colours of their axes."""
        lines = [(number, False, self.data.col_axis) for number in _each(col)]
        lines += [(number, True, self.data.row_axis) for number in _each(row)]
        for number, lying, axis in lines:
            if not 0 <= number < self.data.shape[0 if lying else 1]:
                continue
            cell = self.cell_rect(number, 0) if lying else self.cell_rect(0, number)
            if lying:
                rect = QRectF(self.grid.left(), cell.top(), self.grid.width(), cell.height())
            else:
                rect = QRectF(cell.left(), self.grid.top(), cell.width(), self.grid.height())
            frame(painter, rect.adjusted(-2, -2, 1, 1), self.theme.outline(axis), 2)

    def paint_pinned(self, painter: QPainter, row: int, col: int) -> None:
        """The double ring: 2 px inside a 4 px halo, seen on any colour."""
        rect = self.cell_rect(row, col)
        frame(painter, rect.adjusted(-3, -3, 2, 2), self.theme.halo, 4)
        frame(painter, rect.adjusted(-2, -2, 1, 1), self.theme.ring, 2)

    def paint_hover(self, painter: QPainter, row: int, col: int) -> None:
        frame(painter, self.cell_rect(row, col).adjusted(-1, -1, 0, 0), self.theme.ring, 1)

    def paint_cursor(self, painter: QPainter, row: int, col: int) -> None:
        """The cell that the arrow keys move."""
        rect = self.cell_rect(row, col)
        frame(painter, rect.adjusted(-4, -4, 3, 3), self.theme.halo, 1)
        frame(painter, rect.adjusted(-3, -3, 2, 2), self.theme.accent, 2)

    def overlay_rect(self, row: int, col: int) -> QRectF:
        """What must be repainted when a ring round this cell comes or goes."""
        return self.cell_rect(row, col).adjusted(-6, -6, 6, 6)

    def paint_legend(self, painter: QPainter, rect: QRectF) -> None:
        """A swatch of the hatching, for the words beside it."""
        hatch(painter, rect, self.theme.hatch, self.theme.hatchbg)
        frame(painter, rect, self.theme.hatch, 1)


def _each(lit: Lines) -> Sequence[int]:
    """The lit rows or columns one by one."""
    return () if lit is None else (lit,) if isinstance(lit, int) else lit
