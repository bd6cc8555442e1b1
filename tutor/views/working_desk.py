"""How the pinned number came about, between the Session, the engine, the inspector and what lights up with it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tutor import several, work
from tutor.engine import axes as ax
from tutor.engine.compare import Look
from tutor.engine.figures import Row
from tutor.engine.trace import Trace
from tutor.engine.working import Link, Working
from tutor.pins import DIFFERENCE
from tutor.runner import Runner
from tutor.session import Session
from tutor.views import combined, explanation, rolewords, words
from tutor.views.explanation import Names
from tutor.views.inspector import Inspector
from tutor.views.stage_desk import StageDesk
from tutor.views.stagepane import StagePane

if TYPE_CHECKING:
    from tutor.views.rowdrawer import RowDrawer

WORKING = "working"
#: A window this high (in units of the design at 100 %) has room for the row worked out.
TALL = 900


class WorkingDesk(QObject):
    """Asks for the working of the pinned cell, or of the weight that is looked at; follows links and points at them.

    Signals:
        failed(object)  the engine could not give it: the exception
        drawerWanted()  there is a row to show, and no drawer yet: whoever hears it calls `join`
    """

    failed = Signal(object)
    drawerWanted = Signal()

    def __init__(
        self, session: Session, runner: Runner, stage: StagePane, inspector: Inspector, stage_desk: StageDesk,
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._session, self._runner = session, runner
        self._stage, self._inspector, self._stage_desk = stage, inspector, stage_desk
        self._drawer: RowDrawer | None = None
        self._tall = True
        self._names: Names = explanation.numbered
        session.trail.changed.connect(self._changed)
        session.pins.changed.connect(self.ask)
        session.backward.changed.connect(self.ask)
        inspector.followed.connect(self.follow)
        inspector.pointed.connect(self.point)
        inspector.unpinned.connect(self._unpin)
        inspector.trail.chosen.connect(session.trail.go_to)
        inspector.trail.back.connect(session.trail.back)
        stage_desk.followed.connect(self.follow)
        stage_desk.pointed.connect(self._light_words)
        stage_desk.shown.connect(self._step_shown)
        stage_desk.waited.connect(self._step_shown)
        stage.formula().pointed.connect(self._point_role)
        runner.done.connect(self._done)
        runner.failed.connect(self._failed)

    def join(self, drawer: RowDrawer) -> None:
        """The drawer that shows the row of the number that is looked at."""
        self._drawer = drawer
        drawer.set_tall(self._tall)
        drawer.chosen.connect(self._choose_along)

    # Asking -------------------------------------------------------------------------------------------------

    def target(self) -> Link | None:
        """The number that is worked out: a weight that is looked at, or the pinned cell."""
        session = self._session
        if session.trace is None:
            return None
        if session.trail.given is not None:
            return session.trail.given
        return None if session.cell is None else Link(session.cursor.path, session.cell)

    def ask(self) -> None:
        """Ask for the working of the number that is looked at; older requests are voided."""
        session, target = self._session, self.target()
        if session.trace is None or target is None:
            self._runner.cancel(WORKING)
            self._inspector.set_explanation(None)
            self._show_no_row()
        else:
            selection = several.shown(session) if session.trail.given is None else session.selection
            look = Look(session.trace, target.name, selection)
            gradient = session.backward.against(look)
            minus = session.pins.mode == DIFFERENCE and session.trail.given is None and gradient is None
            held = session.pins.against(look) if minus else None
            look = gradient or look
            self._runner.submit(WORKING, partial(_explain, look, target, held))

    def _changed(self) -> None:
        self._show_trail()
        self.ask()

    def set_names(self, names: Names | None) -> None:
        """The texts of tokens by their ids; None where nobody knows them (yet), so that they are numbered."""
        known = names or explanation.numbered
        if known != self._names:
            self._names = known
            self._changed()

    # Showing ------------------------------------------------------------------------------------------------

    def _done(self, channel: str, result: object) -> None:
        trace, target = self._session.trace, self.target()
        if channel != WORKING or not isinstance(result, Working) or trace is None or target is None:
            return
        if (result.name, result.index) == (target.name, target.index):
            gradients = self._session.backward.of(trace)
            of = gradients if gradients is not None and gradients.has(target.name) else trace
            shown = explanation.explanation(of, result, self._names)
            shown = combined.told(trace, several.shown(self._session), result, shown)
            self._inspector.set_explanation(shown)
            self._show_row(trace, result, shown.place)

    def _failed(self, channel: str, error: BaseException) -> None:
        if channel == WORKING:
            self._inspector.set_explanation(None)
            self._show_no_row()
            self.failed.emit(error)

    def _show_no_row(self) -> None:
        if self._drawer is not None:
            self._drawer.set_row(None, None, "", ())

    def _show_row(self, trace: Trace, working: Working, place: str) -> None:
        row = working.row
        if row is None:
            self._show_no_row()
            return
        if self._drawer is None:
            self.drawerWanted.emit()
        if self._drawer is None:
            return
        totals = [words.column(line.total) if line.total else "" for line in row.lines]
        self._drawer.set_row(row, self._along(trace, working, row), place, totals)

    def _along(self, trace: Trace, working: Working, row: Row) -> Sequence[str] | None:
        """Names of the cells of a row: tokens, entries of the vocabulary, or None for plain numbers."""
        axes, texts = trace.shapes[working.name], trace.texts(working.name)
        sentence = next((at for axis, at in zip(axes, working.index) if axis.name == ax.BATCH), 0)
        if texts[-1] is not None:
            return [explanation.token_text(texts[-1], sentence, at) for at in range(axes[-1].size)]
        if row.axis == ax.D_VOCAB:
            return explanation.Named(self._names, axes[-1].size)
        return None

    def _show_trail(self) -> None:
        trail, trace = self._session.trail, self._session.trace
        links = [place.link for place in trail.places]
        short = [explanation.crumb(trace, link, self._names) for link in links] if trace is not None else []
        self._inspector.trail.set_places(short, [link.text() for link in links], trail.on_it())

    def set_height(self, high: float) -> None:
        """How high the window is, in units of the design at 100 %."""
        self._tall = high >= TALL
        if self._drawer is not None:
            self._drawer.set_tall(self._tall)

    def _step_shown(self) -> None:
        """The words and variables that stand for the tensors of the step on screen."""
        trace, path = self._session.trace, self._session.cursor.path
        if trace is None:
            return
        step = trace.program[path]
        self._inspector.set_tensors(rolewords.named(trace, path))
        names = {}
        for name in (path, *step.operands):
            made = trace.program.by_name.get(name)
            role = explanation.LETTERS.get(made.role, "") if made is not None else "weights"
            names[name.rsplit(".", 1)[-1]] = (name, role)
        self._inspector.set_code(trace.program.code(path), step.op.running(), names)

    # Pointing and following ---------------------------------------------------------------------------------

    def follow(self, link: Link) -> None:
        """Go to a number and pin it."""
        if self._session.trail.follow(link):
            self._stage_desk.point(())

    def point(self, what: Link | tuple[Link, ...] | None) -> None:
        """Light numbers in the operands and the result, and every word and letter that stands for their tensor."""
        links = () if what is None else (what,) if isinstance(what, Link) else tuple(what)
        self._stage_desk.point(links)
        self._light_words(links[0].name if len(links) == 1 else "")

    def _light_words(self, name: str) -> None:
        self._inspector.set_lit(name)
        trace = self._session.trace
        step = trace.program.by_name.get(name) if trace is not None else None
        self._stage.formula().set_lit(explanation.LETTERS.get(step.role, "") if step is not None else "")

    def _point_role(self, letter: str) -> None:
        """A letter of the formula: the operand that has its role, else the result."""
        trace, path = self._session.trace, self._session.cursor.path
        found = None
        if trace is not None and letter:
            for name in (*trace.program[path].operands, path):
                step = trace.program.by_name.get(name)
                if step is not None and explanation.LETTERS.get(step.role) == letter:
                    found = Link(name, ())
                    break
        self.point(found)

    def _choose_along(self, at: int) -> None:
        """Another cell of the row that is worked out."""
        cell = self._session.cell
        if cell is not None:
            self._session.pin((*cell[:-1], at))

    def _unpin(self) -> None:
        if not self._session.trail.leave():
            self._session.pin(None)


def _explain(look: Look, target: Link, held: Look | None, job: work.Handle) -> Working:
    return work.explain(look.trace, look.path, target.cell(), look.selection, held)
