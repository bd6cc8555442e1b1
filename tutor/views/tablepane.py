"""The table view of a step: which of its tensors, how numbers are written, and the table itself."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QProgressBar, QToolButton, QVBoxLayout, QWidget

from tutor.views import numbers
from tutor.views.badge import ShapeBadge
from tutor.views.equation import Lit
from tutor.views.heatdata import Part
from tutor.views.icons import icon
from tutor.views.tabletwin import TableTwin
from tutor.views.theme import Theme, font


class TablePane(QWidget):
    """The result or an operand of a step as a table.

    Signals:
        pointed(part, row, column)  a cell of an operand became current
        cancelClicked()             copying is to stop
    """

    pointed = Signal(int, int, int)
    cancelClicked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._parts: tuple[Part, ...] = ()
        self._path = ""
        self._pinned: tuple[int, int] | None = None
        self._lit: tuple[Lit | None, ...] = ()
        self.view = TableTwin(theme)
        self.which, self.form = QComboBox(), QComboBox()
        self._which_label, self._form_label = QLabel(), QLabel()
        self._badge = ShapeBadge(theme)
        self.progress, self.cancel = QProgressBar(), QToolButton()
        self._build()
        self.set_theme(theme)
        self.retranslate()

    def _build(self) -> None:
        self.form.addItems([""] * len(numbers.FORMATS))
        self.form.setCurrentIndex(numbers.FORMATS.index(self.view.form()))
        self.progress.setTextVisible(False)
        self.progress.setRange(0, 100)
        # Another step's names are as long as they are; where there is no room for them they give way.
        self.which.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.which.setMinimumWidth(60)
        self._which_label.setBuddy(self.which)
        self._form_label.setBuddy(self.form)
        row = QHBoxLayout()
        row.setContentsMargins(2, 2, 2, 4)
        row.setSpacing(8)
        for widget in (self._which_label, self.which, self._badge):
            row.addWidget(widget)
        row.addStretch(1)
        for right in (self.progress, self.cancel, self._form_label, self.form):
            row.addWidget(right)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.view, 1)
        self.setFocusProxy(self.view)
        self.set_progress(None)
        self.which.currentIndexChanged.connect(self._choose)
        self.form.currentIndexChanged.connect(self._choose_form)
        self.cancel.clicked.connect(self.cancelClicked)
        self.view.cellChosen.connect(self._cell_chosen)

    # What is shown ------------------------------------------------------------------------------------------

    def set_parts(self, parts: Sequence[Part], path: str) -> None:
        """Another step's operands and result, the result last. The operand that was chosen stays, where there is one
        of that name and the step is the same."""
        again = (path, len(parts)) == (self._path, len(self._parts)) and self.which.currentIndex() >= 0
        at = self.which.currentIndex() if again else len(parts) - 1
        self._parts, self._path = tuple(parts), path
        with QSignalBlocker(self.which):
            self.which.clear()
            self.which.addItems([f"{part.letter} {part.name}".strip() for part in parts])
            self.which.setCurrentIndex(at)
        self._which_label.setVisible(len(parts) > 1)
        self.which.setVisible(len(parts) > 1)
        self._show()

    def part(self) -> Part | None:
        """What the table shows."""
        at = self.which.currentIndex()
        return self._parts[at] if 0 <= at < len(self._parts) else None

    def shows_result(self) -> bool:
        return self.which.currentIndex() == len(self._parts) - 1

    def set_pinned(self, cell: tuple[int, int] | None, lit: Sequence[Lit | None] = ()) -> None:
        """The pinned cell of the result, and what lights with it in each part."""
        self._pinned, self._lit = cell, tuple(lit)
        self._show_pinned()

    def _show(self) -> None:
        part = self.part()
        if part is None:
            self.view.set_map(None)
            return
        axes = tuple(reversed(part.axes)) if part.turned else part.axes
        self.view.set_map(part.data, part.data.title)
        self._badge.set_axes(axes)
        self._badge.setVisible(bool(axes))
        self._show_pinned()

    def _show_pinned(self) -> None:
        at = self.which.currentIndex()
        lit = self._lit[at] if 0 <= at < len(self._lit) else None
        self.view.set_lit(*(lit if lit is not None else (None, None)))
        if self.shows_result():
            self.view.set_pinned(self._pinned)

    def set_progress(self, done: float | None) -> None:
        """How far copying is, None while nothing is copied."""
        for widget in (self.progress, self.cancel):
            widget.setVisible(done is not None)
        self.progress.setValue(round(100 * (done or 0)))

    # Input --------------------------------------------------------------------------------------------------

    def _choose(self) -> None:
        self._show()

    def _choose_form(self, at: int) -> None:
        self.view.set_form(numbers.FORMATS[at])

    def _cell_chosen(self, row: int, col: int) -> None:
        if not self.shows_result():
            self.pointed.emit(self.which.currentIndex(), row, col)

    # Look and words -----------------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.view.set_theme(theme)
        self._badge.set_theme(theme)
        for widget in (self.which, self.form, self._which_label, self._form_label):
            widget.setFont(font(theme, "dense"))
        self.cancel.setIcon(icon("close", theme))
        self.progress.setFixedWidth(round(theme.px(90)))
        self.progress.setFixedHeight(round(theme.px(10)))

    def retranslate(self) -> None:
        self._which_label.setText(self.tr("Table of"))
        self.which.setAccessibleName(self._which_label.text())
        self._form_label.setText(self.tr("Numbers"))
        self.form.setAccessibleName(self._form_label.text())
        names = (
            self.tr("4 significant"), self.tr("2 decimals"), self.tr("4 decimals"), self.tr("scientific"),
            self.tr("every digit"),
        )  # fmt: skip
        for at, name in enumerate(names):
            self.form.setItemText(at, name)
        self.progress.setAccessibleName(self.tr("Copying"))
        self.cancel.setAccessibleName(self.tr("Stop copying"))
        self.cancel.setToolTip(self.cancel.accessibleName())

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
