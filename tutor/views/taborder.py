"""The order in which the Tab key comes to what was made later than its neighbours."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def follow(before: QWidget, widget: QWidget) -> None:
    """By Tab, `widget` and what is in it come behind `before` and what is in that."""
    policy = before.focusPolicy()
    stops = [one for one in _stops(before) if one is not widget and not widget.isAncestorOf(one)]
    if not stops:
        before.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # Qt puts nothing behind what takes no focus
    last = stops[-1] if stops else before
    for part in _stops(widget):
        QWidget.setTabOrder(last, part)
        last = part
    before.setFocusPolicy(policy)


def _stops(widget: QWidget) -> list[QWidget]:
    """Where the Tab key stops in a widget. (Qt's own round of them, `nextInFocusChain`, must not be walked from Python:
    it makes each widget the owner of the next one.)"""
    found = [widget, *widget.findChildren(QWidget)]
    return [one for one in found if one.focusPolicy() & Qt.FocusPolicy.TabFocus and one.window() is widget.window()]
