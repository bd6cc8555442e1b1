"""The top of the window: the sentence, Run, the model, and what is wrong with the sentence, if anything."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QPushButton, QSpinBox, QVBoxLayout, QWidget

from tutor.views.icons import icon
from tutor.views.style import primary
from tutor.views.theme import Theme, font

#: A sentence box has one line, so these stand for characters it cannot show.
_SHOWN = {"\n": "⏎", "\t": "⇥"}
_MOST_CHARACTERS = 2_000_000


def to_box(text: str) -> str:
    for character, shown in _SHOWN.items():
        text = text.replace(character, shown)
    return text


def from_box(text: str) -> str:
    for character, shown in _SHOWN.items():
        text = text.replace(shown, character)
    # Pasting several lines into one puts Qt's own separators between them.
    return text.replace("\u2028", "\n").replace("\u2029", "\n")


class SentenceBar(QWidget):
    """What to run.

    Signals:
        edited(str)        the sentence on screen was typed into
        runRequested()     Run was pressed, or Return in the box
        cancelRequested()  Cancel was pressed
        rowChosen(int)     another sentence of the batch
        rowAdded(), rowRemoved()
        modelChosen(str), layersChosen(int), deviceChosen(str)
    """

    edited = Signal(str)
    runRequested = Signal()
    cancelRequested = Signal()
    rowChosen = Signal(int)
    rowAdded = Signal()
    rowRemoved = Signal()
    modelChosen = Signal(str)
    layersChosen = Signal(int)
    deviceChosen = Signal(str)

    def __init__(self, theme: Theme, models: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._busy = self._compact = False
        self._problem = ""
        self._given = ("", "")
        self._label, self._box, self._run = QLabel(), QLineEdit(), QPushButton()
        self._row, self._of = QSpinBox(), QLabel()
        self._add, self._remove = QPushButton(), QPushButton()
        self._model_label, self._model = QLabel(), QComboBox()
        self._layers_label, self._layers = QLabel(), QSpinBox()
        self._device_label, self._device = QLabel(), QComboBox()
        self._error = QLabel()
        self._box.setMaxLength(_MOST_CHARACTERS)
        self._box.setClearButtonEnabled(False)
        self._row.setPrefix("")
        self._layers.setRange(1, 12)
        for name, title in models:
            self._model.addItem(title, name)
        for name in ("auto", "cpu", "cuda", "mps"):
            self._device.addItem(name, name)
        primary(self._run)
        line = QHBoxLayout()
        line.setContentsMargins(12, 7, 12, 3)
        line.setSpacing(8)
        for widget in (self._label, self._row, self._of, self._box, self._add, self._remove, self._run,
                       self._model_label, self._model, self._layers_label, self._layers,
                       self._device_label, self._device):  # fmt: skip
            line.addWidget(widget, 1 if widget is self._box else 0)
        self._error.setContentsMargins(12, 0, 12, 2)
        self._error.setWordWrap(True)
        self._error.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(line)
        column.addWidget(self._error)
        self._box.textEdited.connect(self._edited)
        self._box.returnPressed.connect(self.runRequested)
        self._run.clicked.connect(self._pressed)
        self._row.valueChanged.connect(self._row_changed)
        self._add.clicked.connect(self.rowAdded)
        self._remove.clicked.connect(self.rowRemoved)
        self._model.activated.connect(self._model_chosen)
        self._layers.valueChanged.connect(self.layersChosen)
        self._device.activated.connect(self._device_chosen)
        self.set_theme(theme)
        self.set_rows(0, 1)
        self.retranslate()

    # What is shown ------------------------------------------------------------------------------------------

    def set_text(self, text: str) -> None:
        """Show a sentence. What the box cannot hold of it (half a surrogate pair) is kept until it is edited."""
        if self.text() != text:
            with QSignalBlocker(self._box):
                self._box.setText(to_box(text))
            self._box.setCursorPosition(0)
            self._given = text, self._box.text()

    def text(self) -> str:
        given, shown = self._given
        return given if self._box.text() == shown else from_box(self._box.text())

    def set_rows(self, row: int, count: int) -> None:
        """Which sentence of how many is in the box."""
        with QSignalBlocker(self._row):
            self._row.setRange(0, max(0, count - 1))
            self._row.setValue(row)
        many = count > 1
        self._row.setVisible(many)
        self._of.setVisible(many)
        self._remove.setVisible(many)
        self._say_of()

    def set_compact(self, compact: bool) -> None:
        """Leave out the words beside the boxes where the window is narrow; they stay in tooltips and names."""
        for label in (self._label, self._model_label, self._device_label):
            label.setVisible(not compact)
        self._compact = compact
        self._layers_label.setVisible(not compact and not self._layers.isHidden())

    def _say_of(self) -> None:
        self._of.setText(self.tr("of 0–{last}").format(last=self._row.maximum()))

    def set_busy(self, busy: bool) -> None:
        """While a run goes on, Run becomes Cancel."""
        self._busy = busy
        self.retranslate()

    def set_problem(self, sentence: str) -> None:
        """Say what is wrong with the sentence, below the box; "" for nothing."""
        self._problem = sentence
        self._error.setVisible(bool(sentence))
        self._error.setText("⚠ " + sentence if sentence else "")
        self._box.setProperty("error", bool(sentence))
        self._box.update()
        self._box.setAccessibleDescription(sentence)

    def problem(self) -> str:
        return self._problem

    def set_model(self, name: str, layers: int, fixed: bool) -> None:
        """Show which model runs; `fixed` where its number of blocks is not to be chosen."""
        with QSignalBlocker(self._model):
            if self._model.findData(name) < 0:  # a model folder, known by its path
                self._model.addItem(Path(name).name, name)
            at = self._model.findData(name)
            self._model.setCurrentIndex(at)
        with QSignalBlocker(self._layers):
            self._layers.setValue(layers)
        self._layers.setVisible(not fixed)
        self._layers_label.setVisible(not fixed and not self._compact)

    def set_device(self, name: str) -> None:
        with QSignalBlocker(self._device):
            self._device.setCurrentIndex(max(0, self._device.findData(name)))

    def box(self) -> QLineEdit:
        return self._box

    def run_button(self) -> QPushButton:
        return self._run

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._add.setIcon(icon("plus", theme))
        self._remove.setIcon(icon("minus", theme))
        for button in (self._add, self._remove):
            button.setFixedWidth(theme.height("button"))
        for spin in (self._row, self._layers):
            spin.setMinimumWidth(round(theme.px(52)))
        for widget in (self._label, self._model_label, self._layers_label, self._device_label, self._of):
            widget.setFont(font(theme, "dense"))
        self._error.setFont(font(theme, "dense"))
        colours = self._error.palette()
        colours.setColor(self._error.foregroundRole(), theme.err)
        self._error.setPalette(colours)
        self.retranslate()

    # Words --------------------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        self._label.setText(self.tr("Sentence"))
        self._box.setAccessibleName(self.tr("Sentence"))
        self._box.setPlaceholderText(self.tr("Type a sentence of your own"))
        self._row.setAccessibleName(self.tr("Sentence number"))
        self._say_of()
        self._add.setToolTip(self.tr("Add a sentence to the batch"))
        self._add.setAccessibleName(self.tr("Add a sentence to the batch"))
        self._remove.setToolTip(self.tr("Remove this sentence from the batch"))
        self._remove.setAccessibleName(self.tr("Remove this sentence from the batch"))
        self._run.setText(self.tr("Cancel") if self._busy else self.tr("Run"))
        self._run.setIcon(icon("close" if self._busy else "play", self._theme, on_accent=True))
        self._run.setToolTip(self.tr("Run the sentence through the model (Ctrl+Enter)"))
        self._model_label.setText(self.tr("Model"))
        self._model.setAccessibleName(self.tr("Model"))
        self._model.setToolTip(self.tr("Model"))
        self._layers_label.setText(self.tr("Blocks"))
        self._layers.setAccessibleName(self.tr("Number of blocks"))
        self._layers.setToolTip(self.tr("Number of blocks"))
        self._device_label.setText(self.tr("Device"))
        self._device.setItemText(0, self.tr("auto"))
        self._device.setAccessibleName(self.tr("Device"))
        self._device.setToolTip(self.tr("Device"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    # Input --------------------------------------------------------------------------------------------------

    def _edited(self, text: str) -> None:
        shown = to_box(from_box(text))
        if shown != text:  # pasted newlines are seen as such
            at = self._box.cursorPosition()
            with QSignalBlocker(self._box):
                self._box.setText(shown)
            self._box.setCursorPosition(at)
        self.edited.emit(self.text())

    def _pressed(self) -> None:
        if self._busy:
            self.cancelRequested.emit()
        else:
            self.runRequested.emit()

    def _row_changed(self, row: int) -> None:
        self.rowChosen.emit(row)

    def _model_chosen(self, at: int) -> None:
        self.modelChosen.emit(self._model.itemData(at))

    def _device_chosen(self, at: int) -> None:
        self.deviceChosen.emit(self._device.itemData(at))
