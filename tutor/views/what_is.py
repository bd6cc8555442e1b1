"""“What is this?”: the glossary's entry for whatever is pointed at, or has the keys."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from tutor.views.teaching import Teaching

#: More names than these nobody reads.
_MOST = 6


class WhatIs(QObject):
    """Asks the views what is there: a view may have `terms_at(point)`, the names of what lies at a point of it, nearest
    first, and `terms_here()`, those of what the keys are at. Names are any that the glossary may know.

    The right button offers it, Shift+F1 asks for what has the keys.
    """

    def __init__(self, teaching: Teaching, window: QWidget) -> None:
        super().__init__(window)
        self._teaching, self._window = teaching, window
        window.installEventFilter(self)

    def ask(self) -> None:
        """The entry for what has the keys; a choice where that has several names."""
        focus = QApplication.focusWidget()
        names = self.names_here()
        keys = self._keys(names)
        if focus is None or not names:
            self._teaching.show_glossary()
        elif len(keys) > 1:
            self._menu(names).popup(focus.mapToGlobal(focus.rect().center()))
        else:
            self._teaching.desk.look_up(names)

    def _keys(self, names: Sequence[str]) -> list[str]:
        """The entries that these names stand for."""
        return list(dict.fromkeys(key for name in names if (key := self._teaching.desk.term_of(name))))[:_MOST]

    def _menu(self, names: Sequence[str]) -> QMenu:
        """A choice of entries; a search for the first name where none is known."""
        menu = QMenu(self._window)
        for key in self._keys(names):
            action = menu.addAction(self.tr("What is “{name}”?").format(name=self._teaching.desk.term_name(key)))
            action.triggered.connect(partial(self._teaching.desk.open_term, key))
        if menu.isEmpty():
            action = menu.addAction(self.tr("Look up “{name}” in the glossary").format(name=names[0]))
            action.triggered.connect(partial(self._teaching.desk.look_up, list(names)))
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def names_here(self) -> list[str]:
        """What has the keys, by its names."""
        widget: Any = QApplication.focusWidget()
        while widget is not None:
            asked = getattr(widget, "terms_here", None)
            if asked is not None and (names := [one for one in asked() if one]):
                return names
            widget = widget.parentWidget() if widget is not self._window else None
        return []

    def names_at(self, at: QPoint) -> list[str]:
        """What lies at a point of the screen, by its names."""
        widget: Any = QApplication.widgetAt(at) or self._window.childAt(self._window.mapFromGlobal(at))
        while widget is not None:
            asked = getattr(widget, "terms_at", None)
            if asked is not None and (names := [one for one in asked(widget.mapFromGlobal(at)) if one]):
                return names
            widget = widget.parentWidget() if widget is not self._window else None
        return []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # A press of the right button comes up to the window from every view that has no menu of its own.
        if event.type() == QEvent.Type.ContextMenu and isinstance(event, QContextMenuEvent):
            return self._offer(event)
        return False

    def _offer(self, event: QContextMenuEvent) -> bool:
        by_keys = event.reason() == QContextMenuEvent.Reason.Keyboard
        names = self.names_here() if by_keys else self.names_at(event.globalPos())
        if not names:
            return True
        self._menu(names).popup(event.globalPos())
        return True
