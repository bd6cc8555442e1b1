"""The table of commands as Qt actions: menus, shortcuts, icons, and the keys that act where no text is typed."""

from __future__ import annotations

from operator import attrgetter

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QMenu,
    QMenuBar,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from tutor import commands
from tutor.views.icons import icon
from tutor.views.keys import edits, prints
from tutor.views.theme import Theme


class Actions(QObject):
    """One action for each command, added to the window so that its keys act everywhere in it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.by_id: dict[str, QAction] = {}
        self._menus: dict[str, QMenu] = {}
        for command in commands.COMMANDS:
            action = QAction(window)
            action.setObjectName(command.id)
            action.setShortcuts([QKeySequence(keys) for keys in command.keys])
            action.setCheckable(command.choice)
            window.addAction(action)
            self.by_id[command.id] = action
        self._scoped = {
            QKeySequence(keys)[0].toCombined(): command.id  # type: ignore[index]
            for command in commands.COMMANDS
            for keys in command.scoped
        }

    def connect_to(self, window: QWidget) -> None:
        """Bind each command to its slot, once all parts of the window are there."""
        for command in commands.COMMANDS:
            self.by_id[command.id].triggered.connect(attrgetter(command.slot)(window))

    def fill(self, bar: QMenuBar) -> None:
        """The menus of the menu bar."""
        for menu in commands.MENUS:
            self._menus[str(menu)] = bar.addMenu("")
        for command in commands.COMMANDS:
            self._menus[command.menu].addAction(self.by_id[command.id])

    def menu(self, name: str) -> QMenu:
        """A menu by its English name in the table."""
        return self._menus[name]

    def take_key(self, event: QKeyEvent) -> bool:
        """Whether a key that acts only outside text boxes belonged to a command, which then ran."""
        focus = QApplication.focusWidget()
        text = isinstance(focus, (QLineEdit, QPlainTextEdit, QTextEdit))
        typing = (text and (prints(event) or edits(event))) or isinstance(focus, (QAbstractSpinBox, QComboBox))
        name = None if typing else self._scoped.get(event.keyCombination().toCombined())
        if name is None or not self.by_id[name].isEnabled():
            return False
        self.by_id[name].trigger()
        return True

    def set_theme(self, theme: Theme) -> None:
        for command in commands.COMMANDS:
            if command.icon:
                self.by_id[command.id].setIcon(icon(command.icon, theme))

    def retranslate(self) -> None:
        """Names in the language of the window; `short` is what the button below the timeline says."""
        short = {
            "next": self.tr("Next"), "previous": self.tr("Back"), "into": self.tr("Into"), "out": self.tr("Out"),
        }  # fmt: skip
        for command in commands.COMMANDS:
            action = self.by_id[command.id]
            action.setText(commands.title(command.text))
            action.setProperty("short", short.get(command.id, ""))
            action.setProperty("drawing", command.icon)
            action.setProperty("cap", next(iter((*command.scoped, *command.keys)), ""))
        for name, menu in self._menus.items():
            menu.setTitle(commands.title(name))
