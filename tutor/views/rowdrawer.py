"""The pinned cell's whole row worked out below the maps: tokens or features as columns, the steps of it as rows."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QFont, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTableView,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from tutor.engine.figures import Row
from tutor.views import numbers
from tutor.views.theme import Theme, font, metrics

_Index = QModelIndex | QPersistentModelIndex


class RowModel(QAbstractTableModel):
    """A row worked out: one table row for each of its lines, one column for each cell, and a last one for the whole."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row: Row | None = None
        self._labels: Sequence[str] | None = None
        self._totals: tuple[str, ...] = ()
        self._own, self._hidden = QBrush(), QBrush()
        self._bold = QFont()
        self._ahead = False

    def set_row(self, row: Row | None, labels: Sequence[str] | None, totals: Sequence[str]) -> None:
        """`labels` name the cells; `totals` say what the last column holds of each line."""
        self.beginResetModel()
        self._row, self._labels, self._totals = row, labels, tuple(totals)
        self.endResetModel()

    def set_look(self, own: QColor, hidden: QColor, bold: QFont) -> None:
        self._own, self._hidden, self._bold = QBrush(own), QBrush(hidden), bold

    def set_ahead(self, ahead: bool) -> None:
        """Whether the names of the lines say what holds of the whole line too: where its column is out of sight."""
        if ahead != self._ahead:
            self._ahead = ahead
            self.headerDataChanged.emit(Qt.Orientation.Vertical, 0, max(0, self.rowCount() - 1))

    def total(self, line: int) -> str:
        """What holds of a whole line: `max 3.563`, "" for nothing."""
        one = self._row.lines[line] if self._row is not None else None
        if one is None or not one.total:
            return ""
        counted = one.total == "allowed"
        return f"{self._totals[line]} {int(one.value) if counted else numbers.fixed(one.value, 4)}"

    def label(self, line: int) -> str:
        assert self._row is not None
        label = self._row.lines[line].label
        return f"{label}   {self.total(line)}".rstrip() if self._ahead else label

    def row(self) -> Row | None:
        return self._row

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() or self._row is None else len(self._row.lines)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() or self._row is None else len(self._row.lines[-1].values) + 1

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self._row
        if row is None:
            return None
        line, at = row.lines[index.row()], index.column()
        whole = at == len(row.lines[-1].values)
        last = index.row() == len(row.lines) - 1
        if role == Qt.ItemDataRole.DisplayRole:
            if not whole:
                return numbers.fixed(float(line.values[at]), 4 if last else 3)
            return self.total(index.row())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.FontRole and (last or whole):
            return self._bold
        if role == Qt.ItemDataRole.BackgroundRole and not whole:
            if at == row.at:
                return self._own
            if np.isneginf(line.values[at]) or np.isneginf(row.lines[0].values[at]):
                return self._hidden
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self._row
        if row is None:
            return None
        if orientation == Qt.Orientation.Vertical:
            return self.label(section) if role == Qt.ItemDataRole.DisplayRole else None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            if section == len(row.lines[-1].values):
                return self.tr("row")
            return self._labels[section] if self._labels is not None else str(section)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None


class RowDrawer(QWidget):
    """Shown where there is such a row and the window is tall enough.

    Signals:
        chosen(int)  a cell of the row was clicked, or chosen with Enter
    """

    chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._tall = False
        self._place = ""
        self._title, self._where, self._check = QLabel(), QLabel(), QLabel()
        self._model = RowModel(self)
        self.table = QTableView()
        self.table.setModel(self._model)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.setWordWrap(False)
        self.table.setFrameShape(QTableView.Shape.NoFrame)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.table.horizontalHeader().setMinimumSectionSize(20)
        self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.table.verticalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.clicked.connect(self._chosen)
        self.table.activated.connect(self._chosen)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self._title)
        head.addWidget(self._where, 1)
        head.addWidget(self._check)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 6, 16, 4)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.table)
        self.hide()
        self.set_theme(theme)
        self.retranslate()

    # What is shown ------------------------------------------------------------------------------------------

    def set_row(self, row: Row | None, labels: Sequence[str] | None, place: str, totals: Sequence[str]) -> None:
        """A row with the names of its cells, and where it is in words."""
        self._place = place
        self._model.set_row(row, labels, totals)
        self._refresh()
        if row is not None:
            self._fit()
            self.table.scrollTo(self._model.index(0, row.at), QAbstractItemView.ScrollHint.PositionAtCenter)

    def row(self) -> Row | None:
        return self._model.row()

    def set_tall(self, tall: bool) -> None:
        """Whether there is room for it."""
        self._tall = tall
        self._refresh()

    def check(self) -> str:
        return self._check.text()

    def _refresh(self) -> None:
        row = self._model.row()
        self.setVisible(row is not None and self._tall)
        if row is None:
            return
        self._where.setText(self._place)
        count, good = len(row.agree), int(row.agree.sum())
        finite = row.differences[np.isfinite(row.differences)]
        most = float(finite.max(initial=0.0))
        if good == count:
            text = self.tr("✓ stored = recomputed in all %n cell(s) (largest Δ {most})", "", count)
        else:
            text = self.tr("✗ %n cell(s) differ (largest Δ {most})", "", count - good)
        self._check.setText(text.format(most="0" if most == 0 else numbers.minus(f"{most:.0e}".replace("e-0", "e-"))))
        colours = self._check.palette()
        colours.setColor(self._check.foregroundRole(), self._theme.ok if good == count else self._theme.err)
        self._check.setPalette(colours)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for label, role, ink in (
            (self._title, "header", theme.ink2), (self._where, "dense", theme.ink2), (self._check, "dense", theme.ok),
        ):  # fmt: skip
            label.setFont(font(theme, role))
            colours = label.palette()
            colours.setColor(label.foregroundRole(), ink)
            label.setPalette(colours)
        self.table.setFont(font(theme, "dense"))
        for header in (self.table.horizontalHeader(), self.table.verticalHeader()):
            header.setFont(font(theme, "caption"))
        self._model.set_look(theme.accentbg, theme.hatchbg, font(theme, "dense", True))
        colours = self.table.palette()
        for ground in (colours.ColorRole.Window, colours.ColorRole.Base):
            colours.setColor(ground, theme.pane)
        self.table.setPalette(colours)
        self._fit()
        self._refresh()

    def _fit(self) -> None:
        theme = self._theme
        high = theme.height("table_row")
        self.table.verticalHeader().setDefaultSectionSize(high)
        count = self._model.columnCount()
        if not count:
            return
        wide = math.ceil(metrics(theme, "dense", True).horizontalAdvance("−00.0000") + theme.px(8))
        total = math.ceil(metrics(theme, "dense", True).horizontalAdvance("mean x² −0.0000") + theme.px(10))
        self._model.set_ahead(False)
        room = self.width() - 34 - self._names()
        scrolls = wide * (count - 1) + total > room
        if scrolls:
            self._model.set_ahead(True)
        else:
            wide = max(wide, min((room - total) // max(1, count - 1), round(theme.px(76))))
        self.table.verticalHeader().setFixedWidth(self._names())
        self.table.horizontalHeader().setDefaultSectionSize(wide)
        self.table.setColumnWidth(count - 1, total)
        bar = self.table.horizontalScrollBar().sizeHint().height() if scrolls else 0
        self.table.horizontalHeader().setFixedHeight(high)
        table = (self._model.rowCount() + 1) * high + bar + 2
        self.table.setFixedHeight(table)
        # As high as it is from the first moment: the maps above get the rest.
        self.setFixedHeight(table + max(self._title.sizeHint().height(), self._check.sizeHint().height()) + 14)

    def _names(self) -> int:
        """Width of the names of the lines."""
        measure = metrics(self._theme, "caption")
        widest = max(measure.horizontalAdvance(self._model.label(at)) for at in range(self._model.rowCount()))
        return math.ceil(widest + self._theme.px(14))

    # Words and input ----------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        self._title.setText(self.tr("Row worked out"))
        self.table.setAccessibleName(self.tr("Row worked out"))
        self._refresh()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _chosen(self, index: _Index) -> None:
        row = self._model.row()
        if row is not None and index.column() < len(row.lines[-1].values):
            self.chosen.emit(index.column())
