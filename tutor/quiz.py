"""The questions of the run on screen: where they wait, what was answered. Part of the session; QtCore only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tutor.engine.trace import Trace
from tutor.lessons import picking
from tutor.lessons.question import Question

if TYPE_CHECKING:
    from tutor.session import Session

#: What stands for an answer where the question was skipped.
SKIPPED = -1


class Quiz(QObject):
    """At most a few questions a run, each waiting at a step; more where the learner asks for one.

    Signals:
        changed()              where questions wait, or which is open, is another matter than before
        answered(object, int)  a Question was answered: by the choice of this number, or SKIPPED
    """

    changed = Signal()
    answered = Signal(object, int)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent or session)
        self._session = session
        self.on = False
        self.seed = 7
        #: Kinds that were answered rightly of late: they come last.
        self.known: tuple[str, ...] = ()
        #: Kinds that were missed some days ago: they come first.
        self.due: tuple[str, ...] = ()
        self._places: dict[str, str] = {}
        self._made: dict[str, Question] = {}
        self._answers: dict[str, int] = {}
        self._asked: set[str] = set()
        #: Whether only those wait that somebody asked for, as on a guided tour.
        self._hushed = False
        self._seeds: dict[str, int] = {}
        self._trace: Trace | None = None
        session.traceChanged.connect(self._new_trace)
        self._new_trace()

    def turn(self, on: bool) -> None:
        """Ask questions, or none."""
        if on != self.on:
            self.on = on
            self._plan()

    def _new_trace(self) -> None:
        trace = self._session.trace
        if trace is None or self._trace is None or trace.origin is not self._trace.origin:
            self._trace = trace
            self._plan()
        else:
            self._trace = trace
            self.changed.emit()

    def _plan(self) -> None:
        """Where to ask in the run on screen, of what its stages show: what is within a stage is not in the way."""
        self._places, self._made, self._answers, self._asked, self._seeds = {}, {}, {}, set(), {}
        trace = self._session.trace
        if trace is not None and self.on:
            shown = {stop.results[0].name for stop in trace.program.stops}
            self._places = dict(picking.plan(trace, self.known, seed=self.seed, shown=shown, due=self.due))
        self.changed.emit()

    # Where questions are ------------------------------------------------------------------------------------

    def waits(self, path: str) -> bool:
        """Whether a question waits at a step. None does in a run with changes, which is another model."""
        trace = self._session.trace
        waiting = path in self._places and path not in self._answers and trace is not None and not trace.told
        return waiting and ((self.on and not self._hushed) or path in self._asked)

    def kind(self, path: str) -> str:
        """Which kind of question waits there; "" for the best that there is."""
        return self._places.get(path, "")

    def waiting(self) -> tuple[str, ...]:
        """The steps where a question waits."""
        return tuple(path for path in self._places if self.waits(path))

    def hush(self, on: bool) -> None:
        """Let no question wait but those that are asked for, or all again."""
        self._hushed = on
        self.changed.emit()

    def place(self, path: str, kind: str, seed: int) -> None:
        """Have a question of a kind asked at a step, whether or not questions are asked on the way."""
        self._places[path], self._seeds[path] = kind, seed
        self._made.pop(path, None)
        self._answers.pop(path, None)
        self._asked.add(path)
        self.changed.emit()

    def seed_at(self, path: str) -> int:
        """What the question at a step is drawn with."""
        return self._seeds.get(path, self.seed)

    def ask_here(self, path: str) -> None:
        """One more question about a step, asked for by the learner."""
        known = self._made.pop(path, None)
        self._answers.pop(path, None)
        self._places[path] = "" if known is None else f"!{known.kind}"
        self._asked.add(path)
        self.changed.emit()

    def review(self) -> str:
        """Ask everything that is due, in the run on screen. Returns the first step, "" where none of it fits there."""
        trace = self._session.trace
        if trace is None or not self.due:
            return ""
        shown = {stop.results[0].name for stop in trace.program.stops}
        found = dict(picking.plan(trace, (), len(self.due), self.seed, shown, self.due))
        found = {path: kind for path, kind in found.items() if kind in self.due}
        for path, kind in found.items():
            self._places[path] = kind
            self._made.pop(path, None)
            self._answers.pop(path, None)
            self._asked.add(path)
        self.changed.emit()
        return min(found, key=trace.program.order.__getitem__, default="")

    def drop(self, path: str) -> None:
        """There is nothing to ask at a step after all."""
        if self._places.pop(path, None) is not None:
            self.changed.emit()

    def took(self, question: Question) -> None:
        """The question that waits at its step."""
        self._made[question.path] = question
        self.changed.emit()

    def made(self, path: str) -> Question | None:
        return self._made.get(path)

    def number(self, path: str) -> tuple[int, int]:
        """Which question of its section it is, from 1, and of how many."""
        trace = self._session.trace
        if trace is None:
            return 1, 1
        section = trace.program[path].section
        inside = sorted(
            (one for one in self._places if trace.program[one].section == section), key=trace.program.order.__getitem__
        )
        return inside.index(path) + 1, len(inside)

    # Answers ------------------------------------------------------------------------------------------------

    def answer(self, path: str, choice: int) -> None:
        """The learner has chosen, or skipped the question with SKIPPED."""
        question = self._made.get(path)
        if self.waits(path):
            self._answers[path] = choice
            if question is not None:
                self.answered.emit(question, choice)
            self.changed.emit()

    def answer_of(self, path: str) -> int | None:
        return self._answers.get(path)

    def veiled(self) -> Iterable[str]:
        """The steps whose result must not be seen yet: those that the learner is to predict."""
        for path in self.waiting():
            question = self._made.get(path)
            if question is None or question.veil != "none":
                yield path
