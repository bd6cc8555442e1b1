"""What was seen and answered, and what is due again: a dialog with numbers, export and reset."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from tutor.engine.records import dataclass
from tutor.progress import Summary
from tutor.views.style import primary
from tutor.views.theme import Theme, font


@dataclass(frozen=True)
class Row:
    """A kind of question: its name, how often it was answered and how often rightly, and when it comes again."""

    title: str
    asked: int
    right: int
    again: str


class ProgressDialog(QDialog):
    """Shows progress; what its buttons mean is the desk's.

    Signals:
        reviewWanted()
        exportWanted()
        resetWanted()   confirmed by a second press
    """

    reviewWanted = Signal()
    exportWanted = Signal()
    resetWanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._theme, self._sure, self._due = theme, False, 0
        self._summary: Summary | None = None
        self._head, self._told, self._where = QLabel(), QLabel(), QLabel()
        self._table = QTableWidget(0, 4)
        self._table.verticalHeader().hide()
        self._table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._table.setShowGrid(False)
        self._table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.review, self.export, self.reset, self._close = (QPushButton() for _ in range(4))
        primary(self.review)
        for button in (self.review, self.export, self.reset, self._close):
            button.setAutoDefault(False)
        for label in (self._head, self._told, self._where):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in (self.review, self.export, self.reset):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addWidget(self._head)
        column.addWidget(self._told)
        column.addWidget(self._table, 1)
        column.addStretch(0)
        column.addWidget(self._where)
        column.addLayout(row)
        self.review.clicked.connect(self.reviewWanted)
        self.export.clicked.connect(self.exportWanted)
        self.reset.clicked.connect(self._reset)
        self._close.clicked.connect(self.close)
        self.set_theme(theme)
        self.retranslate()
        self.resize(round(theme.px(560)), round(theme.px(440)))

    def show_progress(self, summary: Summary, rows: Sequence[Row]) -> None:
        """Show these numbers."""
        self._summary = summary
        self._table.setRowCount(len(rows))
        for at, one in enumerate(rows):
            for column, text in enumerate((one.title, str(one.asked), str(one.right), one.again)):
                item = QTableWidgetItem(text)
                if column in (1, 2):
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self._table.setItem(at, column, item)
        self._table.resizeColumnsToContents()
        self._table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self._table.setVisible(bool(rows))
        self._due = summary.due
        self._sure = False
        self.review.setEnabled(summary.due > 0)
        self.retranslate()

    def say(self, sentence: str) -> None:
        """One sentence above the table."""
        self._told.setText(sentence)

    def texts(self) -> tuple[str, str]:
        """What stands above the table."""
        return self._head.text(), self._told.text()

    def rows(self) -> list[tuple[str, ...]]:
        """The table as it is shown."""
        return [
            tuple(item.text() if (item := self._table.item(row, column)) is not None else "" for column in range(4))
            for row in range(self._table.rowCount())
        ]

    def _reset(self) -> None:
        if self._sure:
            self._sure = False
            self.resetWanted.emit()
        else:
            self._sure = True
            self.say(self.tr("This forgets everything that was seen and answered. Press Reset once more to do it."))

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._head.setFont(font(theme, "question"))
        for widget in (self._told, self._where, self._table):
            widget.setFont(font(theme, "body"))

    def retranslate(self) -> None:
        self.setWindowTitle(self.tr("Progress and review"))
        self._table.setAccessibleName(self.tr("Questions by kind"))
        self._table.setHorizontalHeaderLabels(
            [self.tr("Question"), self.tr("Answered"), self.tr("Right"), self.tr("Asked again")]
        )
        self.review.setText(self.tr("Review now ({count})").format(count=self._due))
        self.export.setText(self.tr("Export…"))
        self.reset.setText(self.tr("Reset"))
        self._close.setText(self.tr("Close"))
        self._where.setText(self.tr("All of this stays on this machine. What was missed comes again after 1, 3 and 7 "
                                    "days."))  # fmt: skip
        found = self._summary
        if found is None:
            return
        self._head.setText(self.tr("{seen} stages seen · {lessons} lessons read").format(
            seen=found.stages, lessons=found.lessons
        ))  # fmt: skip
        answered = found.right + found.wrong
        if answered + found.skipped == 0:
            self.say(self.tr("No question was answered yet: press Q at any step to be asked."))
        else:
            self.say(self.tr("{right} of {answered} answered rightly, {skipped} skipped; {due} due today, {waiting} "
                             "waiting for their day.").format(
                right=found.right, answered=answered, skipped=found.skipped, due=found.due, waiting=found.waiting
            ))  # fmt: skip

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
