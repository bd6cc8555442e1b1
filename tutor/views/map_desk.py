"""Between the Session, the engine and the architecture maps: what is folded, what was seen, what the pictures show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from tutor import work
from tutor.engine import graph as graphs
from tutor.engine import thumbnail
from tutor.engine.graph import Graph
from tutor.engine.picture import Selection
from tutor.engine.program import Cost, Step
from tutor.engine.thumbnail import Thumbnail
from tutor.engine.trace import Trace
from tutor.runner import Runner
from tutor.session import OPERATION, Session
from tutor.views import mapwords, words
from tutor.views.mapfolds import Folds
from tutor.views.mappane import MapPane

STAMPS = "stamps"
#: So many pictures are made at a time, so that what the learner asks for never waits long.
_AT_ONCE = 3


class MapDesk(QObject):
    """Keeps the maps up to date and goes where the learner clicks.

    Signals:
        opened(bool)  the large map is asked for, or no longer
    """

    opened = Signal(bool)

    def __init__(
        self, session: Session, runner: Runner, panes: Sequence[MapPane], parent: QObject | None = None
    ) -> None:
        """Of `panes` the last is the large one."""
        super().__init__(parent)
        self._session, self._runner, self._panes = session, runner, tuple(panes)
        self._graph: Graph | None = None
        self._steps: tuple[Step, ...] = ()
        self._told: tuple[Any, ...] = ()
        self._folds: Folds | None = None
        self._costs: dict[str, Cost] = {}
        self._stamps: dict[str, Thumbnail] = {}
        self._veiled: frozenset[str] = frozenset()
        self._keys: dict[str, tuple[object, ...]] = {}
        self._failed: set[tuple[object, ...]] = set()
        self._changed: frozenset[str] = frozenset()
        self._is_open = False
        for pane in self._panes:
            pane.chosen.connect(self._choose)
            pane.unfolded.connect(self._unfold)
            pane.folded.connect(self._fold)
            pane.resized.connect(self.ask)
            pane.closed.connect(self.close)
        session.traceChanged.connect(self._new_trace)
        session.moved.connect(self.refresh)
        session.bookmarks.changed.connect(self._place)
        session.selectionChanged.connect(self._ask)
        runner.done.connect(self._done)
        runner.failed.connect(self._not_done)
        self._new_trace()

    # Large or not -------------------------------------------------------------------------------------------------

    def toggle(self) -> None:
        """Show the large map in the place of the stage, or the stage again."""
        self._is_open = not self._is_open
        self.opened.emit(self._is_open)

    def close(self) -> None:
        if self._is_open:
            self.toggle()

    def escape(self) -> bool:
        """Close the large map where it is open. Returns whether it was."""
        was = self._is_open
        self.close()
        return was

    def is_open(self) -> bool:
        return self._is_open

    # What is on it ------------------------------------------------------------------------------------------------

    def _new_trace(self) -> None:
        """Another run: its numbers are new even where its program is the same."""
        trace = self._session.trace
        self._runner.cancel(STAMPS)
        self._stamps, self._keys = {}, {}
        self._failed.clear()
        if trace is None:
            self._graph, self._folds = None, None
            for pane in self._panes:
                pane.clear()
            return
        if self._folds is None or self._steps != trace.program.steps:
            self._folds, self._steps = Folds(trace.program), trace.program.steps
            self._changed = frozenset()
        self._costs = trace.program.costs(trace.shapes)
        self._folds.set_place(self._session.stop.section)
        self.show_map()

    def show_map(self) -> None:
        """Draw the map anew, as after unfolding or in another language. Only where there is one in sight."""
        trace, folds = self._session.trace, self._folds
        self._graph, self._told = None, ()
        panes = [pane for pane in self._panes if pane.isVisible()]
        if trace is None or folds is None or not panes:
            return
        self._graph = graphs.graph(trace.program, folds.folded())
        cards = tuple(
            replace(card, axes=(), facts=()) if box.made in self._veiled else card
            for box, card in zip(self._graph.boxes, mapwords.cards(trace, self._graph, self._costs))
        )
        open_ = {box.section for box in self._graph.boxes if not box.folded}
        titles = {name: mapwords.block(trace, name, self._costs) for name in open_}
        streams = tuple(
            next((mapwords.stream(trace.shapes[box.made]) for box in self._graph.boxes
                  if box.track == track and box.made), "")
            for track in range(self._graph.tracks)
        )  # fmt: skip
        texts = trace.program.streams
        tracks = tuple(words.side(name) for name in texts) if len(texts) > 1 else ()
        count = sum(cost.params for cost in self._costs.values())
        model = " · ".join((trace.spec.name, mapwords.kind(trace), mapwords.parameters(count)))
        self._told = (self._graph, cards, titles, streams, tracks, model)
        self._place()

    def refresh(self) -> None:
        """The learner has moved."""
        if self._session.trace is None or self._folds is None:
            return
        if self._folds.set_place(self._session.stop.section) or self._graph is None:
            self.show_map()
        else:
            self._place()

    def _place(self) -> None:
        session, made = self._session, self._graph
        if session.trace is None or made is None:
            return
        seen = {stop.number for stop in session.stops if session.visited(stop)}
        here = made.box_of(session.cursor.path)
        states = []
        for at, box in enumerate(made.boxes):
            known = [stop in seen for stop in box.stops]
            state = "current" if at == here else "visited" if all(known) else "partial" if any(known) else "unvisited"
            states.append(state)
        marks = frozenset(one.place.step for one in session.bookmarks.marks)
        changed, marked = (
            frozenset(at for at, box in enumerate(made.boxes) if not which.isdisjoint(box.steps))
            for which in (self._changed, marks)
        )
        for pane in self._panes:
            if not pane.isVisible():
                continue
            if pane.graph() is not made:
                pane.set_map(*self._told)
            pane.set_place(tuple(states), here, session.stop.section, changed, marked)
        self._ask()

    def set_veiled(self, steps: Iterable[str]) -> None:
        """The steps whose results must not be seen just now."""
        if self._veiled != frozenset(steps):
            self._veiled = frozenset(steps)
            self.show_map()

    def set_changed(self, steps: Iterable[str]) -> None:
        """The steps, by name, whose results a what-if has changed."""
        self._changed = frozenset(steps)
        trace = self._session.trace
        if trace is not None and self._steps == trace.program.steps:  # else the map is still the last model's
            self._place()

    # Going there --------------------------------------------------------------------------------------------------

    def _choose(self, at: int) -> None:
        """To the stage of a box; to the operation, where the box is but a part of what the stage does."""
        trace, made = self._session.trace, self._graph
        if trace is None or made is None or not 0 <= at < len(made.boxes):
            return
        box = made.boxes[at]
        stop = trace.program.stops[box.stops[0]]
        if box.folded or all(step.name in box.steps for step in stop.steps):
            self._session.go_stop(stop.number)
        elif any(step.name == box.name for step in stop.results):
            self._session.go(box.name)
        else:
            self._session.go(box.name, OPERATION)

    def _unfold(self, names: tuple[str, ...]) -> None:
        if self._folds is not None:
            self._folds.unfold(names)
            self.show_map()

    def _fold(self, section: str) -> None:
        if self._folds is not None and self._folds.is_open(section):
            self._folds.fold(section)
            self.show_map()

    # Pictures -----------------------------------------------------------------------------------------------------

    def ask(self) -> None:
        """Another part of a map is in sight, or a map that was not."""
        if any(pane.isVisible() and (self._graph is None or pane.graph() is not self._graph) for pane in self._panes):
            self.refresh()
        else:
            self._ask()

    def _ask(self) -> None:
        """Ask for the pictures in sight that are not there yet, a few at a time, behind what the learner asked for."""
        trace, selection = self._session.trace, self._session.selection
        if trace is None:
            return
        for name in [one for one in self._stamps if thumbnail.key(trace, one, selection) != self._keys[one]]:
            del self._stamps[name], self._keys[name]  # of another head or sentence
        shown = {name: one for name, one in self._stamps.items() if name not in self._veiled}
        for pane in self._panes:
            pane.set_stamps(shown)
        wanted = [name for pane in self._panes for name in pane.wanted()]
        missing = [
            name for name in dict.fromkeys(wanted)
            if name not in self._stamps and name not in self._veiled
            and thumbnail.key(trace, name, selection) not in self._failed
        ]  # fmt: skip
        if missing:
            self._runner.submit(STAMPS, partial(_stamps, trace, tuple(missing[:_AT_ONCE]), selection))
        else:
            self._runner.cancel(STAMPS)

    def _done(self, channel: str, result: object) -> None:
        if channel != STAMPS or self._session.trace is None or not isinstance(result, dict):
            return
        for name, (key, stamp) in result.items():
            if stamp is None:
                self._failed.add(key)
            else:
                self._stamps[name], self._keys[name] = stamp, key
        self._ask()

    def _not_done(self, channel: str, error: BaseException) -> None:
        """Pictures that cannot be had stay dashed; the stage itself says why."""


def _stamps(
    trace: Trace, names: tuple[str, ...], selection: Selection, job: work.Handle
) -> dict[str, tuple[tuple[object, ...], Thumbnail | None]]:
    """Pictures of tensors, as far as they can be had."""
    found: dict[str, tuple[tuple[object, ...], Thumbnail | None]] = {}
    for name in names:
        if job.cancelled():
            break
        key = thumbnail.key(trace, name, selection)
        try:
            found[name] = (key, thumbnail.thumbnail(trace, name, selection))
        except (RuntimeError, ValueError, KeyError):
            found[name] = (key, None)
    return found
