"""A formula, drawn from paths in the colours of the theme."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from tutor.views.paint import draw_text
from tutor.views.theme import Theme, font, metrics

#: What the SVG's placeholder colours stand for.
_ROLES = {"#000001": "Q", "#000002": "K", "#000003": "V"}


class FormulaView(QWidget):
    """One formula; where it could not be set it is shown as text, so that nothing is hidden."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._svg = self._text = ""
        self._renderer = QSvgRenderer(self)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def set_formula(self, svg: str, text: str) -> None:
        """`svg` with placeholder colours, or "" to show `text`, which is also what a screen reader says."""
        self._svg, self._text = svg, text
        self.setAccessibleName(text)
        self.setToolTip(text)
        self._load()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._load()

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
            wide, high = self._natural()
            scale = min(1.0, self.width() / wide, self.height() / high)
            box = QRectF(0, (self.height() - high * scale) / 2, wide * scale, high * scale)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._renderer.render(painter, box)
        painter.end()
