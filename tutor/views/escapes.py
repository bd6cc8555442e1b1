"""What Esc does: the first that applies, in one order, whichever part of the window it belongs to."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

#: Does what Esc means to a part of the window, if it means anything just now; returns whether it did.
Escape = Callable[[], bool]


class Rank(IntEnum):
    """The order. A smaller number comes first."""

    POPUP = 1  # close what was opened: a palette, a bar, a blank screen
    RUN = 2  # cancel the run
    QUESTION = 3  # skip the question
    TOUR = 4  # leave the guided tour
    UNPIN = 5  # unpin the cell
    UNPIN_COMPARE = 6  # unpin what is compared
    PRESENTING = 7  # leave presenting


class Escapes:
    """The parts that Esc may mean, in order; of two of one rank the one that joined last comes first."""

    def __init__(self) -> None:
        self._parts: list[tuple[Rank, int, Escape]] = []

    def add(self, rank: Rank, part: Escape) -> None:
        self._parts.append((rank, -len(self._parts), part))
        self._parts.sort(key=lambda one: one[:2])

    def escape(self) -> bool:
        """Do the first that applies. Returns whether any did."""
        return any(part() for _, _, part in self._parts)
