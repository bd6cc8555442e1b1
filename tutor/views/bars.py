"""The step as bars: the largest entries of one row over the vocabulary, or one row of any other tensor by column."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSpinBox, QStackedWidget, QVBoxLayout, QWidget

from tutor.views.bartable import BarRow, BarTable
from tutor.views.columnbars import ColumnBars
from tutor.views.stagepane import Elided
from tutor.views.theme import Theme, font

_MOST = 200
DEFAULT_COUNT = 10


class _SearchBox(QLineEdit):
    """A box for a part of a token: Return pins what was found, Esc empties the box, Down leaves it."""

    left = Signal()

    def event(self, event: QEvent) -> bool:
        # While there is something to clear, Esc is this box's and not the window's.
        override = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        if override and event.key() == Qt.Key.Key_Escape and self.text():  # type: ignore[attr-defined]
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() == Qt.Key.Key_Down:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class BarsView(QWidget):
    """Bars of the chosen row.

    Signals:
        countChosen(int)   how many of the largest entries to show
        searched(str)      what to look for in the vocabulary, "" for nothing
        foundPinned()      Return in the search box
        entryChosen(int)   a vocabulary entry, by its id
        columnChosen(int)  a column of any other tensor
        hovered(int)       the column under the pointer, −1 for none
    """

    countChosen = Signal(int)
    searched = Signal(str)
    foundPinned = Signal()
    entryChosen = Signal(int)
    columnChosen = Signal(int)
    hovered = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._head, self._told = Elided(theme, "body", "ink"), Elided(theme, "dense", "ink2")
        self._count_label, self._count = QLabel(), QSpinBox()
        self._search = _SearchBox()
        self._table, self._columns = BarTable(theme, ids=True), ColumnBars(theme)
        self._words = Elided(theme, "body", "ink2")
        self._count.setRange(1, _MOST)
        self._count.setValue(DEFAULT_COUNT)
        self._count.setKeyboardTracking(False)
        self._search.setClearButtonEnabled(True)
        self._words.set_align(Qt.AlignmentFlag.AlignHCenter)
        self._stack = QStackedWidget()
        for view in (self._table, self._columns, self._words):
            self._stack.addWidget(view)
        self._tools = QWidget()
        tools = QHBoxLayout(self._tools)
        tools.setContentsMargins(0, 0, 0, 0)
        tools.setSpacing(8)
        for widget in (self._count_label, self._count, self._search):
            tools.addWidget(widget)
        self._count_label.setBuddy(self._count)
        top = QHBoxLayout()
        top.setContentsMargins(4, 2, 4, 2)
        top.addWidget(self._head, 1)
        top.addWidget(self._tools)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(top)
        column.addWidget(self._stack, 1)
        column.addWidget(self._told)
        self.setFocusProxy(self._table)
        self._count.valueChanged.connect(self.countChosen)
        self._search.textChanged.connect(self.searched)
        self._search.returnPressed.connect(self.foundPinned)
        self._search.left.connect(self._leave_search)
        self._table.rowChosen.connect(self._chosen)
        self._columns.chosen.connect(self.columnChosen)
        self._columns.hovered.connect(self.hovered)
        self.set_theme(theme)
        self.show_words("")
        self.retranslate()

    # What is shown ------------------------------------------------------------------------------------------

    def show_ranking(self, head: str, rows: Sequence[BarRow], low: float, high: float, told: str) -> None:
        """The largest entries of a row over the vocabulary; `told` is a sentence below them."""
        self._set(self._table, head, told)
        self._table.set_rows(rows, low, high)

    def set_headers(self, rank: str, token: str, bar: str, value: str) -> None:
        self._table.set_headers(rank, token, bar, value)

    def show_columns(
        self, head: str, values: object, labels: Sequence[str] | None, kind: str, reach: float, title: str,
        pinned: int | None, told: str = "",
    ) -> None:  # fmt: skip
        """A row of any other tensor, by column."""
        self._set(self._columns, head, told)
        self._columns.set_values(values, labels, kind, reach, title)  # type: ignore[arg-type]
        self._columns.set_pinned(pinned)

    def show_words(self, text: str) -> None:
        """In place of bars: why there are none."""
        self._set(self._words, "", "")
        self._words.set_text(text)

    def _set(self, view: QWidget, head: str, told: str) -> None:
        focused = self.hasFocus()
        self._stack.setCurrentWidget(view)
        self._tools.setVisible(view is self._table)
        self._head.set_text(head)
        self._head.setVisible(bool(head) or view is self._table)
        self._told.set_text(told)
        self._told.setVisible(bool(told))
        self.setFocusProxy(view)
        if focused and not view.hasFocus():
            view.setFocus()

    def table(self) -> BarTable:
        return self._table

    def columns(self) -> ColumnBars:
        return self._columns

    def search_box(self) -> QLineEdit:
        return self._search

    def count_box(self) -> QSpinBox:
        return self._count

    def head(self) -> str:
        return self._head.text()

    def told(self) -> str:
        """The sentence below the bars, or in their place."""
        return self._told.text() or self._words.text()

    def clear_search(self) -> None:
        with QSignalBlocker(self._search):
            self._search.clear()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._table.set_theme(theme)
        self._columns.set_theme(theme)
        for line in (self._head, self._told, self._words):
            line.set_theme(theme)
        for box in (self._count_label, self._count, self._search):
            box.setFont(font(theme, "dense"))
        self._search.setFixedWidth(round(theme.px(190)))

    # Words and input ----------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Bars"))
        self._table.setAccessibleName(self.tr("Largest entries"))
        self._count_label.setText(self.tr("Show"))
        self._count.setAccessibleName(self.tr("How many of the largest entries"))
        self._count.setToolTip(self.tr("How many of the largest entries"))
        self._search.setPlaceholderText(self.tr("Find a token or id"))
        self._search.setAccessibleName(self.tr("Find a token or id"))
        self._search.setToolTip(self.tr("Part of a token, or an id; Return pins the first that is found"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _leave_search(self) -> None:
        self._table.setFocus()

    def _chosen(self, row: int) -> None:
        id = self._table.rows()[row].id
        if id is not None:
            self.entryChosen.emit(id)
