"""The trail of a working: from a number to the numbers it came from, link by link, and back. QtCore only.

A trail begins where the first link was followed and grows with every further one. Moving otherwise leaves it as it is,
so that `back` first returns to it; following a link from somewhere else begins a new one. It is a part of the Session,
and no history of moves: that one has its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tutor.engine.axes import AxesError, Index, cell
from tutor.engine.records import dataclass
from tutor.engine.working import Link

if TYPE_CHECKING:
    from tutor.session import Session

#: How many places a trail remembers; the oldest go first.
LONGEST = 64


@dataclass(frozen=True)
class Place:
    """A step with its pinned cell; with `given`, a weight's cell that is looked at from there."""

    path: str
    level: str
    cell: Index | None
    given: Link | None = None

    @property
    def link(self) -> Link:
        """The number that is looked at."""
        return self.given or Link(self.path, self.cell or ())


class Trail(QObject):
    """The places a working was followed through.

    Attributes:
        given: the cell of a weight (or of another number that nothing computes) that is looked at; None where it is
            the session's own cell.

    Signals:
        changed(): another way, or another place on it.
    """

    changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._places: list[Place] = []
        self._going = False
        self.given: Link | None = None
        session.traceChanged.connect(self._check)
        session.moved.connect(self._moved)
        session.selectionChanged.connect(self._moved)

    @property
    def places(self) -> tuple[Place, ...]:
        """The way, oldest place first."""
        return tuple(self._places)

    def here(self) -> Place:
        """Where the learner is now."""
        cursor = self._session.cursor
        return Place(cursor.path, cursor.level, self._session.cell, self.given)

    def on_it(self) -> bool:
        """Whether the learner is at the trail's last place."""
        return bool(self._places) and self._places[-1] == self.here()

    # Going --------------------------------------------------------------------------------------------------

    def follow(self, link: Link) -> bool:
        """Go to a number and pin it; of a part, to its first. Returns whether there is such a number."""
        place = self._place(link)
        if place is None:
            return False
        if not self.on_it():
            self._places = [self.here()]
        if place != self.here():
            self._places = [*self._places, place][-LONGEST:]
        self._go(place)
        return True

    def back(self) -> bool:
        """Return to the trail where it was left, or on it one place back. Returns whether there was one."""
        if not self._places:
            return False
        if self.on_it() and len(self._places) > 1:
            self._places.pop()
        place = self._places[-1]
        if len(self._places) == 1:
            self._places.clear()
        self._go(place)
        return True

    def go_to(self, number: int) -> None:
        """Return to one of the places; what came after it is forgotten."""
        if 0 <= number < len(self._places):
            place = self._places[number]
            del self._places[number + 1 :]
            if number == 0:
                self._places.clear()
            self._go(place)

    def _place(self, link: Link) -> Place | None:
        trace = self._session.trace
        if trace is None or link.name not in trace.shapes:
            return None
        try:
            index = cell(trace.shapes[link.name], link.cell()) if link.index else None
        except AxesError:
            return None
        cursor = self._session.cursor
        if link.name not in trace.program.by_name:
            # Nothing computes it, so it is looked at from the step that reads it.
            users = [step.name for step, _ in trace.program.consumers.get(link.name, ())]
            if index is None:
                index = (0,) * len(trace.shapes[link.name])
            given = Link(link.name, index)
            if cursor.path in users or not users:
                return Place(cursor.path, cursor.level, self._session.cell, given)
            return Place(users[0], self._level(users[0]), None, given)
        return Place(link.name, self._level(link.name), index)

    def _level(self, path: str) -> str:
        """Inside its stage, where the stage's chip would not lead to the step."""
        session = self._session
        assert session.trace is not None
        stop = session.trace.program.stop_of(path)
        among = path not in [one.name for one in stop.results]
        return "operation" if among or (session.inside and stop is session.stop) else "stage"

    def _go(self, place: Place) -> None:
        session = self._session
        self._going = True
        try:
            with session.moves.together():
                session.go(place.path, place.level)
                session.pin(place.cell)
            if self.given != place.given:
                self.given = place.given
                session.selectionChanged.emit()
        finally:
            self._going = False
        self.changed.emit()

    def look_at(self, link: Link) -> None:
        """Look at a number that nothing computes, and stay where one is."""
        self._going = True
        try:
            self.given = link
            self._session.selectionChanged.emit()
        finally:
            self._going = False
        self.changed.emit()

    # What others did ----------------------------------------------------------------------------------------

    def leave(self) -> bool:
        """Look at the session's own cell again. Returns whether another one was looked at."""
        if self.given is None:
            return False
        self.given = None
        self._session.selectionChanged.emit()
        return True

    def _moved(self) -> None:
        if not self._going:
            self.given = None
            self.changed.emit()

    def _check(self) -> None:
        """With another run: forget what it does not have."""
        trace = self._session.trace
        kept = []
        for place in self._places:
            try:
                if trace is None or place.path not in trace.program.by_name:
                    break
                for link in (Link(place.path, place.cell or ()), *((place.given,) if place.given else ())):
                    if link.index:
                        cell(trace.shapes[link.name], link.cell())
            except (AxesError, KeyError):
                break
            kept.append(place)
        self._places = kept if len(kept) > 1 else []
        self.given = None
        self.changed.emit()
