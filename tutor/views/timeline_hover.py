"""What of the timeline is pointed at, and the bubble about it: not in passing, and once it is up at once."""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakMethod

from PySide6.QtCore import QObject, QPoint, QTimer, Signal
from PySide6.QtWidgets import QWidget

from tutor.views.bubble import About, Bubble
from tutor.views.heatdata import Map
from tutor.views.theme import Theme

#: After so long over one place the bubble comes up.
HOVER_MS = 250
NOTHING = -1, -1

Target = tuple[int, int]


class Hover(QObject):
    """The stage (and, inside it, the operation) below the pointer.

    Signals:
        pointed(int, int)  the bubble is about this stage and operation now; −1, −1 when it is gone
    """

    pointed = Signal(int, int)

    def __init__(
        self, theme: Theme, host: QWidget, about: Callable[[Target], About], tip: Callable[[Target], QPoint]
    ) -> None:
        """`about` says what there is to say of a target, `tip` where in `host` the bubble points: methods of `host`,
        which is not kept alive by them."""
        super().__init__(host)
        self._theme, self._about, self._tip = theme, WeakMethod(about), WeakMethod(tip)
        self._target: Target = NOTHING
        self._bubble: Bubble | None = None
        self.timer = QTimer(self)
        self.timer.setSingleShot(True)
        self.timer.setInterval(HOVER_MS)
        self.timer.timeout.connect(self._show)

    def bubble(self) -> Bubble | None:
        """The bubble while it is up."""
        return self._bubble if self._bubble is not None and self._bubble.isVisible() else None

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        if self._bubble is not None:
            self._bubble.set_theme(theme)

    def point_at(self, target: Target, at_once: bool = False) -> None:
        """The pointer is over this, or over nothing."""
        if target == self._target:
            return
        self._target = target
        if target == NOTHING:
            self.timer.stop()
            if self._bubble is not None:
                self._bubble.hide()
            self.pointed.emit(*NOTHING)
        elif at_once or self.bubble() is not None:
            self._show()
        else:
            self.timer.start()

    def _host(self) -> QWidget:
        host = self.parent()
        assert isinstance(host, QWidget)
        return host

    def _say(self, bubble: Bubble, data: Map | None) -> None:
        about, tip = self._about(), self._tip()
        if about is not None and tip is not None:
            host = self._host()
            bubble.show_about(about(self._target), data, host.mapTo(host.window(), tip(self._target)))

    def set_thumbnail(self, data: Map | None) -> None:
        """The numbers in the bubble, of what was last `pointed` at; None while nothing is computed yet."""
        bubble = self.bubble()
        if bubble is not None:
            self._say(bubble, data)

    def _show(self) -> None:
        if self._target == NOTHING:
            return
        window = self._host().window()
        if self._bubble is None or self._bubble.parentWidget() is not window:
            self._bubble = Bubble(self._theme, window)
        self._say(self._bubble, None)
        self.pointed.emit(*self._target)
