"""The candidates for the next token, each with its probability before and after the sampling rules."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from tutor.views import numbers
from tutor.views.paint import draw_text, draw_token, frame
from tutor.views.theme import Theme, font, metrics

#: One candidate: token, probability before, probability after, whether it is the one chosen.
Candidate = tuple[str, float, float, bool]


class Candidates(QWidget):
    """A column for each candidate: the token, a bar for its probability before the rules and one for after.

    Signals: none.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._candidates: tuple[Candidate, ...] = ()
        self._rest = (0.0, 0.0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.retranslate()

    def set_candidates(self, candidates: Sequence[Candidate], rest: tuple[float, float]) -> None:
        """Show the candidates, likeliest first, and what all others have together."""
        self._candidates, self._rest = tuple(candidates), rest
        self.retranslate()

    def columns(self) -> list[Candidate]:
        """What is painted, column by column: the candidates, then all others."""
        return [*self._candidates, (self.tr("all others"), *self._rest, False)] if self._candidates else []

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.updateGeometry()
        self.update()

    def _line(self) -> float:
        return math.ceil(metrics(self._theme, "caption").height())

    def sizeHint(self) -> QSize:
        token = math.ceil(metrics(self._theme, "dense").height())
        return QSize(round(self._theme.px(640)), round(token + 2 * self._line() + self._theme.px(12)))

    minimumSizeHint = sizeHint

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Candidates for the next token"))
        told = [
            self.tr("{token}: {before} before the rules, {after} after").format(
                token=text, before=numbers.fixed(before, 3), after=numbers.fixed(after, 3)
            )
            + (self.tr(", chosen") if chosen else "")
            for text, before, after, chosen in self.columns()
        ]
        self.setAccessibleDescription("; ".join(told))
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        columns = self.columns()
        heads = max(
            metrics(theme, "caption").horizontalAdvance(text) for text in (self.tr("before"), self.tr("after"))
        ) + theme.px(28)  # fmt: skip
        token_line = math.ceil(metrics(theme, "dense").height())
        line = self._line()
        for row, text in enumerate((self.tr("before"), self.tr("after"))):
            rect = QRectF(theme.px(12), theme.px(6) + token_line + row * line, heads - theme.px(28), line)
            draw_text(painter, rect, text, font(theme, "caption"), theme.ink3)
        width = (self.width() - heads - theme.px(12)) / max(1, len(columns))
        for at, column in enumerate(columns):
            left = heads + at * width
            self._paint_column(painter, QRectF(left, theme.px(6), width - theme.px(8), token_line), line, column)
        painter.end()

    def _paint_column(self, painter: QPainter, head: QRectF, line: float, column: Candidate) -> None:
        theme = self._theme
        text, before, after, chosen = column
        if chosen:
            frame(painter, QRectF(head.left() - theme.px(4), head.top() - theme.px(3), head.width() + theme.px(8),
                                  head.height() + 2 * line + theme.px(6)), theme.accent, 2, theme.px(3))  # fmt: skip
        face = font(theme, "dense", True if chosen else None)
        draw_token(painter, head, text.replace("·", " ", 1) if text.startswith("·") and len(text) > 1 else text, face,
                   theme.ink, theme.ink3)  # fmt: skip
        digits = metrics(theme, "caption").horizontalAdvance("0.000") + theme.px(4)
        for row, (value, colour) in enumerate(((before, theme.ctl), (after, theme.accent))):
            top = head.bottom() + row * line
            room = max(head.width() - digits, 0.0)
            bar = QRectF(head.left(), top + theme.px(3), room, line - theme.px(6))
            painter.fillRect(bar, theme.line)
            filled = bar.width() * min(max(value, 0.0), 1.0)
            painter.fillRect(QRectF(bar.left(), bar.top(), filled, bar.height()), colour)
            shown = numbers.fixed(value, 3) if value >= 0.0005 or value == 0 else "~0"
            draw_text(painter, QRectF(bar.right(), top, digits, line), shown, font(theme, "caption"), theme.ink2)
