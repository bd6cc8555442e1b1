"""The table twin of a heat map: the same numbers with named headers, for reading, for keys and for screen readers."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QSignalBlocker,
    Qt,
    Signal,
)
from PySide6.QtGui import QBrush, QColor, QFont, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from tutor.views import numbers
from tutor.views.heatdata import Map
from tutor.views.keys import prints
from tutor.views.paint import visible
from tutor.views.theme import Theme, font, metrics

_Index = QModelIndex | QPersistentModelIndex
_Lit = int | range | tuple[int, ...] | None
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def header(data: Map, section: int, across: bool) -> str:
    """The name of a column or row: its token and number, or its number."""
    labels = data.col_labels if across else data.row_labels
    if labels is None or not labels[section]:
        return str(section)
    return f"{visible(labels[section])} {section}"


def _within(lit: _Lit, at: int) -> bool:
    return lit is not None and (at == lit if isinstance(lit, int) else at in lit)


class MapModel(QAbstractTableModel):
    """A matrix as a table. Reads the array cell by cell, so any size opens at once."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._data: Map | None = None
        self._form = "fixed4"
        self._lit: tuple[_Lit, _Lit] = (None, None)
        self._ground, self._bold = QBrush(), QFont()

    def set_map(self, data: Map | None) -> None:
        self.beginResetModel()
        self._data = data
        self.endResetModel()

    def map(self) -> Map | None:
        return self._data

    def set_form(self, form: str) -> None:
        """How numbers are written, one of `numbers.FORMATS`."""
        self._form = form
        self._changed()

    def form(self) -> str:
        return self._form

    def set_lit(self, rows: _Lit, columns: _Lit, ground: QColor, bold: QFont) -> None:
        """Rows and columns that are followed or pointed at."""
        if (rows, columns) != self._lit or ground != self._ground.color():
            self._lit, self._ground, self._bold = (rows, columns), QBrush(ground), bold
            self._changed()

    def _changed(self) -> None:
        if self._data is not None and self._data.values.size:
            last = self.index(self._data.shape[0] - 1, self._data.shape[1] - 1)
            self.dataChanged.emit(self.index(0, 0), last)
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, self._data.shape[1] - 1)
            self.headerDataChanged.emit(Qt.Orientation.Vertical, 0, self._data.shape[0] - 1)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() or self._data is None else self._data.shape[0]

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() or self._data is None else self._data.shape[1]

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        # A table asks for seven roles of every cell: those that say nothing are answered first.
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(index.row(), index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT
        if role == Qt.ItemDataRole.BackgroundRole:
            return self._ground if _within(self._lit[0], index.row()) else None
        if self._data is None:
            return None
        if role == Qt.ItemDataRole.ToolTipRole:
            return numbers.exact(self._data.at(index.row(), index.column()))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            names = header(self._data, index.row(), False), header(self._data, index.column(), True)
            return f"{self._text(index.row(), index.column())}, {names[0]}, {names[1]}"
        return None

    def _text(self, row: int, column: int) -> str:
        if self._data is None:
            return ""
        value = self._data.at(row, column)
        return numbers.minus(str(int(value))) if self._data.whole else numbers.formatted(value, self._form)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if self._data is None:
            return None
        across = orientation == Qt.Orientation.Horizontal
        lit = _within(self._lit[across], section)
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{'▸ ' if lit else ''}{header(self._data, section, across)}"
        if role == Qt.ItemDataRole.FontRole and lit:
            return self._bold
        return None


class TableTwin(QTableView):
    """A matrix as a table, of any size.

    Signals:
        cellChosen(int, int)  a cell became current by click or keys
    """

    cellChosen = Signal(int, int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lit: tuple[_Lit, _Lit] = (None, None)
        self._model = MapModel(self)
        self.setModel(self._model)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        for head in (self.horizontalHeader(), self.verticalHeader()):
            head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            head.setHighlightSections(True)
            # Sizes come from the format, never from looking at cells.
            head.setResizeContentsPrecision(0)
            head.setDefaultAlignment(_RIGHT)
        self.set_theme(theme)
        self.retranslate()

    def set_map(self, data: Map | None, title: str = "") -> None:
        """Show another matrix. What is selected stays so where it has as many rows and columns."""
        before, now = self._model.map(), self.currentIndex()
        current = now.row(), now.column()
        ranges = self.selectionModel().selection()  # a list, which its stub does not say
        kept = [(one.top(), one.left(), one.bottom(), one.right()) for one in ranges]  # type: ignore[attr-defined]
        with QSignalBlocker(self):
            self._model.set_map(data)
            if before is not None and data is not None and before.shape == data.shape and now.isValid() and kept:
                model, none = self._model, QItemSelectionModel.SelectionFlag.NoUpdate
                self.selectionModel().setCurrentIndex(model.index(*current), none)
                for top, left, bottom, right in kept:
                    span = QItemSelection(model.index(top, left), model.index(bottom, right))
                    self.selectionModel().select(span, QItemSelectionModel.SelectionFlag.Select)
        self.setAccessibleDescription(title)
        self._size()

    def map(self) -> Map | None:
        return self._model.map()

    def set_form(self, form: str) -> None:
        """How numbers are written."""
        self._model.set_form(form)
        self._size()

    def form(self) -> str:
        return self._model.form()

    def set_pinned(self, cell: tuple[int, int] | None) -> None:
        """Make the pinned cell the current one, without saying so. A selection that begins there stays."""
        with QSignalBlocker(self):
            if cell is None:
                self.clearSelection()
            elif self._model.hasIndex(*cell) and (self.currentIndex().row(), self.currentIndex().column()) != cell:
                self.setCurrentIndex(self._model.index(*cell))

    def set_lit(self, rows: _Lit, columns: _Lit) -> None:
        """Rows and columns that are followed, or that the pinned cell has to do with."""
        self._lit = rows, columns
        self._model.set_lit(rows, columns, self._theme.accentbg, font(self._theme, "caption", True))

    def selected(self) -> tuple[slice, slice]:
        """The cells that are selected; the whole table where none is."""
        ranges = self.selectionModel().selection()
        if ranges.isEmpty():
            return slice(0, self._model.rowCount()), slice(0, self._model.columnCount())
        one = ranges.first()
        return slice(one.top(), one.bottom() + 1), slice(one.left(), one.right() + 1)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.setFont(font(theme, "dense"))
        for head in (self.horizontalHeader(), self.verticalHeader()):
            head.setFont(font(theme, "caption"))
        self._size()
        self.set_lit(*self._lit)

    def _size(self) -> None:
        """One width for all columns: what the format may need for the largest number."""
        theme, data = self._theme, self._model.map()
        measure, heads = metrics(theme, "dense"), metrics(theme, "caption", True)
        reach = data.reach if data is not None else 1.0
        many = len(str(int(reach))) + 1 if data is not None and data.whole else numbers.width(
            self._model.form(), reach, data is not None and data.values.dtype.itemsize > 4
        )  # fmt: skip
        wide = max(measure.horizontalAdvance("0") * many, heads.horizontalAdvance("0000000"))
        self.horizontalHeader().setDefaultSectionSize(round(wide + theme.px(12)))
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
