"""A sentence of explanation: its words for tensors are links, and are lit while their tensor is pointed at."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QWidget

from tutor.views import rolewords
from tutor.views.linktext import LinkText, marked
from tutor.views.theme import Theme, font

_COLOURS = {"query": "Q", "key": "K", "value": "V", "residual": "residual", "weights": "weights"}


class WordsView(LinkText):
    """Sentences in the type `role` of the theme."""

    def __init__(self, theme: Theme, role: str = "body", ink: str = "ink", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._role, self._ink = theme, role, ink
        self._text = ""
        self._tensors: Mapping[str, str] = {}
        self.set_theme(theme)

    def set_words(self, text: str, tensors: Mapping[str, str]) -> None:
        """`tensors` gives for each kind of word the tensor it stands for."""
        self._text, self._tensors = text, dict(tensors)
        self._show()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.set_face(font(theme, self._role))
        self.set_ground(theme.accentbg)
        self._show()

    def _show(self) -> None:
        theme = self._theme
        role_of = {name: _COLOURS.get(word, "") for word, name in self._tensors.items()}
        marks = [
            (start, stop, link, theme.role(role_of[link.name]) if role_of.get(link.name) else theme.accentink)
            for start, stop, link in rolewords.marks(self._text, dict(self._tensors))
        ]
        html, links = marked(self._text, marks)
        self.set_html(f'<span style="color:{getattr(theme, self._ink).name()}">{html}</span>', links)
