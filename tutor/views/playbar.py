"""Play or Pause, and how fast: among the buttons below the timeline."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSignalBlocker, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from tutor.views.theme import Theme, font, metrics
from tutor.views.transport import KeyButton

# How many times as fast as usual.
SPEEDS = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0)
# How long a stage of middling difficulty is shown at speed 1.
STAGE_MS = 2500


class PlayBar(QWidget):
    """A button and a list of speeds.

    Signals:
        toggled()             Play or Pause was pressed
        speedChosen(float)    another speed was chosen
    """

    toggled = Signal()
    speedChosen = Signal(float)

    def __init__(self, theme: Theme, key: str, parent: QWidget | None = None) -> None:
        """`key` is the shortcut that the button names."""
        super().__init__(parent)
        self._key, self._playing = key, False
        self._button = KeyButton(theme)
        self._button.clicked.connect(self.toggled)
        self._speeds = QComboBox()
        for speed in SPEEDS:
            self._speeds.addItem(f"{speed:g}×" if speed != 1 else "1.0×", speed)
        self._speeds.activated.connect(self._chosen)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._button)
        row.addWidget(self._speeds)
        self.set_speed(1.0)
        self.set_theme(theme)

    def button(self) -> KeyButton:
        return self._button

    def speeds(self) -> QComboBox:
        return self._speeds

    def set_playing(self, playing: bool) -> None:
        self._playing = playing
        self.retranslate()

    def set_speed(self, speed: float) -> None:
        """Show this speed; the list itself says nothing back."""
        with QSignalBlocker(self._speeds):
            self._speeds.setCurrentIndex(min(range(len(SPEEDS)), key=lambda at: abs(SPEEDS[at] - speed)))

    def _chosen(self, at: int) -> None:
        self.speedChosen.emit(SPEEDS[at])

    def set_theme(self, theme: Theme) -> None:
        self._button.set_theme(theme)
        self._speeds.setFont(font(theme, "body"))
        self._speeds.setFixedWidth(round(metrics(theme, "body").horizontalAdvance("0.75×") + theme.px(38)))
        self.retranslate()

    def retranslate(self) -> None:
        text = self.tr("Pause") if self._playing else self.tr("Play")
        self._button.setText(text)
        self._button.setAccessibleName(text)
        native = QKeySequence(self._key).toString(QKeySequence.SequenceFormat.NativeText)
        self._button.set_key(native, "pause" if self._playing else "play")
        more = self.tr("Stop here") if self._playing else self.tr("Go on by itself, to the end of the section")
        self._button.setToolTip(f"{more} ({native})")
        self._speeds.setAccessibleName(self.tr("Speed of Play"))
        self._speeds.setToolTip(
            self.tr("Speed of Play: 1.0 shows a stage for about {seconds} s").format(seconds=STAGE_MS / 1000)
        )

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
