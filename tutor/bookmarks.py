"""The places that a learner marked: part of the session. QtCore only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from tutor import places
from tutor.places import Bookmark, Place


class Bookmarks(QObject):
    """Marked places in the order they were marked, so that each keeps its number. One step has one bookmark.

    Signals:
        changed(): one came, went, or has another note.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.marks: tuple[Bookmark, ...] = ()
        #: The notes of bookmarks that were taken away: one that is set again has its note again.
        self._notes: dict[str, str] = {}

    def at(self, step: str) -> int | None:
        """The number of a step's bookmark, from 0; None where it has none."""
        return next((number for number, mark in enumerate(self.marks) if mark.place.step == step), None)

    def toggle(self, place: Place) -> bool:
        """Mark a place, or take the mark of its step away. Returns whether there is one now."""
        number = self.at(place.step)
        if number is not None:
            self.remove(number)
            return False
        if len(self.marks) >= places.MOST_BOOKMARKS:
            return False
        self._set((*self.marks, Bookmark(place, self._notes.pop(place.step, ""))))
        return True

    def note(self, number: int, text: str) -> None:
        """What the learner writes about a marked place, in one line."""
        if 0 <= number < len(self.marks):
            text = " ".join(text.split())[: places.MOST_NOTE]
            changed = replace(self.marks[number], note=text)
            self._set((*self.marks[:number], changed, *self.marks[number + 1 :]))

    def remove(self, number: int) -> None:
        if 0 <= number < len(self.marks):
            gone = self.marks[number]
            if gone.note:
                self._notes[gone.place.step] = gone.note
            self._set((*self.marks[:number], *self.marks[number + 1 :]))

    def set_all(self, marks: Sequence[Bookmark]) -> None:
        """Other bookmarks in the place of these; of two on one step the first."""
        self._notes.clear()
        self._set(tuple({mark.place.step: mark for mark in reversed(marks)}[step]
                        for step in dict.fromkeys(mark.place.step for mark in marks)))  # fmt: skip

    def _set(self, marks: tuple[Bookmark, ...]) -> None:
        if marks != self.marks:
            self.marks = marks
            self.changed.emit()
