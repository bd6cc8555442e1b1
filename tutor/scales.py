"""The ranges of the colour scales: shared by a group of tensors until one leaves it. QtCore only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal

from tutor.engine.records import dataclass

Group = tuple[str, ...]


@dataclass(frozen=True)
class Own:
    """The range ±reach of a tensor that left its group; `fitted`: it follows what is on screen."""

    reach: float
    fitted: bool


class Scales(QObject):
    """By default the tensors of a group share one range, wide enough for all of them in every head and sentence. A
    group may be given another range; a tensor may leave its group.

    Signals:
        changed(): some scale has another range.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._chosen: dict[Group, float] = {}
        self._own: dict[str, Own] = {}

    def own(self, name: str) -> Own | None:
        """The scale of a tensor that left its group, None while it is locked."""
        return self._own.get(name)

    def reach(self, name: str, group: Group, full: float) -> float:
        """How far a tensor's scale reaches to both sides of zero; `full` is as far as its group does."""
        own = self._own.get(name)
        return own.reach if own is not None else self._chosen.get(group, full)

    def chosen(self, group: Group) -> float | None:
        """The range that was chosen for a group, None while it covers all of it."""
        return self._chosen.get(group)

    def choose(self, names: Iterable[str], group: Group, reach: float) -> None:
        """Give tensors another range: all of their group, unless they left it."""
        left = [name for name in names if name in self._own]
        for name in left:
            self._own[name] = Own(reach, False)
        if not left:
            self._chosen[group] = reach
        self.changed.emit()

    def widen(self, names: Iterable[str], group: Group, full: float) -> None:
        """Cover every value again."""
        left = [name for name in names if name in self._own]
        for name in left:
            self._own[name] = Own(full, False)
        if not left:
            self._chosen.pop(group, None)
        self.changed.emit()

    def leave(self, ranges: Iterable[tuple[str, float]], fitted: bool) -> None:
        """Tensors leave their group, each with a range of its own."""
        self._own |= {name: Own(reach, fitted) for name, reach in ranges}
        self.changed.emit()

    def follow(self, ranges: Iterable[tuple[str, float]]) -> None:
        """What fitted tensors have on screen now; said by who shows it, so nobody is told."""
        self._own |= {name: Own(reach, True) for name, reach in ranges if name in self._own}

    def lock(self, names: Iterable[str]) -> None:
        """Tensors share their group's range again."""
        for name in names:
            self._own.pop(name, None)
        self.changed.emit()

    def plain(self) -> list[dict[str, Any]]:
        """The ranges that were chosen, as plain data."""
        groups = [{"group": list(group), "reach": float(reach)} for group, reach in self._chosen.items()]
        return groups + [
            {"name": name, "reach": float(own.reach), "fitted": own.fitted} for name, own in self._own.items()
        ]

    def take(self, plain: Iterable[Mapping[str, Any]]) -> None:
        """Ranges as `plain` gave them; what is no range is left out, and the full range serves."""
        self.clear()
        for one in plain:
            reach, group, name = one.get("reach"), one.get("group"), one.get("name")
            if not isinstance(reach, (int, float)) or isinstance(reach, bool) or not reach > 0:
                continue
            if isinstance(name, str):
                self._own[name] = Own(float(reach), one.get("fitted") is True)
            elif isinstance(group, list) and all(isinstance(part, str) for part in group):
                self._chosen[tuple(group)] = float(reach)
        self.changed.emit()

    def clear(self) -> None:
        """Another model: its groups are others."""
        self._chosen.clear()
        self._own.clear()
