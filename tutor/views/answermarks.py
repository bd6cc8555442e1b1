"""Rings over the heat map once a question is answered: the true cell, and beside it the one that the learner chose."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from tutor.views.equation import EquationView
from tutor.views.paint import draw_text, frame
from tutor.views.theme import Theme, font

Cell = tuple[int, int]


class AnswerMarks(QWidget):
    """Lies over the maps and lets the pointer through."""

    def __init__(self, theme: Theme, view: EquationView) -> None:
        super().__init__(view)
        self._theme, self._view = theme, view
        self._true: tuple[Cell, ...] = ()
        self._chosen: tuple[Cell, ...] = ()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        view.installEventFilter(self)
        view.zoomChanged.connect(self.update)
        self.hide()

    def mark(self, true: Sequence[Cell], chosen: Sequence[Cell]) -> None:
        """Mark these cells of the result, (row, column); none hides the marks."""
        self._true, self._chosen = tuple(true), tuple(chosen)
        self.setGeometry(self._view.rect())
        self.setVisible(bool(true or chosen))
        self.raise_()
        self.update()

    def marked(self) -> tuple[tuple[Cell, ...], tuple[Cell, ...]]:
        """The true cells and the chosen ones that are marked."""
        return self._true, self._chosen

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._view.rect())
        return False

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        parts = self._view.parts()
        if not parts:
            return
        theme, painter = self._theme, QPainter(self)
        shape = parts[-1].data.shape
        grid = self._view.grid_rect(len(parts) - 1)
        painter.setClipRect(grid.adjusted(-6, -6, 6, 6))
        for cells, ink, sign in ((self._chosen, theme.err, "×"), (self._true, theme.ok, "✓")):
            for row, col in cells:
                if row >= shape[0] or col >= shape[1]:
                    continue
                rect = self._view.cell_rect(len(parts) - 1, row, col)
                frame(painter, rect.adjusted(-4, -4, 4, 4), theme.halo, 4)
                frame(painter, rect.adjusted(-3, -3, 3, 3), ink, 2)
                self._sign(painter, rect, ink, sign)
        painter.end()

    def _sign(self, painter: QPainter, rect: QRectF, ink: object, sign: str) -> None:
        """A sign at the ring's corner, so that colour is not the only cue."""
        side = self._theme.px(13)
        box = QRectF(QPointF(rect.right() - side / 2 + 3, rect.top() - side / 2 - 3), rect.topLeft())
        box = QRectF(box.topLeft().x(), rect.top() - side / 2 - 3, side, side)
        frame(painter, box, ink, 0, side / 2, ink)  # type: ignore[arg-type]
        draw_text(painter, box, sign, font(self._theme, "ids", True), self._theme.onaccent, elide=False)
