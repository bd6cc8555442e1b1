"""Session: where the learner is. The only mutable state of the window; QtCore only.

The cursor is a step's name, never its number. At stage level it rests on what the stage hands on; inside a
stage it rests on one operation. Heads, rows and cells are selected; they are no places of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from tutor.backward import Backward
from tutor.bookmarks import Bookmarks
from tutor.engine.axes import BATCH, HEAD, KEY, POS, QUERY, AxesError, Index, cell
from tutor.engine.picture import Selection
from tutor.engine.program import Section, Step, Stop
from tutor.engine.records import dataclass
from tutor.engine.trace import Trace
from tutor.moves import Moves, Place
from tutor.pins import Pins
from tutor.scales import Scales
from tutor.trail import Trail
from tutor.whatif import WhatIf

STAGE = "stage"
OPERATION = "operation"


@dataclass(frozen=True)
class Cursor:
    """Where the learner is: a step's name, and whether inside its stage."""

    path: str
    level: str = STAGE


class Session(QObject):
    """The run on screen, the place in it, and what is selected there.

    Signals:
        traceChanged(): another run is on screen (or none).
        moved(): the cursor is on another step.
        selectionChanged(): another row of the batch, another head, or another cell.
        followed(): another token of a text is followed through the stages.
    """

    traceChanged = Signal()
    moved = Signal()
    selectionChanged = Signal()
    followed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.trace: Trace | None = None
        self.cursor = Cursor("")
        self.selection = Selection()
        self.cell: Index | None = None
        #: For each text, by the name of its ids: the token that is followed through the stages. Of a target it is the
        #: one whose row predicts the token being written.
        self.positions: dict[str, int] = {}
        self.bookmarks = Bookmarks(self)
        #: The way here: each move that changed the place or what is selected.
        self.moves = Moves()
        #: What is held beside the current tensor.
        self.pins = Pins(self)
        self._visited: set[str] = set()
        #: What the learner has changed in the run.
        self.changes = WhatIf(self)
        #: The backward pass: then the walk leads from a number back towards the ids.
        self.backward = Backward(self)
        #: The ranges of the colour scales.
        self.scales = Scales(self)
        #: Which of its results a stage showed last, where that was not the first.
        self._left: dict[str, str] = {}
        #: The way from number to number that was followed in the working.
        self.trail = Trail(self)

    # -- the run ---------------------------------------------------------------------------------------------

    def set_trace(self, trace: Trace | None) -> None:
        """Show another run; the cursor stays on the same path where the new run has it, and so does what is
        selected."""
        before = self.trace
        self.trace = trace
        if trace is None:
            self.cursor, self.cell, self.selection = Cursor(""), None, Selection()
            self.positions = {}
        elif before is None or self.cursor.path not in trace.program.by_name:
            self.cursor, self.cell = Cursor(trace.program.stops[0].results[0].name), None
        if before is None or trace is None or before.program.order != trace.program.order:
            self._visited.clear()
            self._left.clear()
        if trace is not None:
            self.moves.keep(trace.program.by_name)
            self.cursor = replace(self.cursor, level=self._level(self.cursor.path, self.cursor.level))
            # The sentence and the head on screen stay, so that a kept cell stays on screen with them.
            self.cell = self._kept_cell()
            self._keep_positions(before)
            self._arrived()
        self.traceChanged.emit()
        self.moved.emit()
        self.selectionChanged.emit()

    def _keep_positions(self, before: Trace | None) -> None:
        """Followed tokens stay where the texts are as many; a target, freshly read, is followed at its last token."""
        trace = self.trace
        assert trace is not None
        streams = trace.program.streams
        same = before is not None and before.program.streams == streams
        kept = self.positions if same else {}
        self.positions = {name: min(at, self._last(name)) for name, at in kept.items()}
        rewritten = before is None or before.target is None or trace.target is None or (
            before.target.rows != trace.target.rows
        )  # fmt: skip
        if len(streams) > 1 and (not same or rewritten):
            self.positions[streams[-1]] = self._last(streams[-1])

    def _last(self, stream: str, selection: Selection | None = None) -> int:
        """The last real token of a text in the sentence on screen, or in the one of another selection."""
        assert self.trace is not None
        batch = self.trace.batches[stream]
        row = min(dict((selection or self.selection).at).get(BATCH, 0), batch.n_rows - 1)
        return max(0, int(batch.lengths[row]) - 1)

    def _kept_cell(self) -> Index | None:
        if self.cell is None or self.trace is None:
            return None
        try:
            return cell(self.trace.shapes[self.cursor.path], self.cell)
        except AxesError:
            return None

    # -- the place -------------------------------------------------------------------------------------------

    @property
    def stops(self) -> tuple[Stop, ...]:
        return self.trace.program.stops if self.trace else ()

    @property
    def step(self) -> Step:
        """The step under the cursor. Only where there is a run."""
        assert self.trace is not None
        return self.trace.program[self.cursor.path]

    @property
    def stop(self) -> Stop:
        """The stage under the cursor. Only where there is a run."""
        assert self.trace is not None
        return self.trace.program.stop_of(self.cursor.path)

    @property
    def section(self) -> Section:
        assert self.trace is not None
        return next(one for one in self.trace.program.sections if one.name == self.stop.section)

    @property
    def inside(self) -> bool:
        """Whether the learner is among a stage's operations."""
        return self.cursor.level == OPERATION

    def visited(self, stop: Stop) -> bool:
        """Whether the learner has been to a stage; in the backward pass, on this pass."""
        return stop.path in (self.backward.visited if self.backward.on else self._visited)

    def seen(self) -> tuple[str, ...]:
        """The stages that the learner has been to, in the model's order."""
        return tuple(stop.path for stop in self.stops if stop.path in self._visited)

    def see(self, paths: Sequence[str]) -> None:
        """Stages that the learner had been to before, in a session that is opened again."""
        self._visited |= {stop.path for stop in self.stops} & set(paths)

    def go(self, path: str, level: str = STAGE) -> None:
        """Go to a step. At stage level the cursor rests on one of the stage's results; what is none of them is an
        operation, whatever level was asked for."""
        if self.trace is None or path not in self.trace.program.by_name:
            return
        cursor = Cursor(path, self._level(path, level))
        if cursor == self.cursor:
            return
        before, same = self.place, path == self.cursor.path
        self.cursor = cursor
        if not same:
            self.cell = None
        self._arrived()
        self._note(before)
        self.moved.emit()
        if not same:
            self.selectionChanged.emit()

    def _level(self, path: str, level: str) -> str:
        """The level on which a step can be: only what a stage hands on stands for the stage."""
        assert self.trace is not None
        results = self.trace.program.stop_of(path).results
        return level if any(path == one.name for one in results) else OPERATION

    def _arrived(self) -> None:
        """Mark the stage as seen, and which of its results is."""
        stop = self.stop
        (self.backward.visited if self.backward.on else self._visited).add(stop.path)
        if not self.inside:
            self._left[stop.path] = self.cursor.path

    def go_stop(self, number: int) -> None:
        """Go to a stage by its place on the timeline (kept inside it), at stage level."""
        if self.stops:
            self.go(self.stops[min(max(number, 0), len(self.stops) - 1)].results[0].name)

    def next(self) -> None:
        """One on in the order of computation at this level: the next stage, or inside a stage the next operation. In
        the backward pass that order leads towards the ids."""
        self.move(-1 if self.backward.on else 1)

    def previous(self) -> None:
        """One earlier at this level, which need not be where the learner was before: that is `undo_move`."""
        self.move(1 if self.backward.on else -1)

    def move(self, by: int) -> None:
        """One step along the model, whichever way the walk leads: +1 towards its output, −1 towards the ids."""
        at = self._beside(by)
        if self.trace is None or at is None:
            return
        if self.inside:
            self.go(self.trace.program.steps[at].name, OPERATION)
        else:
            # A stage shows again which of its results was looked at last, so that a step back is the way there.
            stop = self.stops[at]
            self.go(self._left.get(stop.path, stop.results[0].name))

    def _beside(self, by: int) -> int | None:
        """The place beside this one on the walk: the number of a step inside a stage, else of a stage."""
        if self.trace is None:
            return None
        here = self.trace.program.order[self.cursor.path] if self.inside else self.stop.number
        walk = self.backward.steps() if self.inside else self.backward.stops()
        return next((at for at in (walk if by > 0 else reversed(walk)) if (at - here) * by > 0), None)

    def has_next(self) -> bool:
        """Whether there is a next step or stage at this level."""
        return self._beside(-1 if self.backward.on else 1) is not None

    def ends_section(self) -> bool:
        """Whether the next step at this level is in another section, or there is none."""
        at = self._beside(-1 if self.backward.on else 1)
        if self.trace is None or at is None:
            return True
        return (self.trace.program.steps[at] if self.inside else self.stops[at]).section != self.stop.section

    def into(self) -> None:
        """Open the stage's operations, on the first of the walk; a stage of one operation has none, so it means
        Next."""
        if self.trace is None:
            return
        if self.inside or len(self.stop.steps) == 1:
            self.next()
        else:
            self.go(self.stop.steps[-1 if self.backward.on else 0].name, OPERATION)

    def out(self) -> None:
        """Leave the operations for the stage's result."""
        if self.trace is not None and self.inside:
            self.go(self.stop.results[0].name, STAGE)

    def first(self) -> None:
        """To where the walk begins."""
        self._end(0)

    def last(self) -> None:
        """To where the walk ends."""
        self._end(-1)

    def _end(self, which: int) -> None:
        walk = self.backward.stops()
        if walk:
            self.go_stop((walk[::-1] if self.backward.on else walk)[which])

    def next_section(self) -> None:
        """To the first stage of the walk's next section; stays where there is none."""
        self.move_section(-1 if self.backward.on else 1)

    def previous_section(self) -> None:
        """To the first stage of the walk's previous section; stays where there is none."""
        self.move_section(1 if self.backward.on else -1)

    def move_section(self, by: int) -> None:
        """To the section beside this one along the model: to its first stage, in the backward pass to its last."""
        if self.trace is not None:
            walk = set(self.backward.stops())
            sections = [one for one in self.trace.program.sections if any(stop.number in walk for stop in one.stops)]
            order = [one.stops[0].number for one in sections]
            here = self.section.stops[0].number
            at = next((n for n in (order if by > 0 else reversed(order)) if (n - here) * by > 0), None)
            if at is not None:
                stops = [one.number for one in sections[order.index(at)].stops if one.number in walk]
                self.go_stop(stops[-1 if self.backward.on else 0])

    # -- the way back ----------------------------------------------------------------------------------------

    @property
    def place(self) -> Place:
        """The cursor and what is selected: what a move changes."""
        # To have chosen the first entry is to have chosen nothing.
        shown = replace(self.selection, at=tuple((axis, at) for axis, at in self.selection.at if at))
        return Place(self.cursor.path, self.cursor.level, self.cell, shown, tuple(sorted(self.positions.items())))

    def _note(self, before: Place) -> None:
        """Remember where a move came from, if it moved anything."""
        if before != self.place:
            self.moves.note(before)

    def undo_move(self) -> None:
        """Back to where the last move came from, with what was selected there. Undoing is no move itself."""
        if self.trace is not None:
            self._return(self.moves.undo(self.place, self._fitted))

    def redo_move(self) -> None:
        """The last undone move again."""
        if self.trace is not None:
            self._return(self.moves.redo(self.place, self._fitted))

    def _fitted(self, place: Place) -> Place:
        """A remembered place as the run on screen has it: sentences may have become shorter or fewer since."""
        assert self.trace is not None
        try:
            found = None if place.cell is None else cell(self.trace.shapes[place.path], place.cell)
        except AxesError:
            found = None
        followed = tuple(
            (name, min(at, self._last(name, place.selection))) for name, at in place.followed
            if name in self.trace.batches
        )  # fmt: skip
        return replace(place, level=self._level(place.path, place.level), cell=found, followed=followed)

    def _return(self, place: Place | None) -> None:
        if place is None:
            return
        before = self.place
        self.cursor, self.cell = Cursor(place.path, place.level), place.cell
        self.selection, self.positions = place.selection, dict(place.followed)
        self._arrived()
        if (before.path, before.level) != (place.path, place.level):
            self.moved.emit()
        if (before.path, before.cell, before.selection) != (place.path, place.cell, place.selection):
            self.selectionChanged.emit()
        if before.followed != place.followed:
            self.followed.emit()

    # -- what is selected ------------------------------------------------------------------------------------

    def select(self, axis: str, at: int) -> None:
        """Show another entry of an axis that is not on screen: another sentence, another head."""
        self.choose(self.selection.with_(axis, at))

    def choose(self, chosen: Selection) -> None:
        """Show other entries of the axes that are not on screen."""
        if chosen != self.selection:
            before = self.place
            self.selection = chosen
            self.positions = {name: min(place, self._last(name)) for name, place in self.positions.items()}
            self._follow_selection()
            self._note(before)
            self.selectionChanged.emit()

    def turn(self, name: str, by: int) -> None:
        """The next or previous entry of an axis of the step on screen, round and round."""
        if self.trace is not None:
            axis = next((one for one in self.trace.shapes[self.cursor.path] if one.name == name), None)
            if axis is not None:
                self.select(name, (self.selection.of(axis) + by) % axis.size)

    def pin(self, index: Sequence[int] | None) -> None:
        """Pin a cell of the step on screen, or none; the selection follows the cell."""
        if self.trace is None:
            return
        found = None if index is None else cell(self.trace.shapes[self.cursor.path], index)
        if found == self.cell:
            return
        before = self.place
        self.cell = found
        if found is not None:
            for axis, at in zip(self.trace.shapes[self.cursor.path], found):
                several = self.selection.entries(axis)
                if several and several[0] == at:
                    continue  # it stands for them
                if axis.name in dict(self.selection.at) or axis.name in (BATCH, HEAD):
                    self.selection = self.selection.with_(axis.name, at)
        follows = found is not None and bool(self.positions)
        if follows:
            self._follow_cell()
        self._note(before)
        if follows:
            self.followed.emit()
        self.selectionChanged.emit()

    # -- which tokens are followed ---------------------------------------------------------------------------

    def follow(self, stream: str, at: int | None) -> None:
        """Follow a token of a text through the stages, or none. A pinned cell goes along with its row or column."""
        if self.trace is None or stream not in self.trace.batches:
            return
        before = self.place
        if at is None:
            self.positions.pop(stream, None)
        else:
            self.positions[stream] = min(max(at, 0), self._last(stream))
        if self.place == before:
            return
        with self.moves.together():
            self._note(before)
            self._pin_followed(stream, at)
        self.followed.emit()

    def _pin_followed(self, stream: str, at: int | None) -> None:
        if self.trace is None:
            return
        if self.cell is not None and at is not None:
            axes, texts = self.trace.shapes[self.cursor.path], self.streams(self.cursor.path)
            rows = next((text for axis, text in zip(axes, texts) if axis.name in (POS, QUERY)), None)
            self.pin(tuple(
                self.positions[stream] if text == stream and (axis.name != KEY or text != rows) else entry
                for axis, text, entry in zip(axes, texts, self.cell)
            ))  # fmt: skip

    def streams(self, path: str) -> tuple[str | None, ...]:
        """For each axis of a tensor: the ids whose tokens run along it, None for what is no row of tokens."""
        if self.trace is None:
            return ()
        batches = self.trace.batches
        return tuple(
            None if text is None else next(name for name, batch in batches.items() if batch is text)
            for text in self.trace.texts(path)
        )

    def _follow_cell(self) -> None:
        """A pinned cell's row is the token that is followed, in texts of which one is; so is the key in another."""
        assert self.trace is not None and self.cell is not None
        found = list(zip(self.trace.shapes[self.cursor.path], self.streams(self.cursor.path), self.cell))
        rows = next((stream for axis, stream, _ in found if axis.name in (POS, QUERY)), None)
        for axis, stream, at in found:
            if stream in self.positions and (axis.name != KEY or stream != rows):
                self.positions[stream] = min(at, self._last(stream))

    def _follow_selection(self) -> None:
        """A pinned cell stays on its row and column in the newly shown sentence or head."""
        if self.cell is None or self.trace is None:
            return
        chosen = dict(self.selection.at)
        axes = self.trace.shapes[self.cursor.path]
        self.cell = tuple(
            min(chosen[axis.name], axis.size - 1) if axis.name in chosen else at for axis, at in zip(axes, self.cell)
        )
