"""What if: which changes the learner has made to the run on screen. A part of the Session; QtCore only.

The wish comes first, and the run with it a moment later, since it is computed elsewhere: `wanted` is what was asked
for, `session.trace` what is there. Undo and redo are a stack of their own, apart from moves and from the trail.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from tutor.engine.changes import Change, Changes
from tutor.engine.compare import Look
from tutor.engine.trace import Trace

if TYPE_CHECKING:
    from tutor.session import Session

CHANGED, ORIGINAL, DIFFERENCE = "changed", "original", "difference"
VIEWS = (CHANGED, ORIGINAL, DIFFERENCE)
_DEEPEST = 200


class WhatIf(QObject):
    """The changes to the run on screen.

    Signals:
        wished()             other changes are wanted: somebody has to compute the run
        changed()            the run with the wanted changes is there, or there are none
        dropped(object)      changes that do not apply to the new run (a sequence of Change)
        viewed()             the changed run, the original or their difference is shown
        compared()           which steps differ is known anew
    """

    wished = Signal()
    changed = Signal()
    dropped = Signal(object)
    viewed = Signal()
    compared = Signal()

    def __init__(self, session: "Session") -> None:
        super().__init__(session)
        self._session = session
        self.wanted = Changes()
        #: The run without changes, and the one with `made`, which is the same where there are none.
        self.original: Trace | None = None
        self.run: Trace | None = None
        self.made = Changes()
        self.view = CHANGED
        #: For each step that a change may have reached, as far as it is known: whether its numbers differ.
        self.differs: Mapping[str, bool] = {}
        self._undone: list[Changes] = []
        self._done: list[Changes] = []
        session.traceChanged.connect(self._trace_changed)

    # What is wanted -----------------------------------------------------------------------------------------

    def make(self, change: Change) -> None:
        """One more change, in the place of an earlier one of the same thing."""
        self.wish(self.wanted.with_(change))

    def unmake(self, slot: Sequence[Any]) -> None:
        """Take a change back, by what it changes."""
        self.wish(self.wanted.without(tuple(slot)))

    def toggle(self, change: Change) -> None:
        """Make a change, or take it back where it is made."""
        if self.wanted.find(*change.slot) == change:
            self.unmake(change.slot)
        else:
            self.make(change)

    def reset(self) -> None:
        """The original again."""
        self.wish(Changes())

    def wish(self, wanted: Changes) -> None:
        """Other changes, which can be undone."""
        if wanted == self.wanted:
            return
        self._done = [*self._done, self.wanted][-_DEEPEST:]
        self._undone.clear()
        self._want(wanted)

    def undo(self) -> None:
        if self._done:
            self._undone.append(self.wanted)
            self._want(self._done.pop())

    def redo(self) -> None:
        if self._undone:
            self._done.append(self.wanted)
            self._want(self._undone.pop())

    def can_undo(self) -> bool:
        return bool(self._done)

    def can_redo(self) -> bool:
        return bool(self._undone)

    def _want(self, wanted: Changes) -> None:
        self.wanted = wanted
        self.wished.emit()

    def begin(self, wanted: Changes) -> None:
        """Changes to make as soon as there is a run, as the command line or a file asks for."""
        under_way = self.waiting()  # what was wanted before may still be on its way, and has to be called off
        self.wanted = wanted
        self._done.clear()
        self._undone.clear()
        if self.original is not None and (under_way or self.waiting()):
            self.wished.emit()
        else:
            self.changed.emit()

    # What is there ------------------------------------------------------------------------------------------

    def waiting(self) -> bool:
        """Whether the run with what is wanted is still being computed."""
        return self.wanted != self.made

    def took(self, run: Trace, made: Changes) -> None:
        """The run with some changes is there: show it."""
        self.run, self.made, self.differs = run, made, {}
        if not made:
            self.view = CHANGED
        self._show(self.original if self.view == ORIGINAL else run)
        self.changed.emit()

    def _show(self, run: Trace | None) -> None:
        """Another run of the same tokens: what was looked at is looked at still."""
        given = self._session.trail.given
        self._session.set_trace(run)
        if given is not None:
            self._session.trail.look_at(given)

    def failed(self) -> None:
        """What was wanted cannot be had: back to what is there."""
        if self.waiting():
            while self._done and self.wanted != self.made:
                self.wanted = self._done.pop()
            self._undone.clear()
            self.wanted = self.made
            self.changed.emit()

    def set_view(self, view: str) -> None:
        """Show the changed run, the original, or their difference."""
        if view == self.view or view not in VIEWS or (view != CHANGED and not self.made):
            return
        self.view = view
        shown = self.original if view == ORIGINAL else self.run
        if shown is not None and shown is not self._session.trace:
            self._show(shown)
        self.viewed.emit()

    def next_view(self) -> None:
        """Changed, original, difference, round and round."""
        self.set_view(VIEWS[(VIEWS.index(self.view) + 1) % len(VIEWS)])

    def against(self, look: Look) -> Look | None:
        """The original of what is looked at, while their difference is shown."""
        if self.view != DIFFERENCE or self.original is None or look.trace is not self.run:
            return None
        return replace(look, trace=self.original)

    def steps(self) -> frozenset[str]:
        """The steps whose numbers differ from the original's; none while that is shown."""
        if self.view == ORIGINAL:
            return frozenset()
        return frozenset(name for name, differs in self.differs.items() if differs)

    def set_differs(self, differs: Mapping[str, bool]) -> None:
        """Which steps differ from the original, as far as it is known."""
        self.differs = differs
        self.compared.emit()

    def _trace_changed(self) -> None:
        """Another run took the place of the original: what still applies is wanted of it too."""
        trace = self._session.trace
        origin = trace.origin if trace is not None else None
        if origin is self.original:
            return
        before, self.original, self.run = self.original, origin, trace
        self.made, self.differs, self.view = Changes(), {}, CHANGED
        if before is not None or origin is None:
            self._done.clear()
            self._undone.clear()
        lost = Changes()
        if origin is None:
            self.wanted = Changes()
        elif before is not None:
            self.wanted, lost = self.wanted.kept(before, origin)
        self.changed.emit()
        if lost:
            self.dropped.emit(lost.items)
        if self.wanted:
            self.wished.emit()
