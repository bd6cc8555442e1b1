"""Whether moves may glide: what the learner chose, or else what the system asks for."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QApplication, QProxyStyle, QStyle

SYSTEM, REDUCED, FULL = "system", "reduced", "full"
#: Platforms without a screen, where nothing that moves is seen.
_BLIND = ("offscreen", "minimal", "vnc")


def system_is_still() -> bool:
    """Whether the system asks for as little motion as can be, or there is no one to see any."""
    if QGuiApplication.platformName() in _BLIND:
        return True
    hints = QGuiApplication.styleHints()
    asked = getattr(hints.accessibility(), "motionPreference", None)  # from Qt 6.12 on
    if asked is not None and "reduced" in str(asked()).lower():
        return True
    style = QApplication.style()
    # Our own style never animates; what it is drawn over knows what the system wants.
    base = style.baseStyle() if isinstance(style, QProxyStyle) else style
    return base.styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) == 0


class Motion(QObject):
    """The choice under View.

    Signals:
        changed(bool)  whether every move is instant
    """

    changed = Signal(bool)

    def __init__(self, settings: QSettings, actions: dict[str, QAction], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings, self._actions = settings, actions
        kept = str(settings.value("motion", SYSTEM))
        self._choice = kept if kept in (SYSTEM, REDUCED, FULL) else SYSTEM
        self._check()

    def still(self) -> bool:
        return system_is_still() if self._choice == SYSTEM else self._choice == REDUCED

    def use_system(self) -> None:
        self._use(SYSTEM)

    def use_reduced(self) -> None:
        self._use(REDUCED)

    def use_full(self) -> None:
        self._use(FULL)

    def _use(self, choice: str) -> None:
        self._choice = choice
        self._settings.setValue("motion", choice)
        self._check()
        self.changed.emit(self.still())

    def _check(self) -> None:
        for choice in (SYSTEM, REDUCED, FULL):
            self._actions[f"motion_{choice}"].setChecked(choice == self._choice)
