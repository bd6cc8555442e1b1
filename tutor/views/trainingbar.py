"""The slider that moves one sentence through a model's training."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

from tutor.views.theme import Theme, font


class TrainingBar(QWidget):
    """A stop for each step of training whose weights were kept; hidden for a model that has one set alone.

    Signals:
        stepChosen(int)  another step was chosen
    """

    stepChosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._steps: tuple[int, ...] = ()
        self._name, self._told = QLabel(), QLabel()
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setTickPosition(QSlider.TickPosition.TicksBelow)
        self._slider.setTickInterval(1)
        self._slider.setPageStep(1)
        line = QHBoxLayout(self)
        line.setContentsMargins(12, 0, 12, 4)
        line.setSpacing(8)
        line.addStretch(1)
        for widget in (self._name, self._slider, self._told):
            line.addWidget(widget)
        self._name.setBuddy(self._slider)
        self._slider.valueChanged.connect(self._moved)
        self.hide()
        self.set_theme(theme)

    def set_steps(self, steps: Sequence[int], step: int | None) -> None:
        """The steps there are weights of, in order, and the one that runs (None for the last)."""
        self._steps = tuple(steps)
        self.setVisible(len(self._steps) > 1)
        with QSignalBlocker(self._slider):
            self._slider.setRange(0, max(0, len(self._steps) - 1))
            last = len(self._steps) - 1
            self._slider.setValue(self._steps.index(step) if step in self._steps else last)
        self._tell()

    def slider(self) -> QSlider:
        return self._slider

    def step(self) -> int:
        """The step that the slider stands on; 0 where there is none."""
        return self._steps[self._slider.value()] if self._steps else 0

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for label in (self._name, self._told):
            label.setFont(font(theme, "dense"))
        self._slider.setFixedWidth(round(theme.px(220)))
        self.retranslate()

    def retranslate(self) -> None:
        self._name.setText(self.tr("Training"))
        self._slider.setToolTip(self.tr("The same sentence at another step of the model's training"))
        self._slider.setAccessibleName(self.tr("Step of training"))
        self._tell()

    def _tell(self) -> None:
        last = self._steps[-1] if self._steps else 0
        text = self.tr("step {step} of {last}").format(step=f"{self.step():,}", last=f"{last:,}")
        self._told.setText(text)
        self._slider.setAccessibleDescription(text)
        # As wide as its widest words, so that nothing moves while the slider does.
        widest = self.tr("step {step} of {last}").format(step=f"{last:,}", last=f"{last:,}")
        self._told.setMinimumWidth(self._told.fontMetrics().horizontalAdvance(widest) + 4)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _moved(self, at: int) -> None:
        self._tell()
        self.stepChosen.emit(self.step())
