"""A heat map of an experiment: the app's own, with cells that may be grey."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from tutor.lessons.experiment import Map
from tutor.views import heatdata
from tutor.views.equation import EquationView
from tutor.views.experiment_words import Says
from tutor.views.heatdata import Part
from tutor.views.theme import Theme

_KINDS = {"signed": "signed", "probability": "prob", "plain": "prob"}


class MapView(EquationView):
    """One map of an experiment."""

    def __init__(self, theme: Theme, says: Says, parent: QWidget | None = None) -> None:
        self._of: Map | None = None
        super().__init__(theme, parent)
        self._says = says
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_plot(self, plot: Map) -> None:
        self._of = plot
        kind = _KINDS[plot.scale]
        finite = plot.values[np.isfinite(plot.values)]
        low, high = (0.0, float(finite.max(initial=0.0)) or 1.0) if plot.scale == "plain" else (None, None)
        empty = np.isnan(plot.values)
        data = heatdata.Map(
            np.where(empty, 0.0, plot.values), [self._says.label(one) for one in plot.rows],
            [self._says.label(one) for one in plot.columns], kind=kind, low=low, high=high,
            masked=empty if empty.any() else None,
        )  # fmt: skip
        self.set_parts([Part(data, "")], title=self._says.text("plots", plot.key))
        self._fit()

    def plot(self) -> Map | None:
        return self._of

    def set_says(self, says: Says) -> None:
        self._says = says
        if self._of is not None:
            self.show_plot(self._of)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._fit()

    def _fit(self) -> None:
        if self._of is not None:
            rows, columns = self._of.values.shape
            cell = min(24.0, max(9.0, 230 / max(rows, columns)))
            self.setFixedHeight(round(self._theme.px(min(360.0, rows * cell + 96))))

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 60)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        grey = self._of.greyed if self._of is not None else None
        if grey is None or not self.parts():
            return
        painter = QPainter(self)
        cover = QColor(self._theme.line)
        cover.setAlpha(205)
        for row, column in np.argwhere(grey):
            rect = self.cell_rect(0, int(row), int(column))
            if rect.isValid():
                painter.fillRect(rect, cover)
        painter.end()
