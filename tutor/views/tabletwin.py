"""The table twin of a heat map: the same numbers with named headers, for reading, for keys and for screen readers."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QPersistentModelIndex, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from tutor.views import numbers
from tutor.views.heatdata import Map
from tutor.views.keys import prints
from tutor.views.paint import visible
from tutor.views.theme import Theme, font, metrics

_Index = QModelIndex | QPersistentModelIndex


class MapModel(QAbstractTableModel):
    """A matrix as a table. Reads the array cell by cell, so any size opens at once."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._data: Map | None = None

    def set_map(self, data: Map | None) -> None:
        self.beginResetModel()
        self._data = data
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() or self._data is None else self._data.shape[0]

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() or self._data is None else self._data.shape[1]

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if self._data is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            value = float(self._data.at(index.row(), index.column()))
            return numbers.minus(str(int(value))) if self._data.whole else numbers.fixed(value, 4)
        if role == Qt.ItemDataRole.ToolTipRole:
            return numbers.exact(float(self._data.at(index.row(), index.column())))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role != Qt.ItemDataRole.DisplayRole or self._data is None:
            return None
        labels = self._data.col_labels if orientation == Qt.Orientation.Horizontal else self._data.row_labels
        if labels is None or not labels[section]:
            return str(section)
        return f"{visible(labels[section])} {section}"


class TableTwin(QTableView):
    """The result of a step as a table.

    Signals:
        cellChosen(int, int)  a cell became current by click or keys
    """

    cellChosen = Signal(int, int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = MapModel(self)
        self.setModel(self._model)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.setHighlightSections(True)
        self.set_theme(theme)
        self.retranslate()

    def set_map(self, data: Map | None, title: str = "") -> None:
        """Show another matrix."""
        with QSignalBlocker(self):
            self._model.set_map(data)
        self.setAccessibleDescription(title)

    def set_pinned(self, cell: tuple[int, int] | None) -> None:
        """Make the pinned cell the current one, without saying so."""
        with QSignalBlocker(self):
            if cell is None:
                self.clearSelection()
            elif self._model.hasIndex(*cell):
                self.setCurrentIndex(self._model.index(*cell))

    def set_theme(self, theme: Theme) -> None:
        measure = metrics(theme, "dense")
        self.setFont(font(theme, "dense"))
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setFont(font(theme, "caption"))
        self.horizontalHeader().setDefaultSectionSize(round(measure.horizontalAdvance("−0000.0000") + theme.px(12)))
        self.verticalHeader().setDefaultSectionSize(theme.height("table_row"))
        self.verticalHeader().setFixedWidth(round(measure.averageCharWidth() * 16))

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Values"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if prints(event):  # letters are the window's commands, not a search
            event.ignore()
        else:
            super().keyPressEvent(event)

    def currentChanged(self, current: _Index, previous: _Index) -> None:
        super().currentChanged(current, previous)
        if current.isValid() and not self.signalsBlocked():
            self.cellChosen.emit(current.row(), current.column())
