"""All heads of the step on screen, and the same step of every block: made in small off the GUI thread, bit by bit."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal

from tutor import several
from tutor.engine import axes as ax
from tutor.engine import heads
from tutor.engine.compare import Look
from tutor.engine.heads import Thumb
from tutor.engine.picture import Selection, scale_of
from tutor.engine.records import dataclass
from tutor.engine.trace import Trace
from tutor.runner import Runner
from tutor.session import Session
from tutor.views import following, thumbs, words
from tutor.views.headstrip import HeadStrip
from tutor.views.headviews import HeadViews
from tutor.views.sidetabs import SideTabs
from tutor.views.stagepane import StagePane
from tutor.views.thumbs import Scale
from tutor.work import Handle

HEADS = "heads"
PAGE, GRID = "heads", "grid"
#: One job works about so long before it lets others on: the next stage must not wait for thumbnails.
_SLICE_S = 0.012
Wanted = tuple[str, int]


@dataclass(frozen=True, eq=False)
class _Made:
    """What one job made: thumbnails, and the reach of the scale of the step on screen."""

    trace: Trace
    selection: Selection
    found: dict[Wanted, Thumb]
    path: str
    reach: float


class HeadsDesk(QObject):
    """Between the Session, the engine, the strips of heads (a page at the right, a band in the stage) and the grid.

    Signals:
        compared(object)  this Look is to be held beside what is now on screen
        failed(object)    the engine could not give a head: the exception
    """

    compared = Signal(object)
    failed = Signal(object)

    def __init__(
        self, session: Session, runner: Runner, stage: StagePane, right: SideTabs, views: HeadViews,
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._session, self._runner, self._stage, self._right = session, runner, stage, right
        self._page, self._band, self._grid = views.page, views.band, views.grid
        self._found: dict[Wanted, Thumb] = {}
        self._reach: dict[str, float] = {}
        self._key: tuple[object, Selection] = (None, Selection())
        self._broken: set[str] = set()
        self._before: Look | None = None
        for strip in (self._page, self._band):
            strip.chosen.connect(self._choose)
            strip.toggled.connect(self._toggle)
            strip.appeared.connect(self.ask)
        self._grid.chosen.connect(self._go)
        self._grid.compared.connect(self._compare)
        self._grid.appeared.connect(self.ask)
        session.moved.connect(self.ask)
        session.selectionChanged.connect(self.ask)
        session.followed.connect(self.refresh)
        runner.done.connect(self._done)
        runner.failed.connect(self._failed)
        self.ask()

    # What is wanted -----------------------------------------------------------------------------------------

    def ask(self) -> None:
        """Show what is there and ask for the rest, of what is on screen."""
        trace = self._session.trace
        if trace is None:
            self._runner.cancel(HEADS)
            return
        key = trace, self._session.selection.single().with_(ax.HEAD, 0)
        if key != self._key:
            self._key = key
            self._found.clear()
            self._reach.clear()
            self._broken.clear()
        self.refresh()
        self._submit()

    def _submit(self) -> None:
        trace, path = self._session.trace, self._session.cursor.path
        assert trace is not None
        missing = [one for one in self._wanted() if one not in self._found and one[0] not in self._broken]
        if missing or (self._strip_is_on() and path not in self._reach and path not in self._broken):
            needs_reach = path if path not in self._reach and heads.has_heads(trace, path) else ""
            if missing or needs_reach:
                self._runner.submit(HEADS, partial(_make, trace, self._key[1], tuple(missing), needs_reach))
                return
        self._runner.cancel(HEADS)

    def _strip_is_on(self) -> bool:
        return self._page.isVisible() or self._band.isVisible()

    def _wanted(self) -> list[Wanted]:
        """What is on screen and made of heads, the strip's first."""
        trace, path = self._session.trace, self._session.cursor.path
        assert trace is not None
        if not heads.has_heads(trace, path):
            return []
        found: list[Wanted] = []
        if self._strip_is_on():
            found += [(path, at) for at in range(heads.count(trace, path))]
        if self._grid.isVisible():
            found += [(one, at) for one in self._paths() for at in range(heads.count(trace, one))]
        return found

    def _paths(self) -> list[str]:
        """The same step of every block."""
        trace = self._session.trace
        assert trace is not None
        return [path for _, path in heads.alike(trace.program, self._session.cursor.path)]

    def _done(self, channel: str, result: object) -> None:
        if channel != HEADS or not isinstance(result, _Made) or (result.trace, result.selection) != self._key:
            return
        self._found |= result.found
        if result.path:
            self._reach[result.path] = result.reach
        self.refresh()
        self._submit()

    def _failed(self, channel: str, error: BaseException) -> None:
        if channel == HEADS and self._session.trace is not None:
            # A saved trace may lack the tensors of a block; what is there is shown.
            self._broken.add(getattr(error, "path", self._session.cursor.path))
            self.refresh()
            self._submit()

    # Showing ------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Put what is there on screen."""
        session, trace = self._session, self._session.trace
        there = trace is not None and heads.has_heads(trace, session.cursor.path)
        alike = heads.alike(trace.program, session.cursor.path) if trace is not None and there else ()
        self._stage.offer_view(GRID, len(alike) > 1)
        if trace is None:
            return
        for strip in (self._page, self._band):
            if strip.isVisible():
                self._show_strip(strip, trace, there)
        if self._grid.isVisible() and there:
            self._show_grid(trace)

    def _show_strip(self, strip: HeadStrip, trace: Trace, there: bool) -> None:
        session, path = self._session, self._session.cursor.path
        if not there:
            strip.set_heads("", self.tr("The tensor on screen is not split into heads."), 0, (), Scale())
            return
        count = heads.count(trace, path)
        found = [one for at in range(count) if (one := self._found.get((path, at))) is not None]
        scale = self._scale(trace, path, self._reach.get(path, 0.0))
        title = self.tr("Heads of {block}").format(block=words.section(session.stop.section))
        about = " · ".join(one for one in (scale.words(), thumbs.meaning(found[0] if found else None)) if one)
        if path in self._broken:
            about = self.tr("Some heads are not in this saved trace.")
        strip.set_heads(title, about, count, found, scale)
        axis = next(one for one in trace.shapes[path] if one.name == ax.HEAD)
        strip.set_current(session.selection.of(axis), several.heads(session))
        strip.set_lit(following.rows(session))

    def _show_grid(self, trace: Trace) -> None:
        session, path = self._session, self._session.cursor.path
        alike = heads.alike(trace.program, path)
        found = {
            (row, at): thumb
            for row, (_, one) in enumerate(alike)
            for at in range(heads.count(trace, one))
            if (thumb := self._found.get((one, at))) is not None
        }
        scale = self._scale(trace, path, max((one.largest for one in found.values()), default=0.0))
        some = next(iter(found.values()), None)
        about = " · ".join(one for one in (
            self.tr("{name} of every block").format(name=words.operation(session.step.op.title)), scale.words(),
            thumbs.meaning(some), self.tr("click: go there · double click: compare"),
        ) if one)  # fmt: skip
        columns = max(heads.count(trace, one) for _, one in alike)
        self._grid.set_grid(about, [words.section(section.name) for section, _ in alike], columns, found, scale)
        axis = next(one for one in trace.shapes[path] if one.name == ax.HEAD)
        self._grid.set_current([one for _, one in alike].index(path), session.selection.of(axis))

    @staticmethod
    def _scale(trace: Trace, path: str, reach: float) -> Scale:
        return Scale("prob", 1.0) if trace.program[path].op.scale_kind == "probability" else Scale("signed", reach)

    # Choosing -----------------------------------------------------------------------------------------------

    def toggle(self) -> None:
        """All heads: the page at the right where that side is on screen, else the band in the stage, or away with
        them."""
        if self._right.isVisible():
            shown = self._right.page() == PAGE
            self._right.show_page("inspector" if shown else PAGE)
            strip = None if shown else self._page
        else:
            self._band.setVisible(not self._band.isVisible())
            strip = self._band if self._band.isVisible() else None
        if strip is not None:
            strip.list.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self._stage.current_view().setFocus(Qt.FocusReason.ShortcutFocusReason)

    def toggle_grid(self) -> None:
        """The grid of blocks by heads, or the heat maps again."""
        trace = self._session.trace
        if trace is None or not heads.has_heads(trace, self._session.cursor.path):
            return
        self._stage.show_view("heat" if self._stage.view() == GRID else GRID)
        self._stage.current_view().setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _choose(self, head: int) -> None:
        self._session.select(ax.HEAD, head)

    def _toggle(self, head: int) -> None:
        several.toggle_head(self._session, head)

    def _go(self, row: int, head: int) -> None:
        """To the same step of another block, on this head."""
        session, paths = self._session, self._paths()
        if session.trace is None or row >= len(paths) or head >= heads.count(session.trace, paths[row]):
            return
        self._before = Look(session.trace, session.cursor.path, several.shown(session))
        with session.moves.together():
            session.go(paths[row], session.cursor.level)
            session.select(ax.HEAD, head)

    def _compare(self, row: int, head: int) -> None:
        """Beside what was on screen before. A double click has gone there with its first click."""
        session, paths = self._session, self._paths()
        if session.trace is None or row >= len(paths):
            return
        there = Look(session.trace, paths[row], session.selection.with_(ax.HEAD, head))
        now = Look(session.trace, session.cursor.path, several.shown(session))
        before = self._before if there.same(now) else now
        self._go(row, head)
        if before is not None and before.trace is session.trace and not before.same(there):
            self._stage.show_view("heat")
            self.compared.emit(before)


class _Missing(Exception):
    """A tensor that a trace cannot give, and which."""

    def __init__(self, path: str, error: Exception) -> None:
        super().__init__(str(error))
        self.path = path


def _make(trace: Trace, selection: Selection, wanted: Sequence[Wanted], path: str, job: Handle) -> _Made:
    """Some of the wanted thumbnails, as many as a short while allows; at least one."""
    begun, found, reach, now = time.perf_counter(), {}, 0.0, path
    try:
        if path:
            reach = scale_of(trace, path)[2]
        for now, head in dict.fromkeys(wanted):
            found[now, head] = heads.thumb(trace, now, head, selection)
            if time.perf_counter() - begun > _SLICE_S or job.cancelled():
                break
    except Exception as error:
        raise _Missing(now, error) from error
    return _Made(trace, selection, found, path, reach)
