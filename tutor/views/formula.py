"""A formula, drawn from paths in the colours of the theme. Its coloured letters can be pointed at and lit."""

from __future__ import annotations

import re

from PySide6.QtCore import QByteArray, QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from tutor.views.paint import draw_text
from tutor.views.theme import Theme, font, metrics

#: What the SVG's placeholder colours stand for.
_ROLES = {"#000001": "Q", "#000002": "K", "#000003": "V"}
_PATH = re.compile(r'<path d="([^"]*)" fill="(#00000[123])"')
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def letters(svg: str) -> list[tuple[QRectF, str]]:
    """Where the coloured letters of a formula are, in its own coordinates, with their roles."""
    found = []
    for path, colour in _PATH.findall(svg):
        places = [float(one) for one in _NUMBER.findall(path)]
        across, down = places[::2], places[1::2]
        if across and len(across) == len(down):
            rect = QRectF(QPointF(min(across), min(down)), QPointF(max(across), max(down)))
            found.append((rect, _ROLES[colour]))
    return found


class FormulaView(QWidget):
    """One formula; where it could not be set it is shown as text, so that nothing is hidden.

    Signals:
        pointed(str)  the role of the letter under the pointer, "" for none
    """

    pointed = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._svg = self._text = ""
        self._renderer = QSvgRenderer(self)
        self._letters: list[tuple[QRectF, str]] = []
        self._lit = self._under = ""
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def set_formula(self, svg: str, text: str) -> None:
        """`svg` with placeholder colours, or "" to show `text`, which is also what a screen reader says."""
        self._svg, self._text = svg, text
        self._letters = letters(svg)
        self.setAccessibleName(text)
        self.setToolTip(text)
        self._load()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._load()

    def set_lit(self, role: str) -> None:
        """Mark the letters of a role, "" for none."""
        if role != self._lit:
            self._lit = role
            self.update()

    def lit(self) -> str:
        return self._lit

    def terms_at(self, at: QPoint) -> list[str]:
        """The coloured letter at a point."""
        return [role for rect, role in self.letter_rects() if rect.adjusted(-2, -3, 2, 3).contains(QPointF(at))]

    def letter_rects(self) -> list[tuple[QRectF, str]]:
        """Where the coloured letters are painted, with their roles."""
        box, view = self._box(), self._renderer.viewBoxF()
        if not self._letters or view.width() <= 0:
            return []
        by = box.width() / view.width()
        return [
            (QRectF(box.left() + (rect.left() - view.left()) * by, box.top() + (rect.top() - view.top()) * by,
                    rect.width() * by, rect.height() * by), role)
            for rect, role in self._letters
        ]  # fmt: skip

    def _box(self) -> QRectF:
        """Where the formula is painted."""
        wide, high = self._natural()
        scale = min(1.0, self.width() / wide, self.height() / high) if wide and high else 1.0
        return QRectF(0, (self.height() - high * scale) / 2, wide * scale, high * scale)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        under = next((role for rect, role in self.letter_rects() if rect.adjusted(-2, -3, 2, 3).contains(
            event.position())), "")  # fmt: skip
        self._point(under)

    def leaveEvent(self, event: QEvent) -> None:
        self._point("")
        super().leaveEvent(event)

    def _point(self, role: str) -> None:
        if role != self._under:
            self._under = role
            self.pointed.emit(role)

    def _load(self) -> None:
        coloured = self._svg.replace('"black"', f'"{self._theme.ink.name()}"')
        for placeholder, role in _ROLES.items():
            coloured = coloured.replace(f'"{placeholder}"', f'"{self._theme.role(role).name()}"')
        if coloured:
            self._renderer.load(QByteArray(coloured.encode()))
        self.updateGeometry()
        self.update()

    def _natural(self) -> tuple[float, float]:
        size = self._renderer.viewBoxF().size()
        scale = self._theme.font_scale * (1.15 if self._theme.presenting else 0.86)
        return size.width() * scale, size.height() * scale

    def sizeHint(self) -> QSize:
        if not self._svg:
            measure = metrics(self._theme, "tensor")
            return QSize(round(min(measure.horizontalAdvance(self._text) + 8, 420)), round(measure.height() + 8))
        wide, high = self._natural()
        return QSize(round(wide) + 2, round(min(high, self._theme.px(54))) + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(round(self._theme.px(40)), self.sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self._load()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if not self._svg or not self._renderer.isValid():
            draw_text(painter, QRectF(self.rect()), self._text, font(self._theme, "tensor"), self._theme.ink2,
                      Qt.AlignmentFlag.AlignLeft)  # fmt: skip
        else:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for rect, role in self.letter_rects():
                if role == self._lit:
                    painter.fillRect(rect.adjusted(-2, -2, 2, 2), self._theme.accentbg)
            self._renderer.render(painter, self._box())
        painter.end()
