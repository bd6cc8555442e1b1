"""The list of models: what each is, its size, a good first sentence, and a button to use it or to get it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from tutor.engine.records import dataclass
from tutor.views.style import primary
from tutor.views.theme import Theme, font


@dataclass(frozen=True)
class Row:
    """One model: its name, what it is, its facts, a good first sentence, and whether it has to be fetched first."""

    name: str
    what: str
    facts: str
    sample: str = ""
    on_request: bool = False
    problem: str = ""


class ModelRow(QFrame):
    """One model of the list.

    Signals:
        used(), fetched(), cancelled()
    """

    used = Signal()
    fetched = Signal()
    cancelled = Signal()

    def __init__(self, row: Row, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.row = row
        self._name, self._what, self._facts = QLabel(row.name), QLabel(row.what), QLabel(row.facts)
        self._sample = QLabel(row.sample and f"“{' '.join(row.sample.split())}”")
        self._problem = QLabel(row.problem)
        self._button = QPushButton()
        self._progress = QProgressBar()
        self._progress.setRange(0, 100)
        self._progress.setTextVisible(False)
        self._progress.hide()
        self._busy = False
        self._name.setFont(font(theme, "body", True))
        self._what.setFont(font(theme, "body"))
        for label, colour in ((self._facts, theme.ink2), (self._sample, theme.ink3), (self._problem, theme.err)):
            label.setFont(font(theme, "dense"))
            colours = label.palette()
            colours.setColor(label.foregroundRole(), colour)
            label.setPalette(colours)
        words = QVBoxLayout()
        words.setSpacing(2)
        for label in (self._name, self._what, self._facts, self._sample, self._problem):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setVisible(bool(label.text()))
            words.addWidget(label)
        words.addWidget(self._progress)
        line = QHBoxLayout(self)
        line.setContentsMargins(16, 10, 16, 10)
        line.setSpacing(16)
        line.addLayout(words, 1)
        line.addWidget(self._button, 0, Qt.AlignmentFlag.AlignTop)
        self._button.setEnabled(not row.problem)
        self._button.setMinimumWidth(round(theme.px(84)))
        self._button.clicked.connect(self._pressed)
        self.retranslate()

    def button(self) -> QPushButton:
        return self._button

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give every text the lines that it needs at this width; a scroll area would squeeze them."""
        super().resizeEvent(event)
        width = self.width() - 48 - max(self._button.sizeHint().width(), self._button.minimumWidth())
        for label in (self._name, self._what, self._facts, self._sample, self._problem):
            label.setMinimumHeight(label.heightForWidth(width) if label.text() else 0)

    def set_progress(self, done: float | None) -> None:
        """How far the fetching is, 0 to 1; None where none is under way."""
        self._busy = done is not None
        self._progress.setVisible(self._busy)
        self._progress.setValue(round(100 * (done or 0.0)))
        self.retranslate()

    def set_problem(self, sentence: str) -> None:
        """Say what went wrong with the fetching; "" for nothing."""
        self._problem.setText(sentence)
        self._problem.setMinimumHeight(self._problem.heightForWidth(self._name.width()) if sentence else 0)
        self._problem.setVisible(bool(sentence))

    def retranslate(self) -> None:
        text = self.tr("Cancel") if self._busy else self.tr("Get") if self.row.on_request else self.tr("Use")
        self._button.setText(text)
        self._button.setAccessibleName(f"{text}: {self.row.name}")
        self._progress.setAccessibleName(self.tr("Progress"))

    def _pressed(self) -> None:
        if self._busy:
            self.cancelled.emit()
        elif self.row.on_request:
            self.fetched.emit()
        else:
            self.used.emit()


class ModelList(QDialog):
    """Every model, with what to know of it.

    Signals:
        used(str, str)   run this model, with this first sentence ("" for none)
        fetched(str)     get this model
        cancelled(str)   give the fetching up
    """

    used = Signal(str, str)
    fetched = Signal(str)
    cancelled = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: dict[str, ModelRow] = {}
        self._inside = QWidget()
        self._column = QVBoxLayout(self._inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._inside.setBackgroundRole(QPalette.ColorRole.Base)
        self._inside.setAutoFillBackground(True)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setWidget(self._inside)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 8)
        column.addWidget(self._area)
        self.resize(round(theme.px(680)), round(theme.px(560)))
        self.retranslate()

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show the models anew."""
        for old in self._rows.values():
            self._column.removeWidget(old)
            old.deleteLater()
        while self._column.count():
            self._column.takeAt(0)
        self._rows = {}
        for row in rows:
            made = ModelRow(row, self._theme)
            made.used.connect(lambda row=row: self._use(row))
            made.fetched.connect(lambda row=row: self.fetched.emit(row.name))
            made.cancelled.connect(lambda row=row: self.cancelled.emit(row.name))
            self._rows[row.name] = made
            self._column.addWidget(made)
        self._column.addStretch(1)
        if rows:
            primary(self._rows[rows[0].name].button())

    def row(self, name: str) -> ModelRow | None:
        return self._rows.get(name)

    def names(self) -> list[str]:
        return list(self._rows)

    def set_progress(self, name: str, done: float | None) -> None:
        if name in self._rows:
            self._rows[name].set_progress(done)

    def set_problem(self, name: str, sentence: str) -> None:
        if name in self._rows:
            self._rows[name].set_problem(sentence)

    def retranslate(self) -> None:
        self.setWindowTitle(self.tr("Models"))
        self._area.setAccessibleName(self.tr("Models"))
        for row in self._rows.values():
            row.retranslate()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _use(self, row: Row) -> None:
        self.used.emit(row.name, row.sample)
        self.accept()
