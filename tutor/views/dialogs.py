"""The window's few dialogs: the sheet of keys, about. They never stand in the way of a run."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QMessageBox, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from tutor import __version__, commands

translate = QCoreApplication.translate


def show_keys(parent: QWidget) -> None:
    """The sheet of keys, made from the command table."""
    sheet = QDialog(parent)
    sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    sheet.setWindowTitle(translate("dialogs", "Keys"))
    rows = [(one, [*one.keys, *one.scoped]) for one in commands.COMMANDS if one.keys or one.scoped]
    table = QTableWidget(len(rows), 2, sheet)
    table.setHorizontalHeaderLabels([translate("dialogs", "Keys"), translate("dialogs", "What they do")])
    table.verticalHeader().hide()
    table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    native = QKeySequence.SequenceFormat.NativeText
    for at, (command, keys) in enumerate(rows):
        # Two keys may have one name, as Return and Enter have in Chinese.
        named = dict.fromkeys(QKeySequence(one).toString(native) for one in keys)
        table.setItem(at, 0, QTableWidgetItem("   ".join(named)))
        table.setItem(at, 1, QTableWidgetItem(commands.title(command.text).replace("&", "")))
    metrics = table.fontMetrics()
    table.setColumnWidth(0, metrics.averageCharWidth() * 26)
    table.horizontalHeader().setStretchLastSection(True)
    table.setAccessibleName(translate("dialogs", "Keys"))
    column = QVBoxLayout(sheet)
    column.addWidget(table)
    sheet.resize(metrics.averageCharWidth() * 78, metrics.height() * 32)
    sheet.open()


def show_about(parent: QWidget) -> None:
    """What this is, and its version."""
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowTitle(translate("dialogs", "About"))
    box.setText(translate("dialogs", "Transformer Tutor {version}").format(version=__version__))
    box.setInformativeText(
        translate("dialogs", "Every number on screen is the model's own and can be re-derived by hand.")
    )
    box.open()
