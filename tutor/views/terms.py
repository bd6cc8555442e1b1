"""The terms of a sum as a table: the largest first and the rest summed, or all in order. Its numbers are links."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QBrush, QFont, QResizeEvent
from PySide6.QtWidgets import QWidget

from tutor.engine.working import Column, Link
from tutor.views import numbers
from tutor.views.linktable import LINK, LinkTable
from tutor.views.theme import Theme, font, metrics

_Index = QModelIndex | QPersistentModelIndex
# How many terms are shown by size, as long as nobody asks for more; the others are summed in one row.
LARGEST = 6


class TermsModel(QAbstractTableModel):
    """The terms of a sum, by size or in order, and their sum. Reads the arrays; copies nothing.

    By size the largest are shown and the rest is summed, until `show_all`. The rows after the terms are that rest,
    where there is one, and the sum, where one of the columns has one that says something.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._headers: tuple[str, ...] = ()
        self._columns: tuple[np.ndarray, ...] = ()
        self._labels: Sequence[str] | None = None
        self._cells: tuple[Column | None, ...] = ()
        self._adds: tuple[bool, ...] = ()
        self._own: int | None = None
        self._most: list[float] = []
        self._decimals: list[int] = []
        self._fewer = 0
        self._largest = LARGEST
        self._inks: tuple[QBrush | None, ...] = ()
        self._order = np.zeros(0, int)
        self._rest = np.zeros(0, int)
        self._by_size = True
        self._all = False
        self._bold, self._own_ink = QFont(), QBrush()

    def set_terms(
        self, headers: Sequence[str], columns: Sequence[np.ndarray], labels: Sequence[str] | None,
        cells: Sequence[Column | None] = (), adds: Sequence[bool] = (), own: int | None = None,
    ) -> None:  # fmt: skip
        """`cells` says of each column where its numbers stand, `adds` whether its sum is shown; `own` is the row of
        the cell that is worked out."""
        self.beginResetModel()
        self._headers, self._columns, self._labels = tuple(headers), tuple(columns), labels
        self._cells, self._adds, self._own = tuple(cells), tuple(adds), own
        self._all = False
        self._measure()
        self._sort()
        self.endResetModel()

    def set_by_size(self, by_size: bool) -> None:
        self.beginResetModel()
        self._by_size, self._all = by_size, False
        self._sort()
        self.endResetModel()

    def set_largest(self, count: int) -> None:
        """How many terms are shown by size."""
        if count != self._largest:
            self.beginResetModel()
            self._largest = count
            self._sort()
            self.endResetModel()

    def show_all(self) -> None:
        """Every term, by size."""
        self.beginResetModel()
        self._all = True
        self._sort()
        self.endResetModel()

    def set_bold(self, bold: QFont) -> None:
        """The font of the last column, which is the one that is summed."""
        self._bold = bold

    def set_look(self, inks: Sequence[QBrush | None], own: QBrush) -> None:
        """The colour of each column, and that of the row of the cell itself."""
        self._inks, self._own_ink = tuple(inks), own

    def _sort(self) -> None:
        count = len(self._columns[0]) if self._columns else 0
        self._rest = np.zeros(0, int)
        if not (self._by_size and count):
            self._order = np.arange(count)
            return
        size = np.abs(np.nan_to_num(self._columns[-1], nan=np.inf))
        # A rest of one would take the row that the term itself could have.
        most = count if self._all or count <= self._largest + 2 else self._largest
        if most < count:
            # The largest of many without sorting them all; among equals the first.
            least = np.partition(size, count - most)[count - most]
            above = np.flatnonzero(size > least)
            chosen = np.concatenate([above, np.flatnonzero(size == least)[: most - len(above)]])
            if self._own is not None and self._own not in chosen:
                chosen = np.append(chosen, self._own)
            keep = np.ones(count, bool)
            keep[chosen] = False
            self._rest = np.flatnonzero(keep)
            chosen = np.sort(chosen)
            self._order = chosen[np.argsort(-size[chosen], kind="stable")]
        else:
            self._order = np.argsort(-size, kind="stable")

    # What the rows are --------------------------------------------------------------------------------------

    def shown(self) -> int:
        """How many terms are shown by size, the cell's own among them."""
        return self._largest + 1

    def terms(self) -> int:
        """How many rows are terms."""
        return len(self._order)

    def row_of(self, row: int) -> int:
        """The term's own number behind a row of the table; −1 for the rest and the sum."""
        return int(self._order[row]) if row < len(self._order) else -1

    def place_of(self, term: int) -> int:
        """The row in which a term is shown, −1 where it is in the rest."""
        found = np.flatnonzero(self._order == term)
        return int(found[0]) if len(found) else -1

    def is_rest(self, row: int) -> bool:
        return row == len(self._order) and len(self._rest) > 0

    def link(self, row: int, column: int) -> Link | None:
        """Where the number in a column stands; for a term's label, the first such number of its row."""
        at = self.row_of(row)
        if at < 0:
            return None
        if column == 0:
            return next((one.link(at) for one in self._cells if one is not None), None)
        cell = self._cells[column - 1] if column <= len(self._cells) else None
        return cell.link(at) if cell is not None else None

    def header(self, column: int) -> str:
        return self._headers[column]

    def blanks(self) -> int:
        """How many columns come before the first that is summed, the labels among them."""
        return 1 + next((at for at, adds in enumerate(self._adds) if adds), 0)

    # Qt's questions -----------------------------------------------------------------------------------------

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._order) + (len(self._rest) > 0) + (any(self._adds) and self._any())

    def _any(self) -> bool:
        return len(self._order) > 0

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._headers) + 1

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row, column = index.row(), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, column)
        if role == LINK:
            return self.link(row, column) if column else None
        if role == Qt.ItemDataRole.FontRole and (column == len(self._columns) or row > len(self._order)):
            return self._bold
        if role == Qt.ItemDataRole.ForegroundRole and column and row < len(self._order):
            return self._inks[column - 1] if column <= len(self._inks) else None
        if role == Qt.ItemDataRole.BackgroundRole and self._own is not None and self.row_of(row) == self._own:
            return self._own_ink
        if role == Qt.ItemDataRole.ToolTipRole:
            found = self.link(row, column)
            return found.text() if found is not None and column else self._text(row, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def _text(self, row: int, column: int) -> str:
        at = self.row_of(row)
        if at >= 0:
            if column == 0:
                return self._labels[at] if self._labels is not None else str(at)
            return self.number(column - 1, float(self._columns[column - 1][at]))
        if column == 0:
            if not self.is_rest(row):
                return self.tr("Sum")
            return self.tr("%n other(s), Σ", "", len(self._rest))
        if not self._adds or not self._adds[column - 1]:
            return ""
        values = self._columns[column - 1]
        return self.number(column - 1, float(values[self._rest].sum() if self.is_rest(row) else values.sum()))

    def number(self, column: int, value: float) -> str:
        """A number of a column as it is written: one width for all, fewer decimals where they are large."""
        return numbers.fixed(value, max(0, self._decimals[column] - self._fewer))

    def set_fewer(self, fewer: int) -> None:
        """So many decimals fewer than usual, where there is no room for all."""
        if fewer != self._fewer:
            self._fewer = fewer
            last = self.index(self.rowCount() - 1, self.columnCount() - 1)
            self.dataChanged.emit(self.index(0, 0), last, [Qt.ItemDataRole.DisplayRole])

    def widest(self, column: int) -> list[str]:
        """Texts none of which a column's numbers exceed."""
        return [self.number(column, sign * self._most[column]) for sign in (1, -1)]

    def _measure(self) -> None:
        """How large the numbers of each column get, their sum among them, and so how many decimals they have."""
        self._most, self._decimals = [], []
        base = 4 if len(self._columns) < 4 else 3
        for at, values in enumerate(self._columns):
            finite = values[np.isfinite(values)]
            most = float(np.abs(finite).max(initial=0.0))
            if at < len(self._adds) and self._adds[at]:
                most = max(most, abs(float(finite.sum())))
            digits = len(str(int(most)))
            self._most.append(most)
            self._decimals.append(max(0, base - max(0, digits - 2)))

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.ToolTipRole and section:
                return self._headers[section - 1]
            if role == Qt.ItemDataRole.DisplayRole:
                return self._headers[section - 1] if section else self.tr("term")
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignLeft if section == 0 else Qt.AlignmentFlag.AlignRight
        return None


class TermsTable(LinkTable):
    """The table of terms: as wide as its pane, numbers never cut, a few rows high."""

    def __init__(self, theme: Theme, model: TermsModel, parent: QWidget | None = None) -> None:
        super().__init__(theme, model, parent)
        self._terms = model
        self.horizontalHeader().setMinimumSectionSize(20)
        self.horizontalHeader().setTextElideMode(Qt.TextElideMode.ElideRight)

    def set_roles(self, roles: Sequence[str]) -> None:
        """Whose colour each column has."""
        theme = self._theme
        inks = [QBrush(theme.role(role)) if role else None for role in roles]
        self._terms.set_look(inks, QBrush(theme.accentbg))

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.fit()

    def fit(self) -> None:
        """Height for the rows there are, up to nine; the width goes to the numbers first."""
        self.horizontalHeader().setFont(font(self._theme, "caption"))
        high = self._theme.height("table_row")
        self.verticalHeader().setDefaultSectionSize(high)
        rows = min(self._terms.rowCount(), max(9, self._terms.shown() + 2))
        self.setFixedHeight(rows * high + self.horizontalHeader().sizeHint().height() + 2)
        self._share()
        # The rest and the sum have their words where no sum stands.
        self.clearSpans()
        for row in range(self._terms.terms(), self._terms.rowCount()):
            if self._terms.blanks() > 1:
                self.setSpan(row, 0, 1, self._terms.blanks())

    def _share(self) -> None:
        """The widths. Where the numbers need more than there is, the type gets smaller, then the decimals fewer."""
        columns = self._terms.columnCount()
        if columns < 2:
            return
        theme, room = self._theme, self.viewport().width()
        label = round(theme.px(36))
        ways = [(role, fewer) for fewer in (0, 1, 2) for role in ("dense", "caption", "ids")]
        for role, fewer in ways if columns <= 4 else ways[1:]:
            self._terms.set_fewer(fewer)
            need = self._needed(role, columns)
            if sum(need) + label <= room:
                break
        self.setFont(font(theme, role))
        self._terms.set_bold(font(theme, role, True))
        heads, pad = metrics(theme, "caption"), theme.px(10)
        spare = room - sum(need) - round(theme.px(72))
        for at in range(columns - 1):
            # A header is read whole where there is room for it.
            head = math.ceil(heads.horizontalAdvance(self._terms.header(at)) + pad)
            more = min(max(0, head - need[at]), max(0, spare))
            need[at] += more
            spare -= more
        self.setColumnWidth(0, max(room - sum(need), label))
        for at, wide in enumerate(need):
            self.setColumnWidth(at + 1, wide)

    def _needed(self, role: str, columns: int) -> list[int]:
        """How wide the numbers of each column are."""
        measure, pad = metrics(self._theme, role, True), self._theme.px(10)
        return [
            math.ceil(max(map(measure.horizontalAdvance, self._terms.widest(at))) + pad) for at in range(columns - 1)
        ]

    def activate(self, row: int, column: int) -> None:
        if self._terms.is_rest(row):
            self._terms.show_all()
            self.fit()
            self.setCurrentIndex(self._terms.index(row, max(column, 0)))
        else:
            super().activate(row, column)

    def pressed_plain(self, row: int, column: int) -> None:
        if self._terms.is_rest(row):
            self.activate(row, column)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share()
