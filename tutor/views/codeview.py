"""The lines of torch that compute a step, coloured; those of the forward pass itself are marked."""

from __future__ import annotations

import io
import keyword
import tokenize
from collections.abc import Mapping
from html import escape

from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from tutor.engine.working import Link
from tutor.views.linktext import LinkText
from tutor.views.theme import Theme, font

_MARK = "▸"


class CodeView(LinkText):
    """Code with its tensors as links. The lines that make the result stand on a ground and have a mark before them."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._code, self._running = "", 0
        self._names: Mapping[str, tuple[str, str]] = {}
        self.set_theme(theme)

    def set_code(self, code: str, running: int, names: Mapping[str, tuple[str, str]]) -> None:
        """`running` of the last lines are the forward pass; `names` gives for each variable the tensor and its role."""
        self._code, self._running, self._names = code, running, dict(names)
        self._show()

    def code(self) -> str:
        return self._code

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.set_face(font(theme, "tensor"))
        self.set_ground(theme.line)
        self._show()

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Code"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _show(self) -> None:
        theme = self._theme
        links: list[Link] = []
        rows = []
        lines = self._code.splitlines()
        first = len(lines) - self._running
        for at, line in enumerate(lines):
            html = self._line(line, links)
            runs = at >= first
            ground = f' bgcolor="{theme.accentbg.name()}"' if runs else ""
            mark = f'<span style="color:{theme.accent.name()}">{_MARK}</span>' if runs else "&nbsp;"
            rows.append(
                f'<tr><td{ground} width="12" valign="top">{mark}</td><td{ground} width="100%">{html}</td></tr>'
            )
        self.set_html(f'<table width="100%" cellspacing="0" cellpadding="2">{"".join(rows)}</table>', links)

    def _line(self, line: str, links: list[Link]) -> str:
        """One line as HTML. Code that cannot be read as such stays plain."""
        pieces, last = [], 0
        try:
            tokens = list(tokenize.generate_tokens(io.StringIO(line).readline))
        except (tokenize.TokenError, IndentationError, SyntaxError):
            tokens = []
        before = ""
        for token in tokens:
            if token.start[0] != 1 or not token.string.strip():
                continue
            pieces.append(_spaced(line[last : token.start[1]]))
            pieces.append(self._token(token, before, links))
            last, before = token.end[1], token.string
        return "".join(pieces) + _spaced(line[last:])

    def _token(self, token: tokenize.TokenInfo, before: str, links: list[Link]) -> str:
        theme, text = self._theme, escape(token.string)
        if token.type == tokenize.NAME and before != "." and token.string in self._names:
            name, role = self._names[token.string]
            links.append(Link(name, ()))
            colour = theme.role(role).name()
            return (f'<a href="{len(links) - 1}" style="color:{colour};font-weight:600;text-decoration:none">'
                    f"{text}</a>")  # fmt: skip
        if token.type == tokenize.NAME and (before == "." or keyword.iskeyword(token.string)):
            return _coloured(text, theme.accentink)
        if token.type in (tokenize.NUMBER, tokenize.STRING):
            return _coloured(text, theme.warn)
        return _coloured(text, theme.ink if token.type == tokenize.NAME else theme.ink2)


def _coloured(text: str, colour: QColor) -> str:
    return f'<span style="color:{colour.name()}">{text}</span>'


def _spaced(text: str) -> str:
    """Spaces between tokens: a line may break at them, and those it begins with stay."""
    return escape(text)
