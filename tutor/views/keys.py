"""Which keys print something. Where no text is typed, those are the window's commands."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence


def prints(event: QKeyEvent) -> bool:
    """Whether a key puts a visible character into a text."""
    return bool(event.text().strip()) and event.text().isprintable()


def edits(event: QKeyEvent) -> bool:
    """Whether a key undoes or redoes in a text: there it belongs to the text."""
    return event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo) or (
        event.modifiers() == Qt.KeyboardModifier.ControlModifier and event.key() in (Qt.Key.Key_Z, Qt.Key.Key_Y)
    )  # fmt: skip
