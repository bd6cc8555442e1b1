"""A tensor that is held beside the current one, with the run it belongs to: it outlives the next run."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from tutor.engine.compare import Look
from tutor.engine.records import dataclass

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

