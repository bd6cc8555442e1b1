"""Theme, size of type and language: changed at once and everywhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtWidgets import QApplication, QWidget

from tutor.views import style, theme
from tutor.views.actions import Actions
from tutor.views.theme import DARK, LIGHT, Theme

_SMALLEST_TYPE, _LARGEST_TYPE = 80, 250


class LookDesk(QObject):
    """Between the look's commands and every view. Views join with `dress`; they then get `set_theme`.

    Signals:
        languageChosen(str)  another language was asked for; the application installs it
        dressed()            every view has the new theme
    """

    languageChosen = Signal(str)
    dressed = Signal()

    def __init__(self, settings: QSettings, look: Theme, actions: Actions, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings, self._actions = settings, actions
        self._views: list[Any] = []
        self._grounds: list[tuple[QWidget, str]] = []
        self.theme = look
        #: While it is on, nothing about the look is remembered.
        self.presenting = False
        self.use_letters(str(settings.value("letters", "true")) != "false")

    def dress(self, *views: Any) -> None:
        """Views that get `set_theme` from now on."""
        self._views += views

    def ground(self, name: str, *widgets: QWidget) -> None:
        """Widgets whose background is the theme's colour of this name."""
        for widget in widgets:
            self._grounds.append((widget, name))
            self._paint(widget, name)

    def use_letters(self, on: bool) -> None:
        """Whether single characters are keys: whoever speaks to the computer may want none."""
        self._actions.letters = on
        self._actions.by_id["letters"].setChecked(on)
        if on != (str(self._settings.value("letters", "true")) != "false"):
            self._settings.setValue("letters", "true" if on else "false")

    def use_light(self) -> None:
        self.set_look(replace(LIGHT, font_scale=self.theme.font_scale))

    def use_dark(self) -> None:
        self.set_look(replace(DARK, font_scale=self.theme.font_scale))

    def larger(self) -> None:
        self._set_type(self.theme.font_scale * 100 + 10)

    def smaller(self) -> None:
        self._set_type(self.theme.font_scale * 100 - 10)

    def normal_size(self) -> None:
        self._set_type(100)

    def _set_type(self, percent: float) -> None:
        percent = min(max(round(percent), _SMALLEST_TYPE), _LARGEST_TYPE)
        self.set_look(replace(self.theme, font_scale=percent / 100))

    def set_look(self, look: Theme, keep: bool = True) -> None:
        """Another theme or size of type; `keep` remembers it for the next start."""
        look = replace(look, cjk=self.theme.cjk, presenting=self.presenting)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            look = theme.apply(app, look, look.font_scale)
            style.install(app, look)
        if keep and not self.presenting:
            self._settings.setValue("theme", look.name)
            self._settings.setValue("type", round(look.font_scale * 100))
        self.apply(look)

    def apply(self, look: Theme) -> None:
        """Give every view the theme."""
        self.theme = look
        for view in self._views:
            view.set_theme(look)
        self.begin()

    def begin(self) -> None:
        """The theme of commands and grounds: each view is made with its own."""
        look, by_id = self.theme, self._actions.by_id
        by_id["light"].setChecked(not look.dark)
        by_id["dark"].setChecked(look.dark)
        by_id["chinese"].setChecked(look.cjk)
        by_id["english"].setChecked(not look.cjk)
        self._actions.set_theme(look)
        for widget, name in self._grounds:
            self._paint(widget, name)
        self.dressed.emit()

    def _paint(self, widget: QWidget, name: str) -> None:
        colours = widget.palette()
        colours.setColor(colours.ColorRole.Window, getattr(self.theme, name))
        widget.setPalette(colours)
        widget.setAutoFillBackground(True)

    def use_english(self) -> None:
        self.languageChosen.emit("en")

    def use_chinese(self) -> None:
        self.languageChosen.emit("zh_CN")

    def set_cjk(self, cjk: bool) -> None:
        """Chinese headers have no capitals and no tracking."""
        self.apply(replace(self.theme, cjk=cjk))
