"""The backward pass: between the Session's wish for gradients, the engine, and the strip that says what they are of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QAction

from tutor import backward_work, work
from tutor.backward import Wish
from tutor.engine import axes as ax
from tutor.engine import models
from tutor.engine.goals import LOGIT, Goal, GoalError
from tutor.engine.spec import SpecError
from tutor.engine.trace import Trace
from tutor.engine.weights import WeightsError
from tutor.engine.working import Link, show
from tutor.runner import Runner
from tutor.session import Session
from tutor.views import explanation
from tutor.views.backward_bar import CELL, BackwardBar
from tutor.views.names_desk import Names
from tutor.views.sentence_desk import SentenceDesk
from tutor.views.stagepane import StagePane
from tutor.views.theme import Theme

BACKWARD, FIND = "backward", "backward token"


class BackwardDesk(QObject):
    """Computes the gradients that the learner wants, and says what they are of.

    Signals:
        busyChanged(bool)  gradients are being computed, or no longer
        progressed(float)  how far they are, 0 to 1
        said(str)          a sentence for the status line
    """

    busyChanged = Signal(bool)
    progressed = Signal(float)
    said = Signal(str)

    def __init__(
        self, session: Session, runner: Runner, desk: SentenceDesk, names: Names, stage: StagePane, action: QAction,
        theme: Theme, parent: QObject | None = None,
    ) -> None:  # fmt: skip
        """`action` is the command that turns round; it shows whether the walk leads backwards."""
        super().__init__(parent)
        self._action = action
        self._session, self._runner, self._desk, self._names = session, runner, desk, names
        self._mine = session.backward
        self._made: backward_work.Made | None = None
        self._live = False  # a saved trace is being run, so that it can be differentiated
        self.bar = BackwardBar(theme)
        stage.add_band(self.bar, "backward")
        self._ended = QTimer(self)
        self._ended.setSingleShot(True)
        self._ended.setInterval(0)
        self._ended.timeout.connect(self._given_up)
        bar = self.bar
        bar.whatChosen.connect(self._what_chosen)
        bar.tokenChosen.connect(self._token_chosen)
        bar.tokenTyped.connect(self._token_typed)
        bar.posChosen.connect(self._pos_chosen)
        bar.closed.connect(self.leave)
        self._mine.wished.connect(self._wished)
        for signal in (self._mine.changed, session.moved, session.selectionChanged):
            signal.connect(self.refresh)
        desk.busyChanged.connect(self._desk_busy)
        runner.done.connect(self._done)
        runner.failed.connect(self._failed)
        runner.progressed.connect(self._progress)

    # Asked for ----------------------------------------------------------------------------------------------

    def toggle(self) -> None:
        """Walk backwards from the token that suggests itself; or forwards again."""
        if self._mine.on:
            self.leave()
        elif self._session.trace is not None:
            self._mine.begin(Wish(LOGIT) if self._has_logits() else self._of_cell())

    def leave(self) -> bool:
        """Forwards again. Returns whether the walk led backwards."""
        self._runner.cancel(BACKWARD)
        self.busyChanged.emit(False)
        self._live = False
        return self._mine.leave()

    def busy(self) -> bool:
        return self._runner.busy(BACKWARD)

    def cancel(self) -> bool:
        """Give up what is being computed. Returns whether anything was."""
        return self.busy() and self.leave()

    def _has_logits(self) -> bool:
        try:
            assert self._session.trace is not None
            backward_work.text_of(self._session.trace)
        except GoalError:
            return False
        return True

    def _of_cell(self) -> Wish:
        """The pinned cell as the goal, else the first of the last tensor."""
        session = self._session
        assert session.trace is not None
        if session.cell is not None:
            return Wish(CELL, goal=Goal(session.cursor.path, session.cell))
        name = session.trace.program.steps[-1].name
        return Wish(CELL, goal=Goal(name, (0,) * len(session.trace.shapes[name])))

    def _row(self) -> int:
        trace = self._session.trace
        return 0 if trace is None else self._session.selection.of(ax.Axis(ax.BATCH, trace.batch.n_rows))

    # Choosing another ---------------------------------------------------------------------------------------

    def _now(self) -> Wish:
        """The goal that is shown, as a wish."""
        goal = self._mine.goal
        if goal is None or not goal.of_token:
            return Wish(LOGIT)
        return Wish(goal.what, goal.index[2], goal.index[1])

    def _what_chosen(self, what: str) -> None:
        if what == CELL:
            self._mine.begin(self._of_cell())
        elif self._mine.goal is not None and self._mine.goal.of_token:
            self._mine.begin(replace(self._now(), what=what))
        else:
            self._mine.begin(Wish(what))

    def _token_chosen(self, token: int) -> None:
        self._mine.begin(replace(self._now(), token=token))

    def _pos_chosen(self, pos: int) -> None:
        self._mine.begin(Wish(self._now().what, None, pos))

    def _token_typed(self, text: str) -> None:
        """A token that is not among those offered: the vocabulary knows it, off the GUI thread."""
        trace = self._session.trace
        if trace is not None and text.strip():
            self._runner.submit(FIND, partial(_find, self._names, trace, self._names.model(), text))

    # Computing ----------------------------------------------------------------------------------------------

    def _wished(self) -> None:
        session, wish = self._session, self._mine.wish
        trace = session.trace
        if trace is None or wish is None:
            return
        if trace.where == "saved":
            self._run_live()
            return
        self._live = False
        followed: Mapping[str, int] = dict(session.positions)
        self._runner.submit(
            BACKWARD, partial(_make, trace, wish, self._row(), followed, self._names, self._names.model())
        )
        self.busyChanged.emit(True)

    def _run_live(self) -> None:
        """A file's numbers cannot be recomputed: run its sentence first, where its model is at hand."""
        if self._live:
            return
        saved = self._session.trace
        assert saved is not None
        try:
            there = models.find(saved.spec.name).spec == saved.spec and not saved.told
        except (SpecError, WeightsError):
            there = False
        if there and not self._desk.busy():
            self._live = True
            self._desk.run_again()
        else:
            self.leave()
            text = self.tr("These numbers come from a file and cannot be recomputed without their model ({name}): run "
                           "a sentence on a model first.")  # fmt: skip
            self.said.emit(text.format(name=saved.spec.name))

    def _desk_busy(self, busy: bool) -> None:
        if not busy and self._live:
            self._ended.start()  # a run that was had is shown before this ends

    def _given_up(self) -> None:
        if self._live:
            self.leave()

    def _done(self, channel: str, result: object) -> None:
        if channel == BACKWARD and isinstance(result, backward_work.Made):
            self.busyChanged.emit(False)
            if result.gradients.of is self._session.trace and self._mine.on:
                self._made = result
                self._mine.took(result.gradients)
        elif channel == FIND:
            if isinstance(result, int):
                self._token_chosen(result)
            else:
                self.said.emit(self.tr("“{text}” is no token of this model: type another, or its id.").format(
                    text=str(result)[:40]))  # fmt: skip
                self.refresh()

    def _failed(self, channel: str, error: BaseException) -> None:
        if channel == BACKWARD:
            self.busyChanged.emit(False)
            if self._mine.goal is not None and self._mine.gradients is None and self._made is not None and (
                self._made.gradients.of is self._session.trace
            ):  # fmt: skip
                self._mine.took(self._made.gradients)  # what was shown before
            else:
                self._mine.leave()
            self.said.emit(self._desk.sentence(error))

    def _progress(self, channel: str, done: float) -> None:
        if channel == BACKWARD:
            self.progressed.emit(done)

    # Showing ------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """The strip says what the gradients are of, and what there is to know of this stage."""
        session, mine, bar = self._session, self._mine, self.bar
        trace, goal = session.trace, mine.goal
        bar.setVisible(mine.on and trace is not None)
        self._action.setChecked(mine.on)
        if trace is None or not mine.on:
            self._made = self._made if mine.on else None
            return
        made = self._made if self._made is not None and self._made.gradients is mine.gradients else None
        what = goal.what if goal is not None and goal.of_token else mine.wish.what if mine.wish is not None else LOGIT
        cell = Link(goal.what, goal.index).short if goal is not None and not goal.of_token else ""
        bar.set_what(what if not cell else CELL, cell, session.cell is not None)
        if made is None or goal is None:
            bar.set_value(self.tr("computing…"))
        else:
            bar.set_value(f"= {show(made.value)}")
            if goal.of_token:
                self._show_choices(trace, goal, made)
        bar.set_note(self._about(trace))

    def _show_choices(self, trace: Trace, goal: Goal, made: backward_work.Made) -> None:
        row, at, token = goal.index
        shown = [f"{one.text}  {100 * one.share:.1f} %" for one in made.choices]
        self.bar.set_tokens([one.id for one in made.choices], shown, token)
        text = backward_work.text_of(trace)[1]
        tokens = [f"{explanation.token_text(text, row, one)} ({one})" for one in range(int(text.lengths[row]))]
        self.bar.set_positions(tokens, at)

    def _about(self, trace: Trace) -> str:
        """What a learner should know of the stage on screen in the backward pass."""
        session, mine = self._session, self._mine
        if mine.of(trace) is None:
            return ""
        if session.cursor.path in trace.program.sources:
            return self.tr("Token ids are whole numbers: nothing can move by a little, so they have no gradient. The "
                           "backward pass ends at the embedding.")  # fmt: skip
        if not mine.goes_through(session.cursor.path):
            return self.tr("The goal is not computed from this tensor: every gradient here is 0.")
        if not session.has_next() and not session.inside:
            return self.tr("The backward pass ends here: what comes before are token ids, whole numbers without a "
                           "gradient.")  # fmt: skip
        return self.tr("Next leads back towards the ids. Left the numbers, right how much the goal grows when each of "
                       "them grows by a little.")  # fmt: skip


def _make(
    trace: Trace, wish: Wish, row: int, followed: Mapping[str, int], names: Names, model: str, job: work.Handle
) -> backward_work.Made:
    return backward_work.make(trace, wish, row, followed, lambda ids: names.of(trace, model).names(ids), job)


def _find(names: Names, trace: Trace, model: str, text: str, job: work.Handle) -> int | str:
    """The id of a token by its text or id; the text itself where there is none."""
    found = names.of(trace, model).search(text, 1)
    return found[0] if found else text
