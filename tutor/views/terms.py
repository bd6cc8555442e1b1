"""The terms of a sum as a table: by size or in order, as wide as its pane."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from tutor.views import numbers
from tutor.views.keys import prints
from tutor.views.theme import Theme, font, metrics

_Index = QModelIndex | QPersistentModelIndex


class TermsModel(QAbstractTableModel):
    """The terms of a sum, by size or in order. Reads the arrays; copies nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._headers: tuple[str, ...] = ()
        self._columns: tuple[np.ndarray, ...] = ()
        self._labels: Sequence[str] | None = None
        self._order = np.zeros(0, int)
        self._by_size = True
        self._bold = QFont()

    def set_terms(self, headers: Sequence[str], columns: Sequence[np.ndarray], labels: Sequence[str] | None) -> None:
        self.beginResetModel()
        self._headers, self._columns, self._labels = tuple(headers), tuple(columns), labels
        self._sort()
        self.endResetModel()

    def set_by_size(self, by_size: bool) -> None:
        self.beginResetModel()
        self._by_size = by_size
        self._sort()
        self.endResetModel()

    def set_bold(self, bold: QFont) -> None:
        """The font of the last column, which is the one that is summed."""
        self._bold = bold

    def _sort(self) -> None:
        count = len(self._columns[0]) if self._columns else 0
        if self._by_size and count:
            size = np.abs(np.nan_to_num(self._columns[-1], nan=np.inf))
            self._order = np.argsort(-size, kind="stable")
        else:
            self._order = np.arange(count)

    def row_of(self, row: int) -> int:
        """The term's own number behind a row of the table."""
        return int(self._order[row])

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._order)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._headers) + 1

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.DisplayRole:
            at = self.row_of(index.row())
            if index.column() == 0:
                return self._labels[at] if self._labels is not None else str(at)
            return numbers.fixed(float(self._columns[index.column() - 1][at]), 4 if len(self._columns) < 4 else 3)
        if role == Qt.ItemDataRole.FontRole and index.column() == len(self._columns):
            return self._bold
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if index.column() == 0 else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.ToolTipRole and section:
                return self._headers[section - 1]
            if role == Qt.ItemDataRole.DisplayRole:
                return self._headers[section - 1] if section else self.tr("term")
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignLeft if section == 0 else Qt.AlignmentFlag.AlignRight
        return None


class TermsTable(QTableView):
    """The table of terms: as wide as its pane, numbers never cut, a few rows high."""

    def __init__(self, theme: Theme, model: TermsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._terms = model
        self.setModel(model)
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.horizontalHeader().setMinimumSectionSize(20)
        self.horizontalHeader().setTextElideMode(Qt.TextElideMode.ElideRight)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.fit()

    def fit(self) -> None:
        """Height for the rows there are, up to eight; the width goes to the numbers first."""
        columns, theme = self._terms.columnCount(), self._theme
        role = "caption" if columns > 4 else "dense"
        self.setFont(font(theme, role))
        self._terms.set_bold(font(theme, role, True))
        self.horizontalHeader().setFont(font(theme, "caption"))
        high = theme.height("table_row")
        self.verticalHeader().setDefaultSectionSize(high)
        rows = min(self._terms.rowCount(), 8)
        self.setFixedHeight(rows * high + self.horizontalHeader().sizeHint().height() + 2)
        self._share(role, columns)

    def _share(self, role: str, columns: int) -> None:
        if columns < 2:
            return
        need = metrics(self._theme, role, True).horizontalAdvance("−00.0000" if columns <= 4 else "−0.000")
        number = math.ceil(need + self._theme.px(10))
        label = max(self.viewport().width() - number * (columns - 1), round(self._theme.px(36)))
        self.setColumnWidth(0, label)
        for column in range(1, columns):
            self.setColumnWidth(column, number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if prints(event):  # letters are the window's commands, not a search
            event.ignore()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        columns = self._terms.columnCount()
        self._share("caption" if columns > 4 else "dense", columns)
