"""What is on screen of the step: its heat maps, the pointed and the pinned cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from tutor import several, typeset, work
from tutor.engine import axes as ax
from tutor.engine.axes import Index
from tutor.engine.compare import Look
from tutor.engine.picture import Lit, Panel, Picture, choose
from tutor.engine.trace import Trace
from tutor.engine.working import Link
from tutor.pins import DIFFERENCE
from tutor.runner import Runner
from tutor.session import Session
from tutor.views import combined, following, numbers, present
from tutor.views.badge import axis_label
from tutor.views.chips import TokenStrip
from tutor.views.chips_desk import ChipsDesk
from tutor.views.errors import worded
from tutor.views.inspector import Inspector
from tutor.views.stagepane import StagePane

PICTURE = "picture"
# For how long the step before may stay on screen while the next one is computed.
_PATIENCE_MS = 250


class StageDesk(QObject):
    """Between the Session, the engine, the stage pane and the inspector.

    Signals:
        shown()           the step under the cursor is on screen
        waited()          it takes long: what was on screen, of another step, has gone meanwhile
        followed(object)  a cell of an operand was clicked: the Link to it
        pointed(str)      the tensor whose heat map is under the pointer; "" for none
        failed(object)    the engine could not give it: the exception
        said(str)         a sentence for the status line
    """

    shown = Signal()
    waited = Signal()
    followed = Signal(object)
    pointed = Signal(str)
    failed = Signal(object)
    said = Signal(str)

    def __init__(
        self, session: Session, runner: Runner, stage: StagePane, inspector: Inspector, strip: TokenStrip,
        chips: ChipsDesk, parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._session, self._runner = session, runner
        self._stage, self._inspector, self._chips = stage, inspector, chips
        self._shown: work.Shown | None = None
        self._asked_for: tuple[object, ...] = ()
        self._held: Look | None = None  # what it was asked for beside
        self._shown_for: tuple[object, ...] = ()
        self._failed_for = ""
        self._told = 0  # how many of the trace's notices the learner has been told
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._patience.timeout.connect(self._wait)
        stage.selected.connect(session.select)
        stage.hovered.connect(self._hovered)
        stage.clicked.connect(self._clicked)
        stage.tableChosen.connect(self._table_chosen)
        strip.clicked.connect(self._chip_clicked)
        session.traceChanged.connect(self._forget)
        session.moved.connect(self.ask)
        session.selectionChanged.connect(self.ask)
        session.followed.connect(self._light)
        session.pins.changed.connect(self.ask)
        session.changes.viewed.connect(self.ask)
        session.backward.changed.connect(self.ask)
        runner.done.connect(self._done)
        runner.failed.connect(self._failed)

    def ask_after_others(self) -> None:
        """Ask for the picture of a new step behind all that have asked for something of it so far."""
        for changed in (self._session.moved, self._session.selectionChanged, self._session.pins.changed,
                        self._session.changes.viewed):  # fmt: skip
            changed.disconnect(self.ask)
            changed.connect(self.ask)

    def ready(self) -> bool:
        """Whether the step under the cursor is on screen."""
        return self._current() is not None

    def failed_here(self) -> bool:
        """Whether the step under the cursor could not be had."""
        return not self.ready() and self._failed_for == self._session.cursor.path and not self._runner.busy(PICTURE)

    def picture(self) -> Picture | None:
        """The step under the cursor laid out, None until it is on screen."""
        shown = self._current()
        return shown.picture if shown is not None else None

    def shown_now(self) -> work.Shown | None:
        """The step under the cursor as it is on screen, None while it is not."""
        return self._current()

    def _current(self) -> work.Shown | None:
        shown = self._shown
        return shown if shown is not None and shown.picture.path == self._session.cursor.path else None

    def _forget(self) -> None:
        self._patience.stop()
        self._shown = self._held = None
        self._asked_for = self._shown_for = ()  # they name the run that has gone
        self._failed_for = ""
        self._told = 0

    def ask(self) -> None:
        """Ask for the step's picture; older requests are voided."""
        session = self._session
        self._refresh_choices()
        if session.trace is None:
            return
        look = Look(session.trace, session.cursor.path, several.shown(session))
        held, minus = session.pins.against(look), session.pins.mode == DIFFERENCE
        original = session.changes.against(look)
        if original is not None:
            held, minus = original, look.path not in look.trace.program.sources
        gradient = session.backward.against(look)
        held = gradient or held
        # What is held stays one and the same look; the original's and the gradient's are made anew each time.
        made_anew = gradient or original
        wanted = (look.trace, look.path, look.selection, held if made_anew is None else made_anew.trace, minus)
        if self._current() is not None and self._shown_for == wanted:
            self._runner.cancel(PICTURE)  # it is on screen: another that was asked for meanwhile is not wanted
            self._patience.stop()
            self._light()
            return
        if self._asked_for != wanted or not self._runner.busy(PICTURE):  # a move asks twice: for its step and its cell
            self._asked_for, self._held = wanted, held
            self._runner.submit(PICTURE, partial(_show, look, held, minus), urgent=True)
            self._patience.start()
        if session.cell is None:
            self._light()

    def show_again(self) -> None:
        """Show the step anew, though it is on screen: its words may be others."""
        self._shown_for = self._asked_for = ()
        self.ask()

    def _done(self, channel: str, result: object) -> None:
        if channel == PICTURE and isinstance(result, work.Shown):
            self._show(result)
        self._tell()

    def _tell(self) -> None:
        """Say what the run has noticed since; a picture or a working, too, may have had to leave its device."""
        notices = self._session.trace.notices if self._session.trace is not None else []
        if len(notices) > self._told:
            self._told = len(notices)
            self.said.emit(worded(notices[-1]))

    def _failed(self, channel: str, error: BaseException) -> None:
        if channel == PICTURE:
            self._patience.stop()
            self._stage.equation.set_waiting("")
            self._failed_for = self._session.cursor.path
            self.failed.emit(error)

    # Showing ------------------------------------------------------------------------------------------------

    def _wait(self) -> None:
        """Numbers of another step do not stand under this one's title while it is computed: what is known of it
        without computing is shown, and that the rest is to come."""
        trace, path = self._session.trace, self._session.cursor.path
        if trace is None or not self._runner.busy(PICTURE):
            return
        self._shown, self._shown_for = None, ()
        self._stage.equation.set_parts(())
        self._stage.set_table((), path)
        count = numbers.count(ax.count(trace.shapes[path]))
        self._stage.equation.set_waiting(
            self.tr("Computing {name}: {count} numbers. Going to another step leaves it.").format(
                name=path, count=count
            )
        )
        latex, words, code = work.said(trace, path, self._held)
        self._stage.set_formula(typeset.shipped(latex), words, code)
        self._inspector.set_stats(())
        self._stage.set_readout("")
        self.waited.emit()

    def put_in_place(self, panel: Panel, run: Trace) -> None:
        """Show a panel of another run or step in the place of the current tensor, until `draw_again`."""
        trace, shown = self._session.trace, self._current()
        if trace is None or shown is None:
            return
        made, sign, caption = combined.parts(trace, shown.picture)
        at = combined.current_at(shown.picture)
        other = present.part(run, panel, present.batch_row(run, panel), turned=made[at].turned)
        # Words no longer than those they replace: nothing may move in a blink.
        other = replace(other, name=combined.pinned_words(run, panel, combined.is_compared(shown.picture)))
        self._stage.equation.set_parts((*made[:at], other, *made[at + 1 :]), sign, caption, other.name)

    def draw_again(self) -> None:
        """The current tensor in its own place."""
        trace, shown = self._session.trace, self._current()
        if trace is not None and shown is not None:
            made, sign, caption = combined.parts(trace, shown.picture)
            self._stage.equation.set_parts(made, sign, caption, present.step_title(self._session))
            self._light()

    def _show(self, shown: work.Shown) -> None:
        trace = self._session.trace
        if trace is None or shown.picture.path != self._session.cursor.path:
            return
        self._patience.stop()
        self._shown, self._shown_for = shown, self._asked_for
        made, sign, caption = combined.parts(trace, shown.picture)
        self._stage.equation.set_parts(made, sign, caption, present.step_title(self._session))
        self._stage.set_table(made, shown.picture.path)
        self._stage.set_formula(shown.formula, shown.words, shown.code)
        ids = shown.picture.result.kind == "ids"
        self._inspector.set_stats(() if ids else present.stats(shown.picture.stats))
        self._stage.set_readout("")
        self._light()
        self.shown.emit()

    def _light(self) -> None:
        """Ring, lit rows and columns, and chips of the pinned cell."""
        trace, cell, shown = self._session.trace, self._session.cell, self._current()
        if trace is None:
            return
        if shown is not None:
            place = shown.picture.result.place(cell) if cell is not None else None
            lit = self._lit_with(trace, shown.picture, cell) if cell is not None else ()
            if cell is None and self._session.positions:
                lit = following.followed(self._session, shown.picture)
            if self._session.trail.given is not None:
                lit = self._lit_by((self._session.trail.given,), shown)
            self._stage.equation.set_pinned(place, lit)
            self._stage.set_table_pinned(place, lit)
        self._chips.mark()

    def _refresh_choices(self) -> None:
        """Sliders and boxes for the axes that are not on screen."""
        trace = self._session.trace
        if trace is None:
            self._stage.set_axes_choices(())
            return
        step = self._session.step
        axes = trace.shapes[step.name]
        shown = choose(axes, step.op.picture == "alone")
        names = {ax.HEAD: self.tr("Head"), ax.BATCH: self.tr("Sentence")}
        self._stage.set_axes_choices([
            (axis.name, names.get(axis.name, axis_label(axis.name)), self._session.selection.of(axis), axis.size)
            for at, axis in enumerate(axes)
            if at not in shown and axis.size > 1
        ])  # fmt: skip

    # Pointing -----------------------------------------------------------------------------------------------

    def _hovered(self, part: int, row: int, col: int) -> None:
        trace, shown = self._session.trace, self._current()
        if trace is None or shown is None or part < 0:
            self._stage.set_readout("")
            self._stage.equation.set_hover_lit(())
            self.pointed.emit("")
            return
        if combined.is_combined(shown.picture):
            self._stage.set_readout(*combined.readout(trace, shown.picture, part, row, col))
            here = combined.index_at(shown.picture, row, col)
            on = here is not None and (part == len(shown.picture.operands) or combined.is_compared(shown.picture))
            self._stage.equation.set_hover_lit(combined.lit(shown.picture, here) if on and here is not None else ())
            self.pointed.emit(shown.picture.panels[part].name)
            return
        panels = shown.picture.panels
        panel = panels[part]
        index = panel.index(row, col)
        value = panel.values[row, col]
        text = str(int(value)) if panel.kind == "ids" else numbers.exact(value)
        address = Link(panel.name, index).short
        self._stage.set_readout(f"{present.pointed(trace, panel, index)} · {address}", text)
        self.pointed.emit(panel.name)
        if part == len(panels) - 1:
            self._stage.equation.set_hover_lit(self._lit_with(trace, shown.picture, index))
        else:
            self._stage.equation.set_hover_lit(())

    @staticmethod
    def _lit_with(trace: Trace, picture: Picture, index: Index) -> tuple[tuple[Lit, Lit] | None, ...]:
        """What a cell of the result lights in each panel."""
        if combined.is_combined(picture):
            return combined.lit(picture, index)
        return present.lit(trace, picture, index)

    def point(self, links: Sequence[Link]) -> None:
        """Light numbers, parts or whole tensors among the operands and the result."""
        shown = self._current()
        if shown is None or not links:
            self._stage.equation.set_hover_lit(())
            self._stage.equation.set_lit_parts(())
            return
        panels = shown.picture.panels
        names = {link.name for link in links}
        self._stage.equation.set_lit_parts([at for at, panel in enumerate(panels) if panel.name in names])
        self._stage.equation.set_hover_lit(self._lit_by(links, shown))

    def _lit_by(self, links: Sequence[Link], shown: work.Shown) -> tuple[tuple[Lit, Lit] | None, ...]:
        """What numbers light in each part: their row and column, where they are on screen."""
        found: list[tuple[Lit, Lit] | None] = []
        for panel in shown.picture.panels:
            some = [link for link in links if link.name == panel.name and link.index]
            found.append(panel.lit(some[0].index) if some else None)
        return tuple(found) if any(one is not None for one in found) else ()

    def _clicked(self, part: int, row: int, col: int) -> None:
        shown = self._current()
        if shown is None:
            return
        operands = shown.picture.operands
        if part < len(operands) and not combined.is_compared(shown.picture):
            self.followed.emit(Link(operands[part].name, operands[part].index(row, col)))
            return
        index = combined.index_at(shown.picture, row, col)
        if index is not None:
            self._session.pin(None if index == self._session.cell else index)

    def _table_chosen(self, row: int, col: int) -> None:
        shown = self._current()
        if shown is not None and self._stage.tables.shows_result():
            self._session.pin(shown.picture.result.index(row, col))

    def _chip_clicked(self, at: int, index: int) -> None:
        """A token: pin it where the step has its row, keeping the column; or its column, keeping the row."""
        shown, cell, trace = self._current(), self._session.cell, self._session.trace
        if shown is None or trace is None or at >= len(trace.program.streams):
            return
        stream, panel = trace.program.streams[at], shown.picture.result
        place = panel.place(cell) if cell is not None else None
        along = dict(zip((axis.name for axis in panel.axes), self._session.streams(panel.name)))
        rows = panel.rows.name if panel.rows is not None else ""
        columns = panel.columns.name if panel.columns is not None else ""
        if rows in ax.TOKEN_AXES and along.get(rows) == stream and index < panel.values.shape[0]:
            if len(trace.program.streams) == 1 or place is not None:
                self._session.pin(panel.index(index, place[1] if place else 0))
        elif columns == ax.KEY and along.get(columns) == stream and place is not None:
            self._session.pin(panel.index(place[0], index))


def _show(look: Look, held: Look | None, minus: bool, job: work.Handle) -> work.Shown:
    return work.show(look.trace, look.path, look.selection, held, minus)
