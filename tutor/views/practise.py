"""The dialog of a worked example: its numbers in a table, those that are asked for as fields to fill."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from tutor.lessons.fading import ALONE, BLANKS, WORKED, Entry, Example
from tutor.views import words
from tutor.views.style import primary
from tutor.views.theme import Theme, font, metrics

_COUNT = 3


class Blank(QLineEdit):
    """A field for one number, which says whether it is right."""

    def __init__(self, entry: Entry, name: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entry, self._theme = entry, theme
        self.state = ""
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setFont(font(theme, "body"))
        self.setAccessibleName(name)
        self.setFixedWidth(round(metrics(theme, "body").horizontalAdvance("−0000.0000") + theme.px(22)))
        self.textEdited.connect(self._edited)

    def check(self) -> bool:
        """Mark it right or wrong; an empty one is neither."""
        right = self.entry.accepts(self.text())
        self._mark("right" if right else "wrong" if self.text().strip() else "")
        return right

    def solve(self) -> None:
        """Put the number itself there."""
        if not self.entry.accepts(self.text()):
            self.setText(self.entry.printed())
            self._mark("shown")
        self.setReadOnly(True)

    def _edited(self) -> None:
        self._mark("")

    def _mark(self, state: str) -> None:
        self.state = state
        told = {"right": self.tr("right"), "wrong": self.tr("not right yet"), "shown": self.tr("the solution")}
        self.setAccessibleDescription(told.get(state, ""))
        theme = self._theme
        colours = self.palette()
        ink = {"right": theme.ok, "wrong": theme.err, "shown": theme.accentink}.get(state, theme.ink)
        colours.setColor(colours.ColorRole.Text, ink)
        self.setPalette(colours)
        self.setToolTip(told.get(state, ""))


class PractiseDialog(QDialog):
    """Three examples of one step, one after the other.

    Signals:
        wanted(int)  the example of this level is to be shown
        another()    three other cells
        closed()
    """

    wanted = Signal(int)
    another = Signal()
    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._theme = theme
        self._example: Example | None = None
        self._blanks: list[Blank] = []
        self._checked = False
        self._solved = False
        self._count, self._cell, self._formula, self._told = QLabel(), QLabel(), QLabel(), QLabel()
        for label in (self._cell, self._formula, self._told):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        self.check, self.solution, self.next, self._close = (QPushButton() for _ in range(4))
        for button in (self.check, self.solution, self.next, self._close):
            button.setAutoDefault(False)
        primary(self.check)
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in (self.check, self.solution, self.next):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(8)
        for label in (self._count, self._cell, self._formula):
            column.addWidget(label)
        column.addWidget(self._area, 1)
        column.addWidget(self._told)
        column.addLayout(row)
        self.check.clicked.connect(self._check)
        self.solution.clicked.connect(self._solve)
        self.next.clicked.connect(self._next)
        self._close.clicked.connect(self.close)
        self.set_theme(theme)
        self.resize(round(theme.px(520)), round(theme.px(430)))

    # What is shown ------------------------------------------------------------------------------------------

    def say(self, sentence: str) -> None:
        """A sentence under the numbers, as where there is nothing to practise."""
        self._told.setText(sentence)

    def show_example(self, example: Example, cell: str, formula: str) -> None:
        """Show one: which cell it is, and the formula in words."""
        self._example, self._checked, self._solved = example, False, False
        self._cell.setText(cell)
        self._formula.setText(formula)
        self._blanks = []
        inner = QWidget()
        grid = QGridLayout(inner)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(4)
        at = 0
        for column, header in enumerate(example.headers):
            grid.addWidget(self._label(words.column(header), "dense", "ink2"), at, column + 1)
        at += bool(example.headers)
        for number, row in enumerate(example.rows):
            grid.addWidget(self._label(str(number + 1), "dense", "ink2"), at, 0)
            for column, entry in enumerate(row):
                grid.addWidget(self._number(entry, f"{words.column(entry.label)}, {number + 1}"), at, column + 1)
            at += 1
        if example.rest is not None:
            grid.addWidget(self._label(self.tr("the others"), "dense", "ink2"), at, 0)
            for column, rest in enumerate(example.rest):
                if rest is not None:
                    grid.addWidget(self._number(rest, rest.label), at, column + 1)
            at += 1
        last = max(1, len(example.headers))
        for entry in (*example.lines, example.result):
            name = self.tr("result") if entry is example.result else words.column(entry.label)
            label = self._label(name, "body", "ink")
            label.setFont(font(self._theme, "body", True if entry is example.result else None))
            grid.addWidget(label, at, 0, 1, last)
            grid.addWidget(self._number(entry, name), at, last)
            at += 1
        grid.setRowStretch(at, 1)
        grid.setColumnStretch(last + 1, 1)
        old = self._area.takeWidget()
        if old is not None:
            old.deleteLater()
        self._area.setWidget(inner)
        self.retranslate()
        if self._blanks:
            self._blanks[0].setFocus()
        else:
            self.next.setFocus()

    def _label(self, text: str, role: str, ink: str) -> QLabel:
        label = QLabel(text)
        label.setFont(font(self._theme, role))
        label.setTextFormat(Qt.TextFormat.PlainText)
        colours = label.palette()
        colours.setColor(colours.ColorRole.WindowText, getattr(self._theme, ink))
        label.setPalette(colours)
        return label

    def _number(self, entry: Entry, name: str) -> QWidget:
        if entry.given:
            label = self._label(entry.printed(), "body", "ink")
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            return label
        blank = Blank(entry, name, self._theme)
        self._blanks.append(blank)
        return blank

    def blanks(self) -> list[Blank]:
        return list(self._blanks)

    def texts(self) -> tuple[str, str, str]:
        """What it says: which example, of which cell, and what was found."""
        return self._count.text(), self._cell.text(), self._told.text()

    def level(self) -> int:
        return self._example.level if self._example is not None else WORKED

    # Checking -----------------------------------------------------------------------------------------------

    def _check(self) -> None:
        right = [blank.check() for blank in self._blanks]
        self._checked = True
        wrong = next((blank for blank in self._blanks if blank.state != "right"), None)
        if wrong is None:
            self._told.setText(self.tr("All right, to the printed precision."))
            self.next.setFocus()
        else:
            self._told.setText(self.tr("{right} of {all} right. Look again at “{name}”.").format(
                right=sum(right), all=len(right), name=wrong.accessibleName()
            ))  # fmt: skip
            wrong.setFocus()
            wrong.selectAll()
        self._buttons()

    def _solve(self) -> None:
        for blank in self._blanks:
            blank.solve()
        self._solved = True
        self._told.setText(self.tr("The numbers of the run stand there now."))
        self._buttons()
        self.next.setFocus()

    def _next(self) -> None:
        if self.level() == ALONE:
            self.another.emit()
        else:
            self.wanted.emit(self.level() + 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            done = not self._blanks or self._solved or all(blank.state == "right" for blank in self._blanks)
            (self._next if done else self._check)()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: object) -> None:
        self.closed.emit()
        super().closeEvent(event)  # type: ignore[arg-type]

    # Looks --------------------------------------------------------------------------------------------------

    def _buttons(self) -> None:
        self.check.setVisible(bool(self._blanks) and not self._solved)
        self.solution.setVisible(bool(self._blanks) and not self._solved)
        self.next.setVisible(self._example is not None)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._count.setFont(font(theme, "question"))
        self._cell.setFont(font(theme, "body"))
        self._formula.setFont(font(theme, "tensor"))
        self._told.setFont(font(theme, "body"))

    def retranslate(self) -> None:
        self.setWindowTitle(self.tr("Work it out"))
        titles = {
            WORKED: self.tr("{at} of {of}: worked out"), BLANKS: self.tr("{at} of {of}: fill the blanks"),
            ALONE: self.tr("{at} of {of}: all yours"),
        }  # fmt: skip
        self._count.setText(titles[self.level()].format(at=self.level() + 1, of=_COUNT))
        if self._example is not None and not self._checked and not self._solved:
            self._told.setText(
                self.tr("Three decimals are enough; 1/3 is a number, too.") if self._blanks
                else self.tr("Follow the numbers, then take the next one.")
            )  # fmt: skip
        self.check.setText(self.tr("Check (Enter)"))
        self.solution.setText(self.tr("Show the solution"))
        self.next.setText(self.tr("Three others") if self.level() == ALONE else self.tr("Next example"))
        self._close.setText(self.tr("Close"))
        self._buttons()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
