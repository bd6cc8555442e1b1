"""The inspector: the chosen cell's value and address, how it was computed, and why the stage is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from tutor.views import numbers
from tutor.views.theme import Theme, font, metrics

_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, eq=False)
class Explanation:
    """What the inspector shows of one cell; every text is in the learner's language or in symbols.

    Attributes:
        value: the stored number. address: `scores[0, 2, 5, 4]`. place: the cell in words.
        equation: the formula with the numbers put in. note: the rule that applied, as a sentence.
        headers, columns, labels: the table of terms (one label for each row); the last column is summed.
        lines: intermediate results. agrees, difference: the check against the stored number.
        result: the recomputed number.
    """

    value: float
    address: str
    place: str
    equation: str
    note: str = ""
    headers: tuple[str, ...] = ()
    columns: tuple[np.ndarray, ...] = ()
    labels: Sequence[str] | None = None
    lines: tuple[tuple[str, float], ...] = ()
    result: float = float("nan")
    agrees: bool = True
    difference: float = 0.0
    whole: bool = False


class TermsModel(QAbstractTableModel):
    """The terms of a sum, by size or in order. Reads the arrays; copies nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._headers: tuple[str, ...] = ()
        self._columns: tuple[np.ndarray, ...] = ()
        self._labels: Sequence[str] | None = None
        self._order = np.zeros(0, int)
        self._by_size = True
        self._ink = QColor()

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

    def set_ink(self, ink: QColor) -> None:
        self._ink = ink

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
            return numbers.fixed(float(self._columns[index.column() - 1][at]), 4)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if index.column() == 0 else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return self._headers[section - 1] if section else self.tr("term")
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignLeft if section == 0 else Qt.AlignmentFlag.AlignRight
        return None


class Inspector(QWidget):
    """The chosen cell, worked out.

    Signals:
        unpinned()  the pin was taken off
    """

    unpinned = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: Explanation | None = None
        self._why = ""
        self._stats: tuple[tuple[str, str], ...] = ()
        self._value, self._place, self._address = QLabel(), QLabel(), QLabel()
        self._how, self._equation, self._note = QLabel(), QLabel(), QLabel()
        self._lines, self._check = QLabel(), QLabel()
        self._why_head, self._why_text = QLabel(), QLabel()
        self._stats_head, self._stats_text = QLabel(), QLabel()
        self._model = TermsModel(self)
        self._table = QTableView()
        self._order = self._order_switch()
        self._build()
        self.set_theme(theme)
        self.retranslate()

    def _order_switch(self) -> QWidget:
        box = QWidget()
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        group = QActionGroup(self)
        self._by_size, self._by_index = QAction(self), QAction(self)
        for action in (self._by_size, self._by_index):
            action.setCheckable(True)
            group.addAction(action)
            button = QToolButton()
            button.setDefaultAction(action)
            row.addWidget(button)
        self._by_size.setChecked(True)
        self._by_size.toggled.connect(self._model.set_by_size)
        return box

    def _build(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(6)
        for label in (self._value, self._place, self._address, self._equation, self._note, self._lines, self._check,
                      self._why_text, self._stats_text):  # fmt: skip
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        head = QHBoxLayout()
        head.addWidget(self._how, 1)
        head.addWidget(self._order)
        self._table.setModel(self._model)
        self._table.verticalHeader().hide()
        self._table.setShowGrid(False)
        self._table.setTabKeyNavigation(False)
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self._table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._table.setFrameShape(QTableView.Shape.NoFrame)
        for widget in (self._value, self._place, self._address):
            column.addWidget(widget)
        column.addLayout(head)
        for widget in (self._equation, self._note, self._table, self._lines, self._check, self._why_head,
                       self._why_text, self._stats_head, self._stats_text):  # fmt: skip
            column.addWidget(widget)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidget(inner)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area = area
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)

    # What is shown ------------------------------------------------------------------------------------------

    def set_explanation(self, shown: Explanation | None) -> None:
        """Show a cell worked out, or none."""
        self._shown = shown
        self._refresh()

    def set_why(self, text: str) -> None:
        """Two sentences on why the stage is there."""
        self._why = text
        self._refresh()

    def set_stats(self, stats: Sequence[tuple[str, str]]) -> None:
        """Statistics of the tensor on screen: (name, value), in the learner's language."""
        self._stats = tuple(stats)
        self._refresh()

    def explanation(self) -> Explanation | None:
        return self._shown

    def terms(self) -> TermsModel:
        return self._model

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for label, role, ink in (
            (self._value, "value", theme.ink), (self._place, "dense", theme.ink2), (self._address, "tensor", theme.ink2),
            (self._how, "header", theme.ink2), (self._equation, "body", theme.ink), (self._note, "dense", theme.ink2),
            (self._lines, "dense", theme.ink2), (self._why_head, "header", theme.ink2),
            (self._why_text, "body", theme.ink), (self._stats_head, "header", theme.ink2),
            (self._stats_text, "dense", theme.ink2), (self._check, "dense", theme.ok),
        ):  # fmt: skip
            label.setFont(font(theme, role))
            colours = label.palette()
            colours.setColor(label.foregroundRole(), ink)
            label.setPalette(colours)
        colours = self._area.palette()
        for role in (colours.ColorRole.Window, colours.ColorRole.Base):
            colours.setColor(role, theme.pane)
        self._area.setPalette(colours)
        self._table.setPalette(colours)
        self._table.setFont(font(theme, "dense"))
        self._table.horizontalHeader().setFont(font(theme, "caption"))
        self._table.verticalHeader().setDefaultSectionSize(theme.height("table_row"))
        self._refresh()

    # Words --------------------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Inspector"))
        self._table.setAccessibleName(self.tr("Terms"))
        self._how.setText(self.tr("How it was computed"))
        self._why_head.setText(self.tr("Why"))
        self._stats_head.setText(self.tr("Statistics"))
        self._by_size.setText(self.tr("|size|"))
        self._by_size.setToolTip(self.tr("Largest terms first"))
        self._by_index.setText(self.tr("index"))
        self._by_index.setToolTip(self.tr("Terms in order"))
        self._refresh()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _refresh(self) -> None:
        shown = self._shown
        there = shown is not None
        for widget in (self._address, self._how, self._equation):
            widget.setVisible(there)
        self._why_head.setVisible(bool(self._why))
        self._why_text.setVisible(bool(self._why))
        self._why_text.setText(self._why)
        self._stats_head.setVisible(bool(self._stats))
        self._stats_text.setVisible(bool(self._stats))
        self._stats_text.setText("\n".join(f"{name}  {value}" for name, value in self._stats))
        has_terms = there and bool(shown.columns)
        self._table.setVisible(has_terms)
        self._order.setVisible(has_terms)
        self._lines.setVisible(there and bool(shown.lines))
        self._note.setVisible(there and bool(shown.note))
        self._check.setVisible(there)
        if shown is None:
            self._value.setText("—")
            self._place.setText(self.tr("Click a cell to see how its number was computed."))
            self._model.set_terms((), (), None)
            return
        self._value.setText(str(int(shown.value)) if shown.whole else numbers.fixed(shown.value, 4))
        self._place.setText(shown.place)
        self._address.setText(shown.address)
        self._equation.setText(shown.equation)
        self._note.setText(shown.note)
        self._lines.setText("\n".join(f"{label} = {_short(value)}" for label, value in shown.lines))
        self._model.set_terms(shown.headers, shown.columns, shown.labels)
        self._fit_table()
        self._say_check(shown)

    def _fit_table(self) -> None:
        head = self._table.horizontalHeader()
        wide = max(58, round(metrics(self._theme, "dense").horizontalAdvance("−000.0000") + 14))
        head.setDefaultSectionSize(wide)
        head.setMinimumSectionSize(24)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        for column in range(1, self._model.columnCount()):
            self._table.setColumnWidth(column, wide)
        if self._model.columnCount():
            first = max(self._table.viewport().width() - wide * (self._model.columnCount() - 1), round(wide * 0.7))
            self._table.setColumnWidth(0, min(first, wide * 2))
        rows = min(self._model.rowCount(), 8)
        high = rows * self._theme.height("table_row") + head.sizeHint().height() + 4
        if self._table.horizontalScrollBar().maximum() > 0:
            high += self._table.horizontalScrollBar().sizeHint().height()
        self._table.setFixedHeight(high)

    def resizeEvent(self, event: QEvent) -> None:
        super().resizeEvent(event)
        if self._shown is not None and self._shown.columns:
            self._fit_table()

    def _say_check(self, shown: Explanation) -> None:
        if shown.whole:
            text = self.tr("✓ the id itself")
        elif shown.agrees:
            text = self.tr("✓ stored {stored} = recomputed {result} (Δ {difference})").format(
                stored=numbers.fixed(shown.value, 6), result=numbers.fixed(shown.result, 6),
                difference=_tiny(shown.difference),
            )  # fmt: skip
        else:
            text = self.tr("✗ stored {stored}, recomputed {result}: they differ by {difference}").format(
                stored=numbers.exact(shown.value), result=numbers.exact(shown.result),
                difference=_tiny(shown.difference),
            )  # fmt: skip
        self._check.setText(text)
        colours = self._check.palette()
        good = shown.agrees or shown.whole
        colours.setColor(self._check.foregroundRole(), self._theme.ok if good else self._theme.err)
        self._check.setPalette(colours)


def _short(value: float) -> str:
    return str(int(value)).replace("-", "−") if float(value).is_integer() and abs(value) < 1e7 else numbers.fixed(value, 4)


def _tiny(value: float) -> str:
    return "0" if value == 0 else numbers.minus(f"{value:.0e}")
