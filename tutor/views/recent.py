"""The sessions that were opened or saved last, in the File menu."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

_MOST, _KEY = 8, "recent"


class Recent(QObject):
    """A menu of session files, the newest first; files that are gone are left out.

    Signals:
        chosen(object)  the path of one
    """

    chosen = Signal(object)

    def __init__(self, settings: QSettings, menu: QMenu, after: QAction, parent: QObject | None = None) -> None:
        """The menu stands in `menu`, behind the action `after`."""
        super().__init__(parent)
        self._settings = settings
        self._last: Path | None = None
        self.menu = QMenu(menu)
        actions = menu.actions()
        at = actions.index(after) + 1
        if at < len(actions):
            menu.insertMenu(actions[at], self.menu)
        else:
            menu.addMenu(self.menu)
        self.menu.aboutToShow.connect(self.refresh)
        self.menu.triggered.connect(self._triggered)
        self.retranslate()

    def set_last(self, path: Path | None) -> None:
        """What the window showed that closed last, where it was kept."""
        self._last = path
        self.refresh()

    def paths(self) -> tuple[Path, ...]:
        """The files, the newest first."""
        value = self._settings.value(_KEY)
        found = value if isinstance(value, list) else [value]  # a list of one comes back as that one
        return tuple(Path(one) for one in found if isinstance(one, str) and one)[:_MOST]

    def add(self, path: Path) -> None:
        """This one was opened or saved just now."""
        path = path.absolute()
        rest = [one for one in self.paths() if one != path]
        self._settings.setValue(_KEY, [str(one) for one in (path, *rest)][:_MOST])
        self.refresh()

    def refresh(self) -> None:
        """Make the menu again."""
        self.menu.clear()
        for path in self.paths():
            if path.is_file():
                action = self.menu.addAction(path.name.replace("&", "&&"))
                action.setData(str(path))
                action.setToolTip(str(path))
        if self._last is not None:
            if not self.menu.isEmpty():
                self.menu.addSeparator()
            self.menu.addAction(self.tr("Where you were last time")).setData(str(self._last))
        self.menu.setEnabled(not self.menu.isEmpty())
        self.menu.menuAction().setEnabled(not self.menu.isEmpty())

    def retranslate(self) -> None:
        self.menu.setTitle(self.tr("Recent sessions"))
        self.refresh()

    def _triggered(self, action: QAction) -> None:
        path = action.data()
        if isinstance(path, str):
            self.chosen.emit(Path(path))
