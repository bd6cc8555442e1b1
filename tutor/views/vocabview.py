"""The page "Vocabulary": what vectors say in terms of tokens. The logit lens, nearest tokens, surprise."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from tutor.views.bartable import BarRow, BarTable
from tutor.views.lenstable import LensRow, LensTable
from tutor.views.stagepane import KeylessScrollArea
from tutor.views.theme import Theme, font


class Switch(QWidget):
    """Two choices of which one is on.

    Signals:
        changed(bool)  whether the second is chosen
    """

    changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for at, side in enumerate(("first", "last")):
            button = QToolButton()
            button.setCheckable(True)
            button.setProperty("segment", side)
            self._group.addButton(button, at)
            row.addWidget(button)
        self._group.button(0).setChecked(True)
        self._group.idClicked.connect(self._clicked)

    def set_texts(self, first: str, second: str) -> None:
        self._group.button(0).setText(first)
        self._group.button(1).setText(second)

    def set_theme(self, theme: Theme) -> None:
        for button in self._group.buttons():
            button.setFont(font(theme, "caption"))

    def button(self, at: int) -> QToolButton:
        found = self._group.button(at)
        assert isinstance(found, QToolButton)
        return found

    def _clicked(self, at: int) -> None:
        self.changed.emit(at == 1)


class Block(QWidget):
    """One block of the page: a header, perhaps a switch beside it, words, and what they are about."""

    def __init__(self, body: QWidget, switch: Switch | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.head, self.words, self.body, self.switch = QLabel(), QLabel(), body, switch
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 0, 0)
        top.addWidget(self.head, 1)
        if switch is not None:
            top.addWidget(switch)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 6)
        column.setSpacing(4)
        column.addLayout(top)
        column.addWidget(self.words)
        column.addWidget(body)

    def set_words(self, text: str) -> None:
        self.words.setText(text)
        self.words.setVisible(bool(text))

    def set_theme(self, theme: Theme) -> None:
        for label, role, ink in ((self.head, "header", theme.ink2), (self.words, "dense", theme.ink2)):
            label.setFont(font(theme, role))
            colours = label.palette()
            colours.setColor(label.foregroundRole(), ink)
            label.setPalette(colours)
        self.body.set_theme(theme)  # type: ignore[attr-defined]
        if self.switch is not None:
            self.switch.set_theme(theme)


class VocabView(QWidget):
    """Lens, ranking of the residual on screen, nearest tokens, surprise. A block without anything to say is hidden.

    Signals:
        lensChosen(int, int)  a layer and a position of the lens
        byDot(bool)           nearest by dot product rather than by cosine
        inBits(bool)          surprise in bits rather than in nats
        surpriseChosen(int)   a row of the surprise
        entryChosen(int)      a token of a ranking or of the nearest, by its id
        truthTyped(str)       what a gap hid
    """

    lensChosen = Signal(int, int)
    byDot = Signal(bool)
    inBits = Signal(bool)
    surpriseChosen = Signal(int)
    entryChosen = Signal(int)
    truthTyped = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._header, self._place, self._empty = QLabel(), QLabel(), QLabel()
        self.lens, self.here = LensTable(theme), BarTable(theme, rows=7)
        self.near, self.surprise = BarTable(theme, rows=8), BarTable(theme, rows=14)
        self._near_by, self._unit = Switch(), Switch()
        self._lens, self._here = Block(self.lens), Block(self.here)
        self._near, self._surprise = Block(self.near, self._near_by), Block(self.surprise, self._unit)
        self._blocks = (self._lens, self._here, self._near, self._surprise)
        self._truth, self._truth_told = QLineEdit(), QLabel()
        self._truth_told.setWordWrap(True)
        inner = self._inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(14, 8, 14, 12)
        column.setSpacing(8)
        column.addWidget(self._place)
        column.addWidget(self._empty)
        self._lines: list[QFrame] = []
        for at, block in enumerate(self._blocks):
            if at:
                line = QFrame()
                line.setFrameShape(QFrame.Shape.HLine)
                line.setFrameShadow(QFrame.Shadow.Plain)
                self._lines.append(line)
                column.addWidget(line)
            column.addWidget(block)
        column.addWidget(self._truth)
        column.addWidget(self._truth_told)
        column.addStretch(1)
        self._area = KeylessScrollArea()
        self._area.setWidget(inner)
        self._header.setContentsMargins(14, 0, 14, 0)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._header)
        whole.addWidget(self._area, 1)
        for label in (self._place, self._empty):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.lens.cellChosen.connect(self.lensChosen)
        self.surprise.rowChosen.connect(self.surpriseChosen)
        self.here.rowChosen.connect(self._here_chosen)
        self.near.rowChosen.connect(self._near_chosen)
        self._near_by.changed.connect(self.byDot)
        self._unit.changed.connect(self.inBits)
        self._truth.returnPressed.connect(self._truth_typed)
        self.set_theme(theme)
        self.retranslate()
        self.clear()

    # What is shown ------------------------------------------------------------------------------------------

    def clear(self, words: str = "") -> None:
        """Nothing yet, and why."""
        for block in self._blocks:
            block.hide()
        for line in self._lines:
            line.hide()
        self._truth.hide()
        self._truth_told.hide()
        self._place.hide()
        self._empty.setText(words)
        self._empty.setVisible(bool(words))

    def set_place(self, words: str) -> None:
        """Which position of which tensor the blocks are about."""
        self._place.setText(words)
        self._place.setVisible(bool(words))
        self._empty.hide()

    def show_lens(self, rows: Sequence[LensRow], columns: Sequence[str], chosen: int, words: str) -> None:
        """The logit lens; no rows for a model that has none, or where `words` say why."""
        self.lens.set_rows(rows, columns, chosen)
        self.lens.setVisible(bool(rows))
        self._show(self._lens, bool(rows) or bool(words), words)

    def show_here(self, rows: Sequence[BarRow], words: str) -> None:
        """What the residual on screen would predict."""
        self.here.set_rows(rows)
        self.here.setVisible(bool(rows))
        self._show(self._here, bool(rows) or bool(words), words)

    def show_near(self, rows: Sequence[BarRow], low: float, high: float, words: str) -> None:
        """The nearest rows of the embedding table."""
        self.near.set_rows(rows, low, high)
        self.near.setVisible(bool(rows))
        self._near_by.setVisible(bool(rows))
        self._show(self._near, bool(rows) or bool(words), words)

    def show_surprise(self, rows: Sequence[BarRow], high: float, words: str, asks: bool) -> None:
        """The surprise at each token; `asks` shows the box for what a gap hid."""
        self.surprise.set_rows(rows, 0.0, high)
        self.surprise.setVisible(bool(rows))
        self._unit.setVisible(bool(rows))
        self._show(self._surprise, bool(rows) or bool(words), words)
        self._truth.setVisible(asks)
        self._truth_told.hide()

    def set_truth_problem(self, text: str) -> None:
        """Why what was typed cannot be what the gap hid."""
        self._truth_told.setText(text)
        self._truth_told.show()

    def _show(self, block: Block, there: bool, words: str) -> None:
        block.set_words(words)
        block.setVisible(there)
        before = False
        for one, line in zip(self._blocks, (None, *self._lines)):
            shown = not one.isHidden()
            if line is not None:
                line.setVisible(shown and before)
            before = before or shown

    def words(self) -> dict[str, str]:
        """What is said above each block that is shown."""
        names = ("lens", "here", "near", "surprise")
        return {name: block.words.text() for name, block in zip(names, self._blocks) if not block.isHidden()}

    def place(self) -> str:
        return self._place.text() if not self._place.isHidden() else self._empty.text()

    def truth_box(self) -> QLineEdit:
        return self._truth

    def near_switch(self) -> Switch:
        return self._near_by

    def unit_switch(self) -> Switch:
        return self._unit

    def first_focus(self) -> QWidget:
        """What the focus goes to when the page is chosen with the keys."""
        return next((one.body for one in self._blocks if one.body.isVisible()), self._area)

    def set_headed(self, headed: bool) -> None:
        """Whether the page names itself."""
        self._header.setVisible(headed)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for label, role, ink in ((self._header, "header", theme.ink2), (self._place, "dense", theme.ink),
                                 (self._empty, "body", theme.ink2)):  # fmt: skip
            label.setFont(font(theme, role))
            colours = label.palette()
            colours.setColor(label.foregroundRole(), ink)
            label.setPalette(colours)
        self._header.setFixedHeight(theme.height("pane_header"))
        self._truth.setFont(font(theme, "dense"))
        self._truth_told.setFont(font(theme, "dense"))
        colours = self._truth_told.palette()
        colours.setColor(self._truth_told.foregroundRole(), theme.err)
        self._truth_told.setPalette(colours)
        for block in self._blocks:
            block.set_theme(theme)
        for line in self._lines:
            colours = line.palette()
            colours.setColor(colours.ColorRole.WindowText, theme.line)
            line.setPalette(colours)
        for widget in (self._area, self._inner):
            colours = widget.palette()
            for ground in (colours.ColorRole.Window, colours.ColorRole.Base):
                colours.setColor(ground, theme.pane)
            widget.setPalette(colours)
            widget.setAutoFillBackground(True)

    # Words --------------------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Vocabulary"))
        self._area.setAccessibleName(self.tr("Vocabulary"))
        self._header.setText(self.tr("Vocabulary"))
        for block, title in ((self._lens, self.tr("Logit lens")), (self._here, self.tr("This residual alone")),
                             (self._near, self.tr("Nearest tokens")), (self._surprise, self.tr("Surprise"))):
            block.head.setText(title)
            block.body.setAccessibleName(title)
        self.lens.setToolTip(self.tr("Click a cell to go to its residual and position"))
        for table in (self.here, self.near):
            table.setToolTip(self.tr("Click a token to see its probability in the model's output here"))
        self._near_by.set_texts(self.tr("cosine"), self.tr("dot"))
        self._near_by.button(0).setToolTip(self.tr("By the angle between the vectors"))
        self._near_by.button(1).setToolTip(self.tr("By the products of their features, summed"))
        self._unit.set_texts(self.tr("nats"), self.tr("bits"))
        self._unit.button(0).setToolTip(self.tr("With the natural logarithm, as in training"))
        self._unit.button(1).setToolTip(self.tr("With the logarithm to base 2: one bit is a toss of a coin"))
        self._truth.setPlaceholderText(self.tr("What was hidden here? One token, then Return"))
        self._truth.setAccessibleName(self.tr("What the gap hid"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _here_chosen(self, row: int) -> None:
        self._choose(self.here.rows()[row].id)

    def _near_chosen(self, row: int) -> None:
        self._choose(self.near.rows()[row].id)

    def _choose(self, id: int | None) -> None:
        if id is not None:
            self.entryChosen.emit(id)

    def _truth_typed(self) -> None:
        self.truthTyped.emit(self._truth.text())
