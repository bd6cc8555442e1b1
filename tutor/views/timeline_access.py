"""What a screen reader is told of the timeline: a slider whose value is said in words.

Qt's own slider has a number for a value and no text; ours has both. Qt asks the factory for every widget it meets; for
all but the timeline the answer is None.
"""

from __future__ import annotations

import weakref
from functools import cache
from typing import Any, Protocol

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface, QAccessibleValueInterface
from PySide6.QtWidgets import QAbstractSlider, QAccessibleWidget


class Spoken(Protocol):
    """A slider that says its value."""

    def value_text(self) -> str: ...


class _Value(QAccessibleValueInterface):
    """The slider's number, to read and to set."""

    def __init__(self, slider: QAbstractSlider) -> None:
        super().__init__()
        self._slider = weakref.ref(slider)

    def currentValue(self) -> Any:
        slider = self._slider()
        return slider.value() if slider is not None else 0

    def setCurrentValue(self, value: Any) -> None:
        slider = self._slider()
        if slider is not None:
            slider.setValue(int(value))

    def maximumValue(self) -> Any:
        slider = self._slider()
        return slider.maximum() if slider is not None else 0

    def minimumValue(self) -> Any:
        slider = self._slider()
        return slider.minimum() if slider is not None else 0

    def minimumStepSize(self) -> Any:
        return 1


class _Interface(QAccessibleWidget):
    def __init__(self, slider: QAbstractSlider) -> None:
        super().__init__(slider, QAccessible.Role.Slider)
        self._slider = weakref.ref(slider)
        self._value = _Value(slider)

    def text(self, kind: QAccessible.Text) -> str:
        slider = self._slider()
        if kind == QAccessible.Text.Value and slider is not None and hasattr(slider, "value_text"):
            return str(slider.value_text())
        return super().text(kind)

    def interface_cast(self, kind: QAccessible.InterfaceType) -> Any:
        return self._value if kind == QAccessible.InterfaceType.ValueInterface else super().interface_cast(kind)


#: Interfaces by the identity of their widget: each must live as long as it.
_ALIVE: dict[int, _Interface] = {}


def _factory(kind: str, one: QObject | None) -> QAccessibleInterface | None:
    if not (isinstance(one, QAbstractSlider) and hasattr(one, "value_text")):
        return None
    made = _Interface(one)
    _ALIVE[id(one)] = made
    return made


@cache
def install() -> None:
    """Let Qt ask for our interface; once for the whole process."""
    QAccessible.installFactory(_factory)
