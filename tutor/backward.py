"""The backward pass: from which number the gradients are taken, and the walk back. A part of the Session; QtCore only.

The wish comes first, and the gradients a moment later, since they are computed elsewhere. While there is a wish, the
walk leads from the goal towards the ids, through the stages that the goal is computed from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tutor.engine.compare import Look
from tutor.engine.goals import LOGIT, Goal
from tutor.engine.gradients import Gradients, reached
from tutor.engine.records import dataclass
from tutor.engine.trace import Trace
from tutor.engine.vocabulary import outputs

if TYPE_CHECKING:
    from tutor.session import Session


@dataclass(frozen=True)
class Wish:
    """What the gradients are to be of.

    Attributes:
        what: "logit" or "surprise" of a token; "" for the cell `goal`.
        token: the token's id, None for the one that suggests itself: the target's own next one, else the likeliest.
        pos: the position, None for the one that is followed, else the last.
    """

    what: str = LOGIT
    token: int | None = None
    pos: int | None = None
    goal: Goal | None = None


class Backward(QObject):
    """Whether the walk leads backwards, from which number, and the gradients.

    Signals:
        wished()   gradients are wanted: somebody has to compute them
        changed()  the mode, the goal or the gradients are others
    """

    wished = Signal()
    changed = Signal()

    def __init__(self, session: "Session") -> None:
        super().__init__(session)
        self._session = session
        self.wish: Wish | None = None
        self.goal: Goal | None = None
        self.gradients: Gradients | None = None
        #: The stages that the learner has been to on this pass.
        self.visited: set[str] = set()
        self._walk: tuple[tuple[object, ...], tuple[int, ...], tuple[int, ...]] = ((), (), ())
        self._arrive = False
        self._tokens: object = None
        session.traceChanged.connect(self._trace_changed)

    @property
    def on(self) -> bool:
        """Whether the walk leads backwards."""
        return self.wish is not None

    def begin(self, wish: Wish) -> None:
        """Walk backwards, or from another number than before; the place changes only where the walk turns round."""
        self._arrive = self._arrive or not self.on
        self.wish, self.gradients = wish, None
        self._tokens = self._ids()
        self.changed.emit()
        self.wished.emit()

    def leave(self) -> bool:
        """Walk forwards again. Returns whether it led backwards."""
        if not self.on:
            return False
        self.wish = self.goal = self.gradients = None
        self._arrive = False
        self.visited.clear()
        self.changed.emit()
        return True

    def took(self, gradients: Gradients) -> None:
        """The gradients are there: show them, first where the pass begins."""
        self.gradients, self.goal = gradients, gradients.goal
        begin, self._arrive = self._arrive, False
        if begin:
            self.visited.clear()
            self._session.go(gradients.start)
            self.visited.add(self._session.stop.path)
        self.changed.emit()

    def of(self, trace: Trace | None) -> Gradients | None:
        """The gradients of a run, where they are there."""
        found = self.gradients
        return found if found is not None and found.of is trace else None

    def against(self, look: Look) -> Look | None:
        """The gradient of what is looked at; None where there is none."""
        found = self.of(look.trace)
        return None if found is None or not found.has(look.path) else replace(look, trace=found)

    # The walk -----------------------------------------------------------------------------------------------

    def steps(self) -> Sequence[int]:
        """The numbers of the steps that the walk goes through, in the model's order."""
        return self._walked()[1]

    def stops(self) -> Sequence[int]:
        """The numbers of the stages that the walk goes through, in the model's order."""
        return self._walked()[2]

    def goes_through(self, path: str) -> bool:
        """Whether the walk goes through a step."""
        trace = self._session.trace
        return trace is not None and trace.program.order[path] in self.steps()

    def _walked(self) -> tuple[tuple[object, ...], tuple[int, ...], tuple[int, ...]]:
        trace = self._session.trace
        start = self._start(trace) if trace is not None and self.on else ""
        key = (trace.program if trace is not None else None, start)
        if trace is not None and self._walk[0] != key:
            program = trace.program
            known = reached(program, start) if start else frozenset(program.by_name)
            self._walk = (
                key,
                tuple(at for at, step in enumerate(program.steps) if step.name in known),
                tuple(stop.number for stop in program.stops if any(step.name in known for step in stop.steps)),
            )
        return self._walk if trace is not None else ((), (), ())

    def _start(self, trace: Trace) -> str:
        """The tensor that the pass begins at."""
        goal = self.goal or (self.wish.goal if self.wish is not None else None)
        if goal is not None and not goal.of_token:
            return goal.what if goal.what in trace.program.by_name else ""
        found = outputs(trace.program, trace.shapes)
        return found[0] if found is not None else ""

    # Another run --------------------------------------------------------------------------------------------

    def _ids(self) -> object:
        trace = self._session.trace
        return None if trace is None else (trace.spec.name, [batch.ids.tolist() for batch in trace.batches.values()])

    def _trace_changed(self) -> None:
        """Gradients belong to one run: those of the new one are wanted too. In another text the token and the
        position are chosen anew."""
        if self.wish is None:
            return
        if self._session.trace is None:
            self.leave()
            return
        wish, goal = self.wish, self.goal
        if self._ids() != self._tokens and not wish.goal:
            wish = Wish(wish.what)
        elif goal is not None and goal.of_token:
            wish = Wish(goal.what, goal.index[2], goal.index[1])
        self.begin(wish)
