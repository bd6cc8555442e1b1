"""Where the learner is, told everywhere: outline, timeline, breadcrumb, title, operations."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from tutor.engine.program import Stop
from tutor.session import OPERATION, STAGE, Session
from tutor.views import modelmap, present, words
from tutor.views.announcer import Announcer
from tutor.views.inspector import Inspector
from tutor.views.outline import Outline
from tutor.views.stagepane import StagePane, Tab
from tutor.views.timeline import Timeline
from tutor.views.timeline_desk import TimelineDesk
from tutor.whatif import ORIGINAL


class PlaceDesk(QObject):
    """Between the Session and the views that show and change the place."""

    def __init__(
        self, session: Session, outline: Outline, timeline: Timeline, lanes: TimelineDesk, stage: StagePane,
        inspector: Inspector, parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._session, self._outline, self._timeline, self._lanes = session, outline, timeline, lanes
        self._stage, self._inspector = stage, inspector
        self.announcer = Announcer(timeline, self)
        #: Whether the step on screen waits for the learner's prediction.
        self.waits: Callable[[], bool] = lambda: False
        outline.stageChosen.connect(session.go_stop)
        stage.stepChosen.connect(self._choose_step)
        session.traceChanged.connect(self.show_model)

    def show_model(self) -> None:
        """The outline and the timeline of the model on screen."""
        trace = self._session.trace
        if trace is None:
            return
        self._outline.set_branches(present.branches(trace))
        self._lanes.show_model()

    def refresh(self, ready: bool, failed: bool = False) -> None:
        """Say where the learner is; `ready` is whether the result is on screen, `failed` whether it cannot be had.
        Only where there is a run."""
        session, trace = self._session, self._session.trace
        if trace is None:
            return
        stop, step = session.stop, session.step
        visited = [one.number for one in session.stops if session.visited(one)]
        self._outline.set_place(stop.number, visited)
        self._outline.set_changed(self._changed())
        self._lanes.set_changed(self._session.changes.steps())
        self._lanes.refresh()
        crumbs = [self.tr("Model"), words.section(stop.section), words.stage(stop.stage.title)]
        if session.inside:
            crumbs.append(step.short)
        if session.backward.on:
            crumbs.insert(1, self.tr("backward pass"))
        self._stage.set_place(crumbs, self.where(ready, failed), not ready or self.waits())
        axes = trace.shapes[step.name]
        gradients = session.backward.of(trace)
        name = f"∂g/∂ {step.name}" if gradients is not None and gradients.has(step.name) else step.name
        self._stage.set_step(present.step_title(session), name, [(axis.name, axis.size) for axis in axes])
        self._stage.set_mark(*self._mark(stop))
        # Inside a stage the timeline already shows its operations.
        shown = () if session.inside else stop.results
        tabs = [Tab(one.name, present.short_name(one.name)) for one in shown] if len(shown) > 1 else []
        self._stage.set_tabs(tabs, step.name)
        self._inspector.set_why(words.why(stop.stage.key, modelmap.habits(trace)))

    def _mark(self, stop: Stop) -> tuple[str, bool]:
        """What a what-if has made of the stage: "" where it cannot have reached it."""
        changes = self._session.changes
        known = [changes.differs[step.name] for step in stop.steps if step.name in changes.differs]
        if not changes.made or not known:
            return "", False
        if changes.view == ORIGINAL:
            return self.tr("original"), False
        return (self.tr("changed"), True) if any(known) else (self.tr("unchanged"), False)

    def _changed(self) -> frozenset[int]:
        """The stages of those steps."""
        steps = self._session.changes.steps()
        return frozenset(one.number for one in self._session.stops if any(step.name in steps for step in one.steps))

    def where(self, ready: bool, failed: bool = False) -> str:
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
        if self.waits():
            return self.tr("? waiting for your prediction · {place}").format(place=place)
        if ready:
            return self.tr("✓ result shown · {place}").format(place=place)
        if failed:
            return self.tr("not computed · {place}").format(place=place)
        return self.tr("computing… · {place}").format(place=place)

    def announce(self) -> None:
        """Tell a screen reader where the learner is now, once for each place."""
        if self._session.trace is not None:
            self.announcer.say(self._timeline.value_text())

    def _choose_step(self, path: str) -> None:
        self._session.go(path, OPERATION if self._session.inside else STAGE)
