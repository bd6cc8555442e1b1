"""The logit lens as a table: a row for each layer, a column for each token, in each cell what would be predicted."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRectF, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)  # fmt: skip

from tutor.engine.records import dataclass
from tutor.views import numbers
from tutor.views.keys import prints
from tutor.views.paint import draw_text, draw_token, frame, visible
from tutor.views.theme import Theme, font, lut, metrics, text_on

_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, eq=False)
class LensRow:
    """One layer: its title, and for each position the likeliest token and its probability; None while that is being
    worked out. current: the residual on screen."""

    title: str
    tokens: Sequence[str] | None
    shares: np.ndarray | None
    current: bool = False


class LensModel(QAbstractTableModel):
    """Layers by positions."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[LensRow, ...] = ()
        self.columns: tuple[str, ...] = ()

    def set_rows(self, rows: Sequence[LensRow], columns: Sequence[str]) -> None:
        same = len(rows) == len(self.rows) and tuple(columns) == self.columns
        if same:  # the place that is scrolled to stays
            self.rows = tuple(rows)
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(columns) - 1))
            self.headerDataChanged.emit(Qt.Orientation.Vertical, 0, len(rows) - 1)
            return
        self.beginResetModel()
        self.rows, self.columns = tuple(rows), tuple(columns)
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.rows[index.row()]
        if row.tokens is None or row.shares is None:
            return "…" if role == Qt.ItemDataRole.DisplayRole else None
        token, share = row.tokens[index.column()], float(row.shares[index.column()])
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{token} {numbers.share(share)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{token}  {numbers.exact(np.float32(share))}"
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.DisplayRole:
            if orientation == Qt.Orientation.Vertical:
                row = self.rows[section]
                return f"▶ {row.title}" if row.current else row.title
            return visible(self.columns[section])
        if role == Qt.ItemDataRole.ToolTipRole and orientation == Qt.Orientation.Vertical:
            return self.rows[section].title
        return None


class _Painter(QStyledItemDelegate):
    """A cell: the token over its probability, on the colour of the probability."""

    def __init__(self, table: LensTable) -> None:
        super().__init__(table)
        self._table = table

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        table, theme = self._table, self._table.look
        rect = QRectF(option.rect)  # type: ignore[attr-defined]
        row, column = table.model_.rows[index.row()], index.column()
        chosen = column == table.chosen
        if row.tokens is None or row.shares is None:
            draw_text(painter, rect, "…", font(theme, "dense"), theme.ink3)
        else:
            share = float(row.shares[column])
            shade = min(max(share, 0.0), 1.0) if math.isfinite(share) else 0.0
            colour = lut(theme, "prob")[round(255 * shade)]
            cell = rect.adjusted(0, 0, -1, -1)
            painter.fillRect(cell, QColor(*(int(part) for part in colour)))
            ink = text_on(*(int(part) for part in colour))
            token = row.tokens[column]
            token = " " + token[1:] if token.startswith("·") and len(token) > 1 else token
            half = QRectF(cell.left() + 3, cell.top() + 1, cell.width() - 6, cell.height() / 2)
            bold = True if chosen and row.current else None
            draw_token(painter, half, token, font(theme, "dense", bold), ink, ink)
            below = half.translated(0, half.height() - 1)
            draw_text(painter, below, numbers.compact(share, 3, prob=True), font(theme, "ids"), ink)
        if chosen:  # the column of the position that is looked at
            for edge in (rect.left(), rect.right() - theme.px(2)):
                painter.fillRect(QRectF(edge, rect.top(), theme.px(2), rect.height()), theme.accent)
        if chosen and row.current:
            frame(painter, rect.adjusted(0, 0, -1, -1), theme.halo, 4)
            frame(painter, rect.adjusted(1, 1, -2, -2), theme.ring, 2)
        elif index.row() == table.currentIndex().row() and column == table.currentIndex().column() and table.hasFocus():
            frame(painter, rect.adjusted(0, 0, -1, -1), theme.accent, 2)


class LensTable(QTableView):
    """Layers down, tokens across. A click or Enter goes there.

    Signals:
        cellChosen(int, int)  a layer's row and a position
    """

    cellChosen = Signal(int, int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.look, self.chosen = theme, -1
        self.model_ = LensModel(self)
        self.setModel(self.model_)
        self.setItemDelegate(_Painter(self))
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.setSectionsClickable(False)
            header.setHighlightSections(False)
        self.set_theme(theme)

    def set_rows(self, rows: Sequence[LensRow], columns: Sequence[str], chosen: int) -> None:
        """Show the layers there are; `chosen` is the position that is looked at."""
        moved = chosen != self.chosen or tuple(columns) != self.model_.columns or len(rows) != len(self.model_.rows)
        self.chosen = chosen
        with QSignalBlocker(self):
            self.model_.set_rows(rows, columns)
        self._fit()
        if moved:
            self._follow()
        self.viewport().update()

    def _follow(self) -> None:
        """Bring the position that is looked at into view, with what comes before it."""
        wide = self.horizontalHeader().defaultSectionSize()
        bar = self.horizontalScrollBar()
        self.updateGeometries()
        bar.setValue(round((self.chosen + 1.5) * wide - self.viewport().width()))
        current = next((at for at, row in enumerate(self.model_.rows) if row.current), -1)
        if current >= 0:
            self.scrollTo(self.model_.index(current, max(self.chosen, 0)))

    def rows(self) -> tuple[LensRow, ...]:
        return self.model_.rows

    def set_theme(self, theme: Theme) -> None:
        self.look = theme
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setFont(font(theme, "caption"))
        colours = self.palette()
        for ground in (colours.ColorRole.Base, colours.ColorRole.Window):
            colours.setColor(ground, theme.pane)
        self.setPalette(colours)
        self._fit()

    def _fit(self) -> None:
        theme, rows = self.look, self.model_.rows
        high = round(metrics(theme, "dense").height() + metrics(theme, "ids").height() + theme.px(3))
        self.verticalHeader().setDefaultSectionSize(high)
        self.horizontalHeader().setDefaultSectionSize(round(theme.px(66)))
        widest = max((metrics(theme, "caption", True).horizontalAdvance(f"▶ {row.title}") for row in rows), default=0.0)
        self.verticalHeader().setFixedWidth(round(min(widest + theme.px(12), theme.px(120))))
        self.horizontalHeader().setFixedHeight(round(metrics(theme, "caption").height() + theme.px(6)))
        bar = self.horizontalScrollBar().sizeHint().height()
        shown = min(max(len(rows), 1), 13)
        self.setFixedHeight(round(shown * high + self.horizontalHeader().height() + bar + 2))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._follow()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index.isValid():
            self.cellChosen.emit(index.row(), index.column())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.cellChosen.emit(self.currentIndex().row(), self.currentIndex().column())
        elif prints(event) or event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            event.ignore()
        else:
            super().keyPressEvent(event)
