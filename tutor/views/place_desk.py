"""Where the learner is, told everywhere: outline, timeline, breadcrumb, title, operations."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

from tutor.engine.program import Stop
from tutor.session import OPERATION, STAGE, Session
from tutor.views import modelmap, present, words
from tutor.views.inspector import Inspector
from tutor.views.outline import Outline
from tutor.views.stagepane import StagePane, Tab
from tutor.views.timeline import Timeline
from tutor.views.timelinepaint import StageChip
from tutor.whatif import ORIGINAL


class PlaceDesk(QObject):
    """Between the Session and the views that show and change the place."""

    def __init__(
        self, session: Session, outline: Outline, timeline: Timeline, stage: StagePane, inspector: Inspector,
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._session, self._outline, self._timeline = session, outline, timeline
        self._stage, self._inspector = stage, inspector
        self._announced = ""
        outline.stageChosen.connect(session.go_stop)
        timeline.stageChosen.connect(session.go_stop)
        timeline.operationChosen.connect(self._choose_operation)
        stage.stepChosen.connect(self._choose_step)
        session.traceChanged.connect(self.show_model)

    def show_model(self) -> None:
        """The outline and the timeline of the model on screen."""
        trace = self._session.trace
        if trace is None:
            return
        self._outline.set_branches(present.branches(trace))
        segments, tracks, links = modelmap.overview(trace)
        self._timeline.set_segments(segments, tracks, links, self.tr("encoder output → K, V"))
        self._timeline.set_stage_titles([words.stage(stop.stage.title) for stop in trace.program.stops])

    def refresh(self, ready: bool) -> None:
        """Say where the learner is; `ready` is whether the result is on screen. Only where there is a run."""
        session, trace = self._session, self._session.trace
        if trace is None:
            return
        stop, step = session.stop, session.step
        visited = [one.number for one in session.stops if session.visited(one)]
        self._outline.set_place(stop.number, visited)
        self._outline.set_changed(self._changed())
        self._refresh_timeline(visited)
        crumbs = [self.tr("Model"), words.section(stop.section), words.stage(stop.stage.title)]
        if session.inside:
            crumbs.append(step.short)
        self._stage.set_place(crumbs, self.where(ready), not ready)
        axes = trace.shapes[step.name]
        self._stage.set_step(present.step_title(session), step.name, [(axis.name, axis.size) for axis in axes])
        self._stage.set_mark(*self._mark(stop))
        # Inside a stage the timeline already shows its operations.
        shown = () if session.inside else stop.results
        tabs = [Tab(one.name, present.short_name(one.name)) for one in shown] if len(shown) > 1 else []
        self._stage.set_tabs(tabs, step.name)
        self._inspector.set_why(words.why(stop.stage.key, modelmap.habits(trace)))

    def _mark(self, stop: Stop) -> tuple[str, bool]:
        """What a what-if has made of the stage: "" where it cannot have reached it."""
        changes = self._session.changes
        differs = changes.differs.get(stop.path)
        if not changes.made or differs is None:
            return "", False
        if changes.view == ORIGINAL:
            return self.tr("original"), False
        return (self.tr("changed"), True) if differs else (self.tr("unchanged"), False)

    def _refresh_timeline(self, visited: list[int]) -> None:
        session, timeline = self._session, self._timeline
        trace = session.trace
        assert trace is not None
        stop, step = session.stop, session.step
        timeline.set_stage(stop.number)
        timeline.set_visited(visited)
        chips, folded = self._chips(stop)
        timeline.set_stages(chips)
        if session.inside:
            at = [one.name for one in stop.steps].index(step.name)
            chips = [StageChip(present.short_name(one.name), n, n < at) for n, one in enumerate(stop.steps)]
            timeline.set_operations(chips, at)
        else:
            timeline.set_operations(None)
        inside = stop if session.inside else None
        timeline.set_uses(present.uses(trace, step.name, session.section.stops, inside, folded))

    def _chips(self, current: Stop) -> tuple[list[StageChip], dict[int, int]]:
        """The chips of the current section, and which of them stands for each stage.

        Of two attentions the one that the learner is not in is a single chip, so that the others can be read.
        """
        session = self._session
        chips: list[StageChip] = []
        differs = self._changed()
        folded: dict[int, int] = {}
        for group, stops in modelmap.sublayers(session.section.stops):
            if group and current not in stops:
                first = stops[0].number
                changed = any(one.number in differs for one in stops)
                chips.append(StageChip(f"{group} ({len(stops)})", first, all(map(session.visited, stops)), changed))
                folded |= {one.number: first for one in stops}
            else:
                chips += [
                    StageChip(words.stage(one.stage.title, bool(group)), one.number, session.visited(one),
                              one.number in differs)
                    for one in stops
                ]
        return chips, folded

    def _changed(self) -> frozenset[int]:
        """The stages whose numbers a what-if has changed."""
        differs, view = self._session.changes.differs, self._session.changes.view
        if view == ORIGINAL:
            return frozenset()
        return frozenset(one.number for one in self._session.stops if differs.get(one.path))

    def where(self, ready: bool) -> str:
        """Which stage of how many, and whether its result is shown."""
        session = self._session
        total = len(session.stops)
        if session.inside:
            at = [one.name for one in session.stop.steps].index(session.step.name) + 1
            place = self.tr("operation {k} of {n}, stage {s} of {total}").format(
                k=at, n=len(session.stop.steps), s=session.stop.number + 1, total=total
            )
        else:
            place = self.tr("stage {s} of {total}").format(s=session.stop.number + 1, total=total)
        if ready:
            return self.tr("✓ result shown · {place}").format(place=place)
        return self.tr("computing… · {place}").format(place=place)

    def announce(self) -> None:
        """Tell a screen reader where the learner is now, once for each place."""
        if self._session.trace is None:
            return
        text = self._timeline.describe(self._session.stop.number)
        if text != self._announced:
            self._announced = text
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._timeline, text))

    def _choose_operation(self, at: int) -> None:
        if at < 0:
            self._session.out()
        elif self._session.trace is not None and at < len(self._session.stop.steps):
            self._session.go(self._session.stop.steps[at].name, OPERATION)

    def _choose_step(self, path: str) -> None:
        self._session.go(path, OPERATION if self._session.inside else STAGE)
