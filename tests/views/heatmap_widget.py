"""A heat map alone in a widget: what tests and the component sheet look at a HeatPlot through."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from tutor.views import numbers
from tutor.views.heatdata import Map
from tutor.views.heatpaint import Cell, HeatPlot
from tutor.views.paint import draw_text, frame, visible
from tutor.views.theme import Theme, font, metrics

_NOWHERE = (-1, -1)
_MOVES = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}


class HeatMap(QWidget):
    """One matrix as colours, with labels, numbers where they fit, a lit row and column and a pinned cell.

    Arrow keys move a cursor cell, with Ctrl to the edge; Enter chooses it.

    Signals:
        hovered(int, int)   the cell under the pointer or the cursor; (-1, -1) when there is none
        clicked(int, int)   a cell was clicked, or chosen with Enter
    """

    hovered = Signal(int, int)
    clicked = Signal(int, int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._plot: HeatPlot | None = None
        self._lit: tuple[int | None, int | None] = (None, None)
        self._pinned: Cell | None = None
        self._hover: Cell | None = None
        self._cursor: Cell | None = None
        self._veiled, self._square = False, False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setProperty("paintsFocus", True)
        self.retranslate()

    # What is shown ------------------------------------------------------------------------------------------

    def set_map(self, data: Map | None) -> None:
        """Shows another matrix. Lit, pinned and cursor cells stay where the new one has them."""
        self._plot = HeatPlot(data, self._theme) if data is not None else None
        self._hover = None
        if data is not None:
            rows, cols = data.shape
            if self._cursor is not None:
                self._cursor = min(self._cursor[0], rows - 1), min(self._cursor[1], cols - 1)
        self._place()
        self.retranslate()
        self.updateGeometry()

    def map(self) -> Map | None:
        return self._plot.data if self._plot is not None else None

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        if self._plot is not None:
            self._plot = HeatPlot(self._plot.data, theme)
        self._place()
        self.updateGeometry()
        self.update()

    def set_lit(self, row: int | None, col: int | None) -> None:
        """Frames a row and a column and makes their labels bold; None lights nothing."""
        if (row, col) != self._lit:
            self._lit = (row, col)
            self.update()

    def set_pinned(self, row: int | None, col: int | None) -> None:
        """Puts the double ring on a cell, or takes it away."""
        pinned = (row, col) if row is not None and col is not None else None
        if pinned != self._pinned:
            self._pinned = pinned
            self.update()

    def set_veiled(self, veiled: bool) -> None:
        """Hides every value while a prediction is awaited; the pointer learns nothing either."""
        self._veiled = veiled
        self.retranslate()

    def set_square(self, square: bool) -> None:
        """Keeps cells square instead of filling the widget."""
        self._square = square
        self._place()
        self.update()

    def value_at(self, row: int, col: int) -> float | None:
        """The stored number of a cell, never what its colour says; None outside the map."""
        data = self.map()
        if data is None or not (0 <= row < data.shape[0] and 0 <= col < data.shape[1]):
            return None
        return float(data.at(row, col))

    def cell_rect(self, row: int, col: int) -> QRectF:
        """Where a cell is painted, in this widget's coordinates."""
        return self._plot.cell_rect(row, col) if self._plot is not None else QRectF()

    # Words --------------------------------------------------------------------------------------------------

    def _labels(self, row: int, col: int) -> tuple[str, str]:
        data = self.map()
        assert data is not None
        rows, cols = data.row_labels, data.col_labels
        return (visible(rows[row]) if rows is not None and rows[row] else str(row),
                visible(cols[col]) if cols is not None and cols[col] else str(col))

    def retranslate(self) -> None:
        data = self.map()
        self.setAccessibleName(data.title if data is not None and data.title else self.tr("Heat map"))
        if data is None:
            text = self.tr("Nothing to show yet.")
        elif self._veiled:
            text = self.tr("Hidden until you have predicted it.")
        else:
            rows, cols = data.shape
            text = self.tr("{rows} rows, {columns} columns.").format(rows=rows, columns=cols)
            top = data.top
            if top is not None:
                row, col = self._labels(*top)
                text += " " + self.tr("Largest: {value} at row {row}, column {column}.").format(
                    value=numbers.fixed(data.at(*top), 4), row=row, column=col)
        self.setAccessibleDescription(text)
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    # Geometry -----------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        if self._plot is None:
            return QSize(round(self._theme.px(320)), round(self._theme.px(240)))
        cell = self._theme.px(18)
        rows, cols = (min(count, 32) for count in self._plot.data.shape)
        return QSize(round(self._plot.gutter() + cols * cell + 6),
                     round(self._plot.headroom(cell) + rows * cell + 6 + self._foot()))

    def minimumSizeHint(self) -> QSize:
        if self._plot is None:
            return QSize(round(self._theme.px(120)), round(self._theme.px(80)))
        rows, cols = self._plot.data.shape
        side = self._theme.px(96)
        wide, high = (max(min(side, count * self._theme.px(4)), self._theme.px(20)) for count in (cols, rows))
        return QSize(round(self._plot.gutter() + wide + 6), round(self._plot.headroom(0) + high + 6))

    def _foot(self) -> float:
        pooled = self._plot is not None and self._plot.pooling != (1, 1)
        return metrics(self._theme, "caption").height() + 2 if pooled else 0.0

    def _place(self) -> None:
        if self._plot is None or self.width() < 2 or self.height() < 2:
            return
        area = QRectF(self.rect()).adjusted(0, 0, -4, -4)  # room for the halo of a pinned cell in the corner
        ratio = self.devicePixelRatioF()
        self._plot.fit(area, ratio, self._square)
        if self._foot():
            self._plot.fit(area.adjusted(0, 0, 0, -self._foot()), ratio, self._square)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place()
        super().resizeEvent(event)

    # Painting -----------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._plot is None:
            self._paint_empty(painter)
        else:
            if self._plot.ratio != self.devicePixelRatioF():  # moved to another screen
                self._place()
            self._paint_map(painter, QRectF(event.rect()))
        painter.end()

    def _paint_map(self, painter: QPainter, dirty: QRectF) -> None:
        plot = self._plot
        assert plot is not None
        row, col = self._lit
        if not plot.grid.contains(dirty):  # a ring that moves within the grid repaints no label
            plot.paint_labels(painter, row, col)
        if self._veiled:
            plot.paint_veil(painter)
            self._paint_question(painter)
            return
        plot.paint_cells(painter)
        plot.paint_lit(painter, row, col)
        if self._pinned is not None and self.value_at(*self._pinned) is not None:
            plot.paint_pinned(painter, *self._pinned)
        if self._hover is not None:
            plot.paint_hover(painter, *self._hover)
        if self.hasFocus():
            if self._cursor is not None:
                plot.paint_cursor(painter, *self._cursor)
            else:
                frame(painter, plot.grid.adjusted(-3, -3, 3, 3), self._theme.accent, 2)
        down, across = plot.pooling
        if (down, across) != (1, 1):
            note = self.tr("Each pixel shows the largest of %n number(s), sign and all.", "", down * across)
            foot = QRectF(plot.grid.left(), plot.grid.bottom() + 3, plot.grid.width(), self._foot())
            draw_text(painter, foot, note, font(self._theme, "caption"), self._theme.ink3,
                      Qt.AlignmentFlag.AlignLeft)

    def _paint_question(self, painter: QPainter) -> None:
        assert self._plot is not None
        theme, grid = self._theme, self._plot.grid
        words = self.tr("Predict first, then reveal")
        width = metrics(theme, "body").horizontalAdvance(words) + theme.px(48)
        height = metrics(theme, "value").height() + metrics(theme, "body").height() + theme.px(28)
        if width > grid.width() - 8 or height > grid.height() - 8:
            draw_text(painter, grid, "?", font(theme, "value"), theme.accentink)
            return
        card = QRectF(0, 0, round(width), round(height))
        card.moveCenter(QPointF(round(grid.center().x()), round(grid.center().y())))
        frame(painter, card, theme.accent, 1.5, theme.px(4), theme.pane)
        upper = QRectF(card.left(), card.top() + theme.px(8), card.width(), metrics(theme, "value").height())
        lower = QRectF(card.left(), upper.bottom() + theme.px(6), card.width(),
                       metrics(theme, "body").height())
        draw_text(painter, upper, "?", font(theme, "value"), theme.accentink)
        draw_text(painter, lower, words, font(theme, "body"), theme.accentink)

    def _paint_empty(self, painter: QPainter) -> None:
        # A ghost of the grid to come: no pane is ever blank.
        side, theme = round(self._theme.px(20)), self._theme
        count = max(2, min(5, (min(self.width(), self.height()) - 8) // side))
        left, top = (self.width() - count * side) // 2, (self.height() - count * side) // 2
        painter.setPen(QPen(theme.line, 1, Qt.PenStyle.DotLine))
        for line in range(count + 1):
            painter.drawLine(left, top + line * side, left + count * side, top + line * side)
            painter.drawLine(left + line * side, top, left + line * side, top + count * side)

    # Pointer and keys ---------------------------------------------------------------------------------------

    def _repaint(self, *cells: Cell | None) -> None:
        for cell in cells:
            if cell is not None and self._plot is not None:
                self.update(self._plot.overlay_rect(*cell).toAlignedRect())

    def _set_hover(self, cell: Cell | None) -> None:
        if cell == self._hover:
            return
        old, self._hover = self._hover, cell
        self._repaint(old, cell)
        self.hovered.emit(*(cell or _NOWHERE))

    def _cell_at(self, point: QPointF) -> Cell | None:
        return None if self._plot is None or self._veiled else self._plot.cell_at(point)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._set_hover(self._cell_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self._set_hover(None)
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self._cell_at(event.position())
        if event.button() != Qt.MouseButton.LeftButton or cell is None:
            event.ignore()
            return
        old, self._cursor = self._cursor, cell
        self._repaint(old, cell)
        self.clicked.emit(*cell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        plain = not event.modifiers() & (Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier)
        if self._plot is None or self._veiled or not plain:
            event.ignore()
        elif key in _MOVES:
            self._move(_MOVES[key], bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._cursor is not None:
            self.clicked.emit(*self._cursor)
        else:
            event.ignore()

    def _move(self, step: Cell, to_edge: bool) -> None:
        assert self._plot is not None
        old, shape = self._cursor, self._plot.data.shape
        if old is None:
            start = self._pinned or (0, 0)
            self._cursor = min(start[0], shape[0] - 1), min(start[1], shape[1] - 1)
            self.update()
        else:
            reach = max(shape) if to_edge else 1
            row, col = (max(0, min(size - 1, place + way * reach))
                        for place, way, size in zip(old, step, shape, strict=True))
            self._cursor = row, col
            self._repaint(old, self._cursor)
        if self._cursor != old:
            self.hovered.emit(*self._cursor)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()
        if self._cursor is not None and self._hover is None:
            self.hovered.emit(*_NOWHERE)
        super().focusOutEvent(event)
