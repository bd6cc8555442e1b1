"""The way the learner came: every move can be undone and redone. Plain data; the Session says what a move is."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager

from tutor.engine.axes import Index
from tutor.engine.picture import Selection
from tutor.engine.records import dataclass

#: How many moves are remembered; older ones are forgotten.
MOST = 500


@dataclass(frozen=True)
class Place:
    """All that a move changes: where the learner is, and what is selected there.

    Attributes:
        path, level: the cursor's.
        cell: the pinned one.
        selection: which entry is shown of the axes that are not on screen.
        followed: the tokens that are followed, by the name of their text.
    """

    path: str
    level: str
    cell: Index | None
    selection: Selection
    followed: tuple[tuple[str, int], ...]


class Moves:
    """What was left behind by moves, and by undoing them.

    Whoever makes several moves of one wish (a drag, a link that also pins, a run of Play) says so with `together`,
    and they count as one.
    """

    def __init__(self) -> None:
        self._past: list[Place] = []
        self._future: list[Place] = []
        self._depth, self._noted = 0, False

    def note(self, before: Place) -> None:
        """A move was made from here. What had been undone can no longer be redone."""
        self._future.clear()
        if self._depth and self._noted:
            return
        self._noted = True
        self._past.append(before)
        del self._past[:-MOST]

    def hold(self) -> None:
        """From here until `release`, all moves are one."""
        if not self._depth:
            self._noted = False
        self._depth += 1

    def release(self, now: Place | None = None) -> None:
        """The end of `hold`. Who came back to where it began (`now`) has not moved."""
        self._depth = max(0, self._depth - 1)
        if not self._depth and self._noted and self._past and self._past[-1] == now:
            self._past.pop()

    @contextmanager
    def together(self, more: bool = False) -> Iterator[None]:
        """All moves made inside are one; with `more` they belong to the last one made before."""
        self.hold()
        self._noted |= more
        try:
            yield
        finally:
            self.release()

    def undo(self, now: Place, fit: Callable[[Place], Place]) -> Place | None:
        """Where the last move came from, None where there is none. `fit` brings a place into the run on screen."""
        return self._turn(self._past, self._future, now, fit)

    def redo(self, now: Place, fit: Callable[[Place], Place]) -> Place | None:
        """Where the last undone move had led, None where there is none."""
        return self._turn(self._future, self._past, now, fit)

    def _turn(
        self, source: list[Place], target: list[Place], now: Place, fit: Callable[[Place], Place]
    ) -> Place | None:
        self._noted = False
        while source:
            place = fit(source.pop())
            if place != now:  # in another run two places may have become one
                target.append(now)
                return place
        return None

    def keep(self, known: Container[str]) -> None:
        """Another model: forget the places it does not have."""
        for places in (self._past, self._future):
            places[:] = [place for place in places if place.path in known]

    def __len__(self) -> int:
        """How many moves can be undone."""
        return len(self._past)

    @property
    def undone(self) -> int:
        """How many can be redone."""
        return len(self._future)
