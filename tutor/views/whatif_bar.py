"""The strip over the heat maps while there are changes: which, and whether they, the original or both are shown."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QToolButton, QWidget

from tutor.views.elided import Elided
from tutor.views.icons import pixmap
from tutor.views.theme import Theme, font
from tutor.whatif import VIEWS


class WhatIfBar(QWidget):
    """Says what was changed, so that no changed number is taken for the model's own.

    Signals:
        viewChosen(str)  changed, original or difference
    """

    viewChosen = Signal(str)

    def __init__(
        self, theme: Theme, undo: QAction, redo: QAction, reset: QAction, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._flask, self._count = QLabel(), QLabel()
        self._told = Elided(theme, "dense", "ink")
        self._views = QButtonGroup(self)
        self._views.setExclusive(True)
        self._actions = (undo, redo, reset)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 3, 16, 3)
        row.setSpacing(8)
        row.addWidget(self._flask)
        row.addWidget(self._count)
        row.addWidget(self._told, 1)
        switch = QHBoxLayout()
        switch.setSpacing(0)
        for at, side in enumerate(("first", "middle", "last")):
            button = QToolButton()
            button.setCheckable(True)
            button.setProperty("segment", side)
            self._views.addButton(button, at)
            switch.addWidget(button)
        row.addLayout(switch)
        self._buttons: list[QToolButton] = []
        for action in self._actions:
            button = QToolButton()
            button.setDefaultAction(action)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
            row.addWidget(button)
            self._buttons.append(button)
        self._views.idClicked.connect(self._chosen)
        self.hide()
        self.set_theme(theme)
        self.retranslate()

    def set_changes(self, count: str, told: str, view: str, there: bool) -> None:
        """How many changes, which, and what is shown of them; hidden where there are none."""
        self.setVisible(there)
        self._count.setText(count)
        self._told.set_text(told)
        with QSignalBlocker(self._views):
            self._views.button(VIEWS.index(view)).setChecked(True)

    def told(self) -> str:
        return f"{self._count.text()} · {self._told.text()}"

    def view_button(self, view: str) -> QToolButton:
        found = self._views.button(VIEWS.index(view))
        assert isinstance(found, QToolButton)
        return found

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._told.set_theme(theme)
        side = round(theme.px(16))
        self._flask.setPixmap(pixmap("flask", theme.warn, side, self.devicePixelRatioF()))
        self._count.setFont(font(theme, "dense", True))
        colours = self._count.palette()
        colours.setColor(self._count.foregroundRole(), theme.warn)
        self._count.setPalette(colours)
        for button in (*self._views.buttons(), *self._buttons):
            button.setFont(font(theme, "dense"))
        colours = self.palette()
        colours.setColor(colours.ColorRole.Window, theme.strip)
        self.setPalette(colours)
        self.setAutoFillBackground(True)

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("What if"))
        for at, text in enumerate((self.tr("Changed"), self.tr("Original"), self.tr("Difference"))):
            self._views.button(at).setText(text)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _chosen(self, at: int) -> None:
        self.viewChosen.emit(VIEWS[at])
