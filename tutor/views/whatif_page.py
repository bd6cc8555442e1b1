"""The page where changes are made: switches, a head, a cell, another sentence's tensor; and what came of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from tutor.engine.records import dataclass
from tutor.views.icons import icon
from tutor.views.theme import Theme, font

#: What can be switched: (key, value), or ("tie", "") for W_Q tied to W_K.
SWITCHES = (("mask", "off"), ("scale", "off"), ("positions", "off"), ("residual", "off"), ("pad", "none"), ("tie", ""))
#: What can be made of a head; "" leaves it as it is.
HOWS = ("", "zero", "uniform")


@dataclass(frozen=True)
class Row:
    """One token's probability before and after, as text."""

    token: str
    before: str
    after: str
    difference: str


class WhatIfPage(QWidget):
    """Where the learner changes something and sees what comes of it.

    Signals:
        switched(str, str, bool)     a switch of SWITCHES was set or taken back
        headChosen(str)              one of HOWS for the head on screen
        cellSet(str, str, str)       a tensor, an index and a number, as typed
        cellNamed(str)               another tensor was chosen for the cell
        replaced(str, str)           a tensor's part (see `set_parts`) and the other sentence
        removed(int)                 the change of this number is to be taken back
    """

    switched = Signal(str, str, bool)
    headChosen = Signal(str)
    cellSet = Signal(str, str, str)
    cellNamed = Signal(str)
    replaced = Signal(str, str)
    removed = Signal(int)

    def __init__(
        self, theme: Theme, undo: QAction, redo: QAction, reset: QAction, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._header = QLabel()
        self._heads = {name: QLabel() for name in ("switches", "head", "cell", "replace", "changes", "effect")}
        self._boxes = {key: QCheckBox() for key, _ in SWITCHES}
        self._hows = QButtonGroup(self)
        self._cell_name, self._cell_at, self._cell_value = QComboBox(), QLineEdit(), QLineEdit()
        self._cell_set, self._cell_told = QPushButton(), QLabel()
        self._part, self._other, self._replace = QComboBox(), QLineEdit(), QPushButton()
        self._problem, self._none = QLabel(), QLabel()
        self._list = QVBoxLayout()
        self._rows: list[tuple[QLabel, QToolButton]] = []
        self._table, self._about, self._cell_effect = QTableWidget(0, 4), QLabel(), QLabel()
        self._actions = (undo, redo, reset)
        self._buttons: list[QToolButton] = []
        self._attention, self._head_number = "", 0
        self._build()
        self.set_theme(theme)
        self.retranslate()

    # Making it ----------------------------------------------------------------------------------------------

    def _build(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(6)
        for name, part in (("switches", self._build_switches()), ("head", self._build_head()),
                           ("changes", self._build_changes()), ("cell", self._build_cell()),
                           ("replace", self._build_replace())):  # fmt: skip
            column.addWidget(self._heads[name])
            column.addWidget(part)
            if name == "replace":
                column.addWidget(self._problem)
        self._column = column
        area = QScrollArea()
        area.setWidget(inner)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner.setMinimumWidth(1)  # the words wrap before the page is wider than its pane
        self._area = area
        self._header.setContentsMargins(14, 0, 14, 0)
        texts = (self._problem, self._cell_told, self._none, self._about, self._cell_effect)
        for label in (*texts, *self._heads.values()):
            label.setWordWrap(True)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self._problem.hide()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._header)
        whole.addWidget(area, 1)
        # What comes of a change is always in sight.
        self._foot = QWidget()
        foot = QVBoxLayout(self._foot)
        foot.setContentsMargins(14, 8, 14, 6)
        foot.setSpacing(6)
        foot.addWidget(self._heads["effect"])
        foot.addWidget(self._build_effect())
        whole.addWidget(self._foot)
        self._foot.hide()
        self._whole, self._low = whole, False
        column.addStretch(1)

    def _build_switches(self) -> QWidget:
        made = QWidget()
        grid = QGridLayout(made)
        grid.setContentsMargins(0, 0, 0, 6)
        grid.setSpacing(4)
        for at, (key, box) in enumerate(self._boxes.items()):
            box.setProperty("key", key)
            box.clicked.connect(self._box_clicked)
            box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            grid.addWidget(box, at // 2, at % 2)
        return made

    def _build_head(self) -> QWidget:
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 6)
        row.setSpacing(0)
        for at, side in enumerate(("first", "middle", "last")):
            button = QToolButton()
            button.setCheckable(True)
            button.setProperty("segment", side)
            self._hows.addButton(button, at)
            row.addWidget(button)
        row.addStretch(1)
        self._hows.idClicked.connect(self._how_clicked)
        return made

    def _build_cell(self) -> QWidget:
        made = QWidget()
        grid = QGridLayout(made)
        grid.setContentsMargins(0, 0, 0, 6)
        grid.setSpacing(6)
        grid.addWidget(self._cell_name, 0, 0, 1, 2)
        grid.addWidget(self._cell_at, 0, 2)
        grid.addWidget(self._cell_value, 1, 0, 1, 2)
        grid.addWidget(self._cell_set, 1, 2)
        grid.addWidget(self._cell_told, 2, 0, 1, 3)
        for at in (1, 2):
            grid.setColumnStretch(at, 1)
        self._cell_name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._cell_name.activated.connect(self._cell_activated)
        self._cell_set.clicked.connect(self._set_cell)
        self._cell_value.returnPressed.connect(self._set_cell)
        self._cell_at.returnPressed.connect(self._set_cell)
        return made

    def _build_replace(self) -> QWidget:
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 0, 6)
        column.setSpacing(6)
        row = QHBoxLayout()
        row.setSpacing(6)
        self._part.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        row.addWidget(self._part, 1)
        row.addWidget(self._replace)
        column.addWidget(self._other)
        column.addLayout(row)
        self._replace.clicked.connect(self._replace_clicked)
        self._other.returnPressed.connect(self._replace_clicked)
        return made

    def _build_changes(self) -> QWidget:
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 0, 6)
        column.setSpacing(4)
        column.addWidget(self._none)
        column.addLayout(self._list)
        row = QHBoxLayout()
        row.setSpacing(6)
        for action in self._actions:
            button = QToolButton()
            button.setDefaultAction(action)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            self._buttons.append(button)
            row.addWidget(button, 1)
        column.addLayout(row)
        return made

    def _build_effect(self) -> QWidget:
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 0, 6)
        column.setSpacing(6)
        for widget in (self._cell_effect, self._about, self._table):
            column.addWidget(widget)
        table = self._table
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        return made

    # What is shown ------------------------------------------------------------------------------------------

    def set_switches(self, on: Mapping[str, bool], why_not: Mapping[str, str]) -> None:
        """Which switches are set, and which cannot be, with one sentence why."""
        for key, box in self._boxes.items():
            problem = why_not.get(key, "")
            with QSignalBlocker(box):
                box.setChecked(on.get(key, False))
            box.setEnabled(not problem or on.get(key, False))
            box.setToolTip(problem)
            box.setAccessibleDescription(problem)

    def set_head(self, attention: str, head: int, how: str) -> None:
        """The head that can be changed, the name of its attention ("" for none), and what was made of it."""
        self._attention, self._head_number = attention, head
        self._hows.button(HOWS.index(how)).setChecked(True)
        for button in self._hows.buttons():
            button.setEnabled(bool(attention))
        self._say_head()

    def set_cell(self, names: Sequence[tuple[str, str]], name: str, at: str, told: str) -> None:
        """What can be set here: (name, title) of the step's tensor and of its weights; the cell, and its number."""
        with QSignalBlocker(self._cell_name):
            if [self._cell_name.itemData(n) for n in range(self._cell_name.count())] != [one for one, _ in names]:
                self._cell_name.clear()
                for one, title in names:
                    self._cell_name.addItem(title, one)
            self._cell_name.setCurrentIndex(max(0, self._cell_name.findData(name)))
        if not self._cell_at.hasFocus() or not self._cell_at.isModified():
            self._cell_at.setText(at)
        self._cell_told.setText(told)
        self._cell_told.setVisible(bool(told))
        for widget in (self._cell_name, self._cell_at, self._cell_value, self._cell_set):
            widget.setEnabled(bool(names))

    def set_parts(self, parts: Sequence[tuple[str, str]]) -> None:
        """Which parts of the tensor can be taken from another sentence: (key, title), the whole of it first."""
        chosen = self._part.currentIndex() if self._part.count() == len(parts) else 0
        with QSignalBlocker(self._part):
            self._part.clear()
            for key, title in parts:
                self._part.addItem(title, key)
            self._part.setCurrentIndex(max(0, chosen))
        for widget in (self._part, self._other, self._replace):
            widget.setEnabled(bool(parts))

    def set_changes(self, told: Sequence[str]) -> None:
        """The changes in words, each with a button that takes it back."""
        while len(self._rows) < len(told):
            self._add_row()
        for at, (label, button) in enumerate(self._rows):
            there = at < len(told)
            label.setVisible(there)
            button.setVisible(there)
            if there:
                label.setText(told[at])
                label.setToolTip(told[at])
                button.setAccessibleName(self.tr("Take back: {change}").format(change=told[at]))
        self._none.setVisible(not told)

    def _add_row(self) -> None:
        label, button = QLabel(), QToolButton()
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        button.setProperty("number", len(self._rows))
        button.clicked.connect(self._remove_clicked)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(label, 1)
        row.addWidget(button)
        self._list.addLayout(row)
        self._rows.append((label, button))
        label.setFont(font(self._theme, "dense"))
        button.setIcon(icon("close", self._theme))

    def set_effect(self, cell: str, about: str, rows: Sequence[Row]) -> None:
        """What came of the changes: the chosen cell, and the likeliest tokens before and after."""
        self._foot.setVisible(bool(cell or about))
        for label, text in ((self._cell_effect, cell), (self._about, about)):
            label.setText(text)
            label.setVisible(bool(text))
        table = self._table
        table.setVisible(bool(rows))
        table.setRowCount(len(rows))
        for at, one in enumerate(rows):
            for column, text in enumerate((one.token, one.before, one.after, one.difference)):
                item = QTableWidgetItem(text)
                if column:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                table.setItem(at, column, item)
        self._fit_table()

    def effect(self) -> list[tuple[str, ...]]:
        """The rows of the table as they are on screen."""
        found = []
        for at in range(self._table.rowCount()):
            cells = [self._table.item(at, column) for column in range(4)]
            found.append(tuple(one.text() if one is not None else "" for one in cells))
        return found

    def set_problem(self, sentence: str) -> None:
        """One sentence about what was asked for and cannot be; "" takes it away."""
        self._problem.setText(sentence)
        self._problem.setVisible(bool(sentence))

    def problem(self) -> str:
        return self._problem.text()

    def told(self) -> list[str]:
        """The changes that are listed."""
        return [label.text() for label, button in self._rows if not button.isHidden()]

    def value_box(self) -> QLineEdit:
        """Where a cell's new number is typed."""
        return self._cell_value

    def first_focus(self) -> QWidget:
        """What the focus goes to when the page is chosen with the keys."""
        return next((box for box in self._boxes.values() if box.isEnabled()), self._area)

    def set_headed(self, headed: bool) -> None:
        """Whether the page says its own name; a tab may say it already."""
        self._header.setVisible(headed)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for label in (self._header, *self._heads.values()):
            label.setFont(font(theme, "header"))
            self._ink(label, theme.ink2)
        texts = (self._problem, self._cell_told, self._none, self._about, self._cell_effect)
        for widget in (*texts, *self._boxes.values(), *self._hows.buttons(), self._cell_name, self._cell_at,
                       self._cell_value, self._cell_set, self._part, self._other, self._replace, *self._buttons,
                       self._table, self._table.horizontalHeader()):  # fmt: skip
            widget.setFont(font(theme, "dense"))
        for label in (self._cell_told, self._none, self._about):
            self._ink(label, theme.ink2)
        self._ink(self._problem, theme.err)
        for label, button in self._rows:
            label.setFont(font(theme, "dense"))
            button.setIcon(icon("close", theme))
        colours = self._foot.palette()
        colours.setColor(colours.ColorRole.Window, theme.strip)
        self._foot.setPalette(colours)
        self._foot.setAutoFillBackground(True)
        colours = self._area.palette()
        for ground in (colours.ColorRole.Window, colours.ColorRole.Base):
            colours.setColor(ground, theme.pane)
        self._area.setPalette(colours)
        self._header.setFixedHeight(theme.height("pane_header"))
        self._table.verticalHeader().setDefaultSectionSize(theme.height("table_row"))
        self._fit_table()

    @staticmethod
    def _ink(label: QLabel, ink: object) -> None:
        colours = label.palette()
        colours.setColor(label.foregroundRole(), ink)  # type: ignore[arg-type]
        label.setPalette(colours)

    def _fit_table(self) -> None:
        rows = self._theme.height("table_row") * self._table.rowCount()
        self._table.setFixedHeight(rows + self._table.horizontalHeader().sizeHint().height() + 4)

    # Words --------------------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("What if"))
        self._area.setAccessibleName(self.tr("What if"))
        self._header.setText(self.tr("What if"))
        for name, text in (("switches", self.tr("Switch off")), ("cell", self.tr("Set one number")),
                           ("replace", self.tr("Another sentence's numbers")), ("changes", self.tr("Changes")),
                           ("effect", self.tr("What comes of it"))):  # fmt: skip
            self._heads[name].setText(text)
        for key, text in (("mask", self.tr("Causal mask off")), ("scale", self.tr("÷ √d_k off")),
                          ("positions", self.tr("Positions off")),
                          ("residual", self.tr("Residual connections off")), ("pad", self.tr("Padding not hidden")),
                          ("tie", self.tr("W_Q tied to W_K"))):  # fmt: skip
            self._boxes[key].setText(text)
        for at, text in enumerate((self.tr("As it is"), self.tr("Silenced"), self.tr("Even"))):
            self._hows.button(at).setText(text)
        tips = (self.tr("The head as the model has it"), self.tr("Its result is 0"),
                self.tr("Every key that is not hidden gets the same share"))  # fmt: skip
        for at, tip in enumerate(tips):
            self._hows.button(at).setToolTip(tip)
        self._say_head()
        self._cell_name.setAccessibleName(self.tr("Tensor"))
        self._cell_at.setAccessibleName(self.tr("Index of the cell"))
        self._cell_at.setPlaceholderText(self.tr("index"))
        self._cell_value.setAccessibleName(self.tr("New number"))
        self._cell_value.setPlaceholderText(self.tr("new number"))
        self._cell_set.setText(self.tr("Set"))
        self._other.setAccessibleName(self.tr("Another sentence"))
        self._other.setPlaceholderText(self.tr("another sentence, of as many tokens"))
        self._part.setAccessibleName(self.tr("Which part"))
        self._replace.setText(self.tr("Replace"))
        for action, text in zip(self._actions, (self.tr("Undo"), self.tr("Redo"), self.tr("Reset"))):
            action.setIconText(text)
        self._none.setText(self.tr("Nothing is changed: these are the model's own numbers."))
        heads = (self.tr("token"), self.tr("before"), self.tr("after"), self.tr("difference"))
        self._table.setHorizontalHeaderLabels(list(heads))
        self._table.setAccessibleName(self.tr("The likeliest tokens before and after"))

    def _say_head(self) -> None:
        text = self.tr("Head {head} · {attention}").format(head=self._head_number, attention=self._attention)
        self._heads["head"].setText(text if self._attention else self.tr("A head: go to a stage of an attention"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def minimumSizeHint(self) -> QSize:
        return QSize(round(self._theme.px(200)), round(self._theme.px(120)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where the page is low, what comes of a change stands below the rest instead of staying in sight."""
        super().resizeEvent(event)
        low = self.height() < self._theme.px(430)
        if low != self._low:
            self._low = low
            (self._column if low else self._whole).addWidget(self._foot)

    # Input --------------------------------------------------------------------------------------------------

    def _box_clicked(self, on: bool) -> None:
        key = self.sender().property("key")
        self.switched.emit(key, dict(SWITCHES)[key], on)

    def _how_clicked(self, at: int) -> None:
        self.headChosen.emit(HOWS[at])

    def _cell_activated(self, at: int) -> None:
        self._cell_at.setModified(False)
        self.cellNamed.emit(self._cell_name.itemData(at))

    def _set_cell(self) -> None:
        if self._cell_value.text().strip():
            self._cell_at.setModified(False)
            self.cellSet.emit(self._cell_name.currentData(), self._cell_at.text(), self._cell_value.text())

    def _replace_clicked(self) -> None:
        if self._other.text().strip():
            self.replaced.emit(self._part.currentData(), self._other.text())

    def _remove_clicked(self) -> None:
        self.removed.emit(self.sender().property("number"))


