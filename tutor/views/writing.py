"""Which token of the target is being written: a choice of its own, beside the timeline and not on it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSpinBox, QWidget

from tutor.views.theme import Theme, font


class Writing(QWidget):
    """“writing token 4 of 12”: the decoder's row that predicts token 4 is the one that is followed.

    Signals:
        chosen(int)  another row of the decoder, from 0
    """

    chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label, self._spin, self._of = QLabel(), QSpinBox(), QLabel()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for widget in (self._label, self._spin, self._of):
            row.addWidget(widget)
        self._spin.valueChanged.connect(self._changed)
        self.set_theme(theme)
        self.set_place(None, 0)
        self.retranslate()

    def set_place(self, row: int | None, count: int) -> None:
        """The row that is followed of how many; None where the model writes nothing."""
        self.setVisible(row is not None)
        with QSignalBlocker(self._spin):
            self._spin.setRange(1, max(1, count))
            self._spin.setValue((row or 0) + 1)
        self._say()

    def spin(self) -> QSpinBox:
        return self._spin

    def set_theme(self, theme: Theme) -> None:
        for widget in (self._label, self._spin, self._of):
            widget.setFont(font(theme, "dense"))
        self._spin.setMinimumWidth(round(theme.px(52)))

    def _say(self) -> None:
        self._of.setText(self.tr("of {count}").format(count=self._spin.maximum()))

    def retranslate(self) -> None:
        self._label.setText(self.tr("writing token"))
        self._spin.setAccessibleName(self.tr("Which target token is being written"))
        self._spin.setToolTip(self.tr("The decoder's row before it predicts it: that row is lit in every stage."))
        self._say()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _changed(self, value: int) -> None:
        self.chosen.emit(value - 1)
