"""Which entry is shown of an axis that is neither rows nor columns: a slider to run through, a box for the number."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QSpinBox, QWidget

from tutor.views.theme import Theme, font


class AxisChooser(QWidget):
    """Label, slider, number, and how many there are. The slider gives way where there is no room: the number stays.

    Signals:
        chosen(str, int)  another entry, with the axis' name
    """

    chosen = Signal(str, int)

    def __init__(self, theme: Theme, axis: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.axis = axis
        self._size = 1
        self._title = ""
        self.label, self.of = QLabel(), QLabel()
        self.slider, self.spin = QSlider(Qt.Orientation.Horizontal), QSpinBox()
        self.slider.setPageStep(1)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(6)
        for widget in (self.label, self.slider, self.spin, self.of):
            line.addWidget(widget)
        # As wide as its parts that are there, whoever hides the slider.
        line.setSizeConstraint(QHBoxLayout.SizeConstraint.SetFixedSize)
        self.label.setBuddy(self.spin)
        self.spin.valueChanged.connect(self._changed)
        self.slider.valueChanged.connect(self._changed)
        self.set_theme(theme)
        self.retranslate()

    def set_choice(self, title: str, at: int, size: int) -> None:
        """The axis' name for a learner, the entry that is shown, and how many there are."""
        self._title, self._size = title, size
        for box in (self.slider, self.spin):
            with QSignalBlocker(box):
                box.setRange(0, size - 1)
                box.setValue(at)
        self.label.setText(title)
        self.retranslate()

    def set_theme(self, theme: Theme) -> None:
        for widget in (self.label, self.spin, self.of):
            widget.setFont(font(theme, "dense"))
        self.spin.setMinimumWidth(round(theme.px(52)))
        self.slider.setFixedWidth(round(theme.px(72)))

    def retranslate(self) -> None:
        self.of.setText(self.tr("of 0–{last}").format(last=self._size - 1))
        self.spin.setAccessibleName(self._title)
        self.spin.setToolTip(self._title)
        self.slider.setAccessibleName(self.tr("{axis}, slider").format(axis=self._title))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _changed(self, at: int) -> None:
        for box in (self.slider, self.spin):
            with QSignalBlocker(box):
                box.setValue(at)
        self.chosen.emit(self.axis, at)
