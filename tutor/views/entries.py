"""Lines of a working as a table of two columns: what it is and its number, or where a number goes."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QBrush, QResizeEvent
from PySide6.QtWidgets import QWidget

from tutor.engine.working import Link
from tutor.views.explanation import Entry
from tutor.views.linktable import LINK, LinkTable
from tutor.views.theme import Theme, font, metrics

_Index = QModelIndex | QPersistentModelIndex
#: Rows that are shown at once; more scroll.
ROWS = 8


class EntriesModel(QAbstractTableModel):
    """Entries, one a row. The label is the link."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: tuple[Entry, ...] = ()
        self._theme: Theme | None = None

    def set_entries(self, entries: Sequence[Entry]) -> None:
        self.beginResetModel()
        self._entries = tuple(entries)
        self.endResetModel()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme

    def entries(self) -> tuple[Entry, ...]:
        return self._entries

    def link(self, row: int) -> Link | None:
        return self._entries[row].link

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._entries)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 2

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        entry = self._entries[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.value if index.column() else entry.label
        if role == LINK:
            return entry.link if index.column() == 0 else None
        if role == Qt.ItemDataRole.ToolTipRole:
            return entry.link.text() if entry.link is not None else entry.label
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if index.column() else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole and self._theme is not None:
            if entry.link is None or index.column():
                return QBrush(self._theme.ink2 if index.column() == 0 else self._theme.ink)
            return QBrush(self._theme.role(entry.role) if entry.role else self._theme.accentink)
        return None


class EntriesTable(LinkTable):
    """Those lines: as wide as the pane, numbers never cut."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self.model_ = EntriesModel()
        super().__init__(theme, self.model_, parent)
        self.model_.setParent(self)
        self.horizontalHeader().hide()
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)

    def set_entries(self, entries: Sequence[Entry]) -> None:
        self.model_.set_entries(entries)
        self.fit()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.model_.set_theme(theme)
        self.fit()

    def fit(self) -> None:
        """Height for the rows there are, up to a few."""
        theme = self._theme
        self.setFont(font(theme, "dense"))
        high = theme.height("table_row")
        self.verticalHeader().setDefaultSectionSize(high)
        self.setFixedHeight(min(self.model_.rowCount(), ROWS) * high + 2)
        self._share()

    def _share(self) -> None:
        measure = metrics(self._theme, "dense")
        widest = max((measure.horizontalAdvance(one.value) for one in self.model_.entries()), default=0.0)
        second = min(math.ceil(widest + self._theme.px(12)), self.viewport().width() * 2 // 3)
        self.setColumnWidth(1, second)
        self.setColumnWidth(0, max(self.viewport().width() - second, 20))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share()
