"""A tensor that is held beside the current one, with the run it belongs to: it outlives the next run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal

from tutor.engine.axes import NAMES
from tutor.engine.compare import Look
from tutor.engine.picture import MEAN, SUM, Selection
from tutor.engine.trace import Trace

#: What is shown while a tensor is held: the current one alone, both, or their difference.
ALONE, BESIDE, DIFFERENCE = "alone", "beside", "difference"
MODES = (ALONE, BESIDE, DIFFERENCE)


@dataclass(frozen=True, eq=False)
class Held:
    """A tensor that is held, and what its run was.

    Attributes:
        look: the run, the step and what is selected of it.
        model: the model's name.
        step: the step of training whose weights these were; None for the finished model.
    """

    look: Look
    model: str
    step: int | None = None


class Pins(QObject):
    """The tensor that is held, and how it is compared. Part of the Session.

    Signals:
        changed()  another tensor is held (or none), or it is compared in another way
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.held: Held | None = None
        self.mode = BESIDE

    def hold(self, held: Held | None) -> None:
        """Hold a tensor, or none; another one is let go."""
        if held is not self.held:
            self.held = held
            self.changed.emit()

    def set_mode(self, mode: str) -> None:
        if mode != self.mode:
            self.mode = mode
            self.changed.emit()

    def against(self, look: Look) -> Look | None:
        """What is held beside a look; None where nothing is, where the current one is shown alone, or where both are
        the very same numbers of one run."""
        if self.held is None or self.mode == ALONE or self.held.look.same(look):
            return None
        return self.held.look


# -- as plain data, for a session file ----------------------------------------------------------------------------


def to_plain(pins: Pins, trace: Trace | None) -> tuple[dict[str, Any], ...]:
    """What is held, as plain data. Of another run than this one only its name: its numbers need that run."""
    held = pins.held
    if held is None:
        return ()
    look = held.look
    found: dict[str, Any] = {"step": look.path, "mode": pins.mode}
    if look.trace is not trace:
        return ({**found, "other": held.model},)
    if look.selection.at:
        found["at"] = dict(look.selection.at)
    several = {name: list(some) for name, some in look.selection.several if name in NAMES}
    if several:
        found |= {"several": several, "how": look.selection.how}
    return (found,)


def from_plain(plain: Sequence[Mapping[str, Any]], trace: Trace) -> tuple[Look, str] | None:
    """What was held of a run like this one, and how it was compared; None for nothing, or for what this run has not.
    It may come from a stranger: every value is checked."""
    for one in plain:
        step, mode = one.get("step"), one.get("mode")
        if not isinstance(step, str) or step not in trace.program.by_name or "other" in one:
            continue
        at = {name: entry for name, entry in _table(one.get("at")).items() if _entry(name, entry)}
        several = tuple(
            (name, tuple(sorted(set(some)))) for name, some in sorted(_table(one.get("several")).items())
            if isinstance(some, list) and 1 < len(some) <= 10_000 and all(_entry(name, entry) for entry in some)
        )  # fmt: skip
        how = SUM if one.get("how") == SUM else MEAN
        chosen = Selection(tuple(sorted(at.items())), several, how)
        return Look(trace, step, chosen), mode if isinstance(mode, str) and mode in MODES else BESIDE
    return None


def _table(given: object) -> Mapping[str, Any]:
    return given if isinstance(given, Mapping) else {}


def _entry(name: object, at: object) -> bool:
    return name in NAMES and isinstance(at, int) and not isinstance(at, bool) and 0 <= at < 1 << 31
