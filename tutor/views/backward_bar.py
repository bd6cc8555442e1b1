"""The strip over the heat maps in the backward pass: of which number the gradients are."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent, QStandardItemModel
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from tutor.engine.goals import LOGIT, SURPRISE
from tutor.views.elided import Elided
from tutor.views.icons import icon, pixmap
from tutor.views.theme import Theme, font

CELL = ""
#: What a goal can be, in the order of the box: a logit, a surprise, the pinned cell.
WHATS = (LOGIT, SURPRISE, CELL)


class BackwardBar(QWidget):
    """Says of which number the gradients are, and lets the learner choose another.

    Signals:
        whatChosen(str)    one of WHATS
        tokenChosen(int)   a token by its id
        tokenTyped(str)    a token by its text, or its id as digits
        posChosen(int)     another position
        closed()           forwards again
    """

    whatChosen = Signal(str)
    tokenChosen = Signal(int)
    tokenTyped = Signal(str)
    posChosen = Signal(int)
    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon, self._of, self._at, self._value = QLabel(), QLabel(), QLabel(), QLabel()
        self._what, self._token, self._pos = QComboBox(), QComboBox(), QComboBox()
        self._cell, self._note = Elided(theme, "tensor", "ink"), Elided(theme, "caption", "ink2")
        self._token.setEditable(True)
        self._token.setMinimumContentsLength(16)
        self._token.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self._token.setCompleter(None)  # type: ignore[arg-type]
        for box in self.boxes():
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        for _ in WHATS:
            self._what.addItem("")
        #: The same in words, where there is no room for the boxes.
        self._told = Elided(theme, "dense", "ink")
        self._kind, self._narrow = LOGIT, False
        self._close = QToolButton()
        self._close.setAutoRaise(True)
        line = QHBoxLayout()
        line.setSpacing(8)
        for one in (self._icon, self._of, self._what, self._token, self._at, self._pos, self._cell, self._value):
            line.addWidget(one)
        line.addWidget(self._told, 1)
        line.addStretch(0)
        line.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 3, 12, 3)
        column.setSpacing(1)
        column.addLayout(line)
        column.addWidget(self._note)
        self._texts: tuple[str, ...] = ()
        self._ids: tuple[int, ...] = ()
        self._what.activated.connect(self._what_chosen)
        self._token.activated.connect(self._token_chosen)
        line_edit = self._token.lineEdit()
        assert line_edit is not None
        line_edit.returnPressed.connect(self._typed)
        self._pos.activated.connect(self.posChosen)
        self._close.clicked.connect(self.closed)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.hide()
        self.set_theme(theme)
        self.retranslate()
        self.set_note("")
        self._fit()

    def boxes(self) -> tuple[QComboBox, QComboBox, QComboBox]:
        """What is differentiated, of which token, at which position."""
        return self._what, self._token, self._pos

    def close_button(self) -> QToolButton:
        return self._close

    # What is shown ------------------------------------------------------------------------------------------

    def set_what(self, what: str, cell: str, can_pin: bool) -> None:
        """Which kind of number; `cell` is its address where it is a cell of a tensor, "" else; `can_pin` is whether a
        cell is pinned that could be the goal."""
        self._what.setCurrentIndex(WHATS.index(what))
        model = self._what.model()
        assert isinstance(model, QStandardItemModel)
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        model.item(WHATS.index(CELL)).setFlags(flags if can_pin or what == CELL else Qt.ItemFlag.NoItemFlags)
        self._cell.set_text(cell)
        self._kind = what
        self._fit()

    def set_tokens(self, ids: Sequence[int], texts: Sequence[str], current: int) -> None:
        """The tokens to choose among, and which is chosen (its id)."""
        with QSignalBlocker(self._token):
            if (tuple(ids), tuple(texts)) != (self._ids, self._texts):
                self._ids, self._texts = tuple(ids), tuple(texts)
                self._token.clear()
                self._token.addItems(list(texts))
            if current in self._ids:
                self._token.setCurrentIndex(self._ids.index(current))
        line_edit = self._token.lineEdit()
        assert line_edit is not None
        line_edit.setCursorPosition(0)  # the text's beginning says which token it is

    def set_positions(self, texts: Sequence[str], current: int) -> None:
        """The positions of the sentence by their tokens, and which is chosen."""
        with QSignalBlocker(self._pos):
            if [self._pos.itemText(at) for at in range(self._pos.count())] != list(texts):
                self._pos.clear()
                self._pos.addItems(list(texts))
            self._pos.setCurrentIndex(current)

    def set_value(self, value: str) -> None:
        """The goal's own number, as text."""
        self._value.setText(value)
        self._fit()

    def value(self) -> str:
        return self._value.text()

    def set_note(self, note: str) -> None:
        """What should be known of this stage, in a line of its own; "" for nothing."""
        self._note.set_text(note)
        self._note.setVisible(bool(note))

    def note(self) -> str:
        return self._note.text()

    def told(self) -> str:
        """All of it in words."""
        if self._kind == CELL:
            return f"{self._of.text()} {self._cell.text()} {self._value.text()}"
        of, what, token, at, pos = (one.text() if isinstance(one, QLabel) else one.currentText() for one in (
            self._of, self._what, self._token, self._at, self._pos))  # fmt: skip
        return f"{of} {what}: {token}, {at} {pos} {self._value.text()}"

    def minimumSizeHint(self) -> QSize:
        return QSize(round(self._theme.px(120)), super().minimumSizeHint().height())

    def _fit(self) -> None:
        """Boxes where there is room for them, else words."""
        cell = self._kind == CELL
        shown: tuple[QWidget, ...] = (self._of, self._what)
        shown += (self._cell,) if cell else (self._token, self._at, self._pos)
        shown += (self._value,)
        needed = sum(one.sizeHint().width() + 8 for one in shown) + 28 + round(self._theme.px(60))
        self._narrow = self.width() < needed
        for one in (self._of, self._what, self._token, self._at, self._pos, self._cell, self._value):
            one.setVisible(not self._narrow and one in shown)
        self._told.set_text(self.told())
        self._told.setVisible(self._narrow)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    # What was chosen ----------------------------------------------------------------------------------------

    def _what_chosen(self, at: int) -> None:
        self.whatChosen.emit(WHATS[at])

    def _token_chosen(self, at: int) -> None:
        if 0 <= at < len(self._ids) and self._token.currentText() == self._texts[at]:
            self.tokenChosen.emit(self._ids[at])

    def _typed(self) -> None:
        text = self._token.currentText()
        if text in self._texts:
            self.tokenChosen.emit(self._ids[self._texts.index(text)])
        else:
            self.tokenTyped.emit(text)

    # Dress --------------------------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._icon.setPixmap(pixmap("back", theme.accent, round(theme.px(16)), self.devicePixelRatioF()))
        self._close.setIcon(icon("close", theme))
        self._cell.set_theme(theme)
        self._told.set_theme(theme)
        self._note.set_theme(theme)
        for one in (self._of, self._at):
            one.setFont(font(theme, "dense"))
        self._value.setFont(font(theme, "dense", True))
        for box in self.boxes():
            box.setFont(font(theme, "dense"))
        colours = self.palette()
        colours.setColor(colours.ColorRole.Window, theme.accentbg)
        self.setPalette(colours)
        self.setAutoFillBackground(True)

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Backward pass"))
        self._of.setText(self.tr("Backward from"))
        self._at.setText(self.tr("at"))
        for at, text in enumerate((self.tr("logit"), self.tr("surprise −ln p"), self.tr("pinned cell"))):
            self._what.setItemText(at, text)
        self._what.setAccessibleName(self.tr("Number that the gradients are of"))
        self._token.setAccessibleName(self.tr("Token of the goal"))
        self._token.setToolTip(self.tr("Choose a token, or type one (or its id) and press Enter"))
        self._pos.setAccessibleName(self.tr("Position of the goal"))
        self._close.setToolTip(self.tr("Forwards again (Esc)"))
        self._close.setAccessibleName(self.tr("Forwards again"))
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
