"""A box for one sentence: line ends and tabs are seen as signs, and what it cannot hold is kept until it is edited."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

#: A sentence box has one line, so these stand for characters it cannot show.
_SHOWN = {"\n": "⏎", "\t": "⇥"}
_MOST_CHARACTERS = 2_000_000


def to_box(text: str) -> str:
    for character, shown in _SHOWN.items():
        text = text.replace(character, shown)
    return text


def from_box(text: str) -> str:
    for character, shown in _SHOWN.items():
        text = text.replace(shown, character)
    # Pasting several lines into one puts Qt's own separators between them.
    return text.replace("\u2028", "\n").replace("\u2029", "\n")


class SentenceBox(QLineEdit):
    """One sentence.

    Signals:
        typed(str)  it was typed into: the sentence it now holds
    """

    typed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._given = ("", "")
        self.setMaxLength(_MOST_CHARACTERS)
        self.setClearButtonEnabled(False)
        self.textEdited.connect(self._edited)

    def set_sentence(self, text: str) -> None:
        """Show a sentence. What the box cannot hold of it (half a surrogate pair) is kept until it is edited."""
        if self.sentence() != text:
            with QSignalBlocker(self):
                self.setText(to_box(text))
            self.setCursorPosition(0)
            self._given = text, self.text()

    def sentence(self) -> str:
        given, shown = self._given
        return given if self.text() == shown else from_box(self.text())

    def put(self, text: str) -> None:
        """Insert at the cursor, in place of what is selected, as if typed."""
        self.insert(to_box(text))
        self.typed.emit(self.sentence())

    def set_problem(self, sentence: str) -> None:
        """Frame the box in the colour of errors, and say why to a screen reader; "" for nothing."""
        self.setProperty("error", bool(sentence))
        self.setAccessibleDescription(sentence)
        self.update()

    def _edited(self, text: str) -> None:
        shown = to_box(from_box(text))
        if shown != text:  # pasted newlines are seen as such
            at = self.cursorPosition()
            with QSignalBlocker(self):
                self.setText(shown)
            self.setCursorPosition(at)
        self.typed.emit(self.sentence())
