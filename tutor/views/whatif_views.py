"""Between the what-if's page and strip and the Session: what is typed and clicked there, and what they show."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolButton

from tutor import whatif_work, work
from tutor.engine import axes as ax
from tutor.engine.axes import Index
from tutor.engine.changes import Change, Head, Replace, Switch, Tie
from tutor.engine.changes_text import parse
from tutor.engine.trace import Trace, TraceError
from tutor.runner import Runner
from tutor.session import Session
from tutor.views import numbers, present, whatif_words
from tutor.views.errors import worded
from tutor.views.sidetabs import SideTabs
from tutor.views.theme import Theme, font
from tutor.views.whatif_bar import WhatIfBar
from tutor.views.whatif_desk import WhatIfDesk
from tutor.views.whatif_page import SWITCHES, Row, WhatIfPage
from tutor.whatif import ORIGINAL

EFFECT = "effect"
PAGE = "whatif"


class WhatIfViews(QObject):
    """Makes the page and the strip, and keeps them up to date.

    Signals:
        toldChanged(str)  how many changes there are, in words; "" for none
    """

    toldChanged = Signal(str)

    def __init__(
        self, session: Session, runner: Runner, desk: WhatIfDesk, side: SideTabs,
        actions: tuple[QAction, QAction, QAction],
        tool: QToolButton, theme: Theme, parent: QObject | None = None,
    ) -> None:  # fmt: skip
        """`actions` are undo, redo and reset; `tool` opens the page."""
        super().__init__(parent)
        self._session, self._runner, self._desk, self._side = session, runner, desk, side
        self._changes = session.changes
        self._actions = actions
        self._effect: whatif_work.Effect | None = None
        self._weight = ""  # the weight that a cell is set of, "" for the tensor on screen
        self.page = WhatIfPage(theme, *actions)
        self.bar = WhatIfBar(theme, *actions)
        self._tool = tool
        side.fill(PAGE, self.page)
        page = self.page
        page.switched.connect(self._switched)
        page.headChosen.connect(self._head_chosen)
        page.cellSet.connect(self._cell_set)
        page.cellNamed.connect(self._cell_named)
        page.replaced.connect(self._replaced)
        page.removed.connect(self._removed)
        self.bar.viewChosen.connect(self._changes.set_view)
        side.pageChanged.connect(self._page_changed)
        for signal in (self._changes.changed, self._changes.wished, self._changes.viewed, session.traceChanged,
                       session.moved, session.selectionChanged, session.followed, session.trail.changed):  # fmt: skip
            signal.connect(self.refresh)
        desk.failed.connect(self._failed)
        runner.done.connect(self._done)

    def set_theme(self, theme: Theme) -> None:
        for view in (self.page, self.bar):
            view.set_theme(theme)
        self._tool.setFont(font(theme, "dense"))

    # Opening ------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Show the page, with the focus in it."""
        self._show()
        self.page.first_focus().setFocus()

    def edit_cell(self) -> None:
        """Show the page, ready for the pinned cell's new number."""
        self._show()
        if self._session.cell is None and self._session.trail.given is None:
            self.page.set_problem(self.tr("Choose a cell first (arrows, Enter): its new number is typed here."))
            return
        self._cell_named("")
        self.page.value_box().setFocus()
        self.page.value_box().selectAll()

    def _show(self) -> None:
        self._side.show_page(PAGE)
        self._side.show()
        self.page.set_problem("")

    def _page_changed(self, key: str) -> None:
        if key == PAGE:
            self.refresh()

    # What is typed and clicked ------------------------------------------------------------------------------

    def _make(self, change: Change) -> None:
        original = self._changes.original
        if original is None:
            return
        try:
            change.check(original)
        except TraceError as error:
            self._problem(error)
            return
        self.page.set_problem("")
        self._changes.make(change)

    def _switched(self, key: str, value: str, on: bool) -> None:
        change = Tie() if key == "tie" else Switch(key, value)
        if on:
            self._make(change)
        else:
            self._changes.unmake(change.slot)
        self.refresh()

    def _head_chosen(self, how: str) -> None:
        self._desk.set_head(how)
        self.refresh()

    def _cell_set(self, name: str, at: str, value: str) -> None:
        trace = self._session.trace
        if trace is not None:
            try:
                change = parse(f"{name}[{at}]={value}", trace.program)
            except TraceError as error:
                self._problem(error)
            else:
                self._make(change)

    def _cell_named(self, name: str) -> None:
        trace = self._session.trace
        self._weight = name if trace is not None and name in trace.program.weight_by_name else ""
        self.refresh()

    def _replaced(self, part: str, text: str) -> None:
        trace = self._session.trace
        if trace is not None:
            self._make(Replace(self._session.cursor.path, text, self._part(trace, part)))

    def _removed(self, at: int) -> None:
        items = self._changes.wanted.items
        if at < len(items):
            self._changes.unmake(items[at].slot)

    def _problem(self, error: BaseException) -> None:
        self.page.set_problem(worded(str(error)))

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, (TraceError, ValueError)):
            self._problem(error)
        self.refresh()

    # What is shown ------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Bring the strip, the buttons and, where it is seen, the page up to date."""
        changes, there = self._changes, bool(self._changes.made)
        told = [whatif_words.told(one) for one in changes.made]
        self.bar.set_changes(
            self.count(len(changes.made)), "; ".join(told), changes.view, there
        )  # fmt: skip
        undo, redo, reset = self._actions
        undo.setEnabled(changes.can_undo())
        redo.setEnabled(changes.can_redo())
        reset.setEnabled(bool(changes.wanted))
        self.toldChanged.emit(self.told())
        if self._side.page() == PAGE and self.page.isVisible():
            self._refresh_page()

    def _refresh_page(self) -> None:
        session, changes = self._session, self._changes
        original = changes.original
        self.page.set_changes([whatif_words.told(one) for one in changes.wanted])
        if original is None or session.trace is None:
            self.page.set_switches({}, {key: self.tr("There is no run to change yet.") for key, _ in SWITCHES})
            self.page.set_head("", 0, "")
            self.page.set_cell((), "", "", "")
            self.page.set_parts(())
            self.page.set_effect("", "", ())
            return
        on, why_not = {}, {}
        for key, value in SWITCHES:
            change = Tie() if key == "tie" else Switch(key, value)
            on[key] = changes.wanted.find(*change.slot) is not None
            why_not[key] = self._why_not(change, original)
        self.page.set_switches(on, why_not)
        attention, head = self._desk.attention(), self._desk.head()
        made = changes.wanted.find("head", attention, head)
        how = made.how if isinstance(made, Head) else ""
        self.page.set_head(whatif_words.attention(original, attention), head, how)
        self._refresh_cell()
        self._refresh_parts(session.trace)
        self._ask_effect()

    def _why_not(self, change: Change, original: Trace) -> str:
        padded = any(int(batch.lengths.min()) < batch.n_pos for batch in original.batches.values())
        if isinstance(change, Switch) and change.key == "pad" and not padded:
            return self.tr("No sentence here has padding.")
        try:
            change.check(original)
        except TraceError as error:
            return worded(str(error))
        return ""

    def _refresh_cell(self) -> None:
        step = self._session.step
        if self._weight not in step.weights:
            self._weight = ""
        names, cell = self._names(), self._cell()
        at = ", ".join(map(str, cell[1])) if cell is not None else ""
        self.page.set_cell(names, cell[0] if cell is not None else step.name, at, "")

    def _names(self) -> list[tuple[str, str]]:
        """What a cell can be set of here: the tensor on screen, its weights, and the weight that is looked at."""
        step, given = self._session.step, self._session.trail.given
        found = dict.fromkeys((step.name, *step.weights, *((given.name,) if given is not None else ())))
        return [(one, present.short_name(one)) for one in found]

    def _cell(self) -> tuple[str, Index] | None:
        """The cell that would be set: that of the weight that is looked at, the first of the chosen weight, or the
        pinned one."""
        session = self._session
        given = session.trail.given
        if session.trace is None:
            return None
        if given is not None and given.name in session.trace.program.weight_by_name and not self._weight:
            return given.name, given.cell()
        if self._weight:
            return self._weight, (0,) * len(session.trace.shapes[self._weight])
        return (session.cursor.path, session.cell) if session.cell is not None else None

    def _refresh_parts(self, trace: Trace) -> None:
        session, path = self._session, self._session.cursor.path
        axes = trace.shapes[path]
        if path in trace.program.sources or not axes or axes[0].name != ax.BATCH:
            self.page.set_parts(())
            return
        parts = [("whole", self.tr("all of {name}").format(name=present.short_name(path)))]
        if session.cell is not None:
            for axis, at, text in zip(axes, session.cell, trace.texts(path)):
                if axis.name in (ax.POS, ax.QUERY) and text is not None:
                    token = text.rows[session.cell[0]][at].text
                    parts.append((axis.name, self.tr("only token {token} ({at})").format(token=token, at=at)))
        head = next((axis for axis in axes if axis.name == ax.HEAD), None)
        if head is not None:
            parts.append((ax.HEAD, self.tr("only head {head}").format(head=session.selection.of(head))))
        self.page.set_parts(parts)

    def _part(self, trace: Trace, part: str) -> tuple[int | None, ...]:
        """The places of a part, by its key: the sentence on screen, and a token or a head of it."""
        session = self._session
        axes = trace.shapes[session.cursor.path]
        found: list[int | None] = []
        for number, axis in enumerate(axes):
            if axis.name == ax.BATCH or (axis.name == ax.HEAD and part == ax.HEAD):
                found.append(session.selection.of(axis))
            elif axis.name == part and session.cell is not None:
                found.append(session.cell[number])
            else:
                found.append(None)
        return tuple(found)

    # What comes of it ---------------------------------------------------------------------------------------

    def _ask_effect(self) -> None:
        changes, session = self._changes, self._session
        if changes.original is None or changes.run is None:
            return
        row = session.selection.of(ax.Axis(ax.BATCH, changes.run.batch.n_rows))
        model, _ = self._desk.model()
        self._runner.submit(
            EFFECT, partial(_effect, changes.original, changes.run, model, row, dict(session.positions), self._cell())
        )

    def _done(self, channel: str, result: object) -> None:
        if channel == EFFECT and isinstance(result, whatif_work.Effect):
            self._show_effect(result)

    def _show_effect(self, effect: whatif_work.Effect) -> None:
        changes = self._changes
        if effect.cell is not None:
            name, index, before, after = effect.cell
            whole = changes.run is not None and name in changes.run.batches
            now = str(int(after)) if whole else numbers.fixed(after, 4)
            if (name, index) == self._cell():
                self._tell_cell(now)
        if not changes.made:
            self.page.set_effect("", "", ())
            return
        cell = ""
        if effect.cell is not None:
            at = f"{present.short_name(name)}[{', '.join(map(str, index))}]"
            was = str(int(before)) if whole else numbers.fixed(before, 4)
            cell = self.tr("{cell}: {before} → {after}").format(cell=at, before=was, after=now)
            if not whole and before != after:
                cell += f" ({numbers.fixed(after - before, 4, plus=True)})"
        about = ""
        if effect.chances:
            token = self._token(effect.at)
            about = self.tr("Probabilities after {token} ({at})").format(token=token, at=effect.at)
        rows = [
            Row(one.text, numbers.fixed(one.before, 4), numbers.fixed(one.after, 4),
                numbers.fixed(one.after - one.before, 4, plus=True) if one.after != one.before else "0")
            for one in effect.chances
        ]  # fmt: skip
        self.page.set_effect(cell, about, rows)

    def _tell_cell(self, now: str) -> None:
        cell = self._cell()
        assert cell is not None
        told = self.tr("It is {number}.").format(number=now)
        self.page.set_cell(self._names(), cell[0], ", ".join(map(str, cell[1])), told)

    def _token(self, at: int) -> str:
        run = self._changes.run
        assert run is not None
        text = run.target or run.batch
        row = self._session.selection.of(ax.Axis(ax.BATCH, text.n_rows))
        return text.rows[row][at].text

    def count(self, changes: int) -> str:
        """What if: 2 changes."""
        return self.tr("What if: %n change(s)", "", changes)

    # Words for the rest of the window -----------------------------------------------------------------------

    def told(self) -> str:
        """What is changed, in short, for the status line and the sentence; "" for nothing."""
        changes, trace = self._changes, self._session.trace
        text = self.count(len(changes.made)) if changes.made else ""
        if text and changes.view == ORIGINAL:
            return self.tr("{changes} (the original is shown)").format(changes=text)
        if not text and trace is not None and trace.told:  # a file in which somebody saved a changed run
            return self.count(len(trace.told))
        return text


def _effect(
    original: Trace, run: Trace, model: str, row: int, followed: dict[str, int], cell: tuple[str, Index] | None,
    job: work.Handle,
) -> whatif_work.Effect:  # fmt: skip
    return whatif_work.effect(original, run, model, row, followed, cell, job)

