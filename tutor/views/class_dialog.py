"""The dialog in which a teacher makes a lesson: which bookmarks are its stops, and what is asked at each."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from tutor.engine.records import dataclass
from tutor.views.style import primary
from tutor.views.theme import Theme, font


@dataclass(frozen=True)
class Offered:
    """A stop that can be picked: its name, its note, and the kinds of questions that can be asked there with their
    names."""

    title: str
    note: str
    kinds: tuple[tuple[str, str], ...] = ()


class ClassDialog(QDialog):
    """Asks which stops and questions a lesson has.

    Signals:
        saveWanted()
    """

    saveWanted = Signal()

    def __init__(self, theme: Theme, offered: Sequence[Offered], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._told, self._label = QLabel(), QLabel()
        self._told.setWordWrap(True)
        self.name = QLineEdit()
        self._label.setBuddy(self.name)
        self._table = QTableWidget(len(offered), 3)
        self._table.verticalHeader().hide()
        self._table.setShowGrid(False)
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self._boxes: list[QComboBox] = []
        for row, one in enumerate(offered):
            item = QTableWidgetItem(one.title)
            item.setFlags(Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsEnabled)
            item.setCheckState(Qt.CheckState.Checked)
            self._table.setItem(row, 0, item)
            self._table.setItem(row, 1, QTableWidgetItem(one.note))
            box = QComboBox()
            box.addItem("", "")
            for kind, title in one.kinds:
                box.addItem(title, kind)
            box.setAccessibleName(one.title)
            self._boxes.append(box)
            self._table.setCellWidget(row, 2, box)
        header = self._table.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        self.save, self._close = QPushButton(), QPushButton()
        primary(self.save)
        for button in (self.save, self._close):
            button.setAutoDefault(False)
        top = QHBoxLayout()
        top.addWidget(self._label)
        top.addWidget(self.name, 1)
        row_ = QHBoxLayout()
        row_.addStretch(1)
        row_.addWidget(self.save)
        row_.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(8)
        column.addLayout(top)
        column.addWidget(self._table, 1)
        column.addWidget(self._told)
        column.addLayout(row_)
        self.save.clicked.connect(self.saveWanted)
        self._close.clicked.connect(self.close)
        for widget in (self.name, self._table, self._told):
            widget.setFont(font(theme, "body"))
        self.save.setEnabled(bool(offered))
        self.retranslate()
        self.resize(round(theme.px(640)), round(theme.px(400)))

    def picked(self) -> list[tuple[int, str, str]]:
        """The stops that are picked: the number of each, its note, and the kind of question there, "" for none."""
        found = []
        for row, box in enumerate(self._boxes):
            item, note = self._table.item(row, 0), self._table.item(row, 1)
            if item is not None and item.checkState() == Qt.CheckState.Checked:
                found.append((row, note.text() if note is not None else "", str(box.currentData() or "")))
        return found

    def pick(self, row: int, on: bool, kind: str = "") -> None:
        """Pick a stop or not, and what is asked there."""
        item = self._table.item(row, 0)
        if item is not None:
            item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
        self._boxes[row].setCurrentIndex(max(0, self._boxes[row].findData(kind)))

    def kinds(self, row: int) -> list[str]:
        """What can be asked at a stop."""
        return [str(self._boxes[row].itemData(at)) for at in range(self._boxes[row].count())]

    def say(self, sentence: str) -> None:
        self._told.setText(sentence)

    def told(self) -> str:
        return self._told.text()

    def retranslate(self) -> None:
        self.setWindowTitle(self.tr("A lesson for a class"))
        self._label.setText(self.tr("Title"))
        self._table.setAccessibleName(self.tr("Stops"))
        self._table.setHorizontalHeaderLabels([self.tr("Stop"), self.tr("What is said there"), self.tr("Question")])
        for box in self._boxes:
            box.setItemText(0, self.tr("none"))
            box.setItemData(0, "")
        self.save.setText(self.tr("Save the lesson…"))
        self._close.setText(self.tr("Close"))
        if not self._boxes:
            self.say(self.tr("Bookmark the stages of your lesson first (Ctrl+B); their notes are what is said there."))
        else:
            self.say(self.tr("The file holds this run with all its numbers, and opens on any machine; F11 shows it "
                             "large, and R reveals an answer."))  # fmt: skip

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
