"""The order in which the Tab key comes to what was made later than its neighbours."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def follow(before: QWidget, widget: QWidget) -> None:
    """By Tab, `widget` and what is in it come behind `before` and what is in that."""
    inside = [one for one in _chain(before) if not _is_of(one, widget) and _is_of(one, before)]
    last = inside[-1]
    for part in [one for one in _chain(widget) if _is_of(one, widget)]:
        if part.focusPolicy() & Qt.FocusPolicy.TabFocus:
            QWidget.setTabOrder(last, part)
            last = part


def _chain(widget: QWidget) -> list[QWidget]:
    """Everything in the Tab key's round, from a widget on."""
    found = [widget]
    while (following := found[-1].nextInFocusChain()) is not None and following is not widget:
        found.append(following)
    return found


def _is_of(one: QWidget, other: QWidget) -> bool:
    return one is other or other.isAncestorOf(one)
