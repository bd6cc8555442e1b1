"""The controls of an experiment: a slider with its number, a choice, a switch, a seed with a button that draws anew."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QResizeEvent, QValidator, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSlider,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from tutor.lessons.experiment import Choice, Control, Number, Seed, Toggle, Value
from tutor.views import numbers
from tutor.views.experiment_words import Says
from tutor.views.icons import icon
from tutor.views.lessontext import subscripts
from tutor.views.theme import Theme, font

_MOST_SEED = 2**31 - 1
#: A number of fewer steps needs no slider.
_SHORT = 8


def fitted(controls: Sequence[Control], settings: Mapping[str, Value]) -> dict[str, Value]:
    """Settings for controls: those that were chosen where they still make sense, the controls' own else."""
    found: dict[str, Value] = {}
    for one in controls:
        value = settings.get(one.key, one.default)
        if isinstance(one, Number):
            plain = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
            value = min(max(value, one.low), one.high) if plain else one.default  # type: ignore[type-var]
            found[one.key] = round(value) if one.whole else value  # type: ignore[arg-type]
        elif isinstance(one, Choice):
            found[one.key] = value if value in one.options else one.default
        elif isinstance(one, Toggle):
            found[one.key] = value if isinstance(value, bool) else one.default
        else:
            whole = isinstance(value, int) and not isinstance(value, bool)
            found[one.key] = min(max(int(value), 0), _MOST_SEED) if whole else one.default
    return found


class Steps:
    """The places of a slider: even steps, or factors of two."""

    def __init__(self, control: Number) -> None:
        self._of = control
        if control.log:
            self.last = max(1, round(math.log2(control.high / control.low)))
        else:
            self.last = max(1, round((control.high - control.low) / control.step))

    def value(self, at: int) -> float:
        one = self._of
        found = one.low * 2.0**at if one.log else one.low + at * one.step
        found = min(found, one.high)
        return round(found) if one.whole else found

    def at(self, value: float) -> int:
        one = self._of
        found = math.log2(max(value, one.low) / one.low) if one.log else (value - one.low) / one.step
        return min(max(round(found), 0), self.last)


class _Calm:
    """Turns with the wheel only while it has the keys: the wheel scrolls the lesson."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():  # type: ignore[attr-defined]
            super().wheelEvent(event)  # type: ignore[misc]
        else:
            event.ignore()


class _Slider(_Calm, QSlider):
    pass


class _Combo(_Calm, QComboBox):
    pass


class _SeedBox(_Calm, QSpinBox):
    pass


class _NumberBox(_Calm, QDoubleSpinBox):
    """A number; its arrows step as the slider does."""

    def __init__(self, control: Number, steps: Steps) -> None:
        super().__init__()
        self._steps = steps
        decimals = 0 if control.whole else max(0, min(4, 2 - math.floor(math.log10(control.step))))
        if control.log and not control.whole:
            decimals = max(2, 2 - math.floor(math.log10(control.low)))
        self.setDecimals(min(6, decimals))
        self.setRange(control.low, control.high)
        self.setSingleStep(control.step)
        self._log = control.log
        self.setKeyboardTracking(False)

    def stepBy(self, steps: int) -> None:
        if self._log:
            at = min(max(self._steps.at(self.value()) + steps, 0), self._steps.last)
            self.setValue(self._steps.value(at))
        else:
            super().stepBy(steps)

    def textFromValue(self, value: float) -> str:
        text = f"{value:,.{self.decimals()}f}"
        return numbers.minus(text.rstrip("0").rstrip(".") if "." in text else text)

    def valueFromText(self, text: str) -> float:
        plain = text.replace(",", "").replace(numbers.MINUS, "-")
        try:
            return float(plain)
        except ValueError:
            return self.value()

    def validate(self, text: str, at: int) -> tuple[QValidator.State, str, int]:
        plain = text.replace(",", "").replace(numbers.MINUS, "-")
        try:
            good = self.minimum() <= float(plain) <= self.maximum()
        except ValueError:
            good = False
            if not all(sign in "0123456789.-" for sign in plain):
                return QValidator.State.Invalid, text, at
        return QValidator.State.Acceptable if good else QValidator.State.Intermediate, text, at


class Controls(QWidget):
    """One row for each control.

    Signals:
        changed(object)  settings by key: something was changed by hand
    """

    changed = Signal(object)

    def __init__(self, theme: Theme, says: Says, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._says = theme, says
        self._controls: tuple[Control, ...] = ()
        self._labels: dict[str, QLabel] = {}
        self._boxes: dict[str, QWidget] = {}
        self._sliders: dict[str, tuple[_Slider, Steps]] = {}
        self._draw: QPushButton | None = None
        self._rows: list[QWidget] = []
        self._reset = QToolButton()
        self._reset.setAutoRaise(True)
        self._reset.clicked.connect(self.reset)
        self._lines: list[QHBoxLayout] = []
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)

    # What is shown ------------------------------------------------------------------------------------------

    def set_controls(self, controls: Sequence[Control], settings: Mapping[str, Value]) -> None:
        """Show controls at these settings; those that are the same stay, with the keys on them."""
        if tuple(controls) != self._controls:
            self._make(tuple(controls))
        for one in self._controls:
            self._put(one, settings[one.key])
        self._refresh()

    def _make(self, controls: tuple[Control, ...]) -> None:
        for widget in self._rows:
            widget.hide()
            widget.deleteLater()
        self._reset.setParent(self)
        for line in self._lines:
            self._column.removeItem(line)
        self._lines.clear()
        self._labels.clear()
        self._boxes.clear()
        self._sliders.clear()
        self._rows.clear()
        self._draw = None
        self._controls = controls
        for one in controls:
            label, row = QLabel(), QWidget()
            line = QHBoxLayout(row)
            line.setContentsMargins(0, 0, 0, 0)
            line.setSpacing(6)
            self._labels[one.key] = label
            if not isinstance(one, Toggle):
                line.addWidget(label)
            else:
                label.setParent(row)
                label.hide()
            self._fill(one, line)
            self._rows.append(row)
        self._fold()
        self.set_theme(self._theme)

    def _fold(self) -> None:
        """Sliders on lines of their own; what is short stands side by side as far as there is room."""
        for line in self._lines:
            while line.count():
                line.takeAt(0)
            self._column.removeItem(line)
        self._lines.clear()
        self._reset.setParent(self)
        room, used = max(self.width(), 240), 0
        for one, row in zip(self._controls, self._rows):
            wide = row.sizeHint().width() if one.key not in self._sliders else room
            if one is self._controls[-1] and one.key not in self._sliders:
                wide += self._reset.sizeHint().width() + 14
            if not self._lines or used + wide + 14 > room:
                self._end_line()
                self._lines.append(QHBoxLayout())
                self._lines[-1].setSpacing(14)
                self._column.addLayout(self._lines[-1])
                used = 0
            self._lines[-1].addWidget(row, 1 if one.key in self._sliders or isinstance(one, Choice) else 0)
            used += wide + 14
        self._end_line()
        if self._lines:
            self._lines[-1].addWidget(self._reset)

    def _end_line(self) -> None:
        """What stands on the last line so far stays to the left, unless something there takes the room."""
        if self._lines and not any(self._lines[-1].stretch(at) for at in range(self._lines[-1].count())):
            self._lines[-1].addStretch(1)

    def _fill(self, one: Control, line: QHBoxLayout) -> None:
        box: QWidget
        if isinstance(one, Number):
            steps = Steps(one)
            if steps.last < _SHORT and not one.log:
                box = _NumberBox(one, steps)
                box.valueChanged.connect(self._tell)
                self._boxes[one.key] = box
                box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
                line.addWidget(box)
                return
            slider, box = _Slider(Qt.Orientation.Horizontal), _NumberBox(one, steps)
            slider.setRange(0, steps.last)
            slider.setPageStep(max(1, steps.last // 8))
            slider.valueChanged.connect(lambda at, key=one.key: self._slid(key, at))
            box.valueChanged.connect(lambda value, key=one.key: self._typed(key, value))
            self._sliders[one.key] = (slider, steps)
            slider.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            line.addWidget(slider, 1)
        elif isinstance(one, Choice):
            box = _Combo()
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(max(4, min(12, max(len(self._says.option(name)) for name in one.options))))
            for option in one.options:
                box.addItem(self._says.option(option), option)
            box.currentIndexChanged.connect(self._tell)
        elif isinstance(one, Toggle):
            box = QCheckBox()
            box.toggled.connect(self._tell)
        else:
            box = _SeedBox()
            box.setRange(0, _MOST_SEED)
            box.setKeyboardTracking(False)
            box.valueChanged.connect(self._tell)
            self._draw = QPushButton()
            self._draw.clicked.connect(lambda _=False, seed=box: seed.setValue((seed.value() + 1) % _MOST_SEED))
        box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._boxes[one.key] = box
        line.addWidget(box, 1 if isinstance(one, Choice) else 0)
        if isinstance(one, Seed) and self._draw is not None:
            line.addWidget(self._draw)

    def _put(self, one: Control, value: Value) -> None:
        box = self._boxes[one.key]
        with QSignalBlocker(box):
            if isinstance(box, (QDoubleSpinBox, QSpinBox)):
                box.setValue(value)  # type: ignore[arg-type]
            elif isinstance(box, QComboBox):
                box.setCurrentIndex(max(0, box.findData(value)))
            elif isinstance(box, QCheckBox):
                box.setChecked(bool(value))
        if one.key in self._sliders:
            slider, steps = self._sliders[one.key]
            with QSignalBlocker(slider):
                slider.setValue(steps.at(float(value)))

    def settings(self) -> dict[str, Value]:
        """What is chosen now, by key."""
        found: dict[str, Value] = {}
        for one in self._controls:
            box = self._boxes[one.key]
            if isinstance(box, QDoubleSpinBox):
                whole = isinstance(one, Number) and one.whole
                found[one.key] = round(box.value()) if whole else box.value()
            elif isinstance(box, QSpinBox):
                found[one.key] = box.value()
            elif isinstance(box, QComboBox):
                found[one.key] = str(box.currentData())
            elif isinstance(box, QCheckBox):
                found[one.key] = box.isChecked()
        return found

    def box(self, key: str) -> QWidget:
        """The box of a control."""
        return self._boxes[key]

    def slider(self, key: str) -> QSlider:
        return self._sliders[key][0]

    def draw_button(self) -> QPushButton | None:
        """The button that draws anew, where there is a seed."""
        return self._draw

    def reset_button(self) -> QToolButton:
        return self._reset

    def first_focus(self) -> QWidget:
        for one in self._controls:
            return self._sliders[one.key][0] if one.key in self._sliders else self._boxes[one.key]
        return self

    # By hand ------------------------------------------------------------------------------------------------

    def _slid(self, key: str, at: int) -> None:
        box, (_, steps) = self._boxes[key], self._sliders[key]
        assert isinstance(box, QDoubleSpinBox)
        with QSignalBlocker(box):
            box.setValue(steps.value(at))
        self._tell()

    def _typed(self, key: str, value: float) -> None:
        slider, steps = self._sliders[key]
        with QSignalBlocker(slider):
            slider.setValue(steps.at(value))
        self._tell()

    def reset(self) -> None:
        """The settings it begins with."""
        for one in self._controls:
            self._put(one, one.default)
        self._tell()

    def _tell(self) -> None:
        self._refresh()
        self.changed.emit(self.settings())

    def _refresh(self) -> None:
        changed = any(self.settings()[one.key] != one.default for one in self._controls)
        self._reset.setEnabled(changed)
        self._reset.setVisible(bool(self._controls))

    # Look and words -----------------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        face = font(theme, "dense")
        for widget in (*self._labels.values(), *self._boxes.values(), self._reset):
            widget.setFont(face)
        if self._draw is not None:
            self._draw.setFont(face)
            self._draw.setIcon(icon("dice", theme))
        self._reset.setIcon(icon("reset", theme))
        for box in self._boxes.values():
            if isinstance(box, (QDoubleSpinBox, QSpinBox)):
                box.setFixedWidth(round(theme.px(74)))
            box.setFixedHeight(theme.height("small_button"))
        if self._draw is not None:
            self._draw.setFixedHeight(theme.height("small_button"))
        self.retranslate()
        self._fold()

    def set_says(self, says: Says) -> None:
        """Another language."""
        self._says = says
        for one in self._controls:
            box = self._boxes[one.key]
            if isinstance(one, Choice) and isinstance(box, QComboBox):
                for at, option in enumerate(one.options):
                    box.setItemText(at, says.option(option))
        self.retranslate()

    def retranslate(self) -> None:
        for one in self._controls:
            name = self._says.text("controls", one.key)
            box = self._boxes[one.key]
            self._labels[one.key].setText(subscripts(name))
            box.setAccessibleName(name)
            if isinstance(box, QCheckBox):
                box.setText(name)
            if one.key in self._sliders:
                self._sliders[one.key][0].setAccessibleName(self.tr("{name}, slider").format(name=name))
        if self._draw is not None:
            self._draw.setText(self.tr("Draw anew"))
        self._reset.setToolTip(self.tr("As it was at first"))
        self._reset.setAccessibleName(self.tr("As it was at first"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width() and self._controls:
            self._fold()
