"""A step as an equation: operands and result as heat maps laid out as the formula reads, rows aligned to the pixel."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from tutor.engine.pooling import largest_size
from tutor.views import numbers, zoom
from tutor.views.badge import badge_size, paint_badge
from tutor.views.heatdata import Part
from tutor.views.heatpaint import Cell, HeatPlot, Lines
from tutor.views.paint import draw_text, frame, paint_ghost, visible
from tutor.views.theme import Theme, font, metrics

_MOVES = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}
Lit = tuple[Lines, Lines]


class EquationView(QWidget):
    """Operands, operator, result. The last part is the result; it has the cursor and the pinned cell.

    Arrow keys move the cursor over the result, with Ctrl to the edge; Enter pins. Ctrl and the wheel zoom about the
    pointer; the wheel, with Shift sideways, or dragging then moves the part that is seen.

    Signals:
        hovered(int, int, int)  part, row and column under the pointer or the cursor; (-1, -1, -1) for none
        clicked(int, int, int)  a cell was clicked, or chosen with Enter
        zoomChanged()           another part of the maps is on screen
    """

    hovered = Signal(int, int, int)
    clicked = Signal(int, int, int)
    zoomChanged = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._parts: tuple[Part, ...] = ()
        self._plots: list[HeatPlot] = []
        self._heads: list[QRectF] = []
        self._signs: list[QRectF] = []
        self._sign = ("", "")
        self._title = ""
        self._pinned: Cell | None = None
        self._hover: tuple[int, int, int] | None = None
        self._cursor: Cell | None = None
        self._anchor: Cell | None = None  # where a selection with Shift and the arrows began
        self._pinned_lit: tuple[Lit | None, ...] = ()
        self._hover_lit: tuple[Lit | None, ...] = ()
        self._lit_parts: tuple[int, ...] = ()
        self._ratio = 0.0
        self._waiting = ""
        self._stacked = False
        self._windows = zoom.Windows()
        self._links: list[zoom.Keys] = []
        self._notes: list[str] = []
        self._pressed: tuple[QPointF, int, Cell] | None = None
        self._dragged = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setProperty("paintsFocus", True)
        self.retranslate()

    # What is shown ------------------------------------------------------------------------------------------

    def set_parts(self, parts: Sequence[Part], sign: str = "", caption: str = "", title: str = "") -> None:
        """Show a step. `sign` stands between the operands ("×", "+") or, as "→", before the result with `caption`
        over the arrow; `title` names the picture for a screen reader."""
        same = bool(parts and self._parts) and parts[-1].data.shape == self._parts[-1].data.shape
        self._parts, self._sign, self._title, self._waiting = tuple(parts), (sign, caption), title, ""
        self._hover = None
        self._hover_lit = ()
        self._lit_parts = ()
        if not same:
            self._cursor = self._anchor = None
        self._rebuild()
        self.retranslate()

    def set_waiting(self, words: str) -> None:
        """What stands where there are no maps yet; "" for nothing. Maps take its place."""
        self._waiting = words
        self.retranslate()

    def waiting(self) -> str:
        return self._waiting

    def set_limits(self, limits: Sequence[tuple[float, float]]) -> None:
        """Other ranges of colours, one for each part."""
        made = []
        for part, plot, (low, high) in zip(self._parts, self._plots, limits, strict=True):
            if (low, high) != part.data.limits and not part.data.whole:
                plot.set_limits(low, high)
                part = replace(part, data=part.data.with_limits(low, high))
            made.append(part)
        self._parts = tuple(made)
        self.update()

    def on_screen(self) -> tuple[slice, slice]:
        """The rows and columns of the result that are on screen."""
        plot = self._plots[-1]
        return slice(*plot.rows), slice(*plot.cols)

    def selected(self) -> tuple[slice, slice]:
        """The rows and columns of the result that were selected with the keys; where none were, those on screen."""
        one, two = self._anchor, self._cursor
        if one is None or two is None or not (self._inside(one) and self._inside(two)):
            return self.on_screen()
        (top, bottom), (left, right) = (sorted(pair) for pair in zip(one, two))
        return slice(top, bottom + 1), slice(left, right + 1)

    def reach(self, part: int) -> float:
        """The largest finite |x| that is on screen of a part, pads left out."""
        plot = self._plots[part]
        values, pads = plot.part.values, plot.data.pads(plot.part)
        return largest_size(values if pads is None else np.where(pads, 0, values))

    def set_pinned(self, cell: Cell | None, lit: Sequence[Lit | None] = ()) -> None:
        """The pinned cell of the result, and what lights with it in each part."""
        if cell is not None and cell != self._pinned and self._plots and self._inside(cell):
            self._reveal(cell)
        self._pinned, self._pinned_lit = cell, tuple(lit)
        self.update()

    def set_hover_lit(self, lit: Sequence[Lit | None]) -> None:
        """What lights in each part while the pointer is on a cell."""
        if tuple(lit) != self._hover_lit:
            self._hover_lit = tuple(lit)
            self.update()

    def set_lit_parts(self, parts: Sequence[int]) -> None:
        """Which heat maps a word or a letter elsewhere stands for."""
        if tuple(parts) != self._lit_parts:
            self._lit_parts = tuple(parts)
            self.update()

    def lit_parts(self) -> tuple[int, ...]:
        return self._lit_parts

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._rebuild()

    def parts(self) -> tuple[Part, ...]:
        return self._parts

    def cell_rect(self, part: int, row: int, col: int) -> QRectF:
        """Where a cell is painted, in this widget's coordinates."""
        row, col = (col, row) if self._parts[part].turned else (row, col)
        return self._plots[part].cell_rect(row, col)

    def grid_rect(self, part: int) -> QRectF:
        """Where a part's cells are painted."""
        return QRectF(self._plots[part].grid)

    # Words --------------------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        self.setAccessibleName(self._title or self.tr("Heat maps"))
        if not self._parts:
            text = self._waiting or self.tr("Nothing to show yet.")
        else:
            data = self._parts[-1].data
            text = self.tr("{rows} rows, {columns} columns.").format(rows=data.shape[0], columns=data.shape[1])
            top = data.top
            if top is not None:
                row, col = self.labels(len(self._parts) - 1, *top)
                text += " " + self.tr("Largest: {value} at row {row}, column {column}.").format(
                    value=numbers.fixed(data.at(*top), 4), row=row, column=col
                )
        self._note()
        if self._notes and self._notes[-1]:
            text += " " + self._notes[-1]
        self.setAccessibleDescription(text)
        self.update()

    def labels(self, part: int, row: int, col: int) -> tuple[str, str]:
        """The row's and column's labels, or their numbers."""
        data = self._parts[part].data
        rows, cols = data.row_labels, data.col_labels
        return (
            visible(rows[row]) if rows is not None and rows[row] else str(row),
            visible(cols[col]) if cols is not None and cols[col] else str(col),
        )

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    # Geometry -----------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(round(self._theme.px(720)), round(self._theme.px(380)))

    def minimumSizeHint(self) -> QSize:
        # Room for the labels and for cells that can still be told apart.
        labels = max((plot.headroom(1) for plot in self._plots), default=0.0)
        return QSize(round(self._theme.px(240)), round(self._head() + labels + self._theme.px(100)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place()
        super().resizeEvent(event)

    def _rebuild(self) -> None:
        self._plots = [
            HeatPlot(part.data.turned if part.turned else part.data, self._theme) for part in self._parts
        ]
        if self._plots:
            shapes = [plot.data.shape for plot in self._plots]
            self._links = zoom.links(shapes, self._sign[0] == "×")
            self._windows.set_axes({
                key: size for keys, shape in zip(self._links, shapes) for key, size in zip(keys, shape)
            })  # fmt: skip
        self._place()
        self.updateGeometry()
        self.update()

    def _head(self) -> float:
        """Height of the name and badge above each part: one line, or two where they do not fit side by side."""
        line = self._theme.height("badge")
        return line * 2 + self._theme.px(6) if self._stacked else line + self._theme.px(4)

    def _label_width(self, part: Part) -> float:
        tile = self._theme.height("badge") + self._theme.px(6) if part.letter else 0.0
        return tile + metrics(self._theme, "tensor").horizontalAdvance(part.name) + self._theme.px(8)

    def _sign_width(self) -> float:
        caption = metrics(self._theme, "caption").horizontalAdvance(self._sign[1])
        return max(self._theme.px(36), min(caption, self._theme.px(110)) + self._theme.px(16))

    def _place(self) -> None:
        if not self._plots or self.width() < 20 or self.height() < 20:
            return
        px, ratio = self._theme.px, self.devicePixelRatioF()
        self._ratio = ratio
        count = len(self._plots)
        gutters = [plot.gutter() for plot in self._plots]
        sign = self._sign_width()
        room = self.width() - sum(gutters) - sign * (count - 1) - px(10)
        columns = [plot.data.shape[1] for plot in self._plots]
        shares = zoom.shares(columns, max(room, 40.0 * count), px, self._sign[0] == "×")
        widths = [self._whole(share, cols) for share, cols in zip(shares, columns)]
        ends = (*[sign] * (count - 1), px(10))  # no sign follows the last part
        self._stacked = any(
            self._label_width(part) + badge_size(part.axes, self._theme).width() > gutter * 0.5 + width + end
            for part, gutter, width, end in zip(self._parts, gutters, widths, ends)
        )
        head = self._head()
        labels = max(plot.headroom(width / plot.shown[1]) for plot, width in zip(self._plots, widths))
        height = max(20.0, self.height() - head - labels - px(8))
        if self._windows.zoomed() or any(
            plot.data.shape[0] > height * ratio or plot.data.shape[1] > width * ratio
            for plot, width in zip(self._plots, widths)
        ):
            height = max(20.0, height - self._note_height())
        # One cell height for all parts with as many rows as the result, so that a lit row runs straight across.
        rows = self._plots[-1].data.shape[0]
        cell = self._cell(height, rows, ratio)
        top = head + labels
        used = sum(gutters) + sum(widths) + sign * (count - 1)
        left = max(0.0, (self.width() - used) / 2 - px(4)) if count == 1 else px(2)
        spare = max(0.0, self.width() - used - px(12)) / max(1, count - 1) if count > 1 else 0.0
        spare = min(spare, px(60))
        self._heads, self._signs = [], []
        for at, (plot, gutter, width) in enumerate(zip(self._plots, gutters, widths)):
            own = plot.data.shape[0]
            high = cell * own if own == rows else self._cell(height, own, ratio) * own
            plot.show_part(*(self._windows.span(key) for key in self._links[at]))
            if plot.shown[0] < own:  # fewer rows are taller ones
                high = int(high / plot.shown[0] * ratio) / ratio * plot.shown[0]
            wide = self._whole(width, plot.shown[1])
            plot.place(QRectF(left + gutter, top, wide, max(4.0, min(high, height))), ratio)
            reach = gutter + width
            # The label may begin above the row labels, whose corner is empty.
            self._heads.append(QRectF(left + gutter * 0.5, 0, gutter * 0.5 + width + sign + spare - px(8), head))
            left += reach
            if at < count - 1:
                self._signs.append(QRectF(left, top, sign + spare, min(cell * rows, height)))
                left += sign + spare
        self._heads[-1].setRight(max(self._heads[-1].right(), float(self.width())))
        self._note()

    def _note_height(self) -> float:
        return metrics(self._theme, "caption").height() + self._theme.px(7)

    def _note(self) -> None:
        """What stands under each map that does not show every cell: how many share a pixel, which part is seen."""
        self._notes = []
        for plot, keys in zip(self._plots, self._links):
            down, across = plot.pooling
            found = []
            if down > 1 and across > 1:
                found.append(self.tr("1 px = {rows} × {columns} cells (max |x|)").format(rows=down, columns=across))
            elif across > 1:
                found.append(self.tr("1 px = {columns} columns (max |x|)").format(columns=across))
            elif down > 1:
                found.append(self.tr("1 px = {rows} rows (max |x|)").format(rows=down))
            spans = (self.tr("rows {first}–{last} of {size}"), self.tr("columns {first}–{last} of {size}"))
            for key, words, size in zip(keys, spans, plot.data.shape):
                if self._windows.zoomed(key):
                    first, stop = self._windows.span(key)
                    found.append(words.format(first=first, last=stop - 1, size=numbers.count(size)))
            self._notes.append(" · ".join(found))

    def notes(self) -> tuple[str, ...]:
        """What is said under each map."""
        return tuple(self._notes)

    def _cell(self, height: float, rows: int, ratio: float) -> float:
        """Cell height: whole device pixels where cells can be seen, never taller than a large table row."""
        cell = min(height / rows, self._theme.px(44))
        return int(cell * ratio) / ratio if cell * ratio >= 4 else cell

    def _whole(self, width: float, cols: int) -> float:
        """Width in cells of whole device pixels where they can be seen one by one."""
        cell = int(width * self._ratio / cols)
        return cell * cols / self._ratio if cell >= 4 else int(width * self._ratio) / self._ratio

    # Painting -----------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._ratio != self.devicePixelRatioF():
            self._place()
        if not self._plots:
            paint_ghost(painter, QRectF(self.rect()), self._theme, self._waiting)  # no pane is ever blank
        for at, plot in enumerate(self._plots):
            row, col = self._lit(at)
            if at in self._lit_parts:
                head = QRectF(self._heads[at])
                head.setWidth(min(head.width(), self._label_width(self._parts[at])))
                painter.fillRect(head.adjusted(-3, -1, 0, -2), self._theme.accentbg)
                frame(painter, plot.grid.adjusted(-4, -4, 4, 4), self._theme.accent, 2)
            self._paint_head(painter, at)
            plot.paint_labels(painter, *(one if isinstance(one, int) else None for one in (row, col)))
            plot.paint_cells(painter)
            plot.paint_lit(painter, row, col)
            self._paint_note(painter, at)
        for at, rect in enumerate(self._signs):
            self._paint_sign(painter, at, rect)
        self._paint_rings(painter)
        painter.end()

    def _lit(self, part: int) -> Lit:
        chosen = self._hover_lit or self._pinned_lit
        lit = chosen[part] if part < len(chosen) else None
        if lit is None:
            return None, None
        return (lit[1], lit[0]) if self._parts[part].turned else lit

    def _paint_rings(self, painter: QPainter) -> None:
        if not self._plots:
            return
        result = self._plots[-1]
        if self._pinned is not None and self._inside(self._pinned):
            result.paint_pinned(painter, *self._pinned)
        if self._hover is not None:
            part, row, col = self._hover
            row, col = (col, row) if self._parts[part].turned else (row, col)
            self._plots[part].paint_hover(painter, row, col)
        if self._anchor is not None:
            rows, cols = self.selected()
            corners = result.cell_rect(rows.start, cols.start), result.cell_rect(rows.stop - 1, cols.stop - 1)
            frame(painter, corners[0].united(corners[1]), self._theme.accent, 2, 0, None, Qt.PenStyle.DashLine)
        if self.hasFocus():
            if self._cursor is not None and self._inside(self._cursor):
                result.paint_cursor(painter, *self._cursor)
            else:
                frame(painter, result.grid.adjusted(-3, -3, 3, 3), self._theme.accent, 2)

    def _inside(self, cell: Cell) -> bool:
        rows, cols = self._parts[-1].data.shape
        return 0 <= cell[0] < rows and 0 <= cell[1] < cols

    def _paint_head(self, painter: QPainter, at: int) -> None:
        theme, part, rect = self._theme, self._parts[at], self._heads[at]
        line = float(theme.height("badge"))
        y = rect.top()
        x = rect.left()
        if part.letter:
            tile = QRectF(x, y + 1, line - 2, line - 2)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            frame(painter, tile, theme.role(part.role), 0, 3, theme.role(part.role))
            draw_text(painter, tile, part.letter, font(theme, "caption", True), theme.onaccent)
            x = tile.right() + theme.px(6)
        wide = metrics(theme, "tensor").horizontalAdvance(part.name) + 2
        name = QRectF(x, y, max(10.0, min(wide, rect.right() - x)), line)
        draw_text(painter, name, part.name, font(theme, "tensor"), theme.ink2, Qt.AlignmentFlag.AlignLeft)
        if part.axes:
            left = rect.left() if self._stacked else name.right() + theme.px(6)
            top = y + line + theme.px(3) if self._stacked else y
            compact = badge_size(part.axes, theme).width() > rect.right() - left
            paint_badge(painter, QPointF(left, top), part.axes, theme, compact)

    def _paint_sign(self, painter: QPainter, at: int, rect: QRectF) -> None:
        theme, (sign, caption) = self._theme, self._sign
        middle = rect.center().y()
        last = at == len(self._signs) - 1
        if sign == "→":
            arrow = QRectF(rect.left() + theme.px(4), middle - theme.px(10), rect.width() - theme.px(8), theme.px(20))
            y = arrow.center().y()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(theme.ink2)
            tip = theme.px(5)
            painter.drawLine(QPointF(arrow.left(), y), QPointF(arrow.right(), y))
            painter.drawLine(QPointF(arrow.right() - tip, y - tip), QPointF(arrow.right(), y))
            painter.drawLine(QPointF(arrow.right() - tip, y + tip), QPointF(arrow.right(), y))
            above = QRectF(rect.left(), y - theme.px(44), rect.width(), theme.px(36))
            draw_text(painter, above, caption, font(theme, "caption"), theme.ink2)
            return
        text = "=" if last and len(self._plots) > 2 else sign
        draw_text(painter, QRectF(rect.left(), middle - theme.px(20), rect.width(), theme.px(40)), text,
                  font(theme, "value", False), theme.ink2)  # fmt: skip

    def _paint_note(self, painter: QPainter, at: int) -> None:
        theme, plot = self._theme, self._plots[at]
        grid = plot.grid
        plot.paint_place(painter)
        if self._notes[at]:
            left = grid.left() - plot.gutter() * 0.5
            right = self._signs[at].right() if at < len(self._signs) else float(self.width())
            line = QRectF(left, grid.bottom() + theme.px(5), right - left - 2, metrics(theme, "caption").height())
            draw_text(painter, line, self._notes[at], font(theme, "caption"), theme.ink2, Qt.AlignmentFlag.AlignLeft)

    # Pointer and keys ---------------------------------------------------------------------------------------

    def _at(self, point: QPointF) -> tuple[int, int, int] | None:
        for at, plot in enumerate(self._plots):
            cell = plot.cell_at(point)
            if cell is not None:
                return (at, cell[1], cell[0]) if self._parts[at].turned else (at, *cell)
        return None

    def _set_hover(self, hover: tuple[int, int, int] | None) -> None:
        if hover != self._hover:
            self._hover = hover
            # A click on an operand goes there, one on the result pins.
            away = hover is not None and hover[0] < len(self._plots) - 1
            self.setCursor(Qt.CursorShape.PointingHandCursor if away else Qt.CursorShape.ArrowCursor)
            self.update()
            self.hovered.emit(*(hover or (-1, -1, -1)))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is not None and event.buttons() & Qt.MouseButton.LeftButton and self._drag(event.position()):
            return
        self._set_hover(self._at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self._set_hover(None)
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        part = self._part_at(event.position())
        if event.button() != Qt.MouseButton.LeftButton or part is None:
            event.ignore()
            return
        plot = self._plots[part]
        self._pressed, self._dragged = (event.position(), part, (plot.rows[0], plot.cols[0])), False

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position())
        pressed, self._pressed = self._pressed, None
        if event.button() != Qt.MouseButton.LeftButton or pressed is None:
            event.ignore()
        elif self._dragged:
            self.unsetCursor()
        elif found is not None and found[0] == pressed[1]:
            if found[0] == len(self._plots) - 1:
                self._cursor = found[1:]
            self.clicked.emit(*found)

    # Zoom ---------------------------------------------------------------------------------------------------

    def _part_at(self, point: QPointF) -> int | None:
        return next((at for at, plot in enumerate(self._plots) if plot.grid.contains(point)), None)

    def zoomed(self) -> bool:
        """Whether only a part of the maps is on screen."""
        return self._windows.zoomed()

    def zoom_in(self) -> None:
        """Fewer cells, larger, about the cell that is pointed at or pinned."""
        self._zoom(zoom.STEP**2)

    def zoom_out(self) -> None:
        """More cells, smaller."""
        self._zoom(zoom.STEP**-2)

    def zoom_all(self) -> None:
        """All cells again."""
        if self._windows.reset():
            self._zoom_changed()

    def _zoom(self, factor: float) -> None:
        if not self._plots:
            return
        plot = self._plots[-1]
        cell = self._hover[1:] if self._hover is not None and self._hover[0] == len(self._plots) - 1 else None
        at = next((one for one in (cell, self._cursor, self._pinned) if one is not None and self._inside(one)), None)
        if at is None:
            at = sum(plot.rows) // 2, sum(plot.cols) // 2
        self._zoom_about(len(self._plots) - 1, factor, at[0] + 0.5, at[1] + 0.5)

    def _zoom_about(self, part: int, factor: float, row: float, col: float) -> None:
        changed = [self._windows.zoom(key, factor, at) for key, at in zip(self._links[part], (row, col))]
        if any(changed):
            self._zoom_changed()

    def _zoom_changed(self) -> None:
        self._place()
        self.update()
        self.zoomChanged.emit()

    def _reveal(self, cell: Cell) -> None:
        """Bring a cell of the result on screen."""
        moved = [self._windows.reveal(key, at) for key, at in zip(self._links[-1], cell)]
        if any(moved):
            self._zoom_changed()

    def _drag(self, point: QPointF) -> bool:
        """Pan with the pointer. Returns whether it does."""
        assert self._pressed is not None
        start, part, first = self._pressed
        keys, cell = self._links[part], self._plots[part].cell_size()
        away = point - start
        if not self._windows.zoomed(*keys):
            return False
        if not self._dragged and away.manhattanLength() < QApplication.startDragDistance():
            return True
        if not self._dragged:
            self._dragged = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self._set_hover(None)
        down, across = round(-away.y() / cell.height()), round(-away.x() / cell.width())
        moved = [self._windows.put(key, at + by) for key, at, by in zip(keys, first, (down, across))]
        if any(moved):
            self._zoom_changed()
        return True

    def wheelEvent(self, event: QWheelEvent) -> None:
        part = self._part_at(event.position())
        turned = event.angleDelta()
        if part is None:
            event.ignore()
            return
        plot, keys = self._plots[part], self._links[part]
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            away, cell = event.position() - plot.grid.topLeft(), plot.cell_size()
            row, col = plot.rows[0] + away.y() / cell.height(), plot.cols[0] + away.x() / cell.width()
            self._zoom_about(part, zoom.STEP ** (turned.y() / 120), row, col)
        elif self._windows.zoomed(*keys):
            down, across = turned.y(), turned.x()
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                down, across = 0, across or down
            moved = [
                self._windows.move(key, -math.ceil(abs(by) / 960 * count) * (1 if by > 0 else -1))
                for key, by, count in zip(keys, (down, across), plot.shown) if by
            ]  # fmt: skip
            if any(moved):
                self._zoom_changed()
        else:
            event.ignore()
            return
        event.accept()
        self._set_hover(self._at(event.position()))

    # Keys ---------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, last = Qt.Key(event.key()), len(self._plots) - 1
        if last < 0 or event.modifiers() & Qt.KeyboardModifier.AltModifier:
            event.ignore()
        elif key in _MOVES:
            self._move(_MOVES[key], event.modifiers())
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._cursor is not None:
            self.clicked.emit(last, *self._cursor)
        else:
            event.ignore()

    def _move(self, step: Cell, held: Qt.KeyboardModifier) -> None:
        shape, old = self._parts[-1].data.shape, self._cursor
        self._anchor = (self._anchor or old) if held & Qt.KeyboardModifier.ShiftModifier else None
        if old is None:
            start = self._pinned or (0, 0)
            self._cursor = min(start[0], shape[0] - 1), min(start[1], shape[1] - 1)
        else:
            reach = max(shape) if held & Qt.KeyboardModifier.ControlModifier else 1
            row = max(0, min(shape[0] - 1, old[0] + step[0] * reach))
            col = max(0, min(shape[1] - 1, old[1] + step[1] * reach))
            self._cursor = row, col
        self._hover = None
        self._reveal(self._cursor)
        self.update()
        self.hovered.emit(len(self._plots) - 1, *self._cursor)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()
        if self._cursor is not None and self._hover is None:
            self.hovered.emit(-1, -1, -1)
        super().focusOutEvent(event)
