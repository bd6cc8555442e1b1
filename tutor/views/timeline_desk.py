"""Between the Session and the timeline: what its lanes show, and where its keys, clicks and drags lead."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject

from tutor.engine.program import Step, Stop
from tutor.session import OPERATION, Session
from tutor.views import modelmap, present, usemarks, words
from tutor.views.thumbs_desk import ThumbsDesk
from tutor.views.timeline import Timeline
from tutor.views.timelinepaint import StageChip


class TimelineDesk(QObject):
    """Shows the place on the timeline and takes its moves; a whole drag is one move."""

    def __init__(
        self, session: Session, timeline: Timeline, thumbs: ThumbsDesk, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._timeline, self._thumbs = session, timeline, thumbs
        self._pointed = ""
        self._changed: frozenset[str] = frozenset()
        self._veiled: frozenset[str] = frozenset()
        self._moves: dict[str, Callable[[], None]] = {
            # Where the caret goes, whichever way the walk leads.
            "next": lambda: session.move(1), "previous": lambda: session.move(-1), "into": session.into,
            "out": session.out, "first": self._go_first, "last": self._go_last,
            "next_section": lambda: session.move_section(1), "previous_section": lambda: session.move_section(-1),
        }  # fmt: skip
        self._marks: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())
        timeline.stageChosen.connect(session.go_stop)
        timeline.operationChosen.connect(self._choose_operation)
        timeline.stepped.connect(self._step)
        timeline.sliderPressed.connect(self._drag_begins)
        timeline.sliderReleased.connect(self._drag_ends)
        timeline.pointed.connect(self._point)
        thumbs.came.connect(self._thumbnail_came)

    # What it shows ------------------------------------------------------------------------------------------

    def show_model(self) -> None:
        """The lanes of the model on screen. Only where there is a run."""
        trace = self._session.trace
        assert trace is not None
        segments, tracks, links = modelmap.overview(trace)
        self._timeline.set_segments(segments, tracks, links, self.tr("encoder output → K, V"))
        stops = trace.program.stops
        self._timeline.set_stage_titles(
            [words.stage(stop.stage.title) for stop in stops], [self._axes(stop.results[0]) for stop in stops]
        )

    def set_bookmarks(self, stages: Iterable[int]) -> None:
        """Stages with a bookmark."""
        self._marks = tuple(stages), self._marks[1]
        self._timeline.set_marks(*self._marks)

    def set_questions(self, stages: Iterable[int], veiled: Iterable[str]) -> None:
        """Stages with an open question, and the steps whose shape must not be told."""
        self._marks = self._marks[0], tuple(stages)
        self._timeline.set_marks(*self._marks)
        if self._veiled != frozenset(veiled):
            self._veiled = frozenset(veiled)
            if self._session.trace is not None:
                self.show_model()
                self.refresh()

    def set_changed(self, steps: Iterable[str]) -> None:
        """The steps whose numbers a what-if has changed."""
        self._changed = frozenset(steps)
        self._show_changed()

    def _show_changed(self) -> None:
        session = self._session
        if session.trace is None:
            return
        if not self._changed:
            self._timeline.set_changed(())
            return
        touched = [stop.number for stop in session.stops if any(one.name in self._changed for one in stop.steps)]
        inside = session.stop.steps if session.inside else ()
        self._timeline.set_changed(touched, [at for at, one in enumerate(inside) if one.name in self._changed])

    def refresh(self) -> None:
        """Show where the learner is. Only where there is a run."""
        session, timeline = self._session, self._timeline
        trace = session.trace
        assert trace is not None
        stop, step = session.stop, session.step
        timeline.set_backward(session.backward.on)
        timeline.set_stage(stop.number)
        timeline.set_visited([one.number for one in session.stops if session.visited(one)])
        chips, folded = self._chips(stop)
        timeline.set_stages(chips)
        if session.inside:
            at = [one.name for one in stop.steps].index(step.name)
            timeline.set_operations([
                StageChip(present.short_name(one.name), n, n > at if session.backward.on else n < at, self._axes(one))
                for n, one in enumerate(stop.steps)
            ], at)  # fmt: skip
        else:
            timeline.set_operations(None)
        inside = stop if session.inside else None
        timeline.set_uses(usemarks.uses(trace, step.name, session.section.stops, inside, folded))
        self._show_changed()

    def _axes(self, step: Step) -> tuple[tuple[str, int], ...]:
        trace = self._session.trace
        assert trace is not None
        if step.name in self._veiled:
            return ()
        return tuple((axis.name, axis.size) for axis in trace.shapes[step.name])

    def _chips(self, current: Stop) -> tuple[list[StageChip], dict[int, int]]:
        """The chips of the current section, and which of them stands for each stage.

        Of two attentions the one that the learner is not in is a single chip, so that the others can be read.
        """
        session = self._session
        chips: list[StageChip] = []
        folded: dict[int, int] = {}
        for group, stops in modelmap.sublayers(session.section.stops):
            if group and current not in stops:
                first = stops[0].number
                chips.append(StageChip(f"{group} ({len(stops)})", first, all(map(session.visited, stops))))
                folded |= {one.number: first for one in stops}
            else:
                chips += [
                    StageChip(words.stage(one.stage.title, bool(group)), one.number, session.visited(one),
                              self._axes(one.results[0]))
                    for one in stops
                ]  # fmt: skip
        return chips, folded

    # Where it leads -----------------------------------------------------------------------------------------

    def _step(self, move: str) -> None:
        self._moves[move]()

    def _go_first(self) -> None:
        (self._session.last if self._session.backward.on else self._session.first)()

    def _go_last(self) -> None:
        (self._session.first if self._session.backward.on else self._session.last)()

    def _drag_begins(self) -> None:
        self._session.moves.hold()

    def _drag_ends(self) -> None:
        self._session.moves.release(self._session.place)

    def _choose_operation(self, at: int) -> None:
        if at < 0:
            self._session.out()
        elif self._session.trace is not None and at < len(self._session.stop.steps):
            self._session.go(self._session.stop.steps[at].name, OPERATION)

    # The bubble ---------------------------------------------------------------------------------------------

    def _point(self, stage: int, operation: int) -> None:
        """A stage or an operation is pointed at: its thumbnail, once it is there."""
        session = self._session
        self._thumbs.leave(self._pointed)
        self._pointed = ""
        if session.trace is None or not 0 <= stage < len(session.stops):
            return
        stop = session.stops[stage]
        self._pointed = stop.steps[operation].name if operation >= 0 else stop.results[0].name
        # While a drag shows the stages themselves, no time is spent on making them small as well.
        find = self._thumbs.have if self._timeline.isSliderDown() else self._thumbs.want
        self._timeline.set_thumbnail(find(self._pointed))

    def _thumbnail_came(self, path: str) -> None:
        if path == self._pointed:
            self._timeline.set_thumbnail(self._thumbs.have(path))
