"""The window's few dialogs: the sheet of keys, about. They never stand in the way of a run."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QMessageBox, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from tutor import __version__, commands

translate = QCoreApplication.translate


#: Which menu's commands the sheet of keys begins with; the others follow in their order.
_FIRST = commands.STEP


def sheet() -> list[tuple[str, list[tuple[str, str]]]]:
    """The sheet of keys: groups with their titles, each of rows of keys and what they do."""
    groups: dict[str, list[tuple[str, str]]] = {str(_FIRST): []}
    families: dict[str, list[str]] = {}
    for command in commands.COMMANDS:
        keys = [*command.keys, *command.scoped]
        if not keys:
            continue
        group = groups.setdefault(str(commands.WHILE_PRESENTING if command.mode else command.menu), [])
        if command.family:
            first = command.family not in families
            families.setdefault(command.family, []).extend(keys)
            if first:
                group.append((command.family, commands.title(command.family)))
            continue
        group.append((_named(keys), commands.title(command.text).replace("&", "")))
    for one in commands.VIEW_KEYS:
        groups.setdefault(str(one.where), []).append((_named(one.keys), commands.title(one.text)))
    spans = {name: f"{_named(keys[:1])} … {_named(keys[-1:])}" for name, keys in families.items()}
    return [
        (commands.title(name).replace("&", ""), [(spans.get(keys, keys), text) for keys, text in rows])
        for name, rows in groups.items()
        if rows
    ]


def _named(keys: Sequence[str]) -> str:
    native = QKeySequence.SequenceFormat.NativeText
    # Two keys may have one name, as Return and Enter have in Chinese.
    return "   ".join(dict.fromkeys(QKeySequence(one).toString(native) for one in keys))


def show_keys(parent: QWidget) -> None:
    """The sheet of keys, made from the command table: two columns of groups."""
    box = QDialog(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowTitle(translate("dialogs", "Keys"))
    rows = [row for title, group in sheet() for row in ((title, "", ""), *(("", *one) for one in group))]
    table = QTableWidget(len(rows), 2, box)
    table.setHorizontalHeaderLabels([translate("dialogs", "Keys"), translate("dialogs", "What they do")])
    table.verticalHeader().hide()
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    table.setTabKeyNavigation(False)
    bold = table.font()
    bold.setBold(True)
    metrics = table.fontMetrics()
    wide = 0
    for at, (title, keys, text) in enumerate(rows):
        if title:
            head = QTableWidgetItem(title)
            head.setFont(bold)
            head.setBackground(box.palette().alternateBase())
            table.setItem(at, 0, head)
            table.setSpan(at, 0, 1, 2)
            continue
        table.setItem(at, 0, QTableWidgetItem(keys))
        table.setItem(at, 1, QTableWidgetItem(text))
        wide = max(wide, metrics.horizontalAdvance(keys))
    table.setColumnWidth(0, wide + metrics.averageCharWidth() * 4)
    table.horizontalHeader().setStretchLastSection(True)
    table.verticalHeader().setDefaultSectionSize(round(metrics.height() * 1.5))
    table.setAccessibleName(translate("dialogs", "Keys"))
    column = QVBoxLayout(box)
    column.addWidget(table)
    screen = parent.window().size()
    box.resize(min(wide + metrics.averageCharWidth() * 56, screen.width() - 40),
               min(metrics.height() * 42, screen.height() - 60))  # fmt: skip
    box.open()


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
