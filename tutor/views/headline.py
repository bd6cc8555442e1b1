"""The line above the stage while presenting: where in the model it is, and which stage of how many."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from tutor.views.theme import Theme, font


class Headline(QWidget):
    """Place and count in large type, readable from the last row."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._place, self._count = QLabel(), QLabel()
        self._place.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 16, 0)
        row.addWidget(self._place, 1)
        row.addWidget(self._count)
        self.set_theme(theme)
        self.hide()

    def set_place(self, place: str, at: int, total: int) -> None:
        """Where in the model, and stage `at` of `total`, counted from 1."""
        self._place.setText(place)
        self._count.setText(f"{at}/{total}")
        self._count.setAccessibleName(self.tr("Stage {at} of {total}").format(at=at, total=total))

    def place(self) -> str:
        return self._place.text()

    def count(self) -> str:
        return self._count.text()

    def set_theme(self, theme: Theme) -> None:
        self._place.setFont(font(theme, "question", False))
        self._count.setFont(font(theme, "headline"))
        for label, ink in ((self._place, theme.ink2), (self._count, theme.accent)):
            colours = label.palette()
            colours.setColor(label.foregroundRole(), ink)
            label.setPalette(colours)
        colours = self.palette()
        colours.setColor(colours.ColorRole.Window, theme.pane)
        self.setPalette(colours)
        self.setAutoFillBackground(True)
