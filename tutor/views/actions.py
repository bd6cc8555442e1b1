"""The table of commands as Qt actions: menus, shortcuts, icons, and the keys that act where no text is typed."""

from __future__ import annotations

from collections.abc import Collection
from operator import attrgetter

from PySide6.QtCore import QKeyCombination, QObject, Qt
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
    QToolButton,
    QWidget,
)

from tutor import commands
from tutor.views.icons import icon
from tutor.views.keys import edits, prints
from tutor.views.theme import Theme, font

#: What a presenter's clicker sends for forwards and back.
_PAGES = ("PgDown", "PgUp")


class Actions(QObject):
    """One action for each command, added to the window so that its keys act everywhere in it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.by_id: dict[str, QAction] = {}
        self._menus: dict[str, QMenu] = {}
        self._submenus: dict[str, QMenu] = {}
        #: Which keys go before the others just now: "" or "presenting".
        self.mode = ""
        #: Whether keys that are single characters act.
        self.letters = True
        for command in commands.COMMANDS:
            action = QAction(window)
            action.setObjectName(command.id)
            action.setShortcuts([QKeySequence(keys) for keys in command.keys])
            action.setCheckable(command.choice or command.check)
            window.addAction(action)
            self.by_id[command.id] = action
        self._scoped = {
            (command.mode, QKeySequence(keys)[0].toCombined()): command.id  # type: ignore[index]
            for command in commands.COMMANDS
            for keys in command.scoped
        }

    def connect_to(self, window: QWidget, late: Collection[str] = ()) -> None:
        """Bind each command to its slot; those of the window's `late` parts look for it when they are triggered."""
        self._window = window
        for command in commands.COMMANDS:
            if command.slot.partition(".")[0] in late:
                self.by_id[command.id].triggered.connect(self._do)
            else:
                self.by_id[command.id].triggered.connect(attrgetter(command.slot)(window))

    def _do(self) -> None:
        name = self.sender().objectName()
        command = next(one for one in commands.COMMANDS if one.id == name)
        attrgetter(command.slot)(self._window)()

    def fill(self, bar: QMenuBar) -> None:
        """The menus of the menu bar."""
        for menu in commands.MENUS:
            self._menus[str(menu)] = bar.addMenu("")
        for command in commands.COMMANDS:
            self._menu_of(command).addAction(self.by_id[command.id])

    def _menu_of(self, command: commands.Command) -> QMenu:
        menu = self._menus[command.menu]
        if not command.submenu:
            return menu
        if command.submenu not in self._submenus:
            self._submenus[command.submenu] = menu.addMenu("")
        return self._submenus[command.submenu]

    def tool(self, name: str, theme: Theme) -> QToolButton:
        """A button for a command, which has its words, its icon and its state."""
        command = next(one for one in commands.COMMANDS if one.id == name)
        self.by_id[name].setIcon(icon(command.icon, theme))
        button = QToolButton()
        button.setDefaultAction(self.by_id[name])
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setFont(font(theme, "dense"))
        return button

    def menu(self, name: str) -> QMenu:
        """A menu, or a menu within one, by its English name in the table."""
        return self._menus[name] if name in self._menus else self._submenus[name]

    def set_mode(self, mode: str) -> None:
        """Which keys go before the others. While presenting, a clicker's page keys step also where a list or a table
        would turn its pages."""
        self.mode = mode
        for command in commands.COMMANDS:
            pages = [key for key in command.scoped if key in _PAGES] if mode == commands.PRESENTING else []
            self.by_id[command.id].setShortcuts([QKeySequence(key) for key in (*command.keys, *pages)])

    def take_key(self, event: QKeyEvent) -> bool:
        """Whether a key that acts only outside text boxes belonged to a command, which then ran."""
        focus = QApplication.focusWidget()
        text = isinstance(focus, (QLineEdit, QPlainTextEdit, QTextEdit)) and not focus.isReadOnly()
        typing = (text and (prints(event) or edits(event))) or isinstance(focus, (QAbstractSpinBox, QComboBox))
        if typing or (not self.letters and prints(event)):
            return False
        name = self._meant(event)
        if name is None or not self.by_id[name].isEnabled():
            return False
        self.by_id[name].trigger()
        return True

    def _meant(self, event: QKeyEvent) -> str | None:
        """The command of a key, in this mode before all others."""
        pressed = event.keyCombination()
        held = pressed.keyboardModifiers() & ~Qt.KeyboardModifier.KeypadModifier
        kinds = [held]
        if prints(event) and not event.text().isalnum():
            # A sign is a sign, whether or not the keyboard has it above another one.
            kinds.append(held & ~Qt.KeyboardModifier.ShiftModifier)
        for mode in dict.fromkeys((self.mode, "")):
            for modifiers in kinds:
                name = self._scoped.get((mode, QKeyCombination(modifiers, pressed.key()).toCombined()))
                if name is not None:
                    return name
        return None

    def set_theme(self, theme: Theme) -> None:
        for command in commands.COMMANDS:
            if command.icon:
                self.by_id[command.id].setIcon(icon(command.icon, theme))

    def retranslate(self) -> None:
        """Names in the language of the window; `short` is what the button below the timeline says."""
        short = {
            "next": self.tr("Next"), "previous": self.tr("Back"), "into": self.tr("Into"), "out": self.tr("Out"),
            "bookmark": self.tr("Bookmark"), "copy_code": self.tr("Step code"),
        }  # fmt: skip
        for command in commands.COMMANDS:
            action = self.by_id[command.id]
            action.setText(commands.title(command.text).replace("{number}", command.id.rpartition("_")[2]))
            action.setProperty("short", short.get(command.id, ""))
            action.setProperty("drawing", command.icon)
            cap = next(iter((*command.scoped, *command.keys)), "")
            action.setProperty("cap", cap if cap.count("+") < 2 else "")
        for name, menu in (*self._menus.items(), *self._submenus.items()):
            menu.setTitle(commands.title(name))
