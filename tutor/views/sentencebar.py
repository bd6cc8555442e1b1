"""The top of the window: the sentence (and its target), Run, the model, and what is wrong, if anything."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from tutor.views.icons import icon
from tutor.views.sentencebox import SentenceBox
from tutor.views.style import primary
from tutor.views.theme import Theme, font


class SentenceBar(QWidget):
    """What to run. A model that reads two texts has a second box, for the target.

    Signals:
        edited(str)        the sentence on screen was typed into
        targetEdited(str)  its target was
        maskWanted()       the button that inserts the model's mask
        whatIfWanted()     the button that says how many changes there are
        runRequested()     Run was pressed, or Return in the box
        cancelRequested()  Cancel was pressed
        rowChosen(int)     another sentence of the batch
        rowAdded(), rowRemoved()
        modelChosen(str), layersChosen(int), deviceChosen(str)
    """

    edited = Signal(str)
    targetEdited = Signal(str)
    maskWanted = Signal()
    whatIfWanted = Signal()
    runRequested = Signal()
    cancelRequested = Signal()
    rowChosen = Signal(int)
    rowAdded = Signal()
    rowRemoved = Signal()
    modelChosen = Signal(str)
    layersChosen = Signal(int)
    deviceChosen = Signal(str)

    def __init__(
        self, theme: Theme, models: Sequence[tuple[str, str]], most_layers: int = 12, parent: QWidget | None = None
    ) -> None:
        """`models` are the names to choose from, each with its title."""
        super().__init__(parent)
        self._theme = theme
        self._busy = self._compact = False
        self._problem = self._target_problem = self._decoded = ""
        self._label, self._box, self._run = QLabel(), SentenceBox(), QPushButton()
        self._target_label, self._target = QLabel(), SentenceBox()
        self._mask = QPushButton()
        self._what_if = QToolButton()
        self._row, self._of = QSpinBox(), QLabel()
        self._add, self._remove = QPushButton(), QPushButton()
        self._model_label, self._model = QLabel(), QComboBox()
        self._layers_label, self._layers = QLabel(), QSpinBox()
        self._device_label, self._device = QLabel(), QComboBox()
        self._error, self._target_error = QLabel(), QLabel()
        self._row.setPrefix("")
        self._layers.setRange(1, most_layers)
        for name, title in models:
            self._model.addItem(title, name)
        for name in ("auto", "cpu", "cuda", "mps"):
            self._device.addItem(name, name)
        primary(self._run)
        line = QHBoxLayout()
        line.setContentsMargins(12, 7, 12, 3)
        line.setSpacing(8)
        boxes = (self._box, self._target)
        for widget in (self._label, self._row, self._of, self._box, self._mask, self._target_label, self._target,
                       self._add, self._remove, self._run, self._what_if, self._model_label, self._model,
                       self._layers_label, self._layers, self._device_label, self._device):  # fmt: skip
            line.addWidget(widget, 1 if widget in boxes else 0)
        for error in (self._error, self._target_error):
            error.setContentsMargins(12, 0, 12, 2)
            error.setWordWrap(True)
            error.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(line)
        column.addWidget(self._error)
        column.addWidget(self._target_error)
        self._box.typed.connect(self.edited)
        self._target.typed.connect(self.targetEdited)
        for box in boxes:
            box.returnPressed.connect(self.runRequested)
        self._mask.clicked.connect(self.maskWanted)
        self._what_if.clicked.connect(self.whatIfWanted)
        self._run.clicked.connect(self._pressed)
        self._row.valueChanged.connect(self._row_changed)
        self._add.clicked.connect(self.rowAdded)
        self._remove.clicked.connect(self.rowRemoved)
        self._model.activated.connect(self._model_chosen)
        self._layers.valueChanged.connect(self.layersChosen)
        self._device.activated.connect(self._device_chosen)
        self.set_theme(theme)
        self.set_rows(0, 1)
        self.set_target(None)
        self.set_mask("")
        self._what_if.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.set_what_if("")
        self.retranslate()

    # What is shown ------------------------------------------------------------------------------------------

    def set_text(self, text: str) -> None:
        """Show a sentence. What the box cannot hold of it (half a surrogate pair) is kept until it is edited."""
        self._box.set_sentence(text)

    def text(self) -> str:
        return self._box.sentence()

    def set_target(self, text: str | None, decoded: str = "") -> None:
        """Show the sentence's target; None for a model that reads none. `decoded` is what the model wrote itself
        where no target is given: it stands in the empty box as a hint, never as typed text."""
        self._target.setVisible(text is not None)
        self._target.set_sentence(text or "")
        self._decoded = decoded
        self._say_target()

    def target(self) -> str:
        return self._target.sentence()

    def has_target(self) -> bool:
        return not self._target.isHidden()

    def set_mask(self, text: str) -> None:
        """The text of the model's mask, which the button inserts; "" for a model without."""
        self._mask.setVisible(bool(text))
        self._mask.setText(text)

    def set_what_if(self, text: str) -> None:
        """What was changed in the run of this sentence, in short; "" for nothing."""
        self._what_if.setVisible(bool(text))
        self._what_if.setText(text)
        self._what_if.setToolTip(text)

    def what_if(self) -> str:
        return self._what_if.text()

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
        self._say_target()
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
        self._box.set_problem(sentence)

    def problem(self) -> str:
        return self._problem

    def set_target_problem(self, sentence: str) -> None:
        """Say what is wrong with the target, below its box; "" for nothing."""
        self._target_problem = sentence
        self._target_error.setVisible(bool(sentence))
        self._target_error.setText("⚠ " + sentence if sentence else "")
        self._target.set_problem(sentence)
        self._align_error()

    def target_problem(self) -> str:
        return self._target_problem

    def _align_error(self) -> None:
        """What is wrong with the target stands below the target's box."""
        left = self._target.x() if self._target_problem else 12
        self._target_error.setContentsMargins(min(left, self.width() // 2), 0, 12, 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._align_error()

    def _say_target(self) -> None:
        there = self.has_target()
        self._target_label.setVisible(there and not self._compact)
        name = self.tr("Source") if there else self.tr("Sentence")
        self._label.setText(name)
        self._box.setAccessibleName(name)
        self._box.setPlaceholderText(self.tr("Type a sentence of your own"))
        self._target_label.setText(self.tr("Target"))
        self._target.setAccessibleName(self.tr("Target"))
        hint = self.tr("Left empty, the model writes it")
        if self._decoded:
            hint = self.tr("The model wrote: {text}").format(text=self._decoded)
        self._target.setPlaceholderText(hint)
        self._target.setToolTip(self.tr("The target the decoder reads. Left empty, the model writes its own."))

    def offer(self, name: str) -> None:
        """Let a model be chosen; one that is known by its path shows the end of it."""
        if self._model.findData(name) < 0:
            self._model.addItem(Path(name).name, name)

    def set_model(self, name: str, layers: int, fixed: bool) -> None:
        """Show which model runs; `fixed` where its number of blocks is not to be chosen."""
        with QSignalBlocker(self._model):
            self.offer(name)
            at = self._model.findData(name)
            self._model.setCurrentIndex(at)
        with QSignalBlocker(self._layers):
            self._layers.setValue(layers)
        self._layers.setVisible(not fixed)
        self._layers_label.setVisible(not fixed and not self._compact)

    def set_device(self, name: str) -> None:
        with QSignalBlocker(self._device):
            self._device.setCurrentIndex(max(0, self._device.findData(name)))

    def box(self) -> SentenceBox:
        return self._box

    def target_box(self) -> SentenceBox:
        return self._target

    def boxes(self) -> tuple[QLineEdit, ...]:
        """The boxes to type in that are on screen."""
        return (self._box, self._target) if self.has_target() else (self._box,)

    def mask_button(self) -> QPushButton:
        return self._mask

    def run_button(self) -> QPushButton:
        return self._run

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._add.setIcon(icon("plus", theme))
        self._remove.setIcon(icon("minus", theme))
        self._what_if.setIcon(icon("flask", theme))
        self._what_if.setFont(font(theme, "dense", True))
        colours = self._what_if.palette()
        colours.setColor(colours.ColorRole.ButtonText, theme.warn)
        self._what_if.setPalette(colours)
        for button in (self._add, self._remove):
            button.setFixedWidth(theme.height("button"))
        for spin in (self._row, self._layers):
            spin.setMinimumWidth(round(theme.px(52)))
        for widget in (self._label, self._model_label, self._layers_label, self._device_label, self._of,
                       self._target_label):  # fmt: skip
            widget.setFont(font(theme, "dense"))
        for error in (self._error, self._target_error):
            error.setFont(font(theme, "dense"))
            colours = error.palette()
            colours.setColor(error.foregroundRole(), theme.err)
            error.setPalette(colours)
        self.retranslate()

    # Words --------------------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        self._say_target()
        self._mask.setToolTip(self.tr("Put the model's mask where the cursor is (Ctrl+M)"))
        self._mask.setAccessibleName(self.tr("Insert the mask"))
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
