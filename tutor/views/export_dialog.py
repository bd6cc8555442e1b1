"""The dialog of Export: what, in which format, where."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from tutor.engine.records import dataclass
from tutor.views.style import primary
from tutor.views.theme import Theme, font

#: What can be exported, and the formats of each.
FORMATS = {
    "figure": ("svg", "pdf", "png"), "view": ("svg", "pdf", "png"), "window": ("svg", "pdf", "png"),
    "tensor": ("npy", "csv", "safetensors"), "handout": ("html",),
}  # fmt: skip
_NAMES = {"svg": "SVG", "pdf": "PDF", "png": "PNG", "npy": "NPY", "csv": "CSV", "safetensors": "safetensors",
          "html": "HTML"}  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """An export that was asked for: what, which steps (of a handout), in which format, where; and which tensor, where
    numbers are wanted ("" for that of the step)."""

    what: str
    steps: str
    form: str
    path: Path
    tensor: str = ""


class ExportDialog(QDialog):
    """Asks for an export; the desk carries it out and closes the dialog, or says what is wrong in it.

    Signals:
        wanted(object)  a `Wanted`
    """

    wanted = Signal(object)

    def __init__(
        self, theme: Theme, names: dict[str, str], folder: Path, tensors: Sequence[str] = (),
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        """`names` are file names without ending, one for each thing that can be exported; `tensors` are the step's
        result and its operands."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._theme, self._stems, self._folder = theme, names, folder
        self._agreed = ""  # a file that is there and may be replaced
        self.what, self.steps, self.tensor, self.form = QComboBox(), QComboBox(), QComboBox(), QComboBox()
        self.tensor.addItems(list(tensors))
        self.path, self._browse = QLineEdit(), QPushButton()
        self._problem = QLabel()
        self._problem.setWordWrap(True)
        self._problem.setTextFormat(Qt.TextFormat.PlainText)
        self.export, self._cancel = QPushButton(), QPushButton()
        primary(self.export)
        self.export.setDefault(True)
        for key in FORMATS:
            self.what.addItem("", key)
        for key in ("stage", "block", "all"):
            self.steps.addItem("", key)
        self._labels = [QLabel() for _ in range(5)]
        place = QHBoxLayout()
        place.addWidget(self.path, 1)
        place.addWidget(self._browse)
        self._rows = QFormLayout()
        for label, field in zip(self._labels, (self.what, self.steps, self.tensor, self.form)):
            self._rows.addRow(label, field)
            label.setBuddy(field)
        self._rows.addRow(self._labels[4], place)
        self._labels[4].setBuddy(self.path)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self.export)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(10)
        column.addLayout(self._rows)
        column.addWidget(self._problem)
        column.addLayout(buttons)
        self.what.currentIndexChanged.connect(self._what_changed)
        self.tensor.currentIndexChanged.connect(self._what_changed)
        self.form.currentIndexChanged.connect(self._form_changed)
        self.path.textEdited.connect(self._edited)
        self._browse.clicked.connect(self._ask_place)
        self._cancel.clicked.connect(self.reject)
        self.export.clicked.connect(self._ask)
        self.set_theme(theme)
        self.retranslate()
        self._what_changed()
        self.resize(round(theme.px(560)), self.sizeHint().height())

    # What is chosen -----------------------------------------------------------------------------------------

    def choose(self, what: str, form: str = "") -> None:
        """Begin with a choice, such as that of the last time; one that there is not leaves what is there."""
        at = self.what.findData(what)
        if at >= 0:
            self.what.setCurrentIndex(at)
        at = self.form.findData(form)
        if at >= 0:
            self.form.setCurrentIndex(at)

    def offer(self, what: str, offered: bool) -> None:
        """Leave out what there is nothing of."""
        at = self.what.findData(what)
        if not offered and at >= 0:
            self.what.removeItem(at)

    def chosen(self) -> Wanted:
        return Wanted(
            self.what.currentData(), self.steps.currentData(), self.form.currentData(),
            Path(self.path.text()).expanduser(), self.tensor.currentText(),
        )  # fmt: skip

    def say(self, problem: str) -> None:
        """What is wrong; the dialog stays."""
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))
        self.export.setEnabled(True)

    def problem(self) -> str:
        return self._problem.text() if not self._problem.isHidden() else ""

    def set_busy(self, busy: bool) -> None:
        """While it is being written nothing else can be asked for."""
        self.export.setEnabled(not busy)

    def _what_changed(self) -> None:
        what = self.what.currentData()
        before = self.form.currentData()
        with QSignalBlocker(self.form):
            self.form.clear()
            for form in FORMATS[what]:
                self.form.addItem(_NAMES[form], form)
            self.form.setCurrentIndex(max(0, self.form.findData(before)))
        self._rows.setRowVisible(1, what == "handout")
        self._rows.setRowVisible(2, what == "tensor" and self.tensor.count() > 1)
        stem = self._stems[what]
        if what == "tensor" and self.tensor.currentIndex() > 0:
            stem = f"{self._stems['model']}-{self.tensor.currentText().replace('.', '-')}"
        self.path.setText(str(self._folder / f"{stem}.{self.form.currentData()}"))
        self.say("")

    def _form_changed(self) -> None:
        path = Path(self.path.text())
        if path.name:
            self.path.setText(str(path.with_suffix(f".{self.form.currentData()}")))
        self.say("")

    def _edited(self) -> None:
        self.say("")

    def _ask_place(self) -> None:
        name = self.ask_save(self.path.text())
        if name:
            self._agreed = name  # the system's dialog has asked already
            self.path.setText(name)
            self._folder = Path(name).parent

    def ask_save(self, start: str) -> str:
        """The file dialog, apart so that a test can answer in its place."""
        return QFileDialog.getSaveFileName(self, self.tr("Export"), start)[0]

    def _ask(self) -> None:
        wanted = self.chosen()
        if not wanted.path.name or not wanted.path.parent.is_dir():
            self.say(self.tr("There is no such folder: choose another place."))
        elif wanted.path.is_dir():
            self.say(self.tr("This is a folder: give the file a name."))
        elif wanted.path.exists() and str(wanted.path) != self._agreed:
            self._agreed = str(wanted.path)
            self.say(self.tr("{name} is there already: Export again replaces it.").format(name=wanted.path.name))
        else:
            self.say("")
            self.wanted.emit(wanted)

    # Look and words -----------------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        for widget in self.findChildren(QWidget):
            widget.setFont(font(theme, "body"))
        colours = self._problem.palette()
        colours.setColor(self._problem.foregroundRole(), theme.err)
        self._problem.setPalette(colours)

    def retranslate(self) -> None:
        self.setWindowTitle(self.tr("Export"))
        whats = {
            "figure": self.tr("Picture: the heat maps of this step"),
            "view": self.tr("Picture: this view as it stands"),
            "window": self.tr("Picture: the whole window"),
            "tensor": self.tr("Numbers: a whole tensor of this step"),
            "handout": self.tr("Handout: steps with formulas and numbers"),
        }
        for at in range(self.what.count()):
            self.what.setItemText(at, whats[self.what.itemData(at)])
        for at, text in enumerate((self.tr("This stage"), self.tr("This part of the model"), self.tr("All stages"))):
            self.steps.setItemText(at, text)
        fields: Sequence[tuple[QLabel, QWidget, str]] = (
            (self._labels[0], self.what, self.tr("What")), (self._labels[1], self.steps, self.tr("Steps")),
            (self._labels[2], self.tensor, self.tr("Tensor")), (self._labels[3], self.form, self.tr("Format")),
            (self._labels[4], self.path, self.tr("File")),
        )  # fmt: skip
        for label, field, text in fields:
            label.setText(text)
            field.setAccessibleName(text)
        self._browse.setText(self.tr("Choose…"))
        self._cancel.setText(self.tr("Cancel"))
        self.export.setText(self.tr("Export"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
