"""A list of tokens with a bar and a number each: rankings, nearest tokens, surprise. A table, so that keys, screen
readers and copying work as everywhere."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSignalBlocker,
    Qt,
    Signal,
)  # fmt: skip
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
from tutor.views.keys import prints
from tutor.views.paint import draw_text, draw_token
from tutor.views.theme import Theme, font, lut, metrics

_Index = QModelIndex | QPersistentModelIndex
LEAD, TOKEN, ID, BAR, VALUE = range(5)


@dataclass(frozen=True)
class BarRow:
    """One row: `lead` (a rank or a place), the token, its id, the bar's length, and the number as text.

    kind: "prob" or "signed" for the bar's colour. note: it stands for no single token (all others, say) and spans.
    marked: it is the chosen one. found: it was searched for. tip: the exact numbers.
    """

    lead: str
    token: str
    id: int | None
    length: float
    value: str
    kind: str = "prob"
    note: bool = False
    marked: bool = False
    found: bool = False
    tip: str = ""


class BarModel(QAbstractTableModel):
    """Rows of bars; what a screen reader hears of the bar is its number."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[BarRow, ...] = ()
        self.headers = ("", "", "", "", "")

    def set_rows(self, rows: Sequence[BarRow]) -> None:
        self.beginResetModel()
        self.rows = tuple(rows)
        self.endResetModel()

    def set_headers(self, headers: Sequence[str]) -> None:
        self.headers = tuple(headers)  # type: ignore[assignment]
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, VALUE)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else VALUE + 1

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return (row.lead, row.token, "" if row.id is None else str(row.id), row.value, row.value)[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.tip or None
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column() == BAR:
            return row.value
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return self.headers[section]
            if role == Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignLeft if section in (TOKEN, BAR) else Qt.AlignmentFlag.AlignRight
                return side | Qt.AlignmentFlag.AlignVCenter
        return None


class _Painter(QStyledItemDelegate):
    """Draws a row's parts: ranks and ids quiet, the token with its dot, the bar from its zero."""

    def __init__(self, table: BarTable) -> None:
        super().__init__(table)
        self._table = table

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        table, theme = self._table, self._table.look
        row, column = table.model_.rows[index.row()], index.column()
        rect = QRectF(option.rect)  # type: ignore[attr-defined]
        chosen = index.row() == table.currentIndex().row() and table.hasFocus()
        if row.marked or chosen:
            painter.fillRect(rect, theme.accentbg)
        if row.marked and column == LEAD:
            painter.fillRect(QRectF(rect.left(), rect.top(), theme.px(3), rect.height()), theme.accent)
        inner = rect.adjusted(theme.px(4), 0, -theme.px(4), 0)
        bold = True if row.marked else None
        right = Qt.AlignmentFlag.AlignRight
        if column == LEAD:
            draw_text(painter, inner, row.lead, font(theme, "caption", bold), theme.ink3, right)
        elif column == TOKEN and row.note:
            draw_text(painter, inner, row.token, font(theme, "caption"), theme.ink2, Qt.AlignmentFlag.AlignLeft)
        elif column == TOKEN:
            spaced = row.token.startswith("·") and len(row.token) > 1
            text = " " + row.token[1:] if spaced else row.token
            draw_token(painter, inner, text, font(theme, "dense", bold), theme.accentink if row.found else theme.ink,
                       theme.ink3, Qt.AlignmentFlag.AlignLeft)  # fmt: skip
        elif column == ID:
            draw_text(painter, inner, index.data() or "", font(theme, "ids"), theme.ink3, right)
        elif column == VALUE:
            draw_text(painter, inner, row.value, font(theme, "dense", bold), theme.ink, right)
        else:
            self._bar(painter, inner, row, theme)

    def _bar(self, painter: QPainter, rect: QRectF, row: BarRow, theme: Theme) -> None:
        high = theme.px(10)
        rect = QRectF(rect.left(), rect.center().y() - high / 2, rect.width(), high)
        low, top = self._table.range
        unit = rect.width() / ((top - low) or 1.0)
        zero = rect.left() - low * unit
        length = min(max(row.length, low), top) if math.isfinite(row.length) else 0.0
        bar = QRectF(min(zero, zero + length * unit), rect.top(), abs(length) * unit, high)
        if row.note:
            painter.fillRect(bar, theme.line)
        else:
            painter.fillRect(bar, bar_colour(theme, row.kind, length))
        painter.fillRect(QRectF(zero, rect.top() - theme.px(3), 1, high + theme.px(6)), theme.ctl)

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index):  # type: ignore[no-untyped-def]
        hint = super().sizeHint(option, index)
        hint.setHeight(self._table.look.height("tree_row"))
        return hint


def bar_colour(theme: Theme, kind: str, sign: float) -> QColor:
    """A strong colour of the map that the cells are painted with, so that bars belong to them."""
    table = lut(theme, "prob" if kind == "prob" else "signed")
    at = 190 if kind == "prob" else 228 if sign >= 0 else 28
    return QColor(*(int(part) for part in table[at]))


class BarTable(QTableView):
    """Tokens with bars. A click or Enter chooses a row.

    Signals:
        rowChosen(int)  a row that stands for one token, by click or by Enter
    """

    rowChosen = Signal(int)

    def __init__(self, theme: Theme, ids: bool = False, rows: int = 0, parent: QWidget | None = None) -> None:
        """`ids`: with a column of ids. `rows`: as high as so many rows; 0 for as high as its place."""
        super().__init__(parent)
        self.look, self.range = theme, (0.0, 1.0)
        self._ids, self._rows, self._headed = ids, rows, False
        self.model_ = BarModel(self)
        self.setModel(self.model_)
        self.setItemDelegate(_Painter(self))
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        head = self.horizontalHeader()
        head.setMinimumSectionSize(10)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head.setSectionsClickable(False)
        head.hide()
        self.setColumnHidden(ID, not ids)
        self.set_theme(theme)

    # What is shown ------------------------------------------------------------------------------------------

    def set_rows(self, rows: Sequence[BarRow], low: float = 0.0, high: float = 1.0) -> None:
        """Other rows, whose bars lie between `low` and `high`; zero is always on the scale."""
        at = self.currentIndex().row()
        with QSignalBlocker(self):
            self.model_.set_rows(rows)
            self.range = min(low, 0.0), max(high, 0.0)
            self.clearSpans()
            for number, row in enumerate(rows):
                if self._ids and row.note:  # what stands for no single token has no id either
                    self.setSpan(number, TOKEN, 1, 2)
            if 0 <= at < len(rows):
                self.setCurrentIndex(self.model_.index(at, TOKEN))
        self._fit()

    def rows(self) -> tuple[BarRow, ...]:
        """What is shown."""
        return self.model_.rows

    def set_headers(self, lead: str, token: str, bar: str, value: str) -> None:
        self.model_.set_headers((lead, token, "id", bar, value))
        self._headed = True
        self.horizontalHeader().show()
        self._fit()

    def set_theme(self, theme: Theme) -> None:
        self.look = theme
        self.setFont(font(theme, "dense"))
        self.horizontalHeader().setFont(font(theme, "caption"))
        self.verticalHeader().setDefaultSectionSize(theme.height("tree_row"))
        colours = self.palette()
        for ground in (colours.ColorRole.Base, colours.ColorRole.Window):
            colours.setColor(ground, theme.pane)
        self.setPalette(colours)
        self._fit()

    def _fit(self) -> None:
        if self._rows:
            count = min(max(len(self.model_.rows), 1), self._rows)
            head = self.horizontalHeader().sizeHint().height() if self._headed else 0
            self.setFixedHeight(count * self.look.height("tree_row") + head + 2)
        self._share()

    def _share(self) -> None:
        """Widths: numbers as they need, the token what is usual, the bar the rest."""
        theme, rows = self.look, self.model_.rows
        dense, small = metrics(theme, "dense", True), metrics(theme, "caption", True)
        pad = theme.px(9)
        heads = self.model_.headers if self._headed else ("",) * 5
        titles = [metrics(theme, "caption").horizontalAdvance(text) for text in heads]
        lead = max((small.horizontalAdvance(row.lead) for row in rows), default=0.0)
        lead = max(lead, titles[LEAD]) + pad + theme.px(3)
        value = max((dense.horizontalAdvance(row.value) for row in rows), default=0.0)
        value = max(value, titles[VALUE]) + pad
        ids = metrics(theme, "ids").horizontalAdvance("000000") + pad if self._ids else 0.0
        left = self.viewport().width() - lead - value - ids
        widest = max((dense.horizontalAdvance(row.token) for row in rows if not row.note), default=0.0) + pad
        token = min(max(widest, theme.px(60)), max(left * 0.5, theme.px(60)), theme.px(210))
        notes = max((small.horizontalAdvance(row.token) for row in rows if row.note), default=0.0) + pad
        token = min(max(token, notes - ids), max(left * 0.6, theme.px(60)))
        for column, width in ((LEAD, lead), (TOKEN, token), (ID, ids), (VALUE, value),
                              (BAR, max(left - token, theme.px(20)))):  # fmt: skip
            self.setColumnWidth(column, math.floor(width))

    # Pointer and keys ---------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index.isValid():
            self._choose(index.row())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._choose(self.currentIndex().row())
        elif prints(event) or event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            event.ignore()  # the window's commands
        else:
            super().keyPressEvent(event)

    def _choose(self, row: int) -> None:
        if not self.model_.rows[row].note:
            self.rowChosen.emit(row)
