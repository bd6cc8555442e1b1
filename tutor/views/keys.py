"""Which keys print something. Where no text is typed, those are the window's commands."""

from __future__ import annotations

from PySide6.QtGui import QKeyEvent


def prints(event: QKeyEvent) -> bool:
    """Whether a key puts a visible character into a text."""
    return bool(event.text().strip()) and event.text().isprintable()
